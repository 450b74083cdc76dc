import { Fault } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { runAtEveryBudget, runBoth } from '../../test/both-engines.ts';
import { executableOf, machineFor, type Setup, TestContext } from '../../test/machine-harness.ts';
import { stackSize } from '../config.ts';
import type { Executable } from '../executable.ts';
import { MM_INPUT_START, MM_STACK_START } from '../isa/ebpf.ts';
import { Arena } from '../memory/arena.ts';
import { VmMemoryPool } from '../memory/mem-pool.ts';
import { ACCESS_STORE, MemoryMapping } from '../memory/memory-mapping.ts';
import { MemoryRegion } from '../memory/memory-region.ts';
import { getRoRegion } from '../memory/ro-region.ts';
import { SBPF_VERSIONS } from '../program.ts';
import { EbpfVm } from '../vm.ts';
import { WasmProgram } from './compiled-program.ts';

type Vm = EbpfVm<TestContext>;

const INPUT = 0x4_0000_0000n;
const versions = SBPF_VERSIONS.map((version) => ({ version, name: `V${version}` }));
const args = (vm: Vm): bigint[] => [1, 2, 3, 4, 5].map((i) => vm.arg(i));
const sum = (vm: Vm): void =>
	vm.setReturn(args(vm).reduce((total, arg, i) => total * 31n + arg + BigInt(i), 7n) % 2n ** 64n);

describe.each(versions)('$name, functions of the host', ({ version }) => {
	it('see r1 to r5 and the meter, and may take from it', () => {
		const seen: bigint[][] = [];
		const note = (vm: Vm): void => {
			seen.push([...args(vm), BigInt(vm.context.remaining)]);
			vm.context.remaining -= 3;
			vm.setReturn(vm.context.remaining);
		};
		const source = `
			mov64 r1, -1
			mov64 r5, 40
			syscall note
			mov64 r2, r0
			mov64 r0, 0
			syscall note
			add64 r0, r2
			exit`;
		expect(runAtEveryBudget(source, { version, syscalls: { note } }, 30).interpretedParts).toBe(0);
		seen.length = 0;
		runBoth(source, { version, budget: 30, syscalls: { note } });
		const interpreted = [
			[2n ** 64n - 1n, 0n, 0n, 0n, 40n, 27n],
			[2n ** 64n - 1n, 24n, 0n, 0n, 40n, 21n],
		];
		expect(seen).toEqual([...interpreted, ...interpreted]);
	});

	it('leave all registers but r0 alone', () => {
		const source = `
			mov64 r1, 1
			mov64 r3, 30
			mov64 r6, 600
			syscall sum
			mov64 r0, r1
			add64 r0, r3
			add64 r0, r6
			exit`;
		expect(runAtEveryBudget(source, { version, syscalls: { sum } }).outcome).toBe(631n);
	});

	it('answer 0 unless they answer', () => {
		const source = 'mov64 r0, 5\nsyscall quiet\nexit';
		expect(runAtEveryBudget(source, { version, syscalls: { quiet: () => {} } }).outcome).toBe(0n);
	});

	it('fail the program with their error, at their slot', () => {
		const fail = (): void => {
			throw new Fault({ kind: 'Whatever' });
		};
		const source = 'mov64 r6, 1\nlsh64 r6, 1\nsyscall fail\nadd64 r6, 1\nexit';
		expect(runAtEveryBudget(source, { version, syscalls: { fail } }).outcome).toBe(
			'SyscallError(Whatever) at 2',
		);
	});

	it('fail it from inside a callee', () => {
		const fail = (): void => {
			throw new Fault({ kind: 'Whatever' });
		};
		const source = 'call function_f\nexit\nfunction_f:\nstdw [r10-8], 1\nsyscall fail\nexit';
		expect(runAtEveryBudget(source, { version, syscalls: { fail } }).outcome).toBe(
			'SyscallError(Whatever) at 3',
		);
	});

	it('throw our own bugs through compiled code, and the next run is sound', () => {
		let isBroken = true;
		const odd = (vm: Vm): void => {
			if (isBroken) throw new TypeError('a bug');
			vm.setReturn(6);
		};
		const setup = { version, syscalls: { odd } };
		const executable = executableOf('stdw [r10-8], 1\nsyscall odd\nexit', setup);
		executable.compiled = WasmProgram.compile(executable);
		expect(() => machineFor(executable, setup).vm.executeProgram(executable, 'jit')).toThrow('a bug');
		isBroken = false;
		expect(machineFor(executable, setup).vm.executeProgram(executable, 'jit').result).toEqual({
			ok: true,
			value: 6n,
		});
	});

	it('are unsupported where nobody lends them', () => {
		expect(runAtEveryBudget('mov64 r0, 1\nsyscall nobody\nexit', { version }).outcome).toBe(
			'UnsupportedInstruction at 1',
		);
	});

	it('end a run of accesses: what they write is read afterwards', () => {
		const write = (vm: Vm): void => {
			const host = vm.mapping.map(ACCESS_STORE, vm.arg(1), 8n);
			vm.arena.u8.fill(9, host, host + 8);
		};
		const source = 'ldxb r6, [r1+3]\nsyscall write\nldxb r0, [r1+3]\nadd64 r0, r6\nexit';
		const setup = { version, input: new Uint8Array(8).fill(1), registers: [0n, INPUT], syscalls: { write } };
		expect(runAtEveryBudget(source, setup).outcome).toBe(10n);
	});
});

