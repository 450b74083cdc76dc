import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hash } from '../hash.ts';
import { Pubkey } from '../pubkey.ts';
import { NO_LOADED_ADDRESSES, SanitizedMessage } from '../sanitized-message.ts';
import { CLOCK_SIZE, decodeClock, encodeClock } from './clock.ts';
import {
	decodeEpochRewards,
	defaultEpochRewards,
	EPOCH_REWARDS_SIZE,
	encodeEpochRewards,
} from './epoch-rewards.ts';
import {
	decodeEpochSchedule,
	EPOCH_SCHEDULE_SIZE,
	EpochSchedule,
	encodeEpochSchedule,
} from './epoch-schedule.ts';
import { constructInstructionsData, storeCurrentIndex } from './instructions.ts';
import { decodeRecentBlockhashes, encodeRecentBlockhashes } from './recent-blockhashes.ts';
import { decodeRent, encodeRent, Rent } from './rent.ts';
import { decodeFees, decodeLastRestartSlot, encodeFees, encodeLastRestartSlot } from './single-u64.ts';
import { decodeSlotHashes, encodeSlotHashes, SLOT_HASHES_SIZE, SlotHashes } from './slot-hashes.ts';
import {
	decodeSlotHistory,
	encodeSlotHistory,
	SLOT_HISTORY_MAX_ENTRIES,
	SLOT_HISTORY_SIZE,
	SlotHistory,
} from './slot-history.ts';
import { decodeStakeHistory, encodeStakeHistory, STAKE_HISTORY_SIZE, StakeHistory } from './stake-history.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hash = (n: number): Hash => Hash.fromBytes(new Uint8Array(32).fill(n));
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const i64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
	if (!result.ok) throw new Error(`does not decode: ${JSON.stringify(result.error)}`);
	return result.value;
}

describe('clock, rewards, fees, restart slot', () => {
	it('come back from their bytes, which have the size of the account', () => {
		fc.assert(
			fc.property(u64, i64, u64, u64, i64, fc.bigInt(0n, 2n ** 128n - 1n), (a, b, c, d, e, points) => {
				const clock = {
					slot: a,
					epochStartTimestamp: b,
					epoch: c,
					leaderScheduleEpoch: d,
					unixTimestamp: e,
				};
				expect(encodeClock(clock).length).toBe(CLOCK_SIZE);
				expect(value(decodeClock(encodeClock(clock)))).toEqual(clock);
				const rewards = {
					distributionStartingBlockHeight: a,
					numPartitions: c,
					parentBlockhash: hash(9),
					totalPoints: points,
					totalRewards: d,
					distributedRewards: a,
					active: a % 2n === 0n,
				};
				expect(encodeEpochRewards(rewards).length).toBe(EPOCH_REWARDS_SIZE);
				expect(value(decodeEpochRewards(encodeEpochRewards(rewards)))).toEqual(rewards);
				expect(value(decodeFees(encodeFees({ lamportsPerSignature: a })))).toEqual({
					lamportsPerSignature: a,
				});
				expect(value(decodeLastRestartSlot(encodeLastRestartSlot({ lastRestartSlot: a })))).toEqual({
					lastRestartSlot: a,
				});
			}),
		);
	});
	it('do not decode where cut off', () => {
		expect(decodeClock(new Uint8Array(39)).ok).toBe(false);
		expect(decodeEpochRewards(new Uint8Array(80)).ok).toBe(false);
		expect(decodeFees(new Uint8Array(7)).ok).toBe(false);
		expect(decodeRent(new Uint8Array(16)).ok).toBe(false);
		expect(decodeEpochSchedule(new Uint8Array(32)).ok).toBe(false);
	});
	it('have the bytes of an Agave account', () => {
		expect(
			hex(
				encodeClock({
					slot: 447_552_000n,
					epochStartTimestamp: 0n,
					epoch: 0n,
					leaderScheduleEpoch: 0n,
					unixTimestamp: 0n,
				}),
			),
		).toBe(`001aad1a${'00'.repeat(36)}`);
		expect(hex(encodeEpochRewards(defaultEpochRewards()))).toBe('00'.repeat(81));
		expect(hex(encodeRent(Rent.default()))).toBe('301b000000000000000000000000f03f32');
		expect(hex(encodeEpochSchedule(EpochSchedule.default()))).toBe(
			'80970600000000008097060000000000010e00000000000000e0ff070000000000',
		);
	});
});

