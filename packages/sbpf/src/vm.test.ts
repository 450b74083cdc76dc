import { Fault } from '@parhelion/sdk';
import { describe, expect, it, vi } from 'vitest';
import { encode, machine, machineFor, resultOf, type Setup, TestContext } from '../test/machine-harness.ts';
import { defaultConfig, stackSize } from './config.ts';
import { Executable } from './executable.ts';
import { FunctionRegistry } from './function-registry.ts';
import { Arena } from './memory/arena.ts';
import { ACCESS_STORE, MemoryMapping } from './memory/memory-mapping.ts';
import { MemoryRegion } from './memory/memory-region.ts';
import { BuiltinProgram, SBPF_VERSIONS, type SBPFVersion } from './program.ts';
import { type CompiledProgram, EbpfVm } from './vm.ts';

const R = 0x1_0000_0000;

/** The kind of the error, or r0. */
function outcome(program: string | Uint8Array, setup: Setup = {}): string | bigint {
	const result = resultOf(program, setup);
	return result.ok ? result.value : result.error.kind;
}

const text = (...instructions: number[][]): Uint8Array => Uint8Array.from(instructions.flat());

describe('the meter', () => {
	const straight = 'mov64 r0, 1\nadd64 r0, 1\nadd64 r0, 1\nexit';

	it.each([0, 1, 2, 3])(
		'stops a program of 4 instructions at a budget of %i, everything before it done',
		(budget) => {
			const { run, vm, context } = machine(straight, { budget });
			const { instructionCount, result } = run();
			expect(result).toEqual({ ok: false, error: { kind: 'ExceededMaxInstructions' } });
			expect(instructionCount).toBe(budget);
			expect(context.remaining).toBe(0);
			expect(vm.registers[0]).toBe(BigInt(budget));
			expect(vm.registers[11]).toBe(BigInt(budget));
		},
	);

	it.each([4, 5, 1000])('lets it exit at a budget of %i', (budget) => {
		const { run, context } = machine(straight, { budget });
		expect(run()).toMatchObject({ instructionCount: 4, result: { ok: true, value: 3n } });
		expect(context.remaining).toBe(budget - 4);
	});

	it('counts a two-slot lddw once', () => {
		const source = 'lddw r0, 0x1122334455667788\nlddw r1, 5\nexit';
		expect(machine(source, { budget: 3 }).run()).toMatchObject({ instructionCount: 3, result: { ok: true } });
		const short = machine(source, { budget: 2 });
		expect(short.run()).toMatchObject({ instructionCount: 2, result: { ok: false } });
		expect(short.vm.registers[1]).toBe(5n);
		expect(short.vm.registers[11]).toBe(4n);
	});

	it('prefers the end of the budget to the failure of the next instruction', () => {
		const source = 'mov64 r1, 0\ndiv64 r0, r1\nexit';
		expect(outcome(source, { budget: 1, version: 0 })).toBe('ExceededMaxInstructions');
		expect(outcome(source, { budget: 2, version: 0 })).toBe('DivideByZero');
	});

	it('counts an instruction that fails and not the rest of its run', () => {
		const { run, vm } = machine('mov64 r1, -7\nldxb r0, [r1+0]\nadd64 r1, 1\nadd64 r1, 1\nexit');
		expect(run()).toMatchObject({ instructionCount: 2, result: { error: { kind: 'AccessViolation' } } });
		expect(vm.registers[1]).toBe(2n ** 64n - 7n);
		expect(vm.registers[11]).toBe(1n);
	});

	it('ends an endless loop', () => {
		expect(machine('ja -1\nexit', { version: 0, budget: 100_001 }).run().instructionCount).toBe(100_001);
	});

	it('leaves the program as it found it: the next run is not stopped where the last one was', () => {
		const { executable } = machine(straight);
		for (const budget of [2, 4, 1, 4, 3, 4]) {
			const { instructionCount, result } = machineFor(executable, { budget }).run();
			expect(instructionCount).toBe(budget);
			expect(result.ok).toBe(budget === 4);
		}
	});

	it('runs budgets beyond 32 bits', () => {
		const { run, context } = machine('mov64 r0, 0\nexit', { budget: 2 ** 53 - 1 });
		expect(run().instructionCount).toBe(2);
		expect(context.remaining).toBe(2 ** 53 - 3);
	});

	it('counts nothing when it is off', () => {
		const config = { enableInstructionMeter: false };
		const { run, context } = machine('mov64 r0, 9\nexit', { config, budget: 0 });
		expect(run()).toMatchObject({ instructionCount: 0, result: { ok: true, value: 9n } });
		expect(context.consumed).toEqual([]);
	});

	it('is settled before each builtin function and asked again afterwards', () => {
		const seen: number[] = [];
		const { run, context } = machine(
			'mov64 r1, 1\nsyscall spend\nmov64 r1, 2\nmov64 r1, 3\nsyscall spend\nexit',
			{
				budget: 1000,
				syscalls: {
					spend: (vm) => {
						seen.push(vm.context.remaining);
						vm.context.consume(100);
					},
				},
			},
		);
		expect(run()).toMatchObject({ instructionCount: 206, result: { ok: true, value: 0n } });
		expect(seen).toEqual([998, 895]);
		expect(context.consumed).toEqual([2, 100, 3, 100, 1]);
		expect(context.remaining).toBe(794);
	});

	it('stops the program after a builtin function that spent everything', () => {
		const source = 'syscall spend\nmov64 r0, 1\nexit';
		for (const [left, kind] of [
			[0, 'ExceededMaxInstructions'],
			[1, 'ExceededMaxInstructions'],
			[2, 1n],
		] as const) {
			const syscalls: Setup['syscalls'] = { spend: (vm) => vm.context.consume(vm.context.remaining - left) };
			expect(outcome(source, { syscalls, budget: 50 })).toBe(kind);
		}
	});

	it('may be refilled by a builtin function', () => {
		const syscalls: Setup['syscalls'] = {
			top_up: (vm) => {
				vm.context.remaining = 3;
			},
		};
		expect(outcome('syscall top_up\nmov64 r0, 1\nmov64 r0, 2\nexit', { syscalls, budget: 1 })).toBe(2n);
	});
});

