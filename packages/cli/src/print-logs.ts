/**
 * Prints transactions with their logs as they are processed.
 */
import type { Chain } from '@parhelion/runtime';
import { base58Encode, programIds, transactionErrorText, type VersionedTransaction } from '@parhelion/sdk';
import { formatLogTree } from 'parhelion/node';
import { printable, type Style } from './style.ts';

/** Whether it does nothing but vote: one in each slot, which nobody wants to see. */
function isVote({ message }: VersionedTransaction): boolean {
	const [first, ...more] = message.instructions;
	return (
		first !== undefined &&
		more.length === 0 &&
		message.accountKeys[first.programIdIndex]?.equals(programIds.vote) === true
	);
}

/** Prints each transaction of `chain`, votes apart, by `print` until the function that it gives is called. */
export function printLogs(chain: Chain, print: (line: string) => void, style: Style): () => void {
	return chain.events.on('transaction', ({ signature, slot, meta, transaction }) => {
		if (isVote(transaction)) return;
		const { err, computeUnitsConsumed, logMessages } = meta;
		const ended = err === null ? 'ok' : style.red(`failed: ${transactionErrorText(err)}`);
		print(
			`${style.bold(base58Encode(signature))} ${style.dim(`slot ${slot} · ${computeUnitsConsumed} CU ·`)} ${ended}`,
		);
		if (logMessages.length > 0) print(printable(formatLogTree(logMessages)).replace(/^/gm, '  '));
	});
}
