/**
 * A whole program into assembly text with labels.
 *
 * Owns which slots get a label and its name; one instruction's text is the disassembler's. The blocks are
 * upstream's own and serve only to print the same text as it does: the compiler works on those of
 * `analysis/`. Rust symbol names stay mangled.
 * Source: solana-sbpf `static_analysis.rs` (`split_into_basic_blocks`, `control_flow_graph_tarjan`,
 * `label_basic_blocks`, `disassemble`).
 */
import type { Executable } from '../executable.ts';
import { INSN_SIZE } from '../isa/ebpf.ts';
import { augmentLddw, getInsn, type Insn } from '../isa/insn.ts';
import { INSTRUCTIONS } from '../isa/instructions.ts';
import { instructionTable } from '../isa/table.ts';
import { type ContextObject, calculateCallImmTargetPc } from '../program.ts';
import { disassembleInstruction } from './disassembler.ts';

/** A basic block by upstream's rules. */
interface Block {
	readonly start: number;
	label: string;
	isFunction: boolean;
	/** Slots of the blocks control leaves to. */
	destinations: number[];
	/** Slots of the blocks control comes from, each as often as it does. */
	readonly sources: number[];
	/** The last instruction. */
	last: Insn | null;
}

/** Stands for the outside that enters a block nothing else leads to. */
const SUPER_ROOT = -1;
/** Stands for a block before the first, and for one that ends in `ja`. */
const NOWHERE = -2;

/** The text of `executable`: a line an instruction, indented by four, and a line a label. */
export function disassemble<C extends ContextObject>(executable: Executable<C>): string {
	const instructions = instructionsOf(executable.textBytes);
	const blocks = blocksOf(executable, instructions);
	const { functionRegistry, loader, sbpfVersion } = executable;
	let text = '';
	let lastBlock = NOWHERE;
	for (const [index, insn] of instructions.entries()) {
		const block = blocks.get(insn.ptr);
		if (block !== undefined) {
			const follows = block.sources.length === 1 && block.sources[0] === lastBlock;
			if (block.isFunction && index > 0) text += '\n';
			if (block.isFunction || !follows) text += `${block.label}:\n`;
			lastBlock = block.last?.opc === INSTRUCTIONS.JA.opcode ? NOWHERE : block.start;
		}
		text += `    ${disassembleInstruction(insn, index, blocks, functionRegistry, loader, sbpfVersion)}\n`;
	}
	return text;
}

/** The instructions, wide loads merged whatever the version; one cut off at the end is left out. */
function instructionsOf(text: Uint8Array): Insn[] {
	const instructions: Insn[] = [];
	const slots = Math.floor(text.length / INSN_SIZE);
	for (let pc = 0; pc < slots; pc++) {
		const insn = getInsn(text, pc);
		if (insn.opc !== INSTRUCTIONS.LD_DW_IMM.opcode) {
			instructions.push(insn);
		} else if (++pc < slots) {
			instructions.push(augmentLddw(text, insn));
		}
	}
	return instructions;
}

function blocksOf<C extends ContextObject>(
	executable: Executable<C>,
	instructions: readonly Insn[],
): Map<number, Block> {
	const names = new Map<number, string>();
	for (const [, { name, value }] of executable.functionRegistry.entries()) {
		names.set(value, new TextDecoder('utf-8', { ignoreBOM: true }).decode(name));
	}
	const { starts, leaving } = split(executable, instructions, names);
	const blocks = new Map<number, Block>();
	for (const start of starts) {
		const name = names.get(start);
		const label = name ?? `lbb_${start}`;
		const isFunction = name !== undefined;
		blocks.set(start, { start, label, isFunction, destinations: [], sources: [], last: null });
	}
	link(blocks, starts, instructions, leaving);
	nameUnreached(blocks, starts);
	if (blocks.size > 0) {
		// Upstream keeps the outside as a block behind the text; a jump there is printed with its name.
		const start = Math.floor(executable.textBytes.length / INSN_SIZE);
		const outside = { label: 'super_root', isFunction: false, destinations: [], sources: [], last: null };
		blocks.set(start, { start, ...outside });
	}
	return blocks;
}

