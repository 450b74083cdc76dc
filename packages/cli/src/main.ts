#!/usr/bin/env node
/**
 * The process: version, exit codes, the last resort for errors.
 */
import { createRequire } from 'node:module';
import { ListenError } from '@parhelion/rpc';
import { createProgram } from './program.ts';
import { start } from './start.ts';
import { styleFor } from './style.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

// A reader that went away (`parhelion | head`) is no reason to stop the node.
process.stdout.on('error', () => {});

try {
	await createProgram(version, (options) => start(options, version)).parseAsync();
} catch (error) {
	if (!(error instanceof ListenError)) throw error;
	console.error(`${styleFor(process.stderr, process.env).red('error:')} ${error.message}`);
	process.exitCode = 1;
}
