import { describe, expect, it } from 'vitest';
import type { TestContext } from '../../test/machine-harness.ts';
import { machine, type Setup } from '../../test/machine-harness.ts';
import { errorDebug } from '../errors.ts';
import { SBPF_VERSIONS, type SBPFVersion } from '../program.ts';
import type { EbpfVm } from '../vm.ts';
import { WasmProgram } from './compiled-program.ts';

const INPUT_BYTES = 64;

/** All that a run leaves behind. */
interface Trace {
	readonly outcome: string;
	readonly instructions: number;
	readonly remaining: number;
	readonly pc: bigint;
	readonly stack: string;
	readonly heap: string;
	readonly consumed: readonly number[];
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes)
		.toString('hex')
		.replace(/(00)+$/, '');
}

function trace(source: string | Uint8Array, setup: Setup, mode: 'interpreted' | 'jit'): Trace {
	const { vm, executable, context, arena, stack, heap, dispose } = machine(source, setup);
	const verified = executable.verify();
	if (!verified.ok) throw new Error(errorDebug(verified.error));
	if (mode === 'jit') {
		executable.compiled = WasmProgram.compile(executable);
		expect(executable.compiled).not.toBeNull();
	}
	const { instructionCount, result, mode: ran } = vm.executeProgram(executable, mode);
	expect(ran).toBe(mode);
	const bytes = (host: number, len: number): string => hex(arena.u8.slice(host, host + len));
	const left: Trace = {
		outcome: result.ok ? String(result.value) : errorDebug(result.error),
		instructions: instructionCount,
		remaining: context.remaining,
		pc: result.ok ? 0n : vm.registers[11]!,
		stack: bytes(stack.host, stack.len),
		heap: bytes(heap.host, heap.len),
		consumed: context.consumed,
	};
	dispose();
	return left;
}

/** Runs on both engines, expects the same of both, and gives it. */
function both(source: string | Uint8Array, setup: Setup = {}): Trace {
	const full: Setup = { input: new Uint8Array(INPUT_BYTES), heapBytes: 4096, ...setup };
	const interpreted = trace(source, full, 'interpreted');
	expect(trace(source, full, 'jit')).toEqual(interpreted);
	return interpreted;
}

/** Runs with every budget up to one that suffices. */
function atEveryBudget(source: string, setup: Setup = {}, most = 60): void {
	for (let budget = 0; budget <= most; budget++) both(source, { ...setup, budget });
}

/** Where both kinds of frames are: gapped, moved by the program, without gaps. */
const FRAME_VERSIONS: readonly SBPFVersion[] = [0, 1, 3];

