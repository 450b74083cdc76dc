/**
 * From a control-flow graph to WebAssembly's blocks, loops and ifs.
 *
 * Owns the order in which a function's blocks are written and the labels that edges branch to. Where several
 * edges meet, the meeting block stands behind the end of a `block`; a loop's header stands at the start
 * of a `loop`; any other block stands where its only predecessor ends. Blocks that enter each other's loop
 * (irreducible) stand in a `loop` around a `br_table` that an index picks from: only they pay for it.
 *
 * Source: N. Ramsey, "Beyond Relooper: recursive translation of unstructured control flow to structured
 * control flow" (2022). The recursion is an explicit stack, and of two inlined successors the one that
 * dominates less is nested: nesting is logarithmic in what branches alone make.
 */
import { type CodeBuilder, type Label, type LocalIndex, Op, ValType } from '@parhelion/wasmgen';
import type { Analysis } from '../analysis/analysis.ts';

/** Where control goes at the end of a block that was written. */
export type Exit =
	/** Nowhere: the block returned. */
	| { readonly kind: 'none' }
	| { readonly kind: 'jump'; readonly target: number }
	/** The condition, an i32, is on the stack. */
	| { readonly kind: 'branch'; readonly taken: number; readonly next: number };

/** Writes what is inside blocks. */
export interface BlockWriter {
	/** Writes the instructions of `block`. */
	writeBlock(block: number): Exit;
	/** Writes what an edge out of the function does; `target` is the head of another one, or -1 past the end. */
	writeLeave(block: number, target: number): void;
}

/** Where an edge to a block branches, and what it tells a dispatch loop. */
interface Destination {
	readonly label: Label;
	/** The block's place in its irreducible group; -1 for none. */
	readonly index: number;
}

/** So many blocks are picked one after the other; a `br_table` costs more. */
const MAX_CHAIN = 4;
/**
 * Inside more open blocks than this no `br_table` is written: V8 goes through all of them for each one, so that
 * nested groups would take quadratic time (10 s to validate 65,536 instructions, measured).
 */
const MAX_TABLE_HEIGHT = 256;

const TREE = 0;
const BODY = 1;
const GO = 2;
const DISPATCH = 3;
const END = 4;
const END_LOOP = 5;
const END_DISPATCH = 6;

/** Writes the blocks of one function. */
export class Structurer {
	readonly #code: CodeBuilder;
	readonly #analysis: Analysis;
	readonly #f: number;
	readonly #writer: BlockWriter;
	readonly #destinations: Map<number, Destination> = new Map();
	/** The natural loops that are open, by header. */
	readonly #loops: Map<number, Label> = new Map();
	/** The blocks of the irreducible groups that were met, in the order of the dominator tree's children. */
	readonly #groups: Map<number, number[]> = new Map();
	/** The dispatch loops that are open, by irreducible group. */
	readonly #dispatches: Map<number, Label> = new Map();
	#selector: LocalIndex = -1;
	/** Triples: a task and two blocks it is about; the last is next. */
	readonly #tasks: number[] = [];

	constructor(code: CodeBuilder, analysis: Analysis, f: number, writer: BlockWriter) {
		this.#code = code;
		this.#analysis = analysis;
		this.#f = f;
		this.#writer = writer;
	}

	/** Writes all blocks of the function, its head first. */
	write(): void {
		const tasks = this.#tasks;
		this.#push(TREE, this.#analysis.functions.head[this.#f]!);
		while (tasks.length > 0) {
			const other = tasks.pop()!;
			const block = tasks.pop()!;
			const task = tasks.pop()!;
			if (task === TREE) this.#openTree(block);
			else if (task === BODY) this.#writeBody(block);
			else if (task === GO) this.#goTo(block, other);
			else if (task === DISPATCH) this.#openDispatch(block);
			else {
				if (task === END_LOOP) this.#loops.delete(block);
				if (task === END_DISPATCH) this.#dispatches.delete(this.#groupNumber(block));
				this.#code.end();
			}
		}
	}

