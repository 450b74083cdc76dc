/** The `jsonParsed` form of stake accounts. Source: solana-account-decoder 4.3.0 `parse_stake.rs`. */
import { decodeStakeState, type Stake, type StakeMeta } from '@parhelion/runtime';
import type { Json } from '../../json/write.ts';

function encodeMeta({ rentExemptReserve, authorized, lockup }: StakeMeta): Json {
	return {
		rentExemptReserve: String(rentExemptReserve),
		authorized: { staker: authorized.staker.toBase58(), withdrawer: authorized.withdrawer.toBase58() },
		lockup: {
			unixTimestamp: lockup.unixTimestamp,
			epoch: lockup.epoch,
			custodian: lockup.custodian.toBase58(),
		},
	};
}

function encodeStake({ delegation, creditsObserved }: Stake): Json {
	return {
		delegation: {
			voter: delegation.voterPubkey.toBase58(),
			stake: String(delegation.stake),
			activationEpoch: String(delegation.activationEpoch),
			deactivationEpoch: String(delegation.deactivationEpoch),
		},
		creditsObserved,
	};
}

/** The parsed form of a stake account; null where it does not decode. */
export function parseStake(data: Uint8Array): Json {
	const decoded = decodeStakeState(data);
	if (!decoded.ok) return null;
	const state = decoded.value;
	switch (state.kind) {
		case 'Uninitialized':
			return { type: 'uninitialized' };
		case 'Initialized':
			return { type: 'initialized', info: { meta: encodeMeta(state.meta), stake: null } };
		case 'Stake':
			return {
				type: 'delegated',
				info: { meta: encodeMeta(state.meta), stake: encodeStake(state.stake) },
			};
		case 'RewardsPool':
			return { type: 'rewardsPool' };
	}
}
