import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hash } from '../hash.ts';
import { InstructionError } from '../instruction-error.ts';
import { U64_MAX } from '../numbers.ts';
import { Pubkey } from '../pubkey.ts';
import { AuthorizedVoters } from './authorized-voters.ts';
import { VOTE_ERRORS, VoteError } from './vote-error.ts';
import type { VoteInstruction } from './vote-instruction.ts';
import { decodeVoteInstruction, encodeVoteInstruction } from './vote-instruction-wire.ts';
import {
	decodeVoteStateVersions,
	encodeVoteStateVersions,
	isUninitializedVoteState,
	lastLockedOutSlot,
	VOTE_STATE_1_14_11_SIZE,
	VOTE_STATE_SIZE,
	type VoteStateVersions,
} from './vote-state.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const pubkey = bytes(32).map((b) => Pubkey.fromBytes(b));
const hash = bytes(32).map((b) => Hash.fromBytes(b));
const u8 = fc.nat(255);
const u16 = fc.nat(65_535);
const u32 = fc.nat(0xffff_ffff);
const u64 = fc.bigInt(0n, U64_MAX);
const i64 = fc.bigInt(-(1n << 63n), (1n << 63n) - 1n);
const option = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const key = (fill: number) => Pubkey.fromBytes(new Uint8Array(32).fill(fill));
const priorVoter = fc.record({ voter: pubkey, startEpoch: u64, endEpoch: u64 });
const common = {
	nodePubkey: pubkey,
	authorizedWithdrawer: pubkey,
	rootSlot: option(u64),
	authorizedVoters: fc
		.array(fc.tuple(u64, pubkey), { maxLength: 5 })
		.map((entries) => AuthorizedVoters.fromEntries(entries)),
	epochCredits: fc.array(fc.record({ epoch: u64, credits: u64, prevCredits: u64 }), { maxLength: 5 }),
	lastTimestamp: fc.record({ slot: u64, timestamp: i64 }),
};
const legacy = {
	...common,
	commission: u8,
	priorVoters: fc.record({
		voters: fc.array(priorVoter, { minLength: 32, maxLength: 32 }),
		index: u64,
		isEmpty: fc.boolean(),
	}),
};
const lockout = { slot: u64, confirmationCount: u32 };
const landed = fc.array(fc.record({ ...lockout, latency: u8 }), { maxLength: 5 });
const versions: fc.Arbitrary<VoteStateVersions> = fc.oneof(
	fc.constant<VoteStateVersions>({ version: 'Uninitialized' }),
	fc.record({
		version: fc.constant<'V1_14_11'>('V1_14_11'),
		state: fc.record({ ...legacy, votes: fc.array(fc.record(lockout), { maxLength: 5 }) }),
	}),
	fc.record({ version: fc.constant<'V3'>('V3'), state: fc.record({ ...legacy, votes: landed }) }),
	fc.record({
		version: fc.constant<'V4'>('V4'),
		state: fc.record({
			...common,
			votes: landed,
			inflationRewardsCollector: pubkey,
			blockRevenueCollector: pubkey,
			inflationRewardsCommissionBps: u16,
			blockRevenueCommissionBps: u16,
			pendingDelegatorRewards: u64,
			blsPubkeyCompressed: option(bytes(48)),
		}),
	}),
);

