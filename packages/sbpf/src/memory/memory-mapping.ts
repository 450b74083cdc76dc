/**
 * From guest addresses to arena offsets.
 *
 * Owns the three kinds of mapping (identity, aligned, unaligned), the access-violation handler, the
 * errors of a failed access, and the translation windows that let the interpreter translate without
 * a call. Every answer about an address comes from the regions; a window only remembers one.
 * Source: solana-sbpf `memory_region.rs`.
 *
 * Windows. For each of the first {@link WINDOW_SLOTS} region slots (upper half of the address) and each
 * kind of access, {@link MemoryMapping.windows} holds the last range found: first address (lower
 * half), length, arena offset of the first byte. An access that lies wholly inside its window is
 * allowed and needs no search; any other goes to {@link MemoryMapping.translate}, which decides exactly
 * and moves the window. Changing a region closes all windows, so whoever runs on them needs no
 * version to compare. Three rules keep the check in the interpreter short:
 *   - a window is shorter than 2^31 and ends {@link WINDOW_GUARD} bytes before its slot does, so that an
 *     address and a 16-bit displacement cannot wrap from one slot into a window of another unnoticed;
 *   - of a gapped region it is one frame, so that gaps need no arithmetic;
 *   - for storing it ends at the dirty mark of a pooled block, so that the mark needs no bookkeeping.
 */
import { Fault } from '@parhelion/sdk';
import type { Config } from '../config.ts';
import type { EbpfError } from '../errors.ts';
import {
	MM_BYTECODE_START,
	MM_HEAP_START,
	MM_INPUT_START,
	MM_REGION_SIZE,
	MM_STACK_START,
} from '../isa/ebpf.ts';
import { manualStackFrameBump, type SBPFVersion } from '../program.ts';
import type { Arena } from './arena.ts';
import { MemoryRegion, NO_GAPS } from './memory-region.ts';

/** Reading (0) or writing (1). */
export type AccessType = 0 | 1;
/** The guest reads. */
export const ACCESS_LOAD = 0;
/** The guest writes. */
export const ACCESS_STORE = 1;

/**
 * Called before an access fails: it may give `region` (a copy) other bytes, more of them, or make it
 * writable, by {@link MemoryRegion.redirect}; if the access then fits, the copy takes the region's
 * place. `regionMaxLen` is the room up to the next region. Numbers from 2^53 on are rounded; no such
 * address ever fits.
 */
export type AccessViolationHandler = (
	region: MemoryRegion,
	regionMaxLen: number,
	access: AccessType,
	vmAddr: number,
	len: number,
) => void;

/** How many slots have windows: all that ABI v1 programs use. */
export const WINDOW_SLOTS = 8;
/** Words of one window: first address (lower half), length in bytes, arena offset; one is spare. */
export const WINDOW_WORDS = 4;
/** Where the windows for storing begin; those for loading begin at 0. */
export const STORE_WINDOWS: number = WINDOW_SLOTS * WINDOW_WORDS;
/** Bytes at the end of a slot that no window covers: more than any displacement. */
const WINDOW_GUARD = 0x8000;
/** How many windows of each kind of access are remembered: programs go to and fro between accounts. */
const RECENT_WINDOWS = 4;
const RECENT_WORDS = RECENT_WINDOWS * WINDOW_WORDS;
/** Where those for loading begin; those for storing follow. Their spare word is the slot. */
const RECENT_LOAD = 2 * STORE_WINDOWS;
/** The largest window. */
const MAX_WINDOW = 0x7fff_ffff;

const U64_MAX = 2 ** 64;
const I64_MIN = -(1n << 63n);

const ALL_WINDOW_WORDS = RECENT_LOAD + 2 * RECENT_WORDS;
const NO_WINDOWS = new Int32Array(0);
/** Windows of mappings that were released, all closed: as many as programs nest. */
const spareWindows: Int32Array[] = [];
const MAX_SPARE_WINDOWS = 9;

