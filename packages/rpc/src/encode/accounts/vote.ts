/**
 * The `jsonParsed` form of vote accounts: every version as V4 shows it. Sources: solana-account-decoder 4.3.0
 * `parse_vote.rs`, solana-vote-interface 6.1.0 `state/vote_state_deserialize.rs`.
 */
import { base58Encode, decodeVoteStateVersions, type Pubkey, type VoteStateVersions } from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';

const BPS_OF_PERCENT = 100;
/** What a state before V4 gives the validator of a block's revenue. */
const DEFAULT_BLOCK_REVENUE_COMMISSION_BPS = 10_000;

type Known = Exclude<VoteStateVersions, { readonly version: 'Uninitialized' }>;

/** What V4 added, as the state has it or as an older state is taken. */
function v4Members(versions: Known, votePubkey: Pubkey): { readonly [key: string]: Json } {
	if (versions.version === 'V4') {
		const { state } = versions;
		return {
			inflationRewardsCommissionBps: state.inflationRewardsCommissionBps,
			inflationRewardsCollector: state.inflationRewardsCollector.toBase58(),
			blockRevenueCollector: state.blockRevenueCollector.toBase58(),
			blockRevenueCommissionBps: state.blockRevenueCommissionBps,
			pendingDelegatorRewards: String(state.pendingDelegatorRewards),
			blsPubkeyCompressed:
				state.blsPubkeyCompressed === null ? null : base58Encode(state.blsPubkeyCompressed),
		};
	}
	const { state } = versions;
	return {
		inflationRewardsCommissionBps: state.commission * BPS_OF_PERCENT,
		inflationRewardsCollector: votePubkey.toBase58(),
		blockRevenueCollector: state.nodePubkey.toBase58(),
		blockRevenueCommissionBps: DEFAULT_BLOCK_REVENUE_COMMISSION_BPS,
		pendingDelegatorRewards: '0',
		blsPubkeyCompressed: null,
	};
}

/** Percent of the inflation rewards that the validator keeps, rounded up, at most 255. */
export function commissionPercent(versions: Known): number {
	if (versions.version !== 'V4') return versions.state.commission;
	return Math.min(255, Math.ceil(versions.state.inflationRewardsCommissionBps / BPS_OF_PERCENT));
}

/** The same in basis points. */
export function commissionBps(versions: Known): number {
	if (versions.version !== 'V4') return versions.state.commission * BPS_OF_PERCENT;
	return versions.state.inflationRewardsCommissionBps;
}

/** The parsed form of the vote account at `pubkey`; null where it does not decode. */
export function parseVote(data: Uint8Array, pubkey: Pubkey): Json {
	const decoded = decodeVoteStateVersions(data);
	if (!decoded.ok || decoded.value.version === 'Uninitialized') return null;
	const versions = decoded.value;
	const { state } = versions;
	return {
		type: 'vote',
		info: {
			nodePubkey: state.nodePubkey.toBase58(),
			authorizedWithdrawer: state.authorizedWithdrawer.toBase58(),
			commission: commissionPercent(versions),
			votes: state.votes.map((vote) => ({
				latency: 'latency' in vote ? vote.latency : 0,
				slot: vote.slot,
				confirmationCount: vote.confirmationCount,
			})),
			rootSlot: state.rootSlot,
			authorizedVoters: [...state.authorizedVoters.entries()].map(([epoch, voter]) => ({
				epoch,
				authorizedVoter: voter.toBase58(),
			})),
			priorVoters: [],
			epochCredits: state.epochCredits.map(({ epoch, credits, prevCredits }) => ({
				epoch,
				credits: String(credits),
				previousCredits: String(prevCredits),
			})),
			lastTimestamp: { slot: state.lastTimestamp.slot, timestamp: state.lastTimestamp.timestamp },
			...v4Members(versions, pubkey),
		},
	};
}
