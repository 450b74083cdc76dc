/** `simulateTransaction`: what a transaction would do, without doing it.
 *
 * Errors in order: -32602 (encoding, size, bytes), -32016, -32602 (`sigVerify` with `replaceRecentBlockhash`, form,
 * lookup tables, base58 accounts, more accounts than the transaction has, no address), -32600. Upstream:
 * `rpc_full::simulate_transaction`. */
import { type Bank, type SimulationOutcome, simulateTransaction as simulate } from '@parhelion/runtime';
import type { Pubkey } from '@parhelion/sdk';
import { encodeAccount } from '../encode/account.ts';
import { encodeInnerInstructions } from '../encode/instruction.ts';
import {
	encodeError,
	encodeLoadedAddresses,
	encodeReturnData,
	encodeTokenBalance,
} from '../encode/transaction.ts';
import type { Json } from '../json/write.ts';
import { accountSource, newResponse, stateWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import {
	type RpcSimulateTransactionAccountsConfig,
	readSimulateTransactionConfig,
} from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { decodeTransactionText, sanitizeOrFail } from '../params/wire.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

function encodeAccounts(
	bank: Bank,
	config: RpcSimulateTransactionAccountsConfig,
	outcome: SimulationOutcome,
	numberOfAccounts: number,
): Json {
	const encoding = config.encoding ?? 'base64';
	if (encoding === 'binary' || encoding === 'base58') {
		return failInvalidParams('base58 encoding not supported');
	}
	if (config.addresses.length > numberOfAccounts) {
		return failInvalidParams(`Too many accounts provided; max ${numberOfAccounts}`);
	}
	if (outcome.err !== null) return config.addresses.map(() => null);
	const post = new Map(outcome.postAccounts.map(([pubkey, account]) => [pubkey.key, account]));
	const source = accountSource(bank, post);
	return config.addresses.map((address) => {
		const pubkey = verifyPubkey(address);
		const account = source.getAccount(pubkey);
		return account === null ? null : encodeAccount(pubkey, account, encoding, null, source);
	});
}

function encodeOutcome(outcome: SimulationOutcome, accountKeys: readonly Pubkey[], accounts: Json): Json {
	const { innerInstructions, replacementBlockhash } = outcome;
	return {
		err: encodeError(outcome.err),
		logs: outcome.logs,
		accounts,
		unitsConsumed: outcome.computeUnitsConsumed,
		loadedAccountsDataSize: outcome.loadedAccountsDataSize,
		returnData: outcome.returnData === null ? null : encodeReturnData(outcome.returnData),
		innerInstructions:
			innerInstructions === null ? null : encodeInnerInstructions(innerInstructions, accountKeys),
		replacementBlockhash:
			replacementBlockhash === null
				? null
				: {
						blockhash: replacementBlockhash.blockhash.toBase58(),
						lastValidBlockHeight: replacementBlockhash.lastValidBlockHeight,
					},
		fee: outcome.fee,
		preBalances: outcome.preBalances,
		postBalances: outcome.postBalances,
		preTokenBalances: outcome.preTokenBalances?.map(encodeTokenBalance) ?? null,
		postTokenBalances: outcome.postTokenBalances?.map(encodeTokenBalance) ?? null,
		loadedAddresses: encodeLoadedAddresses(outcome.loadedAddresses),
	};
}

export const simulateTransaction: Method = method(
	'simulateTransaction',
	[readString, opt(readSimulateTransactionConfig)],
	(node, text, config) => {
		const transaction = decodeTransactionText(text, config?.encoding ?? null);
		const bank = stateWithConfig(node, config);
		const sigVerify = config?.sigVerify ?? false;
		const replaceRecentBlockhash = config?.replaceRecentBlockhash ?? false;
		if (replaceRecentBlockhash && sigVerify) {
			return failInvalidParams('sigVerify may not be used with replaceRecentBlockhash');
		}
		const { accountKeys } = sanitizeOrFail(bank, transaction).message;
		const outcome = simulate(bank, transaction, {
			sigVerify,
			replaceRecentBlockhash,
			innerInstructions: config?.innerInstructions ?? false,
		});
		const accountsConfig = config?.accounts ?? null;
		const accounts =
			accountsConfig === null ? null : encodeAccounts(bank, accountsConfig, outcome, accountKeys.length);
		return newResponse(bank, encodeOutcome(outcome, accountKeys, accounts));
	},
);
