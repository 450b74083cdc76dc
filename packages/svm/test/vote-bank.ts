/**
 * A bank with a vote account: epoch 5, slot 110, and hashes of the slots 100 to 109.
 */

import { blsProofOfPossession } from '@parhelion/crypto';
import {
	type AccountMeta,
	AuthorizedVoters,
	type Clock,
	decodeVoteStateVersions,
	type EpochSchedule,
	encodeClock,
	encodeEpochSchedule,
	encodeSlotHashes,
	encodeVoteInstruction,
	encodeVoteStateVersions,
	type FeatureName,
	FeatureSet,
	featureId,
	type Hash,
	type Pubkey,
	programIds,
	SlotHashes,
	sysvarIds,
	VOTE_STATE_SIZE,
	type VoteInstruction,
	type VoteStateV4,
} from '@parhelion/sdk';
import { hash, key, MemoryBank, meta, type Outcome } from './memory-bank.ts';

export const payer: Pubkey = key('payer');
export const voteKey: Pubkey = key('vote');
export const node: Pubkey = key('node');
export const voter: Pubkey = key('voter');
export const withdrawer: Pubkey = key('withdrawer');
export const other: Pubkey = key('other');
/** Rent of a vote account. */
export const VOTE_RENT = 27_074_400n;

/** The hash that the bank has for a slot. */
export function slotHash(slot: bigint): Hash {
	return hash(Number(slot));
}

/** A proof of possession for the vote account. */
export function proofOf(secret: bigint): { readonly publicKey: Uint8Array; readonly proof: Uint8Array } {
	return blsProofOfPossession(
		secret,
		Uint8Array.of(...new TextEncoder().encode('ALPENGLOW'), ...voteKey.bytes),
	);
}

/** A state whose voter is in force; fields replaced as asked for. */
export function voteState(fields: Partial<VoteStateV4> = {}): VoteStateV4 {
	return {
		nodePubkey: node,
		authorizedWithdrawer: withdrawer,
		inflationRewardsCollector: voteKey,
		blockRevenueCollector: node,
		inflationRewardsCommissionBps: 1000,
		blockRevenueCommissionBps: 10_000,
		pendingDelegatorRewards: 0n,
		blsPubkeyCompressed: null,
		votes: [],
		rootSlot: null,
		authorizedVoters: AuthorizedVoters.of(5n, voter),
		epochCredits: [],
		lastTimestamp: { slot: 0n, timestamp: 0n },
		...fields,
	};
}

/** A bank with the vote account and its people. */
export class VoteBank extends MemoryBank {
	clock: Clock = {
		slot: 110n,
		epochStartTimestamp: 0n,
		epoch: 5n,
		leaderScheduleEpoch: 6n,
		unixTimestamp: 0n,
	};

	constructor(on: readonly FeatureName[] = [], off: readonly FeatureName[] = []) {
		const features = FeatureSet.mainnet();
		for (const name of on) features.activate(featureId(name), 0n);
		for (const name of off) features.deactivate(featureId(name));
		super(features);
		for (const person of [payer, node, voter, withdrawer, other])
			this.set(person, { lamports: 1_000_000_000n });
		this.setClock({});
		const hashes = Array.from({ length: 10 }, (_, i) => 109n - BigInt(i));
		this.setSysvar(
			sysvarIds.slotHashes,
			encodeSlotHashes(new SlotHashes(hashes.map((slot) => [slot, slotHash(slot)]))),
		);
		this.setVoteState();
	}

	setClock(fields: Partial<Clock>): void {
		this.clock = { ...this.clock, ...fields };
		this.setSysvar(sysvarIds.clock, encodeClock(this.clock));
	}

	setEpochSchedule(schedule: EpochSchedule): void {
		this.setSysvar(sysvarIds.epochSchedule, encodeEpochSchedule(schedule));
	}

	setVoteState(fields: Partial<VoteStateV4> = {}, lamports: bigint = 2n * VOTE_RENT): void {
		const data = new Uint8Array(VOTE_STATE_SIZE);
		data.set(encodeVoteStateVersions({ version: 'V4', state: voteState(fields) }));
		this.setVoteData(data, lamports);
	}

	setVoteData(data: Uint8Array, lamports: bigint = 2n * VOTE_RENT): void {
		this.set(voteKey, { lamports, data, owner: programIds.vote });
	}

	/** The state as it is; fails where it is not V4. */
	state(): VoteStateV4 {
		const decoded = decodeVoteStateVersions(this.getAccountSharedData(voteKey)!.data);
		if (!decoded.ok || decoded.value.version !== 'V4') throw new Error('no V4 state');
		return decoded.value.state;
	}

	/** Runs one instruction; the vote account comes first. */
	vote(instruction: VoteInstruction, accounts: readonly AccountMeta[] = []): Outcome {
		return this.raw(encodeVoteInstruction(instruction), [meta(voteKey, 'w'), ...accounts]);
	}

	/** Runs one instruction of any bytes. */
	raw(data: Uint8Array, accounts: readonly AccountMeta[]): Outcome {
		return this.send(payer, [{ programId: programIds.vote, accounts, data }]);
	}
}