	#push(task: number, block: number, other = -1): void {
		this.#tasks.push(task, block, other);
	}

	#groupNumber(block: number): number {
		return this.#analysis.loops.irreducibleGroup[block]!;
	}

	/** Opens what encloses a block and the blocks it dominates. */
	#openTree(block: number): void {
		if (this.#analysis.loops.loopHeader[block] === 1) {
			this.#loops.set(block, this.#code.loop());
			this.#push(END_LOOP, block);
		}
		// The last to be written is the outermost.
		const following = this.#meetingPoints(block);
		for (let i = following.length - 1; i >= 0; i--) {
			const child = following[i]!;
			const isGroup = this.#groupNumber(child) !== -1;
			this.#push(isGroup ? DISPATCH : TREE, child);
			this.#push(END, child);
			const label = this.#code.block();
			if (!isGroup) this.#destinations.set(child, { label, index: -1 });
			else
				for (const [index, member] of this.#groupOf(child).entries())
					this.#destinations.set(member, { label, index });
		}
		this.#push(BODY, block);
	}

	/**
	 * The blocks that `block` immediately dominates and that are written behind it, in order: one for each
	 * irreducible group, namely its first.
	 */
	#meetingPoints(block: number): number[] {
		const { functions, loops } = this.#analysis;
		const found: number[] = [];
		for (let i = functions.domChildrenStart[block]!; i < functions.domChildrenStart[block + 1]!; i++) {
			const child = functions.domChildren[i]!;
			const group = loops.irreducibleGroup[child]!;
			if (group === -1) {
				if (loops.forwardEdges[child]! >= 2) found.push(child);
				continue;
			}
			// The blocks of a group have one dominator.
			const members = this.#groups.get(group);
			if (members === undefined) {
				this.#groups.set(group, [child]);
				found.push(child);
			} else members.push(child);
		}
		return found;
	}

	/** The blocks of the irreducible group of `block`. */
	#groupOf(block: number): number[] {
		return this.#groups.get(this.#groupNumber(block))!;
	}

	/** Opens the loop that dispatches among the blocks of a group. */
	#openDispatch(first: number): void {
		const code = this.#code;
		const members = this.#groupOf(first);
		this.#dispatches.set(this.#groupNumber(first), code.loop());
		this.#push(END_DISPATCH, first);
		const labels: Label[] = new Array(members.length);
		for (let i = members.length - 1; i >= 0; i--) {
			this.#push(TREE, members[i]!);
			this.#push(END, members[i]!);
			labels[i] = code.block();
		}
		this.#pickBySelector(labels);
	}

	/** Branches to the label that the selector names. */
	#pickBySelector(labels: readonly Label[]): void {
		const code = this.#code;
		const selector = this.#selectorLocal();
		if (labels.length > MAX_CHAIN && labels[0]!.height <= MAX_TABLE_HEIGHT) {
			code.localGet(selector).brTable(labels, labels[0]!);
			return;
		}
		// Halves until few are left: pairs of bounds, the next one last.
		const work: number[] = [0, labels.length];
		while (work.length > 0) {
			const end = work.pop()!;
			const start = work.pop()!;
			if (start === -1) {
				code.end();
			} else if (end - start > MAX_CHAIN) {
				const middle = (start + end) >>> 1;
				code.localGet(selector).i32Const(middle).op(Op.i32LtU);
				code.if();
				work.push(middle, end, -1, -1, start, middle);
			} else {
				for (let i = start; i < end - 1; i++) {
					code.localGet(selector).i32Const(i).op(Op.i32Eq).brIf(labels[i]!);
				}
				code.br(labels[end - 1]!);
			}
		}
	}

	#selectorLocal(): LocalIndex {
		if (this.#selector === -1) this.#selector = this.#code.local(ValType.i32);
		return this.#selector;
	}

	#writeBody(block: number): void {
		const exit = this.#writer.writeBlock(block);
		if (exit.kind === 'jump') this.#goTo(block, exit.target);
		else if (exit.kind === 'branch') this.#branch(block, exit.taken, exit.next);
	}

	/** Goes one of two ways by the condition on the stack. */
	#branch(block: number, taken: number, next: number): void {
		const code = this.#code;
		const takenLabel = this.#plainLabel(taken);
		const nextLabel = this.#plainLabel(next);
		if (takenLabel !== null) {
			code.brIf(takenLabel);
			this.#goTo(block, next);
			return;
		}
		if (nextLabel !== null) {
			code.op(Op.i32Eqz).brIf(nextLabel);
			this.#goTo(block, taken);
			return;
		}
		// What leads elsewhere at once is nested, else what dominates less.
		const nestNext = this.#isInline(next)
			? this.#isInline(taken) && this.#weight(next) < this.#weight(taken)
			: true;
		if (nestNext) code.op(Op.i32Eqz);
		code.if();
		this.#push(GO, block, nestNext ? taken : next);
		this.#push(END, block);
		this.#push(GO, block, nestNext ? next : taken);
	}

	#weight(block: number): number {
		return this.#analysis.functions.domSize[block]!;
	}

	/** Goes to `target`: by a branch, by writing it here, or out of the function. */
	#goTo(block: number, target: number): void {
		if (this.#leaves(target)) {
			this.#writer.writeLeave(block, target);
			return;
		}
		const destination = this.#destinations.get(target);
		const loop = this.#loops.get(target);
		if (loop !== undefined) {
			this.#code.br(loop);
		} else if (destination === undefined) {
			this.#push(TREE, target);
		} else if (destination.index === -1) {
			this.#code.br(destination.label);
		} else {
			this.#code.i32Const(destination.index).localSet(this.#selectorLocal());
			this.#code.br(this.#dispatches.get(this.#groupNumber(target)) ?? destination.label);
		}
	}

	/** The label that a branch to `target` needs nothing but; null where it takes more than a branch. */
	#plainLabel(target: number): Label | null {
		if (this.#leaves(target)) return null;
		const loop = this.#loops.get(target);
		if (loop !== undefined) return loop;
		const destination = this.#destinations.get(target);
		return destination !== undefined && destination.index === -1 ? destination.label : null;
	}

	#leaves(target: number): boolean {
		return target === -1 || this.#analysis.functions.functionOf[target] !== this.#f;
	}

	#isInline(target: number): boolean {
		return !this.#leaves(target) && !this.#destinations.has(target) && !this.#loops.has(target);
	}
}
