/** `getVoteAccounts`: who votes, and who has stopped. Errors: -32602 (no address), -32600 (no stakes of the epoch). */
import type { Bank } from '@parhelion/runtime';
import type { Pubkey, Slot } from '@parhelion/sdk';
import { commissionBps, commissionPercent } from '../encode/accounts/vote.ts';
import type { Json } from '../json/write.ts';
import { bankWithConfig } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readGetVoteAccountsConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { fail, JsonRpcError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

const DELINQUENT_VALIDATOR_SLOT_DISTANCE = 128n;
const MAX_EPOCH_CREDITS_HISTORY = 5;

interface Voter {
	readonly lastVote: Slot;
	readonly stake: bigint;
	readonly json: Json;
}

function votersOf(bank: Bank, isEpochVoter: (key: string) => boolean, only: Pubkey | null): Voter[] {
	const voters: Voter[] = [];
	const hasBps = bank.features.commissionRateInBasisPoints;
	for (const [key, { pubkey, versions }] of bank.stakes.voteAccounts) {
		if (only !== null && !pubkey.equals(only)) continue;
		const { state } = versions;
		const stake = bank.stakes.stakeOf(pubkey);
		const lastVote = state.votes.at(-1)?.slot ?? 0n;
		const bps = commissionBps(versions);
		// Cut without the feature, rounded up with it.
		const percent = hasBps ? commissionPercent(versions) : Math.min(255, Math.trunc(bps / 100));
		const json = {
			votePubkey: pubkey.toBase58(),
			nodePubkey: state.nodePubkey.toBase58(),
			activatedStake: stake,
			commission: percent,
			inflationRewardsCommissionBps: hasBps ? bps : percent * 100,
			epochVoteAccount: isEpochVoter(key),
			epochCredits: state.epochCredits
				.slice(-MAX_EPOCH_CREDITS_HISTORY)
				.map(({ epoch, credits, prevCredits }) => [epoch, credits, prevCredits]),
			lastVote,
			rootSlot: state.rootSlot ?? 0n,
		};
		voters.push({ lastVote, stake, json });
	}
	return voters;
}

export const getVoteAccounts: Method = method(
	'getVoteAccounts',
	[opt(readGetVoteAccountsConfig)],
	(node, config) => {
		const only = config?.votePubkey ?? null;
		const onlyPubkey = only === null ? null : verifyPubkey(only);
		const bank = bankWithConfig(node, config);
		const epochStakes = bank.epochStakes.get(bank.epoch);
		if (epochStakes === undefined) return fail(JsonRpcError.invalidRequest);
		const distance = config?.delinquentSlotDistance ?? DELINQUENT_VALIDATOR_SLOT_DISTANCE;
		const oldest = bank.slot >= distance ? bank.slot - distance : 0n;
		const voters = votersOf(bank, (key) => epochStakes.voteAccounts.has(key), onlyPubkey);
		const keepsUnstaked = config?.keepUnstakedDelinquents === true;
		return {
			current: voters.filter(({ lastVote }) => lastVote > oldest).map(({ json }) => json),
			delinquent: voters
				.filter(({ lastVote, stake }) => lastVote <= oldest && (keepsUnstaked || stake > 0n))
				.map(({ json }) => json),
		};
	},
);
