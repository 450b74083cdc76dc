/**
 * Owns `genesis.bin`: what a cluster starts from, read and written byte for byte as Agave does, and its hash.
 *
 * Sources: crates `solana-genesis-config` (`GenesisConfig`), `solana-poh-config`, `solana-cluster-type`,
 * `solana-shred-version`, `solana-account` (`Account`). The layout is bincode's: fixed-width little-endian integers,
 * u64 lengths, u32 enum tags.
 *
 * As upstream's reader does, {@link decodeGenesisConfig} takes accounts in any order (the last of a doubled key
 * wins), carries surplus nanoseconds into seconds, and ignores bytes after the end; {@link encodeGenesisConfig}
 * writes the one normal form, and the hash is of that.
 */
import { sha256 } from '@parhelion/crypto';
import {
	type AccountSharedData,
	ByteReader,
	ByteWriter,
	catchFault,
	createAccount,
	EpochSchedule,
	Fault,
	Hash,
	type Pubkey,
	Rent,
	type Result,
	U64_MAX,
	type UnixTimestamp,
	type WireError,
} from '@parhelion/sdk';
import { defaultInflation, type Inflation, readInflation, writeInflation } from '../bank/inflation.ts';
import {
	defaultFeeRateGovernor,
	type FeeRateGovernor,
	readFeeRateGovernor,
	writeFeeRateGovernor,
} from './fee-rate-governor.ts';

/** The name of the file in a ledger folder. */
export const DEFAULT_GENESIS_FILE = 'genesis.bin';
/** Bytes a genesis archive may unpack to (`MAX_GENESIS_ARCHIVE_UNPACKED_SIZE`): 10 MiB. */
export const MAX_GENESIS_SIZE: number = 10 * 1024 * 1024;
/** Ticks of a slot. */
export const DEFAULT_TICKS_PER_SLOT = 64n;
/** Nanoseconds of a tick: 64 of them make a slot of 300 ms (`DEFAULT_NS_PER_TICK`). */
export const DEFAULT_NANOS_PER_TICK = 4_687_500;

const NANOS_PER_SECOND = 1_000_000_000;
/** The value of a field that has had no meaning since v0.23. */
const UNUSED_DEFAULT = 1024n;
/** The tags of `ClusterType`, in order. */
const CLUSTER_TYPES = ['Testnet', 'MainnetBeta', 'Devnet', 'Development'] as const;

/** Which cluster this is. */
export type ClusterType = (typeof CLUSTER_TYPES)[number];

/** The genesis hashes of the public clusters (`ClusterType::get_genesis_hash`). */
export const CLUSTER_GENESIS_HASHES: Readonly<Record<Exclude<ClusterType, 'Development'>, string>> =
	Object.freeze({
		MainnetBeta: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d',
		Testnet: '4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY',
		Devnet: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG',
	});

/** A span of time, as Rust's `Duration` is stored. */
export interface Duration {
	/** Whole seconds (u64). */
	readonly secs: bigint;
	/** 0 to 999,999,999. */
	readonly nanos: number;
}

/** How proof of history ticks. */
export interface PohConfig {
	readonly targetTickDuration: Duration;
	/** For tests of upstream only. */
	readonly targetTickCount: bigint | null;
	/** Hashes from tick to tick; null: the validator sleeps instead of hashing. */
	readonly hashesPerTick: bigint | null;
}

/** What a cluster starts from. */
export interface GenesisConfig {
	readonly creationTime: UnixTimestamp;
	/** By `Pubkey.key`; the order of the map does not matter. */
	readonly accounts: ReadonlyMap<string, readonly [Pubkey, AccountSharedData]>;
	readonly nativeInstructionProcessors: readonly (readonly [name: string, id: Pubkey])[];
	/** Accounts outside the capitalisation, by `Pubkey.key`. */
	readonly rewardsPools: ReadonlyMap<string, readonly [Pubkey, AccountSharedData]>;
	readonly ticksPerSlot: bigint;
	readonly unused: bigint;
	readonly pohConfig: PohConfig;
	readonly backwardsCompatWithV023: bigint;
	readonly feeRateGovernor: FeeRateGovernor;
	readonly rent: Rent;
	readonly inflation: Inflation;
	readonly epochSchedule: EpochSchedule;
	readonly clusterType: ClusterType;
}

/** What may be left out of {@link createGenesisConfig}. */
export type GenesisConfigFields = Partial<Omit<GenesisConfig, 'accounts' | 'rewardsPools'>> & {
	readonly accounts?: Iterable<readonly [Pubkey, AccountSharedData]>;
	readonly rewardsPools?: Iterable<readonly [Pubkey, AccountSharedData]>;
};

