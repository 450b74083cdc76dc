import {
	createAccount,
	decodeFeature,
	EpochSchedule,
	encodeFeature,
	encodeVoteStateVersions,
	FeatureSet,
	featureId,
	Hash,
	Pubkey,
	programIds,
	Rent,
	sysvarIds,
	U64_MAX,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { createBootstrapGenesis, createBootstrapStakeAccount } from '../genesis/bootstrap-genesis.ts';
import { defaultPohConfig } from '../genesis/genesis-config.ts';
import { LAMPORTS_PER_SOL } from '../genesis/local-genesis.ts';
import { Bank } from './bank.ts';
import type { SlotLeader } from './leader-schedule.ts';
import { createDelegation, encodeStakeState, NO_LOCKUP } from './stakes/stake-state.ts';
import { VoteAccount } from './stakes/vote-account.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const leader: SlotLeader = { id: key(200), voteAddress: key(201) };
const stakeAddress = key(202);
const SLOTS_PER_EPOCH = 32n;
const pending = featureId('set_lamports_per_byte_to_6333');

function genesisBank(): Bank {
	const features = FeatureSet.mainnet();
	features.deactivate(pending);
	// Else the commission would be that of an epoch before the chain.
	features.deactivate(featureId('delay_commission_updates'));
	const config = createBootstrapGenesis({
		faucet: key(1),
		validator: { identity: leader.id, vote: leader.voteAddress, stake: stakeAddress },
		stakeLamports: 1_000n * LAMPORTS_PER_SOL,
		features,
		epochSchedule: EpochSchedule.custom(SLOTS_PER_EPOCH, SLOTS_PER_EPOCH, false),
		creationTime: 1_700_000_000n,
		ticksPerSlot: 1n,
		// A slot of 400 ms is one tick.
		pohConfig: { ...defaultPohConfig(), targetTickDuration: { secs: 0n, nanos: 400_000_000 } },
		accounts: [
			[pending, createAccount({ lamports: 953_520n, data: encodeFeature(null), owner: programIds.feature })],
		],
	});
	return Bank.newFromGenesis(config, leader, new AccountsDb({ storage: new MemoryStorage() }), {
		unixTimestamp: (slot) => 1_700_000_000n + slot,
	});
}

/** The bank of `slot`, on the parent with all its ticks. */
function advance(parent: Bank, slot: bigint): Bank {
	while (!parent.isComplete) parent.registerTick(Hash.fromBytes(key(Number(parent.slot % 250n) + 1).bytes));
	return Bank.newFromParent(parent, leader, slot);
}

/** What the bootstrap validator is staked with. */
function bootstrapStake(bank: Bank): bigint {
	return bank.stakes.delegations.get(stakeAddress.key)!.stake.delegation.stake;
}

describe('an epoch boundary', () => {
	it('finds the stakes of genesis, and leads every slot by the only validator', () => {
		const bank = genesisBank();
		const stake = bootstrapStake(bank);
		expect(stake).toBe(1_000n * LAMPORTS_PER_SOL - bank.rent.minimumBalance(200));
		expect([...bank.epochStakes.keys()]).toEqual([0n, 1n]);
		expect(bank.getEpochStake()).toBe(stake);
		expect(bank.getEpochStakeForVoteAccount(leader.voteAddress)).toBe(stake);
		expect(bank.leaderAt(5n)).toEqual(leader);
		expect(bank.leaderAt(2n * SLOTS_PER_EPOCH)).toBeNull();
	});

	it('writes the ended epoch into the stake history and takes the stakes of the one after next', () => {
		const bank = advance(genesisBank(), SLOTS_PER_EPOCH);
		expect(bank.epoch).toBe(1n);
		const effective = bootstrapStake(bank);
		expect(bank.stakes.history.get(0n)).toEqual({ effective, activating: 0n, deactivating: 0n });
		expect(bank.processor.sysvarCache.getStakeHistory().get(0n)?.effective).toBe(effective);
		expect([...bank.epochStakes.keys()]).toEqual([0n, 1n, 2n]);
		expect(bank.clock()).toMatchObject({ epoch: 1n, epochStartTimestamp: 1_700_000_000n + SLOTS_PER_EPOCH });
		const later = advance(bank, 7n * SLOTS_PER_EPOCH + 3n);
		expect([...later.epochStakes.keys()]).toEqual([8n]);
	});

	it('pays what the votes have earned: the commission at once, the stakes in the block after', () => {
		const genesis = genesisBank();
		const vote = VoteAccount.from(leader.voteAddress, genesis.getAccount(leader.voteAddress)!)!;
		if (vote.versions.version !== 'V4') throw new Error('genesis makes V4 vote accounts');
		const data = new Uint8Array(vote.account.data.length);
		const epochCredits = [{ epoch: 0n, credits: 100n, prevCredits: 0n }];
		const state = { ...vote.versions.state, epochCredits, inflationRewardsCommissionBps: 1_000 };
		data.set(encodeVoteStateVersions({ version: 'V4', state }));
		genesis.store(leader.voteAddress, { ...vote.account, data });

		// By hand: 8 % a year less 15 % of that each year, 5 % of it to the foundation, for 32 slots of the year.
		const years = Number(SLOTS_PER_EPOCH) / 78_892_314.984;
		const rate = 0.08 * (1 - 0.15) ** years * (1 - 0.05);
		const before = advance(genesis, SLOTS_PER_EPOCH - 1n);
		const paidBefore = before.getBalance(leader.voteAddress);
		const stakedBefore = before.getBalance(stakeAddress);
		const first = advance(before, SLOTS_PER_EPOCH);
		const expected = BigInt(Math.trunc(rate * Number(before.capitalization) * years));
		const commission = expected / 10n;

		const rewards = first.processor.sysvarCache.getEpochRewards();
		expect(Number(rewards.totalRewards - expected)).toBeCloseTo(0, -1);
		expect(rewards).toMatchObject({ numPartitions: 1n, active: true, distributionStartingBlockHeight: 3n });
		expect(first.getBalance(leader.voteAddress) - paidBefore).toBe(rewards.distributedRewards);
		expect(Number(rewards.distributedRewards - commission)).toBeCloseTo(0, -1);
		expect(first.rewards).toEqual([
			{
				pubkey: leader.voteAddress,
				type: 'Voting',
				lamports: rewards.distributedRewards,
				postBalance: first.getBalance(leader.voteAddress),
				// Not told any more since commissions may go elsewhere (SIMD-0232).
				commission: null,
			},
		]);
		expect(first.getBalance(stakeAddress)).toBe(stakedBefore);

		const second = advance(first, SLOTS_PER_EPOCH + 1n);
		const stakeReward = second.getBalance(stakeAddress) - stakedBefore;
		// What is left of a lamport on either side is nobody's.
		expect(Number(rewards.totalRewards - rewards.distributedRewards - stakeReward)).toBeLessThan(2);
		expect(bootstrapStake(second)).toBe(bootstrapStake(first) + stakeReward);
		expect(second.rewards[0]).toMatchObject({ pubkey: stakeAddress, type: 'Staking', lamports: stakeReward });
		expect(second.processor.sysvarCache.getEpochRewards()).toMatchObject({
			active: false,
			distributedRewards: rewards.distributedRewards + stakeReward,
		});
		let sum = 0n;
		for (const [, { lamports }] of second.shared.accountsDb.accounts(second.ancestors)) sum += lamports;
		expect(second.capitalization).toBe(sum);
	});

	it('activates the features that wait, with what follows from them', () => {
		const bank = genesisBank();
		const before = advance(bank, SLOTS_PER_EPOCH - 1n);
		expect(before.featureSet.isActive(pending)).toBe(false);
		const after = advance(before, SLOTS_PER_EPOCH);
		expect(after.featureSet.activatedSlot(pending)).toBe(SLOTS_PER_EPOCH);
		const decoded = decodeFeature(after.getAccount(pending)!.data);
		expect(decoded.ok && decoded.value).toBe(SLOTS_PER_EPOCH);
		expect(after.rent.lamportsPerByte).toBe(6_333n);
		expect(after.processor.sysvarCache.getRent().lamportsPerByte).toBe(6_333n);
		expect(after.getAccount(sysvarIds.rent)?.data.length).toBe(17);
		// The fork that stays in the old epoch knows nothing of it.
		expect(before.rent.lamportsPerByte).toBe(Rent.default().lamportsPerByte);
	});

	it('warms a new delegation up from the next epoch on, and forgets one that is closed', () => {
		const bank = genesisBank();
		const delegator = key(7);
		const authorized = { staker: delegator, withdrawer: delegator };
		const amount = 50n * LAMPORTS_PER_SOL;
		const account = createBootstrapStakeAccount(delegator, leader.voteAddress, bank.rent, amount);
		const stake = amount - bank.rent.minimumBalance(200);
		const delegation = createDelegation(leader.voteAddress, stake, 0n);
		const data = encodeStakeState({
			kind: 'Stake',
			meta: { rentExemptReserve: amount - stake, authorized, lockup: NO_LOCKUP },
			stake: { delegation, creditsObserved: 0n },
			flags: 0,
		});
		bank.store(delegator, { ...account, data });
		const base = bootstrapStake(bank);
		expect(bank.stakes.stakeOf(leader.voteAddress)).toBe(base);
		const next = advance(bank, SLOTS_PER_EPOCH);
		expect(next.stakes.history.get(0n)).toEqual({ effective: base, activating: stake, deactivating: 0n });
		// 9 % of a thousand SOL may become effective in an epoch: all of fifty.
		expect(next.stakes.stakeOf(leader.voteAddress)).toBe(base + stake);
		next.store(delegator, createAccount({ owner: programIds.stake }));
		expect(next.stakes.stakeOf(leader.voteAddress)).toBe(base);
		expect(bank.stakes.delegations.has(delegator.key)).toBe(true);
		expect(delegation.deactivationEpoch).toBe(U64_MAX);
	});
});
