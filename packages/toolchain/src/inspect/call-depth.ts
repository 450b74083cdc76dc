/**
 * How deep the calls of a program can go, as far as its code tells.
 *
 * Owns the walk over functions and their calls, in time that grows with the code alone. Calls through a register are taken to
 * return and to lead nowhere: what is said to be certain is so whatever they do, and what is not said may still happen.
 */
import {
	type ContextObject,
	defaultConfig,
	type Executable,
	hashSymbolName,
	INSN_SIZE,
	INSTRUCTIONS,
	staticSyscalls,
} from '@parhelion/sbpf';

/** Functions that may be running at a time. */
export const MAX_CALL_DEPTH: number = defaultConfig().maxCallDepth;

const CALL_IMM = INSTRUCTIONS.CALL_IMM.opcode;
const CALL_REG = INSTRUCTIONS.CALL_REG.opcode;
const EXIT = INSTRUCTIONS.EXIT.opcode;
const JUMP_ALWAYS = INSTRUCTIONS.JA.opcode;
const LDDW = INSTRUCTIONS.LD_DW_IMM.opcode;
const CLASS_MASK = 7;
const CLASS_JMP64 = 5;
const CLASS_JMP32 = 6;
/** Syscalls that end the program. */
const ENDING_SYSCALLS: ReadonlySet<number> = new Set(
	['abort', 'sol_panic_'].map((name) => hashSymbolName(new TextEncoder().encode(name))),
);

/** What the calls of a program come to; functions are known by the slot they start at. */
export interface CallDepth {
	/** Functions that call each other in a circle into which every run goes: none comes back. */
	readonly endless: readonly number[] | null;
	/** Functions that call each other in a circle that runs may go into. */
	readonly recursion: readonly number[] | null;
	/** The longest chain of calls from the entry point on, where there is no recursion. */
	readonly deepest: readonly number[];
}

/** Walks the calls of `executable`. */
export function callDepth<C extends ContextObject>(executable: Executable<C>): CallDepth {
	const walk = new Walk(executable);
	walk.run();
	const { entryPc } = executable;
	const all = new Search(entryPc, (start) => walk.callees(start));
	return {
		endless: walk.settles(entryPc) ? null : new Search(entryPc, (start) => walk.waitsFor(start)).circle,
		recursion: all.circle,
		deepest: all.circle === null ? all.longest() : [],
	};
}

/** What is said of a program whose calls may go too deep. */
export interface DepthFinding {
	readonly isCertain: boolean;
	readonly detail: string;
	/** A function that is part of it. */
	readonly pc: number;
}

/** The worst that can be said of `executable`, with `nameOf` a function; null where there is nothing. */
export function depthFinding<C extends ContextObject>(
	executable: Executable<C>,
	nameOf: (start: number) => string,
): DepthFinding | null {
	const { endless, recursion, deepest } = callDepth(executable);
	const circle = endless ?? recursion;
	const [first = 0] = circle ?? deepest;
	if (circle !== null) {
		const detail = `${circleText(circle.map(nameOf))}, ${
			endless === null
				? `and deeper than ${MAX_CALL_DEPTH} functions the program ends`
				: `and no run comes back: it ends at a depth of ${MAX_CALL_DEPTH} functions`
		}`;
		return { isCertain: endless !== null, detail, pc: first };
	}
	if (deepest.length <= MAX_CALL_DEPTH) return null;
	const chain = chainText(deepest.map(nameOf));
	const detail = `calls go ${deepest.length} functions deep (${chain}), and deeper than ${MAX_CALL_DEPTH} the program ends`;
	return { isCertain: false, detail, pc: first };
}

/** Functions of a chain that are named. */
const MAX_NAMES = 6;

function chainText(names: readonly string[]): string {
	const shown = names.length <= MAX_NAMES ? names : [...names.slice(0, MAX_NAMES - 1), '…', names.at(-1)];
	return shown.join(' → ');
}

