/**
 * Runs a stored block again: the same entries on the same parent, to the same bank hash.
 *
 * Owns: the checks of the proof of history and of what the origin of a block leaves open, the order of entries and of what
 * was written past the rules between them. Refuses: to say who executes.
 *
 * Source: solana-ledger 4.3.0 (blockstore_processor.rs: `confirm_slot_entries`, `process_entries`), solana-runtime 4.3.0
 * (transaction_execution.rs: `check_block_cost_limits`).
 */
import type { Slot, VersionedTransaction } from '@parhelion/sdk';
import { StorageError } from '../accounts-db/storage-error.ts';
import { Bank } from '../bank/bank.ts';
import type { TransactionOutcome } from '../bank/bank-types.ts';
import type { SlotLeader } from '../bank/leader-schedule.ts';
import { overwriteAccount } from '../bank/overwrite-account.ts';
import { type BlockExecutor, type ExecuteOptions, executeSerially } from '../scheduler/block-executor.ts';
import { hashesPerTickOf } from './block-recorder.ts';
import { type BlockHardForks, decodeHardForks, decodeOverwrites } from './block-sidecar.ts';
import type { Blockstore } from './blockstore.ts';
import type { BlockMeta, BlockOrigin } from './blockstore-types.ts';
import { decodeEntries, type Entry, isTick } from './entry.ts';
import { blockErrorText, maxEntryHashes, verifyEntries, verifyTicks } from './entry-verification.ts';
import { readBack } from './ledger-blocks.ts';
import type { ProofVerifier } from './proof-verifier.ts';

/** What this node has checked when it made a block need not be checked again; what it has not kept cannot be. */
const OPTIONS: Readonly<Record<BlockOrigin, ExecuteOptions>> = {
	own: { skipSigVerify: true, blockLimits: 'check' },
	unlimited: { skipSigVerify: true, blockLimits: 'ignore' },
	foreign: { skipSigVerify: false, blockLimits: 'check' },
};

const WRONG_HASH = blockErrorText('InvalidEntryHash');

function optionsOf({ origin }: BlockMeta): ExecuteOptions {
	return { ...OPTIONS[origin], keepNoOpTransactions: true, stopAtRefusal: true };
}

/**
 * The bank for a block on that of its parent, which is frozen. Slots that this node left out it warped over; others ticked
 * through them.
 */
export function openReplayed(
	parent: Bank,
	leader: SlotLeader,
	{ slot, origin }: BlockMeta,
	blockstore: Blockstore,
): Bank {
	parent.shared.hardForks.forks = hardForksOf(blockstore, slot)?.opened ?? parent.hardForks;
	return Bank.newFromParent(parent, leader, slot, origin !== 'foreign' && slot > parent.slot + 1n);
}

/** The hard forks that the bank of a block knew of; `null`: those that its parent's knew of. */
function hardForksOf(blockstore: Blockstore, slot: Slot): BlockHardForks | null {
	const sidecar = blockstore.getSidecar(slot, 'hardForks');
	return sidecar === null ? null : readBack(slot, 'the hard forks', decodeHardForks(sidecar));
}

/** Runs the block of `meta` in a bank that was opened for it, and freezes the bank. StorageError (`corrupt`) for a block that does not hold. */
export function replayBlock(bank: Bank, blockstore: Blockstore, meta: BlockMeta): void {
	const { entries, maxNumHashes } = readReplayed(bank, blockstore);
	const isRight = verifyEntries(entries, bank.lastBlockhash(), maxNumHashes);
	if (!isRight) throw voidBlock(bank.slot, WRONG_HASH);
	const parts = partsOf(bank, blockstore, meta, entries);
	const options = optionsOf(meta);
	for (let part = parts.next(); part.done !== true; ) {
		const outcomes: TransactionOutcome[] = [];
		executeSerially(bank, part.value, options, outcomes);
		part = parts.next(outcomes);
	}
}

