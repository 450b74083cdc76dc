/** `parhelion elf`: what is in a program or an object. */
import { type ElfReport, functionSizes, readElf } from '@parhelion/toolchain';
import { CliError, EXIT } from '../cli-error.ts';
import { type FlagTable, toggle } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { formatRows } from '../format.ts';
import { type Output, processOutput } from '../output.ts';
import { readProgramFile } from '../program-files.ts';
import { printable } from '../style.ts';
import { type Command, defineCommand } from './command.ts';

interface ElfOptions {
	readonly symbols?: boolean;
	readonly relocations?: boolean;
	readonly json?: boolean;
}

const FLAGS: FlagTable<ElfOptions> = {
	symbols: toggle({ group: 'Output', help: 'the symbols too' }),
	relocations: toggle({ group: 'Output', help: 'the relocations too' }),
	json: JSON_FLAG,
};

/** Functions that are listed where no one asks for JSON. */
const MAX_FUNCTIONS = 40;

const hex = (value: number): string => `0x${value.toString(16)}`;
const count = (value: number): string => value.toLocaleString('en-US');

function table(title: string, lines: readonly string[], { print, style }: Output): void {
	if (lines.length > 0) print('', `  ${style.bold(title)}`, ...lines.map((line) => `  ${printable(line)}`));
}

function show(report: ElfReport, { symbols = false, relocations = false }: ElfOptions, output: Output): void {
	output.print(
		'',
		...formatRows(
			[
				['Kind', report.type],
				['Version', `v${report.flags}`],
				['Entry', hex(report.entry)],
				['Size', `${count(report.size)} bytes`],
			],
			output.style,
		),
	);
	const sections = report.sections.filter(({ name }) => name !== '');
	table(
		'Sections',
		sections.map(
			({ name, address, size }) =>
				`${name.padEnd(20)} ${hex(address).padStart(10)} ${count(size).padStart(12)}`,
		),
		output,
	);
	const functions = functionSizes(report);
	table(
		`Functions (${count(functions.length)}, by size)`,
		functions
			.slice(0, MAX_FUNCTIONS)
			.map(({ name, address, size }) => `${count(size).padStart(10)} ${hex(address).padStart(10)}  ${name}`),
		output,
	);
	if (functions.length > MAX_FUNCTIONS) output.print(`  … ${count(functions.length - MAX_FUNCTIONS)} more`);
	if (symbols) {
		table(
			`Symbols (${count(report.symbols.length)})`,
			report.symbols.map(
				({ name, kind, binding, section, value, size }) =>
					`${hex(value).padStart(10)} ${count(size).padStart(8)} ${kind.padEnd(8)} ${binding.padEnd(6)} ${section.padEnd(16)} ${name}`,
			),
			output,
		);
	}
	if (relocations) {
		table(
			`Relocations (${count(report.relocations.length)})`,
			report.relocations.map(
				({ section, offset, type, symbol }) =>
					`${hex(offset).padStart(10)} ${type.padEnd(18)} ${section.padEnd(16)} ${symbol}`,
			),
			output,
		);
	}
	output.print('');
}

async function run([path = '']: readonly string[], options: ElfOptions): Promise<number> {
	const output = processOutput();
	const report = readElf(readProgramFile(path));
	if (!report.ok) throw new CliError(`${path}: ${printable(report.error)}`);
	if (options.json === true) {
		const { sections, ...rest } = report.value;
		output.printJson({
			...rest,
			sections: sections.map(({ bytes: _bytes, ...section }) => section),
			functions: functionSizes(report.value),
		});
	} else show(report.value, options, output);
	return EXIT.ok;
}

export const elfCommand: Command = defineCommand<ElfOptions>({
	name: 'elf',
	args: ['<file>'],
	summary: 'show what is in a program or an object: sections, symbols, relocations, sizes of functions',
	flags: FLAGS,
	examples: [
		['parhelion elf hello.so', 'sections, and functions by size'],
		['parhelion elf hello.o --symbols --relocations', 'all there is to see'],
	],
	run,
});
