/**
 * Writes transactions and their metadata as JSON. Sources: solana-transaction-status 4.3.0 `lib.rs` and
 * `parse_accounts.rs`, solana-transaction-status-client-types 4.3.0 `lib.rs`.
 */
import type { CommittedTransaction, TokenBalance, TransactionStatusMeta } from '@parhelion/runtime';
import {
	base58Encode,
	encodeTransaction,
	FeatureSet,
	type LoadedAddresses,
	reservedAccountKeys,
	SanitizedMessage,
	type TransactionError,
	transactionErrorToJson,
	type VersionedMessage,
	type VersionedTransaction,
} from '@parhelion/sdk';
import type { TransactionReturnData } from '@parhelion/svm';
import type { Json } from '../json/write.ts';
import type { UiTransactionEncoding } from '../params/configs.ts';
import { fail, RpcCustomError } from '../rpc-error.ts';
import { base64Encode } from './base64.ts';
import {
	encodeCompiledInstruction,
	encodeInnerInstructions,
	encodeParsedInstruction,
	TRANSACTION_LEVEL_STACK_HEIGHT,
} from './instruction.ts';
import { encodeTokenAmount } from './token-amount.ts';

/** `Option<UiTransactionError>`. */
export function encodeError(error: TransactionError | null): Json {
	return error === null ? null : transactionErrorToJson(error);
}

/** `Result<(), TransactionError>`. */
export function encodeStatus(error: TransactionError | null): Json {
	return error === null ? { Ok: null } : { Err: transactionErrorToJson(error) };
}

/** `UiTransactionReturnData`. */
export function encodeReturnData(returnData: TransactionReturnData): Json {
	return { programId: returnData.programId.toBase58(), data: [base64Encode(returnData.data), 'base64'] };
}

/** `UiLoadedAddresses`. */
export function encodeLoadedAddresses(loaded: LoadedAddresses): Json {
	return {
		writable: loaded.writable.map((key) => key.toBase58()),
		readonly: loaded.readonly.map((key) => key.toBase58()),
	};
}

/** `UiTransactionTokenBalance`. */
export function encodeTokenBalance(balance: TokenBalance): Json {
	return {
		accountIndex: balance.accountIndex,
		mint: balance.mint.toBase58(),
		uiTokenAmount: encodeTokenAmount(balance.amount, { decimals: balance.decimals, toUiAmount: null }),
		owner: balance.owner.toBase58(),
		programId: balance.programId.toBase58(),
	};
}

function encodeMeta(transaction: CommittedTransaction, isParsed: boolean, showRewards: boolean): Json {
	const meta: TransactionStatusMeta = transaction.meta;
	return {
		err: encodeError(meta.err),
		status: encodeStatus(meta.err),
		fee: meta.fee,
		preBalances: meta.preBalances,
		postBalances: meta.postBalances,
		innerInstructions: encodeInnerInstructions(
			meta.innerInstructions,
			isParsed ? transaction.accountKeys : null,
		),
		logMessages: meta.logMessages,
		preTokenBalances: meta.preTokenBalances.map(encodeTokenBalance),
		postTokenBalances: meta.postTokenBalances.map(encodeTokenBalance),
		rewards: showRewards ? [] : undefined,
		loadedAddresses: isParsed ? undefined : encodeLoadedAddresses(meta.loadedAddresses),
		returnData: meta.returnData === null ? undefined : encodeReturnData(meta.returnData),
		computeUnitsConsumed: meta.computeUnitsConsumed,
		costUnits: meta.costUnits,
	};
}

function encodeLookups(message: VersionedMessage): Json | undefined {
	if (message.version !== 0) return undefined;
	return message.addressTableLookups.map((lookup) => ({
		accountKey: lookup.accountKey.toBase58(),
		writableIndexes: Array.from(lookup.writableIndexes),
		readonlyIndexes: Array.from(lookup.readonlyIndexes),
	}));
}

function encodeConfig(message: VersionedMessage): Json | undefined {
	if (message.version !== 1) return undefined;
	const { priorityFee, computeUnitLimit, loadedAccountsDataSizeLimit, heapSize } = message.config;
	return { priorityFee, computeUnitLimit, loadedAccountsDataSizeLimit, heapSize };
}

function encodeRawMessage(message: VersionedMessage): Json {
	const { numRequiredSignatures, numReadonlySignedAccounts, numReadonlyUnsignedAccounts } = message.header;
	return {
		header: { numRequiredSignatures, numReadonlySignedAccounts, numReadonlyUnsignedAccounts },
		accountKeys: message.accountKeys.map((key) => key.toBase58()),
		recentBlockhash: message.recentBlockhash.toBase58(),
		instructions: message.instructions.map((instruction) =>
			encodeCompiledInstruction(instruction, TRANSACTION_LEVEL_STACK_HEIGHT),
		),
		addressTableLookups: encodeLookups(message),
		transactionConfig: encodeConfig(message),
	};
}

