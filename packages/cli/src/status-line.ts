/**
 * One line at the foot of the terminal that says where the chain stands.
 */
import type { Chain } from '@parhelion/runtime';
import type { Style } from './style.ts';

/** Milliseconds between two redraws, however short the slots. */
const MIN_INTERVAL = 100;
/** Empties the line that the cursor is on. */
export const CLEAR_LINE = '\r\u001b[2K';

/** Where the line is drawn. */
export interface Terminal {
	write(text: string): unknown;
	readonly columns?: number;
}

function plural(count: bigint | number, noun: string): string {
	return `${count.toLocaleString('en-US')} ${noun}${Number(count) === 1 ? '' : 's'}`;
}

/** The line's text, without colours. */
export function statusText(chain: Chain): string {
	return [
		`slot ${chain.slot.toLocaleString('en-US')}`,
		`finalized ${chain.root.toLocaleString('en-US')}`,
		plural(chain.transactionCount, 'transaction'),
		plural(chain.accountCount, 'account'),
	].join(' · ');
}

/** Draws the line at each slot until `stop` is called, which removes it. `clock` gives milliseconds. */
export function showStatus(
	chain: Chain,
	terminal: Terminal,
	style: Style,
	clock: () => number = () => performance.now(),
): { stop(): void } {
	let drawnAt = Number.NEGATIVE_INFINITY;
	const draw = (): void => {
		const now = clock();
		if (now - drawnAt < MIN_INTERVAL) return;
		drawnAt = now;
		// A line that wraps could not be cleared again.
		const text = statusText(chain).slice(0, Math.max(0, (terminal.columns ?? 80) - 3));
		terminal.write(`${CLEAR_LINE}  ${style.dim(text)}`);
	};
	draw();
	const ends = [chain.events.on('slot', draw), chain.events.on('transaction', draw)];
	return {
		stop: () => {
			for (const end of ends) end();
			terminal.write(CLEAR_LINE);
		},
	};
}