function byKey(
	accounts: Iterable<readonly [Pubkey, AccountSharedData]>,
): Map<string, readonly [Pubkey, AccountSharedData]> {
	const map = new Map<string, readonly [Pubkey, AccountSharedData]>();
	for (const pair of accounts) map.set(pair[0].key, pair);
	return map;
}

/** `GenesisConfig::default` with these fields instead; the creation time is 0 where it is left out (no clock here). */
export function createGenesisConfig(fields: GenesisConfigFields = {}): GenesisConfig {
	return {
		creationTime: fields.creationTime ?? 0n,
		accounts: byKey(fields.accounts ?? []),
		nativeInstructionProcessors: fields.nativeInstructionProcessors ?? [],
		rewardsPools: byKey(fields.rewardsPools ?? []),
		ticksPerSlot: fields.ticksPerSlot ?? DEFAULT_TICKS_PER_SLOT,
		unused: fields.unused ?? UNUSED_DEFAULT,
		pohConfig: fields.pohConfig ?? defaultPohConfig(),
		backwardsCompatWithV023: fields.backwardsCompatWithV023 ?? 0n,
		feeRateGovernor: fields.feeRateGovernor ?? defaultFeeRateGovernor(),
		rent: fields.rent ?? Rent.default(),
		inflation: fields.inflation ?? defaultInflation(),
		epochSchedule: fields.epochSchedule ?? EpochSchedule.default(),
		clusterType: fields.clusterType ?? 'Development',
	};
}

/** `PohConfig::default`: no hashing, ticks of {@link DEFAULT_NANOS_PER_TICK}. */
export function defaultPohConfig(): PohConfig {
	return {
		targetTickDuration: { secs: 0n, nanos: DEFAULT_NANOS_PER_TICK },
		targetTickCount: null,
		hashesPerTick: null,
	};
}

/** Nanoseconds of a slot (`ns_per_slot`, u128). */
export function nanosPerSlot(config: GenesisConfig): bigint {
	const { secs, nanos } = config.pohConfig.targetTickDuration;
	return (secs * BigInt(NANOS_PER_SECOND) + BigInt(nanos)) * config.ticksPerSlot;
}

const SECONDS_PER_YEAR = 365.242_199 * 24 * 60 * 60;

/** Slots of a year by the genesis' ticks (`slots_per_year`, a double computed in upstream's order). */
export function slotsPerYear(config: GenesisConfig): number {
	const { secs, nanos } = config.pohConfig.targetTickDuration;
	const tickNanos = Number(secs * BigInt(NANOS_PER_SECOND) + BigInt(nanos));
	return (SECONDS_PER_YEAR * (NANOS_PER_SECOND / tickNanos)) / Number(config.ticksPerSlot);
}

function readAccounts(reader: ByteReader): Map<string, readonly [Pubkey, AccountSharedData]> {
	const count = reader.length64();
	const accounts = new Map<string, readonly [Pubkey, AccountSharedData]>();
	for (let i = 0; i < count; i++) {
		const pubkey = reader.pubkey();
		const lamports = reader.u64();
		const data = reader.copy(reader.length64());
		const owner = reader.pubkey();
		const executable = reader.bool();
		const rentEpoch = reader.u64();
		accounts.set(pubkey.key, [pubkey, createAccount({ lamports, data, owner, executable, rentEpoch })]);
	}
	return accounts;
}

function writeAccounts(
	writer: ByteWriter,
	accounts: ReadonlyMap<string, readonly [Pubkey, AccountSharedData]>,
): void {
	// a key is the 32 bytes as latin-1, so the order of strings is the order of bytes
	const keys = [...accounts.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
	writer.length64(keys.length);
	for (const key of keys) {
		const [pubkey, account] = accounts.get(key)!;
		writer.raw(pubkey.bytes).u64(account.lamports).length64(account.data.length).raw(account.data);
		writer.raw(account.owner.bytes).bool(account.executable).u64(account.rentEpoch);
	}
}

function readString(reader: ByteReader): string {
	const bytes = reader.take(reader.length64());
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw new Fault<WireError>({ kind: 'InvalidValue', message: 'invalid utf-8' });
	}
}

function readProcessors(reader: ByteReader): (readonly [string, Pubkey])[] {
	const count = reader.length64();
	const processors: (readonly [string, Pubkey])[] = [];
	for (let i = 0; i < count; i++) processors.push([readString(reader), reader.pubkey()]);
	return processors;
}

function readDuration(reader: ByteReader): Duration {
	const secs = reader.u64();
	const nanos = reader.u32();
	const carried = secs + BigInt(Math.floor(nanos / NANOS_PER_SECOND));
	if (carried > U64_MAX) {
		throw new Fault<WireError>({ kind: 'InvalidValue', message: 'overflow deserializing Duration' });
	}
	return { secs: carried, nanos: nanos % NANOS_PER_SECOND };
}

