/** Owns the bytes of the ledger's records: blocks, the lists of a block's signatures. */
import { ByteReader, ByteWriter, Hash, InvariantError, type Slot } from '@parhelion/sdk';
import type { BlockMeta, BlockOrigin, StatusInsert } from './blockstore-types.ts';

const COMPLETED = 1;
const ROOTED = 2;
const HAS_BANK_HASH = 4;
const HAS_HEIGHT = 8;
const HAS_TIME = 16;
/** Two bits of the flags. */
const ORIGINS: readonly BlockOrigin[] = ['own', 'unlimited', 'foreign'];
const ORIGIN_SHIFT = 5;
const ORIGIN_MASK = 3;
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
		(meta.blockTime === null ? 0 : HAS_TIME) |
		(ORIGINS.indexOf(meta.origin) << ORIGIN_SHIFT);
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
		origin: ORIGINS[(flags >> ORIGIN_SHIFT) & ORIGIN_MASK] ?? 'foreign',
		byteLength: Number(view.getBigUint64(89, true)),
		transactionCount: view.getUint32(97, true),
	};
}

/** Signatures, places and addresses of a block's transactions: what a purge must find without reading the block. */
export function encodeSignatures(statuses: readonly StatusInsert[]): Uint8Array {
	const writer = new ByteWriter(statuses.length * 256);
	for (const [place, { signature, addresses, index = place }] of statuses.entries()) {
		writer.raw(signature).u32(index).u16(addresses.length);
		for (const { bytes } of addresses) writer.raw(bytes);
	}
	return writer.finish();
}

/** The inverse of {@link encodeSignatures}. */
export function decodeSignatures(
	bytes: Uint8Array,
): { signature: Uint8Array; index: number; addresses: Uint8Array[] }[] {
	const reader = new ByteReader(bytes);
	const found: { signature: Uint8Array; index: number; addresses: Uint8Array[] }[] = [];
	while (reader.remaining > 0) {
		const signature = reader.copy(64);
		const index = reader.u32();
		const addresses: Uint8Array[] = [];
		for (let left = reader.u16(); left > 0; left--) addresses.push(reader.copy(32));
		found.push({ signature, index, addresses });
	}
	return found;
}