/** Where blocks start, ascending, and where each instruction that ends one leads. */
function split<C extends ContextObject>(
	executable: Executable<C>,
	instructions: readonly Insn[],
	names: ReadonlyMap<number, string>,
): { starts: number[]; leaving: Map<number, number[]> } {
	const { sbpfVersion, functionRegistry } = executable;
	const { rows } = instructionTable(sbpfVersion);
	const starts = new Set<number>([0, ...names.keys()]);
	const leaving = new Map<number, number[]>();
	const end = (insn: Insn, ...destinations: number[]): void => {
		starts.add(insn.ptr + 1);
		for (const destination of destinations) starts.add(destination);
		leaving.set(insn.ptr, destinations);
	};
	for (const [index, insn] of instructions.entries()) {
		const next = insn.ptr + 1;
		switch (rows[insn.opc]?.shape) {
			case 'callImm': {
				const key = calculateCallImmTargetPc(sbpfVersion, index, Number(insn.imm));
				const target = functionRegistry.lookupByKey(key)?.value;
				if (target !== undefined) {
					end(insn, next);
					starts.add(target);
				}
				break;
			}
			case 'callReg':
				end(insn, next);
				break;
			case 'exit':
				end(insn);
				break;
			case 'jump':
				end(insn, next + insn.off);
				break;
			case 'jumpImm':
			case 'jumpReg':
				end(insn, next, next + insn.off);
				break;
		}
	}
	const known = instructions.map((insn) => insn.ptr).filter((ptr) => starts.has(ptr));
	const isStart = new Set(known);
	for (const [pc, destinations] of leaving) {
		leaving.set(
			pc,
			destinations.filter((destination) => isStart.has(destination)),
		);
	}
	return { starts: known, leaving };
}

/** Fills in last instructions, destinations and sources. */
function link(
	blocks: ReadonlyMap<number, Block>,
	starts: readonly number[],
	instructions: readonly Insn[],
	leaving: ReadonlyMap<number, number[]>,
): void {
	let at = 0;
	for (const [i, start] of starts.entries()) {
		const block = blocks.get(start)!;
		const nextStart = starts[i + 1];
		while (at < instructions.length && instructions[at]!.ptr < (nextStart ?? Infinity)) {
			block.last = instructions[at++]!;
		}
		const destinations = block.last === null ? undefined : leaving.get(block.last.ptr);
		if (destinations !== undefined) block.destinations = destinations;
		else if (nextStart !== undefined && !block.isFunction) block.destinations = [nextStart];
	}
	for (const start of starts) {
		for (const destination of blocks.get(start)!.destinations) blocks.get(destination)!.sources.push(start);
	}
}

/** Makes functions of the blocks by which a part that nothing leads to is taken to be entered. */
function nameUnreached(blocks: ReadonlyMap<number, Block>, starts: readonly number[]): void {
	const rootOf = componentRoots(blocks, starts);
	const entered = new Set<number>();
	for (const start of starts) {
		const root = rootOf.get(start)!;
		if (blocks.get(start)!.sources.some((source) => rootOf.get(source) !== root)) entered.add(root);
	}
	for (const root of new Set(rootOf.values())) {
		if (entered.has(root)) continue;
		const block = blocks.get(root)!;
		block.sources.push(SUPER_ROOT);
		if (!block.isFunction) {
			block.isFunction = true;
			block.label = `function_${root}`;
		}
	}
}

/**
 * The strongly connected component of each block, named by the first of its blocks that a depth-first walk
 * reaches. Tarjan's algorithm on a stack of its own: the graph may be one path of any length.
 */
function componentRoots(blocks: ReadonlyMap<number, Block>, starts: readonly number[]): Map<number, number> {
	const rootOf = new Map<number, number>();
	const number = new Map<number, number>();
	const low = new Map<number, number>();
	const open: number[] = [];
	for (const first of starts) {
		if (number.has(first)) continue;
		const path: { start: number; edge: number }[] = [{ start: first, edge: 0 }];
		while (path.length > 0) {
			const step = path[path.length - 1]!;
			const { start } = step;
			if (step.edge === 0) {
				low.set(start, number.size);
				number.set(start, number.size);
				open.push(start);
			}
			const destination = blocks.get(start)!.destinations[step.edge++];
			if (destination === undefined) {
				if (low.get(start) === number.get(start)) {
					let member: number;
					do {
						member = open.pop()!;
						rootOf.set(member, start);
					} while (member !== start);
				}
				path.pop();
				const parent = path[path.length - 1];
				if (parent !== undefined) low.set(parent.start, Math.min(low.get(parent.start)!, low.get(start)!));
			} else if (!number.has(destination)) {
				path.push({ start: destination, edge: 0 });
			} else if (!rootOf.has(destination)) {
				low.set(start, Math.min(low.get(start)!, number.get(destination)!));
			}
		}
	}
	return rootOf;
}
