import {
	compileLegacyMessage,
	FeatureSet,
	Hash,
	type Instruction,
	NO_LOADED_ADDRESSES,
	Pubkey,
	programIds,
	resolveRuntimeFeatures,
	SanitizedMessage,
	TransactionError,
} from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOfExecuted, estimateCost, loadedAccountsDataCost } from './cost-model.ts';
import { CostTracker } from './cost-tracker.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const features = resolveRuntimeFeatures(FeatureSet.mainnet());

function message(...instructions: Instruction[]): SanitizedMessage {
	return new SanitizedMessage(
		compileLegacyMessage(key(1), instructions, Hash.default),
		NO_LOADED_ADDRESSES,
		new Set(),
	);
}

function bytes(...words: readonly (number | bigint)[]): Uint8Array {
	const data = new Uint8Array(
		words.reduce<number>((sum, word) => sum + (typeof word === 'bigint' ? 8 : 4), 0),
	);
	const view = new DataView(data.buffer);
	let at = 0;
	for (const word of words) {
		if (typeof word === 'bigint') view.setBigUint64(at, word, true);
		else view.setUint32(at, word, true);
		at += typeof word === 'bigint' ? 8 : 4;
	}
	return data;
}

const transfer: Instruction = {
	programId: programIds.systemProgram,
	accounts: [
		{ pubkey: key(1), isSigner: true, isWritable: true },
		{ pubkey: key(2), isSigner: false, isWritable: true },
	],
	data: bytes(2, 5n),
};
const allocate = (space: bigint): Instruction => ({
	programId: programIds.systemProgram,
	accounts: [{ pubkey: key(1), isSigner: true, isWritable: true }],
	data: bytes(8, space),
});

describe('cost model', () => {
	it('adds up signatures, write locks, data, execution and loaded data', () => {
		expect(estimateCost(message(transfer), features)).toMatchObject({
			signatures: 720,
			writeLocks: 600,
			instructionData: 3,
			execution: 3_000,
			// The limit of 64 MiB is 2,048 pages of 8 CU.
			loadedAccountsData: 16_384,
			allocatedAccountsDataSize: 0,
			sum: 720 + 600 + 3 + 3_000 + 16_384,
		});
	});

	it('counts what an executed transaction used', () => {
		expect(costOfExecuted(message(transfer), features, 150, 32 * 1024 + 1)).toMatchObject({
			execution: 150,
			loadedAccountsData: 16,
		});
	});

	it.each([
		[0, 0],
		[1, 8],
		[32_768, 8],
		[32_769, 16],
		[64 * 1024 * 1024, 16_384],
	])('charges pages of loaded data: %d bytes, %d CU', (size, units) => {
		expect(loadedAccountsDataCost(size)).toBe(units);
	});

	it('counts the signatures of precompiles by the first byte of their data', () => {
		const verify = (programId: Pubkey, count: number): Instruction => ({
			programId,
			accounts: [],
			data: Uint8Array.of(count),
		});
		const cost = estimateCost(
			message(
				verify(programIds.ed25519Program, 2),
				verify(programIds.secp256k1Program, 1),
				verify(programIds.secp256r1Program, 3),
			),
			features,
		);
		expect(cost.signatures).toBe(720 + 2 * 2_400 + 6_690 + 3 * 4_800);
	});

	it('counts nothing for execution where the compute budget is not valid', () => {
		const broken = { programId: programIds.computeBudget, accounts: [], data: Uint8Array.of(77) };
		expect(estimateCost(message(broken), features)).toMatchObject({ execution: 0, loadedAccountsData: 0 });
	});

	it.each([
		['allocations together', [allocate(100n), allocate(200n)], 300],
		['no more than a transaction may keep', [1, 2, 3].map(() => allocate(10_485_760n)), 20_971_520],
		['nothing where one is too large', [allocate(100n), allocate(10_485_761n)], 0],
		['nothing where one cannot be read', [allocate(100n), { ...transfer, data: bytes(99) }], 0],
		[
			'nothing where one is of a feature that is off',
			[allocate(7n), { ...transfer, data: bytes(13, 1n, 9n) }],
			0,
		],
	])('allocated data: %s', (_, instructions, size) => {
		expect(estimateCost(message(...instructions), features).allocatedAccountsDataSize).toBe(size);
	});
});

