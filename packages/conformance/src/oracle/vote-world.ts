/**
 * Random vote accounts and the sysvars around them: mostly sound, with something wrong every now and then.
 */

import { blsProofOfPossession, sha256 } from '@parhelion/crypto';
import {
	AuthorizedVoters,
	type Clock,
	encodeVoteStateVersions,
	Hash,
	type LandedVote,
	lastLockedOutSlot,
	Pubkey,
	programIds,
	type SlotHash,
	sysvarIds,
	type VoteStateVersions,
} from '@parhelion/sdk';
import { createWithSeed } from '@parhelion/svm';
import type { Random } from './random.ts';

export const utf8: TextEncoder = new TextEncoder();
export const U64_MAX = 0xffff_ffff_ffff_ffffn;
/** Rent of 3762 bytes. */
export const VOTE_RENT = 27_074_400n;
const SIZE_V4 = 3762;
const SIZE_1_14_11 = 3731;
/** What authorities are derived with; the last is too long. */
export const SEEDS: readonly string[] = ['', 'seed', 'ä', 'x'.repeat(32), 'y'.repeat(33)];

function keyOf(text: string): Pubkey {
	return Pubkey.fromBytes(sha256(utf8.encode(text)));
}

const bankHashes = new Map<bigint, Hash>();

/** The bank hash of a slot. */
export function hashOf(slot: bigint): Hash {
	let hash = bankHashes.get(slot);
	if (hash === undefined) {
		hash = Hash.fromBytes(sha256(utf8.encode(`slot ${slot}`)));
		bankHashes.set(slot, hash);
	}
	return hash;
}

/** Few vote accounts: proofs of possession are made for each. */
const VOTE_KEYS = [0, 1, 2].map((i) => keyOf(`vote ${i}`));
/** Proofs of possession for each vote account. */
export const PROOFS: readonly (readonly { readonly publicKey: Uint8Array; readonly proof: Uint8Array }[])[] =
	VOTE_KEYS.map((key) => {
		const payload = Uint8Array.of(...utf8.encode('ALPENGLOW'), ...key.bytes);
		return [blsProofOfPossession(12345n, payload), blsProofOfPossession(2n ** 200n + 7n, payload)];
	});

/** An account at the start. */
export interface StartAccount {
	readonly key: Pubkey;
	readonly lamports: bigint;
	readonly data: Uint8Array;
	readonly owner: Pubkey;
}

/** A tower, as a validator keeps one: what it does not share with the program is the code. */
export class Tower {
	votes: LandedVote[] = [];
	root: bigint | null = null;

	vote(slot: bigint, latency: number): void {
		while (this.votes.length > 0 && lastLockedOutSlot(this.votes.at(-1)!) < slot) this.votes.pop();
		if (this.votes.length === 31) this.root = this.votes.shift()!.slot;
		this.votes.push({ slot, confirmationCount: 1, latency });
		this.votes = this.votes.map((vote, i) =>
			this.votes.length - i > vote.confirmationCount
				? { ...vote, confirmationCount: vote.confirmationCount + 1 }
				: vote,
		);
	}
}

/** A vote account, its people, and the clock and slot hashes it lives with. */
export class VoteWorld {
	protected readonly random: Random;
	protected readonly voteIndex: number;
	protected readonly vote: Pubkey;
	protected readonly node: Pubkey;
	protected readonly voter: Pubkey;
	protected readonly withdrawer: Pubkey;
	protected readonly base: Pubkey;
	protected readonly derived: readonly Pubkey[];
	protected readonly others: readonly Pubkey[];
	protected readonly payer: Pubkey;
	protected tower: Tower = new Tower();
	protected readonly clock: Clock;
	protected readonly slotHashes: readonly SlotHash[];
	/** Long towers and many hashes. */
	protected readonly deep: boolean;
	/** A vote account that is not set up. */
	protected readonly fresh: boolean;

