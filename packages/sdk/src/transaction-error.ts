/**
 * Owns {@link TransactionError}: one row a variant with name, bincode discriminant and Display text.
 * Source: crate `solana-transaction-error`.
 */
import { type InstructionError, instructionErrorText, instructionErrorToJson } from './instruction-error.ts';

/** The rows in order of their bincode discriminant; `{...}` in a text is a field. */
export const TRANSACTION_ERRORS = [
	{ name: 'AccountInUse', code: 0, text: 'Account in use' },
	{ name: 'AccountLoadedTwice', code: 1, text: 'Account loaded twice' },
	{
		name: 'AccountNotFound',
		code: 2,
		text: 'Attempt to debit an account but found no record of a prior credit.',
	},
	{ name: 'ProgramAccountNotFound', code: 3, text: 'Attempt to load a program that does not exist' },
	{ name: 'InsufficientFundsForFee', code: 4, text: 'Insufficient funds for fee' },
	{ name: 'InvalidAccountForFee', code: 5, text: 'This account may not be used to pay transaction fees' },
	{ name: 'AlreadyProcessed', code: 6, text: 'This transaction has already been processed' },
	{ name: 'BlockhashNotFound', code: 7, text: 'Blockhash not found' },
	{ name: 'InstructionError', code: 8, text: 'Error processing Instruction {idx}: {err}' },
	{ name: 'CallChainTooDeep', code: 9, text: 'Loader call chain is too deep' },
	{
		name: 'MissingSignatureForFee',
		code: 10,
		text: 'Transaction requires a fee but has no signature present',
	},
	{ name: 'InvalidAccountIndex', code: 11, text: 'Transaction contains an invalid account reference' },
	{ name: 'SignatureFailure', code: 12, text: 'Transaction did not pass signature verification' },
	{
		name: 'InvalidProgramForExecution',
		code: 13,
		text: 'This program may not be used for executing instructions',
	},
	{ name: 'SanitizeFailure', code: 14, text: 'Transaction failed to sanitize accounts offsets correctly' },
	{
		name: 'ClusterMaintenance',
		code: 15,
		text: 'Transactions are currently disabled due to cluster maintenance',
	},
	{
		name: 'AccountBorrowOutstanding',
		code: 16,
		text: 'Transaction processing left an account with an outstanding borrowed reference',
	},
	{ name: 'WouldExceedMaxBlockCostLimit', code: 17, text: 'Transaction would exceed max Block Cost Limit' },
	{ name: 'UnsupportedVersion', code: 18, text: 'Transaction version is unsupported' },
	{
		name: 'InvalidWritableAccount',
		code: 19,
		text: 'Transaction loads a writable account that cannot be written',
	},
	{
		name: 'WouldExceedMaxAccountCostLimit',
		code: 20,
		text: 'Transaction would exceed max account limit within the block',
	},
	{
		name: 'WouldExceedAccountDataBlockLimit',
		code: 21,
		text: 'Transaction would exceed account data limit within the block',
	},
	{ name: 'TooManyAccountLocks', code: 22, text: 'Transaction locked too many accounts' },
	{
		name: 'AddressLookupTableNotFound',
		code: 23,
		text: "Transaction loads an address table account that doesn't exist",
	},
	{
		name: 'InvalidAddressLookupTableOwner',
		code: 24,
		text: 'Transaction loads an address table account with an invalid owner',
	},
	{
		name: 'InvalidAddressLookupTableData',
		code: 25,
		text: 'Transaction loads an address table account with invalid data',
	},
	{
		name: 'InvalidAddressLookupTableIndex',
		code: 26,
		text: 'Transaction address table lookup uses an invalid index',
	},
	{
		name: 'InvalidRentPayingAccount',
		code: 27,
		text: 'Transaction leaves an account with a lower balance than rent-exempt minimum',
	},
	{ name: 'WouldExceedMaxVoteCostLimit', code: 28, text: 'Transaction would exceed max Vote Cost Limit' },
	{
		name: 'WouldExceedAccountDataTotalLimit',
		code: 29,
		text: 'Transaction would exceed total account data limit',
	},
	{
		name: 'DuplicateInstruction',
		code: 30,
		text: 'Transaction contains a duplicate instruction ({idx}) that is not allowed',
	},
	{
		name: 'InsufficientFundsForRent',
		code: 31,
		text: 'Transaction results in an account ({account_index}) with insufficient funds for rent',
	},
	{
		name: 'MaxLoadedAccountsDataSizeExceeded',
		code: 32,
		text: 'Transaction exceeded max loaded accounts data size cap',
	},
	{
		name: 'InvalidLoadedAccountsDataSizeLimit',
		code: 33,
		text: 'LoadedAccountsDataSizeLimit set for transaction must be greater than 0.',
	},
	{ name: 'ResanitizationNeeded', code: 34, text: 'ResanitizationNeeded' },
	{
		name: 'ProgramExecutionTemporarilyRestricted',
		code: 35,
		text: 'Execution of the program referenced by account at index {account_index} is temporarily restricted.',
	},
	{
		name: 'UnbalancedTransaction',
		code: 36,
		text: 'Sum of account balances before and after transaction do not match',
	},
	{ name: 'ProgramCacheHitMaxLimit', code: 37, text: 'Program cache hit max limit' },
	{ name: 'CommitCancelled', code: 38, text: 'CommitCancelled' },
] as const;

