/**
 * What a chain starts from: the defaults of {@link GenesisOptions}, and the accounts they make.
 *
 * Source: solana-runtime genesis_utils.rs, solana-test-validator (amounts, schedule).
 */
import { ed25519PublicKey, sha256 } from '@parhelion/crypto';
import {
	ByteWriter,
	createAccount,
	EpochSchedule,
	FeatureSet,
	type Lamports,
	Pubkey,
	programIds,
	Rent,
	type Slot,
	sysvarIds,
	type UnixTimestamp,
} from '@parhelion/sdk';
import { DEFAULT_LAMPORTS_PER_SIGNATURE } from '@parhelion/svm';
import type { GenesisOptions, Keypair, Voter } from '../bank/bank-types.ts';
import {
	createBootstrapStakeAccount,
	createVoteAccount,
	DEFAULT_STAKE_LAMPORTS,
	epochRewardsAccount,
	validatorLamports,
} from './bootstrap-genesis.ts';
import { defaultFeeRateGovernor, deriveFeeRateGovernor, type FeeRateGovernor } from './fee-rate-governor.ts';
import {
	builtinAccounts,
	featureAccounts,
	type KeyedAccount,
	precompileAccounts,
	programAccounts,
} from './genesis-accounts.ts';
import { createGenesisConfig, defaultPohConfig, type GenesisConfig } from './genesis-config.ts';

/** Lamports of a SOL. */
export const LAMPORTS_PER_SOL = 1_000_000_000n;
/** What the test validator gives its faucet. */
const DEFAULT_FAUCET_LAMPORTS: Lamports = 500_000_000n * LAMPORTS_PER_SOL;
/** What the test validator gives its identity. */
const DEFAULT_IDENTITY_LAMPORTS: Lamports = 500n * LAMPORTS_PER_SOL;
/** Milliseconds of a slot before any of the features that shorten it takes effect. */
export const MS_PER_SLOT = 400n;
/** Nanoseconds of a tick, of which a slot has 64. */
const TICK_NANOSECONDS = (Number(MS_PER_SLOT) * 1_000_000) / 64;
/** Transactions kept for queries where nothing else is asked for. */
const DEFAULT_HISTORY_LIMIT = 100_000;

/** The key pair of a 32-byte seed. RangeError for any other length. */
export function keypairFromSeed(seed: Uint8Array): Keypair {
	return { seed: new Uint8Array(seed), pubkey: Pubkey.fromBytes(ed25519PublicKey(seed)) };
}

/** A key pair that is the same in every run. */
function wellKnownKeypair(name: string): Keypair {
	return keypairFromSeed(sha256(new TextEncoder().encode(`parhelion ${name}`)));
}

/** A validator whose keys are the same in every run. */
export function defaultVoter(): Voter {
	return { identity: wellKnownKeypair('identity'), vote: wellKnownKeypair('vote account') };
}

/** A signature costs 5,000 lamports, however many there are. */
const FIXED_FEE: FeeRateGovernor = deriveFeeRateGovernor(
	{
		...defaultFeeRateGovernor(),
		targetLamportsPerSignature: DEFAULT_LAMPORTS_PER_SIGNATURE,
		targetSignaturesPerSlot: 0n,
	},
	0n,
);

/** What a chain runs with, whatever it began from. */
export interface ChainSettings {
	readonly faucet: Keypair;
	readonly identity: Pubkey;
	/** Votes for the blocks; `null`: nobody does. */
	readonly voter: Voter | null;
	readonly unixTimestamp: (slot: Slot) => UnixTimestamp;
	readonly logBytesLimit: number | null;
	readonly historyLimit: number;
}

/** {@link GenesisOptions} with nothing left out. */
export interface Genesis extends ChainSettings {
	readonly config: GenesisConfig;
}

