import { sha256 } from '@parhelion/crypto';
import { ByteWriter, Hash, Pubkey } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { ChaChaRng, UniformU64Sampler, WeightedU64Index } from './chacha-rng.ts';
import {
	identityKeyedSlotLeaders,
	LeaderSchedule,
	type LeaderStake,
	type SlotLeader,
	stakeWeightedSlotLeaders,
} from './leader-schedule.ts';

function pubkey(n: number, last = 0): Pubkey {
	const bytes = new Uint8Array(32);
	bytes[0] = n;
	bytes[1] = n >> 8;
	bytes[31] = last;
	return Pubkey.fromBytes(bytes);
}

function take<T>(count: number, items: Iterable<T>): T[] {
	const taken: T[] = [];
	for (const item of items) {
		if (taken.length === count) break;
		taken.push(item);
	}
	return taken;
}

describe('ChaChaRng', () => {
	// RFC 7539 has 32-bit counters; for a zero key and nonce the first blocks are the same (appendix A.1, vectors 1, 2).
	it('is the ChaCha20 key stream', () => {
		const bytes = new Uint8Array(128);
		new ChaChaRng(new Uint8Array(32)).fillBytes(bytes);
		expect(Buffer.from(bytes.subarray(0, 64)).toString('hex')).toBe(
			'76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7' +
				'da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586',
		);
		expect(Buffer.from(bytes.subarray(64)).toString('hex')).toBe(
			'9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed' +
				'29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f',
		);
	});

	it('gives numbers out of the same stream', () => {
		const rng = new ChaChaRng(new Uint8Array(32));
		expect(rng.nextU32()).toBe(0xade0b876);
		expect(rng.nextU64()).toBe(0xe56a5d40_903df1a0n);
	});

	it('refuses a seed of another length', () => {
		expect(() => new ChaChaRng(new Uint8Array(31))).toThrow(RangeError);
		expect(() => new UniformU64Sampler(0n)).toThrow(RangeError);
	});
});

// Figures of agave-random weighted.rs.
describe('WeightedU64Index', () => {
	const seed = new Uint8Array(32).fill(16);
	const powers = (count: number, exponent: number): bigint[] =>
		Array.from({ length: count }, (_, i) => BigInt(i) ** BigInt(exponent));

	it.each([
		[100, 0, [95, 2, 28, 92, 17, 64, 2, 78, 75, 42]],
		[1_000, 0, [952, 25, 285, 925, 176, 648, 29, 781, 759, 427]],
		[1_000, 1, [975, 160, 534, 962, 420, 805, 172, 884, 871, 654]],
		[1_000, 2, [983, 294, 658, 974, 561, 865, 309, 921, 912, 753]],
		[10_000, 1, [9757, 1596, 5346, 9621, 4207, 8052, 1716, 8842, 8712, 6540]],
	])('draws among %i weights of i^%i', (count, exponent, expected) => {
		const rng = new ChaChaRng(seed);
		const index = new WeightedU64Index(powers(count, exponent));
		expect(expected.map(() => index.sample(rng))).toEqual(expected);
	});

	it.each([
		[30_000, 0, 50_000, '23K23NXJpui3d9nrKLNfvwpHHRs4dxFfZ8saxH6ZPJyw'],
		[20_000, 1, 45_000, '9yvuyu8JDQtUo7cvWJKkc3cUmzWw5RzBJoEtoVR2N2r2'],
		[10_000, 2, 35_000, '842FcJe1kmnmrZXAA3rETtBakk1jFdz1dnzMbkf875gh'],
		[10_000, 3, 30_000, '5LNbaEBQrb5CzsoHdK79XNDENAJ9WJqW9LpWktqkRchf'],
	])('draws among %i weights of i^%i for long', (count, exponent, draws, expected) => {
		const rng = new ChaChaRng(seed);
		const index = new WeightedU64Index(powers(count, exponent));
		const writer = new ByteWriter(draws * 8);
		for (let i = 0; i < draws; i++) writer.u64(BigInt(index.sample(rng)));
		expect(Hash.fromBytes(sha256(writer.finish())).toBase58()).toBe(expected);
	});

	it('refuses weights it cannot draw by', () => {
		expect(() => new WeightedU64Index([])).toThrow('no weights');
		expect(() => new WeightedU64Index([0n, 0n])).toThrow('zero');
		expect(() => new WeightedU64Index([1n << 63n, 1n << 63n])).toThrow('u64');
	});
});

