/**
 * The host of generated programs: a meter, memory that moves, and functions that do what syscalls may do.
 *
 * Owns one run of a program on one engine and everything that can be seen of it afterwards. What moves in
 * memory leaves noise behind, so that whoever still reads there is found out.
 */
import {
	ACCESS_LOAD,
	ACCESS_STORE,
	type AccessType,
	Arena,
	type BuiltinFunction,
	BuiltinProgram,
	type ContextObject,
	defaultConfig,
	type EbpfError,
	EbpfVm,
	type Executable,
	getRoRegion,
	MemoryMapping,
	MemoryRegion,
	MM_HEAP_START,
	MM_INPUT_START,
	MM_STACK_START,
	releaseRoRegion,
	stackFrameGaps,
	stackSize,
	type VmMemory,
	VmMemoryPool,
	WasmProgram,
} from '@parhelion/sbpf';
import { Fault, InvariantError } from '@parhelion/sdk';
import type { Engine } from '../suite.ts';
import type { GuestProgram } from './guest-program.ts';

/** What a run starts with. */
export interface RunInput {
	/** r0 to r9. */
	readonly registers: readonly bigint[];
	/** Instructions. */
	readonly budget: number;
	/** What the writable memory holds; at least as long as the longest region. */
	readonly content: Uint8Array;
}

/** What a run left behind. */
export interface Observation {
	readonly error: EbpfError | null;
	/** r0, where it succeeded; the slot, where it failed. */
	readonly value: bigint;
	readonly instructionCount: number;
	readonly remaining: number;
	/** What the host's functions were given, and what the host did, in order. */
	readonly trace: readonly bigint[];
	/** `start length writable` of each region. */
	readonly shape: string;
	/** Stack, heap, then the other regions; up to the last byte that may not be zero. */
	readonly memory: readonly Uint8Array[];
	/** Whether it ran compiled. */
	readonly isCompiled: boolean;
}

/** An account's memory: where it lies, and where it goes when it is written. */
interface Account {
	readonly reserved: number;
	readonly first: number;
	readonly spare: number;
	host: number;
	isTouched: boolean;
}

const MEM_OP_BASE_COST = 3;
const MEM_OP_BYTES_PER_UNIT = 7;
const NOISE = 0xa5;
const MAX_TRACE = 4_000;
/** How deep programs may call themselves. */
const MAX_NESTING = 3;
/** Bytes {@link grow} takes: more than a small arena has. */
const GROWTH = 600_000;
const SMALL_ARENA_PAGES = 12;

