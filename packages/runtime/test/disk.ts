import { MemoryStorage } from '../src/accounts-db/memory-storage.ts';
import type { AccountsBatch } from '../src/accounts-db/storage.ts';
import { StorageError } from '../src/accounts-db/storage-error.ts';
import type { GenesisOptions } from '../src/bank/bank-types.ts';
import {
	decodeGenesisConfig,
	encodeGenesisConfig,
	type GenesisConfig,
} from '../src/genesis/genesis-config.ts';
import { resolveGenesis } from '../src/genesis/local-genesis.ts';
import { Blockstore } from '../src/ledger/blockstore.ts';
import { MemoryTables, type TableWrite } from '../src/ledger/blockstore-tables.ts';
import type { Ledger } from '../src/ledger/ledger.ts';

/** What outlives a process in these tests, and may refuse to write. */
export class Disk {
	readonly storage: MemoryStorage = new MemoryStorage();
	readonly tables: MemoryTables = new MemoryTables();
	readonly #genesis: Uint8Array;
	/** Commits that succeed before the disk is full. */
	room: number = Number.POSITIVE_INFINITY;

	/** `changes`: what no option says of a genesis. */
	constructor(options: GenesisOptions = {}, changes: Partial<GenesisConfig> = {}) {
		this.#genesis = encodeGenesisConfig({ ...resolveGenesis(options).config, ...changes });
		const { storage, tables } = this;
		const commit = storage.commit.bind(storage);
		storage.commit = (batch: AccountsBatch) => {
			this.#spend();
			commit(batch);
		};
		const commitTables = tables.commit.bind(tables);
		tables.commit = (writes: readonly TableWrite[]) => {
			this.#spend();
			commitTables(writes);
		};
	}

	#spend(): void {
		if (this.room <= 0) throw new StorageError('disk-full', 'No room is left.');
		this.room--;
	}

	/** The ledger as a new process finds it. */
	ledger(): Ledger {
		const genesis = decodeGenesisConfig(this.#genesis);
		if (!genesis.ok) throw new Error(genesis.error.kind);
		return {
			genesis: genesis.value,
			storage: this.storage,
			blockstore: new Blockstore(this.tables),
			close: () => Promise.resolve(),
		};
	}
}
