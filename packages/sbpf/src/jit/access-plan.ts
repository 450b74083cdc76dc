/**
 * Which memory accesses of a run share one check.
 *
 * A run is a stretch of instructions that either all execute or end the program's luck: no branch, no call.
 * Accesses off one base register that keeps its value form a group; whoever reaches the first will
 * reach the others, so the whole span is checked at once. A pointer that is the frame pointer plus a constant
 * needs no check inside its frame.
 */
import type { Source } from './source.ts';

/** What one instruction of a run does to memory. */
export interface Access {
	/** Bytes. */
	readonly size: number;
	readonly isStore: boolean;
	readonly off: number;
	/** Distance to the frame pointer if the address is known to lie in the frame, else null. */
	readonly frameOffset: number | null;
	/** The group it is checked with; null inside the frame. */
	readonly group: AccessGroup | null;
}

/** Accesses checked together. */
export interface AccessGroup {
	readonly base: number;
	/** The first access, where the check stands. */
	readonly firstOff: number;
	readonly firstSize: number;
	readonly firstIsStore: boolean;
	/** Slot of the last access: from there on nobody needs what the check found. */
	lastPc: number;
	/** Lowest displacement, and bytes from there to the end of the last access. */
	low: number;
	high: number;
	/** Whether any of them stores: then all are checked for storing. */
	isStore: boolean;
}

/**
 * The longest span that is checked at once, in bytes: what cannot be in one region should not be tied together.
 * `packMiss` (`abi.ts`) has room for so much.
 */
const MAX_SPAN = 8_192;

/** What the planner must know of a program. */
export interface PlanContext {
	readonly source: Source;
	/** Bytes of a frame below the frame pointer that need no check; 0 where frames are not fixed. */
	readonly frameSize: number;
	/** By opcode: bytes of a load or store, 0 for other instructions. */
	readonly accessSize: Uint8Array;
	/** By opcode: 1 for a store. */
	readonly isStore: Uint8Array;
}

/** Where each register stands relative to the frame pointer; NaN where that is not known. */
export type FrameOffsets = Float64Array;

/** Nothing is known but the frame pointer itself. */
export function unknownOffsets(): FrameOffsets {
	const offsets = new Float64Array(11).fill(Number.NaN);
	offsets[10] = 0;
	return offsets;
}

/**
 * Plans the accesses from slot `start` to `last`. `offsets` is what is known before and becomes what is known
 * after; `track` updates it for an instruction that is no access.
 */
export function planAccesses(
	context: PlanContext,
	start: number,
	last: number,
	offsets: FrameOffsets,
	track: (pc: number, offsets: FrameOffsets) => void,
): Map<number, Access> {
	const { source, frameSize, accessSize, isStore } = context;
	const plan = new Map<number, Access>();
	/** The open group of each register. */
	const open: (AccessGroup | null)[] = new Array(11).fill(null);
	for (let pc = start; pc <= last; pc = source.following(pc)) {
		const opcode = source.opcode(pc);
		const size = accessSize[opcode]!;
		const dst = source.dst(pc);
		if (size === 0) {
			track(pc, offsets);
			if (writesRegister(context, opcode)) open[dst] = null;
			continue;
		}
		const store = isStore[opcode] === 1;
		const base = store ? dst : source.src(pc);
		const off = source.off(pc);
		const frameOffset = offsets[base]! + off;
		if (frameOffset >= -frameSize && frameOffset + size <= 0) {
			plan.set(pc, { size, isStore: store, off, frameOffset, group: null });
		} else {
			let group = open[base] ?? null;
			if (group !== null) {
				const low = Math.min(group.low, off);
				const high = Math.max(group.high, off + size);
				if (high - low > MAX_SPAN) group = null;
				else {
					group.low = low;
					group.high = high;
					group.isStore ||= store;
					group.lastPc = pc;
				}
			}
			group ??= {
				base,
				firstOff: off,
				firstSize: size,
				firstIsStore: store,
				lastPc: pc,
				low: off,
				high: off + size,
				isStore: store,
			};
			open[base] = group;
			plan.set(pc, { size, isStore: store, off, frameOffset: null, group });
		}
		if (!store) {
			open[dst] = null;
			offsets[dst] = Number.NaN;
		}
	}
	return plan;
}

function writesRegister(context: PlanContext, opcode: number): boolean {
	const shape = context.source.table.rows[opcode]?.shape;
	return (
		shape === 'lddw' || shape === 'aluImm' || shape === 'aluReg' || shape === 'aluUnary' || shape === 'endian'
	);
}