/** Reserved keys count as read-only here whatever features are active, as upstream does for display. */
const RESERVED = reservedAccountKeys(FeatureSet.allEnabled());

/** `ParsedAccount` of every account of the message. */
function encodeParsedAccounts({ transaction, meta }: CommittedTransaction): Json {
	const { message } = transaction;
	const sanitized = new SanitizedMessage(message, meta.loadedAddresses, RESERVED);
	return sanitized.accountKeys.map((key, index) => ({
		pubkey: key.toBase58(),
		writable: sanitized.isWritable(index),
		signer: sanitized.isSigner(index),
		source: index < message.accountKeys.length ? 'transaction' : 'lookupTable',
	}));
}

function encodeParsedMessage(transaction: CommittedTransaction): Json {
	const { message } = transaction.transaction;
	return {
		accountKeys: encodeParsedAccounts(transaction),
		recentBlockhash: message.recentBlockhash.toBase58(),
		instructions: message.instructions.map((instruction) =>
			encodeParsedInstruction(instruction, transaction.accountKeys, TRANSACTION_LEVEL_STACK_HEIGHT),
		),
		addressTableLookups: encodeLookups(message),
		transactionConfig: encodeConfig(message),
	};
}

function encodeSignatures(transaction: VersionedTransaction): string[] {
	return transaction.signatures.map((signature) => base58Encode(signature));
}

function encodeTransactionAs(transaction: CommittedTransaction, encoding: UiTransactionEncoding): Json {
	const { transaction: wire } = transaction;
	switch (encoding) {
		case 'binary':
			return base58Encode(encodeTransaction(wire));
		case 'base58':
			return [base58Encode(encodeTransaction(wire)), 'base58'];
		case 'base64':
			return [base64Encode(encodeTransaction(wire)), 'base64'];
		case 'json':
			return { signatures: encodeSignatures(wire), message: encodeRawMessage(wire.message) };
		case 'jsonParsed':
			return { signatures: encodeSignatures(wire), message: encodeParsedMessage(transaction) };
	}
}

/** The version to name; undefined where the client does not know of versions. Ends the call with -32015. */
export function encodeVersion(message: VersionedMessage, maxSupported: number | null): Json | undefined {
	if (message.version === 'legacy') return maxSupported === null ? undefined : 'legacy';
	if (maxSupported === null || message.version > maxSupported) {
		return fail(RpcCustomError.unsupportedTransactionVersion(message.version));
	}
	return message.version;
}

/**
 * `EncodedConfirmedTransactionWithStatusMeta`. Ends the call with -32015 where the version is above
 * `maxSupportedVersion` (null: legacy only). `index` is the transaction's place in its block, null if unknown.
 */
export function encodeCommittedTransaction(
	transaction: CommittedTransaction,
	encoding: UiTransactionEncoding,
	maxSupportedVersion: number | null,
	index: number | null,
): Json {
	const version = encodeVersion(transaction.transaction.message, maxSupportedVersion);
	return {
		slot: transaction.slot,
		transaction: encodeTransactionAs(transaction, encoding),
		meta: encodeMeta(transaction, encoding === 'jsonParsed', true),
		version,
		blockTime: transaction.blockTime,
		transactionIndex: index ?? undefined,
	};
}

/** The metadata that goes with a list of accounts (`build_simple_ui_transaction_status_meta`). */
function encodeSimpleMeta({ meta }: CommittedTransaction, showRewards: boolean): Json {
	return {
		err: encodeError(meta.err),
		status: encodeStatus(meta.err),
		fee: meta.fee,
		preBalances: meta.preBalances,
		postBalances: meta.postBalances,
		preTokenBalances: meta.preTokenBalances.map(encodeTokenBalance),
		postTokenBalances: meta.postTokenBalances.map(encodeTokenBalance),
		rewards: showRewards ? [] : undefined,
	};
}

/** `EncodedTransactionWithStatusMeta` of a block. Ends the call with -32015. */
export function encodeBlockTransaction(
	transaction: CommittedTransaction,
	encoding: UiTransactionEncoding,
	maxSupportedVersion: number | null,
	showRewards: boolean,
): Json {
	const version = encodeVersion(transaction.transaction.message, maxSupportedVersion);
	return {
		transaction: encodeTransactionAs(transaction, encoding),
		meta: encodeMeta(transaction, encoding === 'jsonParsed', showRewards),
		version,
	};
}

/** The same with the accounts in place of the message. Ends the call with -32015. */
export function encodeBlockTransactionAccounts(
	transaction: CommittedTransaction,
	maxSupportedVersion: number | null,
	showRewards: boolean,
): Json {
	const version = encodeVersion(transaction.transaction.message, maxSupportedVersion);
	return {
		transaction: {
			signatures: encodeSignatures(transaction.transaction),
			accountKeys: encodeParsedAccounts(transaction),
		},
		meta: encodeSimpleMeta(transaction, showRewards),
		version,
	};
}