/** Fills in the defaults of a chain that began at `creationTime`, in seconds since 1970. */
export function resolveSettings(
	options: Partial<ChainSettings>,
	creationTime: UnixTimestamp,
	historyLimit: number = DEFAULT_HISTORY_LIMIT,
): ChainSettings {
	return {
		faucet: options.faucet ?? wellKnownKeypair('faucet'),
		identity: options.voter?.identity.pubkey ?? options.identity ?? wellKnownKeypair('identity').pubkey,
		voter: options.voter ?? null,
		unixTimestamp: options.unixTimestamp ?? ((at) => creationTime + (at * MS_PER_SLOT) / 1000n),
		logBytesLimit: options.logBytesLimit === undefined ? null : options.logBytesLimit,
		historyLimit: options.historyLimit ?? historyLimit,
	};
}

/** Fills in the defaults and makes the accounts. RangeError for a program whose loader is not v1, v2 or v3. */
export function resolveGenesis(options: GenesisOptions): Genesis {
	const featureSet = FeatureSet.default();
	// Whatever slot they were activated in elsewhere: here they are active from the first.
	for (const [id] of (options.featureSet ?? FeatureSet.mainnet()).activeFeatures())
		featureSet.activate(id, 0n);
	const rent = options.rent ?? Rent.default();
	const creationTime = options.creationTime ?? 0n;
	const settings = resolveSettings(options, creationTime);
	const { faucet, identity, voter } = settings;
	const minimumBalance = (length: number): Lamports => rent.minimumBalance(length);
	const accounts: KeyedAccount[] = [
		...featureAccounts(featureSet, minimumBalance),
		...builtinAccounts(featureSet),
		...precompileAccounts(),
		[faucet.pubkey, createAccount({ lamports: options.faucetLamports ?? DEFAULT_FAUCET_LAMPORTS })],
		[identity, createAccount({ lamports: DEFAULT_IDENTITY_LAMPORTS })],
		[sysvarIds.epochRewards, epochRewardsAccount(rent)],
	];
	for (const program of options.programs ?? []) {
		const made = programAccounts(
			{
				programId: program.programId,
				loader: program.loader,
				elf: program.elf,
				slot: 0n,
				upgradeAuthority: program.upgradeAuthority ?? null,
			},
			minimumBalance,
		);
		if (made === null) {
			throw new RangeError(
				`program ${program.programId}: the loader must be v1, v2 or v3 (upgradeable), not ${program.loader}`,
			);
		}
		accounts.push(...made);
	}
	if (voter !== null) accounts.push(...voterAccounts(voter, rent));
	accounts.push(...(options.accounts ?? []));
	return {
		...settings,
		config: createGenesisConfig({
			creationTime,
			accounts,
			rent,
			epochSchedule: options.epochSchedule ?? EpochSchedule.withoutWarmup(),
			...(options.ticksPerSlot === undefined ? {} : { ticksPerSlot: options.ticksPerSlot }),
			feeRateGovernor: FIXED_FEE,
			pohConfig: { ...defaultPohConfig(), targetTickDuration: { secs: 0n, nanos: TICK_NANOSECONDS } },
			clusterType: 'Development',
		}),
	};
}

/** The vote account of a validator and the stake that is delegated to it. */
function voterAccounts({ identity, vote }: Voter, rent: Rent): KeyedAccount[] {
	const keys = { identity: identity.pubkey, vote: vote.pubkey, stake: wellKnownKeypair('stake').pubkey };
	const { vote: voteLamports, stake: stakeLamports } = validatorLamports(DEFAULT_STAKE_LAMPORTS, rent);
	return [
		[keys.vote, createVoteAccount(keys, voteLamports)],
		[keys.stake, createBootstrapStakeAccount(keys.stake, keys.vote, rent, stakeLamports)],
	];
}

/** The system program's transfer instruction, for airdrops. */
export function transferInstruction(
	from: Pubkey,
	to: Pubkey,
	lamports: Lamports,
): {
	readonly programId: Pubkey;
	readonly accounts: readonly { pubkey: Pubkey; isSigner: boolean; isWritable: boolean }[];
	readonly data: Uint8Array;
} {
	return {
		programId: programIds.systemProgram,
		accounts: [
			{ pubkey: from, isSigner: true, isWritable: true },
			{ pubkey: to, isSigner: false, isWritable: true },
		],
		data: new ByteWriter(12).u32(2).u64(lamports).finish(),
	};
}
