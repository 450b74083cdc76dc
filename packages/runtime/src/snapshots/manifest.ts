/**
 * Owns the bank's own fields in a snapshot: the file `snapshots/<slot>/<slot>`.
 *
 * Source: solana-runtime serde_snapshot.rs (`DeserializableBankSnapshot`: bank, accounts-db, extra fields), epoch_stakes.rs,
 * stakes/serde_stakes.rs; crate `solana-vote` (`VoteAccounts`). The layout is bincode's. Fields that upstream reads and
 * throws away are read and thrown away here. Counts are a stranger's word: no list grows faster than its bytes are read.
 */
import {
	type AccountSharedData,
	ByteReader,
	catchFault,
	createAccount,
	type Epoch,
	EpochSchedule,
	Fault,
	type Hash,
	type Lamports,
	type Pubkey,
	type Result,
	type Slot,
	StakeHistory,
	type StakeHistoryEntry,
	type WireError,
} from '@parhelion/sdk';
import { type Inflation, readInflation } from '../bank/inflation.ts';
import type { Delegation } from '../bank/stakes/stake-state.ts';
import { type FeeRateGovernor, readFeeRateGovernor } from '../genesis/fee-rate-governor.ts';

/** A recent blockhash. */
export interface SnapshotBlockhash {
	readonly hash: Hash;
	readonly lamportsPerSignature: Lamports;
	readonly hashIndex: bigint;
	/** Milliseconds since 1970 at the node that made it; without meaning to the chain. */
	readonly timestamp: bigint;
}

/** The blockhashes that transactions may name, in no order: `hashIndex` orders them. */
export interface SnapshotBlockhashQueue {
	readonly lastHashIndex: bigint;
	readonly lastHash: Hash | null;
	readonly hashes: readonly SnapshotBlockhash[];
	readonly maxAge: bigint;
}

/** A vote account and the stake delegated to it. */
export interface SnapshotVoteAccount {
	readonly pubkey: Pubkey;
	readonly stake: Lamports;
	readonly account: AccountSharedData;
}

/** The stakes cache of the bank. */
export interface SnapshotStakes {
	readonly voteAccounts: readonly SnapshotVoteAccount[];
	readonly stakeDelegations: readonly (readonly [stakeAccount: Pubkey, delegation: Delegation])[];
	readonly epoch: Epoch;
	readonly stakeHistory: StakeHistory;
}

/** The stakes that an epoch's leaders were and are chosen by (`VersionedEpochStakes::Current`). */
export interface SnapshotEpochStakes {
	/** The key of the bank's map: the epoch whose leader schedule these stakes make. */
	readonly leaderScheduleEpoch: Epoch;
	/** The epoch that the stakes were taken in. */
	readonly epoch: Epoch;
	readonly voteAccounts: readonly SnapshotVoteAccount[];
	readonly stakeHistory: StakeHistory;
	readonly totalStake: Lamports;
	readonly nodeIdToVoteAccounts: readonly (readonly [
		node: Pubkey,
		votes: { readonly voteAccounts: readonly Pubkey[]; readonly totalStake: Lamports },
	])[];
	readonly epochAuthorizedVoters: readonly (readonly [voteAccount: Pubkey, voter: Pubkey])[];
}

/** What changed in the bank's slot. */
export interface BankHashStats {
	readonly numUpdatedAccounts: bigint;
	readonly numRemovedAccounts: bigint;
	readonly numLamportsStored: bigint;
	readonly totalDataLen: bigint;
	readonly numExecutableAccounts: bigint;
}

/** The bank's fields (upstream's `BankFieldsToDeserialize`). */
export interface SnapshotBankFields {
	readonly blockhashQueue: SnapshotBlockhashQueue;
	readonly hash: Hash;
	readonly parentHash: Hash;
	readonly parentSlot: Slot;
	readonly hardForks: readonly (readonly [slot: Slot, count: bigint])[];
	readonly transactionCount: bigint;
	readonly tickHeight: bigint;
	readonly signatureCount: bigint;
	readonly capitalization: Lamports;
	readonly maxTickHeight: bigint;
	readonly hashesPerTick: bigint | null;
	readonly ticksPerSlot: bigint;
	readonly nsPerSlot: bigint;
	/** Seconds since 1970. */
	readonly genesisCreationTime: bigint;
	readonly slotsPerYear: number;
	readonly accountsDataLen: bigint;
	readonly slot: Slot;
	readonly blockHeight: bigint;
	readonly leaderId: Pubkey;
	readonly feeRateGovernor: FeeRateGovernor;
	readonly epochSchedule: EpochSchedule;
	readonly inflation: Inflation;
	readonly stakes: SnapshotStakes;
	readonly isDelta: boolean;
	readonly epochStakes: readonly SnapshotEpochStakes[];
	/** 2048 bytes: the lattice hash over all accounts. */
	readonly accountsLtHash: Uint8Array;
	readonly blockId: Hash | null;
	readonly bankHashStats: BankHashStats;
}

