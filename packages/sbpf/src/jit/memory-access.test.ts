import { describe, expect, it } from 'vitest';
import { runAtEveryBudget, runBoth } from '../../test/both-engines.ts';
import type { Setup } from '../../test/machine-harness.ts';
import { MM_HEAP_START, MM_INPUT_START, MM_REGION_SIZE, MM_STACK_START } from '../isa/ebpf.ts';
import type { Arena } from '../memory/arena.ts';
import { ACCESS_STORE, type AccessViolationHandler } from '../memory/memory-mapping.ts';
import { MemoryRegion } from '../memory/memory-region.ts';
import { SBPF_VERSIONS, type SBPFVersion } from '../program.ts';

const INPUT = 0x4_0000_0000n;
const versions = SBPF_VERSIONS.map((version) => ({ version, name: `V${version}` }));
const SIZES = [
	['b', 1],
	['h', 2],
	['w', 4],
	['dw', 8],
] as const;

/** An input of `length` bytes that r1 points to. */
const withInput = (version: SBPFVersion, length: number, setup: Setup = {}): Setup => ({
	version,
	input: Uint8Array.from({ length }, (_, i) => i + 1),
	registers: [0n, INPUT],
	...setup,
});

const displacement = (off: number): string => (off < 0 ? `${off}` : `+${off}`);

describe.each(versions)('$name, one access', ({ version }) => {
	it.each(SIZES)('of size %s reaches to the borders of a region and not beyond', (letter, size) => {
		for (const length of [1, 3, size, 7, 8, 9, 64]) {
			for (const off of [0, 1, length - size - 1, length - size, length - size + 1, length, -1, -size]) {
				const at = `[r1${displacement(off)}]`;
				const isInside = off >= 0 && off + size <= length;
				const setup = withInput(version, length);
				const load = `ldx${letter} r0, ${at}\nexit`;
				const store = `stx${letter} ${at}, r1\nexit`;
				// Without a window, and with one that an access before it opened.
				const open = 'ldxb r6, [r1+0]\nstxb [r1+0], r6\nja +0\n';
				for (const program of [load, store, open + load, open + store]) {
					expect(typeof runBoth(program, setup).outcome).toBe(isInside ? 'bigint' : 'string');
				}
				const immediate = runBoth(`st${letter} ${at}, -2\nldx${letter} r0, ${at}\nexit`, setup);
				const value = BigInt.asUintN(8 * size, -2n);
				if (isInside) expect(immediate.outcome).toBe(size === 8 ? 2n ** 64n - 2n : value);
			}
		}
	});

	it('may not store where only reading is allowed', () => {
		const setup = withInput(version, 16, { inputWritable: false });
		expect(typeof runBoth('ldxdw r0, [r1+8]\nexit', setup).outcome).toBe('bigint');
		const store = runBoth('mov64 r0, 1\nstxb [r1+0], r0\nexit', setup);
		expect(store.outcome).toBe('AccessViolation(Store, 17179869184, 1, "input") at 1');
	});

	it('finds nothing at addresses that no region holds', () => {
		for (const address of [
			7n * 2n ** 32n,
			9n * 2n ** 32n,
			2n ** 53n,
			2n ** 63n,
			2n ** 64n - 1n,
			2n ** 64n - 8n,
		]) {
			const setup = { version, registers: [0n, address] };
			expect(runBoth('ldxdw r0, [r1+0]\nexit', setup).error?.kind).toMatch(/AccessViolation$/);
			expect(runBoth('stdw [r1+16], 1\nexit', setup).error?.kind).toMatch(/AccessViolation$/);
		}
	});

	it('wraps round the end of the address space, and of 32 bits', () => {
		const wraps = withInput(version, 64, { registers: [0n, 2n ** 64n - 8n] });
		expect(runBoth('ldxdw r0, [r1+8]\nexit', wraps).error === null).toBe(version >= 3);
		const carries = withInput(version, 64, { registers: [0n, INPUT - 16n] });
		expect(runBoth('ldxb r0, [r1+17]\nexit', carries).outcome).toBe(2n);
	});

	it('knows a slot of windows by all bits of the address', () => {
		// The window of the input is open when an address comes that agrees with it in its lower 35 bits.
		const setup = withInput(version, 64, { registers: [0n, INPUT, INPUT + 2n ** 40n] });
		const run = runBoth('ldxb r0, [r1+0]\nldxb r0, [r2+0]\nexit', setup);
		expect(run.error?.kind).toBe('AccessViolation');
	});
});