describe.each(SBPF_VERSIONS)('a compiled program of V%i', (version) => {
	const load = (size: 'b' | 'h' | 'w' | 'dw'): string => `ldx${size}`;

	it('computes, branches and loops as interpreted, wherever the meter ends', () => {
		atEveryBudget('mov64 r0, 3\nmov64 r2, 4\nadd64 r0, r2\nsub64 r2, 1\njne r2, 0, -3\nexit', { version });
		atEveryBudget(
			'mov64 r0, 0\nmov64 r2, 5\njeq r2, 3, +2\nadd64 r0, 1\nja +1\nadd64 r0, 100\nsub64 r2, 1\njsgt r2, 0, -6\nexit',
			{ version },
		);
	});

	it('runs loops that are entered in the middle', () => {
		const twoEntries =
			'mov64 r3, 6\nldxb r2, [r1+0]\njeq r2, 0, +3\nadd64 r0, 1\nsub64 r3, 1\njeq r3, 0, +4\nadd64 r0, 100\nsub64 r3, 1\njne r3, 0, -6\nja +0\nexit';
		for (const first of [0, 1]) {
			atEveryBudget(twoEntries, { version, input: new Uint8Array(INPUT_BYTES).fill(first) });
		}
	});

	it('calls itself and keeps r6 to r9 of every frame', () => {
		const fib =
			'mov64 r1, 9\nmov64 r6, 5\ncall function_fib\nadd64 r0, r6\nexit\nfunction_fib:\njgt r1, 1, +2\nmov64 r0, r1\nexit\nmov64 r6, r1\nadd64 r1, -1\ncall function_fib\nmov64 r7, r0\nmov64 r1, r6\nadd64 r1, -2\ncall function_fib\nadd64 r0, r7\nexit';
		expect(both(fib, { version }).outcome).toBe('39');
		atEveryBudget(fib, { version }, 40);
	});

	it('shows what a callee left in r1 to r5, and what its caller left in the others', () => {
		const source =
			'mov64 r1, 1\nmov64 r2, 2\nmov64 r6, 6\nmov64 r7, 7\nmov64 r0, 9\ncall function_f\nadd64 r0, r1\nadd64 r0, r3\nadd64 r0, r6\nexit\nfunction_f:\nadd64 r0, r6\nadd64 r0, r7\nadd64 r1, 40\nmov64 r3, 1000\nmov64 r6, 5\nexit';
		atEveryBudget(source, { version }, 25);
		expect(both(source, { version }).outcome).toBe(String(9 + 6 + 7 + 41 + 1000 + 6));
	});

	it('reads and writes each size up to the borders of a region, and fails beyond them', () => {
		for (const [size, bytes] of [
			['b', 1],
			['h', 2],
			['w', 4],
			['dw', 8],
		] as const) {
			for (const at of [0, 1, INPUT_BYTES - bytes, INPUT_BYTES - bytes + 1, INPUT_BYTES, -1]) {
				const sign = at < 0 ? '' : '+';
				both(`${load(size)} r0, [r1${sign}${at}]\nexit`, { version, registers: [0n, 0x4_0000_0000n] });
				both(`mov64 r2, 77\nstx${size} [r1${sign}${at}], r2\n${load(size)} r0, [r1${sign}${at}]\nexit`, {
					version,
					registers: [0n, 0x4_0000_0000n],
				});
			}
		}
	});

	it('does what came before the access that fails, though they were checked together', () => {
		const setup: Setup = { version, registers: [0n, 0x4_0000_0000n] };
		const source = 'mov64 r3, 5\nstxdw [r1+8], r3\nldxdw r2, [r1+0]\nstxdw [r1+1000], r3\nmov64 r0, 1\nexit';
		expect(both(source, setup).outcome).toMatch(/AccessViolation/);
		expect(both(source, { ...setup, inputWritable: false }).outcome).toMatch(/AccessViolation/);
		atEveryBudget(source, setup, 6);
	});

	it('divides, and leaves a division by zero to the interpreter', () => {
		const divide = version === 2 ? 'udiv64' : 'div64';
		for (const divisor of [0, 3])
			both(`mov64 r0, 100\nmov64 r2, ${divisor}\n${divide} r0, r2\nexit`, { version });
	});

	it('goes on where text ends', () => {
		// A conditional jump at the end is taken or runs over; the verifier allows both.
		both('mov64 r0, 1\nja +1\nexit\nja -2', { version });
	});
});

describe('frames of a compiled program', () => {
	it.each(FRAME_VERSIONS)('V%i: as many as the configuration allows, and no more', (version) => {
		const nested = (depth: number): string =>
			`mov64 r1, ${depth}\ncall function_f\nexit\nfunction_f:\nmov64 r0, r1\njeq r1, 0, +2\nadd64 r1, -1\ncall function_f\nexit`;
		expect(both(nested(62), { version }).outcome).toBe('0');
		expect(both(nested(63), { version }).outcome).toMatch(/CallDepthExceeded/);
	});

	it.each([0, 3] as const)(
		'V%i: hold what is stored below the frame pointer, through pointers too',
		(version) => {
			const source =
				'mov64 r2, 7\nstxdw [r10-8], r2\nmov64 r1, r10\nadd64 r1, -16\nstxdw [r1+0], r2\ncall function_f\nldxdw r2, [r10-8]\nadd64 r0, r2\nexit\nfunction_f:\nldxdw r0, [r1+8]\nstxdw [r10-8], r0\nldxdw r3, [r10-8]\nadd64 r0, r3\nstxdw [r1+8], r0\nexit';
			expect(both(source, { version }).outcome).toBe('28');
			atEveryBudget(source, { version }, 20);
		},
	);

	it.each([0, 3] as const)('V%i: end where they end', (version) => {
		for (const at of [-4096, -4097, -4100, 0, 8, 4096]) {
			const sign = at < 0 ? '' : '+';
			both(`mov64 r2, 1\nstxdw [r10${sign}${at}], r2\nldxdw r0, [r10${sign}${at}]\nexit`, { version });
		}
	});
});

