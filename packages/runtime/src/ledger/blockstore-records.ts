/** Owns the bytes of the ledger's records: blocks, and the lists of a block's signatures. */
import { Hash, InvariantError, type Slot } from '@parhelion/sdk';
import type { BlockMeta, StatusInsert } from './blockstore.ts';

const COMPLETED = 1;
const ROOTED = 2;
const HAS_BANK_HASH = 4;
const HAS_HEIGHT = 8;
const HAS_TIME = 16;
const BLOCK_BYTES = 1 + 8 + 32 + 32 + 8 + 8 + 8 + 4;

/** A block without its entries and its slot, which is the key. */
export function encodeBlock(meta: BlockMeta): Uint8Array {
	const bytes = new Uint8Array(BLOCK_BYTES);
	const view = new DataView(bytes.buffer);
	bytes[0] =
		(meta.completed ? COMPLETED : 0) |
		(meta.rooted ? ROOTED : 0) |
		(meta.bankHash === null ? 0 : HAS_BANK_HASH) |
		(meta.blockHeight === null ? 0 : HAS_HEIGHT) |
		(meta.blockTime === null ? 0 : HAS_TIME);
	view.setBigUint64(1, meta.parent, true);
	bytes.set(meta.blockhash.bytes, 9);
	if (meta.bankHash !== null) bytes.set(meta.bankHash.bytes, 41);
	view.setBigUint64(73, meta.blockHeight ?? 0n, true);
	view.setBigInt64(81, meta.blockTime ?? 0n, true);
	view.setBigUint64(89, BigInt(meta.byteLength), true);
	view.setUint32(97, meta.transactionCount, true);
	return bytes;
}

/** The inverse of {@link encodeBlock}. */
export function decodeBlock(slot: Slot, bytes: Uint8Array): BlockMeta {
	if (bytes.length !== BLOCK_BYTES)
		throw new InvariantError(`the record of block ${slot} has ${bytes.length} bytes`);
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	const flags = bytes[0]!;
	return {
		slot,
		parent: view.getBigUint64(1, true),
		blockhash: Hash.fromBytes(bytes, 9),
		bankHash: (flags & HAS_BANK_HASH) === 0 ? null : Hash.fromBytes(bytes, 41),
		blockHeight: (flags & HAS_HEIGHT) === 0 ? null : view.getBigUint64(73, true),
		blockTime: (flags & HAS_TIME) === 0 ? null : view.getBigInt64(81, true),
		completed: (flags & COMPLETED) !== 0,
		rooted: (flags & ROOTED) !== 0,
		byteLength: Number(view.getBigUint64(89, true)),
		transactionCount: view.getUint32(97, true),
	};
}

/** Signatures and addresses of a block's transactions: what a purge must find without reading the block. */
export function encodeSignatures(statuses: readonly StatusInsert[]): Uint8Array {
	let length = 0;
	for (const { addresses } of statuses) length += 64 + 2 + addresses.length * 32;
	const bytes = new Uint8Array(length);
	let at = 0;
	for (const { signature, addresses } of statuses) {
		bytes.set(signature, at);
		bytes[at + 64] = addresses.length;
		bytes[at + 65] = addresses.length >> 8;
		at += 66;
		for (const address of addresses) {
			bytes.set(address.bytes, at);
			at += 32;
		}
	}
	return bytes;
}

/** The inverse of {@link encodeSignatures}. */
export function decodeSignatures(bytes: Uint8Array): { signature: Uint8Array; addresses: Uint8Array[] }[] {
	const found: { signature: Uint8Array; addresses: Uint8Array[] }[] = [];
	let at = 0;
	while (at + 66 <= bytes.length) {
		const signature = bytes.slice(at, at + 64);
		const count = bytes[at + 64]! | (bytes[at + 65]! << 8);
		at += 66;
		const addresses: Uint8Array[] = [];
		for (let i = 0; i < count && at + 32 <= bytes.length; i++, at += 32)
			addresses.push(bytes.slice(at, at + 32));
		found.push({ signature, addresses });
	}
	return found;
}
