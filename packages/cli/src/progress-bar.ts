/**
 * One line that says how far a long work has come; nothing where the work is short.
 */

import { CLEAR_LINE, type Terminal } from './status-line.ts';
import type { Style } from './style.ts';

/** Milliseconds before anything is drawn, and between two redraws. */
const PATIENCE = 300;
const MIN_INTERVAL = 50;
const BAR_WIDTH = 24;

/** Draws a bar from the first call on; `done` of `total` removes it. `clock` gives milliseconds. */
export function progressBar(
	what: string,
	terminal: Terminal,
	style: Style,
	clock: () => number = () => performance.now(),
): (done: number, total: number) => void {
	const begun = clock();
	let drawnAt = Number.NEGATIVE_INFINITY;
	let isDrawn = false;
	return (done, total) => {
		if (done >= total) {
			if (isDrawn) terminal.write(CLEAR_LINE);
			isDrawn = false;
			return;
		}
		const now = clock();
		if (now - begun < PATIENCE || now - drawnAt < MIN_INTERVAL) return;
		drawnAt = now;
		isDrawn = true;
		const filled = Math.floor((done / total) * BAR_WIDTH);
		const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
		const text = `${what} ${bar} ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
		terminal.write(`${CLEAR_LINE}  ${style.dim(text.slice(0, Math.max(0, (terminal.columns || 80) - 3)))}`);
	};
}