describe('Rent', () => {
	it('asks 128 bytes more than the data', () => {
		expect(Rent.default().minimumBalance(0)).toBe(890_880n);
		expect(Rent.default().minimumBalance(165)).toBe(2_039_280n);
		expect(Rent.free().minimumBalance(1000)).toBe(0n);
		expect(Rent.default().isExempt(890_880n, 0)).toBe(true);
		expect(Rent.default().isExempt(890_879n, 0)).toBe(false);
	});
	it('computes the same with numbers, with integers and with floats', () => {
		fc.assert(
			fc.property(fc.nat(10 * 1024 * 1024), fc.bigInt(0n, 400_000_000n), (length, rate) => {
				const exact = (128n + BigInt(length)) * rate;
				expect(new Rent(rate, 1, 50).minimumBalance(length)).toBe(exact);
				expect(new Rent(rate, 2, 50).minimumBalance(length)).toBe(2n * exact);
				expect(new Rent(rate, 4, 50).minimumBalance(length)).toBe(4n * exact);
				expect(new Rent(rate + 400_000_000n, 1, 50).minimumBalance(length)).toBe(
					(128n + BigInt(length)) * (rate + 400_000_000n),
				);
			}),
		);
	});
	it('casts a float threshold as Rust does', () => {
		expect(new Rent(3n, 2.5, 0).minimumBalance(1)).toBe(967n);
		expect(new Rent(3n, Number.NaN, 0).minimumBalance(1)).toBe(0n);
		expect(new Rent(3n, -1, 0).minimumBalance(1)).toBe(0n);
		expect(new Rent(2n ** 40n, 2 ** 40, 0).minimumBalance(1)).toBe(2n ** 64n - 1n);
		// 128 * 2^57 wraps to 0 before the float.
		expect(new Rent(2n ** 57n, 0.5, 0).minimumBalance(0)).toBe(0n);
	});
	it('has no answer beyond 10 MiB or at rates that could overflow', () => {
		expect(Rent.default().tryMinimumBalance(10 * 1024 * 1024)).not.toBeNull();
		expect(Rent.default().tryMinimumBalance(10 * 1024 * 1024 + 1)).toBeNull();
		expect(Rent.default().tryMinimumBalance(Number.NaN)).toBeNull();
		expect(new Rent(1_759_197_129_867n, 1, 0).tryMinimumBalance(0)).toBe(128n * 1_759_197_129_867n);
		expect(new Rent(1_759_197_129_868n, 1, 0).tryMinimumBalance(0)).toBeNull();
		expect(new Rent(879_598_564_933n, 2, 0).tryMinimumBalance(0)).toBe(256n * 879_598_564_933n);
		expect(new Rent(879_598_564_934n, 2, 0).tryMinimumBalance(0)).toBeNull();
		expect(() => Rent.default().minimumBalance(2 ** 30)).toThrow(RangeError);
	});
	it('comes back from its bytes', () => {
		expect(value(decodeRent(encodeRent(new Rent(7n, 2.25, 9))))).toEqual(new Rent(7n, 2.25, 9));
	});
});

describe('EpochSchedule', () => {
	it.each([32n, 33n, 100n, 256n, 512n])('grows without gaps through the warmup to %i slots', (slots) => {
		const schedule = EpochSchedule.custom(slots, slots / 2n, true);
		let lastEpoch = 0n;
		let lastLeaderEpoch = 0n;
		expect(schedule.getFirstSlotInEpoch(0n)).toBe(0n);
		expect(schedule.getLastSlotInEpoch(0n)).toBe(31n);
		for (let slot = 0n; slot < 2n * slots; slot++) {
			const leaderEpoch = schedule.getLeaderScheduleEpoch(slot);
			expect([lastLeaderEpoch, lastLeaderEpoch + 1n]).toContain(leaderEpoch);
			lastLeaderEpoch = leaderEpoch;
			const [epoch, index] = schedule.getEpochAndSlotIndex(slot);
			if (slot < schedule.firstNormalSlot) expect(leaderEpoch).toBe(epoch + 1n);
			expect(index < schedule.getSlotsInEpoch(epoch)).toBe(true);
			expect(schedule.getFirstSlotInEpoch(epoch) + index).toBe(slot);
			if (epoch !== lastEpoch) {
				expect(epoch).toBe(lastEpoch + 1n);
				expect(index).toBe(0n);
				expect(schedule.getLastSlotInEpoch(lastEpoch)).toBe(slot - 1n);
				lastEpoch = epoch;
			}
		}
		expect(schedule.getSlotsInEpoch(lastEpoch)).toBe(slots);
	});
	it('knows mainnet-beta', () => {
		const schedule = EpochSchedule.withoutWarmup();
		expect(schedule.getEpochAndSlotIndex(447_552_000n)).toEqual([1036n, 0n]);
		expect(schedule.getLeaderScheduleEpoch(447_552_000n)).toBe(1037n);
		expect(EpochSchedule.default().firstNormalEpoch).toBe(14n);
		expect(EpochSchedule.default().firstNormalSlot).toBe(524_256n);
	});
	it('saturates instead of overflowing, and divides by nothing', () => {
		const odd = new EpochSchedule(0n, 2n ** 64n - 1n, true, 100n, 2n ** 63n);
		expect(odd.getSlotsInEpoch(70n)).toBe(2n ** 64n - 1n);
		expect(odd.getFirstSlotInEpoch(70n)).toBe(2n ** 64n - 1n);
		expect(odd.getEpochAndSlotIndex(2n ** 64n - 1n)).toEqual([100n, 0n]);
		expect(odd.getLeaderScheduleEpoch(2n ** 64n - 1n)).toBe(100n);
		expect(() => EpochSchedule.custom(31n, 31n, true)).toThrow(RangeError);
	});
	it('comes back from its bytes', () => {
		const schedule = EpochSchedule.custom(8192n, 100n, true);
		expect(encodeEpochSchedule(schedule).length).toBe(EPOCH_SCHEDULE_SIZE);
		expect(value(decodeEpochSchedule(encodeEpochSchedule(schedule)))).toEqual(schedule);
	});
});

