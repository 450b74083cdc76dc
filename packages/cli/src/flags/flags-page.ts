/**
 * The tables of docs/cli.md, out of the rows that the command line is made of.
 */
import type { Command } from '../commands/command.ts';
import { FLAG_GROUPS, flagHelp, flagSyntax } from './flag.ts';

/** Where the tables stand in the page. */
export const PAGE_MARKS = ['<!-- made of the flag tables -->', '<!-- end -->'] as const;

/** A cell of a table. */
function cell(text: string): string {
	return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function flagTables(command: Command): string[] {
	const rows = Object.entries(command.flags);
	return FLAG_GROUPS.flatMap((group) => {
		const own = rows.filter(([, flag]) => flag.group === group);
		if (own.length === 0) return [];
		return [
			`**${group}**`,
			'',
			'| Flag | What it does |',
			'| --- | --- |',
			...own.map(
				([key, flag]) => `| \`${flagSyntax(key, flag).replaceAll('|', '\\|')}\` | ${cell(flagHelp(flag))} |`,
			),
			'',
		];
	});
}

/** The part of the page between the marks. `fork` has the flags of `start`. */
export function flagsPage(commands: readonly Command[]): string {
	return commands
		.flatMap((command) => [
			`### parhelion ${[command.name, ...command.args].join(' ')}`,
			'',
			`${command.summary[0]?.toUpperCase() ?? ''}${command.summary.slice(1)}.`,
			'',
			'```sh',
			...command.examples.flatMap(([line, does]) => [`# ${does}`, line]),
			'```',
			'',
			...(command.name === 'fork'
				? ['Its flags are those of `start`; `--url` is needed.', '']
				: flagTables(command)),
		])
		.join('\n')
		.trimEnd();
}
