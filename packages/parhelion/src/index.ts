/**
 * The in-process API, with the interface of the npm package `litesvm`.
 *
 * This entry runs everywhere; the ELFs of the default programs are handed over by `setBundledPrograms`. The
 * entry `parhelion/node` reads them from the package and adds what needs files.
 */
export {
	InstructionError,
	instructionErrorText,
	instructionErrorToJson,
	TransactionError,
	transactionErrorText,
	transactionErrorToJson,
} from '@parhelion/sdk';
export { Account } from './account.ts';
export { accountToJson, parseAccountJson } from './account-json.ts';
export {
	availablePrograms,
	DEFAULT_PROGRAMS,
	type DefaultProgram,
	fetchBundledPrograms,
	type MissingProgram,
	missingPrograms,
	type ProgramSource,
	setBundledPrograms,
	setProgramSource,
} from './bundled-programs.ts';
export { Clock } from './clock.ts';
export { ComputeBudget } from './compute-budget.ts';
export {
	LiteConnection,
	type LiteConnectionOptions,
	SendTransactionError,
	type TokenAmount,
} from './connection.ts';
export type * from './connection-types.ts';
export type { SyscallCall, SyscallFunction } from './custom-syscall.ts';
export { EpochRewards, EpochSchedule } from './epoch.ts';
export { FeatureSet, LOADER_V4_FEATURE } from './feature-set.ts';
export type {
	InvocationAccount,
	InvocationCallback,
	InvocationOutcome,
	ProgramInvocation,
} from './invocation-callback.ts';
export type * from './kit-types.ts';
export type { MintToCreate, TokenAccountToSet } from './lite-cheats.ts';
export { MAINNET_DEFAULT_SLOT } from './lite-genesis.ts';
export {
	LiteSnapshot,
	LiteSVM,
	type SimulationOptions,
} from './lite-svm.ts';
export type { WarpTarget } from './lite-warp.ts';
export { formatLogTree, type Invocation, type LogLine, type LogTreeOptions, parseLogs } from './log-tree.ts';
export { Rent } from './rent.ts';
export { SlotHash, type SlotHashInput } from './slot-hash.ts';
export { SlotHistory, SlotHistoryCheck } from './slot-history.ts';
export { StakeHistory, StakeHistoryEntry } from './stake-history.ts';
export * from './transaction-error.ts';
export { expectSuccess, TransactionFailure } from './transaction-failure.ts';
export {
	CompiledInstruction,
	FailedTransactionMetadata,
	InnerInstruction,
	SimulatedTransactionInfo,
	TransactionMetadata,
	TransactionReturnData,
} from './transaction-metadata.ts';
