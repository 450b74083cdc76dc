/**
 * Copying, moving, setting and comparing memory without leaving WebAssembly.
 *
 * Each helper takes the operation's arguments and the meter and gives the meter that is left, or -1 where it did
 * nothing: then the host's own function runs, which knows every error. It does the operation only where all is
 * plain: the meter suffices, the length is neither 0 nor absurd, and each range lies in one region.
 */
import { type CodeBuilder, type FuncIndex, MemOp, type ModuleBuilder, Op, ValType } from '@parhelion/wasmgen';
import type { MemoryOperation } from '../program.ts';
import {
	ABI_LOAD_WINDOWS,
	ABI_MEM_OP_BASE,
	ABI_MEM_OP_BYTES_PER_UNIT,
	ABI_STORE_WINDOWS,
	WINDOW_HOST,
	WINDOW_LENGTH,
	WINDOW_START,
} from './abi.ts';

const { i32, i64 } = ValType;
/** Longer operations are left to the host: it can afford the call. */
const MAX_LENGTH = 1 << 26;
/** Up to so many bytes a loop is faster than `memory.copy`, which calls out of compiled code (measured: `npm run bench`). */
const SHORT_COPY = 64;
const WINDOW_SHIFT = 27;
const WINDOW_MASK = 0xe0;

/** Builds the helpers that a module needs. */
export class MemoryOperations {
	readonly #module: ModuleBuilder;
	readonly #probe: FuncIndex;
	readonly #helpers: Map<MemoryOperation, FuncIndex> = new Map();
	#charge: FuncIndex = -1;
	readonly #ranges: [load: FuncIndex, store: FuncIndex] = [-1, -1];

	constructor(module: ModuleBuilder, probe: FuncIndex) {
		this.#module = module;
		this.#probe = probe;
	}

	/** The helper that does `operation`. */
	helper(operation: MemoryOperation): FuncIndex {
		const known = this.#helpers.get(operation);
		if (known !== undefined) return known;
		const params = operation === 'compare' ? 5 : 4;
		const type = this.#module.type(new Array(params).fill(i64), [i64]);
		const { index, code } = this.#module.function(type, `memory_${operation}`);
		this.#helpers.set(operation, index);
		const left = code.local(i64);
		code
			.localGet(2)
			.localGet(params - 1)
			.call(this.#chargeHelper())
			.localTee(left);
		code.i64Const(0).op(Op.i64LtS);
		declineIf(code);
		if (operation === 'set') this.#writeSet(code);
		else if (operation === 'compare') this.#writeCompare(code);
		else this.#writeCopy(code, operation === 'copy');
		code.localGet(left);
		return index;
	}

	/** (length, meter) -> the meter after the cost, or -1. */
	#chargeHelper(): FuncIndex {
		if (this.#charge !== -1) return this.#charge;
		const { index, code } = this.#module.function(this.#module.type([i64, i64], [i64]), 'memory_charge');
		this.#charge = index;
		const [length, meter] = [0, 1];
		const divisor = code.local(i32);
		const cost = code.local(i64);
		code.localGet(length).i64Const(1).op(Op.i64Sub).i64Const(MAX_LENGTH).op(Op.i64GeU);
		code
			.i32Const(0)
			.mem(MemOp.i32Load, ABI_MEM_OP_BYTES_PER_UNIT)
			.localTee(divisor)
			.op(Op.i32Eqz)
			.op(Op.i32Or);
		declineIf(code);
		code
			.localGet(length)
			.op(Op.i32WrapI64)
			.localGet(divisor)
			.op(Op.i32DivU)
			.op(Op.i64ExtendI32U)
			.localTee(cost);
		code.i32Const(0).mem(MemOp.i64Load32U, ABI_MEM_OP_BASE);
		code
			.localGet(cost)
			.i32Const(0)
			.mem(MemOp.i64Load32U, ABI_MEM_OP_BASE)
			.op(Op.i64GtU)
			.op(Op.select)
			.localSet(cost);
		code.localGet(meter).localGet(cost).op(Op.i64LtU);
		declineIf(code);
		code.localGet(meter).localGet(cost).op(Op.i64Sub);
		return index;
	}

	/** (address, length) -> the arena offset of the range, or -1. */
	#rangeHelper(isStore: boolean): FuncIndex {
		const which = isStore ? 1 : 0;
		if (this.#ranges[which] !== -1) return this.#ranges[which];
		const { index, code } = this.#module.function(
			this.#module.type([i64, i64], [i32]),
			isStore ? 'store_range' : 'load_range',
		);
		this.#ranges[which] = index;
		const windows = isStore ? ABI_STORE_WINDOWS : ABI_LOAD_WINDOWS;
		const [address, length] = [0, 1];
		const window = code.local(i32);
		const distance = code.local(i64);
		code.localGet(address).i64Const(WINDOW_SHIFT).op(Op.i64ShrU).op(Op.i32WrapI64);
		code.i32Const(WINDOW_MASK).op(Op.i32And).localSet(window);
		code
			.localGet(address)
			.localGet(window)
			.mem(MemOp.i64Load, windows + WINDOW_START)
			.op(Op.i64Sub)
			.localTee(distance);
		code
			.localGet(window)
			.mem(MemOp.i64Load, windows + WINDOW_LENGTH)
			.op(Op.i64LtU);
		code.localGet(distance).localGet(length).op(Op.i64Add);
		code
			.localGet(window)
			.mem(MemOp.i64Load, windows + WINDOW_LENGTH)
			.op(Op.i64LeU)
			.op(Op.i32And);
		code.if(i32);
		code
			.localGet(distance)
			.op(Op.i32WrapI64)
			.localGet(window)
			.mem(MemOp.i32Load, windows + WINDOW_HOST)
			.op(Op.i32Add);
		code.else();
		code.localGet(address).op(Op.i32WrapI64);
		code.localGet(address).i64Const(32).op(Op.i64ShrU).op(Op.i32WrapI64);
		code.localGet(length).op(Op.i32WrapI64).i32Const(which).call(this.#probe);
		code.end();
		return index;
	}

	/** Puts the arena offset of the range at the address in local `address` into `host`, or declines. */
	#resolve(code: CodeBuilder, address: number, host: number, isStore: boolean, length: number | null): void {
		code.localGet(address);
		if (length === null) code.localGet(2);
		else code.i64Const(length);
		code.call(this.#rangeHelper(isStore)).localTee(host).i32Const(0).op(Op.i32LtS);
		declineIf(code);
	}

	#writeCopy(code: CodeBuilder, refusesOverlap: boolean): void {
		const [to, from, length] = [0, 1, 2];
		const target = code.local(i32);
		const source = code.local(i32);
		const rest = code.local(i32);
		if (refusesOverlap) {
			// Either way round, one address is at least `length` behind the other.
			code.localGet(to).localGet(from).op(Op.i64Sub).localGet(length).op(Op.i64LtU);
			code.localGet(from).localGet(to).op(Op.i64Sub).localGet(length).op(Op.i64LtU).op(Op.i32Or);
			declineIf(code);
		}
		this.#resolve(code, to, target, true, null);
		this.#resolve(code, from, source, false, null);
		code.localGet(length).op(Op.i32WrapI64).localSet(rest);
		const long = (): void => {
			code.localGet(target).localGet(source).localGet(rest).memoryCopy();
		};
		if (!refusesOverlap) {
			long();
			return;
		}
		// Guest addresses that do not overlap may still name the same bytes (aliased regions): then only a move is right.
		code.localGet(rest).i32Const(SHORT_COPY).op(Op.i32GtU);
		code.localGet(target).localGet(source).op(Op.i32Sub).localGet(rest).op(Op.i32LtU).op(Op.i32Or);
		code.if();
		long();
		code.else();
		for (const [size, load, store] of [
			[8, MemOp.i64Load, MemOp.i64Store],
			[1, MemOp.i64Load8U, MemOp.i64Store8],
		] as const) {
			const done = code.block();
			const again = code.loop();
			code.localGet(rest).i32Const(size).op(Op.i32LtU).brIf(done);
			code.localGet(target).localGet(source).mem(load, 0, 0).mem(store, 0, 0);
			for (const local of [target, source]) code.localGet(local).i32Const(size).op(Op.i32Add).localSet(local);
			code.localGet(rest).i32Const(size).op(Op.i32Sub).localSet(rest).br(again);
			code.end().end();
		}
		code.end();
	}