describe('calls', () => {
	it('nest as deep as the configuration says and no deeper', () => {
		const recursion =
			'mov64 r1, %\ncall function_f\nexit\nfunction_f:\njeq r1, 0, +2\nadd64 r1, -1\ncall function_f\nexit';
		for (const version of [0, 1, 3] as const) {
			expect(outcome(recursion.replace('%', '62'), { version })).toBe(0n);
			expect(outcome(recursion.replace('%', '63'), { version })).toBe('CallDepthExceeded');
			expect(outcome(recursion.replace('%', '2'), { version, config: { maxCallDepth: 4 } })).toBe(0n);
			expect(outcome(recursion.replace('%', '3'), { version, config: { maxCallDepth: 4 } })).toBe(
				'CallDepthExceeded',
			);
		}
	});

	it('preserve r6 to r9 and the frame pointer and hand through the rest', () => {
		const { run, vm } = machine(
			`mov64 r0, 0
			mov64 r5, 5
			mov64 r6, 6
			mov64 r7, 7
			mov64 r8, 8
			mov64 r9, 9
			call function_f
			exit
			function_f:
			add64 r5, 1
			mov64 r6, 0
			mov64 r7, 0
			mov64 r8, 0
			mov64 r9, 0
			mov64 r0, r10
			exit`,
			{ version: 3 },
		);
		const before = vm.registers[10]!;
		const { result } = run();
		expect(result).toEqual({ ok: true, value: before + 4096n });
		expect(Array.from(vm.registers.subarray(5, 11))).toEqual([6n, 6n, 7n, 8n, 9n, before]);
	});

	it.each<[SBPFVersion, boolean, bigint]>([
		[0, true, 8192n],
		[0, false, 4096n],
		[1, true, 0n],
		[2, true, 0n],
		[3, true, 4096n],
		[4, true, 4096n],
	])('V%i, gaps %s: move the frame pointer by %i', (version, enableStackFrameGaps, bump) => {
		const { run, vm } = machine('call function_f\nexit\nfunction_f:\nmov64 r0, r10\nexit', {
			version,
			config: { enableStackFrameGaps },
		});
		const before = vm.registers[10]!;
		expect(run().result).toEqual({ ok: true, value: before + bump });
	});

	it.each<[SBPFVersion, bigint]>([
		[0, 0x2_0000_1000n],
		[1, 0x2_0004_0000n],
		[3, 0x2_0000_1000n],
	])('V%i starts with the frame pointer at %i', (version, expected) => {
		expect(outcome('mov64 r0, r10\nexit', { version })).toBe(expected);
	});

	describe.each(SBPF_VERSIONS.map((version) => ({ version })))(
		'through a register, V$version',
		({ version }) => {
			/** `callx r3` in this version's encoding. */
			const callx =
				version === 2 ? encode(0x8d, 0, 3) : version >= 3 ? encode(0x8d, 3) : encode(0x8d, 0, 0, 0, 3);
			const program = text(callx, encode(0x95), encode(0xb7, 0, 0, 0, 5), encode(0x95));
			const call = (target: bigint): string | bigint =>
				outcome(program, { version, registers: [0n, 0n, 0n, target] });

			it('reach any slot of the text, rounded down', () => {
				expect(call(0x1_0000_0010n)).toBe(5n);
				expect(call(0x1_0000_0017n)).toBe(5n);
				expect(call(0x1_0000_0018n)).toBe(0n);
				expect(call(0x1_0000_000fn)).toBe(0n);
			});

			it('reach nothing outside of it', () => {
				for (const target of [
					0x1_0000_0020n,
					0xffff_ffffn,
					0n,
					0x2_0000_0010n,
					2n ** 64n - 1n,
					2n ** 63n + 0x10n,
				]) {
					expect(call(target), target.toString(16)).toBe('CallOutsideTextSegment');
				}
			});

			it('find the call depth exceeded before the target', () => {
				const config = { maxCallDepth: 1 };
				const outside = { version, config, registers: [0n, 0n, 0n, 0n] };
				expect(outcome(program, outside)).toBe('CallDepthExceeded');
			});

			it.runIf(version !== 2)('may land in the second slot of lddw, which is no instruction', () => {
				const middle = text(callx, encode(0x18, 1, 0, 0, 1), encode(0), encode(0x95));
				expect(outcome(middle, { version, registers: [0n, 0n, 0n, 0x1_0000_0010n] })).toBe(
					'UnsupportedInstruction',
				);
			});
		},
	);

	it('of a key nobody registered are unsupported', () => {
		for (const version of [0, 1, 2] as const) {
			const { run } = machine(text(encode(0x85, 0, 0, 0, 0x1234), encode(0x95)), { version });
			expect(run()).toMatchObject({
				instructionCount: 1,
				result: { error: { kind: 'UnsupportedInstruction' } },
			});
		}
	});

	it('from V3 on say what they mean: source 0 a syscall, 1 a function, anything else nothing', () => {
		const syscalls: Setup['syscalls'] = { answer: (vm) => vm.setReturn(42) };
		const { executable } = machine('syscall answer\nexit', { version: 3, syscalls });
		const key = new DataView(executable.textBytes.buffer).getInt32(4, true);
		const call = (src: number, imm: number): string | bigint =>
			outcome(text(encode(0x85, 0, src, 0, imm), encode(0x95), encode(0xb7, 0, 0, 0, 7), encode(0x95)), {
				version: 3,
				syscalls,
			});
		expect(call(0, key)).toBe(42n);
		expect(call(1, key)).toBe('UnsupportedInstruction');
		expect(call(2, key)).toBe('UnsupportedInstruction');
		expect(call(1, 1)).toBe(7n);
		expect(call(0, 1)).toBe('UnsupportedInstruction');
		expect(call(1, 3)).toBe('UnsupportedInstruction');
		expect(call(1, -2)).toBe('UnsupportedInstruction');
		expect(call(1, 0x7fff_ffff)).toBe('UnsupportedInstruction');
	});
});

