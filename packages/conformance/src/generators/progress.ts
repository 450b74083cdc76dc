/** What a long run tells how far it is, and asks how long it took. */
export interface ProgressView {
	/** Seconds since the start. */
	readonly seconds: number;
	/** Says that `share` (0 to 1) is done. */
	show(share: number, note: string): void;
	end(): void;
}

/** One line of a terminal; nothing where there is none. */
export class Progress implements ProgressView {
	readonly #isShown: boolean = process.stderr.isTTY === true;
	readonly #start: number = performance.now();
	#shownAt = 0;

	/** Seconds since the start. */
	get seconds(): number {
		return (performance.now() - this.#start) / 1000;
	}

	/** Writes the line, at most ten times a second. */
	show(share: number, note: string): void {
		const now = performance.now();
		if (!this.#isShown || now - this.#shownAt < 100) return;
		this.#shownAt = now;
		const cells = 30;
		const done = Math.round(Math.min(1, share) * cells);
		process.stderr.write(`\r[${'#'.repeat(done)}${'.'.repeat(cells - done)}] ${note}\x1b[K`);
	}

	/** Clears the line. */
	end(): void {
		if (this.#isShown) process.stderr.write('\r\x1b[K');
	}
}
