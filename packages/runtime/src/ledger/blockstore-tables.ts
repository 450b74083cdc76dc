/**
 * The face of whatever keeps the ledger's tables, and the tables in memory.
 *
 * Keys are bytes in the order of `memcmp`; numbers in keys are therefore written highest byte first.
 */

/**
 * What may stand beside the entries of a block: accounts written past the rules and hard forks, which a replay needs; the
 * messages that were processed, for the status cache of a restart; rewards, for whoever asks for the block.
 */
export const SIDECAR_TABLES = ['overwrites', 'hardForks', 'messages', 'rewards'] as const;

export type SidecarTable = (typeof SIDECAR_TABLES)[number];

/** The tables of a {@link file://./blockstore.ts Blockstore}; what is in them is its to say. */
export const BLOCKSTORE_TABLES = [
	'blocks',
	'entries',
	'overwrites',
	'hardForks',
	'messages',
	'rewards',
	'statuses',
	'addresses',
	'signatures',
	'ledger',
] as const;

export type BlockstoreTable = (typeof BLOCKSTORE_TABLES)[number];

/** One change; `null` deletes. */
export interface TableWrite {
	readonly table: BlockstoreTable;
	readonly key: Uint8Array;
	readonly value: Uint8Array | null;
}

/** Sorted tables in memory or on a disk. */
export interface BlockstoreTables {
	/** The value of a key, the caller's own copy; `null` where there is none. */
	get(table: BlockstoreTable, key: Uint8Array): Uint8Array | null;
	/** The entries from `from` on and below `to`, in order or in reverse; nobody commits meanwhile. */
	range(
		table: BlockstoreTable,
		from: Uint8Array,
		to: Uint8Array,
		reverse?: boolean,
	): Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
	/** Applies the writes in one transaction, durable on return. StorageError where it cannot; then none is there. */
	commit(writes: readonly TableWrite[]): void;
	/** Applies the writes as part of a transaction that is under way. */
	write(writes: readonly TableWrite[]): void;
	close(): Promise<void>;
}

const CHUNK = 512;

/** Keys in order, in chunks, so that an insertion moves at most one chunk. */
class SortedKeys {
	readonly #chunks: string[][] = [];

	insert(key: string): void {
		const number = Math.max(0, this.#chunkOf(key));
		const chunk = this.#chunks[number];
		if (chunk === undefined) {
			this.#chunks.push([key]);
			return;
		}
		const at = lowerBound(chunk, key);
		if (chunk[at] === key) return;
		chunk.splice(at, 0, key);
		if (chunk.length > CHUNK) this.#chunks.splice(number + 1, 0, chunk.splice(CHUNK >> 1));
	}

	remove(key: string): void {
		const number = this.#chunkOf(key);
		const chunk = this.#chunks[number];
		if (chunk === undefined) return;
		const at = lowerBound(chunk, key);
		if (chunk[at] !== key) return;
		chunk.splice(at, 1);
		if (chunk.length === 0) this.#chunks.splice(number, 1);
	}

	/** The keys from `from` on and below `to`, as they are now. */
	between(from: string, to: string): string[] {
		const found: string[] = [];
		for (let number = Math.max(0, this.#chunkOf(from)); number < this.#chunks.length; number++) {
			const chunk = this.#chunks[number]!;
			if (chunk[0]! >= to) break;
			for (const key of chunk) if (key >= from && key < to) found.push(key);
		}
		return found;
	}

	/** The last chunk whose first key is not above `key`; -1 before the first. */
	#chunkOf(key: string): number {
		let low = 0;
		let high = this.#chunks.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#chunks[middle]![0]! <= key) low = middle + 1;
			else high = middle;
		}
		return low - 1;
	}
}

function lowerBound(keys: readonly string[], key: string): number {
	let low = 0;
	let high = keys.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (keys[middle]! < key) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Bytes as latin-1 text: equal order, and a key for a `Map`. */
function textOf(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return text;
}

function bytesOf(text: string): Uint8Array {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The ledger's tables of a chain that leaves nothing behind. */
export class MemoryTables implements BlockstoreTables {
	readonly #tables: ReadonlyMap<BlockstoreTable, { keys: SortedKeys; values: Map<string, Uint8Array> }> =
		new Map(BLOCKSTORE_TABLES.map((name) => [name, { keys: new SortedKeys(), values: new Map() }]));

	get(table: BlockstoreTable, key: Uint8Array): Uint8Array | null {
		return this.#tables.get(table)!.values.get(textOf(key))?.slice() ?? null;
	}

	*range(
		table: BlockstoreTable,
		from: Uint8Array,
		to: Uint8Array,
		reverse = false,
	): IterableIterator<readonly [Uint8Array, Uint8Array]> {
		const { keys, values } = this.#tables.get(table)!;
		const found = keys.between(textOf(from), textOf(to));
		if (reverse) found.reverse();
		for (const key of found) {
			const value = values.get(key);
			if (value !== undefined) yield [bytesOf(key), value.slice()];
		}
	}

	commit(writes: readonly TableWrite[]): void {
		this.write(writes);
	}

	write(writes: readonly TableWrite[]): void {
		for (const { table, key, value } of writes) {
			const { keys, values } = this.#tables.get(table)!;
			const text = textOf(key);
			if (value === null) {
				if (values.delete(text)) keys.remove(text);
			} else {
				if (!values.has(text)) keys.insert(text);
				values.set(text, value.slice());
			}
		}
	}

	close(): Promise<void> {
		return Promise.resolve();
	}
}