	constructor(random: Random, name: string) {
		this.random = random;
		this.voteIndex = random.int(VOTE_KEYS.length);
		this.vote = VOTE_KEYS[this.voteIndex]!;
		const key = (role: string): Pubkey => keyOf(`${name} ${role}`);
		this.payer = key('payer');
		this.node = key('node');
		this.base = key('base');
		this.others = [key('other 0'), key('other 1')];
		this.derived = SEEDS.map((seed) => {
			const address = createWithSeed(this.base, utf8.encode(seed), programIds.systemProgram);
			return address.ok ? address.value : this.node;
		});
		this.voter = random.oneIn(3) ? random.pick(this.derived) : key('voter');
		this.withdrawer = random.oneIn(3) ? random.pick(this.derived) : key('withdrawer');
		this.deep = random.oneIn(3);
		this.fresh = random.oneIn(8);
		const start = BigInt(random.pick([0, 1, 40, 1000]));
		this.fillTower(start);
		const first = start + BigInt(random.int(60));
		this.slotHashes = this.makeSlotHashes(first);
		const epoch = BigInt(random.pick([0, 1, 2, 5, 100]));
		const leader = epoch + BigInt(random.int(3));
		this.clock = {
			slot: (this.slotHashes[0]?.[0] ?? first) + BigInt(random.pick([0, 1, 1, 1, 2, 3, 10, 20, 300])),
			epochStartTimestamp: 0n,
			epoch: random.oneIn(60) ? U64_MAX : epoch,
			leaderScheduleEpoch: random.oneIn(60) ? U64_MAX : leader,
			unixTimestamp: BigInt(random.int(1000)),
		};
	}

	/** Votes before the case begins: some slots are missed. */
	private fillTower(start: bigint): void {
		const { random } = this;
		if (random.oneIn(8)) return;
		const count = this.deep ? random.int(80) : random.int(12);
		let slot = start;
		for (let i = 0; i < count; i++) {
			slot += BigInt(random.oneIn(4) ? 1 + random.int(5) : 1);
			this.tower.vote(slot, random.pick([0, 1, 1, 1, 2, 3, 10, 17, 18, 255]));
		}
	}

	private makeSlotHashes(first: bigint): SlotHash[] {
		const { random } = this;
		if (random.oneIn(40)) return [];
		const count = random.oneIn(10)
			? 1 + random.int(3)
			: this.deep
				? 40 + random.int(120)
				: 10 + random.int(40);
		const slots = new Set<bigint>();
		let slot = first;
		if (random.oneIn(30)) slots.add(0n);
		// Votes of the tower that the hashes reach are on this fork, mostly.
		for (const vote of this.tower.votes) if (vote.slot >= first && !random.oneIn(60)) slots.add(vote.slot);
		const last = this.tower.votes.at(-1)?.slot ?? 0n;
		while (slot <= last) {
			if (random.oneIn(3)) slots.add(slot);
			slot += 1n;
		}
		for (let i = random.oneIn(15) ? count : 0; i < count; i++) {
			slots.add(slot);
			slot += BigInt(random.oneIn(5) ? 1 + random.int(3) : 1);
		}
		return [...slots].sort((a, b) => (a < b ? 1 : -1)).map((one) => [one, hashOf(one)]);
	}

	protected anyKey(): Pubkey {
		const all = [this.vote, this.node, this.voter, this.withdrawer, this.base, ...this.derived];
		return this.random.pick([...all, ...this.others, sysvarIds.clock, programIds.systemProgram]);
	}