/** An account file that belongs to a snapshot: `accounts/<slot>.<id>`. */
export interface SnapshotStorage {
	readonly slot: Slot;
	readonly id: bigint;
	/** Bytes in use. */
	readonly length: bigint;
}

/** What the file says. */
export interface SnapshotManifest {
	readonly bank: SnapshotBankFields;
	readonly storages: readonly SnapshotStorage[];
}

/** Reads the file. Bytes after the fields known here are of a newer Agave and ignored. */
export function decodeManifest(bytes: Uint8Array): Result<SnapshotManifest, WireError> {
	return catchFault(() => readManifest(new ByteReader(bytes)));
}

function invalid(message: string): Fault<WireError> {
	return new Fault<WireError>({ kind: 'InvalidValue', message });
}

/** A sequence: a u64 count and the elements. */
function list<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
	const count = reader.length64();
	const items: T[] = [];
	for (let i = 0; i < count; i++) items.push(read(reader));
	return items;
}

/** Passes over a sequence of elements of `size` bytes. */
function skipList(reader: ByteReader, size: number): void {
	const count = reader.length64();
	reader.skip(count * size);
}

/** A field that older files end before. */
function orAtEnd<T>(reader: ByteReader, read: (reader: ByteReader) => T, otherwise: T): T {
	return reader.remaining === 0 ? otherwise : read(reader);
}

function readManifest(reader: ByteReader): SnapshotManifest {
	const blockhashQueue = readBlockhashQueue(reader);
	skipList(reader, 16); // ancestors
	const hash = reader.hash();
	const parentHash = reader.hash();
	const parentSlot = reader.u64();
	const hardForks = list(reader, (r) => [r.u64(), r.u64()] as const);
	const transactionCount = reader.u64();
	const tickHeight = reader.u64();
	const signatureCount = reader.u64();
	const capitalization = reader.u64();
	const maxTickHeight = reader.u64();
	const hashesPerTick = reader.option((r) => r.u64());
	const ticksPerSlot = reader.u64();
	const nsPerSlot = reader.u128();
	const genesisCreationTime = reader.i64();
	const slotsPerYear = reader.f64();
	const accountsDataLen = reader.u64();
	const slot = reader.u64();
	reader.skip(8); // epoch
	const blockHeight = reader.u64();
	const leaderId = reader.pubkey();
	reader.skip(16); // collector fees, fee calculator
	const governor = readFeeRateGovernor(reader);
	reader.skip(8); // collected rent
	reader.skip(8 + 33 + 8 + 17); // rent collector
	const epochSchedule = new EpochSchedule(
		reader.u64(),
		reader.u64(),
		reader.bool(),
		reader.u64(),
		reader.u64(),
	);
	const inflation = readInflation(reader);
	const stakes = readStakes(reader);
	skipList(reader, 32); // unused accounts, three times
	skipList(reader, 32);
	skipList(reader, 40);
	if (reader.length64() !== 0) throw invalid('epoch stakes of an outdated form');
	const isDelta = reader.bool();

	const storages = list(reader, readStorages).flat();
	reader.skip(8); // write version
	if (reader.u64() !== slot) throw invalid('the accounts are of another slot than the bank');
	reader.skip(64); // accounts delta hash, accounts hash
	const bankHashStats: BankHashStats = {
		numUpdatedAccounts: reader.u64(),
		numRemovedAccounts: reader.u64(),
		numLamportsStored: reader.u64(),
		totalDataLen: reader.u64(),
		numExecutableAccounts: reader.u64(),
	};
	orAtEnd(reader, (r) => skipList(r, 8), undefined); // historical roots
	orAtEnd(reader, (r) => skipList(r, 40), undefined);

	const lamportsPerSignature = orAtEnd(reader, (r) => r.u64(), 0n);
	orAtEnd(reader, (r) => r.option((inner) => inner.skip(88)), null); // incremental snapshot persistence
	orAtEnd(reader, (r) => r.option((inner) => inner.skip(32)), null); // epoch accounts hash
	const epochStakes = orAtEnd(reader, (r) => list(r, readEpochStakes), []);
	const accountsLtHash = orAtEnd(reader, (r) => r.option((inner) => inner.copy(2048)), null);
	const blockId = orAtEnd(reader, (r) => r.option((inner) => inner.hash()), null);
	if (accountsLtHash === null) throw invalid('no lattice hash of the accounts');
	return {
		bank: {
			blockhashQueue,
			hash,
			parentHash,
			parentSlot,
			hardForks,
			transactionCount,
			tickHeight,
			signatureCount,
			capitalization,
			maxTickHeight,
			hashesPerTick,
			ticksPerSlot,
			nsPerSlot,
			genesisCreationTime,
			slotsPerYear,
			accountsDataLen,
			slot,
			blockHeight,
			leaderId,
			feeRateGovernor: { ...governor, lamportsPerSignature },
			epochSchedule,
			inflation,
			stakes,
			isDelta,
			epochStakes,
			accountsLtHash,
			blockId,
			bankHashStats,
		},
		storages,
	};
}

