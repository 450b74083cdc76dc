/**
 * Rooted accounts in memory: the storage of a chain that leaves nothing behind, and of one in a browser.
 *
 * Records lie packed in an arena, found by a table over the keys; both are typed arrays. A process grows by 330 MB for a
 * million token accounts so, by 716 MB with the same as objects in a `Map` (measured, Node 20.20).
 */
import { type AccountSharedData, Pubkey, type Slot } from '@parhelion/sdk';
import {
	isTombstone,
	RECORD_OVERHEAD,
	readRecord,
	recordSlot,
	TOMBSTONE,
	writeRecord,
} from './account-record.ts';
import { KeyTable } from './key-table.ts';
import { RecordArena } from './record-arena.ts';
import type { AccountEntry, AccountsBatch, AccountsStorage, Checkpoint } from './storage.ts';

const FIRST_CAPACITY = 1024;
/** No entry, in the lists by owner. */
const NONE = 0xffff_ffff;
/** Emptying sparse chunks is worth it from this many dead bytes on. */
const SHRINK_THRESHOLD = 32 << 20;

/** Rooted accounts in typed arrays. */
export class MemoryStorage implements AccountsStorage {
	readonly #table: KeyTable = new KeyTable();
	readonly #arena: RecordArena = new RecordArena();
	/** By entry number: place and length of the record, length 0 where there is none. */
	#places: Uint32Array = new Uint32Array(FIRST_CAPACITY);
	#lengths: Uint32Array = new Uint32Array(FIRST_CAPACITY);
	/** By entry number: its neighbours in the list of its owner's accounts. */
	#nextOfOwner: Uint32Array = new Uint32Array(FIRST_CAPACITY);
	#previousOfOwner: Uint32Array = new Uint32Array(FIRST_CAPACITY);
	/** Owner to the first entry of its list. */
	readonly #firstOfOwner: Map<string, number> = new Map();
	/** Keys whose record may say that they do not exist, during a load. */
	readonly #tombstones: Pubkey[] = [];
	#root: Slot | null = null;
	#checkpoint: Checkpoint | null = null;

	get root(): Slot | null {
		return this.#root;
	}

	get accountCount(): number {
		return this.#table.size;
	}

	/** Bytes of memory that the accounts take, dead versions included. */
	get byteLength(): number {
		return (
			this.#table.byteLength +
			this.#arena.byteLength +
			this.#places.byteLength * 2 +
			this.#nextOfOwner.byteLength * 2
		);
	}

	get(pubkey: Pubkey): AccountSharedData | null {
		const entry = this.#table.find(pubkey.words);
		return entry < 0 ? null : this.#read(entry);
	}

	*accounts(): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		for (let entry = 0; entry < this.#table.end; entry++) {
			if (this.#lengths[entry] !== 0) yield [this.#keyOf(entry), this.#read(entry)];
		}
	}

	*accountsOf(owner: Pubkey): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		let entry = this.#firstOfOwner.get(owner.key) ?? NONE;
		while (entry !== NONE) {
			// Read before the yield: whoever takes the account may store another in its place.
			const next = this.#nextOfOwner[entry]!;
			yield [this.#keyOf(entry), this.#read(entry)];
			entry = next;
		}
	}

