/** The face of the SVM: one transaction from sanitised message to result. */
export {
	ADDRESS_LOOKUP_TABLE_BASE_SIZE,
	constructInstructionsAccount,
	TRANSACTION_ACCOUNT_BASE_SIZE,
	validateFeePayer,
} from './account-loader.ts';
export * from './address-lookup.ts';
export * from './borrowed-instruction-account.ts';
export * from './builtins/index.ts';
export { decodeSystemInstruction, type SystemInstruction } from './builtins/system-instruction.ts';
export * from './compute-budget-instructions.ts';
export * from './environment-config.ts';
export * from './execution-budget.ts';
export * from './fee.ts';
export * from './inner-instructions.ts';
export * from './instruction-context.ts';
export * from './invoke-context.ts';
export {
	adoptModule,
	compiledModules,
	type JitCounters,
	type JitMode,
	jitCounters,
	onModuleCompiled,
	type SharedModule,
} from './jit-tier.ts';
export * from './log-collector.ts';
export * from './message-processor.ts';
export * from './nonce.ts';
export * from './pda.ts';
export * from './precompiles.ts';
export * from './program-cache.ts';
export * from './program-cache-entry.ts';
export { programdataAddress } from './program-loader.ts';
export {
	checkStaticAccountRentStateTransition,
	updateRentExemptStatusForAccount,
	verifyRentStateChanges,
} from './rent-state.ts';
export * from './rollback-accounts.ts';
export * from './serialization.ts';
export type { SerializationFeatures } from './serialization-regions.ts';
export { createProgramRuntimeEnvironment, SYSCALLS, type SyscallRow } from './syscalls/index.ts';
export * from './sysvar-cache.ts';
export * from './transaction-accounts.ts';
export * from './transaction-check.ts';
export * from './transaction-context.ts';
export * from './transaction-processing-result.ts';
export * from './transaction-processor.ts';
