/**
 * Owns the bincode form of the Vote program's instructions.
 *
 * A compact tower stores each slot as its distance from the one before (LEB128), the first from the root; a root
 * of u64::MAX stands for none.
 *
 * Source: solana-vote-interface 6.1.0, instruction.rs, state/mod.rs (`compact`); solana-serde-varint 3.0.
 */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import { type Slot, U64_MAX } from '../numbers.ts';
import { catchFault, Fault, type Result } from '../result.ts';
import type {
	AuthorityDerivation,
	CommissionKind,
	TowerSync,
	Vote,
	VoteAuthorize,
	VoteInitV2,
	VoteInstruction,
	VoteStateUpdate,
} from './vote-instruction.ts';
import {
	BLS_PROOF_OF_POSSESSION_COMPRESSED_SIZE,
	BLS_PUBLIC_KEY_COMPRESSED_SIZE,
	type Lockout,
} from './vote-state.ts';

/** The instructions; the index is the tag. */
const KINDS: readonly VoteInstruction['kind'][] = [
	'InitializeAccount',
	'Authorize',
	'Vote',
	'Withdraw',
	'UpdateValidatorIdentity',
	'UpdateCommission',
	'VoteSwitch',
	'AuthorizeChecked',
	'UpdateVoteState',
	'UpdateVoteStateSwitch',
	'AuthorizeWithSeed',
	'AuthorizeCheckedWithSeed',
	'CompactUpdateVoteState',
	'CompactUpdateVoteStateSwitch',
	'TowerSync',
	'TowerSyncSwitch',
	'InitializeAccountV2',
	'UpdateCommissionCollector',
	'UpdateCommissionBps',
	'DepositDelegatorRewards',
];
const AUTHORIZE_KINDS: readonly VoteAuthorize['kind'][] = ['Voter', 'Withdrawer', 'VoterWithBLS'];
const COMMISSION_KINDS: readonly CommissionKind[] = ['InflationRewards', 'BlockRevenue'];

function invalid(message: string): Fault<WireError> {
	return new Fault<WireError>({ kind: 'InvalidValue', message });
}

function readTag<K>(reader: ByteReader, kinds: readonly K[]): K {
	const tag = reader.u32();
	const kind = kinds[tag];
	if (kind === undefined) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
	return kind;
}

/** A u64 of one to ten bytes, seven bits each, in its only canonical form. */
function readVarint(reader: ByteReader): bigint {
	let byte = reader.u8();
	if (byte < 0x80) return BigInt(byte);
	let value = BigInt(byte & 0x7f);
	for (let shift = 7n; shift < 64n; shift += 7n) {
		byte = reader.u8();
		value |= BigInt(byte & 0x7f) << shift;
		if (byte < 0x80) {
			if (value > U64_MAX) throw invalid('Last Byte Truncated');
			if (byte === 0) throw invalid('Invalid Trailing Zeros');
			return value;
		}
	}
	throw invalid('Left Shift Overflows');
}

function writeVarint(writer: ByteWriter, value: bigint): void {
	let rest = value;
	for (; rest >= 0x80n; rest >>= 7n) writer.u8(Number(rest & 0x7fn) | 0x80);
	writer.u8(Number(rest));
}

function readCompactUpdate(reader: ByteReader): VoteStateUpdate {
	const rootSlot = reader.u64();
	const root = rootSlot === U64_MAX ? null : rootSlot;
	const count = reader.shortU16();
	const lockouts: Lockout[] = [];
	let slot = root ?? 0n;
	for (let i = 0; i < count; i++) {
		slot += readVarint(reader);
		if (slot > U64_MAX) throw invalid('Invalid lockout offset');
		lockouts.push({ slot, confirmationCount: reader.u8() });
	}
	return { lockouts, root, hash: reader.hash(), timestamp: reader.option((r) => r.i64()) };
}

function writeCompactUpdate(writer: ByteWriter, update: VoteStateUpdate): void {
	writer.u64(update.root ?? U64_MAX).shortU16(update.lockouts.length);
	let previous = update.root ?? 0n;
	for (const { slot, confirmationCount } of update.lockouts) {
		if (slot < previous) throw new RangeError(`slot ${slot} is before ${previous}: a compact tower ascends`);
		if (confirmationCount > 255) throw new RangeError(`${confirmationCount} confirmations exceed a byte`);
		writeVarint(writer, slot - previous);
		writer.u8(confirmationCount);
		previous = slot;
	}
	writer.raw(update.hash.bytes).option(update.timestamp, (w, timestamp) => w.i64(timestamp));
}

function readTowerSync(reader: ByteReader): TowerSync {
	const update = readCompactUpdate(reader);
	return { ...update, blockId: reader.hash() };
}

