/**
 * Stake accounts in all states, the vote accounts they are delegated to, and the time they live in.
 *
 * Layouts by the crate `solana-stake-interface` (`state.rs`).
 */
import {
	AuthorizedVoters,
	ByteWriter,
	type Clock,
	defaultEpochRewards,
	encodeClock,
	encodeEpochRewards,
	encodeStakeHistory,
	encodeVoteStateVersions,
	Pubkey,
	programIds,
	StakeHistory,
	type StakeHistoryEntry,
	sysvarIds,
} from '@parhelion/sdk';
import { createWithSeed } from '@parhelion/svm';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type SetStep, set } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { addresses, mostly, SOL, U64_MAX, utf8 } from './common.ts';

export const STAKE_SIZE = 200;
export const people: readonly Pubkey[] = addresses('person', 3);
export const custodian: Pubkey = address('custodian');
export const base: Pubkey = address('base');
export const SEED = 'stake seed';
/** An authority derived from {@link base}. */
export const derived: Pubkey = (() => {
	const made = createWithSeed(base, utf8.encode(SEED), programIds.systemProgram);
	return made.ok ? made.value : base;
})();
export const votes: readonly Pubkey[] = addresses('vote', 3);

export interface Stake {
	readonly key: Pubkey;
	readonly kind: 'Uninitialized' | 'Initialized' | 'Stake';
	readonly staker: Pubkey;
	readonly withdrawer: Pubkey;
	/** Whether the lockup is in force. */
	readonly isLocked: boolean;
	readonly stake: bigint;
	readonly lamports: bigint;
}

export interface StakeWorld {
	readonly stakes: readonly Stake[];
	/** Uninitialised. */
	readonly fresh: readonly Pubkey[];
	readonly steps: SetStep[];
	readonly epoch: bigint;
}

/** Steps to an epoch: its clock, and a history of stake up to it. */
export function epochSteps(random: Random, epoch: bigint): SetStep[] {
	const clock: Clock = {
		slot: epoch * 432_000n + BigInt(random.int(432_000)),
		epochStartTimestamp: 0n,
		epoch,
		leaderScheduleEpoch: epoch + 1n,
		unixTimestamp: 1000n + epoch * 10n,
	};
	const entries: [bigint, StakeHistoryEntry][] = [];
	// What is older than the history counts as warmed up; without any the program panics.
	const count = random.oneIn(15) ? 0 : random.oneIn(2) ? 1 + random.int(2) : 1 + random.int(20);
	for (let i = 1; i <= count && epoch - BigInt(i) >= 0n; i++) {
		const amount = (): bigint => random.pick([0n, 1n, 100n * SOL, 1_000_000n * SOL]);
		entries.push([
			epoch - BigInt(i),
			{
				effective: random.oneIn(10) ? amount() : 10_000n * SOL,
				activating: amount(),
				deactivating: amount(),
			},
		]);
	}
	const history = new Uint8Array(16_392);
	history.set(encodeStakeHistory(new StakeHistory(entries)));
	const { owner } = sysvarIds;
	const steps = [
		set(sysvarIds.clock, { lamports: 1n, owner, data: encodeClock(clock) }),
		set(sysvarIds.stakeHistory, { lamports: 1n, owner, data: history }),
	];
	if (random.oneIn(12)) {
		const data = encodeEpochRewards({ ...defaultEpochRewards(), active: true, numPartitions: 1n });
		steps.push(set(sysvarIds.epochRewards, { lamports: 1n, owner, data }));
	}
	return steps;
}

const nobody = { voter: Pubkey.default, startEpoch: 0n, endEpoch: 0n };
const priorVoters = { voters: Array.from({ length: 32 }, () => nobody), index: 31n, isEmpty: true };

/** Of a validator that voted up to `last` epochs ago. */
function voteData(random: Random, epoch: bigint, last: bigint): Uint8Array {
	const epochCredits = [];
	for (let i = last + 6n; i >= last; i--) {
		if (epoch < i || random.oneIn(30)) continue;
		const earned = 100n * (epoch - i + 1n);
		epochCredits.push({ epoch: epoch - i, credits: earned, prevCredits: earned - 100n });
	}
	const common = {
		nodePubkey: people[0]!,
		authorizedWithdrawer: people[0]!,
		rootSlot: null,
		authorizedVoters: AuthorizedVoters.fromEntries([[0n, people[0]!]]),
		epochCredits,
		lastTimestamp: { slot: 0n, timestamp: 0n },
		votes: [],
	};
	const encoded = encodeVoteStateVersions(
		random.oneIn(2)
			? {
					version: 'V3',
					state: { ...common, commission: 5, priorVoters },
				}
			: {
					version: 'V4',
					state: {
						...common,
						inflationRewardsCollector: people[0]!,
						blockRevenueCollector: people[0]!,
						inflationRewardsCommissionBps: 500,
						blockRevenueCommissionBps: 10_000,
						pendingDelegatorRewards: 0n,
						blsPubkeyCompressed: null,
					},
				},
	);
	const data = new Uint8Array(3762);
	data.set(encoded.subarray(0, 3762));
	return random.oneIn(40) ? data.slice(0, random.int(3762)) : data;
}

