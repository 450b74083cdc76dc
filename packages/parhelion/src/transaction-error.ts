/**
 * The error of a failed transaction as the original's classes show it: a number for an error without
 * fields, an object for one with.
 *
 * Unlike the original, the classes and the numbers' names are exported.
 * Source: node-litesvm transaction_error.rs.
 */
import type { InstructionError, TransactionError } from '@parhelion/sdk';
import { debugInstructionError, debugStruct } from './rust-debug.ts';

/** Names of the original's `TransactionErrorFieldless`, in the order of its numbers. */
const TRANSACTION_ERROR_NAMES = [
	'AccountInUse',
	'AccountLoadedTwice',
	'AccountNotFound',
	'ProgramAccountNotFound',
	'InsufficientFundsForFee',
	'InvalidAccountForFee',
	'AlreadyProcessed',
	'BlockhashNotFound',
	'CallChainTooDeep',
	'MissingSignatureForFee',
	'InvalidAccountIndex',
	'SignatureFailure',
	'InvalidProgramForExecution',
	'SanitizeFailure',
	'ClusterMaintenance',
	'AccountBorrowOutstanding',
	'WouldExceedMaxBlockCostLimit',
	'UnsupportedVersion',
	'InvalidWritableAccount',
	'WouldExceedMaxAccountCostLimit',
	'WouldExceedAccountDataBlockLimit',
	'TooManyAccountLocks',
	'AddressLookupTableNotFound',
	'InvalidAddressLookupTableOwner',
	'InvalidAddressLookupTableData',
	'InvalidAddressLookupTableIndex',
	'InvalidRentPayingAccount',
	'WouldExceedMaxVoteCostLimit',
	'WouldExceedAccountDataTotalLimit',
	'MaxLoadedAccountsDataSizeExceeded',
	'ResanitizationNeeded',
	'InvalidLoadedAccountsDataSizeLimit',
	'UnbalancedTransaction',
	'ProgramCacheHitMaxLimit',
	'CommitCancelled',
] as const;

/** Names of the original's `InstructionErrorFieldless`, in the order of its numbers. */
const INSTRUCTION_ERROR_NAMES = [
	'GenericError',
	'InvalidArgument',
	'InvalidInstructionData',
	'InvalidAccountData',
	'AccountDataTooSmall',
	'InsufficientFunds',
	'IncorrectProgramId',
	'MissingRequiredSignature',
	'AccountAlreadyInitialized',
	'UninitializedAccount',
	'UnbalancedInstruction',
	'ModifiedProgramId',
	'ExternalAccountLamportSpend',
	'ExternalAccountDataModified',
	'ReadonlyLamportChange',
	'ReadonlyDataModified',
	'DuplicateAccountIndex',
	'ExecutableModified',
	'RentEpochModified',
	'NotEnoughAccountKeys',
	'AccountDataSizeChanged',
	'AccountNotExecutable',
	'AccountBorrowFailed',
	'AccountBorrowOutstanding',
	'DuplicateAccountOutOfSync',
	'InvalidError',
	'ExecutableDataModified',
	'ExecutableLamportChange',
	'ExecutableAccountNotRentExempt',
	'UnsupportedProgramId',
	'CallDepth',
	'MissingAccount',
	'ReentrancyNotAllowed',
	'MaxSeedLengthExceeded',
	'InvalidSeeds',
	'InvalidRealloc',
	'ComputationalBudgetExceeded',
	'PrivilegeEscalation',
	'ProgramEnvironmentSetupFailure',
	'ProgramFailedToComplete',
	'ProgramFailedToCompile',
	'Immutable',
	'IncorrectAuthority',
	'AccountNotRentExempt',
	'InvalidAccountOwner',
	'ArithmeticOverflow',
	'UnsupportedSysvar',
	'IllegalOwner',
	'MaxAccountsDataAllocationsExceeded',
	'MaxAccountsExceeded',
	'MaxInstructionTraceLengthExceeded',
	'BuiltinProgramsMustConsumeComputeUnits',
	'BorshIoError',
] as const;

type TransactionErrorName = (typeof TRANSACTION_ERROR_NAMES)[number];
type InstructionErrorName = (typeof INSTRUCTION_ERROR_NAMES)[number];