describe.each(versions)('$name, accesses that are checked together', ({ version }) => {
	it('happen up to the one that fails', () => {
		const setup = withInput(version, 32);
		const source = 'stdw [r1+8], 5\nldxdw r2, [r1+0]\nstb [r1+24], 7\nstdw [r1+30], 9\nmov64 r0, 1\nexit';
		const run = runAtEveryBudget(source, setup);
		expect(run.outcome).toBe('AccessViolation(Store, 17179869214, 8, "input") at 3');
		expect(run.memory.at(-1)).toContain('0: 0102030405060708050000000000000');
	});

	it('may load where they may not store, before the store fails', () => {
		const setup = withInput(version, 32, { inputWritable: false });
		const run = runAtEveryBudget('ldxb r0, [r1+3]\nldxb r2, [r1+4]\nstb [r1+0], 1\nexit', setup);
		expect(run.outcome).toBe('AccessViolation(Store, 17179869184, 1, "input") at 2');
	});

	it('fail as they would alone where something else fails before', () => {
		const divide = version === 2 ? 'udiv64' : 'div64';
		const source = `ldxb r2, [r1+0]\n${divide} r2, r3\nldxb r4, [r1+100]\nexit`;
		expect(runAtEveryBudget(source, withInput(version, 8)).outcome).toBe('DivideByZero at 1');
	});

	it('follow their base register when it changes', () => {
		const source = `
			mov64 r2, r1
			add64 r2, 4
			stxdw [r1+8], r2
			ldxdw r1, [r1+8]
			ldxb r0, [r1+1]
			add64 r1, -2
			ldxb r2, [r1+1]
			lsh64 r2, 8
			add64 r0, r2
			mov64 r1, 0
			ldxb r1, [r1+0]
			exit`;
		const run = runAtEveryBudget(source, withInput(version, 16));
		// From V3 on there is something at address 0.
		if (version >= 3) expect(run.outcome).toBe(0x406n);
		else expect(run.error?.kind).toBe('AccessViolation');
	});

	it('may lie further apart than any region is long', () => {
		const source = 'ldxb r0, [r1+0]\nldxb r2, [r1+32767]\nadd64 r0, r2\nldxb r2, [r1-32768]\nexit';
		expect(runAtEveryBudget(source, withInput(version, 32_768)).outcome).toMatch(/^AccessViolation.* at 3$/);
	});

	it('may be off the same address in two registers', () => {
		const source = `
			mov64 r2, r1
			ldxb r0, [r1+0]
			stb [r2+0], 70
			ldxb r3, [r1+0]
			add64 r0, r3
			exit`;
		expect(runAtEveryBudget(source, withInput(version, 8)).outcome).toBe(71n);
	});

	it('lie in two regions that touch', () => {
		const extraRegions: Setup['extraRegions'] = (arena) => [
			MemoryRegion.newWritable(arena.put(Uint8Array.of(1, 2, 3, 4)), 4, MM_INPUT_START),
			MemoryRegion.newWritable(arena.put(Uint8Array.of(5, 6, 7, 8)), 4, MM_INPUT_START + 4),
		];
		const setup = { version, registers: [0n, INPUT], extraRegions };
		if (version >= 4) return;
		const each = runAtEveryBudget('ldxb r0, [r1+3]\nldxb r2, [r1+4]\nadd64 r0, r2\nexit', setup);
		expect(each.outcome).toBe(9n);
		const across = runBoth('ldxh r0, [r1+3]\nexit', setup);
		// Where they are taken apart the interpreter goes on, into a callee that has to find its arguments.
		const call = `
			mov64 r3, 100
			ldxb r6, [r1+3]
			ldxb r7, [r1+4]
			mov64 r4, 1000
			call function_f
			add64 r0, r7
			exit
		function_f:
			mov64 r0, r3
			add64 r0, r4
			exit`;
		expect(runAtEveryBudget(call, setup).outcome).toBe(1105n);
		expect(across.outcome).toBe('AccessViolation(Load, 17179869187, 2, "input") at 0');
	});
});

