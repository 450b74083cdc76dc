/**
 * Owns the keys of the ledger's tables: in the order of their bytes they are in the order of slots, of signatures, or of
 * addresses, and therefore numbers in them begin with the highest byte.
 */
import type { Pubkey, Slot } from '@parhelion/sdk';

/** Above every slot that has a block. */
export const MAX_SLOT = 0xffff_ffff_ffff_ffffn;
/** Above every place in a block. */
export const MAX_INDEX = 0xffff_ffff;

/** 8 bytes. */
export function slotKey(slot: Slot): Uint8Array {
	const view = new DataView(new ArrayBuffer(8));
	view.setBigUint64(0, slot);
	return new Uint8Array(view.buffer);
}

/** The signature's 64 bytes, then the slot's 8, then 4 of the transaction's place in the block. */
export function statusKey(signature: Uint8Array, slot: Slot, index: number): Uint8Array {
	const key = new Uint8Array(76);
	key.set(signature);
	const view = new DataView(key.buffer);
	view.setBigUint64(64, slot);
	view.setUint32(72, index);
	return key;
}

/** The address' 32 bytes, then the slot's 8, then 4 of the transaction's place in the block. */
export function addressKey(address: Pubkey, slot: Slot, index: number): Uint8Array {
	const key = new Uint8Array(44);
	key.set(address.bytes);
	const view = new DataView(key.buffer);
	view.setBigUint64(32, slot);
	view.setUint32(40, index);
	return key;
}

/** The slot of a {@link slotKey}. */
export function slotOf(key: Uint8Array): Slot {
	return viewOf(key).getBigUint64(0);
}

/** Where a transaction is. */
export interface TransactionPlace {
	readonly slot: Slot;
	/** Its place in the block. */
	readonly index: number;
}

/** The place in a {@link statusKey}. */
export function placeOfStatus(key: Uint8Array): TransactionPlace {
	return placeAt(viewOf(key), 64);
}

/** The place in an {@link addressKey}. */
export function placeOfAddress(key: Uint8Array): TransactionPlace {
	return placeAt(viewOf(key), 32);
}

function placeAt(view: DataView, at: number): TransactionPlace {
	return { slot: view.getBigUint64(at), index: view.getUint32(at + 8) };
}

/** Which of two keys comes first: below zero for `a`, zero where they are equal. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
	for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
	return a.length - b.length;
}

function viewOf(key: Uint8Array): DataView {
	return new DataView(key.buffer, key.byteOffset, key.byteLength);
}
