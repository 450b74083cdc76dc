/**
 * What the functions of one module share: signatures, imports, helpers, the program's constants.
 *
 * Owns the calling convention. A function takes the registers that are alive at its start, then the frame
 * pointer and the meter; it gives the meter, r0, and whatever of r1 to r5 some caller reads afterwards.
 * Functions that a `callx` may call have a second form that takes r0 to r9.
 */
import {
	type FuncIndex,
	type GlobalIndex,
	MemOp,
	ModuleBuilder,
	Op,
	type TypeIndex,
	ValType,
} from '@parhelion/wasmgen';
import type { Analysis } from '../analysis/analysis.ts';
import { FUNCTION_UNREFERENCED } from '../analysis/functions.ts';
import type { Config } from '../config.ts';
import { MM_STACK_START } from '../isa/ebpf.ts';
import { type MemoryOperation, manualStackFrameBump, stackFrameGaps } from '../program.ts';
import {
	ABI_HIGHEST_FRAME,
	ABI_LOAD_WINDOWS,
	ABI_METER,
	ABI_REGISTERS,
	ABI_STACK_HOST,
	ABI_STORE_WINDOWS,
	ABI_WINDOW_SIZE,
	MISS_SPAN_SHIFT,
	MISS_STORES,
	SHORTEST_WINDOW,
	WINDOW_HOST,
	WINDOW_LENGTH,
	WINDOW_START,
} from './abi.ts';
import type { PlanContext } from './access-plan.ts';
import { ALL_REGISTERS, effectTable, type RegisterSet } from './effects.ts';
import { FunctionCompiler } from './function-compiler.ts';
import { MAX_FUNCTION_BYTES, MAX_LOOPING_BYTES, MAX_MODULE_BYTES } from './limits.ts';
import { type Liveness, solveLiveness } from './liveness.ts';
import { MemoryOperations } from './memory-operations.ts';
import type { Source } from './source.ts';

const { i32, i64 } = ValType;
const REGISTERS = 10;
const FRAME_PTR = 10;
/** Entries of the call map are 16 bits wide; 0 says that there is no function. */
const MAX_CALL_TARGETS = 0xffff;

/** The host's functions. */
export interface Imports {
	/** (address lower half, upper half, see `packMiss`) -> arena offset, or -1. */
	readonly miss: FuncIndex;
	/** (address lower half, upper half, bytes, store) -> arena offset, or -1: as a function of the host looks it up. */
	readonly probe: FuncIndex;
	/** (index, slot): registers and meter go through the block in the arena. */
	readonly syscall: FuncIndex;
	/** (slot): interprets from there to the end of the function; likewise. */
	readonly interpret: FuncIndex;
}

/** A module under construction. */
export class ModuleContext implements PlanContext {
	readonly source: Source;
	readonly analysis: Analysis;
	readonly liveness: Liveness;
	readonly effects: Uint8Array;
	readonly accessSize: Uint8Array;
	readonly isStore: Uint8Array;
	readonly textAddress: number;
	/** Bytes of a frame that is addressed without a check; 0 where frames are not fixed or not mapped. */
	readonly frameSize: number;
	/** What a call adds to the frame pointer. */
	readonly frameStride: number;
	/** Where the first frame pointer stands in the stack. */
	readonly firstFrame: number;
	readonly maxCallDepth: number;
	readonly imports: Imports;
	/** Arena offset of the map from slots to functions; null for a program without `callx`. */
	readonly callMap: GlobalIndex | null;
	/** The signature of functions that `callx` calls. */
	readonly uniformType: TypeIndex;
	/** Functions that `callx` finds, in the order of their indices in the table, from 1. */
	readonly callTargets: number[] = [];
	readonly #module: ModuleBuilder = new ModuleBuilder();
	readonly #resultTypes: readonly ValType[];
	readonly #functions: FuncIndex[] = [];
	readonly #leavers: Map<RegisterSet, FuncIndex> = new Map();
	#multiplyHigh: FuncIndex = -1;
	/** Bytes of the functions so far. */
	#written = 0;
	#stackMiss: FuncIndex = -1;
	#operations: MemoryOperations | null = null;