function numbered<Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> {
	const numbers: Partial<Record<Name, number>> = {};
	names.forEach((name, number) => {
		numbers[name] = number;
	});
	return Object.freeze(numbers as Record<Name, number>);
}

/** The number of each transaction error without fields: `TransactionErrorFieldless.AlreadyProcessed` is 6. */
export const TransactionErrorFieldless: Readonly<Record<TransactionErrorName, number>> =
	numbered(TRANSACTION_ERROR_NAMES);

/** The number of each instruction error without fields: `InstructionErrorFieldless.InvalidArgument` is 1. */
export const InstructionErrorFieldless: Readonly<Record<InstructionErrorName, number>> =
	numbered(INSTRUCTION_ERROR_NAMES);

/** A program's own error code. */
export class InstructionErrorCustom {
	readonly #code: number;
	constructor(code: number) {
		this.#code = code;
	}
	get code(): number {
		return this.#code;
	}
	toString(): string {
		return debugStruct('InstructionErrorCustom', { code: this.code });
	}
}

/** An instruction failed. */
export class TransactionErrorInstructionError {
	readonly #index: number;
	readonly #error: InstructionError;
	constructor(index: number, error: InstructionError) {
		this.#index = index;
		this.#error = error;
	}
	/** The instruction's number in the transaction. */
	get index(): number {
		return this.#index;
	}
	/** The instruction's error: a number of {@link InstructionErrorFieldless}, or the program's own. */
	err(): number | InstructionErrorCustom {
		const error = this.#error;
		if (error.kind === 'Custom') return new InstructionErrorCustom(error.code);
		return InstructionErrorFieldless[error.kind as InstructionErrorName];
	}
	toString(): string {
		const error = this.#error;
		return debugStruct('TransactionErrorInstructionError', {
			index: this.index,
			error: error.kind === 'Custom' ? new InstructionErrorCustom(error.code) : debugInstructionError(error),
		});
	}
}

/** The same instruction twice. */
export class TransactionErrorDuplicateInstruction {
	readonly #index: number;
	constructor(index: number) {
		this.#index = index;
	}
	get index(): number {
		return this.#index;
	}
	toString(): string {
		return debugStruct('TransactionErrorDuplicateInstruction', { index: this.index });
	}
}

/** An account was left with too little for its size. */
export class TransactionErrorInsufficientFundsForRent {
	readonly #accountIndex: number;
	constructor(accountIndex: number) {
		this.#accountIndex = accountIndex;
	}
	get accountIndex(): number {
		return this.#accountIndex;
	}
	toString(): string {
		return debugStruct('TransactionErrorInsufficientFundsForRent', { account_index: this.accountIndex });
	}
}

/** A program that may not run for now. */
export class TransactionErrorProgramExecutionTemporarilyRestricted {
	readonly #accountIndex: number;
	constructor(accountIndex: number) {
		this.#accountIndex = accountIndex;
	}
	get accountIndex(): number {
		return this.#accountIndex;
	}
	toString(): string {
		return debugStruct('TransactionErrorProgramExecutionTemporarilyRestricted', {
			account_index: this.accountIndex,
		});
	}
}

/** What `FailedTransactionMetadata.err()` gives. */
export type LiteTransactionError =
	| number
	| TransactionErrorInstructionError
	| TransactionErrorDuplicateInstruction
	| TransactionErrorInsufficientFundsForRent
	| TransactionErrorProgramExecutionTemporarilyRestricted;

/** The error in the original's classes. */
export function toLiteTransactionError(error: TransactionError): LiteTransactionError {
	switch (error.kind) {
		case 'InstructionError':
			return new TransactionErrorInstructionError(error.index, error.error);
		case 'DuplicateInstruction':
			return new TransactionErrorDuplicateInstruction(error.index);
		case 'InsufficientFundsForRent':
			return new TransactionErrorInsufficientFundsForRent(error.accountIndex);
		case 'ProgramExecutionTemporarilyRestricted':
			return new TransactionErrorProgramExecutionTemporarilyRestricted(error.accountIndex);
		default:
			return TransactionErrorFieldless[error.kind as TransactionErrorName];
	}
}
