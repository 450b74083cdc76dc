/**
 * What a flag is: a row with its name, arguments, help and how they are read. The command line, its help, the shell
 * completions, the configuration file and the page in docs/ are all made of these rows.
 */

/** An argument that cannot be what was meant; the text says what would do. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

/** The headings that flags stand under, in order. */
export const FLAG_GROUPS = [
	'Network',
	'Ledger',
	'Programs and accounts',
	'Another cluster',
	'Genesis',
	'Time',
	'Output',
	'Taken for the sake of scripts, without effect',
] as const;

/** A flag whose value is a `T`. The name is the key of its table in kebab case. */
export interface Flag<T> {
	/** A letter. */
	readonly short?: string;
	/** What follows the name; empty: nothing does. */
	readonly args: readonly string[];
	/** The argument may be left out. */
	readonly isArgOptional?: boolean;
	/** May be given more than once. */
	readonly isList?: boolean;
	readonly help: string;
	readonly group: (typeof FLAG_GROUPS)[number];
	readonly fallback?: T;
	/** Text of the default where it is no plain value. */
	readonly fallbackText?: string;
	/** Values that a shell may complete; `file`: a path. */
	readonly completes?: readonly string[] | 'file';
	/** Why it does nothing. */
	readonly inert?: string;
	/** Reads one occurrence; `before` is what the earlier ones came to. Throws a {@link UsageError}. */
	read(texts: readonly string[], before: T | undefined): T;
}

/** A row for each option of a command. */
export type FlagTable<O> = { readonly [K in keyof O]-?: Flag<NonNullable<O[K]>> };

/** `bpfProgram` as it is typed: `bpf-program`. */
export function flagName(key: string): string {
	return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `-u, --url <URL>`. */
export function flagSyntax(key: string, flag: Flag<unknown>): string {
	const short = flag.short === undefined ? '' : `-${flag.short}, `;
	const brackets = flag.isArgOptional ? '[]' : '<>';
	return [`${short}--${flagName(key)}`, ...flag.args.map((arg) => `${brackets[0]}${arg}${brackets[1]}`)].join(
		' ',
	);
}

/** What the help says of a flag: what it does, its default, and whether it may be repeated. */
export function flagHelp({ help, fallback, fallbackText, isList }: Flag<unknown>): string {
	const known = fallbackText ?? (fallback === undefined || fallback === false ? null : String(fallback));
	const notes = [known === null ? null : `default: ${known}`, isList === true ? 'repeatable' : null];
	const text = notes.filter((note) => note !== null).join('; ');
	return text === '' ? help : `${help} (${text})`;
}

type Row<T> = Omit<Flag<T>, 'args' | 'read' | 'isList'>;

/** A flag without argument. */
export function toggle(row: Row<boolean>): Flag<boolean> {
	return { fallback: false, ...row, args: [], read: () => true };
}

/** A flag with one argument. */
export function one<T>(arg: string, read: (text: string) => T, row: Row<T>): Flag<T> {
	return { ...row, args: [arg], read: ([text]) => read(text ?? '') };
}

/** A flag with `args.length` arguments that may be given more than once. */
export function list<T>(
	args: readonly string[],
	read: (...texts: string[]) => T,
	row: Row<readonly T[]>,
): Flag<readonly T[]> {
	return { ...row, args, isList: true, read: (texts, before = []) => [...before, read(...texts)] };
}

/** A flag of the test validator that has nothing to act upon here. */
export function inert(args: readonly string[], reason: string): Flag<string> {
	return {
		args,
		help: reason,
		inert: reason,
		group: 'Taken for the sake of scripts, without effect',
		read: (texts) => texts.join(' '),
	};
}