/** Maps virtual memory to the arena. */
export class MemoryMapping {
	readonly arena: Arena;
	/** The translation windows (see the module's header); behind them those opened last. */
	windows: Int32Array = spareWindows.pop() ?? new Int32Array(ALL_WINDOW_WORDS);
	/** Counts how often all windows were closed, for who keeps copies of them. */
	windowsClosed = 0;
	/** Why {@link translate} last answered -1. */
	violation: EbpfError | null = null;
	readonly #aligned: boolean;
	readonly #identity: boolean;
	readonly #handler: AccessViolationHandler | null;
	readonly #maxCallDepth: number;
	readonly #stackFrameSize: number;
	readonly #stackFrames: boolean;
	#regions: MemoryRegion[];
	#initialized = false;
	/** The region found last. */
	#lastIndex = 0;
	#nextRecent = 0;

	/**
	 * A mapping over `regions`, of the aligned kind from V4 on or where the config says so; without
	 * address translation of the identity kind. Not usable before {@link initialize}.
	 */
	constructor(
		arena: Arena,
		regions: readonly MemoryRegion[],
		config: Config,
		version: SBPFVersion,
		accessViolationHandler: AccessViolationHandler | null = null,
	) {
		this.arena = arena;
		this.#regions = regions.slice();
		this.#aligned = version >= 4 || config.alignedMemoryMapping;
		this.#identity = !config.enableAddressTranslation;
		this.#handler = accessViolationHandler;
		this.#maxCallDepth = config.maxCallDepth;
		this.#stackFrameSize = config.stackFrameSize;
		this.#stackFrames = !manualStackFrameBump(version);
	}

	/** The regions in the order of their addresses (once initialised). */
	get regions(): readonly MemoryRegion[] {
		return this.#regions;
	}

	/** Gives the windows to the next mapping; this one finds nothing any more. Allocating them anew costs 0.3 us. */
	release(): void {
		const { windows } = this;
		if (windows === NO_WINDOWS) return;
		this.#initialized = false;
		this.windows = NO_WINDOWS;
		windows.fill(0);
		if (spareWindows.length < MAX_SPARE_WINDOWS) spareWindows.push(windows);
	}

	/** Whether the upper half of an address is the index of its region. */
	get isAligned(): boolean {
		return this.#aligned;
	}

	/** The regions, to be changed in place: {@link initialize} must follow. */
	regionsMut(): MemoryRegion[] {
		this.#initialized = false;
		this.#closeWindows();
		return this.#regions;
	}

	/**
	 * Sorts the regions and checks that they do not overlap; of the aligned kind, fills the slots between.
	 *
	 * @throws Fault<EbpfError> InvalidMemoryRegion.
	 */
	initialize(): void {
		this.#initialized = false;
		this.#closeWindows();
		this.#lastIndex = 0;
		sortByAddress(this.#regions);
		if (this.#aligned) this.#initializeAligned();
		else this.#initializeUnaligned();
		this.#initialized = true;
	}

	#initializeAligned(): void {
		const filled: MemoryRegion[] = [];
		for (const region of this.#regions) {
			const slot = Math.floor(region.vmAddr / MM_REGION_SIZE);
			if (slot < filled.length) throw invalidRegion(slot);
			while (filled.length < slot) filled.push(MemoryRegion.newEmpty(filled.length * MM_REGION_SIZE));
			filled.push(region);
		}
		this.#regions = filled;
	}

	#initializeUnaligned(): void {
		const regions = this.#regions;
		for (let i = 1; i < regions.length; i++) {
			if (regions[i - 1]!.vmAddrEnd > regions[i]!.vmAddr) throw invalidRegion(i);
		}
	}