/** The functions that programs call, by name. */
export const FUZZ_SYSCALLS: Readonly<Record<string, BuiltinFunction<FuzzHost>>> = {
	mix(vm) {
		let sum = 7n;
		for (let i = 1; i <= 5; i++) sum = BigInt.asUintN(64, sum * 31n + vm.arg(i) + BigInt(i));
		vm.setReturn(sum);
	},
	/** Takes up to 31 units more. */
	spend(vm) {
		vm.context.consume(Number(vm.arg(1) & 31n));
		vm.setReturn(vm.context.getRemaining());
	},
	/** Stores the lowest byte of r3 up to 15 times from r1 on. */
	poke(vm) {
		const len = vm.arg(2) & 15n;
		const host = vm.context.activeMapping().mapWithAccessViolationHandler(ACCESS_STORE, vm.arg(1), len);
		vm.arena.u8.fill(Number(vm.arg(3) & 0xffn), host, host + Number(len));
		vm.setReturn(len);
	},
	peek(vm) {
		const host = vm.context.activeMapping().mapWithAccessViolationHandler(ACCESS_LOAD, vm.arg(1), 8n);
		vm.setReturn(vm.arena.view.getBigUint64(host, true));
	},
	fail(vm) {
		if ((vm.arg(1) & 7n) === 0n) throw new Fault({ kind: 'FuzzedSyscall', code: vm.arg(2) & 0xffffn });
		vm.setReturn(1);
	},
	remap: (vm) => vm.setReturn(vm.context.remap(vm.arg(1), vm.arg(2))),
	grow: (vm) => vm.setReturn(vm.context.grow()),
	nest: (vm) => vm.setReturn(vm.context.nest(vm)),
	memcpy(vm) {
		payMemoryOperation(vm);
		const [to, from, len] = [vm.arg(1), vm.arg(2), vm.arg(3)];
		const distance = to > from ? to - from : from - to;
		if (distance < len) throw new Fault({ kind: 'Overlap' });
		moveMemory(vm, to, from, len);
	},
	memmove(vm) {
		payMemoryOperation(vm);
		moveMemory(vm, vm.arg(1), vm.arg(2), vm.arg(3));
	},
	memset(vm) {
		payMemoryOperation(vm);
		const len = vm.arg(3);
		const host = translated(vm, ACCESS_STORE, vm.arg(1), len);
		vm.arena.u8.fill(Number(vm.arg(2) & 0xffn), host, host + Number(len));
	},
	memcmp(vm) {
		payMemoryOperation(vm);
		const len = vm.arg(3);
		if (vm.arg(4) % 4n !== 0n) throw new Fault({ kind: 'Unaligned' });
		const a = translated(vm, ACCESS_LOAD, vm.arg(1), len);
		const b = translated(vm, ACCESS_LOAD, vm.arg(2), len);
		const result = translated(vm, ACCESS_STORE, vm.arg(4), 4n);
		const { u8, view } = vm.arena;
		let i = 0;
		while (i < Number(len) && u8[a + i] === u8[b + i]) i++;
		view.setInt32(result, i === Number(len) ? 0 : u8[a + i]! - u8[b + i]!, true);
	},
};

type FuzzVm = EbpfVm<FuzzHost>;

/** As the contract of memory operations has it. */
function payMemoryOperation(vm: FuzzVm): void {
	const { context } = vm;
	const cost = Math.max(MEM_OP_BASE_COST, Math.floor(vm.argNumber(3) / MEM_OP_BYTES_PER_UNIT));
	if (cost > context.getRemaining()) {
		context.consume(context.getRemaining());
		throw new Fault({ kind: 'OutOfUnits' });
	}
	context.consume(cost);
}

function moveMemory(vm: FuzzVm, to: bigint, from: bigint, len: bigint): void {
	const target = translated(vm, ACCESS_STORE, to, len);
	const source = translated(vm, ACCESS_LOAD, from, len);
	vm.arena.u8.copyWithin(target, source, source + Number(len));
}

/** Where a range is now: the handler may move it, and move it again for the next one, as the runtime's does. */
function translated(vm: FuzzVm, access: AccessType, vmAddr: bigint, len: bigint): number {
	return len === 0n ? 0 : vm.context.activeMapping().mapWithAccessViolationHandler(access, vmAddr, len);
}

const MEMORY_OPERATIONS = { copy: 'memcpy', move: 'memmove', set: 'memset', compare: 'memcmp' } as const;

/** As they are lent: noting every call but those that a compiler may do itself. */
const lent: readonly (readonly [string, BuiltinFunction<FuzzHost>])[] = Object.entries(FUZZ_SYSCALLS).map(
	([name, fn], index) => [
		name,
		name.startsWith('mem')
			? fn
			: (vm) => {
					vm.context.note(BigInt(index), vm);
					fn(vm);
				},
	],
);

/** A loader that lends {@link FUZZ_SYSCALLS}. */
export function fuzzLoader(program: GuestProgram): BuiltinProgram<FuzzHost> {
	const loader = BuiltinProgram.newLoader<FuzzHost>(defaultConfig(program.config));
	for (const [name, fn] of lent) loader.registerFunction(name, fn);
	for (const operation of ['copy', 'move', 'set', 'compare'] as const) {
		loader.declareMemoryOperation(MEMORY_OPERATIONS[operation], operation);
	}
	return loader;
}

