/**
 * Compiles the blocks of one function.
 *
 * Owns the meter, registers in locals, memory accesses, calls, and the way out: whatever compiled code cannot
 * or need not do (an error, a spent meter, a `callx` into the blue) is done by {@link FunctionCompiler.leave}:
 * the interpreter takes the live registers, goes on at that very instruction to the end of the
 * function, and its results are returned. So every error is the interpreter's, to the last detail.
 *
 * The meter is taken a run at a time (a run ends at a jump, a call or a syscall). Agave's compiler checks it at
 * the same places and counts what it executed; here a run that the meter does not cover is interpreted.
 */
import { type CodeBuilder, type LocalIndex, MemOp, Op, ValType } from '@parhelion/wasmgen';
import type { Analysis } from '../analysis/analysis.ts';
import {
	TERMINATOR_BRANCH,
	TERMINATOR_CALL,
	TERMINATOR_CALL_REG,
	TERMINATOR_EXIT,
	TERMINATOR_JUMP,
} from '../analysis/control-flow.ts';
import { INSN_SIZE, MM_STACK_START } from '../isa/ebpf.ts';
import { manualStackFrameBump } from '../program.ts';
import {
	ABI_CALL_DEPTH,
	ABI_HIGHEST_FRAME,
	ABI_LOAD_WINDOWS,
	ABI_METER,
	ABI_REGISTERS,
	ABI_STACK_HOST,
	ABI_STORE_WINDOWS,
	packMiss,
	WINDOW_HOST,
	WINDOW_LENGTH,
	WINDOW_START,
} from './abi.ts';
import {
	type Access,
	type AccessGroup,
	type FrameOffsets,
	planAccesses,
	unknownOffsets,
} from './access-plan.ts';
import { ARGUMENTS, liveBefore, PRESERVED, RESULT, type RegisterSet } from './effects.ts';
import { MAX_FUNCTION_BYTES } from './limits.ts';
import { type Lowering, loweringOf } from './lower.ts';
import type { ModuleContext } from './module-context.ts';
import { type BlockWriter, type Exit, Structurer } from './structure.ts';

const FRAME_PTR = 10;
const REGISTERS = 10;
/** A slot's number is bits 32 to 34 of an address; a window is 32 bytes. */
const WINDOW_SHIFT = 27;
const WINDOW_MASK = 0xe0;

const LOADS = { 1: MemOp.i64Load8U, 2: MemOp.i64Load16U, 4: MemOp.i64Load32U, 8: MemOp.i64Load } as const;
const STORES = { 1: MemOp.i64Store8, 2: MemOp.i64Store16, 4: MemOp.i64Store32, 8: MemOp.i64Store } as const;
type Size = keyof typeof LOADS;

const NO_EXIT: Exit = { kind: 'none' };
/** Thrown where a function becomes too large; what was written of it is forgotten. */
class TooLarge {}
const TOO_LARGE = new TooLarge();

/** Writes one function's code. */
export class FunctionCompiler implements BlockWriter, Lowering {
	readonly code: CodeBuilder;
	readonly #context: ModuleContext;
	readonly #analysis: Analysis;
	readonly #f: number;
	/** Locals of r0 to r10. */
	readonly #registers: Int32Array = new Int32Array(11);
	readonly #meter: LocalIndex;
	readonly #address: LocalIndex;
	readonly #window: LocalIndex;
	/** Arena offset of the lowest byte of the frame; -1 where the function does not need it. */
	#frame: LocalIndex = -1;
	/** By base register: the local for the arena offset of its group; one, because a base has one group at a time. */
	readonly #hosts: Int32Array = new Int32Array(REGISTERS + 1).fill(-1);
	readonly #isManual: boolean;

	// What a lowering sees of the instruction that is written.
	dst: LocalIndex = 0;
	src: LocalIndex = 0;
	imm = 0;
	readonly scratch: LocalIndex;
	/** The instruction that is written: its slot, what is alive before it, and how much of its run is left, itself included. */
	#pc = 0;
	#live: RegisterSet = 0;
	#rest = 0;