	constructor(source: Source, analysis: Analysis, config: Config, textAddress: number) {
		this.source = source;
		this.analysis = analysis;
		this.textAddress = textAddress;
		this.liveness = solveLiveness(source, analysis);
		this.effects = effectTable(source.table);
		this.accessSize = Uint8Array.from({ length: 256 }, (_, opcode) => {
			const row = source.table.rows[opcode];
			return row?.shape === 'load' || row?.shape.startsWith('store') ? row.width / 8 : 0;
		});
		this.isStore = source.table.store;
		const isManual = manualStackFrameBump(source.version);
		const gaps = stackFrameGaps(source.version) && config.enableStackFrameGaps;
		this.frameStride = isManual ? 0 : config.stackFrameSize * (gaps ? 2 : 1);
		this.frameSize = isManual || !config.enableAddressTranslation ? 0 : config.stackFrameSize;
		this.firstFrame = config.stackFrameSize;
		this.maxCallDepth = config.maxCallDepth;

		const module = this.#module;
		module.importMemory('host', 'memory', { min: 1 });
		this.imports = {
			miss: module.importFunction('host', 'miss', module.type([i32, i32, i32], [i32])),
			probe: module.importFunction('host', 'probe', module.type([i32, i32, i32, i32], [i32])),
			syscall: module.importFunction('host', 'syscall', module.type([i32, i32], [])),
			interpret: module.importFunction('host', 'interpret', module.type([i32], [])),
		};
		this.callMap = analysis.hasCallx ? module.importGlobal('host', 'callMap', i32, false) : null;
		this.#resultTypes = [i64, ...registersIn(this.liveness.results).map(() => i64)];
		this.uniformType = module.type(
			[...registersIn(ALL_REGISTERS).map(() => i64), i64, i64],
			this.#resultTypes,
		);
	}

	/** The registers that function `f` takes. */
	parametersOf(f: number): RegisterSet {
		return this.liveness.liveIn[this.analysis.functions.head[f]!]!;
	}

	/** The index of function `f` in the module. */
	functionIndex(f: number): FuncIndex {
		return this.#functions[f]!;
	}

	/** Whether function `f` is to be interpreted: too much was written before it, or no known code leads to it. */
	declines(f: number): boolean {
		return this.#written > MAX_MODULE_BYTES || this.analysis.functions.flags[f] === FUNCTION_UNREFERENCED;
	}

	/** Whether function `f`, of `size` bytes, can be handed to an engine. */
	accepts(f: number, size: number): boolean {
		this.#written += size;
		return size <= MAX_FUNCTION_BYTES && size * this.#backEdges(f) <= MAX_LOOPING_BYTES;
	}