const sharedArena = new Arena();
/** By stack size: a pool hands out what came back last, if it fits. */
const sharedPools: Map<number, VmMemoryPool> = new Map();

function sharedPool(stackLen: number): VmMemoryPool {
	const known = sharedPools.get(stackLen);
	if (known !== undefined) return known;
	const pool = new VmMemoryPool(sharedArena);
	sharedPools.set(stackLen, pool);
	return pool;
}

/** One run of one program. */
export class FuzzHost implements ContextObject {
	remaining: number;
	readonly memOpBaseCost: number = MEM_OP_BASE_COST;
	readonly memOpBytesPerUnit: number = MEM_OP_BYTES_PER_UNIT;
	readonly #program: GuestProgram;
	readonly #executable: Executable<FuzzHost>;
	readonly #engine: Engine;
	readonly #arena: Arena;
	readonly #pool: VmMemoryPool;
	readonly #trace: bigint[] = [];
	readonly #blocks: number[] = [];
	readonly #accounts: (Account | null)[] = [];
	#mapping: MemoryMapping | null = null;
	#nesting = 0;

	private constructor(
		program: GuestProgram,
		executable: Executable<FuzzHost>,
		budget: number,
		engine: Engine,
	) {
		this.#program = program;
		this.#executable = executable;
		this.#engine = engine;
		this.remaining = budget;
		const isFresh = program.layout.fresh;
		this.#arena = isFresh ? new Arena(SMALL_ARENA_PAGES) : sharedArena;
		this.#pool = isFresh ? new VmMemoryPool(this.#arena) : sharedPool(stackSize(executable.config));
	}