describe('vote states', () => {
	it('read back as written, at every version', () => {
		fc.assert(
			fc.property(versions, fc.uint8Array({ maxLength: 9 }), (state, rest) => {
				const encoded = encodeVoteStateVersions(state);
				expect(decodeVoteStateVersions(Uint8Array.of(...encoded, ...rest))).toEqual({
					ok: true,
					value: state,
				});
			}),
			{ numRuns: 60 },
		);
	});

	it('end with an error, not with an exception, wherever they are cut', () => {
		fc.assert(
			fc.property(versions, fc.nat(9999), (state, at) => {
				const encoded = encodeVoteStateVersions(state);
				expect(decodeVoteStateVersions(encoded.subarray(0, at % encoded.length)).ok).toBe(false);
			}),
			{ numRuns: 60 },
		);
	});

	it('fill their accounts when towers and histories are full', () => {
		const full = {
			nodePubkey: key(1),
			authorizedWithdrawer: key(2),
			commission: 5,
			rootSlot: 1n,
			votes: Array.from({ length: 31 }, (_, i) => ({
				slot: BigInt(i),
				confirmationCount: 31 - i,
				latency: 1,
			})),
			authorizedVoters: AuthorizedVoters.fromEntries([0n, 1n, 2n, 3n].map((epoch) => [epoch, key(3)])),
			priorVoters: {
				voters: Array.from({ length: 32 }, () => ({ voter: key(4), startEpoch: 0n, endEpoch: 1n })),
				index: 31n,
				isEmpty: true,
			},
			epochCredits: Array.from({ length: 64 }, () => ({ epoch: 1n, credits: 2n, prevCredits: 1n })),
			lastTimestamp: { slot: 3n, timestamp: 4n },
		};
		expect(encodeVoteStateVersions({ version: 'V1_14_11', state: full }).length).toBe(
			VOTE_STATE_1_14_11_SIZE,
		);
		expect(encodeVoteStateVersions({ version: 'V3', state: full }).length).toBe(VOTE_STATE_SIZE);
	});

	it('refuse unknown versions, flags that are neither 0 nor 1, and counts beyond the data', () => {
		expect(decodeVoteStateVersions(Uint8Array.of(4, 0, 0, 0))).toEqual({
			ok: false,
			error: { kind: 'InvalidTagEncoding', tag: 4 },
		});
		const v4 = new Uint8Array(300);
		v4[0] = 3;
		expect(decodeVoteStateVersions(v4).ok).toBe(true);
		for (const [at, value] of [
			[144, 2],
			[145 + 7, 1],
			[153, 2],
		] as const) {
			const broken = v4.slice();
			broken[at] = value;
			expect(decodeVoteStateVersions(broken).ok, `byte ${at}`).toBe(false);
		}
	});

	it('count as uninitialised without a voter, but for V4', () => {
		for (const tag of [0, 1, 2, 3]) {
			const data = new Uint8Array(VOTE_STATE_SIZE);
			data[0] = tag;
			const decoded = decodeVoteStateVersions(data);
			if (!decoded.ok) throw new Error(decoded.error.kind);
			expect(isUninitializedVoteState(decoded.value)).toBe(tag !== 3);
		}
	});

	it('refuse to be written with a short ring of prior voters', () => {
		const data = new Uint8Array(VOTE_STATE_SIZE);
		data[0] = 2;
		const decoded = decodeVoteStateVersions(data);
		if (!decoded.ok || decoded.value.version !== 'V3') throw new Error('no V3');
		const { state } = decoded.value;
		const short = { ...state, priorVoters: { ...state.priorVoters, voters: [] } };
		expect(() => encodeVoteStateVersions({ version: 'V3', state: short })).toThrow(RangeError);
	});
});

describe('lockouts', () => {
	it('double with each confirmation, up to 2^31 slots and the last slot there is', () => {
		expect(lastLockedOutSlot({ slot: 10n, confirmationCount: 1 })).toBe(12n);
		expect(lastLockedOutSlot({ slot: 0n, confirmationCount: 31 })).toBe(1n << 31n);
		expect(lastLockedOutSlot({ slot: 0n, confirmationCount: 32 })).toBe(1n << 31n);
		expect(lastLockedOutSlot({ slot: U64_MAX - 1n, confirmationCount: 2 })).toBe(U64_MAX);
	});
});

describe('authorized voters', () => {
	it('behave as a sorted map whose entries hold until the next', () => {
		const epoch = fc.bigInt(0n, 12n);
		fc.assert(
			fc.property(
				fc.array(fc.tuple(epoch, u8)),
				fc.array(fc.tuple(fc.constantFrom('insert', 'purge', 'get', 'cache'), epoch, u8)),
				(entries, steps) => {
					const voters = AuthorizedVoters.fromEntries(entries.map(([at, fill]) => [at, key(fill)]));
					const model = new Map(entries);
					const lookUp = (at: bigint): number | null => {
						for (let e = at; e >= 0n; e--) if (model.has(e)) return model.get(e)!;
						return null;
					};
					for (const [step, at, fill] of steps) {
						if (step === 'insert') {
							voters.insert(at, key(fill));
							model.set(at, fill);
						} else if (step === 'purge') {
							voters.purgeAuthorizedVoters(at);
							for (const e of [...model.keys()]) if (e < at) model.delete(e);
						} else {
							const found = lookUp(at);
							const voter =
								step === 'get'
									? voters.getAuthorizedVoter(at)
									: voters.getAndCacheAuthorizedVoterForEpoch(at);
							expect(voter).toEqual(found === null ? null : key(found));
							if (step === 'cache' && found !== null) model.set(at, found);
						}
						expect([...voters.entries()]).toEqual(
							[...model].sort(([a], [b]) => Number(a - b)).map(([e, f]) => [e, key(f)]),
						);
						expect(voters.contains(at)).toBe(model.has(at));
						expect(voters.isEmpty()).toBe(model.size === 0);
					}
				},
			),
		);
	});
});

