import {
	ByteWriter,
	compileLegacyMessage,
	createAccount,
	FeatureSet,
	Hash,
	type Instruction,
	type LegacyMessage,
	Pubkey,
	programIds,
	U64_MAX,
	type V1Message,
	type VersionedMessage,
	type VersionedTransaction,
} from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Chain } from '../chain.ts';
import { transferInstruction } from '../genesis/local-genesis.ts';
import { calculatePriority, orderByPriority, priorityOf } from './priority.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const { bank } = Chain.genesis({
	featureSet: FeatureSet.allEnabled(),
	accounts: [[key(9), createAccount({ lamports: 1n })]],
});

const budget = (kind: number, value: number | bigint): Instruction => {
	const writer = new ByteWriter(9).u8(kind);
	const data = (typeof value === 'bigint' ? writer.u64(value) : writer.u32(value)).finish();
	return { programId: programIds.computeBudget, accounts: [], data };
};
/** Micro-lamports a compute unit. */
const price = (microLamports: bigint): Instruction => budget(3, microLamports);
const unitLimit = (units: number): Instruction => budget(2, units);
const dataLimit = (bytes: number): Instruction => budget(4, bytes);
const transfer = transferInstruction(key(1), key(2), 5n);
const legacy = (...instructions: Instruction[]): LegacyMessage =>
	compileLegacyMessage(key(1), instructions, Hash.default);

/** With as many signatures as it needs, none of which fits. */
function unsigned(message: VersionedMessage): VersionedTransaction {
	const count = message.header.numRequiredSignatures;
	return { signatures: Array.from({ length: count }, () => new Uint8Array(64)), message };
}

const v1 = (config: Partial<V1Message['config']>): V1Message => ({
	...legacy(transfer),
	version: 1,
	config: {
		priorityFee: null,
		computeUnitLimit: null,
		loadedAccountsDataSizeLimit: null,
		heapSize: null,
		...config,
	},
});

describe('the priority of a transaction', () => {
	it.each<[string, bigint, number, bigint]>([
		['nothing for nothing', 0n, 1_000, 0n],
		['is rounded down', 2n, 2, 666_666n],
		['counts a compute unit more than there are', 1n, 0, 1_000_000n],
		['is what the fee brings, as far as a u64 goes', U64_MAX, 999, U64_MAX / 1_000n],
	])('%s', (_, reward, cost, priority) => {
		expect(calculatePriority(reward, cost)).toBe(priority);
	});

	it.each<[string, VersionedMessage, number, number]>([
		// Signature, two write locks, data, execution, loaded data. Half of 5,000 lamports is burned.
		['a transfer', legacy(transfer), 2_500, 720 + 600 + 3 + 3_000 + 16_384],
		[
			'a price by the unit',
			legacy(transfer, price(1_000_000n)),
			2_500 + 6_000,
			720 + 600 + 5 + 6_000 + 16_384,
		],
		[
			'a price rounded up, limits of its own',
			legacy(transfer, price(1_001n), unitLimit(1_000), dataLimit(32_769)),
			2_500 + 2,
			720 + 600 + 7 + 1_000 + 16,
		],
		[
			'a signature of a precompile, which is paid for',
			legacy({ programId: programIds.ed25519Program, accounts: [], data: Uint8Array.of(1) }),
			5_000,
			720 + 2_400 + 300 + 0 + 3_000 + 16_384,
		],
		[
			'a v1 message',
			v1({ priorityFee: 7_000n, computeUnitLimit: 1_000, loadedAccountsDataSizeLimit: 65_536 }),
			2_500 + 7_000,
			720 + 600 + 3 + 1_000 + 16,
		],
	])('is its reward for its cost: %s', (_, message, reward, cost) => {
		const expected = Math.floor((reward * 1_000_000) / (cost + 1));
		expect(priorityOf(bank, unsigned(message))).toBe(BigInt(expected));
	});

	it('ends where a u64 does', () => {
		const config = { computeUnitLimit: 1_000, loadedAccountsDataSizeLimit: 65_536 };
		const most = unsigned(v1({ priorityFee: U64_MAX, ...config }));
		expect(priorityOf(bank, most)).toBe(U64_MAX / 2_340n);
		// As soon as the product does not fit.
		const more = unsigned(v1({ priorityFee: U64_MAX / 1_000_000n, ...config }));
		expect(priorityOf(bank, more)).toBe(U64_MAX / 2_340n);
	});

	const lookup = { accountKey: key(9), writableIndexes: Uint8Array.of(0), readonlyIndexes: new Uint8Array() };
	it.each<[string, VersionedTransaction]>([
		['without a signature', { signatures: [], message: legacy(transfer) }],
		['with a key twice', unsigned({ ...legacy(transfer), accountKeys: [key(1), key(1), key(0)] })],
		['with a broken compute budget', unsigned(legacy(transfer, unitLimit(1), unitLimit(1)))],
		[
			'with a table that is none',
			unsigned({ ...legacy(transfer), version: 0, addressTableLookups: [lookup] }),
		],
	])('is nothing to a leader %s', (_, transaction) => {
		expect(priorityOf(bank, transaction)).toBeNull();
	});
});

describe('the order of a block', () => {
	it('is that of priority, then of arrival; what has none comes last', () => {
		const pays = (microLamports: bigint): VersionedTransaction =>
			unsigned(legacy(transfer, price(microLamports)));
		const broken = { signatures: [], message: legacy(transfer) };
		const order = orderByPriority(bank, [broken, pays(10n), pays(0n), pays(900_000n), broken, pays(10n)]);
		expect(order).toEqual([3, 1, 5, 2, 0, 4]);
		expect(orderByPriority(bank, [])).toEqual([]);
	});

	it('takes each once, pays no less before than after, and keeps equals as they came', () => {
		const one = fc.record({
			price: fc.constantFrom(0n, 1n, 300_000n, 1_000_000n, 1n << 40n),
			limit: fc.constantFrom(500, 20_000, 1_400_000),
			isBroken: fc.nat(7).map((n) => n === 0),
		});
		const property = fc.property(fc.array(one, { maxLength: 40 }), (rows) => {
			const transactions = rows.map((row) => {
				const transaction = unsigned(legacy(transfer, price(row.price), unitLimit(row.limit)));
				return row.isBroken ? { ...transaction, signatures: [] } : transaction;
			});
			const priorities = transactions.map((transaction) => priorityOf(bank, transaction) ?? -1n);
			const order = orderByPriority(bank, transactions);
			expect([...order].sort((a, b) => a - b)).toEqual(rows.map((_, index) => index));
			for (const [place, index] of order.entries()) {
				const next = order[place + 1];
				if (next === undefined) continue;
				const [first, second] = [priorities[index]!, priorities[next]!];
				expect(first > second || (first === second && index < next)).toBe(true);
			}
		});
		fc.assert(property, { seed: 20_261_123, numRuns: 60 });
	});
});