describe.each(versions.filter(({ version }) => version < 4))(
	'$name, regions of the unaligned kind',
	({ version }) => {
		it('begin and end anywhere, across the borders of windows too', () => {
			for (const start of [5 * MM_REGION_SIZE - 4, 8 * MM_REGION_SIZE - 12, 11 * MM_REGION_SIZE - 0x8000]) {
				const extraRegions: Setup['extraRegions'] = (arena) => [
					MemoryRegion.newWritable(arena.put(new Uint8Array(40).fill(3)), 40, start),
				];
				const setup = { version, registers: [0n, BigInt(start)], extraRegions };
				const source =
					'stdw [r1+0], 7\nldxdw r0, [r1+8]\nldxb r2, [r1+39]\nadd64 r0, r2\nstdw [r1+2], 5\nexit';
				expect(runAtEveryBudget(source, setup).outcome).toBe(0x0303_0303_0303_0306n);
				const beyond = runBoth('ldxb r0, [r1+0]\nldxdw r0, [r1+33]\nexit', setup);
				expect(beyond.error?.kind).toBe('AccessViolation');
			}
		});

		it('are told apart though a window holds only one of them', () => {
			const extraRegions: Setup['extraRegions'] = (arena) =>
				[0, 1, 2].map((i) =>
					MemoryRegion.newWritable(arena.put(new Uint8Array(24).fill(i + 1)), 24, MM_INPUT_START + 64 * i),
				);
			const setup = { version, registers: [0n, INPUT], extraRegions };
			const source = `
			mov64 r3, 4
		again:
			ldxb r2, [r1+0]
			add64 r0, r2
			ldxb r2, [r1+64]
			add64 r0, r2
			stxb [r1+150], r0
			ldxb r2, [r1+150]
			add64 r0, r2
			add64 r3, -1
			jne r3, 0, again
			ldxb r2, [r1+30]
			exit`;
			const run = runAtEveryBudget(source, setup);
			expect(run.outcome).toBe('AccessViolation(Load, 17179869214, 1, "unallocated") at 10');
		});
	},
);

