/**
 * The chain as one node makes and sees it: the forks, the open slot on the newest, the history that clients ask for.
 *
 * Owns: opening and completing slots, rooting, the order in which both reach the disk. Refuses: time (someone calls
 * {@link Chain.advanceSlot}), how blocks are made, kept and found (`ledger/`), any wire format.
 *
 * Questions are answered from the open slot; {@link Chain.bankAt} gives the bank of another commitment. With one validator
 * there is one fork, and a slot is rooted once {@link ROOT_DEPTH} others stand on it.
 */
import { ed25519Sign } from '@parhelion/crypto';
import {
	type AccountSharedData,
	compileLegacyMessage,
	encodeMessage,
	type Lamports,
	type Pubkey,
	type Slot,
	type UnixTimestamp,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { Bank } from './bank/bank.ts';
import type { BankForks } from './bank/bank-forks.ts';
import type {
	CommittedTransaction,
	ConfirmationStatus,
	GenesisOptions,
	Keypair,
	ProcessOptions,
	SignatureStatus,
	TransactionOutcome,
	Voter,
} from './bank/bank-types.ts';
import { MAX_RECENT_BLOCKHASHES } from './bank/blockhash-queue.ts';
import type { SlotLeader } from './bank/leader-schedule.ts';
import { hashMessage } from './bank/verify-transaction.ts';
import { type BatchOptions, OpenBlock } from './chain-open-block.ts';
import { type ChainSnapshot, revertBanks, takeSnapshot } from './chain-snapshot.ts';
import { type ChainStart, type OpenOptions, startFromGenesis, startFromLedger } from './chain-start.ts';
import { ChainView } from './chain-view.ts';
import { voteTransaction } from './consensus/own-votes.ts';
import { transferInstruction } from './genesis/local-genesis.ts';
import type { ChainBlock, SignatureInfo, SignaturesQuery } from './ledger/block-history.ts';
import { ChainArchive } from './ledger/chain-archive.ts';
import type { Ledger } from './ledger/ledger.ts';
import { persistBlock, purgeLedger } from './ledger/ledger-writer.ts';

/** Slots after which a slot of a cluster with one validator is rooted. */
const ROOT_DEPTH = 32n;

/** The last slot that a chain is warped to: slots are numbers of 53 bits, and there must be room to go on. */
export const MAX_WARP_SLOT: Slot = 1n << 52n;

/** A chain with one validator. */
export class Chain extends ChainView {
	/** Collects the fees. */
	readonly identity: Pubkey;
	/** Pays for {@link airdrop}. */
	readonly faucet: Keypair;
	readonly forks: BankForks;
	readonly #leader: SlotLeader;
	readonly #voter: Voter | null;
	readonly #ledger: Ledger | null;
	readonly #maxLedgerBytes: number;
	readonly #archive: ChainArchive;
	readonly #creationTime: UnixTimestamp;
	readonly #snapshots: Set<ChainSnapshot> = new Set();
	#block: OpenBlock;
	/** Ends with the last batch that was asked for. */
	#batches: Promise<void> = Promise.resolve();
	/** Behind that of the forks while the disk refuses to write what was rooted. */
	#root: Slot;

	private constructor(start: ChainStart, maxLedgerBytes: number) {
		super();
		const { settings, bank, ledger } = start;
		const { historyLimit } = settings;
		this.identity = settings.identity;
		this.faucet = settings.faucet;
		this.forks = start.forks;
		this.#root = start.forks.root;
		this.#leader = start.leader;
		this.#voter = settings.voter;
		this.#ledger = ledger;
		this.#creationTime = start.creationTime;
		this.#maxLedgerBytes = maxLedgerBytes;
		const blockstore = ledger?.blockstore ?? null;
		this.#archive = new ChainArchive(historyLimit, Number(ROOT_DEPTH), blockstore, (slot) =>
			this.#isVisible(slot),
		);
		this.#archive.open(bank);
		this.#block = new OpenBlock(bank, ledger !== null);
		if (ledger !== null || historyLimit > 0)
			start.sink.target = { add: (transaction) => this.#remember(transaction) };
		this.#vote();
	}

	/**
	 * A chain in memory with its genesis slot open. Its programs can be invoked from the next slot on, as on any cluster:
	 * {@link advanceSlot} first. RangeError for a program with an unknown loader.
	 */
	static genesis(options: GenesisOptions = {}): Chain {
		return new Chain(startFromGenesis(options), 0);
	}

	/**
	 * The chain of a ledger, where it stood: its complete blocks are replayed to the same bank hashes, a new slot is open on
	 * top of them. Errors (StorageError): `other-genesis` for another identity than that of its blocks, `corrupt` for what
	 * cannot be read or replayed, those of a write.
	 */
	static open(ledger: Ledger, options: OpenOptions = {}): Chain {
		return new Chain(startFromLedger(ledger, options), options.maxLedgerBytes ?? Number.POSITIVE_INFINITY);
	}

	#remember(transaction: CommittedTransaction): void {
		this.#archive.add(transaction);
		this.#block.addCommitted(transaction);
	}

	/** Whether the stored block of a slot is on the chain's fork. */
	#isVisible(slot: Slot): boolean {
		if (slot > this.root) return this.bank.ancestors.has(slot);
		// Blocks up to the root that are not rooted belong to forks that were dropped.
		return slot === this.root || this.#ledger?.blockstore.getMeta(slot)?.rooted === true;
	}

	// Where the chain stands.

	override get bank(): Bank {
		return this.#block.bank;
	}

	/**
	 * The newest bank that has come as far as `commitment`: processed is that of the open slot, confirmed the newest that
	 * is frozen, finalized the root's.
	 */
	bankAt(commitment: ConfirmationStatus): Bank {
		if (commitment === 'finalized') return this.forks.rootBank;
		return commitment === 'confirmed' ? (this.bank.parent ?? this.bank) : this.bank;
	}

	/** The newest slot that can no longer be undone; with a ledger it is on the disk. */
	get root(): Slot {
		return this.#root;
	}

	/** When `slot` was opened, in seconds since 1970; `null` if unknown. That of genesis is never forgotten. */
	getBlockTime(slot: Slot): UnixTimestamp | null {
		return slot === 0n ? this.#creationTime : this.#archive.getBlockTime(slot);
	}

	// Blocks.

	/** A complete block; `null` where there is none or it is not kept any more. */
	getBlock(slot: Slot): ChainBlock | null {
		return this.#archive.getBlock(slot);
	}

	/** The slots of complete blocks from `from` to `to`, both included, ascending; the first `limit` of them. */
	getBlocks(from: Slot, to: Slot, limit: number = Number.POSITIVE_INFINITY): Slot[] {
		return this.#archive.getBlocks(from, to, limit);
	}

	/** The oldest slot whose block is kept; the open one where there is none. */
	get firstAvailableSlot(): Slot {
		return this.#archive.firstSlot ?? this.slot;
	}

	/** The transactions that name an address, newest first, those of the open slot included. */
	getSignaturesForAddress(address: Pubkey, query: SignaturesQuery = {}): SignatureInfo[] {
		return this.#archive.getSignaturesForAddress(address, query);
	}

	// What writes to the open slot, or ends it. One at a time: while a batch is on worker threads, or a listener hears of a change
	// that is not recorded yet, or of a slot that ends, all of it is refused with a ChainBusyError before anything has changed.

	/** Whether somebody is writing to the open slot. */
	get isBusy(): boolean {
		return this.#block.isBusy;
	}

	/** Ends when the batches have that were asked for before. Whoever awaits it has his turn before the next one begins. */
	idle(): Promise<void> {
		return this.#batches;
	}

	/**
	 * Stores an account past all rules; `null`, or an account without lamports, deletes it. RangeError for more than 10 MiB of
	 * data, and for lamports or a rent epoch that are no u64; nothing has changed then.
	 */
	setAccount(pubkey: Pubkey, account: AccountSharedData | null): void {
		this.#block.overwrite(pubkey, account);
	}

	/**
	 * Processes a transaction in the open slot and commits what it did. Errors: `CommitCancelled` where the slot has no room to
	 * record it, as one that could not be ended; those of `processTransaction` of a bank.
	 */
	processTransaction(transaction: VersionedTransaction, options: ProcessOptions = {}): TransactionOutcome {
		return this.#block.process(transaction, options);
	}

	/**
	 * Processes transactions as a leader does with those that wait: what pays most for each compute unit first, and of equals
	 * the one that came first (`orderByPriority`). Answers their outcomes, each in the place of its transaction. With an
	 * `executor` on its worker threads, to the same effect.
	 *
	 * Begins once the caller has returned and the batches before it have ended, in the slot that is open then. Until it has
	 * ended the chain is busy: others see the bank as it is after some number of the transactions. Where a listener throws,
	 * what was committed before is in the block. Timers have no turn between batches that need not wait for anything: who asks
	 * for one after the other gives them one.
	 */
	processTransactions(
		transactions: readonly VersionedTransaction[],
		options: BatchOptions = {},
	): Promise<TransactionOutcome[]> {
		const batch = [...transactions];
		const outcomes = this.#batches.then(() => this.#block.processBatch(batch, options));
		this.#batches = outcomes.then(
			() => {},
			() => {},
		);
		return outcomes;
	}

	/** Sends lamports from the faucet by a transaction of its own; a second one alike in a slot is a duplicate. */
	airdrop(to: Pubkey, lamports: Lamports): TransactionOutcome {
		const { pubkey, seed } = this.faucet;
		const instruction = transferInstruction(pubkey, to, lamports);
		const message = compileLegacyMessage(pubkey, [instruction], this.lastBlockhash());
		const signature = ed25519Sign(encodeMessage(message), seed);
		return this.processTransaction({ signatures: [signature], message }, { skipSigVerify: true });
	}

	/** How the transaction with this signature (64 bytes, or base58) ended; `null` if it is unknown. */
	getSignatureStatus(signature: Uint8Array | string): SignatureStatus | null {
		const status = this.#archive.getStatus(signature);
		if (status === null) return null;
		const { slot, err } = status;
		const isRooted = this.blockHeight >= ROOT_DEPTH && slot <= this.root;
		return {
			slot,
			err,
			confirmations: isRooted ? null : Number(this.slot - slot),
			confirmationStatus: isRooted ? 'finalized' : slot < this.slot ? 'confirmed' : 'processed',
		};
	}

	/** As {@link getSignatureStatus}, of the transactions alone by which a bank knows a second one alike: of some 300 roots. */
	getRecentSignatureStatus(signature: Uint8Array | string): SignatureStatus | null {
		const status = this.getSignatureStatus(signature);
		if (status === null || status.slot > this.forks.root - BigInt(MAX_RECENT_BLOCKHASHES)) return status;
		// A blockhash that was named later, or roots with others left out between them, keep it for longer.
		const message = this.getTransaction(signature)?.transaction.message;
		if (message === undefined) return null;
		const messageHash = hashMessage(encodeMessage(message));
		return this.bank.getStatus(messageHash, message.recentBlockhash) === undefined ? null : status;
	}

	/** The committed transaction with this signature (64 bytes, or base58); `null` if it is unknown. */
	getTransaction(signature: Uint8Array | string): CommittedTransaction | null {
		return this.#archive.getTransaction(signature);
	}

	// Time.

	/**
	 * Completes the open slot, roots the slot that is deep enough and opens the next. With a ledger the block and the rooted
	 * accounts are on the disk before anybody hears of the root. StorageError where the disk refuses: the slot stays
	 * where it is, complete, and the next call tries again.
	 */
	advanceSlot(): void {
		this.#openSlot(this.slot + 1n, this.slot + 1n - ROOT_DEPTH, false);
	}

	/**
	 * As {@link advanceSlot}, but `slot` is opened next, whatever lies between; what is below is rooted. RangeError for a slot
	 * that is not above the open one, or above {@link MAX_WARP_SLOT}; nothing has changed then.
	 */
	warpToSlot(slot: Slot): void {
		if (slot <= this.slot) throw new RangeError(`slot ${slot} is not above the open one, ${this.slot}`);
		if (slot > MAX_WARP_SLOT) throw new RangeError(`slot ${slot} is beyond ${MAX_WARP_SLOT}`);
		this.#openSlot(slot, this.slot, true);
	}

	/** `due`: what is to be rooted, if it is above the root and has a bank: right after a warp there is none so deep. */
	#openSlot(slot: Slot, due: Slot, isWarp: boolean): void {
		this.#block.exclusively(() => {
			this.#closeSlot(due);
			this.#openNext(slot, isWarp);
		});
		this.#begin();
	}

	/** Completes the open slot and roots `due`. */
	#closeSlot(due: Slot): void {
		const block = this.#block.complete();
		if (due > this.forks.root && this.forks.get(due) !== null) this.forks.setRoot(due, false);
		this.#persist();
		this.#root = this.forks.root;
		if (this.#ledger !== null) {
			purgeLedger(this.#ledger.blockstore, this.slot, this.#root, this.#maxLedgerBytes);
		}
		this.#archive.close(block);
		this.forks.tellRooted();
	}

	/** Opens `slot` on the bank of the slot that was closed. */
	#openNext(slot: Slot, isWarp: boolean): void {
		const bank = this.forks.insert(Bank.newFromParent(this.bank, this.#leader, slot, isWarp));
		this.#block = new OpenBlock(bank, this.#ledger !== null);
		this.#archive.open(bank);
	}

	/** Tells of the slot that was opened, and votes in it. */
	#begin(): void {
		const { slot, parentSlot: parent, root } = this;
		try {
			if (this.events.has('slot')) this.events.emit('slot', { slot, parent, root });
		} finally {
			// Also where a listener threw: the block is to be that of a chain to which nobody listens.
			this.#vote();
		}
	}

	// Going back.

	/** Whether its blocks are on a disk, from where they are not taken back. */
	get hasLedger(): boolean {
		return this.#ledger !== null;
	}

	/**
	 * Completes the open slot, roots it, opens the next one and keeps the state between the two, until
	 * {@link forgetSnapshot}. RangeError for a chain with a ledger.
	 */
	snapshot(): ChainSnapshot {
		if (this.#ledger !== null) throw new RangeError('a chain on a ledger cannot go back');
		this.#block.assertIdle();
		// Slot 0 is genesis, which nothing roots but a slot above it.
		if (this.slot === this.parentSlot) this.advanceSlot();
		const { slot } = this;
		const snapshot = this.#block.exclusively(() => {
			this.#closeSlot(slot);
			const taken = takeSnapshot(this.forks);
			this.#snapshots.add(taken);
			this.#openNext(slot + 1n, false);
			return taken;
		});
		this.#begin();
		return snapshot;
	}

	/**
	 * Goes back to a snapshot: accounts, blockhashes, what was processed, blocks and transactions are as they were then, and
	 * the slot after it is opened anew. Later snapshots are gone, this one can be gone back to again. Blocks that had to go
	 * for the limits of the history do not come back. RangeError for a snapshot that this chain does not keep.
	 */
	revertTo(snapshot: ChainSnapshot): void {
		this.#checkKept(snapshot);
		this.#block.assertIdle();
		const { slot, bank } = snapshot;
		for (const other of this.#snapshots) if (other.slot > slot) this.#snapshots.delete(other);
		const accounts = revertBanks(this.forks, snapshot, this.bank);
		this.#archive.revertTo(slot);
		this.#root = slot;
		// It is complete. Whatever a listener throws, the next slot can be opened.
		this.#block = new OpenBlock(bank, false);
		this.#block.exclusively(() => {
			if (this.events.has('reverted')) this.events.emit('reverted', { slot, accounts });
			this.#openNext(slot + 1n, false);
		});
		this.#begin();
	}

	/** Lets go of a snapshot. RangeError for one that this chain does not keep. */
	forgetSnapshot(snapshot: ChainSnapshot): void {
		this.#checkKept(snapshot);
		this.#snapshots.delete(snapshot);
		this.bank.shared.accountsDb.forgetRoot(snapshot.slot);
	}

	#checkKept(snapshot: ChainSnapshot): void {
		if (!this.#snapshots.has(snapshot)) throw new RangeError(`no snapshot of slot ${snapshot.slot} is kept`);
	}

	/** Votes for the block below the open one, if there is somebody to vote. */
	#vote(): void {
		if (this.#voter === null) return;
		const vote = voteTransaction(this.bank, this.#voter);
		if (vote !== null) this.processTransaction(vote, { skipSigVerify: true });
	}

	/** Writes the open block, which is complete, and what was rooted. */
	#persist(): void {
		const { rootBank } = this.forks;
		if (this.#ledger === null) rootBank.shared.accountsDb.flushSync();
		else persistBlock(this.#ledger.blockstore, this.#block.recorder, rootBank);
	}

	/**
	 * Ends the chain, once the batches that were asked for have: what stands in the open slot becomes a block, the ledger is closed. StorageError
	 * where the disk refuses; the ledger is closed then too. Without a ledger there is nothing else to do.
	 */
	async close(): Promise<void> {
		await this.idle();
		if (this.#ledger === null) return;
		const block = this.#block;
		try {
			// A slot that was warped to is something too.
			if (!block.recorder.isEmpty || this.slot > this.parentSlot + 1n) {
				block.exclusively(() => {
					block.complete();
					this.#persist();
				});
			}
		} finally {
			await this.#ledger.close();
		}
	}
}
