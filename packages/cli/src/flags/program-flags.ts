/**
 * The flags that commands about programs share.
 */
import { type Flag, one, UsageError } from './flag.ts';
import { nonEmpty } from './readers.ts';

/** The versions of programs that the linker writes. */
export type ProgramVersion = 0 | 3;

function programVersion(text: string): ProgramVersion {
	if (text === 'v0') return 0;
	if (text === 'v3') return 3;
	throw new UsageError('The version of a program is v0 or v3.');
}

/** Reads one of `names`. */
export function oneOf<T extends string>(what: string, names: readonly T[]): (text: string) => T {
	return (text) => {
		const found = names.find((name) => name === text);
		if (found === undefined) throw new UsageError(`${what} is one of ${names.join(', ')}.`);
		return found;
	};
}

export const ARCH_FLAG: Flag<ProgramVersion> = one('VERSION', programVersion, {
	group: 'Programs and accounts',
	help: "the program's version, v0 or v3",
	fallbackText: 'v0',
	completes: ['v0', 'v3'],
});

export const ENTRY_FLAG: Flag<string> = one('FUNCTION', nonEmpty('The name of the function'), {
	group: 'Programs and accounts',
	help: 'the function that the program starts at',
	fallbackText: 'entrypoint',
});

/** `--output`, `-o`. */
export function outputFlag(fallbackText: string): Flag<string> {
	return one('FILE', nonEmpty('The path of the file'), {
		short: 'o',
		group: 'Output',
		help: 'where to write it',
		fallbackText,
		completes: 'file',
	});
}
