import { Hash, NO_LOADED_ADDRESSES, Pubkey } from '@parhelion/sdk';
import { expect, test } from 'vitest';
import type { CommittedTransaction } from '../bank/bank-types.ts';
import { TransactionHistory } from './transaction-history.ts';

function signature(id: number): Uint8Array {
	return new Uint8Array(64).fill(id);
}

function transaction(id: number, logBytes = 0, innerBytes = 0): CommittedTransaction {
	const instruction = { programIdIndex: 0, accounts: new Uint8Array(0), data: new Uint8Array(innerBytes) };
	return {
		signature: signature(id),
		slot: 1n,
		blockTime: 0n,
		transaction: {
			signatures: [signature(id)],
			message: {
				version: 'legacy',
				header: { numRequiredSignatures: 1, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 0 },
				accountKeys: [Pubkey.default],
				recentBlockhash: Hash.default,
				instructions: [],
			},
		},
		accountKeys: [Pubkey.default],
		meta: {
			err: null,
			fee: 0n,
			preBalances: [],
			postBalances: [],
			preTokenBalances: [],
			postTokenBalances: [],
			innerInstructions: [[{ instruction, stackHeight: 2 }]],
			logMessages: ['x'.repeat(logBytes)],
			loadedAddresses: NO_LOADED_ADDRESSES,
			returnData: null,
			computeUnitsConsumed: 0,
		},
	};
}

function kept(history: TransactionHistory): number[] {
	return [1, 2, 3, 4, 5].filter((id) => history.get(signature(id)) !== null);
}

test('the oldest transaction goes where there are too many', () => {
	const history = new TransactionHistory(2);
	for (const id of [1, 2, 3]) history.add(transaction(id));
	expect(kept(history)).toEqual([2, 3]);
});

test.each([
	['logs', 1_000_000, 0],
	['inner instructions', 0, 1_000_000],
])('the oldest transactions go where the %s take too much', (_what, logBytes, innerBytes) => {
	const history = new TransactionHistory(100, 3_500_000);
	for (const id of [1, 2, 3, 4]) history.add(transaction(id, logBytes, innerBytes));
	expect(kept(history)).toEqual([2, 3, 4]);
	history.add(transaction(5, logBytes * 3, innerBytes * 3));
	expect(kept(history)).toEqual([5]);
});

test('the newest transaction is kept whatever it takes', () => {
	const history = new TransactionHistory(100, 1000);
	history.add(transaction(1, 5000));
	expect(kept(history)).toEqual([1]);
	history.add(transaction(2));
	expect(kept(history)).toEqual([2]);
});

test('a transaction that comes again takes its room once, and is the newest', () => {
	const history = new TransactionHistory(3, 3_500_000);
	for (let i = 0; i < 10; i++) history.add(transaction(1, 1_000_000));
	history.add(transaction(2, 1_000_000));
	history.add(transaction(1, 1_000_000));
	history.add(transaction(3, 1_000_000));
	history.add(transaction(4, 1_000_000));
	expect(kept(history)).toEqual([1, 3, 4]);
});

test('a limit of 0 keeps none', () => {
	const history = new TransactionHistory(0);
	history.add(transaction(1));
	expect(kept(history)).toEqual([]);
});