describe('SlotHashes', () => {
	it('keeps the latest 512, from the latest down', () => {
		let slotHashes = new SlotHashes([]);
		for (let slot = 0; slot < 600; slot++) slotHashes = slotHashes.add(BigInt(slot), hash(slot % 251));
		expect(slotHashes.entries.length).toBe(512);
		expect(slotHashes.entries[0]![0]).toBe(599n);
		expect(slotHashes.get(599n)).toEqual(hash(599 % 251));
		expect(slotHashes.position(88n)).toBe(511);
		expect(slotHashes.get(87n)).toBeNull();
		expect(slotHashes.position(600n)).toBeNull();
		expect(encodeSlotHashes(slotHashes).length).toBe(SLOT_HASHES_SIZE);
		expect(value(decodeSlotHashes(encodeSlotHashes(slotHashes)))).toEqual(slotHashes);
	});
	it('inserts out of order and replaces', () => {
		const slotHashes = SlotHashes.from([
			[1n, hash(1)],
			[5n, hash(5)],
		])
			.add(3n, hash(3))
			.add(5n, hash(6));
		expect(slotHashes.entries).toEqual([
			[5n, hash(6)],
			[3n, hash(3)],
			[1n, hash(1)],
		]);
	});
	it('does not believe a count that its bytes cannot hold', () => {
		const bytes = new Uint8Array(48).fill(0xff);
		expect(decodeSlotHashes(bytes)).toMatchObject({ ok: false });
		bytes.set([2, 0, 0, 0, 0, 0, 0, 0]);
		expect(decodeSlotHashes(bytes)).toMatchObject({ ok: false });
	});
});

describe('SlotHistory', () => {
	it('answers as upstream does', () => {
		const max = BigInt(SLOT_HISTORY_MAX_ENTRIES);
		let history = SlotHistory.default().add(2n);
		expect([0n, 1n, 2n, 3n].map((slot) => history.check(slot))).toEqual([
			'Found',
			'NotFound',
			'Found',
			'Future',
		]);
		history = history.add(20n).add(max);
		expect(history.check(0n)).toBe('TooOld');
		expect(history.check(1n)).toBe('NotFound');
		expect([2n, 20n, max].map((slot) => history.check(slot))).toEqual(['Found', 'Found', 'Found']);
		expect(history.check(max + 1n)).toBe('Future');
		history = history.add(3n * max + 3n);
		expect([max, max + 1n, 2n * max + 5n].map((slot) => history.check(slot))).toEqual([
			'TooOld',
			'TooOld',
			'NotFound',
		]);
		expect(history.check(3n * max + 3n)).toBe('Found');
		// A leap over any number of slots takes no longer than one over the whole history.
		history = history.add(2n ** 60n);
		expect(history.check(2n ** 60n - 1n)).toBe('NotFound');
		expect(history.check(2n ** 60n)).toBe('Found');
	});
	it('has the bytes of an Agave account and comes back from them', () => {
		const bytes = encodeSlotHistory(SlotHistory.default());
		expect(bytes.length).toBe(SLOT_HISTORY_SIZE);
		expect(hex(bytes.slice(0, 18))).toBe('010040000000000000010000000000000000');
		expect(hex(bytes.slice(-16))).toBe('00001000000000000100000000000000');
		const history = SlotHistory.default().add(77n);
		expect(value(decodeSlotHistory(encodeSlotHistory(history)))).toEqual(history);
	});
	it('refuses other lengths', () => {
		const bytes = encodeSlotHistory(SlotHistory.default());
		bytes[1] = 1;
		expect(decodeSlotHistory(bytes).ok).toBe(false);
		expect(decodeSlotHistory(new Uint8Array([0, 0])).ok).toBe(false);
		expect(decodeSlotHistory(new Uint8Array(SLOT_HISTORY_SIZE - 1).fill(1)).ok).toBe(false);
	});
});