const vote = fc.record({ slots: fc.array(u64, { maxLength: 5 }), hash, timestamp: option(i64) });
const update = fc.record({
	lockouts: fc.array(fc.record(lockout), { maxLength: 5 }),
	root: option(u64),
	hash,
	timestamp: option(i64),
});
const compactUpdate = fc.record({
	lockouts: fc
		.array(fc.tuple(u64, u8), { maxLength: 5 })
		.map((list) =>
			list
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.map(([slot, confirmationCount]) => ({ slot, confirmationCount })),
		),
	root: fc.constantFrom(null, 0n),
	hash,
	timestamp: option(i64),
});
const authorize = fc.oneof(
	fc.constant({ kind: 'Voter' as const }),
	fc.constant({ kind: 'Withdrawer' as const }),
	fc.record({
		kind: fc.constant<'VoterWithBLS'>('VoterWithBLS'),
		blsPubkey: bytes(48),
		blsProofOfPossession: bytes(96),
	}),
);
const derivation = {
	authorizationType: authorize,
	currentAuthorityDerivedKeyOwner: pubkey,
	currentAuthorityDerivedKeySeed: fc
		.string({ unit: 'grapheme' })
		.map((seed) => new TextEncoder().encode(seed)),
};
const kind = <K extends string>(name: K) => fc.constant(name);
const commissionKind = fc.constantFrom<'InflationRewards' | 'BlockRevenue'>(
	'InflationRewards',
	'BlockRevenue',
);
const towerSync = fc.tuple(compactUpdate, hash).map(([fields, blockId]) => ({ ...fields, blockId }));
const instruction: fc.Arbitrary<VoteInstruction> = fc.oneof(
	fc.record({
		kind: kind('InitializeAccount'),
		init: fc.record({
			nodePubkey: pubkey,
			authorizedVoter: pubkey,
			authorizedWithdrawer: pubkey,
			commission: u8,
		}),
	}),
	fc.record({ kind: kind('Authorize'), authority: pubkey, authorize }),
	fc.record({ kind: kind('Vote'), vote }),
	fc.record({ kind: kind('Withdraw'), lamports: u64 }),
	fc.record({ kind: kind('UpdateValidatorIdentity') }),
	fc.record({ kind: kind('UpdateCommission'), commission: u8 }),
	fc.record({ kind: kind('VoteSwitch'), vote, proof: hash }),
	fc.record({ kind: kind('AuthorizeChecked'), authorize }),
	fc.record({ kind: kind('UpdateVoteState'), update }),
	fc.record({ kind: kind('UpdateVoteStateSwitch'), update, proof: hash }),
	fc.record({ kind: kind('AuthorizeWithSeed'), ...derivation, newAuthority: pubkey }),
	fc.record({ kind: kind('AuthorizeCheckedWithSeed'), ...derivation }),
	fc.record({ kind: kind('CompactUpdateVoteState'), update: compactUpdate }),
	fc.record({ kind: kind('CompactUpdateVoteStateSwitch'), update: compactUpdate, proof: hash }),
	fc.record({ kind: kind('TowerSync'), towerSync }),
	fc.record({ kind: kind('TowerSyncSwitch'), towerSync, proof: hash }),
	fc.record({
		kind: kind('InitializeAccountV2'),
		init: fc.record({
			nodePubkey: pubkey,
			authorizedVoter: pubkey,
			authorizedVoterBlsPubkey: bytes(48),
			authorizedVoterBlsProofOfPossession: bytes(96),
			authorizedWithdrawer: pubkey,
			inflationRewardsCommissionBps: u16,
			blockRevenueCommissionBps: u16,
		}),
	}),
	fc.record({ kind: kind('UpdateCommissionCollector'), commissionKind }),
	fc.record({ kind: kind('UpdateCommissionBps'), commissionBps: u16, commissionKind }),
	fc.record({ kind: kind('DepositDelegatorRewards'), deposit: u64 }),
);