describe('the end of the text', () => {
	it('is an overrun, and costs one instruction', () => {
		const { run } = machine(text(encode(0xb7, 0, 0, 0, 1)));
		expect(run()).toMatchObject({ instructionCount: 2, result: { error: { kind: 'ExecutionOverrun' } } });
	});

	it('comes after the meter', () => {
		expect(outcome(text(encode(0xb7, 0, 0, 0, 1)), { budget: 1 })).toBe('ExceededMaxInstructions');
	});

	it.each([1, 100, -2, -100])('is where a jump by %i leads', (off) => {
		expect(outcome(text(encode(0x05, 0, 0, off), encode(0x95)))).toBe('ExecutionOverrun');
	});

	it('is all there is of an empty program', () => {
		expect(outcome(new Uint8Array(0))).toBe('ExecutionOverrun');
	});
});

describe('instructions that are none', () => {
	it.each([0x00, 0x06, 0xff, 0x17 + 0xe0])('byte %i is unsupported', (opcode) => {
		expect(outcome(text(encode(opcode), encode(0x95)), { version: 0 })).toBe('UnsupportedInstruction');
	});

	it('le and be of a width that is none are invalid', () => {
		expect(outcome(text(encode(0xdc, 0, 0, 0, 24), encode(0x95)))).toBe('InvalidInstruction');
		expect(outcome(text(encode(0xd4, 0, 0, 0, 0), encode(0x95)))).toBe('InvalidInstruction');
	});

	it('registers that are none, in text no verifier saw, are unsupported', () => {
		for (const [dst, src] of [
			[11, 0],
			[15, 0],
			[0, 11],
			[0, 15],
		] as const) {
			expect(outcome(text(encode(0x0f, dst, src), encode(0x95)))).toBe('UnsupportedInstruction');
		}
	});

	it('lddw without its second slot is unsupported, in text no verifier saw', () => {
		expect(outcome(text(encode(0x18, 0, 0, 0, 1)))).toBe('UnsupportedInstruction');
	});
});

