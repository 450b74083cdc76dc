#!/usr/bin/env node
/**
 * The process: version, exit codes, the last resort for errors.
 */
import { createRequire } from 'node:module';
import { AccountsUnavailable, ListenError } from '@parhelion/rpc';
import { SnapshotError, StorageError } from '@parhelion/runtime/node';
import { CommanderError } from 'commander';
import { CliError, EXIT } from './cli-error.ts';
import { COMMANDS } from './commands/index.ts';
import { UsageError } from './flags/flag.ts';
import { commandArguments, createProgram } from './program.ts';
import { styleFor } from './style.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

// A reader that went away (`parhelion | head`) is no reason to stop the node.
process.stdout.on('error', () => {});

/** The exit code of an error whose text was written for the person at the terminal; null for a defect. */
function expectedExitCode(error: unknown): number | null {
	if (error instanceof CliError) return error.exitCode;
	if (error instanceof UsageError) return EXIT.usage;
	const failed = [ListenError, StorageError, SnapshotError, AccountsUnavailable].some(
		(kind) => error instanceof kind,
	);
	return failed ? EXIT.failed : null;
}

try {
	const program = createProgram(version, COMMANDS, (exitCode) => {
		process.exitCode = exitCode;
	});
	await program.parseAsync(commandArguments(process.argv.slice(2), COMMANDS), { from: 'user' });
} catch (error) {
	if (error instanceof CommanderError) {
		process.exitCode = error.exitCode;
	} else {
		const exitCode = expectedExitCode(error);
		if (exitCode === null) throw error;
		// Of a write that fails LMDB says something itself, without an end of line.
		if (error instanceof StorageError && ['disk-full', 'io'].includes(error.kind)) console.error();
		console.error(`${styleFor(process.stderr, process.env).red('error:')} ${(error as Error).message}`);
		process.exitCode = exitCode;
	}
}
