/**
 * Where commands print: results to standard output, what is said besides to standard error.
 */
import { type Style, styleFor } from './style.ts';

/** What a command prints with. */
export interface Output {
	readonly style: Style;
	print(...lines: readonly string[]): void;
	/** For the person at the terminal alone. */
	note(line: string): void;
	/** `value` as JSON; integers beyond 2^53 as texts. */
	printJson(value: unknown): void;
}

/** The output of this process. */
export function processOutput(): Output {
	const notes = styleFor(process.stderr, process.env);
	const print = (...lines: readonly string[]): void => {
		for (const line of lines) console.log(line);
	};
	return {
		style: styleFor(process.stdout, process.env),
		print,
		note: (line) => console.error(`  ${notes.dim(line)}`),
		printJson: (value) =>
			print(
				JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner), 2),
			),
	};
}