describe('StakeHistory and RecentBlockhashes', () => {
	it('keep the latest 512 epochs', () => {
		let history = new StakeHistory([]);
		for (let epoch = 0n; epoch <= 512n; epoch++) {
			history = history.add(epoch, { effective: epoch, activating: 1n, deactivating: 2n });
		}
		expect(history.entries.length).toBe(512);
		expect(history.get(0n)).toBeNull();
		expect(history.get(512n)?.effective).toBe(512n);
		expect(history.get(513n)).toBeNull();
		expect(history.add(512n, { effective: 7n, activating: 0n, deactivating: 0n }).get(512n)?.effective).toBe(
			7n,
		);
		expect(encodeStakeHistory(history).length).toBe(STAKE_HISTORY_SIZE);
		expect(value(decodeStakeHistory(encodeStakeHistory(history)))).toEqual(history);
	});
	it('come back from their bytes', () => {
		const entries = [
			{ blockhash: hash(3), lamportsPerSignature: 5000n },
			{ blockhash: hash(2), lamportsPerSignature: 0n },
		];
		expect(value(decodeRecentBlockhashes(encodeRecentBlockhashes(entries)))).toEqual(entries);
		expect(decodeRecentBlockhashes(new Uint8Array(48).fill(255)).ok).toBe(false);
	});
});

describe('the Instructions sysvar', () => {
	const key = (n: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(n));
	const make = (dataLength: number, accounts: number): SanitizedMessage =>
		new SanitizedMessage(
			{
				version: 'legacy',
				header: {
					numRequiredSignatures: 2,
					numReadonlySignedAccounts: 1,
					numReadonlyUnsignedAccounts: 1,
				},
				accountKeys: [key(1), key(2), key(3), key(4)],
				recentBlockhash: hash(0),
				instructions: [
					{
						programIdIndex: 3,
						accounts: Uint8Array.from([0, 1, 2, 3]),
						data: Uint8Array.from([9, 8, 7]),
					},
					{
						programIdIndex: 3,
						accounts: new Uint8Array(accounts),
						data: new Uint8Array(dataLength).fill(5),
					},
					{ programIdIndex: 3, accounts: new Uint8Array(), data: new Uint8Array() },
				],
			},
			NO_LOADED_ADDRESSES,
			new Set(),
		);
	it('lays out count, offsets, instructions and the current index', () => {
		const data = value(constructInstructionsData(make(1, 0)));
		const first = `0400${'03'}${'01'.repeat(32)}01${'02'.repeat(32)}02${'03'.repeat(32)}00${'04'.repeat(32)}${'04'.repeat(32)}0300090807`;
		const second = `0000${'04'.repeat(32)}010005`;
		const third = `0000${'04'.repeat(32)}0000`;
		const offset = (n: number): string => hex(Uint8Array.from([n & 255, n >> 8]));
		expect(hex(data)).toBe(
			`0300${offset(8)}${offset(8 + first.length / 2)}${offset(8 + (first.length + second.length) / 2)}${first}${second}${third}0000`,
		);
		expect(storeCurrentIndex(data, 0x0201)).toBe(true);
		expect([...data.slice(-2)]).toEqual([1, 2]);
		expect(storeCurrentIndex(new Uint8Array(1), 0)).toBe(false);
	});
	it('has no offset beyond 65535', () => {
		expect(constructInstructionsData(make(0, 255)).ok).toBe(true);
		expect(constructInstructionsData(make(65_300, 0)).ok).toBe(true);
		expect(constructInstructionsData(make(65_400, 0))).toEqual({
			ok: false,
			error: 'InstructionIndexOutOfBounds',
		});
	});
});