	/** Runs `executable`, made of `program`, to its end. */
	static run(
		program: GuestProgram,
		executable: Executable<FuzzHost>,
		input: RunInput,
		engine: Engine,
	): Observation {
		const host = new FuzzHost(program, executable, input.budget, engine);
		try {
			return host.#run(input);
		} finally {
			for (const block of host.#blocks) host.#arena.free(block);
			// Collected programs are reported to the event loop, which this loop does not reach: their arenas would stay.
			if (host.#arena !== sharedArena) releaseRoRegion(executable, host.#arena);
		}
	}

	/** Gives back what the arena holds for `executable`: no further run of it may follow. */
	static release(executable: Executable<FuzzHost>): void {
		releaseRoRegion(executable, sharedArena);
	}

	consume(amount: number): void {
		this.remaining = Math.max(0, this.remaining - amount);
	}

	getRemaining(): number {
		return this.remaining;
	}

	activeMapping(): MemoryMapping {
		if (this.#mapping === null) throw new InvariantError('no mapping yet');
		return this.#mapping;
	}

	/** Notes a call: which, its arguments, the meter. */
	note(what: bigint, vm: EbpfVm<FuzzHost>): void {
		if (this.#trace.length > MAX_TRACE) return;
		this.#trace.push(what, vm.arg(1), vm.arg(2), vm.arg(3), vm.arg(4), vm.arg(5), BigInt(this.remaining));
	}

	/** Moves an account's bytes, and makes them writable or not. */
	remap(which: bigint, how: bigint): number {
		const mapping = this.activeMapping();
		const { length } = this.#accounts;
		const payload = Number(which % BigInt(length));
		const account = this.#accounts[payload];
		const index = mapping.regions.findIndex((region) => region.accessViolationHandlerPayload === payload);
		if (account === null || account === undefined || index === -1) return length;
		const region = mapping.regions[index]!.clone();
		if ((how & 1n) !== 0n) this.#moveAccount(account, region.len);
		const len = (how & 2n) !== 0n ? Math.max(0, region.len - 1) : region.len;
		region.redirect(account.host, len, (how & 4n) !== 0n);
		mapping.replaceRegion(index, region);
		return payload;
	}

	/** Takes memory from the arena until it grows. */
	grow(): number {
		if (!this.#program.layout.fresh) return 0;
		this.#blocks.push(this.#arena.alloc(GROWTH));
		return this.#blocks.length;
	}

	/** Runs the program again, on the same accounts. */
	nest(outer: EbpfVm<FuzzHost>): bigint {
		if (this.#nesting >= MAX_NESTING || this.remaining < 40) return 1n;
		this.#nesting++;
		const outerMapping = this.activeMapping();
		const stack = this.#pool.getStack(stackSize(this.#executable.config));
		const heap = this.#arena.alloc(64);
		try {
			const shared = outerMapping.regions.filter(
				({ vmAddr }) => vmAddr < MM_STACK_START || vmAddr >= MM_INPUT_START,
			);
			this.#mapping = this.#map([
				this.#stackRegion(stack),
				MemoryRegion.newWritable(heap, 64, MM_HEAP_START),
				...shared.map((region) => region.clone()),
			]);
			const args = [0n, outer.arg(1), outer.arg(2), outer.arg(3), outer.arg(4), outer.arg(5)];
			const { result } = this.#execute(args);
			this.#settle(outerMapping);
			if (result.ok) return result.value;
			if ((outer.arg(2) & 1n) === 1n) throw new Fault(result.error);
			return BigInt(result.error.kind.length);
		} finally {
			this.#mapping = outerMapping;
			this.#nesting--;
			this.#pool.putStack(stack);
			this.#arena.free(heap);
		}
	}

	#run(input: RunInput): Observation {
		const { layout } = this.#program;
		const arena = this.#arena;
		const stackLen = stackSize(this.#executable.config);
		const pooledStack = layout.pooled ? this.#pool.getStack(stackLen) : null;
		const pooledHeap = layout.pooled ? this.#pool.getHeap(layout.heap) : null;
		const stack =
			pooledStack === null
				? MemoryRegion.newGapped(this.#block(stackLen), stackLen, MM_STACK_START, this.#gap())
				: this.#stackRegion(pooledStack);
		const heap =
			pooledHeap === null
				? MemoryRegion.newWritable(this.#block(layout.heap), layout.heap, MM_HEAP_START)
				: MemoryRegion.newPooled(pooledHeap, layout.heap, MM_HEAP_START);
		const others = layout.regions.map(({ kind, vmAddr, len, reserved }, i) => {
			const host = this.#block(reserved);
			arena.u8.set(input.content.subarray(i, i + len), host);
			if (kind !== 'account') {
				this.#accounts.push(null);
				return kind === 'ro'
					? MemoryRegion.newReadonly(host, len, vmAddr)
					: MemoryRegion.newWritable(host, len, vmAddr);
			}
			this.#accounts.push({ reserved, first: host, spare: this.#block(reserved), host, isTouched: false });
			const region = MemoryRegion.newReadonly(host, len, vmAddr);
			region.accessViolationHandlerPayload = i;
			return region;
		});
		this.#mapping = this.#map([getRoRegion(this.#executable, arena), stack, heap, ...others]);
		const { result, instructionCount, mode, pc } = this.#execute(input.registers);
		const mapping = this.activeMapping();
		const memory = [
			arena.u8.slice(stack.host, stack.host + (pooledStack?.dirtyLen ?? stackLen)),
			arena.u8.slice(heap.host, heap.host + (pooledHeap?.dirtyLen ?? layout.heap)),
			...mapping.regions
				.filter(({ vmAddr }) => vmAddr >= MM_INPUT_START)
				.map(({ host, len }) => arena.u8.slice(host, host + len)),
		];
		if (pooledStack !== null) this.#putBack(pooledStack, stackLen, (block) => this.#pool.putStack(block));
		if (pooledHeap !== null) this.#putBack(pooledHeap, layout.heap, (block) => this.#pool.putHeap(block));
		return {
			error: result.ok ? null : result.error,
			value: result.ok ? result.value : pc,
			instructionCount,
			remaining: this.remaining,
			trace: this.#trace,
			shape: mapping.regions
				.map(({ vmAddr, len, writable }) => `${vmAddr.toString(16)} ${len} ${writable}`)
				.concat(this.#accounts.map((account) => String(account?.isTouched)))
				.join('; '),
			memory,
			isCompiled: mode === 'jit',
		};
	}

	/** Gives a block back to the pool, and makes sure that the bytes a program could reach are zero then. */
	#putBack(block: VmMemory, used: number, put: (block: VmMemory) => void): void {
		put(block);
		if (this.#engine === 'interpreter') return;
		const bytes = this.#arena.u8.subarray(block.host, block.host + used);
		if (Buffer.compare(bytes, ZEROS.subarray(0, used)) !== 0) {
			bytes.fill(0);
			throw new InvariantError('a pooled block came back written beyond its mark');
		}
	}

	#execute(registers: readonly bigint[]): ReturnType<EbpfVm<FuzzHost>['executeProgram']> & { pc: bigint } {
		const executable = this.#executable;
		const { loader, sbpfVersion } = executable;
		const vm = new EbpfVm(loader, sbpfVersion, this, stackSize(executable.config));
		for (const [i, value] of registers.entries()) vm.registers[i] = value;
		const isCompiled = this.#engine === 'jit';
		if (isCompiled) executable.compiled ??= WasmProgram.compile(executable);
		const outcome = vm.executeProgram(executable, isCompiled ? 'preferJit' : 'interpreted');
		return { ...outcome, pc: vm.registers[11]! };
	}

	#map(regions: readonly MemoryRegion[]): MemoryMapping {
		const { config, sbpfVersion } = this.#executable;
		const mapping = new MemoryMapping(this.#arena, regions, config, sbpfVersion, (...args) =>
			this.#onViolation(...args),
		);
		mapping.initialize();
		return mapping;
	}

	/** As the runtime does it: a store to an account makes its bytes its own, and as many as it may have. */
	#onViolation(region: MemoryRegion, _room: number, access: number, vmAddr: number, len: number): void {
		const payload = region.accessViolationHandlerPayload;
		const account = payload === null ? null : this.#accounts[payload];
		if (account === null || account === undefined || access === ACCESS_LOAD) return;
		const end = vmAddr + len - region.vmAddr;
		if (end > account.reserved) return;
		account.isTouched = true;
		this.#moveAccount(account, region.len);
		region.redirect(account.host, end > region.len ? account.reserved : region.len, true);
	}

	/** To its other block, whose bytes beyond `len` are zero. */
	#moveAccount(account: Account, len: number): void {
		const { u8 } = this.#arena;
		const from = account.host;
		const to = from === account.first ? account.spare : account.first;
		u8.fill(0, to, to + account.reserved);
		u8.copyWithin(to, from, from + len);
		u8.fill(NOISE, from, from + account.reserved);
		account.host = to;
	}

	/** After a nested program: the outer one sees the accounts where they are now. */
	#settle(outer: MemoryMapping): void {
		for (const region of this.activeMapping().regions) {
			if (region.accessViolationHandlerPayload === null) continue;
			const index = outer.regions.findIndex(({ vmAddr }) => vmAddr === region.vmAddr);
			if (index !== -1) outer.replaceRegion(index, region.clone());
		}
	}

	#block(len: number): number {
		const host = this.#arena.alloc(len);
		this.#blocks.push(host);
		return host;
	}

	#stackRegion(stack: VmMemory): MemoryRegion {
		return MemoryRegion.newPooled(stack, stackSize(this.#executable.config), MM_STACK_START, this.#gap());
	}

	#gap(): number {
		const { config, sbpfVersion } = this.#executable;
		return stackFrameGaps(sbpfVersion) && config.enableStackFrameGaps ? config.stackFrameSize : 0;
	}
}

const ZEROS = new Uint8Array(64 * 4096);
