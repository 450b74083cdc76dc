/**
 * Runs a stored block again: the same entries on the same parent, to the same bank hash.
 *
 * Owns: the checks of the proof of history, the order of entries and of what was written past the rules between them. Does
 * not check signatures of transactions: the block is this node's own, and its bank hash is compared.
 */
import type { Hash } from '@parhelion/sdk';
import { StorageError } from '../accounts-db/storage-error.ts';
import type { Bank } from '../bank/bank.ts';
import { overwriteAccount } from '../bank/overwrite-account.ts';
import { processTransaction } from '../bank/transaction-processing.ts';
import { hashesPerTickOf } from './block-recorder.ts';
import { decodeOverwrites } from './block-sidecar.ts';
import type { BlockMeta, Blockstore } from './blockstore.ts';
import { decodeEntries, type Entry } from './entry.ts';
import { blockErrorText, verifyEntries, verifyTicks } from './entry-verification.ts';
import { readBack } from './ledger-blocks.ts';

/** Runs the block of `meta` in a bank that was opened for it, and freezes the bank. StorageError (`corrupt`) for a block that does not hold. */
export function replayBlock(bank: Bank, blockstore: Blockstore, meta: BlockMeta): void {
	const { slot } = meta;
	const bytes = blockstore.getEntries(slot) ?? new Uint8Array(0);
	const entries = readBack(slot, 'the entries', decodeEntries(bytes, bytes.length));
	const startHash = bank.lastBlockhash();
	verifyProofOfHistory(bank, entries, startHash);
	const sidecar = blockstore.getSidecar(slot, 'overwrites');
	const overwrites = sidecar === null ? [] : readBack(slot, 'the overwrites', decodeOverwrites(sidecar));
	let done = 0;
	for (const [position, { hash, transactions }] of entries.entries()) {
		for (; done < overwrites.length && overwrites[done]!.position <= position; done++) {
			overwriteAccount(bank, overwrites[done]!.pubkey, overwrites[done]!.account);
		}
		for (const transaction of transactions) {
			const outcome = processTransaction(bank, transaction, {
				skipSigVerify: true,
				keepNoOpTransactions: true,
				blockLimits: 'ignore',
			});
			if (!outcome.committed) throw voidBlock(bank, `a transaction is refused: ${outcome.err?.kind}`);
		}
		if (transactions.length === 0) bank.registerTick(hash);
	}
	bank.freeze();
	if (!bank.lastBlockhash().equals(meta.blockhash)) throw voidBlock(bank, 'its blockhash is another');
	if (meta.bankHash !== null && !bank.hash.equals(meta.bankHash)) {
		throw voidBlock(bank, `it leads to bank hash ${bank.hash}, not ${meta.bankHash}`);
	}
}

function verifyProofOfHistory(bank: Bank, entries: readonly Entry[], startHash: Hash): void {
	if (!verifyEntries(entries, startHash)) throw voidBlock(bank, blockErrorText('InvalidEntryHash'));
	const { tickHeight, maxTickHeight } = bank;
	const hashesPerTick = BigInt(hashesPerTickOf(bank) ?? 0);
	const ticks = verifyTicks(entries, { tickHeight, maxTickHeight, hashesPerTick, tickHashCount: 0n }, true);
	if (!ticks.ok) throw voidBlock(bank, blockErrorText(ticks.error));
}

function voidBlock(bank: Bank, why: string): StorageError {
	return new StorageError(
		'corrupt',
		`The block of slot ${bank.slot} cannot be replayed: ${why}. The ledger was changed from outside, or written by another version of the program. Restore it from a copy, or start anew.`,
	);
}