function readPohConfig(reader: ByteReader): PohConfig {
	return {
		targetTickDuration: readDuration(reader),
		targetTickCount: reader.option((r) => r.u64()),
		hashesPerTick: reader.option((r) => r.u64()),
	};
}

function readClusterType(reader: ByteReader): ClusterType {
	const tag = reader.u32();
	const type = CLUSTER_TYPES[tag];
	if (type === undefined) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
	return type;
}

/**
 * Reads a genesis. Errors: `InvalidValue` for more than {@link MAX_GENESIS_SIZE} bytes, then whatever the reader
 * meets first. Memory is bounded by the input: counts and lengths beyond it are refused before anything is made.
 */
export function decodeGenesisConfig(bytes: Uint8Array): Result<GenesisConfig, WireError> {
	return catchFault(() => {
		if (bytes.length > MAX_GENESIS_SIZE) {
			throw new Fault<WireError>({
				kind: 'InvalidValue',
				message: `a genesis has at most ${MAX_GENESIS_SIZE} bytes, not ${bytes.length}`,
			});
		}
		const reader = new ByteReader(bytes);
		return {
			creationTime: reader.i64(),
			accounts: readAccounts(reader),
			nativeInstructionProcessors: readProcessors(reader),
			rewardsPools: readAccounts(reader),
			ticksPerSlot: reader.u64(),
			unused: reader.u64(),
			pohConfig: readPohConfig(reader),
			backwardsCompatWithV023: reader.u64(),
			feeRateGovernor: readFeeRateGovernor(reader),
			rent: new Rent(reader.u64(), reader.f64(), reader.u8()),
			inflation: readInflation(reader),
			epochSchedule: new EpochSchedule(reader.u64(), reader.u64(), reader.bool(), reader.u64(), reader.u64()),
			clusterType: readClusterType(reader),
		};
	});
}

/** The bytes of `genesis.bin`. */
export function encodeGenesisConfig(config: GenesisConfig): Uint8Array {
	const writer = new ByteWriter(64 * 1024).i64(config.creationTime);
	writeAccounts(writer, config.accounts);
	writer.length64(config.nativeInstructionProcessors.length);
	for (const [name, id] of config.nativeInstructionProcessors) {
		const text = new TextEncoder().encode(name);
		writer.length64(text.length).raw(text).raw(id.bytes);
	}
	writeAccounts(writer, config.rewardsPools);
	const { pohConfig, rent, epochSchedule } = config;
	writer.u64(config.ticksPerSlot).u64(config.unused);
	writer.u64(pohConfig.targetTickDuration.secs).u32(pohConfig.targetTickDuration.nanos);
	writer.option(pohConfig.targetTickCount, (w, count) => w.u64(count));
	writer.option(pohConfig.hashesPerTick, (w, count) => w.u64(count));
	writer.u64(config.backwardsCompatWithV023);
	writeFeeRateGovernor(writer, config.feeRateGovernor);
	writer.u64(rent.lamportsPerByte).f64(rent.exemptionThreshold).u8(rent.burnPercent);
	writeInflation(writer, config.inflation);
	writer.u64(epochSchedule.slotsPerEpoch).u64(epochSchedule.leaderScheduleSlotOffset);
	writer.bool(epochSchedule.warmup).u64(epochSchedule.firstNormalEpoch).u64(epochSchedule.firstNormalSlot);
	return writer.u32(CLUSTER_TYPES.indexOf(config.clusterType)).finish();
}

/** The genesis hash: SHA-256 of {@link encodeGenesisConfig}. */
export function genesisConfigHash(config: GenesisConfig): Hash {
	return Hash.fromBytes(sha256(encodeGenesisConfig(config)));
}

/** Slots from which validators restarted a cluster together, ascending, each with how often. */
export type HardForks = readonly (readonly [slot: bigint, count: bigint])[];

/**
 * The number that shreds of this cluster carry (`compute_shred_version`): from the genesis hash and the hard forks;
 * 1 to 65535.
 */
export function computeShredVersion(genesisHash: Hash, hardForks: HardForks = []): number {
	let hash = genesisHash.bytes;
	for (const [slot, count] of hardForks) {
		hash = sha256(hash, new ByteWriter(16).u64(slot).u64(count).finish());
	}
	let high = 0;
	let low = 0;
	for (let i = 0; i < 32; i += 2) {
		high ^= hash[i]!;
		low ^= hash[i + 1]!;
	}
	return Math.min(((high << 8) | low) + 1, 0xffff);
}
