/** `profileTransaction`: what a transaction costs and changes, account by account, without doing it. */
import { simulateTransaction } from '@parhelion/runtime';
import type { AccountSharedData } from '@parhelion/sdk';
import { base64Encode } from '../encode/base64.ts';
import { encodeInnerInstructions } from '../encode/instruction.ts';
import { encodeError, encodeReturnData } from '../encode/transaction.ts';
import type { Json } from '../json/write.ts';
import { newResponse } from '../node.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { decodeTransactionText, sanitizeOrFail } from '../params/wire.ts';
import { describeError } from './idl.ts';
import { type Cheat, cheat } from './table.ts';

function accountJson(account: AccountSharedData | null): Json {
	if (account === null || account.lamports === 0n) return null;
	return {
		lamports: account.lamports,
		owner: account.owner.toBase58(),
		space: account.data.length,
		data: [base64Encode(account.data), 'base64'],
	};
}

function isSame(a: AccountSharedData | null, b: AccountSharedData): boolean {
	return (
		a !== null && a.lamports === b.lamports && a.owner.equals(b.owner) && Buffer.compare(a.data, b.data) === 0
	);
}

export const profileTransaction: Cheat = cheat(
	'profileTransaction',
	[readString, opt(readString)],
	({ chain, idls }, text, tag) => {
		const transaction = decodeTransactionText(text, 'base64');
		const { bank } = chain;
		const { accountKeys } = sanitizeOrFail(bank, transaction).message;
		const outcome = simulateTransaction(bank, transaction, { innerInstructions: true });
		const accountStates: Record<string, Json> = Object.create(null);
		for (const [pubkey, after] of outcome.postAccounts) {
			const before = bank.getAccount(pubkey);
			if (isSame(before, after)) continue;
			accountStates[pubkey.toBase58()] = { before: accountJson(before), after: accountJson(after) };
		}
		return newResponse(chain, {
			tag,
			errorMessage: encodeError(outcome.err),
			errorMeaning: describeError(idls, outcome.err, outcome.logs),
			computeUnitsConsumed: outcome.computeUnitsConsumed,
			fee: outcome.fee,
			logMessages: outcome.logs,
			returnData: outcome.returnData === null ? null : encodeReturnData(outcome.returnData),
			innerInstructions: encodeInnerInstructions(outcome.innerInstructions ?? [], accountKeys),
			accountStates,
		});
	},
);