function circleText(names: readonly string[]): string {
	const [first = ''] = names;
	return names.length === 1 ? `${first} calls itself` : `${chainText([...names, first])} call each other`;
}

interface FunctionState {
	/** Whether a way through it leads back to its caller. */
	returns: boolean;
	/** Whether a way through it ends the program in good order. */
	ends: boolean;
	readonly callees: number[];
	readonly callers: number[];
	/** The functions that ways through it wait for, and ended at. */
	readonly waitsFor: number[];
	/** Where ways of others go on once it returns. */
	readonly parked: { readonly pc: number; readonly inFunction: number }[];
}

/** Follows every way through every function that is called; a way goes on behind a call once the callee returns. */
class Walk<C extends ContextObject> {
	readonly #executable: Executable<C>;
	readonly #text: DataView;
	readonly #slots: number;
	/** The function that was in a slot first, plus one. */
	readonly #owner: Int32Array;
	/** Slots that calls lead to. */
	readonly #isStart: Uint8Array;
	readonly #functions: Map<number, FunctionState> = new Map();
	readonly #ways: { readonly pc: number; readonly inFunction: number }[] = [];

	constructor(executable: Executable<C>) {
		const { textBytes } = executable;
		this.#executable = executable;
		this.#text = new DataView(textBytes.buffer, textBytes.byteOffset, textBytes.byteLength);
		this.#slots = Math.floor(textBytes.length / INSN_SIZE);
		this.#owner = new Int32Array(this.#slots);
		this.#isStart = new Uint8Array(this.#slots);
		for (let pc = 0; pc < this.#slots; pc++) {
			const opcode = this.#text.getUint8(pc * INSN_SIZE);
			const callee = opcode === CALL_IMM ? this.#calleeOf(pc) : null;
			if (typeof callee === 'number') this.#isStart[callee] = 1;
			if (opcode === LDDW) pc++;
		}
	}

	run(): void {
		this.#function(this.#executable.entryPc);
		for (let way = this.#ways.pop(); way !== undefined; way = this.#ways.pop()) {
			for (let pc = way.pc; pc >= 0; ) pc = this.#step(pc, way.inFunction);
		}
	}

	/** Whether a way through it leads anywhere. */
	settles(start: number): boolean {
		const { returns, ends } = this.#function(start);
		return returns || ends;
	}

	callees(start: number): readonly number[] {
		return this.#function(start).callees;
	}

	/** The functions that it never gets behind. */
	waitsFor(start: number): readonly number[] {
		return this.#function(start).waitsFor.filter((callee) => !this.settles(callee));
	}

