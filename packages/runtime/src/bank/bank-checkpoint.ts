/**
 * A frozen bank's own fields as bytes: what a restart cannot tell from the accounts.
 *
 * Owns the layout: a version, the fields, a SHA-256 over both. What the accounts say is left to them: who votes and who is
 * staked now, the clock and all other sysvars. Which messages were processed is the ledger's to say, but for those that
 * came out of a snapshot: no block tells of them.
 *
 * A vote account lives in up to five epochs' stakes and is mostly zeros: each is written once, without the zeros at
 * its end.
 */
import { sha256 } from '@parhelion/crypto';
import {
	type AccountSharedData,
	ByteReader,
	ByteWriter,
	catchFault,
	createAccount,
	decodeEpochSchedule,
	decodeRent,
	type Epoch,
	type EpochSchedule,
	encodeEpochSchedule,
	encodeRent,
	Fault,
	FeatureSet,
	type Hash,
	type Lamports,
	MAX_PERMITTED_DATA_LENGTH,
	type Pubkey,
	type Rent,
	type Result,
	type Slot,
	StakeHistory,
	type StakeHistoryEntry,
	type WireError,
} from '@parhelion/sdk';
import { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import {
	type FeeRateGovernor,
	readFeeRateGovernor,
	writeFeeRateGovernor,
} from '../genesis/fee-rate-governor.ts';
import type { HardForks } from '../genesis/genesis-config.ts';
import { readSlotDeltas, writeSlotDeltas } from '../snapshots/slot-deltas.ts';
import type { Bank } from './bank.ts';
import { BlockhashQueue, MAX_RECENT_BLOCKHASHES } from './blockhash-queue.ts';
import type { StakeReward } from './epoch-rewards/calculation.ts';
import type { EpochRewardStatus } from './epoch-rewards/distribution.ts';
import { readHardForks, writeHardForks } from './hard-forks.ts';
import { type Inflation, readInflation, writeInflation } from './inflation.ts';
import type { SlotLeader } from './leader-schedule.ts';
import { genesisSlotParams, type SlotParams } from './slot-params.ts';
import { EpochStakes } from './stakes/epoch-stakes.ts';
import { readStake } from './stakes/stake-state.ts';
import type { StakedVoteAccount } from './stakes/stakes-cache.ts';
import { VoteAccount } from './stakes/vote-account.ts';
import type { SlotDelta } from './status-cache.ts';

/** Version of the layout. */
export const CHECKPOINT_VERSION = 3;

const MAGIC = 0x4b4e4250;
const CHECKSUM_BYTES = 32;
/** The least bytes of an element, for the check of a count. */
const MIN_BYTES = {
	blockhash: 48,
	feature: 32,
	builtin: 32,
	history: 32,
	voteAccount: 61,
	epoch: 16,
	stake: 12,
	reward: 113,
	part: 8,
	index: 4,
} as const;

/** What a checkpoint says of a frozen bank. */
export interface BankCheckpoint {
	readonly slot: Slot;
	readonly parentSlot: Slot;
	readonly hash: Hash;
	readonly parentHash: Hash;
	readonly leader: SlotLeader;
	readonly blockHeight: bigint;
	readonly tickHeight: bigint;
	readonly ticksPerSlot: bigint;
	readonly capitalization: Lamports;
	readonly transactionCount: bigint;
	readonly signatureCount: bigint;
	readonly blockhashes: BlockhashQueue;
	readonly feeRateGovernor: FeeRateGovernor;
	readonly epochSchedule: EpochSchedule;
	readonly rent: Rent;
	readonly inflation: Inflation;
	/** The figures of the slots that the chain began with. */
	readonly slotParamsBaseline: SlotParams;
	readonly featureSet: FeatureSet;
	/** The programs that are built in; `null` for a snapshot, which leaves it to the owners of their accounts. */
	readonly builtins: readonly Pubkey[] | null;
	/** Those that were known when the bank was frozen, some of them to come. */
	readonly hardForks: HardForks;
	readonly accountsLtHash: AccountsLtHash;
	readonly stakeHistory: StakeHistory;
	readonly epochStakes: ReadonlyMap<Epoch, EpochStakes>;
	readonly epochRewards: EpochRewardStatus | null;
	/** What a snapshot told the status cache, by ascending slot, as long as it counts. */
	readonly slotDeltas: readonly SlotDelta[];
}

/** The fields of a frozen bank. InvariantError for one that is not frozen. */
export function encodeBankCheckpoint(bank: Bank): Uint8Array {
	const writer = new ByteWriter(32_768).u32(MAGIC).u32(CHECKPOINT_VERSION);
	writer.u64(bank.slot).u64(bank.parentSlot).raw(bank.hash.bytes).raw(bank.parentHash.bytes);
	writer.raw(bank.leader.id.bytes).raw(bank.leader.voteAddress.bytes);
	writer.u64(bank.blockHeight).u64(bank.tickHeight).u64(bank.ticksPerSlot);
	writer.u64(bank.capitalization).u64(bank.transactionCount).u64(bank.signatureCount);
	const hashes = [...bank.blockhashes.entries()];
	writer.length64(hashes.length);
	for (const { hash, lamportsPerSignature, hashIndex } of hashes)
		writer.raw(hash.bytes).u64(lamportsPerSignature).u64(BigInt(hashIndex));
	writer.u64(bank.feeRateGovernor.lamportsPerSignature);
	writeFeeRateGovernor(writer, bank.feeRateGovernor);
	writer.raw(encodeEpochSchedule(bank.epochSchedule)).raw(encodeRent(bank.rent));
	writeInflation(writer, bank.inflation);
	const { nsPerSlot, slotsPerYear, hashesPerTick } = bank.slotParams.baseline;
	writer.f64(nsPerSlot).f64(slotsPerYear);
	writer.option(hashesPerTick, (out, value) => out.f64(value));
	writeFeatures(writer, bank.featureSet);
	const builtins = bank.processor.builtinIds();
	writer.length64(builtins.length);
	for (const { bytes } of builtins) writer.raw(bytes);
	writeHardForks(writer, bank.hardForks);
	writer.raw(bank.accountsLtHash.bytes);
	const { entries } = bank.stakes.history;
	writer.length64(entries.length);
	for (const [epoch, { effective, activating, deactivating }] of entries)
		writer.u64(epoch).u64(effective).u64(activating).u64(deactivating);
	writeEpochStakes(writer, bank.epochStakes);
	writer.option(bank.epochRewards, writeEpochRewards);
	writeSlotDeltas(writer, bank.shared.statusCache.appended);
	const fields = writer.finish();
	return writer.raw(sha256(fields)).finish();
}

/** Reads a checkpoint. Errors: `InvalidValue` for another layout or a wrong checksum, else what the reader finds. */
export function decodeBankCheckpoint(bytes: Uint8Array): Result<BankCheckpoint, WireError> {
	return catchFault(() => {
		const end = bytes.length - CHECKSUM_BYTES;
		const reader = new ByteReader(bytes.subarray(0, Math.max(0, end)));
		if (reader.u32() !== MAGIC) throw invalid('not a checkpoint');
		const version = reader.u32();
		if (version !== CHECKPOINT_VERSION) throw invalid(`a checkpoint of version ${version}`);
		const checksum = sha256(reader.bytes);
		if (checksum.some((byte, i) => byte !== bytes[end + i])) throw invalid('the checksum is wrong');
		const checkpoint = readCheckpoint(reader);
		if (reader.remaining > 0) throw new Fault<WireError>({ kind: 'TrailingBytes' });
		return checkpoint;
	});
}

/** The fields in the order in which they are written. */
function readCheckpoint(reader: ByteReader): BankCheckpoint {
	const slot = reader.u64();
	const parentSlot = reader.u64();
	const hash = reader.hash();
	const parentHash = reader.hash();
	const leader = { id: reader.pubkey(), voteAddress: reader.pubkey() };
	const blockHeight = reader.u64();
	const tickHeight = reader.u64();
	const ticksPerSlot = reader.u64();
	const capitalization = reader.u64();
	const transactionCount = reader.u64();
	const signatureCount = reader.u64();
	const blockhashes = readBlockhashes(reader);
	const lamportsPerSignature = reader.u64();
	const feeRateGovernor = { ...readFeeRateGovernor(reader), lamportsPerSignature };
	const epochSchedule = unwrap(decodeEpochSchedule(reader.take(33)));
	const rent = unwrap(decodeRent(reader.take(17)));
	const inflation = readInflation(reader);
	const slotParamsBaseline = genesisSlotParams(
		reader.f64(),
		reader.f64(),
		reader.option((input) => input.f64()),
	);
	const featureSet = readFeatures(reader);
	const builtins = Array.from({ length: readCount(reader, MIN_BYTES.builtin) }, () => reader.pubkey());
	const hardForks = readHardForks(reader);
	const accountsLtHash = new AccountsLtHash();
	accountsLtHash.bytes.set(reader.take(accountsLtHash.bytes.length));
	const history: (readonly [Epoch, StakeHistoryEntry])[] = [];
	for (let left = readCount(reader, MIN_BYTES.history); left > 0; left--) {
		const epoch = reader.u64();
		history.push([epoch, { effective: reader.u64(), activating: reader.u64(), deactivating: reader.u64() }]);
	}
	return {
		slot,
		parentSlot,
		hash,
		parentHash,
		leader,
		blockHeight,
		tickHeight,
		ticksPerSlot,
		capitalization,
		transactionCount,
		signatureCount,
		blockhashes,
		feeRateGovernor,
		epochSchedule,
		rent,
		inflation,
		slotParamsBaseline,
		featureSet,
		builtins,
		hardForks,
		accountsLtHash,
		stakeHistory: new StakeHistory(history),
		epochStakes: readEpochStakes(reader),
		epochRewards: reader.option(readEpochRewards),
		slotDeltas: readRootedDeltas(reader, slot),
	};
}

function readBlockhashes(reader: ByteReader): BlockhashQueue {
	const count = readCount(reader, MIN_BYTES.blockhash);
	if (count === 0 || count > MAX_RECENT_BLOCKHASHES + 1) throw invalid(`${count} blockhashes`);
	return BlockhashQueue.of(
		Array.from({ length: count }, () => ({
			hash: reader.hash(),
			lamportsPerSignature: reader.u64(),
			hashIndex: Number(reader.u64()),
		})),
	);
}

/** Rooted slots up to that of the bank, ascending. */
function readRootedDeltas(reader: ByteReader, bankSlot: Slot): SlotDelta[] {
	const deltas = readSlotDeltas(reader);
	for (const [i, { slot, isRoot }] of deltas.entries()) {
		const isNext = slot <= bankSlot && (i === 0 || slot > deltas[i - 1]!.slot);
		if (!isRoot || !isNext) throw invalid(`the statuses of slot ${slot} where another's belong`);
	}
	return deltas;
}

function writeFeatures(writer: ByteWriter, featureSet: FeatureSet): void {
	writer.length64(featureSet.activeCount);
	for (const [id, slot] of featureSet.activeFeatures()) writer.raw(id.bytes).u64(slot);
	writer.length64(featureSet.inactiveCount);
	for (const id of featureSet.inactiveFeatures()) writer.raw(id.bytes);
}

function readFeatures(reader: ByteReader): FeatureSet {
	const featureSet = FeatureSet.default();
	for (let left = readCount(reader, MIN_BYTES.feature); left > 0; left--)
		featureSet.activate(reader.pubkey(), reader.u64());
	for (let left = readCount(reader, MIN_BYTES.feature); left > 0; left--)
		featureSet.deactivate(reader.pubkey());
	return featureSet;
}

/** The vote accounts, each once, then the epochs with their numbers. */
function writeEpochStakes(writer: ByteWriter, epochStakes: ReadonlyMap<Epoch, EpochStakes>): void {
	const numbers = new Map<VoteAccount, number>();
	for (const { voteAccounts } of epochStakes.values())
		for (const { vote } of voteAccounts.values()) if (!numbers.has(vote)) numbers.set(vote, numbers.size);
	writer.length64(numbers.size);
	for (const { pubkey, account } of numbers.keys()) {
		writer.raw(pubkey.bytes);
		writeAccount(writer, account);
	}
	writer.length64(epochStakes.size);
	for (const { epoch, voteAccounts } of epochStakes.values()) {
		writer.u64(epoch).length64(voteAccounts.size);
		for (const { vote, stake } of voteAccounts.values()) writer.u32(numbers.get(vote)!).u64(stake);
	}
}

function readEpochStakes(reader: ByteReader): ReadonlyMap<Epoch, EpochStakes> {
	const votes: VoteAccount[] = [];
	for (let left = readCount(reader, MIN_BYTES.voteAccount); left > 0; left--) {
		const pubkey = reader.pubkey();
		const vote = VoteAccount.from(pubkey, readAccount(reader));
		if (vote === null) throw invalid(`${pubkey} is no vote account`);
		votes.push(vote);
	}
	const epochStakes = new Map<Epoch, EpochStakes>();
	for (let left = readCount(reader, MIN_BYTES.epoch); left > 0; left--) {
		const epoch = reader.u64();
		const staked = new Map<string, StakedVoteAccount>();
		for (let more = readCount(reader, MIN_BYTES.stake); more > 0; more--) {
			const vote = votes[reader.u32()];
			if (vote === undefined) throw invalid('stakes of a vote account that is not there');
			staked.set(vote.pubkey.key, { vote, stake: reader.u64() });
		}
		epochStakes.set(epoch, new EpochStakes(epoch, staked));
	}
	return epochStakes;
}

function writeAccount(writer: ByteWriter, account: AccountSharedData): void {
	const { data } = account;
	let used = data.length;
	while (used > 0 && data[used - 1] === 0) used--;
	writer.raw(account.owner.bytes).u64(account.lamports).u64(account.rentEpoch).bool(account.executable);
	writer.u32(data.length).u32(used).raw(data.subarray(0, used));
}

function readAccount(reader: ByteReader): AccountSharedData {
	const owner = reader.pubkey();
	const lamports = reader.u64();
	const rentEpoch = reader.u64();
	const executable = reader.bool();
	const length = reader.u32();
	const used = reader.u32();
	if (length > MAX_PERMITTED_DATA_LENGTH || used > length) throw invalid(`an account of ${length} bytes`);
	const data = new Uint8Array(length);
	data.set(reader.take(used));
	return createAccount({ owner, lamports, rentEpoch, executable, data });
}

function writeEpochRewards(writer: ByteWriter, status: EpochRewardStatus): void {
	writer.u64(status.startingBlockHeight).length64(status.stakeRewards.length);
	for (const { stakePubkey, stake, stakeReward, commissionBps } of status.stakeRewards) {
		const { delegation, creditsObserved } = stake;
		writer.raw(stakePubkey.bytes).raw(delegation.voterPubkey.bytes).u64(delegation.stake);
		writer.u64(delegation.activationEpoch).u64(delegation.deactivationEpoch).u64(delegation.reserved);
		writer.u64(creditsObserved).u64(stakeReward);
		writer.option(commissionBps, (out, bps) => out.u32(bps));
	}
	writer.length64(status.partitions.length);
	for (const part of status.partitions) {
		writer.length64(part.length);
		for (const index of part) writer.u32(index);
	}
}

function readEpochRewards(reader: ByteReader): EpochRewardStatus {
	const startingBlockHeight = reader.u64();
	const stakeRewards: StakeReward[] = [];
	for (let left = readCount(reader, MIN_BYTES.reward); left > 0; left--) {
		const stakePubkey = reader.pubkey();
		const stake = readStake(reader);
		const stakeReward = reader.u64();
		const commissionBps = reader.option((input) => input.u32());
		stakeRewards.push({ stakePubkey, stake, stakeReward, commissionBps });
	}
	const partitions: number[][] = [];
	for (let left = readCount(reader, MIN_BYTES.part); left > 0; left--) {
		const part: number[] = [];
		for (let more = readCount(reader, MIN_BYTES.index); more > 0; more--) {
			const index = reader.u32();
			if (index >= stakeRewards.length) throw invalid(`reward ${index} of ${stakeRewards.length}`);
			part.push(index);
		}
		partitions.push(part);
	}
	return { startingBlockHeight, stakeRewards, partitions };
}

/** A count of elements of so many bytes at least. */
function readCount(reader: ByteReader, elementBytes: number): number {
	const count = reader.length64();
	if (count * elementBytes > reader.remaining)
		throw new Fault<WireError>({ kind: 'ReadSizeLimit', bytes: count * elementBytes });
	return count;
}

function unwrap<T>(result: Result<T, WireError>): T {
	if (!result.ok) throw new Fault(result.error);
	return result.value;
}

function invalid(message: string): Fault<WireError> {
	return new Fault<WireError>({ kind: 'InvalidValue', message });
}