/** Makes the accounts of a case. */
export function stakeWorld(random: Random, world: CaseWorld): StakeWorld {
	const epoch = BigInt(random.pick([0, 1, 5, 20, 20, 100, 700]));
	const steps: SetStep[] = epochSteps(random, epoch);
	for (const key of [...people, custodian, base]) steps.push(set(key, { lamports: 10n * SOL }));
	const minimum = world.minimumBalance(3762);
	for (const [i, key] of votes.entries()) {
		// The last one is never late, so that it shows who is.
		const last = i === 2 ? 0n : random.pick([0n, 0n, 5n, 6n, 20n]);
		const owner = random.oneIn(40) ? programIds.systemProgram : programIds.vote;
		steps.push(set(key, { lamports: minimum, data: voteData(random, epoch, last), owner }));
	}
	const reserve = world.minimumBalance(STAKE_SIZE);
	// Alike as a rule, so that they may be merged.
	const [staker, withdrawer] = [
		random.pick([people[0]!, derived]),
		random.pick([people[0]!, people[1]!, derived]),
	];
	const isLocked = random.oneIn(6);
	const activation = epoch - BigInt(random.pick([0, 1, 3, 10, 30]));
	const isUniform = random.oneIn(2);
	const kinds = ['Uninitialized', 'Initialized', 'Initialized', 'Stake', 'Stake', 'Stake'] as const;
	const stakes = addresses('stake', 4).map((key): Stake => {
		const kind = isUniform ? 'Stake' : random.pick(kinds);
		const isOdd = random.oneIn(12);
		const stake = random.pick([SOL, 2n * SOL, 100n * SOL, 100n * SOL, 1n, U64_MAX >> 4n]);
		const one: Stake = {
			key,
			kind,
			staker: isOdd ? people[2]! : staker,
			withdrawer: isOdd ? people[2]! : withdrawer,
			isLocked,
			stake: kind === 'Stake' ? stake : 0n,
			lamports: reserve + (kind === 'Uninitialized' ? 0n : stake) + mostly(random, 3, 0n, [1n, SOL]),
		};
		const writer = new ByteWriter(STAKE_SIZE).u32({ Uninitialized: 0, Initialized: 1, Stake: 2 }[kind]);
		if (kind !== 'Uninitialized') {
			writer
				.u64(mostly(random, 8, reserve, [0n, 1n]))
				.raw(one.staker.bytes)
				.raw(one.withdrawer.bytes);
			writer.i64(isLocked ? 1n << 40n : 0n).u64(isLocked && random.oneIn(2) ? epoch + 3n : 0n);
			writer.raw((isLocked || random.oneIn(4) ? custodian : Pubkey.default).bytes);
		}
		if (kind === 'Stake') {
			const begin = !isUniform && random.oneIn(4) ? epoch - BigInt(random.int(5)) : activation;
			const end = random.oneIn(isUniform ? 8 : 3) ? epoch - BigInt(random.int(4)) : U64_MAX;
			writer.raw((random.oneIn(isUniform ? 12 : 4) ? random.pick(votes) : votes[0]!).bytes).u64(stake);
			writer.u64(begin < 0n ? 0n : random.oneIn(20) ? U64_MAX : begin).u64(end < 0n ? 0n : end);
			writer.f64(random.pick([0.25, 0.09])).u64(BigInt(random.oneIn(4) ? 100 * random.int(7) : 700));
			writer.u8(random.oneIn(12) ? random.int(4) : 0);
		}
		let data = writer.zeroes(STAKE_SIZE - writer.length).finish();
		if (random.oneIn(40)) data = data.slice(0, random.pick([0, 4, 124, 196, 199]));
		const owner = random.oneIn(40) ? programIds.systemProgram : programIds.stake;
		steps.push(set(key, { lamports: one.lamports, data, owner }));
		return one;
	});
	const fresh = addresses('fresh', 2);
	for (const key of fresh) {
		const lamports = mostly(random, 4, reserve, [reserve - 1n, reserve + SOL, 1n, 101n * SOL]);
		const data = new Uint8Array(random.oneIn(30) ? 196 : STAKE_SIZE);
		steps.push(set(key, { lamports, data, owner: programIds.stake }));
	}
	return { stakes, fresh, steps, epoch };
}