/** As {@link replayBlock}, by others than this thread, and all signatures checked, whoever made the block. */
export async function verifyBlock(
	bank: Bank,
	blockstore: Blockstore,
	meta: BlockMeta,
	executor: BlockExecutor,
	proofs: ProofVerifier,
): Promise<void> {
	const { entries, maxNumHashes } = readReplayed(bank, blockstore);
	const isRight = await proofs.verify(entries, bank.lastBlockhash(), maxNumHashes);
	if (!isRight) throw voidBlock(bank.slot, WRONG_HASH);
	const parts = partsOf(bank, blockstore, meta, entries);
	const options = { ...optionsOf(meta), skipSigVerify: false };
	for (let part = parts.next(); part.done !== true; ) {
		part = parts.next(await executor.execute(bank, part.value, options));
	}
}

/**
 * The steps of a replay: what is executed as one, up to the next account that was written past the rules. Is told what became
 * of the transactions, up to the first that was refused.
 */
function* partsOf(
	bank: Bank,
	blockstore: Blockstore,
	meta: BlockMeta,
	entries: readonly Entry[],
): Generator<readonly VersionedTransaction[], void, readonly TransactionOutcome[]> {
	const { slot } = meta;
	const hardForks = hardForksOf(blockstore, slot);
	if (hardForks !== null) bank.shared.hardForks.forks = hardForks.frozen;
	const sidecar = blockstore.getSidecar(slot, 'overwrites');
	const overwrites = sidecar === null ? [] : readBack(slot, 'the overwrites', decodeOverwrites(sidecar));
	let done = 0;
	for (const { position, pubkey, account } of overwrites) {
		if (position < done || position >= entries.length) throw voidBlock(slot, 'its overwrites are misplaced');
		checkOutcomes(slot, yield transactionsOf(entries.slice(done, position)));
		overwriteAccount(bank, pubkey, account);
		done = position;
	}
	checkOutcomes(slot, yield transactionsOf(entries.slice(done)));
	for (const entry of entries) if (isTick(entry)) bank.registerTick(entry.hash);
	bank.freeze();
	if (!bank.lastBlockhash().equals(meta.blockhash)) throw voidBlock(slot, 'its blockhash is another');
	if (meta.bankHash !== null && !bank.hash.equals(meta.bankHash)) {
		throw voidBlock(slot, `it leads to bank hash ${bank.hash}, not ${meta.bankHash}`);
	}
}

/** The entries of a block. StorageError (`corrupt`) where they do not decode. */
export function readEntries(blockstore: Blockstore, slot: bigint): readonly Entry[] {
	const bytes = blockstore.getEntries(slot) ?? new Uint8Array(0);
	return readBack(slot, 'the entries', decodeEntries(bytes, bytes.length));
}

/** The transactions of entries, in order. */
export function transactionsOf(entries: readonly Entry[]): VersionedTransaction[] {
	return entries.flatMap(({ transactions }) => transactions);
}

function checkOutcomes(slot: bigint, outcomes: readonly TransactionOutcome[]): void {
	const last = outcomes.at(-1);
	if (last?.committed === false) throw voidBlock(slot, `a transaction is refused: ${last.err?.kind}`);
}

/**
 * The entries for a bank, and how many hashes one of them may have. Where ticks have a number of hashes all of it is checked
 * before anybody hashes; elsewhere `maxNumHashes` alone is known.
 */
function readReplayed(
	bank: Bank,
	blockstore: Blockstore,
): { readonly entries: readonly Entry[]; readonly maxNumHashes: bigint } {
	const entries = readEntries(blockstore, bank.slot);
	const { tickHeight, maxTickHeight } = bank;
	const hashesPerTick = BigInt(hashesPerTickOf(bank) ?? 0);
	const ticks = verifyTicks(entries, { tickHeight, maxTickHeight, hashesPerTick, tickHashCount: 0n }, true);
	if (!ticks.ok) throw voidBlock(bank.slot, blockErrorText(ticks.error));
	return { entries, maxNumHashes: maxEntryHashes(hashesPerTick) };
}

/** The error of a block that does not hold. */
export function voidBlock(slot: bigint, why: string): StorageError {
	return new StorageError(
		'corrupt',
		`The block of slot ${slot} cannot be replayed: ${why}. The ledger was changed from outside, or written by another version of the program. Restore it from a copy, or start anew.`,
	);
}