describe.each(versions)('$name, the meter', ({ version }) => {
	it('may be raised by a function of the host', () => {
		const more = (vm: Vm): void => {
			vm.context.remaining += 20;
		};
		const source = 'syscall more\nmov64 r2, 5\nadd64 r0, 2\nadd64 r2, -1\njne r2, 0, -3\nexit';
		const run = runBoth(source, { version, budget: 3, syscalls: { more } });
		expect(run.outcome).toBe(10n);
	});

	it('may be emptied by one, after which nothing runs', () => {
		const drain = (vm: Vm): void => {
			vm.context.remaining = 0;
		};
		const run = runBoth('mov64 r0, 1\nsyscall drain\nadd64 r0, 1\nexit', { version, syscalls: { drain } });
		expect(run.outcome).toBe('ExceededMaxInstructions at 2');
	});

	it('holds more than 32 bits', () => {
		const note = (vm: Vm): void => vm.setReturn(vm.context.remaining);
		for (const budget of [2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 2, 2 ** 40 + 1]) {
			const run = runBoth('mov64 r6, 1\nsyscall note\nexit', { version, budget, syscalls: { note } });
			expect(run.outcome).toBe(BigInt(budget) - 2n);
			expect(run.interpretedParts).toBe(0);
		}
	});

	it('may be off', () => {
		const config = { enableInstructionMeter: false };
		const source = 'mov64 r2, 500\nadd64 r0, 2\nadd64 r2, -1\njne r2, 0, -3\nexit';
		const run = runBoth(source, { version, config, budget: 3 });
		expect(run.outcome).toBe(1000n);
		expect(run.count).toBe(0);
		expect(run.interpretedParts).toBe(0);
	});
});