describe.each(versions)('$name, the stack', ({ version }) => {
	it('holds what is stored below the frame pointer, through pointers too', () => {
		const source = `
			mov64 r2, 7
			stxdw [r10-8], r2
			mov64 r1, r10
			add64 r1, -16
			stxdw [r1+0], r2
			call function_f
			ldxdw r2, [r10-8]
			add64 r0, r2
			exit
		function_f:
			ldxdw r0, [r1+8]
			mov64 r3, r1
			ldxdw r4, [r3+0]
			add64 r0, r4
			stxdw [r1+8], r0
			exit`;
		const run = runAtEveryBudget(source, { version });
		expect(run.outcome).toBe(28n);
		expect(run.interpretedParts).toBe(0);
	});

	it('ends where a frame or the region does', () => {
		for (const off of [-4096, -4097, -4100, -8, -7, -4, 0, 8, 4096]) {
			const at = `[r10${displacement(off)}]`;
			runBoth(`stdw ${at}, 1\nldxdw r0, ${at}\nexit`, { version });
			runBoth(`mov64 r2, r10\nadd64 r2, ${off}\nstdw [r2+0], 1\nldxdw r0, [r10-8]\nexit`, { version });
			runBoth(`call function_f\nexit\nfunction_f:\nstdw ${at}, 1\nldxw r0, ${at}\nexit`, { version });
		}
	});

	it('is not taken for the frame where a register only was the frame pointer', () => {
		const source = `
			mov64 r2, r10
			add64 r2, -8
			stdw [r2+0], 5
			mov64 r3, 64
			sub64 r2, r3
			ldxdw r0, [r2+64]
			mov32 r2, r2
			ldxdw r0, [r2+0]
			exit`;
		const run = runAtEveryBudget(source, { version });
		expect(run.error?.kind).toMatch(/AccessViolation$/);
		expect(run.count).toBe(8);
	});

	it('is left behind by a register that a load or a function of the host overwrites', () => {
		const setup = withInput(version, 16, { syscalls: { input: (vm) => vm.setReturn(INPUT + 9n) } });
		const load = `
			add64 r1, 8
			stxdw [r10-8], r1
			mov64 r2, r10
			ldxdw r2, [r2-8]
			ldxb r0, [r2-4]
			exit`;
		expect(runAtEveryBudget(load, setup).outcome).toBe(5n);
		const answer = 'stdw [r10-8], 77\nmov64 r0, r10\nsyscall input\nldxb r0, [r0-8]\nexit';
		expect(runAtEveryBudget(answer, setup).outcome).toBe(2n);
	});

	it('has frames of the size that is configured', () => {
		for (const stackFrameSize of [64, 1024]) {
			const setup = { version, config: { stackFrameSize, maxCallDepth: 4 } };
			const source = `
				stdw [r10-8], 1
				call function_f
				ldxdw r2, [r10-8]
				add64 r0, r2
				exit
			function_f:
				stdw [r10-${stackFrameSize}], 20
				ldxdw r0, [r10-${stackFrameSize}]
				exit`;
			const run = runAtEveryBudget(source, setup);
			if (version !== 1 && version !== 2) expect(run.outcome).toBe(21n);
		}
	});
});

describe('the gaps of V0 between frames', () => {
	const setup = { version: 0 } as const;

	it('are no memory, but an access may begin before one', () => {
		// The first frame is followed by a gap; the bytes of the next frame come right behind in the region.
		const across = 'stdw [r10-4], -1\nldxw r0, [r10-4]\nexit';
		expect(runBoth(across, setup).outcome).toBe(0xffff_ffffn);
		expect(runBoth('stb [r10+0], 1\nexit', setup).error?.kind).toBe('StackAccessViolation');
	});

	it('are not stepped over by accesses that are checked together', () => {
		// The address comes from the input: nothing is known of it.
		const run = runAtEveryBudget('ldxdw r2, [r1+0]\nstw [r2-50], 1\nstb [r2+0], 2\nexit', {
			version: 0,
			input: Uint8Array.from([0, 0x10, 0, 0, 2, 0, 0, 0]),
			registers: [0n, INPUT],
		});
		expect(run.outcome).toBe('StackAccessViolation(Store, 8589938688, 1, 1) at 2');
	});

	it('are there for a callee that is handed a pointer, and absent without them', () => {
		const source = `
			mov64 r1, r10
			stdw [r10-8], 9
			call function_f
			exit
		function_f:
			ldxdw r0, [r1-8]
			ldxdw r2, [r1+4096]
			ldxdw r2, [r1+0]
			exit`;
		expect(runBoth(source, setup).outcome).toBe('StackAccessViolation(Load, 8589938688, 8, 1) at 6');
		expect(runBoth(source, { ...setup, config: { enableStackFrameGaps: false } }).outcome).toBe(9n);
	});
});

