/** The face of the runtime: state over time. */
export * from './accounts-db/accounts-db.ts';
export * from './accounts-db/lattice-hash.ts';
export * from './bank/balances.ts';
export * from './bank/bank.ts';
export * from './bank/bank-checkpoint.ts';
export * from './bank/bank-context.ts';
export * from './bank/bank-events.ts';
export * from './bank/bank-forks.ts';
export * from './bank/bank-hash.ts';
export * from './bank/bank-types.ts';
export * from './bank/blockhash-queue.ts';
export * from './bank/core-programs/core-program-error.ts';
export * from './bank/core-programs/core-programs.ts';
export * from './bank/epoch-rewards/calculation.ts';
export * from './bank/epoch-rewards/partitions.ts';
export * from './bank/epoch-rewards/points.ts';
export * from './bank/epoch-rewards/redeem.ts';
export * from './bank/generic-token.ts';
export * from './bank/hard-forks.ts';
export * from './bank/inflation.ts';
export {
	identityKeyedSlotLeaders,
	LeaderSchedule,
	type LeaderStake,
	NUM_CONSECUTIVE_LEADER_SLOTS,
	stakeWeightedSlotLeaders,
} from './bank/leader-schedule.ts';
export * from './bank/stake-weighted-timestamp.ts';
export * from './bank/stakes/activation.ts';
export * from './bank/stakes/stake-state.ts';
export {
	feeOf,
	processTransaction,
	resolveMessage,
	sanitizeTransaction,
	simulateTransaction,
} from './bank/transaction-processing.ts';
export * from './bank/verify-transaction.ts';
export * from './chain.ts';
export { type BatchOptions, ChainBusyError } from './chain-open-block.ts';
export type { ChainSnapshot } from './chain-snapshot.ts';
export type { OpenOptions } from './chain-start.ts';
export * from './events.ts';
export * from './genesis/bootstrap-genesis.ts';
export * from './genesis/fee-rate-governor.ts';
export * from './genesis/genesis-accounts.ts';
export * from './genesis/genesis-config.ts';
export {
	defaultVoter,
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	MS_PER_SLOT,
	transferInstruction,
} from './genesis/local-genesis.ts';
export type { ChainBlock, SignatureInfo, SignaturesQuery } from './ledger/block-history.ts';
export * from './ledger/entry.ts';
export * from './ledger/entry-recorder.ts';
export * from './ledger/entry-verification.ts';
export type { Ledger } from './ledger/ledger.ts';
export * from './ledger/poh.ts';
export * from './ledger/shred/recover.ts';
export * from './ledger/shred/shred.ts';
export * from './ledger/shred/shred-filter.ts';
export * from './ledger/shred/shred-layout.ts';
export * from './ledger/shred/shredder.ts';
export { signatureKey } from './ledger/transaction-history.ts';
export * from './scheduler/block-executor.ts';
export * from './scheduler/priority.ts';
