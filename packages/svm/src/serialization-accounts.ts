/**
 * Owns the way of one account back from a program's parameters to the transaction.
 *
 * Bytes are compared before anything is borrowed or copied: most accounts of most instructions come back
 * as they went, and then keep the very data object they were loaded with.
 *
 * Source: solana-program-runtime 4.3.0, serialization.rs (`deserialize_parameters_for_abiv0`,
 * `deserialize_parameters_for_abiv1`).
 */

import type { Arena } from '@parhelion/sbpf';
import { Fault, InstructionError, Pubkey } from '@parhelion/sdk';
import { isPubkeyAt } from './arena-pubkey.ts';
import type { BorrowedInstructionAccount } from './borrowed-instruction-account.ts';
import type { InstructionContext } from './instruction-context.ts';
import { dataChangeError, type SerializationFeatures } from './serialization-regions.ts';
import { isU64At, readU64 } from './u64.ts';

/** Offsets of the fields of a record from its first byte; -1 for what programs cannot change. */
export interface RecordLayout {
	readonly owner: number;
	readonly lamports: number;
	readonly dataLen: number;
	readonly data: number;
	/** Bytes by which data may have grown. */
	readonly maxDataIncrease: number;
	/** Most bytes of data. */
	readonly maxDataLen: number;
}

/** From so many bytes on it pays to make a view of words. V8 keeps up to 64 bytes where a view would move them from. */
const LONG_DATA = 96;

/** Whether the arena holds `bytes` at `host`. */
export function arenaEquals(arena: Arena, host: number, bytes: Uint8Array): boolean {
	const length = bytes.length;
	const { u8 } = arena;
	let i = 0;
	// Words where both sides are aligned: long data is four times faster that way.
	if (length >= LONG_DATA && (host & 3) === 0 && (bytes.byteOffset & 3) === 0) {
		const words = length >> 2;
		const ours = new Int32Array(bytes.buffer, bytes.byteOffset, words);
		const theirs = arena.i32;
		const base = host >> 2;
		for (let w = 0; w < words; w++) if (ours[w] !== theirs[base + w]) return false;
		i = words << 2;
	}
	for (; i < length; i++) if (bytes[i] !== u8[host + i]) return false;
	return true;
}

/**
 * Takes over the record at arena offset `at`. Fails as `deserializeParameters`.
 *
 * @param end offset behind the buffer.
 * @param preLen bytes of data when the account was serialised.
 */
export function deserializeAccount(
	arena: Arena,
	instructionContext: InstructionContext,
	index: number,
	features: SerializationFeatures,
	layout: RecordLayout,
	at: number,
	end: number,
	preLen: number,
): void {
	const borrowed = instructionContext.tryBorrowInstructionAccount(index);
	if (at + layout.data > end) throw new Fault(InstructionError.InvalidArgument);
	if (!isU64At(arena.view, at + layout.lamports, borrowed.getLamports())) {
		borrowed.setLamports(arena.view.getBigUint64(at + layout.lamports, true));
	}

	let postLen = preLen;
	if (layout.dataLen >= 0) {
		const len = readU64(arena.view, at + layout.dataLen);
		if (typeof len === 'bigint' || len - preLen > layout.maxDataIncrease || len > layout.maxDataLen) {
			throw new Fault(InstructionError.InvalidRealloc);
		}
		postLen = len;
	}

	const host = at + layout.data;
	if (!features.virtualAddressSpaceAdjustments) {
		if (host + postLen > end) throw new Fault(InstructionError.InvalidArgument);
		syncDataIfResizable(arena, borrowed, host, postLen);
	} else if (!features.accountDataDirectMapping && dataChangeError(borrowed) === null) {
		if (host + postLen > end) throw new Fault(InstructionError.InvalidArgument);
		setData(arena, borrowed, host, postLen);
	} else if (borrowed.getData().length !== postLen) {
		borrowed.setDataLength(postLen);
	}

	// The owner comes last: until then the program may change lamports and data.
	if (layout.owner >= 0 && !isPubkeyAt(arena, at + layout.owner, borrowed.getOwner())) {
		borrowed.setOwner(Pubkey.recent(arena.u8, at + layout.owner));
	}
	borrowed.drop();
}

/**
 * Takes data over where the running program may; where it may not, the data must not differ.
 *
 * Fails as `canDataBeResized` if the data differs.
 */
export function syncDataIfResizable(
	arena: Arena,
	borrowed: BorrowedInstructionAccount,
	host: number,
	len: number,
): void {
	const data = borrowed.getData();
	if (data.length === len && arenaEquals(arena, host, data)) {
		// What upstream's copy of equal bytes leaves behind.
		if (dataChangeError(borrowed) === null) borrowed.account.touched = true;
		return;
	}
	borrowed.setDataFromSlice(arena.u8.subarray(host, host + len));
}

/** Takes data over. Fails as `setDataFromSlice`. */
export function setData(arena: Arena, borrowed: BorrowedInstructionAccount, host: number, len: number): void {
	const data = borrowed.getData();
	if (data.length === len && arenaEquals(arena, host, data)) borrowed.account.touched = true;
	else borrowed.setDataFromSlice(arena.u8.subarray(host, host + len));
}
