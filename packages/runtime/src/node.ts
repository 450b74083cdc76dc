/**
 * The part of the runtime's face for programs that run in Node: a ledger on a disk, and Agave's snapshots.
 *
 * `@parhelion/runtime/node` brings everything of `@parhelion/runtime` with it. The package "lmdb" is loaded when a ledger is
 * opened, so that this entry loads without it.
 */

export * from './accounts-db/ancestors.ts';
export {
	type ChainIdentity,
	FORMAT_VERSION,
	LmdbEnvironment,
	makeWritable,
} from './accounts-db/lmdb-environment.ts';
export { LmdbStorage } from './accounts-db/lmdb-storage.ts';
export * from './accounts-db/memory-storage.ts';
export * from './accounts-db/storage.ts';
export * from './accounts-db/storage-error.ts';
export type { BlockhashStatuses, SlotDelta } from './bank/status-cache.ts';
export * from './index.ts';
export * from './ledger/blockstore.ts';
export * from './ledger/blockstore-folder.ts';
export { LmdbTables } from './ledger/blockstore-lmdb.ts';
export { type BlockstoreTables, MemoryTables, type SidecarTable } from './ledger/blockstore-tables.ts';
export type * from './ledger/blockstore-types.ts';
export * from './ledger/chain-folder.ts';
export { createProofVerifier, type ProofVerifierOptions } from './ledger/proof-threads.ts';
export type { ProofVerifier } from './ledger/proof-verifier.ts';
export { type LedgerReport, type VerifyLedgerOptions, verifyLedger } from './ledger/verify-ledger.ts';
export { type BlockExecutorOptions, createBlockExecutor } from './scheduler/node-threads.ts';
export * from './snapshots/load-snapshot.ts';
export type * from './snapshots/manifest.ts';
export * from './snapshots/slot-deltas.ts';
export * from './snapshots/snapshot-bank.ts';
export * from './snapshots/snapshot-error.ts';
export * from './snapshots/snapshot-files.ts';
export * from './snapshots/snapshot-ledger.ts';
