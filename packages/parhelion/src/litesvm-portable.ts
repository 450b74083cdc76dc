/**
 * `parhelion/litesvm` where there are no files: the exports of the npm package `litesvm` without its three methods
 * on files. The ELFs of the default programs are handed over by `setBundledPrograms` of `parhelion`.
 */
export { Account } from './account.ts';
export { Clock } from './clock.ts';
export { ComputeBudget } from './compute-budget.ts';
export { EpochRewards, EpochSchedule } from './epoch.ts';
export { FeatureSet } from './feature-set.ts';
export { LiteSVM } from './lite-svm.ts';
export { Rent } from './rent.ts';
export { SlotHash } from './slot-hash.ts';
export { SlotHistory, SlotHistoryCheck } from './slot-history.ts';
export { StakeHistory, StakeHistoryEntry } from './stake-history.ts';
export {
	FailedTransactionMetadata,
	InnerInstruction,
	SimulatedTransactionInfo,
	TransactionMetadata,
	TransactionReturnData,
} from './transaction-metadata.ts';