function writeTowerSync(writer: ByteWriter, towerSync: TowerSync): ByteWriter {
	writeCompactUpdate(writer, towerSync);
	return writer.raw(towerSync.blockId.bytes);
}

function readVote(reader: ByteReader): Vote {
	const count = reader.length64();
	const slots: Slot[] = [];
	for (let i = 0; i < count; i++) slots.push(reader.u64());
	return { slots, hash: reader.hash(), timestamp: reader.option((r) => r.i64()) };
}

function writeVote(writer: ByteWriter, { slots, hash, timestamp }: Vote): ByteWriter {
	writer.length64(slots.length);
	for (const slot of slots) writer.u64(slot);
	return writer.raw(hash.bytes).option(timestamp, (w, value) => w.i64(value));
}

function readUpdate(reader: ByteReader): VoteStateUpdate {
	const count = reader.length64();
	const lockouts: Lockout[] = [];
	for (let i = 0; i < count; i++) lockouts.push({ slot: reader.u64(), confirmationCount: reader.u32() });
	return {
		lockouts,
		root: reader.option((r) => r.u64()),
		hash: reader.hash(),
		timestamp: reader.option((r) => r.i64()),
	};
}

function writeUpdate(writer: ByteWriter, update: VoteStateUpdate): ByteWriter {
	writer.length64(update.lockouts.length);
	for (const { slot, confirmationCount } of update.lockouts) writer.u64(slot).u32(confirmationCount);
	writer.option(update.root, (w, root) => w.u64(root)).raw(update.hash.bytes);
	return writer.option(update.timestamp, (w, timestamp) => w.i64(timestamp));
}

function readAuthorize(reader: ByteReader): VoteAuthorize {
	const kind = readTag(reader, AUTHORIZE_KINDS);
	if (kind !== 'VoterWithBLS') return { kind };
	return {
		kind,
		blsPubkey: reader.copy(BLS_PUBLIC_KEY_COMPRESSED_SIZE),
		blsProofOfPossession: reader.copy(BLS_PROOF_OF_POSSESSION_COMPRESSED_SIZE),
	};
}

function writeAuthorize(writer: ByteWriter, authorize: VoteAuthorize): ByteWriter {
	writer.u32(AUTHORIZE_KINDS.indexOf(authorize.kind));
	if (authorize.kind === 'VoterWithBLS') {
		writer.raw(authorize.blsPubkey).raw(authorize.blsProofOfPossession);
	}
	return writer;
}

function readDerivation(reader: ByteReader): AuthorityDerivation {
	const authorizationType = readAuthorize(reader);
	const currentAuthorityDerivedKeyOwner = reader.pubkey();
	const seed = reader.copy(reader.length64());
	try {
		new TextDecoder('utf-8', { fatal: true }).decode(seed);
	} catch {
		throw invalid('a seed is UTF-8');
	}
	return {
		authorizationType,
		currentAuthorityDerivedKeyOwner,
		currentAuthorityDerivedKeySeed: seed,
	};
}

function writeDerivation(writer: ByteWriter, derivation: AuthorityDerivation): ByteWriter {
	const seed = derivation.currentAuthorityDerivedKeySeed;
	return writeAuthorize(writer, derivation.authorizationType)
		.raw(derivation.currentAuthorityDerivedKeyOwner.bytes)
		.length64(seed.length)
		.raw(seed);
}

function readInitV2(reader: ByteReader): VoteInitV2 {
	return {
		nodePubkey: reader.pubkey(),
		authorizedVoter: reader.pubkey(),
		authorizedVoterBlsPubkey: reader.copy(BLS_PUBLIC_KEY_COMPRESSED_SIZE),
		authorizedVoterBlsProofOfPossession: reader.copy(BLS_PROOF_OF_POSSESSION_COMPRESSED_SIZE),
		authorizedWithdrawer: reader.pubkey(),
		inflationRewardsCommissionBps: reader.u16(),
		blockRevenueCommissionBps: reader.u16(),
	};
}