function readBlockhashQueue(reader: ByteReader): SnapshotBlockhashQueue {
	return {
		lastHashIndex: reader.u64(),
		lastHash: reader.option((r) => r.hash()),
		hashes: list(reader, (r) => ({
			hash: r.hash(),
			lamportsPerSignature: r.u64(),
			hashIndex: r.u64(),
			timestamp: r.u64(),
		})),
		maxAge: reader.u64(),
	};
}

function readVoteAccounts(reader: ByteReader): SnapshotVoteAccount[] {
	return list(reader, (r) => ({
		pubkey: r.pubkey(),
		stake: r.u64(),
		account: createAccount({
			lamports: r.u64(),
			data: r.copy(r.length64()),
			owner: r.pubkey(),
			executable: r.bool(),
			rentEpoch: r.u64(),
		}),
	}));
}

function readStakeHistory(reader: ByteReader): StakeHistory {
	const entries = list(reader, (r): readonly [Epoch, StakeHistoryEntry] => [
		r.u64(),
		{ effective: r.u64(), activating: r.u64(), deactivating: r.u64() },
	]);
	return new StakeHistory(entries);
}

function readDelegation(reader: ByteReader): Delegation {
	return {
		voterPubkey: reader.pubkey(),
		stake: reader.u64(),
		activationEpoch: reader.u64(),
		deactivationEpoch: reader.u64(),
		reserved: reader.u64(),
	};
}

function readStakes(reader: ByteReader): SnapshotStakes {
	const voteAccounts = readVoteAccounts(reader);
	const stakeDelegations = list(reader, (r) => [r.pubkey(), readDelegation(r)] as const);
	reader.skip(8);
	return { voteAccounts, stakeDelegations, epoch: reader.u64(), stakeHistory: readStakeHistory(reader) };
}

function readEpochStakes(reader: ByteReader): SnapshotEpochStakes {
	const leaderScheduleEpoch = reader.u64();
	const tag = reader.u32();
	if (tag !== 0) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
	const voteAccounts = readVoteAccounts(reader);
	skipList(reader, 32 + 72); // stake delegations
	reader.skip(8);
	const epoch = reader.u64();
	const stakeHistory = readStakeHistory(reader);
	const totalStake = reader.u64();
	const nodeIdToVoteAccounts = list(
		reader,
		(r) => [r.pubkey(), { voteAccounts: list(r, (inner) => inner.pubkey()), totalStake: r.u64() }] as const,
	);
	const epochAuthorizedVoters = list(reader, (r) => [r.pubkey(), r.pubkey()] as const);
	return {
		leaderScheduleEpoch,
		epoch,
		voteAccounts,
		stakeHistory,
		totalStake,
		nodeIdToVoteAccounts,
		epochAuthorizedVoters,
	};
}

function readStorages(reader: ByteReader): SnapshotStorage[] {
	const slot = reader.u64();
	return list(reader, (r) => ({ slot, id: r.u64(), length: r.u64() }));
}
