/** `parhelion new`: the files that a program starts from. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
	TEMPLATE_NAMES,
	type TemplateFile,
	type TemplateName,
	templateFiles,
} from '@parhelion/toolchain/node';
import { CliError, EXIT } from '../cli-error.ts';
import { writeOutputFile } from '../files.ts';
import { type FlagTable, one, UsageError } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { oneOf } from '../flags/program-flags.ts';
import { processOutput } from '../output.ts';
import { type Command, defineCommand } from './command.ts';

interface NewOptions {
	readonly template?: TemplateName;
	readonly json?: boolean;
}

const FLAGS: FlagTable<NewOptions> = {
	template: one('TEMPLATE', oneOf('A template', TEMPLATE_NAMES), {
		short: 't',
		group: 'Programs and accounts',
		help: `what it is written in: ${TEMPLATE_NAMES.join(', ')}`,
		fallback: 'c',
		completes: TEMPLATE_NAMES,
	}),
	json: JSON_FLAG,
};

function filesOf(template: TemplateName, name: string): TemplateFile[] {
	try {
		return templateFiles(template, name);
	} catch (thrown) {
		if (thrown instanceof RangeError) throw new UsageError(thrown.message);
		throw thrown;
	}
}

async function run(
	[path = '']: readonly string[],
	{ template = 'c', json = false }: NewOptions,
): Promise<number> {
	const { print, printJson } = processOutput();
	const folder = resolve(path);
	const files = filesOf(template, basename(folder));
	if (existsSync(folder) && readdirSync(folder).length > 0) {
		throw new CliError(`${path}: there is something in this folder already`);
	}
	for (const file of files) writeOutputFile(join(folder, file.path), file.text);
	if (json) printJson({ folder, template, files: files.map((file) => file.path) });
	else print(...files.map((file) => `  ${join(path, file.path)}`), '', `  parhelion build ${path}`);
	return EXIT.ok;
}

export const newCommand: Command = defineCommand<NewOptions>({
	name: 'new',
	args: ['<folder>'],
	summary: 'start a program: its source and a test that runs it',
	flags: FLAGS,
	examples: [
		['parhelion new counter', 'in C'],
		['parhelion new vault --template pinocchio', 'in Rust with pinocchio'],
	],
	run,
});
