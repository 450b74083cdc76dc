/** `parhelion disasm`: a program as assembly text. */
import { disassembleProgram } from '@parhelion/toolchain';
import { CliError, EXIT } from '../cli-error.ts';
import { writeOutputFile } from '../files.ts';
import { type FlagTable, toggle } from '../flags/flag.ts';
import { outputFlag } from '../flags/program-flags.ts';
import { processOutput } from '../output.ts';
import { readProgramFile, SYSCALL_NAMES } from '../program-files.ts';
import { printable } from '../style.ts';
import { type Command, defineCommand } from './command.ts';

interface DisasmOptions {
	readonly sourceLines?: boolean;
	readonly output?: string;
}

const FLAGS: FlagTable<DisasmOptions> = {
	sourceLines: toggle({
		group: 'Output',
		help: 'source lines between the instructions, where the file has debug information',
	}),
	output: outputFlag('the terminal'),
};

async function run([path = '']: readonly string[], options: DisasmOptions): Promise<number> {
	const { sourceLines = false, output } = options;
	const text = disassembleProgram(readProgramFile(path), SYSCALL_NAMES, { sourceLines });
	if (!text.ok) throw new CliError(`${path}: this is no program that loads: ${printable(text.error)}`);
	if (output === undefined) processOutput().print(printable(text.value.trimEnd()));
	else writeOutputFile(output, text.value);
	return EXIT.ok;
}

export const disasmCommand: Command = defineCommand<DisasmOptions>({
	name: 'disasm',
	args: ['<program>'],
	summary: 'show a program as assembly text, function by function',
	flags: FLAGS,
	examples: [
		['parhelion disasm hello.so', 'with the names of functions and syscalls'],
		['parhelion disasm hello.so --source-lines', 'with the lines of the source'],
	],
	run,
});