	#writeSet(code: CodeBuilder): void {
		const [at, value, length] = [0, 1, 2];
		const target = code.local(i32);
		this.#resolve(code, at, target, true, null);
		code.localGet(target).localGet(value).op(Op.i32WrapI64).localGet(length).op(Op.i32WrapI64).memoryFill();
	}

	/** Eight bytes at a time; the lowest bit in which they differ tells the first byte that does. */
	#writeCompare(code: CodeBuilder): void {
		const [a, b, length, result] = [0, 1, 2, 3];
		const [left, right, out, rest, difference] = [0, 0, 0, 0, 0].map(() => code.local(i32)) as [
			number,
			number,
			number,
			number,
			number,
		];
		const bits = code.local(i64);
		code.localGet(result).i64Const(3).op(Op.i64And).i64Const(0).op(Op.i64Ne);
		declineIf(code);
		this.#resolve(code, a, left, false, null);
		this.#resolve(code, b, right, false, null);
		this.#resolve(code, result, out, true, 4);
		code.localGet(length).op(Op.i32WrapI64).localSet(rest);
		const found = code.block();
		for (const [size, load] of [
			[8, MemOp.i64Load],
			[1, MemOp.i64Load8U],
		] as const) {
			const done = code.block();
			const again = code.loop();
			code.localGet(rest).i32Const(size).op(Op.i32LtU).brIf(done);
			code.localGet(left).mem(load, 0, 0).localGet(right).mem(load, 0, 0).op(Op.i64Xor).localTee(bits);
			code.i64Const(0).op(Op.i64Ne);
			code.if();
			const byteOf = (local: number): void => {
				code.localGet(local).localGet(bits).op(Op.i64Ctz).i64Const(3).op(Op.i64ShrU).op(Op.i32WrapI64);
				code.op(Op.i32Add).mem(MemOp.i32Load8U);
			};
			byteOf(left);
			byteOf(right);
			code.op(Op.i32Sub).localSet(difference).br(found).end();
			for (const local of [left, right]) code.localGet(local).i32Const(size).op(Op.i32Add).localSet(local);
			code.localGet(rest).i32Const(size).op(Op.i32Sub).localSet(rest).br(again);
			code.end().end();
		}
		code.end();
		code.localGet(out).localGet(difference).mem(MemOp.i32Store, 0, 0);
	}
}

/** Returns -1 where the i32 on the stack is not 0. */
function declineIf(code: CodeBuilder): void {
	code.if();
	code.i64Const(-1).op(Op.return);
	code.end();
}
