/**
 * The blocks of a ledger as clients ask for them: decoded, and only those that the caller sees.
 *
 * Every method throws a StorageError (`corrupt`) for what cannot be read back.
 */
import {
	ByteReader,
	catchFault,
	Hash,
	type Pubkey,
	type Result,
	readTransaction,
	type Slot,
	type TransactionError,
	type UnixTimestamp,
	type VersionedTransaction,
	type WireError,
	wireErrorText,
} from '@parhelion/sdk';
import { StorageError } from '../accounts-db/storage-error.ts';
import type { CommittedTransaction } from '../bank/bank-types.ts';
import type { ChainBlock, SignatureInfo, SignaturesQuery } from './block-history.ts';
import { decodeRewards } from './block-sidecar.ts';
import type { Blockstore } from './blockstore.ts';
import type { BlockMeta, TransactionStatus } from './blockstore-types.ts';
import { decodeStatus, decodeStatusHead } from './transaction-status.ts';

/** What became of a transaction, in short. */
export interface LedgerStatus {
	readonly slot: Slot;
	readonly err: TransactionError | null;
}

/** What a decoder answered. StorageError where that is an error. */
export function readBack<T>(slot: Slot, what: string, result: Result<T, WireError>): T {
	if (result.ok) return result.value;
	const reason = wireErrorText(result.error);
	throw new StorageError(
		'corrupt',
		`The ledger contradicts itself: ${what} of slot ${slot} cannot be read (${reason}). Restore it from a copy, or start anew.`,
	);
}

/** The blocks of a ledger. */
export class LedgerBlocks {
	readonly #blockstore: Blockstore;
	readonly #isVisible: (slot: Slot) => boolean;

	/** `isVisible`: whether the block of a slot is the caller's to see; it has one. */
	constructor(blockstore: Blockstore, isVisible: (slot: Slot) => boolean) {
		this.#blockstore = blockstore;
		this.#isVisible = isVisible;
	}

	/** The oldest slot with a block; `null` where there is none. */
	get firstSlot(): Slot | null {
		return this.#blockstore.lowestSlot;
	}

	/** The slots with blocks from `from` to `to`, both included, ascending. */
	*slots(from: Slot, to: Slot): IterableIterator<Slot> {
		for (const { slot } of this.#blockstore.blocks(from, to)) if (this.#isVisible(slot)) yield slot;
	}

	/** When a block was opened, in seconds since 1970; `null` if unknown. */
	getBlockTime(slot: Slot): UnixTimestamp | null {
		const meta = this.#blockstore.getMeta(slot);
		return meta !== null && this.#isVisible(slot) ? meta.blockTime : null;
	}

	/** A block with its transactions; `null` where there is none. */
	getBlock(slot: Slot): ChainBlock | null {
		const meta = this.#blockstore.getMeta(slot);
		if (meta === null || !this.#isVisible(slot)) return null;
		const entries = this.#blockstore.getEntries(slot) ?? new Uint8Array(0);
		const transactions: CommittedTransaction[] = [];
		for (const { signature, index } of this.#blockstore.getSignatures(slot)) {
			const status = this.#blockstore.getStatusAt(signature, slot, index);
			if (status !== null) transactions.push(this.#transaction(signature, status, meta, entries));
		}
		const sidecar = this.#blockstore.getSidecar(slot, 'rewards');
		const { rewards, numPartitions: numRewardPartitions } =
			sidecar === null
				? { rewards: [], numPartitions: null }
				: readBack(slot, 'the rewards', decodeRewards(sidecar));
		const parent = slot === meta.parent ? null : this.#blockstore.getMeta(meta.parent);
		return {
			slot,
			parentSlot: meta.parent,
			blockhash: meta.blockhash,
			previousBlockhash: parent?.blockhash ?? Hash.default,
			blockHeight: meta.blockHeight ?? 0n,
			blockTime: meta.blockTime ?? 0n,
			transactions,
			rewards,
			numRewardPartitions,
		};
	}

	/** A transaction by its signature of 64 bytes; `null` if it is unknown. */
	getTransaction(signature: Uint8Array): CommittedTransaction | null {
		const status = this.#blockstore.getStatus(signature, this.#isVisible);
		if (status === null) return null;
		const meta = this.#blockstore.getMeta(status.slot);
		const entries = this.#blockstore.getEntries(status.slot);
		return meta === null || entries === null ? null : this.#transaction(signature, status, meta, entries);
	}

	/** Whether a transaction with this signature of 64 bytes is known. */
	has(signature: Uint8Array): boolean {
		return this.#blockstore.getStatus(signature, this.#isVisible) !== null;
	}

	/** How a transaction ended; `null` if it is unknown. */
	getStatus(signature: Uint8Array): LedgerStatus | null {
		const status = this.#blockstore.getStatus(signature, this.#isVisible);
		if (status === null) return null;
		const { slot } = status;
		return { slot, err: readBack(slot, 'a status', decodeStatusHead(status.meta)).err };
	}

	/** The transactions that name an address, newest first. */
	getSignaturesForAddress(address: Pubkey, query: SignaturesQuery): SignatureInfo[] {
		const isVisible = this.#isVisible;
		const found = this.#blockstore.getSignaturesForAddress(address, { ...query, isVisible });
		return found.map(({ signature, slot, index }) => {
			const status = this.#blockstore.getStatusAt(signature, slot, index)!;
			const { err, memo } = readBack(slot, 'a status', decodeStatusHead(status.meta));
			return { signature, slot, err, memo, blockTime: this.#blockstore.getMeta(slot)?.blockTime ?? null };
		});
	}

	#transaction(
		signature: Uint8Array,
		status: TransactionStatus,
		{ slot, blockTime }: BlockMeta,
		entries: Uint8Array,
	): CommittedTransaction {
		const { offset, meta } = readBack(slot, 'a status', decodeStatus(status.meta));
		const transaction = readBack(slot, 'a transaction', transactionAt(entries, offset));
		const { writable, readonly } = meta.loadedAddresses;
		return {
			signature,
			slot,
			blockTime: blockTime ?? 0n,
			transaction,
			accountKeys: [...transaction.message.accountKeys, ...writable, ...readonly],
			meta,
		};
	}
}

function transactionAt(entries: Uint8Array, offset: number): Result<VersionedTransaction, WireError> {
	return catchFault(() => readTransaction(new ByteReader(entries, offset)));
}
