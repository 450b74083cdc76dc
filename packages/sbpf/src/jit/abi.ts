/**
 * The block at the bottom of the arena through which compiled code and its host talk.
 *
 * Owns the layout: registers, meter, call depth and translation windows of the machine that runs now.
 * Compiled code knows the offsets as constants, so nothing has to be handed from function to function.
 * A nested machine (CPI) saves the block and puts it back.
 *
 * A window says where a range of guest addresses lies: first address, length, arena offset. There is one
 * for each of eight slots (the lower three bits of an address's upper half) and each kind of access. A
 * closed window starts in another slot, so far away that no access reaches it.
 */
import type { Arena } from '../memory/arena.ts';
import { STORE_WINDOWS, WINDOW_SLOTS, WINDOW_WORDS } from '../memory/memory-mapping.ts';

/** r0 to r10, eight bytes each. */
export const ABI_REGISTERS = 64;
/** Instructions left, eight bytes. */
export const ABI_METER = 160;
/** Calls that have not returned (programs that move their frame pointer themselves), four bytes. */
export const ABI_CALL_DEPTH = 168;
/** Arena offset of the stack, four bytes. */
export const ABI_STACK_HOST = 172;
/** The highest frame pointer a function that writes to its frame had, eight bytes. */
export const ABI_HIGHEST_FRAME = 176;
/** What a memory operation costs at least, four bytes; bytes per unit above that, four bytes, 0 to leave it to the host. */
export const ABI_MEM_OP_BASE = 184;
export const ABI_MEM_OP_BYTES_PER_UNIT = 188;
/** Windows for loading, then for storing. */
export const ABI_LOAD_WINDOWS = 192;
/** Bytes of a window; a power of two, so that a shift makes an index of it. */
export const ABI_WINDOW_SIZE = 32;
export const ABI_STORE_WINDOWS: number = ABI_LOAD_WINDOWS + WINDOW_SLOTS * ABI_WINDOW_SIZE;
/** Inside a window: the first address and the length (eight bytes each), the arena offset (four). */
export const WINDOW_START = 0;
export const WINDOW_LENGTH = 8;
export const WINDOW_HOST = 16;
/** First byte behind the block. */
const ABI_END = ABI_STORE_WINDOWS + WINDOW_SLOTS * ABI_WINDOW_SIZE;

/**
 * The shortest window that is opened. An access of up to as many bytes is checked by one comparison with
 * the window's length less the access's, which must not wrap.
 */
export const SHORTEST_WINDOW = 8;

/** Where the span stands in what {@link packMiss} makes, and the bit that says that it is stored to. */
export const MISS_SPAN_SHIFT = 18;
export const MISS_STORES = 2;

/**
 * What compiled code tells its host of a span that missed its window, in 32 bits: bytes of the span (14), where in
 * it the access lies that comes first (13), log2 of that access's bytes (2), whether it stores, whether the span is
 * to be stored to, and whether compiled code holds arena offsets that it will use again.
 */
export function packMiss(
	span: number,
	firstAt: number,
	firstSize: number,
	firstIsStore: boolean,
	isStore: boolean,
	holdsOffsets: boolean,
): number {
	const flags = (firstIsStore ? 1 : 0) | (isStore ? MISS_STORES : 0) | (holdsOffsets ? 4 : 0);
	return (span << MISS_SPAN_SHIFT) | (firstAt << 5) | ((31 - Math.clz32(firstSize)) << 3) | flags;
}

/** Copies nobody needs any more: as many as programs nest. */
const spareCopies: Uint8Array[] = [];
const MAX_SPARE_COPIES = 9;

/** A copy of the block, to be put back by {@link restoreAbi}. */
export function saveAbi(arena: Arena): Uint8Array {
	const copy = spareCopies.pop() ?? new Uint8Array(ABI_END - ABI_REGISTERS);
	copy.set(arena.u8.subarray(ABI_REGISTERS, ABI_END));
	return copy;
}

/** Puts a copy back; it must not be used afterwards. */
export function restoreAbi(arena: Arena, saved: Uint8Array): void {
	arena.u8.set(saved, ABI_REGISTERS);
	if (spareCopies.length < MAX_SPARE_COPIES) spareCopies.push(saved);
}

/** Closes every window. */
export function closeAbiWindows(arena: Arena): void {
	const { i32 } = arena;
	for (let slot = 0; slot < WINDOW_SLOTS; slot++) {
		for (const base of [ABI_LOAD_WINDOWS, ABI_STORE_WINDOWS]) {
			const at = (base + slot * ABI_WINDOW_SIZE) >> 2;
			i32[at] = 0x8000_0000 | 0;
			i32[at + 1] = slot ^ 1;
			i32[at + 2] = 0x8000;
			i32[at + 3] = 0;
			i32[at + 4] = 0;
		}
	}
}

/** Opens the window of `slot` as the mapping's own stands; a range too short for compiled code stays closed. */
export function openAbiWindow(arena: Arena, windows: Int32Array, access: number, slot: number): void {
	const from = (access === 0 ? 0 : STORE_WINDOWS) + slot * WINDOW_WORDS;
	const length = windows[from + 1]!;
	if (length < SHORTEST_WINDOW) return;
	const { i32 } = arena;
	const at = ((access === 0 ? ABI_LOAD_WINDOWS : ABI_STORE_WINDOWS) + slot * ABI_WINDOW_SIZE) >> 2;
	i32[at] = windows[from]!;
	i32[at + 1] = slot;
	i32[at + 2] = length;
	i32[at + 3] = 0;
	i32[at + 4] = windows[from + 2]!;
}