/** A compact update without root: votes as given, a zero hash, no timestamp. */
function compact(...votes: number[]): Uint8Array {
	const root = new Uint8Array(8).fill(255);
	return Uint8Array.of(12, 0, 0, 0, ...root, 1, ...votes, ...new Uint8Array(33));
}

describe('vote instructions', () => {
	it('read back as written', () => {
		fc.assert(
			fc.property(instruction, (value) => {
				expect(decodeVoteInstruction(encodeVoteInstruction(value))).toEqual({ ok: true, value });
			}),
			{ numRuns: 300 },
		);
	});

	it('end with an error wherever they are cut', () => {
		fc.assert(
			fc.property(instruction, fc.nat(9999), (value, at) => {
				const encoded = encodeVoteInstruction(value);
				expect(decodeVoteInstruction(encoded.subarray(0, at % encoded.length)).ok).toBe(false);
			}),
		);
	});

	it('write a compact tower as distances from the root', () => {
		const encoded = encodeVoteInstruction({
			kind: 'TowerSync',
			towerSync: {
				root: 1000n,
				lockouts: [
					{ slot: 1001n, confirmationCount: 3 },
					{ slot: 1301n, confirmationCount: 2 },
				],
				hash: Hash.default,
				timestamp: 5n,
				blockId: Hash.default,
			},
		});
		const head = [14, 0, 0, 0, 0xe8, 3, 0, 0, 0, 0, 0, 0, 2, 1, 3, 0xac, 2, 2];
		const hashes = new Uint8Array(32);
		expect(encoded).toEqual(Uint8Array.of(...head, ...hashes, 1, 5, 0, 0, 0, 0, 0, 0, 0, ...hashes));
	});

	it('take distances only in their shortest form, and only up to the last slot', () => {
		const nines = [255, 255, 255, 255, 255, 255, 255, 255, 255];
		expect(decodeVoteInstruction(compact(0, 1)).ok).toBe(true);
		expect(decodeVoteInstruction(compact(...nines, 1, 1)).ok).toBe(true);
		for (const [votes, message] of [
			[[0x80, 0, 1], 'Invalid Trailing Zeros'],
			[[...nines, 2, 1], 'Last Byte Truncated'],
			[[...nines, 0x81, 1], 'Left Shift Overflows'],
		] as const) {
			expect(decodeVoteInstruction(compact(...votes))).toEqual({
				ok: false,
				error: { kind: 'InvalidValue', message },
			});
		}
		const two = compact(...nines, 1, 1, 1, 1);
		two[12] = 2;
		expect(decodeVoteInstruction(two)).toEqual({
			ok: false,
			error: { kind: 'InvalidValue', message: 'Invalid lockout offset' },
		});
	});

	it('take only seeds that are UTF-8', () => {
		const encoded = encodeVoteInstruction({
			kind: 'AuthorizeCheckedWithSeed',
			authorizationType: { kind: 'Voter' },
			currentAuthorityDerivedKeyOwner: key(1),
			currentAuthorityDerivedKeySeed: Uint8Array.of(0xed, 0xa0, 0x80),
		});
		expect(decodeVoteInstruction(encoded).ok).toBe(false);
	});

	it('refuse to be written as a compact tower that has no such form', () => {
		const fields = { root: 5n, hash: Hash.default, timestamp: null };
		for (const lockouts of [[{ slot: 4n, confirmationCount: 1 }], [{ slot: 6n, confirmationCount: 256 }]]) {
			const value: VoteInstruction = { kind: 'CompactUpdateVoteState', update: { ...fields, lockouts } };
			expect(() => encodeVoteInstruction(value)).toThrow(RangeError);
		}
	});
});

describe('vote errors', () => {
	it('are numbered by their rows', () => {
		expect(VoteError.VoteTooOld).toEqual(InstructionError.Custom(0));
		expect(VoteError.TooSoonToReauthorize).toEqual(InstructionError.Custom(5));
		expect(VoteError.ActiveVoteAccountClose).toEqual(InstructionError.Custom(18));
		expect(VoteError.AssertionFailed).toEqual(InstructionError.Custom(20));
		expect(VOTE_ERRORS.length).toBe(21);
	});
});