describe('callx of a compiled program', () => {
	const text = 0x1_0000_0000;
	const calls = (target: number): string =>
		`lddw r2, 0x${(text + target).toString(16)}\nmov64 r6, 3\nmov64 r7, 4\nmov64 r0, 1\ncallx r2\nadd64 r0, r6\nexit\nfunction_f:\nadd64 r0, 10\nadd64 r0, r7\nexit`;

	it.each([0, 1, 3] as const)(
		'V%i: reaches a function, its middle, any slot, and nothing outside',
		(version) => {
			// lddw takes two slots: the function starts at slot 8, the text ends behind slot 10.
			for (const slot of [8, 9, 10, 1, 11, 1000]) both(calls(slot * 8), { version, budget: 300 });
			both(calls(8 * 8 + 3), { version });
			both(calls(-8), { version });
			expect(both(calls(8 * 8), { version }).outcome).toBe('18');
			for (let budget = 0; budget < 14; budget++) both(calls(9 * 8), { version, budget });
		},
	);
});

describe('functions of the host, called by a compiled program', () => {
	const sum = (vm: EbpfVm<TestContext>): void => vm.setReturn(vm.arg(1) + vm.arg(2) + vm.arg(5));

	it('see registers and meter, and may change the meter', () => {
		const take = (vm: EbpfVm<TestContext>): void => {
			vm.context.remaining -= 3;
			vm.setReturn(vm.context.remaining);
		};
		const source =
			'mov64 r1, 1\nmov64 r2, 2\nmov64 r5, 40\nsyscall sum\nmov64 r6, r0\nsyscall take\nadd64 r0, r6\nadd64 r0, r2\nexit';
		for (const version of [0, 3] as const) {
			for (let budget = 0; budget < 20; budget++) both(source, { version, budget, syscalls: { sum, take } });
		}
	});

	it('may let the arena grow', () => {
		const grow = (vm: EbpfVm<TestContext>): void => {
			vm.arena.free(vm.arena.alloc(vm.arena.byteLength));
			vm.setReturn(5);
		};
		const source =
			'stdw [r10-8], 3\nsyscall grow\nldxdw r2, [r10-8]\nadd64 r0, r2\nstdw [r10-16], 9\nldxdw r2, [r10-16]\nadd64 r0, r2\nexit';
		expect(both(source, { version: 0, syscalls: { grow } }).outcome).toBe('17');
	});

	it('may run the same program again in the same arena', () => {
		let depth = 0;
		const source =
			'stxdw [r10-8], r1\nmov64 r6, r1\nsyscall nest\nldxdw r2, [r10-8]\nadd64 r0, r2\nadd64 r0, r6\nexit';
		const setup: Setup = {
			version: 0,
			registers: [0n, 7n],
			syscalls: {
				nest(vm) {
					if (depth === 3) return vm.setReturn(0);
					depth++;
					const inner = trace(source, { ...setup, arena: vm.arena }, depth % 2 === 0 ? 'jit' : 'interpreted');
					depth--;
					vm.setReturn(BigInt(inner.outcome) + 1n);
				},
			},
		};
		expect(both(source, setup).outcome).toBe(String(4 * 14 + 3));
	});
});