describe.each(versions)('$name, memory changed by functions of the host', ({ version }) => {
	const slotOf = (vm: Vm): number => vm.mapping.regions.findIndex(({ vmAddr }) => vmAddr === MM_INPUT_START);

	it('may move: no window stays open', () => {
		const move = (vm: Vm): void => {
			const index = slotOf(vm);
			const region = vm.mapping.regions[index]!.clone();
			const host = vm.arena.put(new Uint8Array(16).fill(7));
			vm.arena.u8.fill(0xee, region.host, region.host + 16);
			region.redirect(host, 16, true);
			vm.mapping.replaceRegion(index, region);
		};
		const source = `
			ldxb r6, [r1+0]
			stb [r1+1], 2
			mov64 r9, r1
			syscall move
			ldxb r0, [r9+0]
			add64 r0, r6
			stb [r9+1], 100
			ldxb r2, [r9+1]
			add64 r0, r2
			exit`;
		const setup = { version, input: new Uint8Array(16).fill(1), registers: [0n, INPUT], syscalls: { move } };
		expect(runAtEveryBudget(source, setup).outcome).toBe(108n);
	});

	it('may become shorter, and read-only', () => {
		const shrink = (vm: Vm): void => {
			const index = slotOf(vm);
			const region = vm.mapping.regions[index]!.clone();
			region.redirect(region.host, 4, false);
			vm.mapping.replaceRegion(index, region);
		};
		const setup = {
			version,
			input: new Uint8Array(16).fill(1),
			registers: [0n, INPUT],
			syscalls: { shrink },
		};
		const load = 'ldxb r0, [r1+4]\nmov64 r9, r1\nsyscall shrink\nldxb r2, [r9+3]\nldxb r2, [r9+4]\nexit';
		expect(runAtEveryBudget(load, setup).outcome).toMatch(/^AccessViolation\(Load, .* at 4$/);
		const store = 'stb [r1+3], 5\nmov64 r9, r1\nsyscall shrink\nldxb r2, [r9+3]\nstb [r9+3], 5\nexit';
		expect(runAtEveryBudget(store, setup).outcome).toMatch(/^AccessViolation\(Store, .* at 4$/);
	});

	it('may be in an arena that grew', () => {
		const grow = (vm: Vm): void => {
			vm.arena.alloc(vm.arena.byteLength);
			vm.setReturn(5);
		};
		const source = `
			stdw [r10-8], 3
			ldxb r6, [r1+0]
			mov64 r9, r1
			syscall grow
			ldxdw r2, [r10-8]
			add64 r0, r2
			ldxb r2, [r9+0]
			add64 r0, r2
			add64 r0, r6
			exit`;
		const make = (): Setup => ({
			version,
			arena: new Arena(16),
			input: new Uint8Array(8).fill(1),
			registers: [0n, INPUT],
			syscalls: { grow },
		});
		expect(runBoth(source, make).outcome).toBe(10n);
	});
});

describe('a program inside itself', () => {
	/** Runs `executable` again on the engine and in the arena of `vm`; its outcome is what the function answers. */
	function nest(vm: Vm, executable: Executable<TestContext>, setup: Setup): void {
		const inner = machineFor(executable, { ...setup, arena: vm.arena, budget: vm.context.remaining });
		const mode = executable.compiled === null ? 'interpreted' : 'jit';
		const { result } = inner.vm.executeProgram(executable, mode);
		vm.context.remaining = inner.context.remaining;
		inner.dispose();
		if (!result.ok) throw new Fault(result.error);
		vm.setReturn(result.value + 1n);
	}

	const source = `
		syscall level
		stxb [r2+0], r0
		stxdw [r10-8], r1
		mov64 r6, r1
		ldxb r8, [r2+1]
		mov64 r9, r2
		call function_f
		ldxdw r2, [r10-8]
		add64 r0, r2
		add64 r0, r6
		ldxb r2, [r9+0]
		add64 r0, r2
		add64 r0, r8
		call function_g
		exit
	function_f:
		stdw [r10-8], 1000
		syscall nest
		ldxdw r2, [r10-8]
		add64 r0, r2
		exit
	function_g:
		stxdw [r10-16], r0
		exit`;

	/** Runs both engines `levels` deep with `budget`, and expects the same. */
	function compare(version: (typeof SBPF_VERSIONS)[number], levels: number, budget: number): bigint | string {
		const outcomes = [false, true].map((isCompiled) => {
			let depth = 0;
			const setup: Setup = {
				version,
				input: Uint8Array.of(0, 5),
				registers: [0n, 7n, INPUT],
				budget,
				syscalls: {
					level: (vm) => vm.setReturn(depth * 100),
					nest(vm) {
						if (depth === levels) return vm.setReturn(0);
						depth++;
						try {
							nest(vm, executable, setup);
						} finally {
							depth--;
						}
					},
				},
			};
			const executable = executableOf(source, setup);
			if (isCompiled) executable.compiled = WasmProgram.compile(executable);
			const tested = machineFor(executable, setup);
			const { result, instructionCount } = tested.vm.executeProgram(
				executable,
				isCompiled ? 'jit' : 'interpreted',
			);
			const { host, len } = tested.stack;
			const stack = tested.arena.u8
				.slice(host, host + len)
				.join()
				.replaceAll(',0', '');
			tested.dispose();
			return [
				result.ok ? result.value : result.error.kind,
				instructionCount,
				tested.context.remaining,
				stack,
			] as const;
		});
		expect(outcomes[1]).toEqual(outcomes[0]);
		return outcomes[0]![0];
	}

	it.each(SBPF_VERSIONS)('V%i: has registers, windows, meter and frames of its own', (version) => {
		// In V1 and V2 caller and callee have one frame here, and the callee wrote to it last.
		const saved = version === 1 || version === 2 ? 1000n : 7n;
		const levels = 0n + 100n + 200n + (300n - 256n);
		expect(compare(version, 3, 10_000)).toBe(4n * (saved + 7n + 5n + 1000n) + levels + 3n);
		for (let budget = 0; budget < 80; budget++) compare(version, 3, budget);
	});
});

describe('a stack of the pool', () => {
	it('is marked as far as compiled code wrote it, and comes back zero', () => {
		const source =
			'stdw [r10-8], 1\ncall function_f\nexit\nfunction_f:\nstdw [r10-4096], 2\ncall function_g\nexit\nfunction_g:\nexit';
		for (const version of [0, 1, 3] as const) {
			const executable = executableOf(source, { version });
			executable.compiled = WasmProgram.compile(executable);
			const arena = new Arena(64);
			const pool = new VmMemoryPool(arena);
			const bytes = stackSize(executable.config);
			const stack = pool.getStack(bytes);
			const gap = version === 0 ? executable.config.stackFrameSize : 0;
			const regions = [
				getRoRegion(executable, arena),
				MemoryRegion.newPooled(stack, bytes, MM_STACK_START, gap),
			];
			const mapping = new MemoryMapping(arena, regions, executable.config, version);
			mapping.initialize();
			const vm = new EbpfVm(executable.loader, version, new TestContext(100, mapping), bytes);
			expect(vm.executeProgram(executable, 'jit').result.ok).toBe(true);
			const written = arena.u8.subarray(stack.host, stack.host + bytes);
			expect(written.some((byte) => byte !== 0)).toBe(true);
			expect(written.subarray(stack.dirtyLen).some((byte) => byte !== 0)).toBe(false);
			pool.putStack(stack);
			expect(written.some((byte) => byte !== 0)).toBe(false);
		}
	});
});

describe('a program in more than one arena', () => {
	it('has an instance in each', () => {
		const setup: Setup = { version: 3, input: Uint8Array.of(1, 2), registers: [0n, INPUT] };
		const executable = executableOf(
			'stdw [r10-8], 4\nldxb r0, [r1+1]\nldxdw r2, [r10-8]\nadd64 r0, r2\nexit',
			setup,
		);
		executable.compiled = WasmProgram.compile(executable);
		for (const arena of [new Arena(16), new Arena(16), new Arena(16)]) {
			const { vm } = machineFor(executable, { ...setup, arena });
			expect(vm.executeProgram(executable, 'jit').result).toEqual({ ok: true, value: 6n });
		}
	});

	it('shares its module with programs of the same bytes', () => {
		const first = executableOf('mov64 r0, 5\nsyscall sum\nexit', { syscalls: { sum } });
		const second = executableOf('mov64 r0, 5\nsyscall sum\nexit', {
			syscalls: { sum: (vm) => vm.setReturn(2) },
		});
		const program = WasmProgram.compile(first)!;
		first.compiled = program;
		second.compiled = new WasmProgram(second, program.compiled);
		expect(machineFor(second).vm.executeProgram(second, 'jit').result).toEqual({ ok: true, value: 2n });
	});
});

describe('where compiled code does not fit', () => {
	it('the interpreter runs: a frame pointer of the host, another stack, tracing', () => {
		const source = 'stdw [r10-8], 7\nldxdw r0, [r10-8]\nexit';
		const registers = new Array<bigint>(11).fill(0n);
		registers[10] = 0x2_0000_0100n;
		expect(runBoth(source, { registers }).interpretedParts).toBe(1);
		expect(runBoth(source, { config: { enableRegisterTracing: true } }).interpretedParts).toBe(1);
		const executable = executableOf(source);
		executable.compiled = WasmProgram.compile(executable);
		const { vm, mapping, stack } = machineFor(executable);
		const index = mapping.regions.indexOf(stack);
		mapping.replaceRegion(index, MemoryRegion.newReadonly(stack.host, stack.len, stack.vmAddr));
		const { result } = vm.executeProgram(executable, 'jit');
		expect(result).toMatchObject({ ok: false, error: { kind: 'StackAccessViolation' } });
	});

	it('without address translation addresses are offsets in the arena', () => {
		const source =
			'stdw [r1+8], 7\nldxdw r0, [r1+8]\ncall function_f\nexit\nfunction_f:\nldxb r2, [r1+8]\nadd64 r0, r2\nexit';
		for (const version of SBPF_VERSIONS) {
			const config = { enableAddressTranslation: false };
			const make = (): Setup => {
				const arena = new Arena(16);
				return { version, config, arena, registers: [0n, BigInt(arena.alloc(64))] };
			};
			const run = runBoth(source, make);
			expect(run.outcome).toBe(14n);
		}
	});
});
