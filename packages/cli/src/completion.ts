/**
 * Scripts for shells, made of the tables of commands and flags.
 */
import type { Command } from './commands/command.ts';
import { flagName } from './flags/flag.ts';

/** The shells that there are scripts for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

interface CompletedFlag {
	readonly long: string;
	readonly short: string | null;
	readonly help: string;
	readonly values: readonly string[] | 'file' | 'none';
	readonly takesValue: boolean;
}

function flagsOf(command: Command): CompletedFlag[] {
	return Object.entries(command.flags).map(([key, flag]) => ({
		long: `--${flagName(key)}`,
		short: flag.short === undefined ? null : `-${flag.short}`,
		help: flag.help,
		values: flag.completes ?? 'none',
		takesValue: flag.args.length > 0,
	}));
}

/** In single quotes, for any of the shells. */
function quoted(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}

function bash(commands: readonly Command[]): string {
	const names = commands.map(({ name }) => name).join(' ');
	const cases = commands.map((command) => {
		const words = flagsOf(command).flatMap(({ long, short }) => (short === null ? [long] : [long, short]));
		return `    ${command.name}) words=${quoted([...words, '--help'].join(' '))} ;;`;
	});
	const values = new Map<string, string>();
	for (const { long, short, values: known } of commands.flatMap(flagsOf)) {
		const reply = known === 'file' ? '-f' : known === 'none' ? null : `-W ${quoted(known.join(' '))}`;
		if (reply !== null)
			values.set(
				long,
				`    ${[long, short].filter((one) => one !== null).join('|')}) COMPREPLY=($(compgen ${reply} -- "$word")); return ;;`,
			);
	}
	return `_parhelion() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command=start words
  case "$previous" in
${[...values.values()].join('\n')}
  esac
  [[ "\${COMP_WORDS[1]}" != -* && $COMP_CWORD -gt 1 ]] && command="\${COMP_WORDS[1]}"
  if [[ $COMP_CWORD -eq 1 && "$word" != -* ]]; then
    COMPREPLY=($(compgen -W ${quoted(names)} -- "$word"))
    return
  fi
  case "$command" in
${cases.join('\n')}
    *) words='' ;;
  esac
  if [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$word")); else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _parhelion parhelion`;
}

/** A text inside the brackets and quotes of zsh's `_arguments`. */
function zshHelp(text: string): string {
	return text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", `'\\''`);
}

function zsh(commands: readonly Command[]): string {
	const described = commands.map(({ name, summary }) => `    '${name}:${zshHelp(summary)}'`);
	const cases = commands.map((command) => {
		const specs = flagsOf(command).flatMap(({ long, short, help, values, takesValue }) => {
			const action =
				values === 'file' ? ':file:_files' : values === 'none' ? ':value: ' : `:value:(${values.join(' ')})`;
			const spec = (name: string): string => `      '*${name}[${zshHelp(help)}]${takesValue ? action : ''}'`;
			return short === null ? [spec(long)] : [spec(long), spec(short)];
		});
		return `    ${command.name})\n      _arguments \\\n${specs.map((spec) => `  ${spec} \\\n`).join('')}        '*:file:_files' ;;`;
	});
	return `#compdef parhelion
_parhelion() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )) && [[ "$words[2]" != -* ]]; then
    _describe 'command' commands
    return
  fi
  local command="$words[2]"
  if [[ "$command" == -* ]]; then command=start; else shift words; (( CURRENT-- )); fi
  case "$command" in
${cases.join('\n')}
  esac
}
compdef _parhelion parhelion`;
}

function fish(commands: readonly Command[]): string {
	const names = commands.map(({ name }) => name).join(' ');
	const none = `not __fish_seen_subcommand_from ${names}`;
	const lines = commands.map(
		({ name, summary }) => `complete -c parhelion -n ${quoted(none)} -f -a ${name} -d ${quoted(summary)}`,
	);
	for (const command of commands) {
		const here = `__fish_seen_subcommand_from ${command.name}`;
		for (const { long, short, help, values, takesValue } of flagsOf(command)) {
			const names = `-l ${long.slice(2)}${short === null ? '' : ` -s ${short.slice(1)}`}`;
			const value =
				values === 'file'
					? ' -r -F'
					: values === 'none'
						? takesValue
							? ' -x'
							: ' -f'
						: ` -x -a ${quoted(values.join(' '))}`;
			lines.push(`complete -c parhelion -n ${quoted(here)} ${names}${value} -d ${quoted(help)}`);
		}
	}
	return lines.join('\n');
}

/** The script for a shell; null for one that there is none for. */
export function completionScript(shell: string, commands: readonly Command[]): string | null {
	switch (shell) {
		case 'bash':
			return bash(commands);
		case 'zsh':
			return zsh(commands);
		case 'fish':
			return fish(commands);
		default:
			return null;
	}
}
