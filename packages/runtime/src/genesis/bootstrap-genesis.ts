/**
 * Builds the genesis of a cluster with one validator: faucet, identity, vote and stake account, features, programs.
 *
 * Sources: solana-runtime genesis_utils.rs (`create_genesis_config_with_leader_ex_no_features`, `create_validator`,
 * `add_genesis_stake_config_account`, `add_genesis_epoch_rewards_account`, `activate_feature`), stake_utils.rs
 * (`create_stake_account`), solana-vote-program (`create_v4_account_with_authorized`), and the amounts of
 * solana-test-validator.
 */

import {
	type AccountSharedData,
	AuthorizedVoters,
	createAccount,
	EPOCH_REWARDS_SIZE,
	EpochSchedule,
	encodeFeature,
	encodeVoteStateVersions,
	FEATURE_ACCOUNT_SIZE,
	type FeatureSet,
	featureId,
	type Lamports,
	type Pubkey,
	programIds,
	Rent,
	sysvarIds,
	U64_MAX,
	VOTE_STATE_SIZE,
} from '@parhelion/sdk';
import { MINT_SIZE, NATIVE_MINT, NATIVE_MINT_DECIMALS } from '../bank/generic-token.ts';
import {
	createDelegation,
	encodeStakeState,
	NO_LOCKUP,
	STAKE_STATE_SIZE,
} from '../bank/stakes/stake-state.ts';
import { createFeeRateGovernor, type FeeRateGovernor } from './fee-rate-governor.ts';
import type { KeyedAccount } from './genesis-accounts.ts';
import { createGenesisConfig, type GenesisConfig, type GenesisConfigFields } from './genesis-config.ts';

const LAMPORTS_PER_SOL = 1_000_000_000n;
/** What the test validator gives its faucet: 500 million SOL. */
const DEFAULT_FAUCET_LAMPORTS: Lamports = 500_000_000n * LAMPORTS_PER_SOL;
/** What the test validator gives its identity: 500 SOL. */
const DEFAULT_IDENTITY_LAMPORTS: Lamports = 500n * LAMPORTS_PER_SOL;
/** What the test validator stakes: a million SOL. */
export const DEFAULT_STAKE_LAMPORTS: Lamports = 1_000_000n * LAMPORTS_PER_SOL;
/** Lamports a vote account may have to burn for an epoch, and for how many it must be able to (SIMD-0357). */
const VAT_TO_BURN_PER_EPOCH: Lamports = 1_600_000_000n;
const VAT_EPOCHS = 100n;

const BLS_KEY_LENGTH = 48;
/** All the commission a V4 vote account of genesis takes of block revenue: 100 % in basis points. */
const BLOCK_REVENUE_COMMISSION_BPS = 10_000;

/** The addresses of a validator. */
export interface BootstrapValidator {
	readonly identity: Pubkey;
	readonly vote: Pubkey;
	readonly stake: Pubkey;
	/** 48 bytes; zeros where left out. */
	readonly blsPubkey?: Uint8Array;
}

/** What {@link createBootstrapGenesis} needs, and what it takes from the test validator if left out. */
export interface BootstrapGenesisOptions
	extends Pick<
		GenesisConfigFields,
		'creationTime' | 'ticksPerSlot' | 'pohConfig' | 'inflation' | 'clusterType'
	> {
	readonly faucet: Pubkey;
	readonly validator: BootstrapValidator;
	/** The features that are active from slot 0; `alpenglow` is left out, as upstream does. */
	readonly features: FeatureSet;
	readonly faucetLamports?: Lamports;
	readonly identityLamports?: Lamports;
	/** 0: the accounts are there, with nothing but their rent. */
	readonly stakeLamports?: Lamports;
	readonly feeRateGovernor?: FeeRateGovernor;
	readonly rent?: Rent;
	/** Without warmup where left out. */
	readonly epochSchedule?: EpochSchedule;
	/** Programs and whatever else shall be there; the accounts made here win over these. */
	readonly accounts?: Iterable<KeyedAccount>;
}

function larger(a: bigint, b: bigint): bigint {
	return a > b ? a : b;
}

/** The data of the account at `account`, cut or padded to `size`. */
function padded(data: Uint8Array, size: number): Uint8Array {
	const bytes = new Uint8Array(size);
	bytes.set(data);
	return bytes;
}

/** `create_v4_account_with_authorized`: a vote account that nobody has voted with. */
export function createVoteAccount(validator: BootstrapValidator, lamports: Lamports): AccountSharedData {
	const { identity, vote, blsPubkey } = validator;
	const data = encodeVoteStateVersions({
		version: 'V4',
		state: {
			nodePubkey: identity,
			authorizedWithdrawer: vote,
			rootSlot: null,
			authorizedVoters: AuthorizedVoters.of(0n, vote),
			epochCredits: [],
			lastTimestamp: { slot: 0n, timestamp: 0n },
			inflationRewardsCollector: vote,
			blockRevenueCollector: identity,
			inflationRewardsCommissionBps: 0,
			blockRevenueCommissionBps: BLOCK_REVENUE_COMMISSION_BPS,
			pendingDelegatorRewards: 0n,
			blsPubkeyCompressed: blsPubkey ?? new Uint8Array(BLS_KEY_LENGTH),
			votes: [],
		},
	});
	return createAccount({ lamports, data: padded(data, VOTE_STATE_SIZE), owner: programIds.vote });
}

/**
 * `create_stake_account`: everything beyond the rent is delegated, and active from the start. RangeError where
 * `lamports` do not cover the rent.
 */
