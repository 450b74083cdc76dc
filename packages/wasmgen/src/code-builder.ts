/**
 * Writes the body of one function.
 *
 * Owns locals, structured control with labels, and the encoding of each instruction. It checks what is
 * cheap to check (labels, balanced blocks); the engine validates types.
 * Source: WebAssembly core specification 2.0, section 5.4.
 */
import { ByteSink } from './byte-sink.ts';
import type { MemOp, Op } from './opcodes.ts';
import type { FuncIndex, GlobalIndex, LocalIndex, TableIndex, TypeIndex, ValType } from './types.ts';

/** A block that a branch can name, wherever it is written from. */
export interface Label {
	/** How many blocks are open around its inside, itself included. */
	readonly height: number;
}

/** What a block leaves on the stack: nothing, one value, or a function type's parameters and results. */
export type BlockType = 'empty' | ValType | { readonly type: TypeIndex };

const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const ELSE = 0x05;
const END = 0x0b;
const EMPTY_BLOCK = 0x40;
/** Engines refuse functions with more locals than this (JavaScript API specification, implementation limits). */
const MAX_LOCALS = 50_000;

/** Writes instructions in order. */
export class CodeBuilder {
	readonly #code = new ByteSink();
	/** Runs of locals of one type, parameters excluded: [count, type]. */
	readonly #localRuns: [number, ValType][] = [];
	readonly #open: Label[] = [];
	#localCount: number;

	/** `paramCount` locals are the function's parameters. */
	constructor(paramCount: number) {
		this.#localCount = paramCount;
	}

	/** Forgets all that was written, locals included. */
	clear(): void {
		this.#code.clear();
		this.#localCount -= this.#localRuns.reduce((sum, [count]) => sum + count, 0);
		this.#localRuns.length = 0;
		this.#open.length = 0;
	}

	/** Bytes of code so far. */
	get size(): number {
		return this.#code.length;
	}

	/** A new local, zero at the start. RangeError past the engines' limit of 50,000. */
	local(type: ValType): LocalIndex {
		if (this.#localCount >= MAX_LOCALS) throw new RangeError(`a function has at most ${MAX_LOCALS} locals`);
		const last = this.#localRuns.at(-1);
		if (last?.[1] === type) last[0]++;
		else this.#localRuns.push([1, type]);
		return this.#localCount++;
	}

	/** An instruction that works on the stack alone. */
	op(op: Op): this {
		if (op > 0xff) {
			this.#code.byte(op >>> 8);
			this.#code.u32(op & 0xff);
		} else this.#code.byte(op);
		return this;
	}

	/** A load or store at the address on the stack plus `offset` bytes; `align` is log2, at most the natural one. */
	mem(op: MemOp, offset = 0, align: number = op[1]): this {
		this.#code.byte(op[0]);
		this.#code.u32(align);
		this.#code.u32(offset);
		return this;
	}

	i32Const(value: number): this {
		this.#code.byte(0x41);
		this.#code.s32(value);
		return this;
	}

	/** A 64-bit constant by its halves; `high` is the sign of `low` unless given. */
	i64Const(low: number, high: number = (low | 0) >> 31): this {
		this.#code.byte(0x42);
		this.#code.s64(low, high);
		return this;
	}

	f64Const(value: number): this {
		this.#code.byte(0x44);
		this.#code.f64(value);
		return this;
	}

	localGet(index: LocalIndex): this {
		return this.#indexed(0x20, index);
	}

	localSet(index: LocalIndex): this {
		return this.#indexed(0x21, index);
	}

	localTee(index: LocalIndex): this {
		return this.#indexed(0x22, index);
	}

	globalGet(index: GlobalIndex): this {
		return this.#indexed(0x23, index);
	}

	globalSet(index: GlobalIndex): this {
		return this.#indexed(0x24, index);
	}

	call(func: FuncIndex): this {
		return this.#indexed(0x10, func);
	}

	/** Calls a function in place of this one: it returns to this one's caller. */
	returnCall(func: FuncIndex): this {
		return this.#indexed(0x12, func);
	}

	/** Calls the function at the index on the stack, which must be of `type`. */
	callIndirect(type: TypeIndex, table: TableIndex = 0): this {
		this.#code.byte(0x11);
		this.#code.u32(type);
		this.#code.u32(table);
		return this;
	}

	/** Opens a block; a branch to it goes behind its end. */
	block(type: BlockType = 'empty'): Label {
		return this.#openBlock(BLOCK, type);
	}

	/** Opens a loop; a branch to it goes to its start. */
	loop(type: BlockType = 'empty'): Label {
		return this.#openBlock(LOOP, type);
	}

	/** Opens the branch taken when the i32 on the stack is not 0. */
	if(type: BlockType = 'empty'): Label {
		return this.#openBlock(IF, type);
	}

	/** Goes over to the other branch of the innermost `if`. */
	else(): this {
		this.#code.byte(ELSE);
		return this;
	}

	/** Closes the innermost block. RangeError where none is open. */
	end(): this {
		if (this.#open.pop() === undefined) throw new RangeError('no block is open');
		this.#code.byte(END);
		return this;
	}

	br(label: Label): this {
		return this.#indexed(0x0c, this.#depth(label));
	}

	/** Branches when the i32 on the stack is not 0. */
	brIf(label: Label): this {
		return this.#indexed(0x0d, this.#depth(label));
	}

	/** Branches to the label that the i32 on the stack picks, or to `fallback`. */
	brTable(labels: readonly Label[], fallback: Label): this {
		this.#code.byte(0x0e);
		this.#code.u32(labels.length);
		for (const label of labels) this.#code.u32(this.#depth(label));
		this.#code.u32(this.#depth(fallback));
		return this;
	}

	memorySize(): this {
		this.#code.byte(0x3f);
		this.#code.byte(0);
		return this;
	}

	memoryGrow(): this {
		this.#code.byte(0x40);
		this.#code.byte(0);
		return this;
	}

	/** Copies bytes: destination, source and length are on the stack. Overlap is allowed. */
	memoryCopy(): this {
		this.#code.byte(0xfc);
		this.#code.u32(10);
		this.#code.byte(0);
		this.#code.byte(0);
		return this;
	}

	/** Fills bytes: destination, value and length are on the stack. */
	memoryFill(): this {
		this.#code.byte(0xfc);
		this.#code.u32(11);
		this.#code.byte(0);
		return this;
	}

	/** Writes the body (size, locals, code, end) to `sink`. RangeError where a block is still open. */
	finish(sink: ByteSink): void {
		if (this.#open.length > 0) throw new RangeError(`${this.#open.length} blocks are still open`);
		const head = new ByteSink(16);
		head.u32(this.#localRuns.length);
		for (const [count, type] of this.#localRuns) {
			head.u32(count);
			head.byte(type);
		}
		sink.u32(head.length + this.#code.length + 1);
		sink.append(head);
		sink.append(this.#code);
		sink.byte(END);
	}

	#indexed(opcode: number, index: number): this {
		this.#code.byte(opcode);
		this.#code.u32(index);
		return this;
	}

	#openBlock(opcode: number, type: BlockType): Label {
		this.#code.byte(opcode);
		if (type === 'empty') this.#code.byte(EMPTY_BLOCK);
		else if (typeof type === 'number') this.#code.byte(type);
		else this.#code.s32(type.type);
		const label = { height: this.#open.length + 1 };
		this.#open.push(label);
		return label;
	}

	#depth(label: Label): number {
		if (this.#open[label.height - 1] !== label)
			throw new RangeError('a branch names a block that is not open');
		return this.#open.length - label.height;
	}
}
