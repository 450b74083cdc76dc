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

test('of transactions with one signature the newest is found; each takes its room and goes in its turn', () => {
	const forgotten: number[] = [];
	const history = new TransactionHistory(100, 3_500_000, ({ signature }) => forgotten.push(signature[0]!));
	const [first, second] = [transaction(1, 1_000_000), transaction(1, 1_000_000)];
	history.add(first);
	history.add(transaction(2, 1_000_000));
	history.add(second);
	expect([history.get(signature(1)), forgotten]).toEqual([second, []]);
	for (const id of [3, 4]) history.add(transaction(id, 1_000_000));
	expect([kept(history), forgotten]).toEqual([
		[1, 3, 4],
		[1, 2],
	]);
	history.add(transaction(5, 1_000_000));
	expect([kept(history), forgotten]).toEqual([
		[3, 4, 5],
		[1, 2, 1],
	]);
});

test('of transactions with one signature an older one is found when the chain has gone back', () => {
	const history = new TransactionHistory(10);
	const first = transaction(1);
	history.add(first);
	history.add({ ...transaction(1), slot: 2n });
	history.add({ ...transaction(2), slot: 2n });
	history.revertTo(1n);
	expect([history.get(signature(1)), kept(history)]).toEqual([first, [1]]);
});

test('as many are kept as may be, however many came before, and whether or not the chain has gone back', () => {
	const forgotten: bigint[] = [];
	const history = new TransactionHistory(100, undefined, ({ slot }) => forgotten.push(slot));
	const numbered = (number: number): Uint8Array => {
		const bytes = new Uint8Array(64);
		new DataView(bytes.buffer).setUint32(0, number);
		return bytes;
	};
	const add = (from: number, to: number): void => {
		for (let number = from; number < to; number++) {
			history.add({ ...transaction(1), signature: numbered(number), slot: BigInt(number) });
		}
	};
	const found = (): number[] =>
		Array.from({ length: 6000 }, (_, number) => number).filter(
			(each) => history.get(numbered(each)) !== null,
		);
	const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
	add(0, 5000);
	expect(found()).toEqual(range(4900, 5000));
	expect(forgotten).toEqual(range(0, 4900).map(BigInt));
	history.revertTo(4949n);
	expect(found()).toEqual(range(4900, 4950));
	add(4950, 5040);
	expect(found()).toEqual(range(4940, 5040));
});

test('a limit of 0 keeps none', () => {
	const history = new TransactionHistory(0);
	history.add(transaction(1));
	expect(kept(history)).toEqual([]);
});