function read(reader: ByteReader): VoteInstruction {
	const kind = readTag(reader, KINDS);
	switch (kind) {
		case 'InitializeAccount': {
			const nodePubkey = reader.pubkey();
			const authorizedVoter = reader.pubkey();
			const authorizedWithdrawer = reader.pubkey();
			return {
				kind,
				init: { nodePubkey, authorizedVoter, authorizedWithdrawer, commission: reader.u8() },
			};
		}
		case 'Authorize':
			return { kind, authority: reader.pubkey(), authorize: readAuthorize(reader) };
		case 'Vote':
			return { kind, vote: readVote(reader) };
		case 'Withdraw':
			return { kind, lamports: reader.u64() };
		case 'UpdateValidatorIdentity':
			return { kind };
		case 'UpdateCommission':
			return { kind, commission: reader.u8() };
		case 'VoteSwitch':
			return { kind, vote: readVote(reader), proof: reader.hash() };
		case 'AuthorizeChecked':
			return { kind, authorize: readAuthorize(reader) };
		case 'UpdateVoteState':
			return { kind, update: readUpdate(reader) };
		case 'UpdateVoteStateSwitch':
			return { kind, update: readUpdate(reader), proof: reader.hash() };
		case 'AuthorizeWithSeed':
			return { kind, ...readDerivation(reader), newAuthority: reader.pubkey() };
		case 'AuthorizeCheckedWithSeed':
			return { kind, ...readDerivation(reader) };
		case 'CompactUpdateVoteState':
			return { kind, update: readCompactUpdate(reader) };
		case 'CompactUpdateVoteStateSwitch':
			return { kind, update: readCompactUpdate(reader), proof: reader.hash() };
		case 'TowerSync':
			return { kind, towerSync: readTowerSync(reader) };
		case 'TowerSyncSwitch':
			return { kind, towerSync: readTowerSync(reader), proof: reader.hash() };
		case 'InitializeAccountV2':
			return { kind, init: readInitV2(reader) };
		case 'UpdateCommissionCollector':
			return { kind, commissionKind: readTag(reader, COMMISSION_KINDS) };
		case 'UpdateCommissionBps':
			return { kind, commissionBps: reader.u16(), commissionKind: readTag(reader, COMMISSION_KINDS) };
		case 'DepositDelegatorRewards':
			return { kind, deposit: reader.u64() };
	}
}

/** Reads an instruction; bytes after it are ignored. */
export function decodeVoteInstruction(data: Uint8Array): Result<VoteInstruction, WireError> {
	return catchFault(() => read(new ByteReader(data)));
}

/**
 * The bincode bytes of an instruction. RangeError for a compact tower whose slots descend, with more than 255
 * confirmations or with more than 65535 votes.
 */
export function encodeVoteInstruction(instruction: VoteInstruction): Uint8Array {
	const writer = new ByteWriter(256).u32(KINDS.indexOf(instruction.kind));
	switch (instruction.kind) {
		case 'InitializeAccount': {
			const { nodePubkey, authorizedVoter, authorizedWithdrawer, commission } = instruction.init;
			writer.raw(nodePubkey.bytes).raw(authorizedVoter.bytes).raw(authorizedWithdrawer.bytes).u8(commission);
			break;
		}
		case 'Authorize':
			writeAuthorize(writer.raw(instruction.authority.bytes), instruction.authorize);
			break;
		case 'Vote':
			writeVote(writer, instruction.vote);
			break;
		case 'Withdraw':
			writer.u64(instruction.lamports);
			break;
		case 'UpdateValidatorIdentity':
			break;
		case 'UpdateCommission':
			writer.u8(instruction.commission);
			break;
		case 'VoteSwitch':
			writeVote(writer, instruction.vote).raw(instruction.proof.bytes);
			break;
		case 'AuthorizeChecked':
			writeAuthorize(writer, instruction.authorize);
			break;
		case 'UpdateVoteState':
			writeUpdate(writer, instruction.update);
			break;
		case 'UpdateVoteStateSwitch':
			writeUpdate(writer, instruction.update).raw(instruction.proof.bytes);
			break;
		case 'AuthorizeWithSeed':
			writeDerivation(writer, instruction).raw(instruction.newAuthority.bytes);
			break;
		case 'AuthorizeCheckedWithSeed':
			writeDerivation(writer, instruction);
			break;
		case 'CompactUpdateVoteState':
			writeCompactUpdate(writer, instruction.update);
			break;
		case 'CompactUpdateVoteStateSwitch':
			writeCompactUpdate(writer, instruction.update);
			writer.raw(instruction.proof.bytes);
			break;
		case 'TowerSync':
			writeTowerSync(writer, instruction.towerSync);
			break;
		case 'TowerSyncSwitch':
			writeTowerSync(writer, instruction.towerSync).raw(instruction.proof.bytes);
			break;
		case 'InitializeAccountV2': {
			const { init } = instruction;
			writer.raw(init.nodePubkey.bytes).raw(init.authorizedVoter.bytes);
			writer.raw(init.authorizedVoterBlsPubkey).raw(init.authorizedVoterBlsProofOfPossession);
			writer.raw(init.authorizedWithdrawer.bytes);
			writer.u16(init.inflationRewardsCommissionBps).u16(init.blockRevenueCommissionBps);
			break;
		}
		case 'UpdateCommissionCollector':
			writer.u32(COMMISSION_KINDS.indexOf(instruction.commissionKind));
			break;
		case 'UpdateCommissionBps':
			writer.u16(instruction.commissionBps).u32(COMMISSION_KINDS.indexOf(instruction.commissionKind));
			break;
		case 'DepositDelegatorRewards':
			writer.u64(instruction.deposit);
			break;
	}
	return writer.finish();
}
