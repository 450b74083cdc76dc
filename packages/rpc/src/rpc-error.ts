/**
 * Owns the JSON-RPC errors: codes, texts and data. Sources: jsonrpc-core 18 `types/error.rs`,
 * solana-rpc-client-api `custom_error.rs`.
 */
import { Fault } from '@parhelion/sdk';
import type { Json } from './json/write.ts';

/** What the `error` member of an answer holds. */
export interface RpcError {
	readonly code: number;
	readonly message: string;
	readonly data?: Json;
}

/** The errors of JSON-RPC 2.0 itself. */
export const JsonRpcError = {
	parseError: { code: -32700, message: 'Parse error' } as RpcError,
	invalidRequest: { code: -32600, message: 'Invalid request' } as RpcError,
	invalidVersion: { code: -32600, message: 'Unsupported JSON-RPC protocol version' } as RpcError,
	methodNotFound: { code: -32601, message: 'Method not found' } as RpcError,
	internalError: { code: -32603, message: 'Internal error' } as RpcError,
	invalidParams: (message: string): RpcError => ({ code: -32602, message }),
	/** The details are data, quoted as Rust's `Debug` quotes them. */
	invalidParamsWithDetails: (message: string, details: string): RpcError => ({
		code: -32602,
		message: `Invalid parameters: ${message}`,
		data: details,
	}),
} as const;

/** The errors that the validator adds (`RpcCustomError`). */
export const RpcCustomError = {
	blockCleanedUp: (slot: bigint, firstAvailableBlock: bigint): RpcError => ({
		code: -32001,
		message: `Block ${slot} cleaned up, does not exist on node. First available block: ${firstAvailableBlock}`,
	}),
	sendTransactionPreflightFailure: (message: string, result: Json): RpcError => ({
		code: -32002,
		message,
		data: result,
	}),
	transactionSignatureVerificationFailure: {
		code: -32003,
		message: 'Transaction signature verification failure',
	} as RpcError,
	blockNotAvailable: (slot: bigint): RpcError => ({
		code: -32004,
		message: `Block not available for slot ${slot}`,
	}),
	nodeUnhealthy: {
		code: -32005,
		message: 'Node is unhealthy',
		data: { numSlotsBehind: null },
	} as RpcError,
	slotSkipped: (slot: bigint): RpcError => ({
		code: -32007,
		message: `Slot ${slot} was skipped, or missing due to ledger jump to recent snapshot`,
	}),
	noSnapshot: { code: -32008, message: 'No snapshot' } as RpcError,
	unsupportedTransactionVersion: (version: number): RpcError => ({
		code: -32015,
		message:
			`Transaction version (${version}) is not supported by the requesting client. Please try the request ` +
			`again with the following configuration parameter: "maxSupportedTransactionVersion": ${version}`,
	}),
	minContextSlotNotReached: (contextSlot: bigint): RpcError => ({
		code: -32016,
		message: 'Minimum context slot has not been reached',
		data: { contextSlot },
	}),
	epochRewardsPeriodActive: (
		slot: bigint,
		currentBlockHeight: bigint,
		rewardsCompleteBlockHeight: bigint,
	): RpcError => ({
		code: -32017,
		message: `Epoch rewards period still active at slot ${slot}`,
		data: { currentBlockHeight, rewardsCompleteBlockHeight, slot },
	}),
	slotNotEpochBoundary: (slot: bigint): RpcError => ({
		code: -32018,
		message:
			`Rewards cannot be found because slot ${slot} is not the epoch boundary. This may be due to gap in the ` +
			`queried node's local ledger or long-term storage`,
		data: { slot },
	}),
	filterTransactionNotFound: (signature: string): RpcError => ({
		code: -32020,
		message: `Transaction ${signature} not found`,
	}),
	noSlotHistory: { code: -32021, message: 'No slot history' } as RpcError,
} as const;

/** An {@link RpcError} on its way to the caller. */
export class RpcFault extends Fault<RpcError> {}

/** Ends the call with `error`. */
export function fail(error: RpcError): never {
	throw new RpcFault(error);
}

/** Ends the call with -32602 and `message`. */
export function failInvalidParams(message: string): never {
	throw new RpcFault(JsonRpcError.invalidParams(message));
}
