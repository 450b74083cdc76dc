/**
 * The block of the open slot while it is made: its entries with proof of history, what became of its transactions,
 * what was written past the rules between them, and the hard forks that were registered.
 *
 * A chain that keeps no ledger has one too, for the proof of history alone: it keeps nothing.
 */
import {
	InvariantError,
	type Pubkey,
	type Slot,
	type UnixTimestamp,
	type VersionedTransaction,
} from '@parhelion/sdk';
import type { Bank } from '../bank/bank.ts';
import type { BlockLimits, CommittedTransaction } from '../bank/bank-types.ts';
import { rewardPartitionsOf } from '../bank/epoch-rewards/distribution.ts';
import type { ProcessedMessage } from '../bank/status-cache.ts';
import type { HardForks } from '../genesis/genesis-config.ts';
import {
	encodeHardForks,
	encodeMessages,
	encodeOverwrites,
	encodeRewards,
	type Overwrite,
} from './block-sidecar.ts';
import type { Blockstore } from './blockstore.ts';
import type { StatusInsert } from './blockstore-types.ts';
import { type Entry, encodeEntriesWithOffsets, isTick } from './entry.ts';
import { EntryRecorder } from './entry-recorder.ts';
import { memosOf } from './memo.ts';
import { encodeStatus } from './transaction-status.ts';

/** Hashes from tick to tick in a slot; `null` where the chain does not hash between them. */
export function hashesPerTickOf({ slotParams, slot }: Pick<Bank, 'slotParams' | 'slot'>): number | null {
	// A chain that began without hashing goes on so, whatever the length of its slots says.
	return slotParams.baseline.hashesPerTick === null ? null : slotParams.paramsAtSlot(slot).hashesPerTick;
}

/** Makes the block of a bank. */
export class BlockRecorder {
	readonly #bank: Bank;
	readonly #poh: EntryRecorder;
	readonly #keeps: boolean;
	/** When the slot was opened: a replay needs it from there on, whoever has changed the clock by the end. */
	readonly #blockTime: UnixTimestamp;
	/** Those that a replay goes on with from the block below. */
	readonly #hardForksBelow: HardForks;
	readonly #entries: Entry[] = [];
	readonly #overwrites: Overwrite[] = [];
	/** By place in the block; a place is empty where a listener threw before the transaction was told of. */
	readonly #committed: (CommittedTransaction | undefined)[] = [];
	#transactions = 0;
	#isUnlimited = false;
	/** What the block has processed, once it is complete. */
	#messages: readonly ProcessedMessage[] | null = null;

	/** A recorder for an open bank in which nothing has happened yet. `keeps`: the block goes into a ledger. */
	constructor(bank: Bank, keeps: boolean) {
		this.#bank = bank;
		this.#keeps = keeps;
		this.#blockTime = bank.clock().unixTimestamp;
		this.#hardForksBelow = bank.parent?.hardForks ?? bank.openedHardForks;
		this.#poh = new EntryRecorder({
			startHash: bank.lastBlockhash(),
			hashesPerTick: hashesPerTickOf(bank),
			ticksPerSlot: Number(bank.ticksPerSlot),
		});
	}

	get slot(): Slot {
		return this.#bank.slot;
	}

	/** Whether the block is as if nobody had been there. */
	get isEmpty(): boolean {
		return this.#transactions === 0 && this.#overwrites.length === 0 && !this.#hasHardForks;
	}

	get #hasHardForks(): boolean {
		const { openedHardForks, hardForks } = this.#bank;
		return openedHardForks !== this.#hardForksBelow || hardForks !== openedHardForks;
	}

	/** Transactions that can still be recorded. */
	get room(): number {
		return this.#bank.isComplete ? 0 : this.#poh.room;
	}

	/**
	 * Records a transaction that the bank has committed, what the limits of the block were to it, and what became of it, if
	 * that was told. InvariantError where the slot has no room for an entry.
	 */
	record(
		transaction: VersionedTransaction,
		limits: BlockLimits,
		committed: CommittedTransaction | undefined,
	): void {
		const recorded = this.#poh.record([transaction]);
		if (!recorded.ok) throw new InvariantError(`slot ${this.#bank.slot}: ${recorded.error}`);
		for (const entry of recorded.value) this.#keep(entry);
		if (this.#keeps) this.#committed.push(committed);
		this.#transactions++;
		if (limits === 'ignore') this.#isUnlimited = true;
	}

	/** Notes an account that was written past all rules. */
	overwrite(pubkey: Pubkey, account: Overwrite['account']): void {
		if (this.#keeps) this.#overwrites.push({ position: this.#entries.length, pubkey, account });
	}

	/** Makes the ticks that lack, in the bank too. Before the slot is rooted: what it has processed is not told after that. */
	complete(): void {
		while (!this.#bank.isComplete) this.#keep(this.#poh.tick()!);
		if (this.#keeps) this.#messages ??= [...this.#bank.shared.statusCache.processedIn(this.slot)];
	}

	#keep(entry: Entry): void {
		if (this.#keeps) this.#entries.push(entry);
		// Last: a listener hears of the blockhash that the last tick makes, and may throw.
		if (isTick(entry)) this.#bank.registerTick(entry.hash);
	}

	/** Stores the block of the bank, which is frozen; durable on return. StorageError where the disk refuses. */
	insertInto(blockstore: Blockstore): void {
		const bank = this.#bank;
		const { slot, parentSlot: parent, blockHeight } = bank;
		const { bytes: entries, offsets } = encodeEntriesWithOffsets(this.#entries);
		const statuses: StatusInsert[] = [];
		for (const [index, committed] of this.#committed.entries()) {
			if (committed === undefined) continue;
			const { signature, accountKeys: addresses, transaction } = committed;
			const memo = memosOf(transaction.message, addresses);
			const meta = encodeStatus({ memo, offset: offsets[index]!, meta: committed.meta });
			statuses.push({ signature, index, addresses, meta });
		}
		const overwrites =
			this.#overwrites.length === 0 ? {} : { overwrites: encodeOverwrites(this.#overwrites) };
		const hardForks = this.#hasHardForks
			? { hardForks: encodeHardForks({ opened: bank.openedHardForks, frozen: bank.hardForks }) }
			: {};
		const messages = this.#messages ?? [];
		const numPartitions = rewardPartitionsOf(bank);
		blockstore.insertBlock({
			slot,
			parent,
			blockhash: bank.lastBlockhash(),
			bankHash: bank.hash,
			blockHeight,
			blockTime: this.#blockTime,
			origin: this.#isUnlimited ? 'unlimited' : 'own',
			entries,
			statuses,
			sidecar: {
				...overwrites,
				...hardForks,
				...(messages.length === 0 ? {} : { messages: encodeMessages(messages) }),
				...(bank.rewards.length === 0 && numPartitions === null
					? {}
					: { rewards: encodeRewards({ rewards: bank.rewards, numPartitions }) }),
			},
		});
	}
}