describe('builtin functions', () => {
	it('get r1 to r5 and give r0, by number and by bigint', () => {
		const values = [0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n];
		for (const value of values) {
			for (const asNumber of [false, true]) {
				const syscalls: Setup['syscalls'] = {
					echo: (vm) => vm.setReturn(asNumber ? vm.argNumber(3) : vm.arg(3)),
				};
				expect(outcome('syscall echo\nexit', { syscalls, registers: [9n, 0n, 0n, value] })).toBe(value);
			}
		}
		const syscalls: Setup['syscalls'] = { top: (vm) => vm.setReturn(vm.arg(1)) };
		expect(outcome('syscall top\nexit', { syscalls, registers: [0n, 2n ** 64n - 1n] })).toBe(2n ** 64n - 1n);
	});

	it('answer 0 where they answer nothing', () => {
		expect(outcome('mov64 r0, 7\nsyscall nop\nexit', { syscalls: { nop: () => {} } })).toBe(0n);
	});

	it('that throw a fault end the program with SyscallError around it, their meter counted', () => {
		const { run } = machine('mov64 r1, 1\nsyscall bad\nexit', {
			budget: 100,
			syscalls: {
				bad: (vm) => {
					vm.context.consume(10);
					throw new Fault({ kind: 'Abort' });
				},
			},
		});
		expect(run()).toMatchObject({
			instructionCount: 12,
			result: { ok: false, error: { kind: 'SyscallError', error: { kind: 'Abort' } } },
		});
	});

	it('are not wrapped twice', () => {
		const error = { kind: 'SyscallError', error: { kind: 'Abort' } };
		const syscalls: Setup['syscalls'] = {
			bad: () => {
				throw new Fault(error);
			},
		};
		expect(resultOf('syscall bad\nexit', { syscalls })).toEqual({ ok: false, error });
	});

	it('that fail at memory are wrapped too, as upstream boxes every error of a function', () => {
		const syscalls: Setup['syscalls'] = { poke: (vm) => void vm.mapping.map(ACCESS_STORE, vm.arg(1), 4n) };
		expect(resultOf('syscall poke\nexit', { syscalls, registers: [0n, 5n] })).toMatchObject({
			error: { kind: 'SyscallError', error: { kind: 'AccessViolation', vmAddr: 5n } },
		});
	});

	it('that have a bug are not taken for a failing program', () => {
		const syscalls: Setup['syscalls'] = {
			bug: () => {
				throw new TypeError('a bug');
			},
		};
		expect(() => resultOf('syscall bug\nexit', { syscalls })).toThrow(TypeError);
	});

	it('may grow the arena: the program goes on with the memory where it is then', () => {
		const arena = new Arena(8);
		const { run } = machine(
			`mov64 r6, r10
			stdw [r6-8], 77
			ldxdw r7, [r6-8]
			syscall grow
			ldxdw r0, [r6-8]
			stdw [r6-8], 78
			ldxdw r1, [r6-8]
			add64 r0, r1
			exit`,
			{ arena, version: 0, syscalls: { grow: (vm) => void vm.arena.alloc(5_000_000) } },
		);
		const before = arena.generation;
		expect(run()).toMatchObject({ instructionCount: 9, result: { value: 155n } });
		expect(arena.generation).toBe(before + 1);
	});

	it('may grow the arena as the last thing the budget allows', () => {
		const syscalls: Setup['syscalls'] = { grow: (vm) => void vm.arena.alloc(5_000_000) };
		const { run } = machine('syscall grow\nexit', { arena: new Arena(8), syscalls, budget: 1 });
		expect(run()).toMatchObject({
			instructionCount: 1,
			result: { error: { kind: 'ExceededMaxInstructions' } },
		});
	});

	it('may replace a region: the program sees the new one', () => {
		const setup: Setup = {
			input: Uint8Array.of(1, 2, 3, 4),
			syscalls: {
				swap: (vm) => {
					const index = vm.mapping.findRegion(4 * R);
					const host = vm.arena.put(Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9));
					vm.mapping.replaceRegion(index, MemoryRegion.newReadonly(host, 8, 4 * R));
				},
			},
		};
		const source = 'lddw r6, 0x400000000\nldxw r7, [r6+0]\nsyscall swap\nldxdw r0, [r6+0]\n';
		expect(outcome(`${source}exit`, setup)).toBe(0x0909_0909_0909_0909n);
		expect(resultOf(`${source}stxb [r6+0], r0\nexit`, setup)).toMatchObject({
			error: { kind: 'AccessViolation' },
		});
	});

	it('may run another program on another machine in the same arena', () => {
		const inner = machine('mov64 r6, 1\nstxdw [r10-8], r6\nldxdw r0, [r10-8]\nadd64 r0, 41\nexit');
		const { run } = machine(
			'mov64 r6, 5\nstdw [r10-8], 3\nsyscall invoke\nldxdw r1, [r10-8]\nadd64 r0, r6\nadd64 r0, r1\nexit',
			{
				version: 0,
				syscalls: {
					invoke: (vm) => {
						const { result, instructionCount } = inner.run();
						vm.context.consume(instructionCount);
						vm.setReturn(result.ok ? result.value : 0n);
					},
				},
			},
		);
		expect(run()).toMatchObject({ instructionCount: 12, result: { value: 50n } });
	});

	it('may run the same program again, also where the inner one ends inside a run', () => {
		const results: unknown[] = [];
		const { executable, run } = machine(
			'add64 r6, 5\nmov64 r1, 2\nsyscall again\nadd64 r6, r1\nadd64 r0, r6\nexit',
			{
				syscalls: {
					again: (vm) => {
						for (const budget of [2, 0, 1]) {
							const inner = machineFor(executable, { budget, registers: [0n, 0n, 0n, 0n, 0n, 0n, 900n] });
							results.push(inner.run().instructionCount);
						}
						vm.setReturn(100);
					},
				},
			},
		);
		expect(run()).toMatchObject({ instructionCount: 6, result: { value: 107n } });
		expect(results).toEqual([2, 0, 1]);
	});
});

