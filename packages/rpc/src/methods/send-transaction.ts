/** `sendTransaction`: simulates (unless told not to), then processes; the answer is the signature.
 *
 * Errors in order: -32602 (encoding, size, bytes), -32016, -32602 (form, lookup tables), -32002 (preflight).
 * Upstream: `rpc_full::send_transaction`; what it forwards to the leader is processed here at once, so
 * `maxRetries` has nothing to retry. */
import { type SimulationOutcome, simulateTransaction } from '@parhelion/runtime';
import { base58Encode, type TransactionError, transactionErrorText } from '@parhelion/sdk';
import { encodeError, encodeReturnData } from '../encode/transaction.ts';
import type { Json } from '../json/write.ts';
import { stateWithConfig } from '../node.ts';
import { readSendTransactionConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { decodeTransactionText, sanitizeOrFail } from '../params/wire.ts';
import { fail, RpcCustomError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

function encodePreflightFailure(error: TransactionError, outcome: SimulationOutcome): Json {
	return {
		err: encodeError(error),
		logs: outcome.logs,
		accounts: null,
		unitsConsumed: outcome.computeUnitsConsumed,
		loadedAccountsDataSize: outcome.loadedAccountsDataSize,
		returnData: outcome.returnData === null ? null : encodeReturnData(outcome.returnData),
		innerInstructions: null,
		replacementBlockhash: null,
		fee: outcome.fee,
		preBalances: null,
		postBalances: null,
		preTokenBalances: null,
		postTokenBalances: null,
		loadedAddresses: null,
	};
}

export const sendTransaction: Method = method(
	'sendTransaction',
	[readString, opt(readSendTransactionConfig)],
	(node, text, config) => {
		const transaction = decodeTransactionText(text, config?.encoding ?? null);
		const skipPreflight = config?.skipPreflight === true;
		const bank = stateWithConfig(node, {
			commitment: skipPreflight ? 'processed' : (config?.preflightCommitment ?? null),
			minContextSlot: config?.minContextSlot ?? null,
		});
		const sanitized = sanitizeOrFail(bank, transaction);
		if (!skipPreflight) {
			const outcome = simulateTransaction(bank, transaction, { sigVerify: true });
			if (outcome.err !== null) {
				const message = `Transaction simulation failed: ${transactionErrorText(outcome.err)}`;
				const result = encodePreflightFailure(outcome.err, outcome);
				return fail(RpcCustomError.sendTransactionPreflightFailure(message, result));
			}
		}
		// Where the preflight has checked the signatures, they are not checked again: that takes longer than a transfer.
		node.chain.processTransaction(transaction, { skipSigVerify: !skipPreflight });
		return base58Encode(sanitized.signature);
	},
);