	private state(): VoteStateVersions {
		const { random, clock } = this;
		const epochCredits: { epoch: bigint; credits: bigint; prevCredits: bigint }[] = [];
		const creditCount = random.pick([0, 1, 1, 2, 3, 63, 64, 65]);
		const late = random.pick([0, 0, 1, 1, -1, -2]);
		for (let i = creditCount; i > 0; i--) {
			const epoch = clock.epoch - BigInt(i - late);
			const prevCredits = BigInt(random.int(100));
			const earned = random.oneIn(3)
				? 0n
				: random.oneIn(20)
					? U64_MAX - prevCredits
					: BigInt(random.int(500));
			epochCredits.push({ epoch: epoch < 0n ? 0n : epoch, credits: prevCredits + earned, prevCredits });
		}
		const entries: [bigint, Pubkey][] = [];
		const firstEpoch = clock.epoch - BigInt(random.int(5));
		if (!random.oneIn(25)) entries.push([firstEpoch < 0n ? 0n : firstEpoch, this.voter]);
		if (random.oneIn(4)) entries.push([clock.epoch & 0xffffn, random.oneIn(2) ? this.voter : this.node]);
		if (random.oneIn(4)) entries.push([clock.leaderScheduleEpoch & 0xffffn, this.node]);
		if (random.oneIn(5)) entries.push([(clock.leaderScheduleEpoch & 0xffffn) + 1n, this.anyKey()]);
		if (random.oneIn(10)) entries.push([(clock.epoch & 0xffffn) + 1n, this.anyKey()]);
		const authorizedVoters = AuthorizedVoters.fromEntries(random.oneIn(30) ? entries.slice(1) : entries);
		const last = this.tower.votes.at(-1)?.slot ?? 0n;
		const common = {
			nodePubkey: this.node,
			authorizedWithdrawer: this.withdrawer,
			rootSlot: this.tower.root,
			authorizedVoters,
			epochCredits,
			lastTimestamp: random.oneIn(3)
				? { slot: 0n, timestamp: random.oneIn(2) ? 0n : BigInt(random.int(1000)) }
				: { slot: random.oneIn(5) ? last + 5n : last, timestamp: BigInt(random.int(1000)) },
		};
		const priorVoters = {
			voters: Array.from({ length: 32 }, (_, i) => ({
				voter: this.node,
				startEpoch: BigInt(i),
				endEpoch: BigInt(i + 1),
			})),
			index: BigInt(random.int(40)),
			isEmpty: random.oneIn(2),
		};
		const votes = this.brokenVotes();
		const commission = random.int(random.oneIn(5) ? 256 : 101);
		switch (random.int(6)) {
			case 0:
				return { version: 'V1_14_11', state: { ...common, commission, votes, priorVoters } };
			case 1:
			case 2:
				return { version: 'V3', state: { ...common, commission, votes, priorVoters } };
			default:
				return {
					version: 'V4',
					state: {
						...common,
						votes,
						inflationRewardsCollector: random.pick([this.vote, this.others[0]!]),
						blockRevenueCollector: this.node,
						inflationRewardsCommissionBps: random.pick([0, 500, 550, 10_000, 65_535]),
						blockRevenueCommissionBps: 10_000,
						pendingDelegatorRewards: random.pick([0n, 0n, 0n, 0n, 1000n, VOTE_RENT, U64_MAX]),
						blsPubkeyCompressed: random.oneIn(3) ? random.bytes(48) : null,
					},
				};
		}
	}

	/** The tower of the account, now and then such as no validator could have. */
	private brokenVotes(): LandedVote[] {
		const { random } = this;
		const votes = [...this.tower.votes];
		if (!random.oneIn(12)) return votes;
		for (let i = 0; i < votes.length; i++) {
			if (!random.oneIn(6)) continue;
			const vote = votes[i]!;
			votes[i] = random.pick([
				{ ...vote, confirmationCount: random.pick([0, 1, 31, 32, 64, 0xffff_ffff]) },
				{ ...vote, slot: vote.slot + 1n },
				{ ...vote, slot: U64_MAX - BigInt(random.int(3)) },
				{ ...vote, latency: random.int(256) },
			]);
		}
		if (random.oneIn(4)) votes.push(...votes);
		return votes;
	}

	protected voteAccount(): StartAccount {
		const { random } = this;
		const versions = this.state();
		const encoded = encodeVoteStateVersions(versions);
		let size = versions.version === 'V1_14_11' ? SIZE_1_14_11 : SIZE_V4;
		if (random.oneIn(12)) size = random.pick([encoded.length, SIZE_1_14_11, 4000, SIZE_V4]);
		const data = new Uint8Array(Math.max(size, encoded.length));
		data.set(encoded);
		let bytes = data;
		if (this.fresh) bytes = new Uint8Array(random.oneIn(8) ? random.int(4000) : SIZE_V4);
		else if (random.oneIn(25)) data[random.int(random.oneIn(2) ? 8 : encoded.length)] = random.int(256);
		else if (random.oneIn(24)) bytes = data.slice(0, random.int(data.length));
		return {
			key: this.vote,
			lamports: random.oneIn(8)
				? random.pick([1n, 26_000_000n, VOTE_RENT - 1n, U64_MAX - 20_000_000_000n])
				: random.pick([VOTE_RENT, 2n * VOTE_RENT, 10_000_000_000n]),
			data: bytes,
			owner: random.oneIn(40) ? programIds.systemProgram : programIds.vote,
		};
	}
}