describe('memory', () => {
	const input = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
	const load = (width: string, at: number, base = 4 * R): string | bigint =>
		outcome(`lddw r1, ${base}\nldx${width} r0, [r1${at < 0 ? '' : '+'}${at}]\nexit`, { input });

	it('loads every width at every alignment', () => {
		const view = new DataView(input.buffer);
		for (let at = 0; at <= 24; at++) {
			expect(load('b', at)).toBe(BigInt(view.getUint8(at)));
			expect(load('h', at)).toBe(BigInt(view.getUint16(at, true)));
			expect(load('w', at)).toBe(BigInt(view.getUint32(at, true)));
			expect(load('dw', at)).toBe(view.getBigUint64(at, true));
		}
	});

	it('stores every width at every alignment, and nothing beside it', () => {
		for (const [width, size] of [
			['b', 1],
			['h', 2],
			['w', 4],
			['dw', 8],
		] as const) {
			for (let at = 0; at <= 24; at++) {
				const value = 0xf1e2_d3c4_b5a6_9788n;
				const { run, mapping, arena } = machine(
					`lddw r1, ${4 * R}\nlddw r2, 0x${value.toString(16)}\nstx${width} [r1+${at}], r2\nexit`,
					{
						input,
					},
				);
				expect(run().result.ok).toBe(true);
				const { host } = mapping.regions.at(-1)!;
				const expected = input.slice();
				for (let i = 0; i < size; i++) expected[at + i] = Number((value >> BigInt(8 * i)) & 255n);
				expect(arena.u8.slice(host, host + 32)).toEqual(expected);
			}
		}
	});

	it('ends exactly where the region does', () => {
		for (const [width, size] of [
			['b', 1],
			['h', 2],
			['w', 4],
			['dw', 8],
		] as const) {
			expect(typeof load(width, 32 - size)).toBe('bigint');
			expect(load(width, 33 - size)).toBe('AccessViolation');
			expect(load(width, -1)).toBe('AccessViolation');
		}
	});

	it('is not reached by wrapping from one slot of addresses into the next', () => {
		expect(load('b', 1, 4 * R - 1)).toBe(1n);
		expect(load('b', 2, 4 * R - 2)).toBe(1n);
		expect(load('b', 0x7fff, 4 * R - 0x7fff)).toBe(1n);
		expect(load('b', 1, 5 * R - 1)).toBe('AccessViolation');
		expect(load('b', 8, 3 * R - 4)).toBe('AccessViolation');
		expect(load('b', -1, 5 * R)).toBe('AccessViolation');
		expect(load('b', -0x8000, 4 * R)).toBe('AccessViolation');
		expect(outcome('lddw r1, 0xffffffffffffffff\nldxb r0, [r1+9]\nexit', { version: 3 })).toBe(0n);
	});

	it('is not reached by wrapping also while the window of the wrong slot is open', () => {
		// Opens the windows of slots 3 (heap) and 4 (input), then comes across the border from both sides.
		const source = `lddw r6, ${4 * R}
			lddw r7, ${3 * R}
			ldxb r0, [r6+0]
			stxb [r7+0], r0
			lddw r8, ${4 * R - 1}
			ldxb r1, [r8+3]
			lddw r8, ${3 * R - 1}
			ldxb r0, [r8+1]
			add64 r0, r1
			exit`;
		expect(outcome(source, { input, heapBytes: 64 })).toBe(4n);
		const wrong = (base: number, off: number): string | bigint =>
			outcome(
				`lddw r6, ${3 * R}\nldxb r0, [r6+0]\nlddw r8, ${base}\nldxb r0, [r8${off < 0 ? '' : '+'}${off}]\nexit`,
				{
					heapBytes: 64,
				},
			);
		expect(wrong(3 * R, -1)).toBe('AccessViolation');
		expect(wrong(4 * R - 1, 1)).toBe('AccessViolation');
		expect(wrong(4 * R - 16, 20)).toBe('AccessViolation');
	});

	it('is not reached by wrapping backwards to the end of a slot', () => {
		const setup: Setup = { extraRegions: (a) => [MemoryRegion.newWritable(a.alloc(64), 64, 6 * R - 64)] };
		const load = (base: number, off: number): string | bigint =>
			outcome(
				`lddw r6, ${6 * R - 64}\nldxb r0, [r6+0]\nldxb r0, [r6+63]\nlddw r7, ${base}\nldxb r0, [r7${off < 0 ? '' : '+'}${off}]\nexit`,
				setup,
			);
		expect(load(5 * R, -1)).toBe('AccessViolation');
		expect(load(6 * R, -1)).toBe(0n);
		expect(load(6 * R - 64, 64)).toBe('AccessViolation');
	});

	it('of unaligned mappings has borders between its regions that no access crosses', () => {
		const regions = (arena: Arena): MemoryRegion[] => [
			MemoryRegion.newWritable(arena.put(Uint8Array.of(1, 2, 3, 4)), 4, 4 * R),
			MemoryRegion.newReadonly(arena.put(Uint8Array.of(5, 6, 7, 8)), 4, 4 * R + 4),
			MemoryRegion.newWritable(arena.put(Uint8Array.of(9, 10, 11, 12)), 4, 4 * R + 12),
		];
		const run = (instruction: string): string | bigint =>
			outcome(`lddw r1, ${4 * R}\nmov64 r2, 1\n${instruction}\nexit`, { extraRegions: regions });
		expect(run('ldxw r0, [r1+0]')).toBe(0x0403_0201n);
		expect(run('ldxw r0, [r1+4]')).toBe(0x0807_0605n);
		expect(run('ldxw r0, [r1+12]')).toBe(0x0c0b_0a09n);
		expect(run('ldxb r3, [r1+4]\nldxb r0, [r1+3]')).toBe(4n);
		for (const at of [1, 3, 5, 8, 9, 11, 13])
			expect(run(`ldxw r0, [r1+${at}]`), String(at)).toBe('AccessViolation');
		expect(run('stxb [r1+3], r2\nldxb r0, [r1+3]')).toBe(1n);
		expect(run('stxb [r1+12], r2\nldxb r0, [r1+12]')).toBe(1n);
		expect(run('ldxb r0, [r1+4]\nstxb [r1+4], r2')).toBe('AccessViolation');
	});

	it('without address translation is the arena itself', () => {
		const arena = new Arena(16);
		const host = arena.put(Uint8Array.of(1, 2, 3, 4));
		const config = { enableAddressTranslation: false };
		const setup = { arena, config, registers: [0n, BigInt(host)] };
		expect(outcome('stb [r1+1], 9\nldxw r0, [r1+0]\nexit', { ...setup, version: 0 })).toBe(0x0403_0901n);
		expect(outcome(`lddw r1, ${arena.byteLength}\nldxb r0, [r1+0]\nexit`, setup)).toBe('AccessViolation');
	});

	it('goes to the handler before it fails; the instruction counts once', () => {
		const grown: number[] = [];
		const arena = new Arena(8);
		const { run } = machine(`lddw r1, ${4 * R}\nmov64 r2, 7\nstxb [r1+100], r2\nldxb r0, [r1+100]\nexit`, {
			arena,
			extraRegions: (a) => [MemoryRegion.newReadonly(a.alloc(4), 4, 4 * R)],
			handler: (region, _maxLen, access, vmAddr, len) => {
				grown.push(access, vmAddr, len);
				// Large enough to move the arena in the middle of a run.
				region.redirect(arena.alloc(4_000_000), 4_000_000, true);
			},
		});
		expect(run()).toMatchObject({ instructionCount: 5, result: { value: 7n } });
		expect(grown).toEqual([ACCESS_STORE, 4 * R + 100, 1]);
		expect(arena.generation).toBe(1);
	});

	it('goes to the handler also in the last run of the budget', () => {
		const arena = new Arena(8);
		const { run, vm } = machine(`lddw r1, ${4 * R}\nldxb r0, [r1+0]\nmov64 r0, 5\nmov64 r0, 6\nexit`, {
			arena,
			budget: 3,
			extraRegions: () => [MemoryRegion.newEmpty(4 * R)],
			handler: (region) => region.redirect(arena.alloc(4_000_000), 4_000_000, true),
		});
		expect(run()).toMatchObject({
			instructionCount: 3,
			result: { error: { kind: 'ExceededMaxInstructions' } },
		});
		expect(vm.registers[0]).toBe(5n);
	});

	it.each<[SBPFVersion, boolean]>([
		[0, true],
		[0, false],
		[3, true],
	])('V%i, gaps %s: a callee writes to its caller through a pointer', (version, enableStackFrameGaps) => {
		const source = `mov64 r1, r10
			add64 r1, -16
			call function_f
			ldxdw r0, [r10-16]
			exit
			function_f:
			stdw [r10-16], 1
			stdw [r1+0], 2
			ldxdw r2, [r10-16]
			ldxdw r3, [r1+0]
			add64 r2, r3
			stxdw [r1+0], r2
			exit`;
		expect(outcome(source, { version, config: { enableStackFrameGaps } })).toBe(3n);
	});

	it('has gaps behind the frames of V0 and none elsewhere', () => {
		const source = 'stb [r10+0], 1\nmov64 r0, 1\nexit';
		expect(resultOf(source, { version: 0 })).toMatchObject({
			error: { kind: 'StackAccessViolation', frame: 1 },
		});
		expect(outcome(source, { version: 0, config: { enableStackFrameGaps: false } })).toBe(1n);
		expect(outcome(source, { version: 3 })).toBe(1n);
		expect(outcome(source, { version: 1 })).toBe('AccessViolation');
	});
});

