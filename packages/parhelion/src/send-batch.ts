/**
 * Many transactions in one go: run one after the other, as `sendTransaction` would, while other threads check the
 * signatures of those that are still to come.
 *
 * This file runs everywhere; the threads are lent by an entry that knows a platform with such (`setSignatureHelpers`).
 */
import type { VersionedTransaction } from '@parhelion/sdk';
import { wrongType } from './expect-type.ts';
import type { Transaction } from './kit-types.ts';
import type { LiteCore, LiteOutcome } from './lite-core.ts';
import { SignatureWindow } from './signature-window.ts';
import { decodeInput } from './transaction-input.ts';

/** Other threads. */
export interface SignatureHelpers {
	/** Sets them to work on a window; returns at once. */
	help(shared: SharedArrayBuffer): void;
}

let helpers: SignatureHelpers | null = null;

/** Lends threads to all instances; `null` takes them back. */
export function setSignatureHelpers(threads: SignatureHelpers | null): void {
	helpers = threads;
}

/** Transactions whose signatures are handed out together. */
const WINDOW = 256;
/** Fewer are not worth starting or waking anybody: a thread takes milliseconds to start. */
const FEWEST_TO_SHARE = 32;

/** The transactions, decoded. Throws for one that `sendTransaction` would throw for, and says which. */
export function decodeInputs(
	inputs: readonly (Transaction | Uint8Array)[],
	requireSignatures: boolean,
): (VersionedTransaction | null)[] {
	if (!Array.isArray(inputs)) throw wrongType('transactions', 'an array of transactions', inputs);
	// Not `map`: a hole is a wrong type too.
	return Array.from(inputs, (input: Transaction | Uint8Array, i) => {
		try {
			return decodeInput(input, requireSignatures);
		} catch (error) {
			if (error instanceof TypeError) throw new TypeError(`transactions[${i}]: ${error.message}`);
			if (error instanceof RangeError) throw new RangeError(`transactions[${i}]: ${error.message}`);
			throw error;
		}
	});
}

/** Runs and commits the transactions in their order. */
export function sendBatch(
	core: LiteCore,
	transactions: readonly (VersionedTransaction | null)[],
): LiteOutcome[] {
	const threads = helpers;
	if (threads === null || !core.sigverify || transactions.length < FEWEST_TO_SHARE) {
		return transactions.map((transaction) => core.send(transaction));
	}
	const open = (from: number): SignatureWindow | null => {
		if (from >= transactions.length) return null;
		const window = new SignatureWindow(transactions.slice(from, from + WINDOW));
		if (window.size > 0) threads.help(window.shared);
		return window;
	};
	const outcomes: LiteOutcome[] = [];
	let following = open(0);
	for (let from = 0; following !== null; from += WINDOW) {
		const window: SignatureWindow = following;
		// The threads are to find the next when they are through with this one.
		following = open(from + WINDOW);
		const to = Math.min(from + WINDOW, transactions.length);
		for (let i = from; i < to; i++) {
			outcomes.push(core.send(transactions[i]!, (transaction) => window.verify(i - from, transaction)));
		}
	}
	return outcomes;
}