	#function(start: number): FunctionState {
		let state = this.#functions.get(start);
		if (state === undefined) {
			state = { returns: false, ends: false, callees: [], callers: [], waitsFor: [], parked: [] };
			this.#functions.set(start, state);
			this.#ways.push({ pc: start, inFunction: start });
		}
		return state;
	}

	/** A way leads back to the caller: those that waited for it go on. */
	#return(start: number): -1 {
		const state = this.#function(start);
		state.returns = true;
		// One by one: a program may have more calls than a call may have arguments.
		for (const way of state.parked.splice(0)) this.#ways.push(way);
		return -1;
	}

	/** A way ends the program, and so does one of each function that leads here. */
	#end(start: number): -1 {
		const ending = [start];
		for (let next = ending.pop(); next !== undefined; next = ending.pop()) {
			const state = this.#function(next);
			if (state.ends) continue;
			state.ends = true;
			for (const caller of state.callers) ending.push(caller);
		}
		return -1;
	}

	/** Does one instruction; the next, or -1 where the way ends. */
	#step(pc: number, inFunction: number): number {
		// What leaves the code, or goes into another function, is not followed, and taken to return.
		if (pc >= this.#slots || (this.#isStart[pc] === 1 && pc !== inFunction)) return this.#return(inFunction);
		const owner = this.#owner[pc]!;
		if (owner !== 0) return owner === inFunction + 1 ? -1 : this.#return(inFunction);
		this.#owner[pc] = inFunction + 1;
		const opcode = this.#text.getUint8(pc * INSN_SIZE);
		switch (opcode) {
			case EXIT:
				return this.#return(inFunction);
			case LDDW:
				return pc + 2;
			case CALL_REG:
				return pc + 1;
			case CALL_IMM:
				return this.#call(pc, inFunction);
		}
		const instructionClass = opcode & CLASS_MASK;
		if (instructionClass !== CLASS_JMP64 && instructionClass !== CLASS_JMP32) return pc + 1;
		const target = pc + 1 + this.#text.getInt16(pc * INSN_SIZE + 2, true);
		if (target < 0) return this.#return(inFunction);
		if (opcode === JUMP_ALWAYS) return target;
		this.#ways.push({ pc: target, inFunction });
		return pc + 1;
	}

	#call(pc: number, inFunction: number): number {
		const callee = this.#calleeOf(pc);
		if (callee === 'ends') return this.#end(inFunction);
		if (callee === 'returns') return pc + 1;
		const own = this.#function(inFunction);
		own.callees.push(callee);
		const state = this.#function(callee);
		state.callers.push(inFunction);
		if (state.ends) this.#end(inFunction);
		if (state.returns) return pc + 1;
		own.waitsFor.push(callee);
		state.parked.push({ pc: pc + 1, inFunction });
		return -1;
	}

	/** The slot that a call leads to, or what becomes of the call of a syscall. */
	#calleeOf(pc: number): number | 'returns' | 'ends' {
		const { sbpfVersion, functionRegistry, loader } = this.#executable;
		const imm = this.#text.getUint32(pc * INSN_SIZE + 4, true);
		const isInternal = staticSyscalls(sbpfVersion) && this.#text.getUint8(pc * INSN_SIZE + 1) >> 4 !== 0;
		if (isInternal) {
			const target = pc + 1 + (imm | 0);
			return target >= 0 && target < this.#slots ? target : 'returns';
		}
		if (ENDING_SYSCALLS.has(imm)) return 'ends';
		if (loader.functions.lookupByKey(imm) !== undefined) return 'returns';
		return functionRegistry.lookupByKey(imm)?.value ?? 'returns';
	}
}

/** A search through a graph, deep first, that ends at the first circle. */
class Search {
	/** The nodes of the first circle that was found; null where there is none. */
	readonly circle: readonly number[] | null;
	readonly #start: number;
	/** Nodes behind a node, on the longest way, and the first of them. */
	readonly #heights: Map<number, { readonly height: number; readonly next: number | null }> = new Map();

	constructor(start: number, next: (node: number) => readonly number[]) {
		this.#start = start;
		this.circle = this.#search(start, next);
	}

	#search(start: number, next: (node: number) => readonly number[]): readonly number[] | null {
		const onTrail = new Set([start]);
		const trail = [{ node: start, nodes: next(start), at: 0, height: 0, longest: null as number | null }];
		for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
			const node = top.nodes[top.at];
			if (node === undefined) {
				trail.pop();
				onTrail.delete(top.node);
				this.#heights.set(top.node, { height: top.height, next: top.longest });
				continue;
			}
			if (onTrail.has(node)) {
				const nodes = trail.map((one) => one.node);
				return nodes.slice(nodes.indexOf(node));
			}
			const known = this.#heights.get(node);
			if (known === undefined) {
				onTrail.add(node);
				trail.push({ node, nodes: next(node), at: 0, height: 0, longest: null });
				continue;
			}
			if (known.height + 1 > top.height) {
				top.height = known.height + 1;
				top.longest = node;
			}
			top.at++;
		}
		return null;
	}

	/** The longest way from the start on. */
	longest(): number[] {
		const nodes: number[] = [];
		for (let node: number | null = this.#start; node !== null; node = this.#heights.get(node)?.next ?? null) {
			nodes.push(node);
		}
		return nodes;
	}
}
