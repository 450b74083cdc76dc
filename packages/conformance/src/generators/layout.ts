/**
 * The memory a generated program runs in, as data: which regions there are, how long, of which kind.
 *
 * Owns the choice of layouts and of addresses worth trying in them: mostly inside, often at a border.
 */
import { MM_HEAP_START, MM_INPUT_START, MM_REGION_SIZE, type SBPFVersion } from '@parhelion/sbpf';
import type { Random } from '../oracle/random.ts';

/** `ro` may be read, `rw` written as well; `account` becomes writable, and longer, at the first store. */
export type RegionKind = 'ro' | 'rw' | 'account';

/** One region behind stack and heap. */
export interface RegionSpec {
	readonly kind: RegionKind;
	readonly vmAddr: number;
	/** Bytes. */
	readonly len: number;
	/** What an account may grow to, in bytes; `len` for the other kinds. */
	readonly reserved: number;
}

/** The memory of a program. */
export interface Layout {
	/** Bytes of the heap. */
	readonly heap: number;
	/** Whether stack and heap come from the pool. */
	readonly pooled: boolean;
	/** Whether every run has an arena of its own, so that it can be seen to grow. */
	readonly fresh: boolean;
	readonly regions: readonly RegionSpec[];
}

const HEAP_SIZES: readonly number[] = [0, 7, 8, 64, 300, 4096, 8192];
const SIZES: readonly number[] = [1, 2, 3, 5, 7, 8, 9, 15, 16, 40, 64, 100, 256, 300, 5000];
const KINDS: readonly RegionKind[] = ['ro', 'rw', 'rw', 'rw', 'account', 'account'];
/** Bytes a V0 stack frame and the gap behind it take, unless the program says otherwise. */
const FRAMES = 0x2_0000_0000;

/** A layout for a mapping of the aligned kind (one region to each upper half of an address) or the other one. */
export function randomLayout(random: Random, isAligned: boolean): Layout {
	const regions: RegionSpec[] = [];
	const count = random.oneIn(4) ? 1 + random.int(8) : 1 + random.int(3);
	let next = MM_INPUT_START;
	for (let i = 0; i < count; i++) {
		const kind = random.pick(KINDS);
		const len = kind === 'account' && random.oneIn(6) ? 0 : random.pick(SIZES);
		const reserved = kind === 'account' ? len + random.pick([0, 1, 7, 8, 24, 200]) : len;
		regions.push({ kind, vmAddr: next, len, reserved: Math.max(1, reserved) });
		if (isAligned) next += MM_REGION_SIZE;
		else next += Math.max(1, reserved) + random.pick([0, 0, 0, 1, 8, 64]);
	}
	if (!isAligned && random.oneIn(2)) {
		// Across the border between two slots of windows, and behind the last one.
		const slot = random.pick([5, 6, 7, 8, 11]);
		const len = random.pick([8, 40, 100]);
		const vmAddr = slot * MM_REGION_SIZE - random.pick([0, 1, 7, 8, 20, 0x8000, 0x8010]);
		regions.push({ kind: random.pick(KINDS), vmAddr, len, reserved: len });
	}
	return { heap: random.pick(HEAP_SIZES), pooled: !random.oneIn(6), fresh: random.oneIn(60), regions };
}

/** A range of addresses with something in it. */
export interface Range {
	readonly start: number;
	readonly len: number;
	readonly isWritable: boolean;
}

/** What can be read in a program of `version`; the text is `textBytes` long, about. */
export function rangesOf(layout: Layout, version: SBPFVersion, textBytes: number): Range[] {
	const ranges: Range[] = [
		{ start: version >= 3 ? 0 : MM_REGION_SIZE, len: textBytes, isWritable: false },
		{ start: FRAMES, len: 4096, isWritable: true },
		{ start: MM_HEAP_START, len: layout.heap, isWritable: true },
	];
	for (const { kind, vmAddr, len } of layout.regions) {
		ranges.push({ start: vmAddr, len, isWritable: kind !== 'ro' });
	}
	return ranges;
}

/** An offset in a range of `len` bytes: somewhere inside, or at its end. */
export function randomOffset(random: Random, len: number): number {
	if (random.oneIn(8)) return len - random.pick([0, 1, 2, 3, 4, 5, 7, 8, 9, 16]);
	if (random.oneIn(24)) return -random.pick([1, 2, 4, 8, 9]);
	return random.int(Math.max(1, len - random.pick([0, 8, 16])));
}

/** An address worth having in a register. */
export function randomAddress(random: Random, ranges: readonly Range[]): bigint {
	if (random.oneIn(50)) return random.u64();
	const { start, len } = random.pick(ranges);
	const address = BigInt(start + randomOffset(random, len));
	if (random.oneIn(60)) return BigInt.asUintN(64, address + (1n << BigInt(32 + random.int(32))));
	return BigInt.asUintN(64, address);
}
