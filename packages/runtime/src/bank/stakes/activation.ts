/**
 * Owns how much of a delegation counts in an epoch: stake warms up and cools down at a rate of the whole cluster's.
 *
 * Sources: crate `solana-stake-interface` state.rs (`stake_activating_and_deactivating` on doubles and `_v2` on
 * integers), warmup_cooldown_allowance.rs; solana-runtime stake_delegation.rs, which picks one by
 * `upgrade_bpf_stake_program_to_v5_1`; stakes.rs for the sums over all delegations.
 */
import { type Epoch, type Lamports, type StakeHistoryEntry, saturatingSub, U64_MAX } from '@parhelion/sdk';
import { type Delegation, isBootstrap } from './stake-state.ts';

/** Of all stake: what may change in an epoch, in basis points, before and after `reduce_stake_warmup_cooldown`. */
const ORIGINAL_RATE_BPS = 2_500n;
const REDUCED_RATE_BPS = 900n;
const BASIS_POINTS = 10_000n;
const ORIGINAL_RATE = 0.25;
const REDUCED_RATE = 0.09;
const U128_MAX = (1n << 128n) - 1n;

/** How much of a delegation counts, and how much is on its way in or out. */
export interface StakeActivationStatus {
	readonly effective: Lamports;
	readonly activating: Lamports;
	readonly deactivating: Lamports;
}

/** By which rules stake warms up. */
export interface StakeMath {
	/** The epoch in which the rate sank to 9 %; null: it has not. */
	readonly newRateActivationEpoch: Epoch | null;
	/** Whether the rules are those on integers. */
	readonly useFixedPoint: boolean;
}

/** What the cluster's stake was in an epoch; null where nothing is known of it (`StakeHistory` is one). */
export interface StakeHistoryGetEntry {
	get(epoch: Epoch): StakeHistoryEntry | null;
}

function isReduced(epoch: Epoch, newRateActivationEpoch: Epoch | null): boolean {
	return newRateActivationEpoch !== null && epoch >= newRateActivationEpoch;
}

/** Rust's `f64 as u64`. */
function floatToU64(value: number): bigint {
	if (!(value > 0)) return 0n;
	return value >= 2 ** 64 ? U64_MAX : BigInt(Math.trunc(value));
}

/** What an account's portion of the changing stake may change in `epoch`: at least one lamport. */
function allowance(
	epoch: Epoch,
	account: Lamports,
	cluster: Lamports,
	effective: Lamports,
	math: StakeMath,
): Lamports {
	const reduced = isReduced(epoch, math.newRateActivationEpoch);
	let change = 0n;
	if (!math.useFixedPoint) {
		const weight = Number(account) / Number(cluster);
		change = floatToU64(weight * (Number(effective) * (reduced ? REDUCED_RATE : ORIGINAL_RATE)));
	} else if (account !== 0n && effective !== 0n) {
		const product = account * effective * (reduced ? REDUCED_RATE_BPS : ORIGINAL_RATE_BPS);
		change = (product < U128_MAX ? product : U128_MAX) / (cluster * BASIS_POINTS);
		if (change > account) change = account;
	}
	return change > 1n ? change : 1n;
}

/** What was effective and what was activating, deactivation left aside. */
function stakeAndActivating(
	delegation: Delegation,
	targetEpoch: Epoch,
	history: StakeHistoryGetEntry,
	math: StakeMath,
): readonly [effective: Lamports, activating: Lamports] {
	const { stake, activationEpoch, deactivationEpoch } = delegation;
	if (isBootstrap(delegation)) return [stake, 0n];
	// deactivated before it could become effective
	if (activationEpoch === deactivationEpoch) return [0n, 0n];
	if (targetEpoch === activationEpoch) return [0n, stake];
	if (targetEpoch < activationEpoch) return [0n, 0n];
	let cluster = history.get(activationEpoch);
	// so long ago that the history does not reach back: all of it is effective
	if (cluster === null) return [stake, 0n];
	let effective = 0n;
	let epoch = activationEpoch;
	while (cluster !== null) {
		epoch += 1n;
		if (cluster.activating === 0n) break;
		effective += allowance(epoch, stake - effective, cluster.activating, cluster.effective, math);
		if (effective >= stake) {
			effective = stake;
			break;
		}
		if (epoch >= targetEpoch || epoch >= deactivationEpoch) break;
		cluster = history.get(epoch);
	}
	return [effective, stake - effective];
}

/** `stake_activating_and_deactivating`: the status of a delegation in an epoch. */
export function stakeActivationStatus(
	delegation: Delegation,
	targetEpoch: Epoch,
	history: StakeHistoryGetEntry,
	math: StakeMath,
): StakeActivationStatus {
	const [effective, activating] = stakeAndActivating(delegation, targetEpoch, history, math);
	const { deactivationEpoch } = delegation;
	if (targetEpoch < deactivationEpoch) return { effective, activating, deactivating: 0n };
	if (targetEpoch === deactivationEpoch) return { effective, activating: 0n, deactivating: effective };
	let cluster = history.get(deactivationEpoch);
	if (cluster === null) return { effective: 0n, activating: 0n, deactivating: 0n };
	let remaining = effective;
	let epoch = deactivationEpoch;
	while (cluster !== null) {
		epoch += 1n;
		if (cluster.deactivating === 0n) break;
		const change = allowance(epoch, remaining, cluster.deactivating, cluster.effective, math);
		remaining = saturatingSub(remaining, change);
		if (remaining === 0n || epoch >= targetEpoch) break;
		cluster = history.get(epoch);
	}
	return { effective: remaining, activating: 0n, deactivating: remaining };
}

/** The effective part of {@link stakeActivationStatus}. */
export function effectiveStake(
	delegation: Delegation,
	epoch: Epoch,
	history: StakeHistoryGetEntry,
	math: StakeMath,
): Lamports {
	return stakeActivationStatus(delegation, epoch, history, math).effective;
}

/** The entry of the stake history for an epoch: the sums over all delegations. */
export function stakeHistoryEntryOf(
	delegations: Iterable<Delegation>,
	epoch: Epoch,
	history: StakeHistoryGetEntry,
	math: StakeMath,
): StakeHistoryEntry {
	let [effective, activating, deactivating] = [0n, 0n, 0n];
	for (const delegation of delegations) {
		const status = stakeActivationStatus(delegation, epoch, history, math);
		effective += status.effective;
		activating += status.activating;
		deactivating += status.deactivating;
	}
	return { effective, activating, deactivating };
}

/** The effective stake of each vote account in an epoch, by `Pubkey.key`; accounts without any are left out. */
export function delegatedStakes(
	delegations: Iterable<Delegation>,
	epoch: Epoch,
	history: StakeHistoryGetEntry,
	math: StakeMath,
): Map<string, Lamports> {
	const stakes = new Map<string, Lamports>();
	for (const delegation of delegations) {
		const stake = effectiveStake(delegation, epoch, history, math);
		if (stake === 0n) continue;
		const { key } = delegation.voterPubkey;
		stakes.set(key, (stakes.get(key) ?? 0n) + stake);
	}
	return stakes;
}