export function createBootstrapStakeAccount(
	authorized: Pubkey,
	vote: Pubkey,
	rent: Rent,
	lamports: Lamports,
): AccountSharedData {
	const rentExemptReserve = rent.minimumBalance(STAKE_STATE_SIZE);
	if (lamports < rentExemptReserve) {
		throw new RangeError(`a stake account needs ${rentExemptReserve} lamports, not ${lamports}`);
	}
	const data = encodeStakeState({
		kind: 'Stake',
		meta: {
			rentExemptReserve,
			authorized: { staker: authorized, withdrawer: authorized },
			lockup: NO_LOCKUP,
		},
		stake: { delegation: createDelegation(vote, lamports - rentExemptReserve, U64_MAX), creditsObserved: 0n },
		flags: 0,
	});
	return createAccount({ lamports, data, owner: programIds.stake });
}

/** The account of {@link NATIVE_MINT} in a genesis: nine decimals, no authorities. */
export function nativeMintAccount(): AccountSharedData {
	const data = new Uint8Array(MINT_SIZE);
	data[44] = NATIVE_MINT_DECIMALS;
	data[45] = 1;
	return createAccount({ lamports: LAMPORTS_PER_SOL, data, owner: programIds.splToken, rentEpoch: 1n });
}

/** The stake program's configuration: no keys, a warmup rate of 0.25 (f64), a slash penalty of 12. */
export function stakeConfigAccount(rent: Rent): AccountSharedData {
	const data = new Uint8Array(10);
	new DataView(data.buffer).setFloat64(1, 0.25, true);
	data[9] = 12;
	return createAccount({
		lamports: larger(rent.minimumBalance(data.length), 1n),
		data,
		owner: programIds.config,
	});
}

/** The sysvar of rewards that are distributed: none are. Without it the stake program fails until the first rewards. */
export function epochRewardsAccount(rent: Rent): AccountSharedData {
	return createAccount({
		lamports: larger(rent.minimumBalance(EPOCH_REWARDS_SIZE), 1n),
		data: new Uint8Array(EPOCH_REWARDS_SIZE),
		owner: sysvarIds.owner,
		rentEpoch: U64_MAX,
	});
}

/** The lamports of a validator's vote and stake account. */
export function validatorLamports(
	stakeLamports: Lamports,
	rent: Rent,
): { readonly vote: Lamports; readonly stake: Lamports } {
	const stakeRent = rent.minimumBalance(STAKE_STATE_SIZE);
	if (stakeLamports === 0n) return { vote: rent.minimumBalance(VOTE_STATE_SIZE), stake: stakeRent };
	const voteMinimum = VAT_TO_BURN_PER_EPOCH * VAT_EPOCHS + Rent.default().minimumBalance(VOTE_STATE_SIZE);
	return { vote: larger(stakeLamports, voteMinimum), stake: larger(stakeLamports, stakeRent + 1n) };
}

/**
 * The genesis of a cluster with one staked validator. Builtins and precompiles are no part of a genesis: the bank
 * adds them when it starts.
 *
 * RangeError for a BLS key that has not 48 bytes.
 */
export function createBootstrapGenesis(options: BootstrapGenesisOptions): GenesisConfig {
	const { faucet, validator, features } = options;
	if (validator.blsPubkey !== undefined && validator.blsPubkey.length !== BLS_KEY_LENGTH) {
		throw new RangeError(
			`a compressed BLS key has ${BLS_KEY_LENGTH} bytes, not ${validator.blsPubkey.length}`,
		);
	}
	const rent = options.rent ?? Rent.default();
	const lamports = validatorLamports(options.stakeLamports ?? DEFAULT_STAKE_LAMPORTS, rent);
	const accounts: KeyedAccount[] = [
		...(options.accounts ?? []),
		[faucet, createAccount({ lamports: options.faucetLamports ?? DEFAULT_FAUCET_LAMPORTS })],
		[validator.vote, createVoteAccount(validator, lamports.vote)],
		[validator.stake, createBootstrapStakeAccount(validator.stake, validator.vote, rent, lamports.stake)],
		[validator.identity, createAccount({ lamports: options.identityLamports ?? DEFAULT_IDENTITY_LAMPORTS })],
		[NATIVE_MINT, nativeMintAccount()],
		[programIds.stakeConfig, stakeConfigAccount(rent)],
		[sysvarIds.epochRewards, epochRewardsAccount(rent)],
	];
	const featureLamports = larger(rent.minimumBalance(FEATURE_ACCOUNT_SIZE), 1n);
	const alpenglow = featureId('alpenglow');
	for (const [id] of features.activeFeatures()) {
		if (id.equals(alpenglow)) continue;
		accounts.push([
			id,
			createAccount({ lamports: featureLamports, data: encodeFeature(0n), owner: programIds.feature }),
		]);
	}
	return createGenesisConfig({
		...(options.creationTime === undefined ? {} : { creationTime: options.creationTime }),
		...(options.ticksPerSlot === undefined ? {} : { ticksPerSlot: options.ticksPerSlot }),
		...(options.pohConfig === undefined ? {} : { pohConfig: options.pohConfig }),
		...(options.inflation === undefined ? {} : { inflation: options.inflation }),
		...(options.clusterType === undefined ? {} : { clusterType: options.clusterType }),
		feeRateGovernor: options.feeRateGovernor ?? createFeeRateGovernor(10_000n, 20_000n),
		rent,
		epochSchedule: options.epochSchedule ?? EpochSchedule.withoutWarmup(),
		accounts,
	});
}
