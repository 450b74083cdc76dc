/**
 * The ledger: blocks by slot, what became of their transactions, and who was named in them.
 *
 * Owns: storing a block and its statuses in one transaction, roots, iteration for a replay, finding transactions by
 * signature and by address, pruning. Refuses: what is inside of a block or of a status (opaque bytes), executing,
 * votes, shreds.
 *
 * A block is durable when {@link Blockstore.insertBlock} returns. The order that keeps a restart possible: insert the
 * block, {@link Blockstore.setRoots}, flush the accounts, and only then tell anybody of the root; or all three as one, by
 * {@link Blockstore.together}. Pruning never passes the flushed root, from which a restart replays.
 *
 * Source: solana-ledger blockstore.rs, blockstore_purge.rs (behaviour; the tables are our own).
 */
import { type Hash, Pubkey, type Slot } from '@parhelion/sdk';
import {
	addressKey,
	compareKeys,
	MAX_INDEX,
	MAX_SLOT,
	placeOfAddress,
	placeOfStatus,
	slotKey,
	slotOf,
	statusKey,
} from './blockstore-keys.ts';
import { decodeBlock, decodeSignatures, encodeBlock, encodeSignatures } from './blockstore-records.ts';
import {
	type BlockstoreTables,
	SIDECAR_TABLES,
	type SidecarTable,
	type TableWrite,
} from './blockstore-tables.ts';
import type {
	AddressQuery,
	AddressSignature,
	BlockInsert,
	BlockMeta,
	PurgeLimits,
	StatusInsert,
	TransactionStatus,
} from './blockstore-types.ts';

const ROOT = Uint8Array.of(1);
const BYTES = Uint8Array.of(2);
const VALIDATOR = Uint8Array.of(3);
/** Slots that one transaction of a purge deletes. */
const PURGE_CHUNK = 32;

/** Blocks and what became of their transactions. */
export class Blockstore {
	readonly #tables: BlockstoreTables;
	#root: Slot | null;
	#bytes: number;
	/** What {@link together} holds back; `null` outside of it. */
	#gathered: { readonly writes: TableWrite[]; readonly blocks: Map<Slot, BlockMeta> } | null = null;

	constructor(tables: BlockstoreTables) {
		this.#tables = tables;
		const root = tables.get('ledger', ROOT);
		this.#root = root === null ? null : slotOf(root);
		const bytes = tables.get('ledger', BYTES);
		this.#bytes = bytes === null ? 0 : Number(slotOf(bytes));
	}

	/** The newest root; `null` before the first. */
	get root(): Slot | null {
		return this.#root;
	}

	/** Bytes of all blocks and statuses. */
	get byteLength(): number {
		return this.#bytes;
	}

