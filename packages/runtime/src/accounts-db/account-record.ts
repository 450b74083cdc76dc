/**
 * Owns the bytes of a stored account. All implementations of storage share the layout.
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | 32 | owner |
 * | 32 | 8 | lamports |
 * | 40 | 8 | rent epoch |
 * | 48 | 8 | slot: that of the write, or of the flush that carried it |
 * | 56 | 1 | 1 if executable |
 * | 57 | rest | data |
 */
import {
	type AccountSharedData,
	createAccount,
	Pubkey,
	RENT_EXEMPT_RENT_EPOCH,
	type Slot,
} from '@parhelion/sdk';

/** Bytes of a record besides the account's data. */
export const RECORD_OVERHEAD = 57;

const LAMPORTS = 32;
const RENT_EPOCH = 40;
const SLOT = 48;
const EXECUTABLE = 56;

/** Writes `account` into `target` from `offset` on; returns where it ends. The caller made room. */
export function writeRecord(
	target: Uint8Array,
	offset: number,
	account: AccountSharedData,
	slot: Slot,
): number {
	target.set(account.owner.bytes, offset);
	writeU64(target, offset + LAMPORTS, account.lamports);
	writeU64(target, offset + RENT_EPOCH, account.rentEpoch);
	writeU64(target, offset + SLOT, slot);
	target[offset + EXECUTABLE] = account.executable ? 1 : 0;
	target.set(account.data, offset + RECORD_OVERHEAD);
	return offset + RECORD_OVERHEAD + account.data.length;
}

/** The account in `length` bytes of `source` from `offset` on, copied out; `null` if no record is so short. */
export function readRecord(source: Uint8Array, offset: number, length: number): AccountSharedData | null {
	if (length < RECORD_OVERHEAD) return null;
	const data = new Uint8Array(length - RECORD_OVERHEAD);
	data.set(source.subarray(offset + RECORD_OVERHEAD, offset + length));
	return createAccount({
		owner: Pubkey.recent(source, offset),
		lamports: readU64(source, offset + LAMPORTS),
		rentEpoch: readU64(source, offset + RENT_EPOCH),
		executable: source[offset + EXECUTABLE] === 1,
		data,
	});
}

/** The slot of a record. */
export function recordSlot(source: Uint8Array, offset: number): Slot {
	return readU64(source, offset + SLOT);
}

/** Whether a record says that the account does not exist; only a load leaves such records for a while. */
export function isTombstone(source: Uint8Array, offset: number): boolean {
	return readU32(source, offset + LAMPORTS) === 0 && readU32(source, offset + LAMPORTS + 4) === 0;
}

/** What a load stores for an account that a slot deleted, so that an older version that comes later loses. */
export const TOMBSTONE: AccountSharedData = createAccount({});

function writeU64(target: Uint8Array, offset: number, value: bigint): void {
	const low = Number(value & 0xffff_ffffn);
	const high = Number(value >> 32n);
	for (let i = 0; i < 4; i++) {
		target[offset + i] = low >>> (8 * i);
		target[offset + 4 + i] = high >>> (8 * i);
	}
}

function readU64(source: Uint8Array, offset: number): bigint {
	const low = readU32(source, offset);
	const high = readU32(source, offset + 4);
	if (high === 0) return BigInt(low);
	if (high === 0xffff_ffff && low === 0xffff_ffff) return RENT_EXEMPT_RENT_EPOCH;
	return (BigInt(high) << 32n) | BigInt(low);
}

function readU32(source: Uint8Array, offset: number): number {
	return (
		(source[offset]! |
			(source[offset + 1]! << 8) |
			(source[offset + 2]! << 16) |
			(source[offset + 3]! << 24)) >>>
		0
	);
}