describe('cost tracker', () => {
	const limits = { accountCost: 50_000, blockCost: 70_000, allocatedDataSize: 1_000 };
	const other = { ...transfer, accounts: [{ pubkey: key(7), isSigner: true, isWritable: true }] };

	it('adds until an account or the block is full, and leaves all as it was then', () => {
		const tracker = new CostTracker(limits);
		const one = message(transfer);
		const cost = estimateCost(one, features);
		expect([tracker.tryAdd(one, cost), tracker.tryAdd(one, cost)]).toEqual([null, null]);
		expect(tracker.tryAdd(one, cost)).toBe(TransactionError.WouldExceedMaxAccountCostLimit);
		expect(tracker.blockCost).toBe(2 * cost.sum);
		expect(tracker.accountCost(key(1).key)).toBe(2 * cost.sum);
		expect(tracker.transactionCount).toBe(2);
		const elsewhere = new SanitizedMessage(
			compileLegacyMessage(key(7), [other], Hash.default),
			NO_LOADED_ADDRESSES,
			new Set(),
		);
		expect(tracker.tryAdd(elsewhere, estimateCost(elsewhere, features))).toBeNull();
		expect(tracker.tryAdd(elsewhere, estimateCost(elsewhere, features))).toBe(
			TransactionError.WouldExceedMaxBlockCostLimit,
		);
	});

	it('refuses more data than a block may add, and one that is too costly by itself', () => {
		const tracker = new CostTracker(limits);
		const large = message(allocate(1_001n));
		expect(tracker.tryAdd(large, estimateCost(large, features))).toBe(
			TransactionError.WouldExceedAccountDataBlockLimit,
		);
		expect(tracker.tryAdd(large, costOfExecuted(large, features, 49_000, 0))).toBe(
			TransactionError.WouldExceedMaxAccountCostLimit,
		);
		expect([tracker.blockCost, tracker.allocatedDataSize, tracker.transactionCount]).toEqual([0, 0, 0]);
	});

	it('puts the real use in the place of the estimate, and takes out what was not committed', () => {
		const tracker = new CostTracker(limits);
		const one = message(transfer, allocate(10n));
		const [estimated, actual] = [estimateCost(one, features), costOfExecuted(one, features, 300, 0)];
		tracker.tryAdd(one, estimated);
		tracker.settle(one, estimated.sum, actual.sum);
		expect(tracker.blockCost).toBe(actual.sum);
		expect(tracker.accountCost(key(2).key)).toBe(actual.sum);
		tracker.remove(one, actual);
		expect([tracker.blockCost, tracker.accountCost(key(2).key), tracker.allocatedDataSize]).toEqual([
			0, 0, 0,
		]);
	});

	it('is what counting every account at once would be, in whatever order it is asked', () => {
		const messages = [1, 2, 3, 4].map((account) => {
			const accounts = [{ pubkey: key(10 + (account % 3)), isSigner: false, isWritable: true }];
			const paid = compileLegacyMessage(key(20 + account), [{ ...transfer, accounts }], Hash.default);
			return new SanitizedMessage(paid, NO_LOADED_ADDRESSES, new Set());
		});
		const step = fc.record({
			kind: fc.constantFrom('add', 'add', 'add', 'settle', 'remove', 'ask'),
			which: fc.nat({ max: 3 }),
			sum: fc.integer({ min: 1, max: 30 }),
		});
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
				const tracker = new CostTracker({ accountCost: 60, blockCost: 150, allocatedDataSize: 0 });
				const model = new Map<string, number>();
				const added: { which: number; sum: number }[] = [];
				const writable = (which: number): string[] =>
					messages[which]!.accountKeys.filter((_, i) => messages[which]!.isWritable(i)).map(({ key }) => key);
				const charge = (which: number, units: number): void => {
					for (const account of writable(which)) model.set(account, (model.get(account) ?? 0) + units);
				};
				const total = (): number => added.reduce((all, { sum }) => all + sum, 0);
				for (const { kind, which, sum } of steps) {
					const last = added.at(-1);
					if (kind === 'add') {
						const most = Math.max(...writable(which).map((account) => model.get(account) ?? 0));
						const expected =
							total() + sum > 150
								? TransactionError.WouldExceedMaxBlockCostLimit
								: most + sum > 60
									? TransactionError.WouldExceedMaxAccountCostLimit
									: null;
						expect(tracker.tryAdd(messages[which]!, { sum, allocatedAccountsDataSize: 0 })).toBe(expected);
						if (expected !== null) continue;
						charge(which, sum);
						added.push({ which, sum });
					} else if (kind === 'ask') {
						for (const account of writable(which))
							expect(tracker.accountCost(account)).toBe(model.get(account) ?? 0);
					} else if (last !== undefined) {
						added.pop();
						const left = kind === 'settle' ? Math.ceil(last.sum / 2) : 0;
						charge(last.which, left - last.sum);
						if (kind === 'settle') tracker.settle(messages[last.which]!, last.sum, left);
						else tracker.remove(messages[last.which]!, { sum: last.sum, allocatedAccountsDataSize: 0 });
						if (left > 0) added.push({ which: last.which, sum: left });
					}
					expect(tracker.blockCost).toBe(total());
				}
				for (const [account, units] of model) expect(tracker.accountCost(account)).toBe(units);
			}),
			{ numRuns: 300 },
		);
	});
});