// Figures of crate solana-leader-schedule.
describe('the draw of leaders', () => {
	const voteAddress = (i: number): Pubkey => pubkey(i + 1, 9);

	it.each([
		[1n, [10, 20, 30], 12, 1, [1, 1, 2, 1, 1, 0, 0, 1, 2, 1, 0, 1]],
		[1n, [10, 20, 30], 12, 2, [1, 1, 2, 1, 1, 0]],
		[1n, [30, 10, 20], 12, 1, [2, 2, 0, 2, 2, 1, 1, 2, 0, 2, 1, 2]],
		[1n, [30, 10, 20], 12, 2, [2, 2, 0, 2, 2, 1]],
		[1n, [10, 20, 25, 30], 12, 1, [2, 2, 3, 1, 2, 0, 1, 1, 3, 2, 1, 2]],
		[1n, [10, 20, 25, 30, 35, 40, 100], 15, 1, [4, 5, 6, 3, 4, 1, 2, 3, 6, 4, 2, 4, 5, 6, 6]],
		[1n, [10, 20, 25, 30, 35, 40, 100, 1000], 15, 1, [7, 7, 7, 7, 7, 4, 6, 7, 7, 7, 6, 7, 7, 7, 7]],
		[
			1n,
			[10, 20, 25, 30, 35, 40, 100, 1000, 10_000],
			25,
			1,
			[8, 8, 8, 8, 8, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 8, 8, 8, 8, 8],
		],
		[457468n, [10, 20, 30], 12, 1, [2, 2, 0, 1, 0, 2, 1, 2, 1, 2, 2, 2]],
		[457469n, [10, 20, 30], 12, 1, [1, 2, 2, 2, 2, 2, 2, 1, 0, 2, 2, 0]],
		[457470n, [10, 20, 30], 12, 1, [2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0, 2]],
		[3466545n, [10, 20, 30], 14, 1, [2, 2, 0, 0, 2, 1, 1, 1, 0, 0, 2, 2, 1, 2]],
		[3466545n, [10, 20, 30], 14, 2, [2, 2, 0, 0, 2, 1, 1]],
	])('of epoch %i by stakes %j', (epoch, stakes, length, repeat, expected) => {
		const leaders = stakes.map(
			(stake, i): LeaderStake => ({
				id: pubkey(i),
				voteAddress: voteAddress(i),
				stake: BigInt(stake),
			}),
		);
		const drawn = stakeWeightedSlotLeaders(leaders, epoch, length, repeat);
		expect(drawn.map(({ id }) => leaders.findIndex((leader) => leader.id.equals(id)))).toEqual(expected);
	});

	const everyVoteAddress = Array.from({ length: 65_536 }, (_, i) => pubkey(i));
	it.each([
		[42n, 1_000, 0, '4XU6LEarBUmBkAvXRsjeyLu3N8CcgrvbRFrNiJi2jECk'],
		[42n, 10_000, 0, 'G2MGFXgdLATXWr1336i8PTcaUMc4GbJRMJdbxiarCttr'],
		[42n, 10_000, 1, '9xLLKyyqF5YrdwPSDbqh5oVamSF7cqPqQLxEyHTexEiP'],
		[42n, 10_000, 2, 'AJ6NQi2p5SnRz9mqESqkW2PwVoT2vYy1fmKdaHxNFUAf'],
		[346436n, 1_000, 1, 'BEB2nC9MBALPbgwGKGfHu6V88QG7doScx65cAd6VjnRk'],
		[454357n, 10_000, 0, '4BLanrC5t7vzNXx62javKtjCmCkd8yZfZpVrjT4eUpNQ'],
		[454357n, 10_000, 3, 'E9XL5BLhCJ4Emyfs8jTUsQetfA8QZj78LcnN63dPp7jJ'],
	])('of epoch %i, %i slots, among 65536 stakes of i^%i', (epoch, length, exponent, expected) => {
		const leaders = everyVoteAddress.map(
			(address, i): LeaderStake => ({
				id: Pubkey.default,
				voteAddress: address,
				stake: BigInt(i) ** BigInt(exponent),
			}),
		);
		const drawn = stakeWeightedSlotLeaders(leaders, epoch, length, 1);
		const writer = new ByteWriter(drawn.length * 32);
		for (const leader of drawn) writer.raw(leader.voteAddress.bytes);
		expect(Hash.fromBytes(sha256(writer.finish())).toBase58()).toBe(expected);
	});

	it('takes a vote account that stands twice once, and sorts equal stakes by address', () => {
		const make = (n: number, stake: bigint): LeaderStake => ({
			id: pubkey(n),
			voteAddress: pubkey(n),
			stake,
		});
		const twice = stakeWeightedSlotLeaders([make(1, 5n), make(2, 5n), make(1, 5n)], 3n, 40, 1);
		const once = stakeWeightedSlotLeaders([make(2, 5n), make(1, 5n)], 3n, 40, 1);
		expect(twice).toEqual(once);
		expect(new Set(once.map(({ id }) => id.key)).size).toBe(2);
	});

	it('among identities adds up what is staked with one node', () => {
		const a = pubkey(1);
		const b = pubkey(2);
		const split = identityKeyedSlotLeaders(
			[
				{ id: a, stake: 4n },
				{ id: b, stake: 7n },
				{ id: a, stake: 6n },
			],
			7n,
			64,
			4,
		);
		const joined = identityKeyedSlotLeaders(
			[
				{ id: b, stake: 7n },
				{ id: a, stake: 10n },
			],
			7n,
			64,
			4,
		);
		expect(split.map(String)).toEqual(joined.map(String));
		expect(split.length).toBe(16);
	});
});