	commit(batch: AccountsBatch): void {
		batch.alongside?.();
		for (const [pubkey, account] of batch.entries) {
			if (account === null) this.#delete(pubkey);
			else this.#put(pubkey, account, batch.root);
		}
		this.#stand(batch.root, batch.checkpoint);
		if (this.#arena.byteLength - this.#arena.live > Math.max(SHRINK_THRESHOLD, this.#arena.live))
			this.shrink();
	}

	commitAsync(batch: AccountsBatch): Promise<void> {
		this.commit(batch);
		return Promise.resolve();
	}

	checkpoint(): Checkpoint | null {
		return this.#checkpoint;
	}

	beginLoad(): void {
		this.#table.clear();
		this.#arena.clear();
		this.#firstOfOwner.clear();
		this.#tombstones.length = 0;
		this.#lengths.fill(0);
		this.#root = null;
		this.#checkpoint = null;
	}

	load(slot: Slot, entries: Iterable<AccountEntry>): void {
		for (const [pubkey, account] of entries) {
			const known = this.#table.find(pubkey.words);
			if (known >= 0) {
				const place = this.#places[known]!;
				if (recordSlot(this.#arena.bytesOf(place), this.#arena.offsetOf(place)) > slot) continue;
			}
			if (account === null) this.#tombstones.push(pubkey);
			this.#put(pubkey, account ?? TOMBSTONE, slot);
		}
	}

	settleLoad(): void {
		for (const pubkey of this.#tombstones.splice(0)) {
			const entry = this.#table.find(pubkey.words);
			if (entry < 0) continue;
			const place = this.#places[entry]!;
			if (isTombstone(this.#arena.bytesOf(place), this.#arena.offsetOf(place))) this.#delete(pubkey);
		}
	}

	endLoad(root: Slot, checkpoint: Uint8Array | null): void {
		this.settleLoad();
		this.#stand(root, checkpoint);
	}

	/** Moves the records of sparse chunks together. */
	shrink(): number {
		const before = this.#arena.byteLength;
		const sparse = this.#arena.sparse();
		if (sparse.size === 0) return 0;
		for (let entry = 0; entry < this.#table.end; entry++) {
			const length = this.#lengths[entry]!;
			const place = this.#places[entry]!;
			if (length === 0 || !sparse.has(this.#arena.chunkOf(place))) continue;
			const offset = this.#arena.offsetOf(place);
			const record = this.#arena.bytesOf(place).subarray(offset, offset + length);
			const moved = this.#arena.allocate(length);
			this.#arena.bytesOf(moved).set(record, this.#arena.offsetOf(moved));
			this.#arena.free(place, length);
			this.#places[entry] = moved;
		}
		return before - this.#arena.byteLength;
	}

	close(): Promise<void> {
		return Promise.resolve();
	}

	#stand(root: Slot, checkpoint: Uint8Array | null): void {
		this.#root = root;
		this.#checkpoint = checkpoint === null ? null : { slot: root, fields: checkpoint.slice() };
	}

	#read(entry: number): AccountSharedData {
		const place = this.#places[entry]!;
		return readRecord(this.#arena.bytesOf(place), this.#arena.offsetOf(place), this.#lengths[entry]!)!;
	}

	#keyOf(entry: number): Pubkey {
		const words = new Int32Array(8);
		this.#table.copyKey(entry, words);
		const bytes = new Uint8Array(32);
		for (let i = 0; i < 32; i++) bytes[i] = words[i >> 2]! >>> (8 * (i & 3));
		return Pubkey.fromBytes(bytes);
	}

	#put(pubkey: Pubkey, account: AccountSharedData, slot: Slot): void {
		const entry = this.#table.insert(pubkey.words);
		if (entry >= this.#lengths.length) this.#grow();
		const length = RECORD_OVERHEAD + account.data.length;
		const before = this.#lengths[entry]!;
		if (before !== 0) {
			if (this.#ownerOf(entry) !== account.owner.key) {
				this.#unlink(entry);
				this.#link(entry, account.owner.key);
			}
			if (before !== length) this.#arena.free(this.#places[entry]!, before);
		} else {
			this.#link(entry, account.owner.key);
		}
		// A record of the same length is written over: whoever loaded it has a copy.
		if (before !== length) {
			this.#places[entry] = this.#arena.allocate(length);
			this.#lengths[entry] = length;
		}
		const place = this.#places[entry]!;
		writeRecord(this.#arena.bytesOf(place), this.#arena.offsetOf(place), account, slot);
	}

	#delete(pubkey: Pubkey): void {
		const entry = this.#table.remove(pubkey.words);
		if (entry < 0) return;
		this.#unlink(entry);
		this.#arena.free(this.#places[entry]!, this.#lengths[entry]!);
		this.#lengths[entry] = 0;
	}

	#ownerOf(entry: number): string {
		const place = this.#places[entry]!;
		return Pubkey.recent(this.#arena.bytesOf(place), this.#arena.offsetOf(place)).key;
	}

	#link(entry: number, owner: string): void {
		const first = this.#firstOfOwner.get(owner) ?? NONE;
		this.#nextOfOwner[entry] = first;
		this.#previousOfOwner[entry] = NONE;
		if (first !== NONE) this.#previousOfOwner[first] = entry;
		this.#firstOfOwner.set(owner, entry);
	}

	/** Takes an entry out of the list of the owner that its record names. */
	#unlink(entry: number): void {
		const next = this.#nextOfOwner[entry]!;
		const previous = this.#previousOfOwner[entry]!;
		if (next !== NONE) this.#previousOfOwner[next] = previous;
		if (previous !== NONE) this.#nextOfOwner[previous] = next;
		else if (next !== NONE) this.#firstOfOwner.set(this.#ownerOf(entry), next);
		else this.#firstOfOwner.delete(this.#ownerOf(entry));
	}

	#grow(): void {
		const length = Math.ceil(this.#lengths.length * 1.5);
		const grown = (old: Uint32Array): Uint32Array => {
			const copy = new Uint32Array(length);
			copy.set(old);
			return copy;
		};
		this.#places = grown(this.#places);
		this.#lengths = grown(this.#lengths);
		this.#nextOfOwner = grown(this.#nextOfOwner);
		this.#previousOfOwner = grown(this.#previousOfOwner);
	}
}