	/** The oldest slot that has a block; `null` where there is none. */
	get lowestSlot(): Slot | null {
		for (const [key] of this.#tables.range('blocks', slotKey(0n), slotKey(MAX_SLOT))) return slotOf(key);
		return null;
	}

	/** The newest slot that has a block; `null` where there is none. */
	get highestSlot(): Slot | null {
		for (const [key] of this.#tables.range('blocks', slotKey(0n), slotKey(MAX_SLOT), true))
			return slotOf(key);
		return null;
	}

	/** Whether the slot's block is complete and would survive a crash. */
	isDurable(slot: Slot): boolean {
		return this.getMeta(slot)?.completed === true;
	}

	/**
	 * Stores a block, with its statuses where given, in one transaction; durable on return. A block that is there
	 * already is replaced unless it is rooted: RangeError. StorageError where the disk refuses.
	 */
	insertBlock(block: BlockInsert): void {
		const before = this.getMeta(block.slot);
		if (before?.rooted === true) throw new RangeError(`the block of slot ${block.slot} is rooted already`);
		const writes: TableWrite[] = before === null ? [] : this.#deletions(block.slot);
		const statuses = block.statuses ?? [];
		let size = block.entries.length + this.#statusWrites(writes, block.slot, statuses);
		for (const table of SIDECAR_TABLES) {
			const value = block.sidecar?.[table];
			if (value === undefined) continue;
			writes.push({ table, key: slotKey(block.slot), value });
			size += value.length;
		}
		const meta: BlockMeta = {
			slot: block.slot,
			parent: block.parent,
			blockhash: block.blockhash,
			bankHash: block.bankHash ?? null,
			blockHeight: block.blockHeight ?? null,
			blockTime: block.blockTime ?? null,
			completed: block.completed ?? true,
			rooted: false,
			origin: block.origin ?? 'foreign',
			byteLength: size,
			transactionCount: statuses.length,
		};
		writes.push({ table: 'blocks', key: slotKey(block.slot), value: encodeBlock(meta) });
		writes.push({ table: 'entries', key: slotKey(block.slot), value: block.entries });
		this.#commit(writes, size - (before?.byteLength ?? 0));
		this.#gathered?.blocks.set(block.slot, meta);
	}

	/**
	 * Runs `run`, whose writes are made by `commit`, which calls the function it is handed in a transaction of its own: with
	 * whatever else is in that, they are there together or not at all. What `commit` throws is thrown on.
	 */
	together(run: () => void, commit: (write: () => void) => void): void {
		const [root, bytes] = [this.#root, this.#bytes];
		const gathered = { writes: [], blocks: new Map<Slot, BlockMeta>() };
		this.#gathered = gathered;
		try {
			run();
			commit(() => this.#tables.write(gathered.writes));
		} catch (error) {
			this.#root = root;
			this.#bytes = bytes;
			throw error;
		} finally {
			this.#gathered = null;
		}
	}

	/** Adds what a replay of a stored block found. RangeError where there is no such block. */
	insertStatuses(
		slot: Slot,
		found: {
			readonly bankHash: Hash;
			readonly blockHeight: bigint;
			readonly blockTime: bigint | null;
			readonly statuses: readonly StatusInsert[];
		},
	): void {
		const before = this.getMeta(slot);
		if (before === null) throw new RangeError(`slot ${slot} has no block`);
		const writes: TableWrite[] = this.#statusDeletions(slot);
		let rest = this.#tables.get('entries', slotKey(slot))?.length ?? 0;
		for (const table of SIDECAR_TABLES) rest += this.#tables.get(table, slotKey(slot))?.length ?? 0;
		const byteLength = rest + this.#statusWrites(writes, slot, found.statuses);
		const { bankHash, blockHeight, blockTime, statuses } = found;
		const meta = {
			...before,
			bankHash,
			blockHeight,
			blockTime,
			byteLength,
			transactionCount: statuses.length,
		};
		writes.push({ table: 'blocks', key: slotKey(slot), value: encodeBlock(meta) });
		this.#commit(writes, byteLength - before.byteLength);
	}

	/** Marks blocks as rooted, in one transaction. RangeError where one is missing, incomplete or below the root. */
	setRoots(slots: readonly Slot[]): void {
		const writes: TableWrite[] = [];
		let root = this.#root;
		for (const slot of slots) {
			const meta = this.getMeta(slot);
			if (meta === null || !meta.completed)
				throw new RangeError(`slot ${slot} has no complete block to be rooted`);
			if (root !== null && slot <= root)
				throw new RangeError(`slot ${slot} cannot be rooted after slot ${root}`);
			writes.push({ table: 'blocks', key: slotKey(slot), value: encodeBlock({ ...meta, rooted: true }) });
			root = slot;
		}
		if (root === null || writes.length === 0) return;
		writes.push({ table: 'ledger', key: ROOT, value: slotKey(root) });
		this.#write(writes);
		this.#root = root;
	}

	/** A block without its entries; `null` where there is none. */
	getMeta(slot: Slot): BlockMeta | null {
		const gathered = this.#gathered?.blocks.get(slot);
		if (gathered !== undefined) return gathered;
		const record = this.#tables.get('blocks', slotKey(slot));
		return record === null ? null : decodeBlock(slot, record);
	}

	/** The serialised entries of a block; `null` where there is none. */
	getEntries(slot: Slot): Uint8Array | null {
		return this.#tables.get('entries', slotKey(slot));
	}

	/** What stands beside the entries of a block; `null` where nothing does. */
	getSidecar(slot: Slot, table: SidecarTable): Uint8Array | null {
		return this.#tables.get(table, slotKey(slot));
	}

	/** Who made the blocks here, as {@link setValidator} was told; `null` before that. */
	get validator(): Uint8Array | null {
		return this.#tables.get('ledger', VALIDATOR);
	}

	/** Remembers who makes the blocks here; durable on return. */
	setValidator(validator: Uint8Array): void {
		this.#tables.commit([{ table: 'ledger', key: VALIDATOR, value: validator }]);
	}

	/** The rooted blocks up to `slot`, newest first. */
	*rootsDownFrom(slot: Slot): IterableIterator<BlockMeta> {
		for (const [key, record] of this.#tables.range('blocks', slotKey(0n), slotKey(slot + 1n), true)) {
			const meta = decodeBlock(slotOf(key), record);
			if (meta.rooted) yield meta;
		}
	}

	/** The blocks from `from` up to `to`, oldest first, all forks; parents therefore come before their children. */
	*blocks(from: Slot, to: Slot = MAX_SLOT - 1n): IterableIterator<BlockMeta> {
		for (const [key, record] of this.#tables.range('blocks', slotKey(from), slotKey(to + 1n))) {
			yield decodeBlock(slotOf(key), record);
		}
	}

	/**
	 * What a restart replays on top of `root`: the complete blocks that descend from it, parents first. A block whose
	 * parent is missing or incomplete is left out, and so is everything above it.
	 */
	*replayable(root: Slot): IterableIterator<BlockMeta> {
		const known = new Set<Slot>([root]);
		for (const meta of [...this.blocks(root + 1n)]) {
			if (!meta.completed || !known.has(meta.parent)) continue;
			known.add(meta.slot);
			yield meta;
		}
	}

	/** The signatures of a block's transactions with their places, in order. */
	getSignatures(slot: Slot): { readonly signature: Uint8Array; readonly index: number }[] {
		const record = this.#tables.get('signatures', slotKey(slot));
		return record === null ? [] : decodeSignatures(record);
	}

	/**
	 * What became of the transactions with a signature, the newest first, or the oldest where `isReverse` is false; a block may
	 * have several of them.
	 */
	*getStatuses(signature: Uint8Array, isReverse = true): IterableIterator<TransactionStatus> {
		const [from, to] = [statusKey(signature, 0n, 0), statusKey(signature, MAX_SLOT, MAX_INDEX)];
		for (const [key, meta] of this.#tables.range('statuses', from, to, isReverse)) {
			yield { ...placeOfStatus(key), meta };
		}
	}

	/** What became of the transaction in a place of a block; `null` where it is unknown. */
	getStatusAt(signature: Uint8Array, slot: Slot, index: number): TransactionStatus | null {
		const meta = this.#tables.get('statuses', statusKey(signature, slot, index));
		return meta === null ? null : { slot, index, meta };
	}

	/** What became of a transaction, the newest in a block that `isVisible` lets pass; `null` where it is unknown. */
	getStatus(
		signature: Uint8Array,
		isVisible: (slot: Slot) => boolean = () => true,
	): TransactionStatus | null {
		for (const status of this.getStatuses(signature)) if (isVisible(status.slot)) return status;
		return null;
	}

	/**
	 * The transactions that name an address, newest first. Of those with the signature of a bound the oldest is what they are
	 * `before`, so that pages end, and the newest what they come down to.
	 */
	getSignaturesForAddress(address: Pubkey, query: AddressQuery = {}): AddressSignature[] {
		const { limit = 1000, isVisible = (): boolean => true } = query;
		const bound = (signature: Uint8Array | undefined, isNewest: boolean): Uint8Array | null => {
			if (signature === undefined) return null;
			for (const { slot, index } of this.getStatuses(signature, isNewest)) {
				if (isVisible(slot)) return addressKey(address, slot, index);
			}
			return null;
		};
		const from = bound(query.until, true);
		const before = bound(query.before, false);
		if (query.before !== undefined && before === null) return [];
		const to = before ?? addressKey(address, MAX_SLOT, MAX_INDEX);
		const found: AddressSignature[] = [];
		const lowest = from ?? addressKey(address, 0n, 0);
		for (const [key, signature] of this.#tables.range('addresses', lowest, to, true)) {
			if (found.length >= limit) break;
			// `until` itself is left out; `lowest` is inclusive.
			if (from !== null && compareKeys(key, from) === 0) break;
			const { slot, index } = placeOfAddress(key);
			if (isVisible(slot)) found.push({ signature, slot, index });
		}
		return found;
	}

	/** Deletes the block of a dropped fork. RangeError where it is rooted. */
	purgeSlot(slot: Slot): void {
		const meta = this.getMeta(slot);
		if (meta === null) return;
		if (meta.rooted) throw new RangeError(`the block of slot ${slot} is rooted and cannot be purged`);
		this.#commit(this.#deletions(slot), -meta.byteLength);
	}

	/** Deletes old blocks until the limits hold, oldest first, never above `flushedRoot`; how many went. */
	purge(limits: PurgeLimits): number {
		const highest = this.highestSlot;
		if (highest === null) return 0;
		const { keepSlots = MAX_SLOT, maxBytes = Number.POSITIVE_INFINITY } = limits;
		const doomed: BlockMeta[] = [];
		let bytes = this.#bytes;
		for (const meta of this.blocks(0n, limits.flushedRoot)) {
			if (highest - meta.slot < keepSlots && bytes <= maxBytes) break;
			bytes -= meta.byteLength;
			doomed.push(meta);
		}
		for (let at = 0; at < doomed.length; at += PURGE_CHUNK) {
			const writes: TableWrite[] = [];
			let freed = 0;
			for (const meta of doomed.slice(at, at + PURGE_CHUNK)) {
				for (const write of this.#deletions(meta.slot)) writes.push(write);
				freed += meta.byteLength;
			}
			this.#commit(writes, -freed);
		}
		return doomed.length;
	}

	close(): Promise<void> {
		return this.#tables.close();
	}

	#commit(writes: TableWrite[], growth: number): void {
		const bytes = this.#bytes + growth;
		writes.push({ table: 'ledger', key: BYTES, value: slotKey(BigInt(bytes)) });
		this.#write(writes);
		this.#bytes = bytes;
	}

	#write(writes: readonly TableWrite[]): void {
		const gathered = this.#gathered;
		if (gathered === null) this.#tables.commit(writes);
		// One by one: the writes of a large block are too many for the arguments of a call.
		else for (const write of writes) gathered.writes.push(write);
	}

	/** Adds the writes of a block's statuses; the bytes they take. */
	#statusWrites(writes: TableWrite[], slot: Slot, statuses: readonly StatusInsert[]): number {
		let size = 0;
		for (const [place, { signature, addresses, meta, index = place }] of statuses.entries()) {
			if (signature.length !== 64) throw new RangeError(`a signature has 64 bytes, not ${signature.length}`);
			writes.push({ table: 'statuses', key: statusKey(signature, slot, index), value: meta });
			for (const address of addresses) {
				writes.push({ table: 'addresses', key: addressKey(address, slot, index), value: signature });
			}
			size += meta.length + 76 + addresses.length * (44 + 64 + 32);
		}
		if (statuses.length > 0) {
			writes.push({ table: 'signatures', key: slotKey(slot), value: encodeSignatures(statuses) });
		}
		return size;
	}

	#statusDeletions(slot: Slot): TableWrite[] {
		const record = this.#tables.get('signatures', slotKey(slot));
		if (record === null) return [];
		const writes: TableWrite[] = [{ table: 'signatures', key: slotKey(slot), value: null }];
		for (const { signature, index, addresses } of decodeSignatures(record)) {
			writes.push({ table: 'statuses', key: statusKey(signature, slot, index), value: null });
			for (const address of addresses) {
				writes.push({
					table: 'addresses',
					key: addressKey(Pubkey.fromBytes(address), slot, index),
					value: null,
				});
			}
		}
		return writes;
	}

	#deletions(slot: Slot): TableWrite[] {
		return [
			...this.#statusDeletions(slot),
			{ table: 'blocks', key: slotKey(slot), value: null },
			{ table: 'entries', key: slotKey(slot), value: null },
			...SIDECAR_TABLES.map((table) => ({ table, key: slotKey(slot), value: null })),
		];
	}
}