describe('LeaderSchedule', () => {
	const leader = (n: number): SlotLeader => ({ id: pubkey(n), voteAddress: pubkey(n, 1) });
	const [a, b] = [leader(1), leader(2)];
	const schedule = new LeaderSchedule([a, b, a]);

	it('gives each drawn leader four slots and then begins anew', () => {
		expect(schedule.numSlots).toBe(12);
		for (let slot = 0; slot < 30; slot++) {
			expect(schedule.leaderAt(slot)).toBe([4, 5, 6, 7].includes(slot % 12) ? b : a);
		}
		expect(schedule.slotLeader(105n, 100n)).toBe(b);
	});

	// Figures of test_get_leader_upcoming_slots_with_repeat.
	it.each([
		[0, [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23]],
		[1, [1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23]],
		[4, [8, 9, 10, 11, 12, 13, 14, 15, 20, 21]],
		[10, [10, 11, 12, 13, 14, 15, 20, 21, 22, 23]],
		[15, [15, 20, 21, 22, 23, 24, 25, 26, 27, 32]],
	])('names the slots of a node from %i on', (offset, expected) => {
		expect(take(expected.length, schedule.upcomingSlots(a.id, offset))).toEqual(expected);
	});

	it('names no slots of a node that never leads', () => {
		expect([...schedule.upcomingSlots(pubkey(7), 0)]).toEqual([]);
	});

	it('leaves accounts without stake out, and needs one with stake', () => {
		const drawn = LeaderSchedule.fromStakes(
			[
				{ ...a, stake: 0n },
				{ ...b, stake: 1n },
			],
			5n,
			64,
		);
		expect(drawn.slotLeaders.every(({ id }) => id.equals(b.id))).toBe(true);
		expect(drawn.numSlots).toBe(64);
		expect(() => LeaderSchedule.fromStakes([{ ...a, stake: 0n }], 5n, 64)).toThrow(RangeError);
	});
});
