/**
 * Owns who leads which slots of an epoch.
 *
 * Sources: crate `solana-leader-schedule` (`stake_weighted_slot_leaders`, `LeaderSchedule`). Schedules are keyed by
 * vote account (SIMD-0180, active): the draw is among vote accounts, sorted by stake and address, and each drawn one
 * brings its node's identity. {@link identityKeyedSlotLeaders} is the older draw among identities.
 */
import { ByteWriter, type Epoch, type Lamports, type Pubkey, type Slot } from '@parhelion/sdk';
import { ChaChaRng, WeightedU64Index } from './chacha-rng.ts';

/** Slots that a drawn leader leads one after the other. */
export const NUM_CONSECUTIVE_LEADER_SLOTS = 4;

/** A leader: the node, and the vote account by whose stake it was drawn. */
export interface SlotLeader {
	readonly id: Pubkey;
	readonly voteAddress: Pubkey;
}

/** A vote account that may be drawn. */
export interface LeaderStake extends SlotLeader {
	readonly stake: Lamports;
}

/** By stake, then by address, both descending; of equal ones one stays. */
function sortedStakes(stakes: readonly LeaderStake[]): LeaderStake[] {
	const address = (leader: LeaderStake): string => leader.voteAddress.key;
	const sorted = [...stakes].sort((a, b) => {
		if (a.stake !== b.stake) return a.stake > b.stake ? -1 : 1;
		return address(a) > address(b) ? -1 : address(a) < address(b) ? 1 : 0;
	});
	return sorted.filter((leader, i) => {
		const before = sorted[i - 1];
		return before === undefined || before.stake !== leader.stake || address(before) !== address(leader);
	});
}

/**
 * Draws `length / repeat` leaders in proportion to their stakes; the seed is the epoch. RangeError where no stake is
 * above zero, or the stakes together exceed u64.
 */
export function stakeWeightedSlotLeaders(
	stakes: readonly LeaderStake[],
	epoch: Epoch,
	length: number,
	repeat: number,
): SlotLeader[] {
	const sorted = sortedStakes(stakes);
	const leaders = sorted.map(({ id, voteAddress }): SlotLeader => ({ id, voteAddress }));
	const index = new WeightedU64Index(sorted.map(({ stake }) => stake));
	const rng = new ChaChaRng(new ByteWriter(32).u64(epoch).zeroes(24).finish());
	return Array.from({ length: Math.floor(length / repeat) }, () => leaders[index.sample(rng)]!);
}

/** The draw among identities (before SIMD-0180): stakes of one node count together. */
export function identityKeyedSlotLeaders(
	stakes: readonly { readonly id: Pubkey; readonly stake: Lamports }[],
	epoch: Epoch,
	length: number,
	repeat: number,
): Pubkey[] {
	const byNode = new Map<string, LeaderStake>();
	for (const { id, stake } of stakes) {
		const before = byNode.get(id.key)?.stake ?? 0n;
		byNode.set(id.key, { id, voteAddress: id, stake: before + stake });
	}
	return stakeWeightedSlotLeaders([...byNode.values()], epoch, length, repeat).map(({ id }) => id);
}

/** The leaders of an epoch's slots. Beyond the epoch it begins anew. */
export class LeaderSchedule {
	/** One a run of {@link repeat} slots. */
	readonly slotLeaders: readonly SlotLeader[];
	readonly repeat: number;
	private readonly runsOf: ReadonlyMap<string, readonly number[]>;

	/** A given schedule. RangeError for an empty one. */
	constructor(slotLeaders: readonly SlotLeader[], repeat: number = NUM_CONSECUTIVE_LEADER_SLOTS) {
		if (slotLeaders.length === 0 || !(repeat >= 1)) {
			throw new RangeError('a leader schedule has at least one leader of at least one slot');
		}
		this.slotLeaders = slotLeaders;
		this.repeat = repeat;
		const runsOf = new Map<string, number[]>();
		for (const [run, { id }] of slotLeaders.entries()) {
			const runs = runsOf.get(id.key);
			if (runs === undefined) runsOf.set(id.key, [run]);
			else runs.push(run);
		}
		this.runsOf = runsOf;
	}

	/** Draws the schedule of an epoch; vote accounts without stake take no part. RangeError where none has stake. */
	static fromStakes(
		stakes: readonly LeaderStake[],
		epoch: Epoch,
		slotsInEpoch: number,
		repeat: number = NUM_CONSECUTIVE_LEADER_SLOTS,
	): LeaderSchedule {
		const staked = stakes.filter(({ stake }) => stake > 0n);
		return new LeaderSchedule(stakeWeightedSlotLeaders(staked, epoch, slotsInEpoch, repeat), repeat);
	}

	/** Slots of the schedule. */
	get numSlots(): number {
		return this.slotLeaders.length * this.repeat;
	}

	/** The leader of a slot, counted from the first of the epoch. */
	leaderAt(slotIndex: number): SlotLeader {
		return this.slotLeaders[Math.floor((slotIndex % this.numSlots) / this.repeat)]!;
	}

	/** The leader of `slot` in an epoch that begins with `firstSlot`. */
	slotLeader(slot: Slot, firstSlot: Slot): SlotLeader {
		return this.leaderAt(Number(slot - firstSlot));
	}

	/** The slots from `offset` on (counted from the first of the epoch) that a node leads, without end. */
	*upcomingSlots(id: Pubkey, offset: number): Generator<number, void, undefined> {
		const runs = this.runsOf.get(id.key);
		if (runs === undefined) return;
		for (let round = Math.floor(offset / this.numSlots); ; round++) {
			for (const run of runs) {
				const first = round * this.numSlots + run * this.repeat;
				for (let slot = Math.max(first, offset); slot < first + this.repeat; slot++) yield slot;
			}
		}
	}
}
