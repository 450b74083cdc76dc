/**
 * Basic blocks and the edges between them.
 *
 * Owns where blocks start and end and how they end. Blocks tile the text: every slot but the second one of
 * an `lddw` belongs to exactly one, reachable or not. Edges stay inside a function: a call leads on to the
 * instruction after it, and its target is kept apart. Calls of syscalls do not end a block.
 * Works on text that was not verified; an edge to where no instruction starts is left out.
 * Source: solana-sbpf `static_analysis.rs` (`split_into_basic_blocks`).
 */
import type { FunctionRegistry } from '../function-registry.ts';
import { INSN_SIZE } from '../isa/ebpf.ts';
import { instructionTable } from '../isa/table.ts';
import { calculateCallImmTargetPc, type SBPFVersion, staticSyscalls } from '../program.ts';
import { buildGraph, EdgeList, type Graph } from './graph.ts';

/** The next block begins because something leads there, or the text ends. */
export const TERMINATOR_NONE = 0;
/** `ja`. */
export const TERMINATOR_JUMP = 1;
/** A conditional jump. */
export const TERMINATOR_BRANCH = 2;
/** A call of a function of the program. */
export const TERMINATOR_CALL = 3;
/** `callx`, which may lead to any slot of the text. */
export const TERMINATOR_CALL_REG = 4;
/** `exit`. */
export const TERMINATOR_EXIT = 5;

/** The blocks of a text in ascending order, and the edges between them. */
export interface ControlFlowGraph {
	/** Slots of the text. */
	readonly slotCount: number;
	readonly blockCount: number;
	/** First slot of each block; the entry after the last is `slotCount`, so a block ends where the next starts. */
	readonly blockStart: Int32Array;
	/** Slot of each block's last instruction. */
	readonly blockLast: Int32Array;
	/** Block of each slot; -1 for the second slot of an `lddw`. */
	readonly blockOf: Int32Array;
	/** How each block ends, one of the `TERMINATOR_` codes. */
	readonly terminator: Uint8Array;
	/** The block that follows when the terminator does not jump (after a call: where it returns to), or -1. */
	readonly next: Int32Array;
	/** The block a jump or taken branch leads to, or -1. */
	readonly taken: Int32Array;
	/** The block a {@link TERMINATOR_CALL} calls, or -1. */
	readonly callTarget: Int32Array;
	/** The edges `next` and `taken` in both directions; a branch to where it falls through counts twice. */
	readonly graph: Graph;
}

/** What the splitter needs of a program. */
export interface Text {
	readonly textBytes: Uint8Array;
	readonly sbpfVersion: SBPFVersion;
	readonly functionRegistry: FunctionRegistry<number>;
}

/** How an instruction directs control; 0 for one that just goes on. */
const FLOW_LDDW = 1;
const FLOW_JUMP = 2;
const FLOW_BRANCH = 3;
const FLOW_CALL = 4;
const FLOW_CALL_REG = 5;
const FLOW_EXIT = 6;

function flowTable(version: SBPFVersion): Uint8Array {
	const flow = new Uint8Array(256);
	for (const row of instructionTable(version).rows) {
		if (row === undefined) continue;
		if (row.shape === 'lddw') flow[row.opcode] = FLOW_LDDW;
		else if (row.shape === 'jump') flow[row.opcode] = FLOW_JUMP;
		else if (row.shape === 'jumpImm' || row.shape === 'jumpReg') flow[row.opcode] = FLOW_BRANCH;
		else if (row.shape === 'callImm') flow[row.opcode] = FLOW_CALL;
		else if (row.shape === 'callReg') flow[row.opcode] = FLOW_CALL_REG;
		else if (row.shape === 'exit') flow[row.opcode] = FLOW_EXIT;
	}
	return flow;
}

/** 1 for each slot an instruction starts at, as the verifier walks the text. */
export function instructionStarts(text: Text): Uint8Array {
	const { textBytes } = text;
	const slots = Math.floor(textBytes.length / INSN_SIZE);
	const flow = flowTable(text.sbpfVersion);
	const starts = new Uint8Array(slots).fill(1);
	for (let pc = 0; pc + 1 < slots; pc++) {
		if (flow[textBytes[pc * INSN_SIZE]!] === FLOW_LDDW) starts[++pc] = 0;
	}
	return starts;
}

/**
 * The slot a `call imm` at `pc` calls in the program, or -1 where it means a syscall or nothing.
 * Source: `interpreter.rs`, `CALL_IMM`.
 */
