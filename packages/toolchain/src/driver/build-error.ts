/**
 * What can go wrong in a build besides the linker's errors.
 *
 * Owns the error type and its texts.
 */
import { type LinkError, linkErrorText } from '../linker/errors.ts';

/** Why there is no program. */
export type BuildError =
	/** A compiler is not installed; `install` says what brings it. */
	| { readonly kind: 'MissingTool'; readonly what: string; readonly install: readonly string[] }
	/** A compiler refused; `output` is what it said. */
	| { readonly kind: 'CompilerFailed'; readonly tool: string; readonly output: string }
	| { readonly kind: 'BadInput'; readonly detail: string }
	| { readonly kind: 'LinkFailed'; readonly errors: readonly LinkError[] };

/** What compilers say of limits of the machine, and what it means for a program. */
const HINTS: readonly (readonly [sign: RegExp, hint: string])[] = [
	[
		/BPF stack limit is exceeded/,
		'hint: a frame of a program has 4096 bytes; put large objects on the heap. Rust: sort_unstable needs no buffer, sort does.',
	],
	[
		/too many arg|variadic functions/,
		'hint: functions with variable arguments do not exist on this machine.',
	],
	[/unsupported dynamic stack allocation/, 'hint: arrays of variable length do not exist on this machine.'],
	[
		/built-in function '__(?:add|sub|mul|div|float|fix|gt|ge|lt|le|eq|ne|unord|extend|trunc)\w*[sd]f/,
		'hint: the machine has no floating point.',
	],
];

/** The error as a reader wants it: the compiler's own words, or one line each. */
export function buildErrorText(error: BuildError): string {
	switch (error.kind) {
		case 'MissingTool':
			return [
				`${error.what} is not installed. Install it with:`,
				...error.install.map((line) => `  ${line}`),
			].join('\n');
		case 'CompilerFailed':
			if (error.output.trim() === '') return `${error.tool} failed without a word`;
			return [
				error.output.trimEnd(),
				...HINTS.filter(([sign]) => sign.test(error.output)).map(([, hint]) => hint),
			].join('\n');
		case 'BadInput':
			return error.detail;
		case 'LinkFailed':
			return error.errors.map(linkErrorText).join('\n');
	}
}
