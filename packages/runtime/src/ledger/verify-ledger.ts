/**
 * Checks all that a ledger holds, without changing it: every block that is kept, every signature, the accounts.
 *
 * Where the first block is still there all of them are executed, from the genesis on in memory. Where it was purged, those up
 * to the root can be checked for their proof of history and their signatures alone, since nothing has the accounts that they
 * began with; those above are executed.
 */
import type { Hash, Slot, UnixTimestamp } from '@parhelion/sdk';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { StorageError } from '../accounts-db/storage-error.ts';
import { type BankCheckpoint, decodeBankCheckpoint } from '../bank/bank-checkpoint.ts';
import type { BankOptions } from '../bank/bank-context.ts';
import { BankForks } from '../bank/bank-forks.ts';
import type { SlotLeader } from '../bank/leader-schedule.ts';
import { verifySignatures } from '../bank/verify-transaction.ts';
import { rootBank } from '../chain-start.ts';
import { type BlockExecutor, SerialExecutor } from '../scheduler/block-executor.ts';
import { hashesPerTickOf } from './block-recorder.ts';
import type { Blockstore } from './blockstore.ts';
import type { BlockMeta } from './blockstore-types.ts';
import { tickCount } from './entry.ts';
import { blockErrorText, maxEntryHashes, verifyTicks } from './entry-verification.ts';
import { type Ledger, ledgerLeader } from './ledger.ts';
import { readBack } from './ledger-blocks.ts';
import { type ProofVerifier, SerialProofVerifier } from './proof-verifier.ts';
import { openReplayed, readEntries, transactionsOf, verifyBlock, voidBlock } from './replay.ts';

/** How to verify. */
export interface VerifyLedgerOptions {
	/** Executes the blocks; in this thread by default. Whose it is closes it. */
	readonly executor?: BlockExecutor;
	/** Checks the proof of history; in this thread by default. Whose it is closes it. */
	readonly proofs?: ProofVerifier;
	/** Is told how many blocks, then how many accounts are done. */
	readonly onProgress?: (what: 'blocks' | 'accounts', done: number, total: number) => void;
}

/** What a ledger holds. */
export interface LedgerReport {
	/** The first and the newest block; `null` where there is none. */
	readonly slots: readonly [first: Slot, newest: Slot] | null;
	readonly blocks: number;
	/** Blocks that were executed again. */
	readonly executed: number;
	/** Blocks that were made without the limits of a block. */
	readonly unlimited: number;
	readonly transactions: number;
	/** The newest rooted slot, at which the accounts stand; `null` where nothing was rooted. */
	readonly root: Slot | null;
	readonly accounts: number;
	/** The bank hash of the newest block. */
	readonly bankHash: Hash | null;
}

/** Accounts between two reports. */
const REPORT_EVERY = 10_000;

/** Verifies a ledger that no chain is open on. Errors (StorageError): `corrupt` with the slot and what is wrong there. */
export async function verifyLedger(ledger: Ledger, options: VerifyLedgerOptions = {}): Promise<LedgerReport> {
	const { executor = new SerialExecutor(), proofs = new SerialProofVerifier() } = options;
	const onProgress = options.onProgress ?? ((): void => {});
	const checkpoint = readCheckpoint(ledger);
	const root = checkpoint?.slot ?? null;
	const blocks = keptBlocks(ledger, root);
	const [first, newest] = [blocks[0], blocks.at(-1)];
	const replay = first === undefined ? null : new Replay(ledger, first.slot > 0n);
	let executed = 0;
	let bankHash = checkpoint?.hash ?? null;
	for (const [i, meta] of blocks.entries()) {
		const parent = blocks[i - 1] ?? null;
		if (replay!.reaches(meta)) {
			bankHash = await replay!.run(meta, executor, proofs);
			executed++;
		} else bankHash = await verifyUnexecuted(ledger, meta, parent, replay!.hashesPerTick(meta.slot), proofs);
		if (meta.slot === root && bankHash?.equals(checkpoint!.hash) !== true) {
			throw voidBlock(root, `the accounts are those of a block with bank hash ${checkpoint!.hash}`);
		}
		onProgress('blocks', i + 1, blocks.length);
	}
	if (checkpoint !== null) verifyAccounts(ledger, checkpoint, onProgress);
	return {
		slots: first === undefined ? null : [first.slot, newest!.slot],
		blocks: blocks.length,
		executed,
		unlimited: blocks.filter(({ origin }) => origin === 'unlimited').length,
		transactions: blocks.reduce((sum, { transactionCount }) => sum + transactionCount, 0),
		root,
		accounts: ledger.storage.accountCount,
		bankHash,
	};
}

function readCheckpoint({ storage }: Ledger): BankCheckpoint | null {
	const checkpoint = storage.checkpoint();
	if (checkpoint === null) {
		if (storage.root === null) return null;
		throw voidBlock(storage.root, 'its accounts are there, its bank is not');
	}
	return readBack(checkpoint.slot, 'the checkpoint', decodeBankCheckpoint(checkpoint.fields));
}

