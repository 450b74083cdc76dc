import { Fault } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import {
	executableOf,
	machineFor,
	type Setup,
	type TestContext,
	type TestMachine,
} from '../../test/machine-harness.ts';
import { MM_INPUT_START } from '../isa/ebpf.ts';
import { ACCESS_LOAD, ACCESS_STORE, type AccessType } from '../memory/memory-mapping.ts';
import { MemoryRegion } from '../memory/memory-region.ts';
import type { MemoryOperation } from '../program.ts';
import type { EbpfVm } from '../vm.ts';
import { WasmProgram } from './compiled-program.ts';

type Vm = EbpfVm<TestContext>;

const BASE_COST = 10;
const BYTES_PER_UNIT = 4;
const INPUT = BigInt(MM_INPUT_START);
const LENGTH = 200;

/** How often the host's own functions ran. */
let hostCalls = 0;

function pay(vm: Vm): void {
	hostCalls++;
	const cost = Math.max(BASE_COST, Math.floor(vm.argNumber(3) / BYTES_PER_UNIT));
	if (cost > vm.context.remaining) throw new Fault({ kind: 'OutOfUnits' });
	vm.context.remaining -= cost;
}

const at = (vm: Vm, access: AccessType, i: number, len: bigint): number =>
	len === 0n ? 0 : vm.mapping.map(access, vm.arg(i), len);

function move(vm: Vm): void {
	const len = vm.arg(3);
	const to = at(vm, ACCESS_STORE, 1, len);
	const from = at(vm, ACCESS_LOAD, 2, len);
	vm.arena.u8.copyWithin(to, from, from + Number(len));
}

const FUNCTIONS: Record<MemoryOperation, (vm: Vm) => void> = {
	copy(vm) {
		pay(vm);
		const [to, from] = [vm.arg(1), vm.arg(2)];
		if ((to > from ? to - from : from - to) < vm.arg(3)) throw new Fault({ kind: 'Overlap' });
		move(vm);
	},
	move(vm) {
		pay(vm);
		move(vm);
	},
	set(vm) {
		pay(vm);
		const host = at(vm, ACCESS_STORE, 1, vm.arg(3));
		vm.arena.u8.fill(Number(vm.arg(2) & 0xffn), host, host + Number(vm.arg(3)));
	},
	compare(vm) {
		pay(vm);
		if (vm.arg(4) % 4n !== 0n) throw new Fault({ kind: 'Unaligned' });
		const len = Number(vm.arg(3));
		const [a, b] = [at(vm, ACCESS_LOAD, 1, vm.arg(3)), at(vm, ACCESS_LOAD, 2, vm.arg(3))];
		const out = at(vm, ACCESS_STORE, 4, 4n);
		const { u8, view } = vm.arena;
		let i = 0;
		while (i < len && u8[a + i] === u8[b + i]) i++;
		view.setInt32(out, i === len ? 0 : u8[a + i]! - u8[b + i]!, true);
	},
};

/** Two regions that touch: one that may be written, one that may not. */
const setup = (registers: readonly bigint[], budget: number): Setup => ({
	version: 3,
	registers,
	budget,
	heapBytes: 64,
	extraRegions: (arena) => [
		MemoryRegion.newWritable(
			arena.put(Uint8Array.from({ length: LENGTH }, (_, i) => i)),
			LENGTH,
			MM_INPUT_START,
		),
		MemoryRegion.newReadonly(arena.put(new Uint8Array(LENGTH).fill(3)), LENGTH, MM_INPUT_START + LENGTH),
	],
});

interface Outcome {
	readonly result: unknown;
	readonly remaining: number;
	readonly memory: string;
}

/** Calls `operation` with r1 to r4, then computes; on both engines. Answers whether the host had to do it. */
function compare(
	operation: MemoryOperation,
	args: readonly bigint[],
	budget = 1000,
	isPriced = true,
): boolean {
	// Windows over the input are open when it is called, unless the budget ends before.
	const open = isPriced && budget > 500 ? 'ldxb r8, [r7+0]\nstxb [r7+0], r8\n' : '';
	const source = `${open}syscall operation\nadd64 r0, 5\nldxb r2, [r10-1]\nadd64 r0, r2\nexit`;
	const run = (isCompiled: boolean): Outcome => {
		const registers = [0n, ...args, 0n, 0n, 0n, 0n].slice(0, 7);
		const given = setup([...registers, INPUT], budget);
		const executable = executableOf(source, { ...given, syscalls: { operation: FUNCTIONS[operation] } });
		executable.loader.declareMemoryOperation('operation', operation);
		const tested: TestMachine = machineFor(executable, given);
		if (isPriced)
			Object.assign(tested.context, { memOpBaseCost: BASE_COST, memOpBytesPerUnit: BYTES_PER_UNIT });
		if (isCompiled) executable.compiled = WasmProgram.compile(executable);
		const { result } = tested.vm.executeProgram(executable, isCompiled ? 'jit' : 'interpreted');
		const { arena, mapping, context } = tested;
		const memory = mapping.regions.map(({ host, len }) =>
			Buffer.from(arena.u8.subarray(host, host + len)).toString('hex'),
		);
		const outcome = { result, remaining: context.remaining, memory: memory.join() };
		tested.dispose();
		return outcome;
	};
	const interpreted = run(false);
	hostCalls = 0;
	expect(run(true)).toEqual(interpreted);
	return hostCalls > 0;
}