	constructor(context: ModuleContext, f: number, code: CodeBuilder) {
		this.#context = context;
		this.#analysis = context.analysis;
		this.#f = f;
		this.code = code;
		this.#isManual = manualStackFrameBump(context.source.version);
		let parameter = 0;
		const params = context.parametersOf(f);
		for (let r = 0; r < REGISTERS; r++) if ((params >> r) & 1) this.#registers[r] = parameter++;
		this.#registers[FRAME_PTR] = parameter++;
		this.#meter = parameter;
		for (let r = 0; r < REGISTERS; r++) {
			if (((params >> r) & 1) === 0) this.#registers[r] = code.local(ValType.i64);
		}
		this.#address = code.local(ValType.i64);
		this.scratch = code.local(ValType.i64);
		this.#window = code.local(ValType.i32);
	}

	get version(): Lowering['version'] {
		return this.#context.source.version;
	}

	/** Writes the whole function; one that engines would take too long for is left to the interpreter. */
	compile(): void {
		if (!this.#context.declines(this.#f) && this.#writeFunction()) return;
		this.code.clear();
		this.#pc = this.#analysis.functionPc(this.#f);
		this.#live = this.#context.parametersOf(this.#f);
		this.#rest = 0;
		this.#leave();
	}

	/** Answers whether the function stays within the limits. */
	#writeFunction(): boolean {
		try {
			this.#writeFrame();
			new Structurer(this.code, this.#analysis, this.#f, this).write();
		} catch (thrown) {
			if (thrown !== TOO_LARGE) throw thrown;
			return false;
		}
		// Every way has returned; the validator wants to hear it.
		this.code.op(Op.unreachable);
		return this.#context.accepts(this.#f, this.code.size);
	}

	/** Finds the frame in the arena, and notes how far the stack is written. */
	#writeFrame(): void {
		const { frameSize, frameStride, functionUsesFrame } = this.#context;
		if (frameSize === 0 || !functionUsesFrame(this.#f)) return;
		const { code } = this;
		const fp = this.#registers[FRAME_PTR]!;
		this.#frame = code.local(ValType.i32);
		// The frames lie without gaps in the arena, with gaps of their size in the address space.
		code.localGet(fp).op(Op.i32WrapI64).i32Const(frameSize).op(Op.i32Sub);
		if (frameStride === 2 * frameSize) code.i32Const(1).op(Op.i32ShrU);
		code.i32Const(0).mem(MemOp.i32Load, ABI_STACK_HOST).op(Op.i32Add).localSet(this.#frame);
		code.localGet(fp).i32Const(0).mem(MemOp.i64Load, ABI_HIGHEST_FRAME).op(Op.i64GtU);
		code.if();
		code.i32Const(0).localGet(fp).mem(MemOp.i64Store, ABI_HIGHEST_FRAME);
		code.end();
	}

	writeBlock(block: number): Exit {
		const { cfg } = this.#analysis;
		const { source } = this.#context;
		const end = cfg.blockLast[block]!;
		const live = this.#liveInside(block);
		const offsets = unknownOffsets();
		let index = 0;
		for (let start = cfg.blockStart[block]!; start <= end; ) {
			let last = start;
			let count = 1;
			while (last < end && !source.isSyscall(last)) {
				last = source.following(last);
				count++;
			}
			const isOver = this.#writeRun(block, start, last, count, live, index, offsets);
			if (isOver) return NO_EXIT;
			index += count;
			start = source.following(last);
		}
		return this.#exitOf(block);
	}

	/** What is alive before each instruction of a block, in their order. */
	#liveInside(block: number): RegisterSet[] {
		const { source, liveness, effects } = this.#context;
		const { blockStart, blockLast, terminator, callTarget } = this.#analysis.cfg;
		let live = liveness.liveOut(block);
		if (terminator[block] === TERMINATOR_CALL) {
			live &= PRESERVED;
			if (callTarget[block] !== -1) live |= liveness.liveIn[callTarget[block]!]!;
		} else if (terminator[block] === TERMINATOR_CALL_REG) live = RESULT | ARGUMENTS | PRESERVED;
		const sets: RegisterSet[] = [];
		for (let pc = blockLast[block]!; pc >= blockStart[block]!; pc = source.previous(pc)) {
			live = source.isSyscall(pc)
				? (live & ~RESULT) | ARGUMENTS
				: liveBefore(effects[source.opcode(pc)]!, source.dst(pc), source.src(pc), live);
			sets.push(live);
		}
		return sets.reverse();
	}

	/** Writes the run from slot `start` to `last`; answers whether it ends the function. */
	#writeRun(
		block: number,
		start: number,
		last: number,
		count: number,
		live: readonly RegisterSet[],
		firstIndex: number,
		offsets: FrameOffsets,
	): boolean {
		const { code } = this;
		const { source } = this.#context;
		this.#pc = start;
		this.#live = live[firstIndex]!;
		this.#rest = count;
		code.localGet(this.#meter).i64Const(count).op(Op.i64Sub).localTee(this.#meter);
		code.i64Const(0).op(Op.i64LtS);
		this.fails();
		const plan = planAccesses(this.#context, start, last, offsets, (pc, known) => this.#track(pc, known));
		/** By base register: the group checked last, whose arena offset is in the register's host local. */
		const checked: (AccessGroup | undefined)[] = new Array(REGISTERS + 1).fill(undefined);
		let index = firstIndex;
		for (let pc = start; pc <= last; pc = source.following(pc)) {
			this.#pc = pc;
			this.#live = live[index++]!;
			const isOver = this.#writeInstruction(block, pc, plan.get(pc), checked);
			if (isOver) return true;
			this.#rest--;
		}
		return false;
	}

	/** Writes the instruction at `pc`; answers whether it ends the function. */
	#writeInstruction(
		block: number,
		pc: number,
		access: Access | undefined,
		checked: (AccessGroup | undefined)[],
	): boolean {
		const { source } = this.#context;
		if (this.code.size > MAX_FUNCTION_BYTES) throw TOO_LARGE;
		const row = source.table.rows[source.opcode(pc)];
		if (row === undefined || !source.namesRegisters(pc)) return this.#leaveForGood();
		if (access !== undefined) {
			this.#writeAccess(pc, access, checked);
			return false;
		}
		const { code } = this;
		switch (row.shape) {
			case 'lddw':
				if (pc + 1 >= source.slotCount) return this.#leaveForGood();
				code.i64Const(source.imm(pc), source.imm(pc + 1)).localSet(this.#registers[source.dst(pc)]!);
				return false;
			case 'jump':
				return false;
			case 'callImm':
				if (source.isSyscall(pc)) {
					this.#writeSyscall(pc);
					return false;
				}
				if (
					this.#analysis.cfg.terminator[block] === TERMINATOR_CALL &&
					pc === this.#analysis.cfg.blockLast[block]
				) {
					return this.#writeCall(this.#analysis.cfg.callTarget[block]!);
				}
				return this.#leaveForGood();
			case 'callReg':
				return this.#writeCallx(pc);
			case 'exit':
				this.#writeExit();
				return false;
			case 'endian':
				if (![16, 32, 64].includes(source.imm(pc))) return this.#leaveForGood();
		}
		const lower = loweringOf(row.name);
		if (lower === undefined) return this.#leaveForGood();
		this.dst = this.#registers[source.dst(pc)]!;
		this.src = this.#registers[source.src(pc)]!;
		this.imm = source.imm(pc);
		lower(this);
		if (row.shape !== 'jumpImm' && row.shape !== 'jumpReg') code.localSet(this.dst);
		return false;
	}

	#exitOf(block: number): Exit {
		const { terminator, next, taken } = this.#analysis.cfg;
		switch (terminator[block]) {
			case TERMINATOR_EXIT:
				return NO_EXIT;
			case TERMINATOR_JUMP:
				return { kind: 'jump', target: taken[block]! };
			case TERMINATOR_BRANCH:
				return { kind: 'branch', taken: taken[block]!, next: next[block]! };
			default:
				return { kind: 'jump', target: next[block]! };
		}
	}

	writeLeave(block: number, target: number): void {
		const { code } = this;
		if (target === -1) {
			this.#pc = this.#pcPast(block);
			this.#live = this.#context.liveness.liveOut(block);
			this.#rest = 0;
			this.#leave();
			return;
		}
		const g = this.#analysis.functions.functionOf[target]!;
		this.#pushParameters(g);
		code.localGet(this.#registers[FRAME_PTR]!).localGet(this.#meter);
		code.returnCall(this.#context.functionIndex(g));
	}

	/** The slot that control reaches where no block is: past the end, or where no verifier let a jump lead. */
	#pcPast(block: number): number {
		const { source } = this.#context;
		const { blockLast, taken, terminator } = this.#analysis.cfg;
		const last = blockLast[block]!;
		const isJump = terminator[block] === TERMINATOR_JUMP || terminator[block] === TERMINATOR_BRANCH;
		if (!isJump || taken[block] !== -1) return source.following(last);
		const target = last + 1 + source.off(last);
		return Math.min(Math.max(target, -1), source.slotCount);
	}

	#pushParameters(f: number): void {
		const params = this.#context.parametersOf(f);
		for (let r = 0; r < REGISTERS; r++) if ((params >> r) & 1) this.code.localGet(this.#registers[r]!);
	}

	/** The results that a function gives are on the stack: takes them over. */
	#takeResults(): void {
		const { results } = this.#context.liveness;
		for (let r = REGISTERS - 1; r >= 0; r--) if ((results >> r) & 1) this.code.localSet(this.#registers[r]!);
		this.code.localSet(this.#meter);
	}

	#writeExit(): void {
		const { results } = this.#context.liveness;
		this.code.localGet(this.#meter);
		for (let r = 0; r < REGISTERS; r++) if ((results >> r) & 1) this.code.localGet(this.#registers[r]!);
		this.code.op(Op.return);
	}

	/** Pushes the callee's frame pointer; leaves where the call would be one too deep. */
	#enterFrame(): void {
		const { code } = this;
		const { frameStride, maxCallDepth } = this.#context;
		const fp = this.#registers[FRAME_PTR]!;
		if (this.#isManual) {
			code
				.i32Const(0)
				.mem(MemOp.i32Load, ABI_CALL_DEPTH)
				.i32Const(maxCallDepth - 1)
				.op(Op.i32GeS);
			this.fails();
			code.i32Const(0).i32Const(0).mem(MemOp.i32Load, ABI_CALL_DEPTH).i32Const(1).op(Op.i32Add);
			code.mem(MemOp.i32Store, ABI_CALL_DEPTH);
			return;
		}
		// The frame pointer itself counts the frames.
		const deepest = MM_STACK_START + this.#context.firstFrame + (maxCallDepth - 1) * frameStride;
		code
			.localGet(fp)
			.i64Const(deepest % 2 ** 32, Math.floor(deepest / 2 ** 32))
			.op(Op.i64GeU);
		this.fails();
	}

	#leaveFrame(): void {
		if (!this.#isManual) return;
		const { code } = this;
		code.i32Const(0).i32Const(0).mem(MemOp.i32Load, ABI_CALL_DEPTH).i32Const(1).op(Op.i32Sub);
		code.mem(MemOp.i32Store, ABI_CALL_DEPTH);
	}

	#pushCalleeFrame(): void {
		const { code } = this;
		code.localGet(this.#registers[FRAME_PTR]!);
		if (!this.#isManual && this.#context.frameStride > 0)
			code.i64Const(this.#context.frameStride).op(Op.i64Add);
	}

	#writeCall(target: number): boolean {
		if (target === -1) return this.#leaveForGood();
		const g = this.#analysis.functions.functionOf[target]!;
		this.#enterFrame();
		this.#pushParameters(g);
		this.#pushCalleeFrame();
		this.code.localGet(this.#meter).call(this.#context.functionIndex(g));
		this.#takeResults();
		this.#leaveFrame();
		return false;
	}

	/** Calls through the map from slots to functions; what is not in it is interpreted. */
	#writeCallx(pc: number): boolean {
		const { code } = this;
		const { source } = this.#context;
		const register = source.callxRegister(pc);
		const callMap = this.#context.callMap;
		if (register > FRAME_PTR || callMap === null) return this.#leaveForGood();
		const text = this.#context.textAddress;
		code.localGet(this.#registers[register]!);
		code
			.i64Const(text % 2 ** 32, Math.floor(text / 2 ** 32))
			.op(Op.i64Sub)
			.localTee(this.#address);
		code.i64Const(source.slotCount * INSN_SIZE).op(Op.i64GeU);
		this.fails();
		// Two bytes a slot of eight.
		code.localGet(this.#address).op(Op.i32WrapI64).i32Const(3).op(Op.i32ShrU).i32Const(1).op(Op.i32Shl);
		code.globalGet(callMap).op(Op.i32Add).mem(MemOp.i32Load16U).localTee(this.#window).op(Op.i32Eqz);
		this.fails();
		this.#enterFrame();
		for (let r = 0; r < REGISTERS; r++) code.localGet(this.#registers[r]!);
		this.#pushCalleeFrame();
		code.localGet(this.#meter).localGet(this.#window).callIndirect(this.#context.uniformType);
		this.#takeResults();
		this.#leaveFrame();
		return false;
	}

	#writeSyscall(pc: number): void {
		const operation = this.#context.source.memoryOperation(pc);
		if (operation === undefined) {
			this.#callHost(pc);
			return;
		}
		const { code } = this;
		const last = operation === 'compare' ? 4 : 3;
		for (let r = 1; r <= last; r++) code.localGet(this.#registers[r]!);
		code.localGet(this.#meter).call(this.#context.memoryOperation(operation));
		code.localTee(this.scratch).i64Const(0).op(Op.i64LtS);
		code.if();
		this.#callHost(pc);
		code.else();
		code.localGet(this.scratch).localSet(this.#meter);
		code.i64Const(0).localSet(this.#registers[0]!);
		code.end();
	}

	#callHost(pc: number): void {
		const { code } = this;
		for (let r = 1; r <= 5; r++) {
			code
				.i32Const(0)
				.localGet(this.#registers[r]!)
				.mem(MemOp.i64Store, ABI_REGISTERS + 8 * r);
		}
		code.i32Const(0).localGet(this.#meter).mem(MemOp.i64Store, ABI_METER);
		code.i32Const(this.#context.source.syscallIndex(pc)).i32Const(pc).call(this.#context.imports.syscall);
		code.i32Const(0).mem(MemOp.i64Load, ABI_REGISTERS).localSet(this.#registers[0]!);
		code.i32Const(0).mem(MemOp.i64Load, ABI_METER).localSet(this.#meter);
	}

	/** Leaves where the i32 on the stack is not 0. */
	fails(): void {
		this.code.if();
		this.#leave();
		this.code.end();
	}

	multiplyHigh(): void {
		this.code.call(this.#context.multiplyHigh());
	}

	#leaveForGood(): boolean {
		this.#leave();
		return true;
	}

	/** Hands over to the interpreter before the instruction at hand, and returns what it comes to. */
	#leave(): void {
		const { code } = this;
		for (let r = 0; r < REGISTERS; r++) if ((this.#live >> r) & 1) code.localGet(this.#registers[r]!);
		code.localGet(this.#registers[FRAME_PTR]!).localGet(this.#meter);
		if (this.#rest > 0) code.i64Const(this.#rest).op(Op.i64Add);
		code.i32Const(this.#pc).returnCall(this.#context.leaveFunction(this.#live));
	}

	#writeAccess(pc: number, access: Access, checked: (AccessGroup | undefined)[]): void {
		const { code } = this;
		const { source, frameSize } = this.#context;
		let host: LocalIndex;
		let offset: number;
		if (access.group === null) {
			host = this.#frame;
			offset = access.frameOffset! + frameSize;
		} else {
			const { group } = access;
			host = this.#hostLocal(group.base);
			if (checked[group.base] !== group) {
				checked[group.base] = group;
				this.#writeCheck(
					group,
					host,
					checked.some((other) => other !== undefined && other !== group && other.lastPc > pc),
				);
			}
			offset = access.off - group.low;
		}
		const size = access.size as Size;
		code.localGet(host);
		if (!access.isStore) {
			code.mem(LOADS[size], offset, 0).localSet(this.#registers[source.dst(pc)]!);
			return;
		}
		const isImmediate = source.table.rows[source.opcode(pc)]!.shape === 'storeImm';
		if (isImmediate) code.i64Const(source.imm(pc));
		else code.localGet(this.#registers[source.src(pc)]!);
		code.mem(STORES[size], offset, 0);
	}

	#hostLocal(base: number): LocalIndex {
		if (this.#hosts[base] === -1) this.#hosts[base] = this.code.local(ValType.i32);
		return this.#hosts[base]!;
	}

	/**
	 * Puts the arena offset of a group's lowest byte into `host`, or leaves. `holdsOffsets` says whether another
	 * group's is needed afterwards: it would be stale if looking this one up moved memory.
	 */
	#writeCheck(group: AccessGroup, host: LocalIndex, holdsOffsets: boolean): void {
		const { code } = this;
		const span = group.high - group.low;
		const windows = group.isStore ? ABI_STORE_WINDOWS : ABI_LOAD_WINDOWS;
		code.localGet(this.#registers[group.base]!);
		if (group.low !== 0) code.i64Const(group.low).op(Op.i64Add);
		code.localTee(this.#address);
		code.i64Const(WINDOW_SHIFT).op(Op.i64ShrU).op(Op.i32WrapI64).i32Const(WINDOW_MASK).op(Op.i32And);
		code.localSet(this.#window);
		code
			.localGet(this.#address)
			.localGet(this.#window)
			.mem(MemOp.i64Load, windows + WINDOW_START);
		code.op(Op.i64Sub).localTee(this.scratch);
		code.localGet(this.#window).mem(MemOp.i64Load, windows + WINDOW_LENGTH);
		if (span <= 8) {
			code
				.i64Const(span - 1)
				.op(Op.i64Sub)
				.op(Op.i64LtU);
		} else {
			code.op(Op.i64LtU);
			code.localGet(this.scratch).i64Const(span).op(Op.i64Add);
			code
				.localGet(this.#window)
				.mem(MemOp.i64Load, windows + WINDOW_LENGTH)
				.op(Op.i64LeU)
				.op(Op.i32And);
		}
		code.if(ValType.i32);
		code.localGet(this.scratch).op(Op.i32WrapI64);
		code
			.localGet(this.#window)
			.mem(MemOp.i32Load, windows + WINDOW_HOST)
			.op(Op.i32Add);
		code.else();
		code.localGet(this.#address).op(Op.i32WrapI64);
		code.localGet(this.#address).i64Const(32).op(Op.i64ShrU).op(Op.i32WrapI64);
		const { firstOff, firstSize, firstIsStore, isStore, low } = group;
		code.i32Const(packMiss(span, firstOff - low, firstSize, firstIsStore, isStore, holdsOffsets));
		code.call(this.#context.missFunction());
		code.end();
		code.localTee(host).i32Const(0).op(Op.i32LtS);
		this.fails();
	}

	/** Follows what is known of registers relative to the frame pointer through one instruction. */
	#track(pc: number, known: FrameOffsets): void {
		const { source } = this.#context;
		const row = source.table.rows[source.opcode(pc)];
		if (row === undefined) return;
		const dst = source.dst(pc);
		if (dst > FRAME_PTR) return;
		switch (row.name) {
			case 'MOV64_REG':
				known[dst] = known[source.src(pc)]!;
				return;
			case 'ADD64_IMM':
				known[dst] = known[dst]! + source.imm(pc);
				return;
			case 'CALL_IMM':
				known[0] = Number.NaN;
				return;
		}
		if (row.shape === 'lddw' || row.shape.startsWith('alu') || row.shape === 'endian')
			known[dst] = Number.NaN;
	}
}