/** Upstream's variant names. */
export type TransactionErrorName = (typeof TRANSACTION_ERRORS)[number]['name'];
type WithFields =
	| 'InstructionError'
	| 'DuplicateInstruction'
	| 'InsufficientFundsForRent'
	| 'ProgramExecutionTemporarilyRestricted';
type Fieldless = Exclude<TransactionErrorName, WithFields>;

/** Why a transaction was refused or failed. Indices are u8. */
export type TransactionError =
	| { readonly kind: 'InstructionError'; readonly index: number; readonly error: InstructionError }
	| { readonly kind: 'DuplicateInstruction'; readonly index: number }
	| { readonly kind: 'InsufficientFundsForRent'; readonly accountIndex: number }
	| { readonly kind: 'ProgramExecutionTemporarilyRestricted'; readonly accountIndex: number }
	| { readonly kind: Fieldless };

type TransactionErrorConstants = { readonly [N in Fieldless]: { readonly kind: N } } & {
	readonly InstructionError: (index: number, error: InstructionError) => TransactionError;
	readonly DuplicateInstruction: (index: number) => TransactionError;
	readonly InsufficientFundsForRent: (accountIndex: number) => TransactionError;
	readonly ProgramExecutionTemporarilyRestricted: (accountIndex: number) => TransactionError;
};

const rowOf = new Map<string, (typeof TRANSACTION_ERRORS)[number]>();
for (const row of TRANSACTION_ERRORS) rowOf.set(row.name, row);

function buildConstants(): TransactionErrorConstants {
	const constants: Record<string, unknown> = {};
	for (const { name } of TRANSACTION_ERRORS) constants[name] = Object.freeze({ kind: name });
	// The variants with fields replace their placeholders; an index beyond u8 wraps as upstream's cast does.
	constants['InstructionError'] = (index: number, error: InstructionError): TransactionError => ({
		kind: 'InstructionError',
		index: index & 255,
		error,
	});
	constants['DuplicateInstruction'] = (index: number): TransactionError => ({
		kind: 'DuplicateInstruction',
		index: index & 255,
	});
	constants['InsufficientFundsForRent'] = (accountIndex: number): TransactionError => ({
		kind: 'InsufficientFundsForRent',
		accountIndex: accountIndex & 255,
	});
	constants['ProgramExecutionTemporarilyRestricted'] = (accountIndex: number): TransactionError => ({
		kind: 'ProgramExecutionTemporarilyRestricted',
		accountIndex: accountIndex & 255,
	});
	return Object.freeze(constants) as TransactionErrorConstants;
}

/** A frozen constant for every fieldless variant and a maker for the others. */
export const TransactionError: TransactionErrorConstants = buildConstants();

/** The Display text, as Agave prints it. */
export function transactionErrorText(error: TransactionError): string {
	const text = rowOf.get(error.kind)!.text;
	switch (error.kind) {
		case 'InstructionError':
			return `Error processing Instruction ${error.index}: ${instructionErrorText(error.error)}`;
		case 'DuplicateInstruction':
			return text.replace('{idx}', String(error.index));
		case 'InsufficientFundsForRent':
		case 'ProgramExecutionTemporarilyRestricted':
			return text.replace('{account_index}', String(error.accountIndex));
		default:
			return text;
	}
}

/** The bincode discriminant (u32). */
export function transactionErrorCode(error: TransactionError): number {
	return rowOf.get(error.kind)!.code;
}

/** What JSON-RPC prints for a transaction error. */
export type TransactionErrorJson =
	| string
	| { InstructionError: [number, string | { Custom: number }] }
	| { DuplicateInstruction: number }
	| { InsufficientFundsForRent: { account_index: number } }
	| { ProgramExecutionTemporarilyRestricted: { account_index: number } };

/** The serde_json shape, as JSON-RPC prints it. */
export function transactionErrorToJson(error: TransactionError): TransactionErrorJson {
	switch (error.kind) {
		case 'InstructionError':
			return { InstructionError: [error.index, instructionErrorToJson(error.error)] };
		case 'DuplicateInstruction':
			return { DuplicateInstruction: error.index };
		case 'InsufficientFundsForRent':
			return { InsufficientFundsForRent: { account_index: error.accountIndex } };
		case 'ProgramExecutionTemporarilyRestricted':
			return { ProgramExecutionTemporarilyRestricted: { account_index: error.accountIndex } };
		default:
			return error.kind;
	}
}