	/** Edges inside function `f` that become branches to the start of a `loop`. */
	#backEdges(f: number): number {
		const { functions, loops, cfg } = this.analysis;
		const { predecessorStart, predecessors } = cfg.graph;
		let count = 0;
		for (let i = functions.blocksStart[f]!; i < functions.blocksStart[f + 1]!; i++) {
			const block = functions.blocks[i]!;
			if (loops.loopHeader[block] === 0 && loops.irreducibleGroup[block] === -1) continue;
			for (let p = predecessorStart[block]!; p < predecessorStart[block + 1]!; p++) {
				if (functions.functionOf[predecessors[p]!] === f) count++;
			}
		}
		return count;
	}

	/** Whether any instruction of function `f` names the frame pointer. */
	readonly functionUsesFrame = (f: number): boolean => {
		const { functions, cfg } = this.analysis;
		const { source } = this;
		for (let i = functions.blocksStart[f]!; i < functions.blocksStart[f + 1]!; i++) {
			const block = functions.blocks[i]!;
			for (let pc = cfg.blockStart[block]!; pc <= cfg.blockLast[block]!; pc = source.following(pc)) {
				if (source.dst(pc) === FRAME_PTR || source.src(pc) === FRAME_PTR) return true;
			}
		}
		return false;
	};

	/** The helper that hands over to the interpreter: takes the registers in `live`, frame pointer, meter and slot. */
	leaveFunction(live: RegisterSet): FuncIndex {
		let index = this.#leavers.get(live);
		if (index === undefined) {
			const type = this.#module.type([...registersIn(live).map(() => i64), i64, i64, i32], this.#resultTypes);
			const helper = this.#module.function(type, `leave_${live.toString(2)}`);
			index = helper.index;
			this.#leavers.set(live, index);
			const { code } = helper;
			let parameter = 0;
			for (const r of [...registersIn(live), FRAME_PTR]) {
				code
					.i32Const(0)
					.localGet(parameter++)
					.mem(MemOp.i64Store, ABI_REGISTERS + 8 * r);
			}
			code.i32Const(0).localGet(parameter++).mem(MemOp.i64Store, ABI_METER);
			code.localGet(parameter).call(this.imports.interpret);
			code.i32Const(0).mem(MemOp.i64Load, ABI_METER);
			for (const r of registersIn(this.liveness.results)) {
				code.i32Const(0).mem(MemOp.i64Load, ABI_REGISTERS + 8 * r);
			}
		}
		return index;
	}

	/**
	 * What is called when a span misses its window: the host's `miss`, or where the stack has gaps a helper before it.
	 * There a window is one frame, and code that works through pointers goes to and fro between frames: asking the host
	 * each time took a third of a Token-2022 transfer.
	 */
	missFunction(): FuncIndex {
		const { frameSize, frameStride } = this;
		const hasGaps = frameSize >= SHORTEST_WINDOW && frameStride === 2 * frameSize;
		const isUsual = (frameSize & (frameSize - 1)) === 0 && this.maxCallDepth * frameStride <= 0x4000_0000;
		if (!hasGaps || !isUsual) return this.imports.miss;
		if (this.#stackMiss === -1) this.#writeStackMiss();
		return this.#stackMiss;
	}

	/** Opens the window of a frame of the stack, and answers where in it the span lies; `miss` for any other. */
	#writeStackMiss(): void {
		const { frameSize, frameStride } = this;
		const helper = this.#module.function(this.#module.type([i32, i32, i32], [i32]), 'stack_miss');
		this.#stackMiss = helper.index;
		const { code } = helper;
		const [low, high, packed] = [0, 1, 2];
		const window = code.local(i32);
		const frame = code.local(i32);
		const pointer = code.local(i64);
		const shift = 31 - Math.clz32(frameSize);
		const stackHigh = Math.floor(MM_STACK_START / 2 ** 32);
		const inFrame = () =>
			code
				.localGet(low)
				.i32Const(frameSize - 1)
				.op(Op.i32And);

		code.localGet(high).i32Const(stackHigh).op(Op.i32Eq);
		code
			.localGet(low)
			.i32Const(this.maxCallDepth * frameStride)
			.op(Op.i32LtU)
			.op(Op.i32And);
		code.localGet(low).i32Const(frameSize).op(Op.i32And).op(Op.i32Eqz).op(Op.i32And);
		inFrame();
		code.localGet(packed).i32Const(MISS_SPAN_SHIFT).op(Op.i32ShrU).op(Op.i32Add);
		code.i32Const(frameSize).op(Op.i32LeU).op(Op.i32And);
		code.if(i32);
		// The guest address of the frame's first byte.
		code.localGet(low).i32Const(-frameStride).op(Op.i32And).op(Op.i64ExtendI32U);
		code.i64Const(0, stackHigh).op(Op.i64Or).localSet(pointer);
		code.localGet(packed).i32Const(MISS_STORES).op(Op.i32And);
		code.if(i32);
		// Whoever stores to a frame tells the pool, as a function does that has the frame for its own.
		code.localGet(pointer).i64Const(frameSize).op(Op.i64Add);
		code.i32Const(0).mem(MemOp.i64Load, ABI_HIGHEST_FRAME).op(Op.i64GtU);
		code.if();
		code
			.i32Const(0)
			.localGet(pointer)
			.i64Const(frameSize)
			.op(Op.i64Add)
			.mem(MemOp.i64Store, ABI_HIGHEST_FRAME);
		code.end();
		code.i32Const(ABI_STORE_WINDOWS + stackHigh * ABI_WINDOW_SIZE);
		code.else();
		code.i32Const(ABI_LOAD_WINDOWS + stackHigh * ABI_WINDOW_SIZE);
		code.end();
		code.localTee(window).localGet(pointer).mem(MemOp.i64Store, WINDOW_START);
		code.localGet(window).i64Const(frameSize).mem(MemOp.i64Store, WINDOW_LENGTH);
		code
			.localGet(low)
			.i32Const(shift + 1)
			.op(Op.i32ShrU)
			.i32Const(shift)
			.op(Op.i32Shl);
		code.i32Const(0).mem(MemOp.i32Load, ABI_STACK_HOST).op(Op.i32Add).localSet(frame);
		code.localGet(window).localGet(frame).mem(MemOp.i32Store, WINDOW_HOST);
		code.localGet(frame);
		inFrame();
		code.op(Op.i32Add);
		code.else();
		code.localGet(low).localGet(high).localGet(packed).call(this.imports.miss);
		code.end();
	}

	/** The helper that does a memory operation. */
	memoryOperation(operation: MemoryOperation): FuncIndex {
		this.#operations ??= new MemoryOperations(this.#module, this.imports.probe);
		return this.#operations.helper(operation);
	}

	/** The helper that multiplies two unsigned i64 and gives the upper half of the product. */
	multiplyHigh(): FuncIndex {
		if (this.#multiplyHigh !== -1) return this.#multiplyHigh;
		const helper = this.#module.function(this.#module.type([i64, i64], [i64]), 'multiply_high');
		this.#multiplyHigh = helper.index;
		const { code } = helper;
		const low = (local: number) => code.localGet(local).i64Const(-1, 0).op(Op.i64And);
		const high = (local: number) => code.localGet(local).i64Const(32).op(Op.i64ShrU);
		const middle = code.local(i64);
		// a0 * b1 + (a0 * b0 >> 32) cannot overflow; nor can a1 * b0 plus the lower half of that.
		low(0);
		high(1);
		code.op(Op.i64Mul);
		low(0);
		low(1);
		code.op(Op.i64Mul).i64Const(32).op(Op.i64ShrU).op(Op.i64Add).localSet(middle);
		high(0);
		high(1);
		code.op(Op.i64Mul);
		high(middle);
		code.op(Op.i64Add);
		high(0);
		low(1);
		code.op(Op.i64Mul);
		low(middle);
		code.op(Op.i64Add).i64Const(32).op(Op.i64ShrU).op(Op.i64Add);
		return this.#multiplyHigh;
	}

	/** Compiles everything; the bytes of the module. */
	compile(): Uint8Array<ArrayBuffer> {
		const module = this.#module;
		const { functionCount } = this.analysis.functions;
		const handles = Array.from({ length: functionCount }, (_, f) => {
			const params = registersIn(this.parametersOf(f)).map(() => i64);
			const handle = module.function(
				module.type([...params, i64, i64], this.#resultTypes),
				this.analysis.functionName(f),
			);
			this.#functions.push(handle.index);
			return handle;
		});
		for (const [f, handle] of handles.entries()) new FunctionCompiler(this, f, handle.code).compile();
		if (this.callMap !== null) this.#writeCallTargets();
		this.#writeEntry();
		return module.toBytes();
	}

	/** The form of every target that `callx` calls, and the table that holds them. */
	#writeCallTargets(): void {
		const { functionCount } = this.analysis.functions;
		const elements: FuncIndex[] = [];
		for (let f = 0; f < functionCount && elements.length < MAX_CALL_TARGETS; f++) {
			if (!this.source.isCallxTarget(f)) continue;
			const { index, code } = this.#module.function(this.uniformType);
			for (const r of registersIn(this.parametersOf(f))) code.localGet(r);
			code
				.localGet(REGISTERS)
				.localGet(REGISTERS + 1)
				.returnCall(this.functionIndex(f));
			elements.push(index);
			this.callTargets.push(f);
		}
		const size = elements.length + 1;
		const table = this.#module.table({ min: size, max: size }, ValType.funcref);
		this.#module.elements(table, 1, elements);
	}

	/** The way in: everything comes from the block in the arena and goes back there. */
	#writeEntry(): void {
		const { index, code } = this.#module.function(this.#module.type([], []), 'run');
		const entry = this.analysis.functionAt(this.source.entryPc);
		for (const r of [...registersIn(this.parametersOf(entry)), FRAME_PTR]) {
			code.i32Const(0).mem(MemOp.i64Load, ABI_REGISTERS + 8 * r);
		}
		code.i32Const(0).mem(MemOp.i64Load, ABI_METER).call(this.functionIndex(entry));
		const spare = code.local(i64);
		for (const r of registersIn(this.liveness.results).reverse()) {
			code
				.localSet(spare)
				.i32Const(0)
				.localGet(spare)
				.mem(MemOp.i64Store, ABI_REGISTERS + 8 * r);
		}
		code.localSet(spare).i32Const(0).localGet(spare).mem(MemOp.i64Store, ABI_METER);
		this.#module.exportFunction('run', index);
	}
}

/** The registers of a set, ascending. */
function registersIn(set: RegisterSet): number[] {
	const list: number[] = [];
	for (let r = 0; r < REGISTERS; r++) if ((set >> r) & 1) list.push(r);
	return list;
}
