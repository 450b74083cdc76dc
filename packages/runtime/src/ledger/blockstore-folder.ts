/** Owns a chain's folder on a disk as a whole: the accounts and the blocks in one environment. For Node alone. */
import { type ChainIdentity, LmdbEnvironment } from '../accounts-db/lmdb-environment.ts';
import { LmdbStorage } from '../accounts-db/lmdb-storage.ts';
import { Blockstore } from './blockstore.ts';
import { LmdbTables } from './blockstore-lmdb.ts';

/** An open folder. */
export interface LedgerFolder {
	readonly folder: string;
	/** The rooted accounts, for an `AccountsDb`. */
	readonly storage: LmdbStorage;
	readonly blockstore: Blockstore;
	/** Closes both. What was committed before stays, whether this is called or not. */
	close(): Promise<void>;
}

/** Opens or makes a chain's folder. Errors: those of {@link LmdbEnvironment.open}, all StorageError. */
export async function openLedgerFolder(folder: string, identity: ChainIdentity): Promise<LedgerFolder> {
	const environment = await LmdbEnvironment.open(folder, identity);
	try {
		return {
			folder: environment.folder,
			storage: new LmdbStorage(environment),
			blockstore: new Blockstore(new LmdbTables(environment)),
			close: () => environment.close(),
		};
	} catch (error) {
		await environment.close();
		throw error;
	}
}
