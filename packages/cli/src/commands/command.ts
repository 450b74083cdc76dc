/**
 * What a command is: a row with its name, arguments, flags, examples and what it does.
 */
import type { Command as Commander } from 'commander';
import { withConfigFile } from '../config/config-file.ts';
import { type AnyFlagTable, addFlags } from '../flags/command-line.ts';
import type { FlagTable } from '../flags/flag.ts';

/** A command line, and what it is good for. */
export type Example = readonly [line: string, does: string];

/** A command as its file defines it. */
export interface CommandRow<O> {
	readonly name: string;
	/** As the help shows them: `<signature>`, `[address...]`. */
	readonly args: readonly string[];
	readonly summary: string;
	readonly flags: FlagTable<O>;
	readonly examples: readonly Example[];
	/** Takes flags from a configuration file besides. */
	readonly readsConfig?: boolean;
	/** Does it; resolves to the exit code. */
	run(args: readonly string[], options: O, version: string): Promise<number>;
}

/** A command, whatever its options. */
export interface Command {
	readonly name: string;
	readonly args: readonly string[];
	readonly summary: string;
	readonly flags: AnyFlagTable;
	readonly examples: readonly Example[];
	/** Adds it to `program`; `finish` is told the exit code. */
	register(program: Commander, version: string, finish: (exitCode: number) => void): void;
}

function examplesText(examples: readonly Example[]): string {
	return `\nExamples:\n${examples.map(([line, does]) => `  # ${does}\n  ${line}`).join('\n\n')}\n`;
}

/** Makes a command of its row. */
export function defineCommand<O extends object>(row: CommandRow<O>): Command {
	const flags: AnyFlagTable = Object.fromEntries(Object.entries(row.flags));
	return {
		...row,
		flags,
		register(program, version, finish) {
			const command = program.command([row.name, ...row.args].join(' ')).description(row.summary);
			addFlags(command, flags);
			command
				.helpOption('-h, --help', 'print this help')
				.allowExcessArguments(false)
				.addHelpText('after', examplesText(row.examples))
				.action(async () => {
					const typed = command.opts<O>();
					const isTyped = (key: string): boolean => command.getOptionValueSource(key) === 'cli';
					const options = row.readsConfig === true ? withConfigFile(typed, flags, isTyped) : typed;
					finish(await row.run(command.args, options, version));
				});
		},
	};
}
