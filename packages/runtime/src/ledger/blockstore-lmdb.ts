/** The ledger's tables in an LMDB environment, the same that the accounts are in. For Node alone. */
import type { LmdbEnvironment, Table } from '../accounts-db/lmdb-environment.ts';
import {
	BLOCKSTORE_TABLES,
	type BlockstoreTable,
	type BlockstoreTables,
	type TableWrite,
} from './blockstore-tables.ts';

/**
 * Sorted tables on a disk. One environment holds them and the accounts, so commits become durable in the order in
 * which they are made: whoever stores a block and then flushes its slot never finds the slot without the block.
 */
export class LmdbTables implements BlockstoreTables {
	readonly #environment: LmdbEnvironment;
	readonly #tables: ReadonlyMap<BlockstoreTable, Table>;

	constructor(environment: LmdbEnvironment) {
		this.#environment = environment;
		this.#tables = new Map(BLOCKSTORE_TABLES.map((name) => [name, environment.table(`blockstore-${name}`)]));
	}

	get(table: BlockstoreTable, key: Uint8Array): Uint8Array | null {
		const value = this.#tables.get(table)!.getBinary(key);
		return value === undefined ? null : Uint8Array.from(value);
	}

	*range(
		table: BlockstoreTable,
		from: Uint8Array,
		to: Uint8Array,
		reverse = false,
	): IterableIterator<readonly [Uint8Array, Uint8Array]> {
		// LMDB walks back from `start`, which it includes, to `end`, which it leaves out.
		const options = reverse
			? { start: to, end: from, reverse: true, exclusiveStart: true, inclusiveEnd: true }
			: { start: from, end: to };
		for (const { key, value } of this.#tables.get(table)!.getRange(options)) {
			yield [Uint8Array.from(key), Uint8Array.from(value)];
		}
	}

	commit(writes: readonly TableWrite[]): void {
		this.#environment.transact(() => this.write(writes));
	}

	write(writes: readonly TableWrite[]): void {
		for (const { table, key, value } of writes) {
			if (value === null) this.#tables.get(table)!.removeSync(key);
			else this.#tables.get(table)!.putSync(key, value);
		}
	}

	close(): Promise<void> {
		return this.#environment.close();
	}
}