describe('memory that moves', () => {
	/** At the first store a region gets another block, twice as long; what it leaves is overwritten. */
	const moving = (): Setup => {
		let arena: Arena | null = null;
		const handler: AccessViolationHandler = (region, _room, access, vmAddr, len) => {
			const isMeant = region.accessViolationHandlerPayload !== null && access === ACCESS_STORE;
			if (!isMeant || arena === null || vmAddr + len > region.vmAddr + 32) return;
			const host = arena.alloc(32);
			arena.u8.copyWithin(host, region.host, region.host + region.len);
			arena.u8.fill(0xee, region.host, region.host + region.len);
			region.redirect(host, 32, true);
		};
		const extraRegions: Setup['extraRegions'] = (given) => {
			arena = given;
			const region = MemoryRegion.newReadonly(given.put(new Uint8Array(16).fill(1)), 16, MM_INPUT_START);
			region.accessViolationHandlerPayload = 0;
			return [region];
		};
		return { registers: [0n, INPUT], handler, extraRegions };
	};

	it('is read where it is after a store through another register', () => {
		const source = `
			mov64 r2, r1
			ldxb r0, [r1+0]
			stb [r2+1], 5
			ldxb r3, [r1+2]
			add64 r0, r3
			ldxb r3, [r1+1]
			add64 r0, r3
			exit`;
		for (const version of SBPF_VERSIONS) {
			expect(runAtEveryBudget(source, () => ({ ...moving(), version })).outcome).toBe(7n);
		}
	});

	it('is read where it is though a window was open, in another block', () => {
		const source = 'ldxb r0, [r1+0]\nja +0\nstb [r1+1], 5\nja +0\nldxb r2, [r1+0]\nadd64 r0, r2\nexit';
		for (const version of SBPF_VERSIONS) {
			expect(runAtEveryBudget(source, () => ({ ...moving(), version })).outcome).toBe(2n);
		}
	});

	it('does not grow for a load by a store that comes later', () => {
		const source = 'ldxb r0, [r1+20]\nstb [r1+0], 1\nexit';
		for (const version of SBPF_VERSIONS) {
			const run = runAtEveryBudget(source, () => ({ ...moving(), version }));
			expect(run.outcome).toBe('AccessViolation(Load, 17179869204, 1, "unallocated") at 0');
			expect(run.memory.at(-1)).toMatch(/^16 false/);
		}
	});

	it('grows for a store beyond its end, and is read there afterwards', () => {
		const source = 'stb [r1+20], 3\nldxb r0, [r1+20]\nldxb r2, [r1+3]\nadd64 r0, r2\nldxb r2, [r1+32]\nexit';
		for (const version of SBPF_VERSIONS) {
			const run = runAtEveryBudget(source, () => ({ ...moving(), version }));
			expect(run.outcome).toBe('AccessViolation(Load, 17179869216, 1, "unallocated") at 4');
			expect(run.memory.at(-1)).toMatch(/^32 true/);
		}
	});

	it('moved by interpreted code is found by the compiled code that goes on', () => {
		// The caller is compiled and has a window open; the callee is left to the interpreter by its `callx`.
		const source = `
			mov64 r9, r1
			ldxb r8, [r9+0]
			call function_f
			ldxb r0, [r9+1]
			add64 r0, r8
			exit
		function_f:
			callx r6
			exit
			stb [r9+1], 40
			exit`;
		const registers = [0n, INPUT, 0n, 0n, 0n, 0n, 0x1_0000_0000n + 8n * 8n];
		const run = runAtEveryBudget(source, () => ({ ...moving(), version: 3, registers }));
		expect(run.outcome).toBe(41n);
	});
});

describe('regions of the usual program', () => {
	it('all have windows at once', () => {
		const source = `
			lddw r2, ${MM_HEAP_START}
			lddw r3, ${MM_STACK_START}
			lddw r4, 0x100000000
			mov64 r5, 3
		again:
			ldxb r6, [r1+0]
			stxdw [r2+8], r6
			ldxdw r7, [r2+8]
			stxdw [r3+16], r7
			ldxdw r8, [r3+16]
			ldxb r9, [r4+0]
			add64 r0, r8
			add64 r0, r9
			add64 r5, -1
			jne r5, 0, again
			exit`;
		const run = runAtEveryBudget(source, withInput(0, 8, { heapBytes: 64 }));
		expect(run.outcome).toBe(3n * (1n + 0x18n));
		expect(run.interpretedParts).toBe(0);
	});
});