/** The blocks of the chain, oldest first: the rooted ones, each on the one before, and those on top of them. */
function keptBlocks({ blockstore }: Ledger, root: Slot | null): BlockMeta[] {
	const rooted = root === null ? [] : [...blockstore.blocks(0n, root)].filter((meta) => meta.rooted);
	for (const [i, { slot, parent }] of rooted.entries()) {
		const before = rooted[i - 1];
		if (before !== undefined && parent !== before.slot) {
			throw voidBlock(slot, `the block that it builds upon, of slot ${parent}, is missing`);
		}
	}
	if (rooted.length > 0 && rooted.at(-1)!.slot !== root) throw voidBlock(root!, 'it is missing');
	const genesis = root === null ? blockstore.getMeta(0n) : null;
	return [...rooted, ...(genesis === null ? [] : [genesis]), ...blockstore.replayable(root ?? 0n)];
}

/** Executes blocks in their order, from the genesis or from the checkpoint on. */
class Replay {
	readonly #blockstore: Blockstore;
	readonly #leader: SlotLeader;
	readonly #forks: BankForks;
	readonly #fromCheckpoint: boolean;
	#time: UnixTimestamp;

	constructor(ledger: Ledger, fromCheckpoint: boolean) {
		const { blockstore, genesis, storage } = ledger;
		const leader = ledgerLeader(blockstore);
		if (leader === null) throw voidBlock(0n, 'nobody knows who made it');
		this.#blockstore = blockstore;
		this.#leader = leader;
		this.#fromCheckpoint = fromCheckpoint;
		this.#time = fromCheckpoint ? 0n : (blockstore.getMeta(0n)?.blockTime ?? genesis.creationTime);
		const accountsDb = new AccountsDb({ storage: fromCheckpoint ? storage : new MemoryStorage() });
		const options: BankOptions = { unixTimestamp: () => this.#time };
		this.#forks = new BankForks(rootBank(ledger, accountsDb, leader, options));
	}

	/** Whether a block can be executed: the accounts that it began with are there. */
	reaches({ slot }: BlockMeta): boolean {
		return !this.#fromCheckpoint || slot > this.#forks.root;
	}

	/** Hashes of a tick of a slot up to the root; 0: the chain does not hash. */
	hashesPerTick(slot: Slot): bigint {
		return BigInt(hashesPerTickOf({ slotParams: this.#forks.rootBank.slotParams, slot }) ?? 0);
	}

	/** Executes a block; its bank hash. */
	async run(meta: BlockMeta, executor: BlockExecutor, proofs: ProofVerifier): Promise<Hash> {
		const forks = this.#forks;
		this.#time = meta.blockTime ?? this.#time;
		const bank =
			meta.slot === 0n
				? forks.rootBank
				: forks.insert(openReplayed(forks.get(meta.parent)!, this.#leader, meta, this.#blockstore));
		await verifyBlock(bank, this.#blockstore, meta, executor, proofs);
		// In memory of its own it needs no more than what comes next needs.
		if (meta.rooted && !this.#fromCheckpoint) {
			forks.setRoot(bank.slot);
			bank.shared.accountsDb.flushSync();
		}
		return bank.hash;
	}
}

/** Checks of a block what needs no accounts; its bank hash, as it was stored. */
async function verifyUnexecuted(
	{ blockstore, genesis }: Ledger,
	{ slot, blockhash, bankHash, origin }: BlockMeta,
	parent: BlockMeta | null,
	hashesPerTick: bigint,
	proofs: ProofVerifier,
): Promise<Hash | null> {
	const entries = readEntries(blockstore, slot);
	const last = entries.at(-1);
	if (last?.hash.equals(blockhash) !== true) throw voidBlock(slot, 'its blockhash is another');
	const skipped = origin === 'foreign' && parent !== null ? slot - parent.slot - 1n : 0n;
	// Before the oldest block that is kept nobody knows how many slots were skipped.
	const isCounted = parent !== null || origin !== 'foreign';
	const maxTickHeight = isCounted ? genesis.ticksPerSlot * (1n + skipped) : tickCount(entries);
	const ticks = verifyTicks(
		entries,
		{ tickHeight: 0n, maxTickHeight, hashesPerTick, tickHashCount: 0n },
		true,
	);
	if (!ticks.ok) throw voidBlock(slot, blockErrorText(ticks.error));
	const [from, rest] = parent === null ? [entries[0]!.hash, entries.slice(1)] : [parent.blockhash, entries];
	const isRight = await proofs.verify(rest, from, maxEntryHashes(hashesPerTick));
	if (!isRight) throw voidBlock(slot, blockErrorText('InvalidEntryHash'));
	if (!transactionsOf(entries).every(verifySignatures)) {
		throw voidBlock(slot, 'a transaction is refused: SignatureFailure');
	}
	return bankHash;
}

/** Checks that the accounts are those of the root's bank. */
function verifyAccounts(
	{ storage }: Ledger,
	{ slot, accountsLtHash, capitalization }: BankCheckpoint,
	onProgress: NonNullable<VerifyLedgerOptions['onProgress']>,
): void {
	const sum = new AccountsLtHash();
	const total = storage.accountCount;
	let done = 0;
	let lamports = 0n;
	for (const [pubkey, account] of storage.accounts()) {
		sum.mixIn(pubkey, account);
		lamports += account.lamports;
		if (++done % REPORT_EVERY === 0) onProgress('accounts', done, total);
	}
	onProgress('accounts', done, total);
	const isCounted = BigInt.asUintN(64, lamports) === capitalization;
	if (!sum.checksum().equals(accountsLtHash.checksum()) || !isCounted) {
		throw new StorageError(
			'corrupt',
			`The accounts of slot ${slot} do not hash to what its bank says. The ledger was changed from outside. Restore it from a copy, or start anew.`,
		);
	}
}