const LENGTHS = [1n, 2n, 7n, 8n, 9n, 15n, 16n, 40n, 63n, 64n, 65n, 100n];

describe('memory operations of a compiled program', () => {
	it('are done without the host', () => {
		for (const len of LENGTHS) {
			expect(compare('copy', [INPUT, INPUT + 100n, len])).toBe(false);
			expect(compare('copy', [INPUT + 100n, INPUT, len])).toBe(false);
			expect(compare('move', [INPUT, INPUT + 3n, len])).toBe(false);
			expect(compare('move', [INPUT + 3n, INPUT, len])).toBe(false);
			expect(compare('set', [INPUT + 1n, 0x1ffn, len])).toBe(false);
			expect(compare('compare', [INPUT, INPUT + 1n, len, INPUT + 8n])).toBe(false);
			expect(compare('compare', [INPUT, INPUT, len, INPUT + 196n])).toBe(false);
			expect(compare('compare', [INPUT + 220n, INPUT + 260n, len, INPUT])).toBe(false);
		}
	});

	it('find the first byte that differs, wherever it is', () => {
		// Byte 3 of the input is the only one that equals those of the second region.
		for (const start of [0n, 1n, 2n, 3n, 4n]) {
			for (const len of LENGTHS) compare('compare', [INPUT + start, INPUT + 200n, len, INPUT + 100n]);
		}
	});

	it('are left to the host where they end at a border', () => {
		expect(compare('copy', [INPUT, INPUT + 100n, 100n])).toBe(false);
		expect(compare('copy', [INPUT, INPUT + 200n, 200n])).toBe(false);
		expect(compare('copy', [INPUT, INPUT + 200n, 201n])).toBe(true);
		expect(compare('set', [INPUT + 150n, 1n, 51n])).toBe(true);
		expect(compare('set', [INPUT + 200n, 1n, 1n])).toBe(true);
		expect(compare('move', [INPUT + 1n, INPUT, 200n])).toBe(true);
		expect(compare('compare', [INPUT, INPUT, 8n, INPUT + 200n])).toBe(true);
	});

	it('are left to the host where they overlap, are nothing, or absurd', () => {
		for (const distance of [0n, 1n, 7n]) {
			expect(compare('copy', [INPUT + distance, INPUT, 8n])).toBe(true);
			expect(compare('copy', [INPUT, INPUT + distance, 8n])).toBe(true);
		}
		expect(compare('copy', [INPUT + 8n, INPUT, 8n])).toBe(false);
		for (const len of [0n, 2n ** 31n, 2n ** 32n, 2n ** 64n - 1n]) {
			expect(compare('move', [INPUT, INPUT + 8n, len])).toBe(true);
			expect(compare('set', [INPUT, 5n, len])).toBe(true);
		}
		for (const result of [INPUT + 1n, INPUT + 2n, INPUT + 3n]) {
			expect(compare('compare', [INPUT, INPUT, 8n, result])).toBe(true);
		}
		for (const address of [0n, 2n ** 40n + INPUT, 2n ** 64n - 4n]) {
			expect(compare('set', [address, 1n, 8n])).toBe(true);
			expect(compare('move', [INPUT, address, 8n])).toBe(address !== 0n);
		}
	});

	it('cost what the host takes, to the last unit', () => {
		for (const [len, cost] of [
			[1n, 10],
			[40n, 10],
			[44n, 11],
			[100n, 25],
		] as const) {
			for (let budget = 0; budget < cost + 8; budget++) {
				const isLeft = compare('set', [INPUT, 9n, len], budget);
				expect(isLeft).toBe(budget >= 1 && budget < cost + 1);
			}
		}
	});

	it('are the host’s where it names no price', () => {
		expect(compare('set', [INPUT, 9n, 8n], 1000, false)).toBe(true);
	});
});
