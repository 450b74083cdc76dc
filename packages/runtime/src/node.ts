/**
 * The part of the runtime's face that needs Node: a ledger on a disk, snapshot archives as files.
 *
 * `@parhelion/runtime/node` brings everything of `@parhelion/runtime` with it. The package "lmdb" is loaded when a ledger is
 * opened, so that this entry loads without it.
 */
export { type ChainIdentity, FORMAT_VERSION } from './accounts-db/lmdb-environment.ts';
export { LmdbStorage } from './accounts-db/lmdb-storage.ts';
export * from './index.ts';
export { type LedgerFolder, openLedgerFolder } from './ledger/blockstore-folder.ts';
export { LmdbTables } from './ledger/blockstore-lmdb.ts';
export {
	findSnapshotFiles,
	parseSnapshotFile,
	readFileChunks,
	type SnapshotFile,
} from './snapshots/snapshot-files.ts';
