/**
 * Owns the instructions of the Vote program; their bincode form is `vote-instruction-wire.ts`.
 *
 * Source: solana-vote-interface 6.1.0, instruction.rs, state/vote_instruction_data.rs.
 */
import type { Hash } from '../hash.ts';
import type { Lamports, Slot, UnixTimestamp } from '../numbers.ts';
import type { Pubkey } from '../pubkey.ts';
import type { Lockout } from './vote-state.ts';

/** What a new vote account begins with. */
export interface VoteInit {
	readonly nodePubkey: Pubkey;
	readonly authorizedVoter: Pubkey;
	readonly authorizedWithdrawer: Pubkey;
	/** Percent (u8). */
	readonly commission: number;
}

/** What a new vote account begins with, all fields of V4 included. */
export interface VoteInitV2 {
	readonly nodePubkey: Pubkey;
	readonly authorizedVoter: Pubkey;
	/** 48 bytes. */
	readonly authorizedVoterBlsPubkey: Uint8Array;
	/** 96 bytes. */
	readonly authorizedVoterBlsProofOfPossession: Uint8Array;
	readonly authorizedWithdrawer: Pubkey;
	readonly inflationRewardsCommissionBps: number;
	readonly blockRevenueCommissionBps: number;
}

/** Which authority changes. */
export type VoteAuthorize =
	| { readonly kind: 'Voter' }
	| { readonly kind: 'Withdrawer' }
	| {
			readonly kind: 'VoterWithBLS';
			/** 48 bytes. */
			readonly blsPubkey: Uint8Array;
			/** 96 bytes. */
			readonly blsProofOfPossession: Uint8Array;
	  };

/** Votes for slots, the oldest first. */
export interface Vote {
	readonly slots: readonly Slot[];
	/** Bank hash of the last slot. */
	readonly hash: Hash;
	readonly timestamp: UnixTimestamp | null;
}

/** A whole tower, the oldest vote first. */
export interface VoteStateUpdate {
	readonly lockouts: readonly Lockout[];
	readonly root: Slot | null;
	/** Bank hash of the last slot. */
	readonly hash: Hash;
	readonly timestamp: UnixTimestamp | null;
}

/** A whole tower with the id of the block it ends at. */
export interface TowerSync extends VoteStateUpdate {
	readonly blockId: Hash;
}

/** Which income a commission is of. */
export type CommissionKind = 'InflationRewards' | 'BlockRevenue';

/** The seed (UTF-8) and owner that the current authority was derived with. */
export interface AuthorityDerivation {
	readonly authorizationType: VoteAuthorize;
	readonly currentAuthorityDerivedKeyOwner: Pubkey;
	readonly currentAuthorityDerivedKeySeed: Uint8Array;
}

/** An instruction of the Vote program; accounts are by position. */
export type VoteInstruction =
	| { readonly kind: 'InitializeAccount'; readonly init: VoteInit }
	| { readonly kind: 'Authorize'; readonly authority: Pubkey; readonly authorize: VoteAuthorize }
	| { readonly kind: 'Vote'; readonly vote: Vote }
	| { readonly kind: 'Withdraw'; readonly lamports: Lamports }
	| { readonly kind: 'UpdateValidatorIdentity' }
	| { readonly kind: 'UpdateCommission'; readonly commission: number }
	| { readonly kind: 'VoteSwitch'; readonly vote: Vote; readonly proof: Hash }
	| { readonly kind: 'AuthorizeChecked'; readonly authorize: VoteAuthorize }
	| { readonly kind: 'UpdateVoteState'; readonly update: VoteStateUpdate }
	| { readonly kind: 'UpdateVoteStateSwitch'; readonly update: VoteStateUpdate; readonly proof: Hash }
	| ({ readonly kind: 'AuthorizeWithSeed'; readonly newAuthority: Pubkey } & AuthorityDerivation)
	| ({ readonly kind: 'AuthorizeCheckedWithSeed' } & AuthorityDerivation)
	| { readonly kind: 'CompactUpdateVoteState'; readonly update: VoteStateUpdate }
	| { readonly kind: 'CompactUpdateVoteStateSwitch'; readonly update: VoteStateUpdate; readonly proof: Hash }
	| { readonly kind: 'TowerSync'; readonly towerSync: TowerSync }
	| { readonly kind: 'TowerSyncSwitch'; readonly towerSync: TowerSync; readonly proof: Hash }
	| { readonly kind: 'InitializeAccountV2'; readonly init: VoteInitV2 }
	| { readonly kind: 'UpdateCommissionCollector'; readonly commissionKind: CommissionKind }
	| {
			readonly kind: 'UpdateCommissionBps';
			/** Basis points (u16). */
			readonly commissionBps: number;
			readonly commissionKind: CommissionKind;
	  }
	| { readonly kind: 'DepositDelegatorRewards'; readonly deposit: Lamports };