describe('a bug of the host in the last run of a budget', () => {
	it('does not stay in the program', () => {
		const setup: Setup = {
			budget: 3,
			extraRegions: () => [MemoryRegion.newEmpty(4 * R)],
			handler: () => {
				throw new TypeError('a bug');
			},
		};
		const { run, executable } = machine(
			`lddw r1, ${4 * R}\nldxb r0, [r1+0]\nmov64 r0, 5\nmov64 r0, 6\nexit`,
			setup,
		);
		expect(run).toThrow(TypeError);
		const input = Uint8Array.of(1);
		expect(machineFor(executable, { input }).run()).toMatchObject({
			instructionCount: 5,
			result: { value: 6n },
		});
	});
});

describe('tracing', () => {
	it('records the registers and the slot before every instruction', () => {
		const { run, vm } = machine(
			'mov64 r0, 1\nlddw r1, 5\nsyscall nop\ncall function_f\nexit\nfunction_f:\nexit',
			{
				config: { enableRegisterTracing: true },
				syscalls: { nop: () => {} },
			},
		);
		const { instructionCount } = run();
		expect(instructionCount).toBe(6);
		expect(vm.registerTrace.map((entry) => Number(entry[11]))).toEqual([0, 1, 3, 4, 6, 5]);
		expect(vm.registerTrace.map((entry) => Number(entry[0]))).toEqual([0, 1, 1, 0, 0, 0]);
		expect(vm.registerTrace.map((entry) => Number(entry[1]))).toEqual([0, 0, 5, 5, 5, 5]);
	});

	it('records nothing of what the budget or the end of the text kept from happening', () => {
		const config = { enableRegisterTracing: true };
		const stopped = machine('mov64 r0, 1\nmov64 r0, 2\nexit', { config, budget: 2 });
		expect(stopped.run().instructionCount).toBe(2);
		expect(stopped.vm.registerTrace.length).toBe(2);
		const overrun = machine(text(encode(0xb7)), { config });
		expect(overrun.run().instructionCount).toBe(2);
		expect(overrun.vm.registerTrace.length).toBe(1);
	});

	it('costs no array when it is off', () => {
		const { run, vm } = machine('mov64 r0, 1\nexit');
		run();
		expect(vm.registerTrace).toEqual([]);
	});
});

