/**
 * Hands the rows of a flag table to the library that reads the command line, and gets the values back.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Flag, flagHelp, flagName, flagSyntax, UsageError } from './flag.ts';

/** Between the arguments of one flag; no argument of a process can hold it. */
const SEPARATOR = '\0';

/** A table whose values may be anything. */
export type AnyFlagTable = Readonly<Record<string, Flag<unknown>>>;

function toOption(key: string, flag: Flag<unknown>): Option {
	const option = new Option(flagSyntax(key, flag), flagHelp(flag)).helpGroup(`${flag.group}:`);
	if (flag.fallback !== undefined) option.default(flag.fallback);
	if (flag.args.length === 0) return option;
	option.argParser((text: string, before: unknown) => {
		try {
			return flag.read(text.split(SEPARATOR), before);
		} catch (thrown) {
			if (thrown instanceof UsageError) throw new InvalidArgumentError(thrown.message);
			throw thrown;
		}
	});
	return option;
}

/** Gives `command` the flags of `table`, in its order. */
export function addFlags(command: Command, table: AnyFlagTable): void {
	for (const [key, flag] of Object.entries(table)) command.addOption(toOption(key, flag));
}

/**
 * The arguments with those of a flag that takes several joined to it, which the library does not know of. A
 * {@link UsageError} for a flag with too few.
 */
export function joinArguments(argv: readonly string[], table: AnyFlagTable): string[] {
	const counts = new Map<string, Flag<unknown>>();
	for (const [key, flag] of Object.entries(table)) {
		if (flag.args.length > 1) counts.set(`--${flagName(key)}`, flag);
	}
	const joined: string[] = [];
	for (let i = 0; i < argv.length; i++) {
		const token = argv[i] ?? '';
		if (token === '--') return [...joined, ...argv.slice(i)];
		const flag = counts.get(token);
		if (flag === undefined) {
			joined.push(token);
			continue;
		}
		const texts = argv.slice(i + 1, i + 1 + flag.args.length);
		if (texts.length < flag.args.length || texts.some((text) => text.startsWith('--'))) {
			throw new UsageError(`${token} takes ${flag.args.join(' ')}.`);
		}
		joined.push(`${token}=${texts.join(SEPARATOR)}`);
		i += flag.args.length;
	}
	return joined;
}

/** What the library says of a wrong argument, in one line as it was typed. */
export function plainMessage(text: string): string {
	return text.replaceAll(SEPARATOR, ' ');
}