	/** The index of the region that may hold `vmAddr`, or -1: of the unaligned kind, the last one to begin at or before it. */
	findRegion(vmAddr: number): number {
		const regions = this.#regions;
		if (this.#aligned) {
			const index = Math.floor(vmAddr / MM_REGION_SIZE);
			return index < regions.length ? index : -1;
		}
		const last = this.#lastIndex;
		if (last < regions.length && vmAddr >= regions[last]!.vmAddr) {
			if (last + 1 === regions.length || vmAddr < regions[last + 1]!.vmAddr) return last;
		}
		let low = 0;
		let high = regions.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (regions[middle]!.vmAddr <= vmAddr) low = middle + 1;
			else high = middle;
		}
		if (low > 0) this.#lastIndex = low - 1;
		return low - 1;
	}

	/**
	 * The arena offset of the `len` bytes at `vmAddr`, all of them inside one region. A caller that writes
	 * must ask for {@link ACCESS_STORE}: it is what marks pooled memory dirty.
	 *
	 * @throws Fault<EbpfError> StackAccessViolation, AccessViolation.
	 */
	map(access: AccessType, vmAddr: bigint, len: bigint): number {
		const host = this.#lookUp(access, Number(vmAddr), Number(len));
		if (host < 0) throw new Fault<EbpfError>(this.accessViolation(access, vmAddr, len));
		return host;
	}

	/** As {@link map}, for an address and a length that are exact numbers (or were rounded and so fail). */
	mapNumber(access: AccessType, vmAddr: number, len: number): number {
		const host = this.#lookUp(access, vmAddr, len);
		if (host < 0) throw new Fault<EbpfError>(this.accessViolation(access, BigInt(vmAddr), BigInt(len)));
		return host;
	}

	/**
	 * As {@link map}, but asks the access-violation handler before it fails; offsets given out before may
	 * be stale afterwards.
	 *
	 * @throws Fault<EbpfError> InvalidMemoryRegion, StackAccessViolation, AccessViolation.
	 */
	mapWithAccessViolationHandler(access: AccessType, vmAddr: bigint, len: bigint): number {
		const host = this.#lookUpOrHandle(access, Number(vmAddr), Number(len));
		if (host < 0) throw new Fault<EbpfError>(this.accessViolation(access, vmAddr, len));
		return host;
	}

	/** As {@link mapWithAccessViolationHandler}, for numbers as {@link mapNumber} takes them. */
	mapNumberWithAccessViolationHandler(access: AccessType, vmAddr: number, len: number): number {
		const host = this.#lookUpOrHandle(access, vmAddr, len);
		if (host < 0) throw new Fault<EbpfError>(this.accessViolation(access, BigInt(vmAddr), BigInt(len)));
		return host;
	}

	/**
	 * The interpreter's way in when an access misses its window: the arena offset of `size` (1 to 8) bytes
	 * at the address of the two words, or -1 with the reason in {@link violation}. Asks the handler, and
	 * moves the window to where the access was.
	 */
	translate(access: AccessType, hi: number, lo: number, size: number): number {
		const known = this.#reopenWindow(access, hi, lo, size);
		if (known >= 0) return known;
		const vmAddr = (hi >>> 0) * MM_REGION_SIZE + (lo >>> 0);
		let host: number;
		try {
			host = this.#lookUpOrHandle(access, vmAddr, size);
		} catch (thrown) {
			if (!(thrown instanceof Fault)) throw thrown;
			this.violation = thrown.error as EbpfError;
			return -1;
		}
		if (host < 0) {
			const exact = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
			this.violation = this.accessViolation(access, exact, BigInt(size));
			return -1;
		}
		if (hi >>> 0 < WINDOW_SLOTS) this.#openWindow(access, hi, vmAddr);
		return host;
	}

	/**
	 * Whether every access inside the `len` bytes at `vmAddr` is allowed as the regions are: all are in one region
	 * and, where that has gaps, in one frame. Never asks the handler; marks pooled memory dirty as {@link map} does.
	 */
	allowsSpan(access: AccessType, vmAddr: number, len: number): boolean {
		if (this.#lookUp(access, vmAddr, len) < 0) return false;
		if (this.#identity) return true;
		const region = this.#regions[this.findRegion(vmAddr)]!;
		if (region.vmGapShift === NO_GAPS) return true;
		const gap = 2 ** region.vmGapShift;
		return ((vmAddr - region.vmAddr) % gap) + len <= gap;
	}

	/**
	 * As {@link translate}, for functions of the host: never asks the handler, and says nothing of why an
	 * access is not allowed.
	 */
	probe(access: AccessType, hi: number, lo: number, size: number): number {
		const vmAddr = (hi >>> 0) * MM_REGION_SIZE + (lo >>> 0);
		const host = this.#lookUp(access, vmAddr, size);
		if (host >= 0 && hi >>> 0 < WINDOW_SLOTS) this.#openWindow(access, hi, vmAddr);
		return host;
	}

	/**
	 * Replaces the region at `index` by one that begins at the same address.
	 *
	 * @throws Fault<EbpfError> InvalidMemoryRegion where it begins elsewhere or reaches into the next.
	 */
	replaceRegion(index: number, region: MemoryRegion): void {
		const old = this.#regions[index];
		const nextStart = this.#regions[index + 1]?.vmAddr ?? U64_MAX;
		if (old === undefined || old.vmAddr !== region.vmAddr || region.vmAddrEnd > nextStart) {
			throw invalidRegion(index);
		}
		if (this.#aligned) {
			const lastByte = region.vmAddr + Math.max(0, region.len - 1);
			if (Math.floor(region.vmAddr / MM_REGION_SIZE) !== index) throw invalidRegion(index);
			if (Math.floor(lastByte / MM_REGION_SIZE) !== index) throw invalidRegion(index);
		}
		this.#regions[index] = region;
		this.#closeWindows();
	}

	/** The error of an access that no region allows. Source: `MemoryMapping::generate_access_violation`. */
	accessViolation(access: AccessType, vmAddr: bigint, len: bigint): EbpfError {
		const name = access === ACCESS_LOAD ? 'Load' : 'Store';
		const frame = this.#stackFrameOf(vmAddr);
		if (this.#stackFrames && frame >= -1n && frame < BigInt(this.#maxCallDepth) + 1n) {
			return { kind: 'StackAccessViolation', access: name, vmAddr, len, frame: Number(frame) };
		}
		return { kind: 'AccessViolation', access: name, vmAddr, len, region: this.#regionName(vmAddr) };
	}

	/** Signed division towards zero, as upstream has it: the frame before the stack counts as frame 0 too. */
	#stackFrameOf(vmAddr: bigint): bigint {
		if (this.#stackFrameSize === 0) return 0n;
		const distance = BigInt.asIntN(64, vmAddr) - BigInt(MM_STACK_START);
		return (distance < I64_MIN ? I64_MIN : distance) / BigInt(this.#stackFrameSize);
	}

	#regionName(vmAddr: bigint): string {
		const index = vmAddr <= Number.MAX_SAFE_INTEGER ? this.findRegion(Number(vmAddr)) : -1;
		const region = this.#regions[index];
		if (region === undefined || vmAddr < region.vmAddr || vmAddr >= region.vmAddrEnd) return 'unallocated';
		switch (Math.floor(Number(vmAddr) / MM_REGION_SIZE) * MM_REGION_SIZE) {
			case MM_BYTECODE_START:
				return 'program';
			case MM_STACK_START:
				return 'stack';
			case MM_HEAP_START:
				return 'heap';
			case MM_INPUT_START:
				return 'input';
			default:
				return 'allocated';
		}
	}

	/** The arena offset, or -1. */
	#lookUp(access: AccessType, vmAddr: number, len: number): number {
		this.#assertInitialized();
		if (this.#identity) return vmAddr + len <= this.arena.byteLength ? vmAddr : -1;
		const index = this.findRegion(vmAddr);
		return index < 0 ? -1 : hostOf(this.#regions[index]!, access, vmAddr, len);
	}

	#lookUpOrHandle(access: AccessType, vmAddr: number, len: number): number {
		this.#assertInitialized();
		if (this.#identity) return vmAddr + len <= this.arena.byteLength ? vmAddr : -1;
		const index = this.findRegion(vmAddr);
		if (index < 0) return -1;
		const region = this.#regions[index]!;
		const host = hostOf(region, access, vmAddr, len);
		if (host >= 0 || this.#handler === null) return host;
		const candidate = region.clone();
		const maxLen = (this.#regions[index + 1]?.vmAddr ?? U64_MAX) - region.vmAddr;
		this.#handler(candidate, maxLen, access, vmAddr, len);
		const handled = hostOf(candidate, access, vmAddr, len);
		if (handled >= 0) this.replaceRegion(index, candidate);
		return handled;
	}

	#assertInitialized(): void {
		if (!this.#initialized) throw new TypeError('the mapping is not initialised: call initialize() first');
	}

	/** Opens again the last window the access fits, if it is among those remembered; answers as {@link translate}. */
	#reopenWindow(access: AccessType, hi: number, lo: number, size: number): number {
		const { windows } = this;
		const from = RECENT_LOAD + access * RECENT_WORDS;
		for (let i = from; i < from + RECENT_WORDS; i += WINDOW_WORDS) {
			const offset = (lo - windows[i]!) | 0;
			if (windows[i + 3] !== hi || offset < 0 || offset > windows[i + 1]! - size) continue;
			const host = windows[i + 2]!;
			this.#setWindow(access, hi, windows[i]!, windows[i + 1]!, host);
			return host + offset;
		}
		return -1;
	}

	#setWindow(access: AccessType, slot: number, start: number, len: number, host: number): void {
		const at = access * STORE_WINDOWS + slot * WINDOW_WORDS;
		this.windows[at] = start;
		this.windows[at + 1] = len;
		this.windows[at + 2] = host;
	}

	/** Lays the window over the region (of a gapped one, over the frame) that holds `vmAddr`. */
	#openWindow(access: AccessType, slot: number, vmAddr: number): void {
		const slotStart = slot * MM_REGION_SIZE;
		const limit = slotStart + MM_REGION_SIZE - WINDOW_GUARD;
		let start: number;
		let len: number;
		let host: number;
		if (this.#identity) {
			start = 0;
			len = Math.min(this.arena.byteLength, MAX_WINDOW);
			host = 0;
		} else {
			const region = this.#regions[this.findRegion(vmAddr)]!;
			let offset = 0;
			start = region.vmAddr;
			len = region.len;
			if (region.vmGapShift !== NO_GAPS) {
				const gap = 2 ** region.vmGapShift;
				offset = Math.floor((vmAddr - start) / (2 * gap)) * gap;
				start += 2 * offset;
				len = Math.min(gap, len - offset);
			}
			if (access === ACCESS_STORE && region.pooled !== null) {
				len = Math.min(len, region.pooled.dirtyLen - offset);
			}
			host = region.host + offset;
		}
		if (start < slotStart || start + len > limit || len > MAX_WINDOW) return;
		this.#setWindow(access, slot, start, len, host);
		const { windows } = this;
		const at = RECENT_LOAD + access * RECENT_WORDS + this.#nextRecent * WINDOW_WORDS;
		this.#nextRecent = (this.#nextRecent + 1) % RECENT_WINDOWS;
		windows[at] = start;
		windows[at + 1] = len;
		windows[at + 2] = host;
		windows[at + 3] = slot;
	}

	#closeWindows(): void {
		this.windowsClosed++;
		this.windows.fill(0);
	}
}

/** A stable sort that is linear where the regions come in order, as they do. */
function sortByAddress(regions: MemoryRegion[]): void {
	for (let i = 1; i < regions.length; i++) {
		if (regions[i - 1]!.vmAddr <= regions[i]!.vmAddr) continue;
		regions.sort((a, b) => a.vmAddr - b.vmAddr);
		return;
	}
}

/** The arena offset of an access inside `region`, marking pooled memory it may write; -1 where it is not allowed. */
function hostOf(region: MemoryRegion, access: AccessType, vmAddr: number, len: number): number {
	if (access === ACCESS_STORE && !region.writable) return -1;
	const offset = region.offsetOf(vmAddr, len);
	if (offset < 0) return -1;
	if (access === ACCESS_STORE && region.pooled !== null) region.pooled.markDirty(offset + len);
	return region.host + offset;
}

function invalidRegion(index: number): Fault<EbpfError> {
	return new Fault<EbpfError>({ kind: 'InvalidMemoryRegion', index });
}