export function internalCallTarget(text: Text, pc: number): number {
	const at = pc * INSN_SIZE;
	const bytes = text.textBytes;
	const imm = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
	if (staticSyscalls(text.sbpfVersion)) {
		const target = pc + 1 + imm;
		const isCall = bytes[at + 1]! >> 4 === 1;
		return isCall && target >= 0 && (target + 1) * INSN_SIZE <= bytes.length ? target : -1;
	}
	const key = calculateCallImmTargetPc(text.sbpfVersion, pc, imm);
	return text.functionRegistry.lookupByKey(key)?.value ?? -1;
}

/**
 * Splits `text` into blocks. `entries` are slots at which a block must start; those at which no
 * instruction does are ignored.
 */
export function splitIntoBasicBlocks(
	text: Text,
	starts: Uint8Array,
	entries: Iterable<number>,
): ControlFlowGraph {
	const bytes = text.textBytes;
	const slotCount = starts.length;
	const flow = flowTable(text.sbpfVersion);
	const targetOf = (pc: number): number => {
		const at = pc * INSN_SIZE;
		return pc + 1 + (((bytes[at + 2]! | (bytes[at + 3]! << 8)) << 16) >> 16);
	};

	const leader = new Uint8Array(slotCount + 1);
	leader[0] = 1;
	const mark = (pc: number): void => {
		if (starts[pc] === 1) leader[pc] = 1;
	};
	for (const pc of entries) mark(pc);
	/** Slots of the calls that stay in the program, and where they lead. */
	const calls = new Map<number, number>();
	for (let pc = 0; pc < slotCount; pc++) {
		if (starts[pc] === 0) continue;
		const kind = flow[bytes[pc * INSN_SIZE]!]!;
		if (kind < FLOW_JUMP) continue;
		if (kind === FLOW_CALL) {
			const target = internalCallTarget(text, pc);
			if (target === -1) continue;
			calls.set(pc, target);
			mark(target);
		} else if (kind === FLOW_JUMP || kind === FLOW_BRANCH) {
			mark(targetOf(pc));
		}
		leader[pc + 1] = 1;
	}

	let blockCount = 0;
	for (let pc = 0; pc < slotCount; pc++) blockCount += leader[pc]!;
	const blockStart = new Int32Array(blockCount + 1);
	const blockLast = new Int32Array(blockCount);
	const blockOf = new Int32Array(slotCount).fill(-1);
	let block = -1;
	for (let pc = 0; pc < slotCount; pc++) {
		if (leader[pc] === 1) blockStart[++block] = pc;
		if (starts[pc] === 0) continue;
		blockOf[pc] = block;
		blockLast[block] = pc;
	}
	blockStart[blockCount] = slotCount;

	const terminator = new Uint8Array(blockCount);
	const next = new Int32Array(blockCount).fill(-1);
	const taken = new Int32Array(blockCount).fill(-1);
	const callTarget = new Int32Array(blockCount).fill(-1);
	const edges = new EdgeList();
	for (let b = 0; b < blockCount; b++) {
		const last = blockLast[b]!;
		const kind = flow[bytes[last * INSN_SIZE]!]!;
		const call = kind === FLOW_CALL ? calls.get(last) : undefined;
		if (kind === FLOW_JUMP) terminator[b] = TERMINATOR_JUMP;
		else if (kind === FLOW_BRANCH) terminator[b] = TERMINATOR_BRANCH;
		else if (kind === FLOW_CALL_REG) terminator[b] = TERMINATOR_CALL_REG;
		else if (kind === FLOW_EXIT) terminator[b] = TERMINATOR_EXIT;
		else if (call !== undefined) {
			terminator[b] = TERMINATOR_CALL;
			callTarget[b] = blockOf[call] ?? -1;
		}
		if (kind !== FLOW_JUMP && kind !== FLOW_EXIT && b + 1 < blockCount) {
			next[b] = b + 1;
			edges.push(b, b + 1);
		}
		if (kind === FLOW_JUMP || kind === FLOW_BRANCH) {
			const target = blockOf[targetOf(last)] ?? -1;
			taken[b] = target;
			if (target !== -1) edges.push(b, target);
		}
	}
	return {
		slotCount,
		blockCount,
		blockStart,
		blockLast,
		blockOf,
		terminator,
		next,
		taken,
		callTarget,
		graph: buildGraph(blockCount, edges),
	};
}
