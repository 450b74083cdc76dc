/** `parhelion asm`: assembly text into a program. */
import { link, linkErrorText } from '@parhelion/toolchain';
import { CliError, EXIT } from '../cli-error.ts';
import { writeOutputFile } from '../files.ts';
import type { FlagTable } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { ARCH_FLAG, ENTRY_FLAG, outputFlag, type ProgramVersion } from '../flags/program-flags.ts';
import { processOutput } from '../output.ts';
import { readProgramFile, SYSCALL_NAMES } from '../program-files.ts';
import { printable } from '../style.ts';
import { type Command, defineCommand } from './command.ts';

interface AsmOptions {
	readonly output?: string;
	readonly arch?: ProgramVersion;
	readonly entry?: string;
	readonly json?: boolean;
}

const FLAGS: FlagTable<AsmOptions> = {
	output: outputFlag('the first source, ending in .so'),
	arch: ARCH_FLAG,
	entry: ENTRY_FLAG,
	json: JSON_FLAG,
};

async function run(args: readonly string[], options: AsmOptions): Promise<number> {
	const { note, printJson } = processOutput();
	const [first = ''] = args;
	const inputs = args.map((name) => ({ name, assembly: new TextDecoder().decode(readProgramFile(name)) }));
	const { arch: version = 0, entry = 'entrypoint' } = options;
	const linked = link(inputs, { syscalls: SYSCALL_NAMES, version, entry });
	if (!linked.ok) throw new CliError(printable(linked.error.map(linkErrorText).join('\n')));
	const output = options.output ?? `${first.replace(/\.[^./\\]+$/, '')}.so`;
	const { elf, warnings } = linked.value;
	for (const warning of warnings) note(printable(`warning: ${warning}`));
	writeOutputFile(output, elf);
	if (options.json === true) printJson({ output, size: elf.length, version });
	else note(`${output}: ${elf.length.toLocaleString('en-US')} bytes, v${version}`);
	return EXIT.ok;
}

export const asmCommand: Command = defineCommand<AsmOptions>({
	name: 'asm',
	args: ['<source...>'],
	summary: 'assemble sBPF assembly into a program',
	flags: FLAGS,
	examples: [['parhelion asm hello.s --arch v3 -o hello.so', 'a program of version 3']],
	run,
});
