/**
 * The command line: its commands, and how it is read.
 */
import { Command as Commander, type HelpConfiguration } from 'commander';
import { EXIT } from './cli-error.ts';
import type { Command } from './commands/command.ts';
import { joinArguments, plainMessage } from './flags/command-line.ts';

/** What runs where no command is named. */
const DEFAULT_COMMAND = 'start';
/** What the program itself answers to. */
const OWN_FLAGS: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version']);

/** Characters of the column of names; a longer name has a line of its own. */
const TERM_WIDTH = 32;

/** The library's help, with narrow columns and without what the rows say themselves. */
const HELP: HelpConfiguration = {
	padWidth: () => TERM_WIDTH,
	optionDescription: ({ description }) => description,
	subcommandTerm: (command) => {
		const args = command.registeredArguments.map((argument) => humanReadable(argument.name(), argument));
		return [command.name(), ...args].join(' ');
	},
	formatItem: (term, width, description, helper) => {
		const text = helper.boxWrap(description, Math.max(40, (helper.helpWidth ?? 80) - width - 4));
		const lines = text.replaceAll('\n', `\n${' '.repeat(width + 4)}`);
		if (term.length > width) return `  ${term}\n${' '.repeat(width + 4)}${lines}`;
		return `  ${term.padEnd(width + 2)}${lines}`;
	},
};

function humanReadable(
	name: string,
	{ required, variadic }: { required: boolean; variadic: boolean },
): string {
	const text = variadic ? `${name}...` : name;
	return required ? `<${text}>` : `[${text}]`;
}

/** Makes the program of these commands; `finish` is told what the command that ran wants the process to end with. */
export function createProgram(
	version: string,
	commands: readonly Command[],
	finish: (exitCode: number) => void,
): Commander {
	const program = new Commander('parhelion')
		.description('A local Solana validator: the Solana VM and the runtime around it, in TypeScript.')
		.usage('[command] [options]')
		.version(version, '-V, --version', 'print the version')
		.helpOption('-h, --help', 'print this help')
		.helpCommand(false)
		.addHelpText(
			'after',
			`\nWithout a command it starts a node: parhelion ${DEFAULT_COMMAND} --help has the flags.\n`,
		);
	for (const command of commands) command.register(program, version, finish);
	for (const command of [program, ...program.commands]) {
		const path = command === program ? 'parhelion' : `parhelion ${command.name()}`;
		command
			.configureHelp(HELP)
			.showHelpAfterError(`(${path} --help tells what there is)`)
			.configureOutput({ outputError: (text, write) => write(plainMessage(text)) })
			.exitOverride((error) => {
				// The library ends with 1 for whatever is wrong with the command line.
				error.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
				throw error;
			});
	}
	return program;
}

/** What to parse: the default command put in, and the arguments of one flag together. A `UsageError` for too few. */
export function commandArguments(argv: readonly string[], commands: readonly Command[]): string[] {
	const [first] = argv;
	const named = first !== undefined && (!first.startsWith('-') || OWN_FLAGS.has(first));
	const line = named ? argv : [DEFAULT_COMMAND, ...argv];
	const command = commands.find(({ name }) => name === line[0]);
	return command === undefined ? [...line] : joinArguments(line, command.flags);
}