describe('EbpfVm.executeProgram', () => {
	it('answers JitNotCompiled in mode jit without a compiled form, touching no meter', () => {
		const { vm, executable, context } = machine('mov64 r0, 1\nexit');
		expect(vm.executeProgram(executable, 'jit')).toEqual({
			instructionCount: 0,
			result: { ok: false, error: { kind: 'JitNotCompiled' } },
			mode: 'interpreted',
		});
		expect(context.consumed).toEqual([]);
		expect(vm.executeProgram(executable, 'preferJit')).toMatchObject({
			mode: 'interpreted',
			result: { value: 1n },
		});
	});

	it('hands the registers of a released machine on, all zero', () => {
		const { vm, executable } = machine('mov64 r3, 7\nmov64 r0, 1\nexit');
		vm.executeProgram(executable, 'interpreted');
		const { registers } = vm;
		expect(registers[3]).toBe(7n);
		vm.release();
		expect(registers.every((value) => value === 0n)).toBe(true);
		const next = machine('mov64 r0, r3\nexit');
		expect(next.vm.registers).toBe(registers);
		expect(next.vm.executeProgram(next.executable, 'interpreted').result).toEqual({ ok: true, value: 0n });
	});

	it('prefers a compiled form where there is one', () => {
		const { vm, executable } = machine('mov64 r0, 1\nexit');
		const invoke = vi.fn<CompiledProgram<TestContext>['invoke']>((running) => {
			running.left -= 3;
			return { ok: true, value: 8n };
		});
		executable.compiled = { invoke };
		expect(vm.executeProgram(executable, 'preferJit')).toEqual({
			instructionCount: 3,
			result: { ok: true, value: 8n },
			mode: 'jit',
		});
		expect(vm.executeProgram(executable, 'jit').mode).toBe('jit');
		expect(vm.executeProgram(executable, 'interpreted')).toMatchObject({
			mode: 'interpreted',
			result: { value: 1n },
		});
		expect(invoke).toHaveBeenCalledTimes(2);
	});

	it('starts at the entry point', () => {
		const functions = new FunctionRegistry<number>();
		functions.registerFunction(1, new TextEncoder().encode('entrypoint'), 2);
		const program = text(encode(0xb7, 0, 0, 0, 1), encode(0x95), encode(0xb7, 0, 0, 0, 2), encode(0x95));
		expect(outcome(program, { functions })).toBe(2n);
	});

	it('may be asked again: each run starts anew', () => {
		const { vm, executable } = machine(
			'add64 r0, 1\ncall function_f\nexit\nfunction_f:\nmov64 r6, 1\nadd64 r0, r6\nexit',
		);
		for (let i = 1; i <= 3; i++) {
			vm.registers[0] = 0n;
			expect(vm.executeProgram(executable, 'interpreted')).toMatchObject({
				instructionCount: 6,
				result: { value: 2n },
			});
		}
	});

	it('takes the configured depth, also where a smaller one was used before', () => {
		const recursion =
			'mov64 r1, 90\ncall function_f\nexit\nfunction_f:\njeq r1, 0, +2\nadd64 r1, -1\ncall function_f\nexit';
		expect(outcome('mov64 r0, 0\nexit', { config: { maxCallDepth: 2 } })).toBe(0n);
		expect(outcome(recursion, { config: { maxCallDepth: 100 } })).toBe(0n);
		expect(outcome(recursion)).toBe('CallDepthExceeded');
	});

	it('makes a machine over whatever mapping the host has in force', () => {
		const config = defaultConfig();
		const loader = BuiltinProgram.newLoader<TestContext>(config);
		const loaded = Executable.fromTextBytes(
			text(encode(0xb7, 0, 0, 0, 3), encode(0x95)),
			loader,
			3,
			new FunctionRegistry(),
		);
		if (!loaded.ok) throw new Error(loaded.error.kind);
		const mapping = new MemoryMapping(new Arena(1), [], config, 3);
		mapping.initialize();
		const vm = new EbpfVm(loader, 3, new TestContext(10, mapping), stackSize(config));
		expect(vm.mapping).toBe(mapping);
		expect(vm.executeProgram(loaded.value, 'interpreted').result).toEqual({ ok: true, value: 3n });
	});
});
