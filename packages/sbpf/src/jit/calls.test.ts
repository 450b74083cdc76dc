import { describe, expect, it } from 'vitest';
import { runAtEveryBudget, runBoth } from '../../test/both-engines.ts';
import { encode } from '../../test/machine-harness.ts';
import { FunctionRegistry, hashTargetPc } from '../function-registry.ts';
import { SBPF_VERSIONS, type SBPFVersion } from '../program.ts';

const versions = SBPF_VERSIONS.map((version) => ({ version, name: `V${version}` }));
const TEXT = 0x1_0000_0000n;

/** Puts the address of code (a slot, plus `skew` bytes) into a register. */
function codeAddress(version: SBPFVersion, register: number, slot: number, skew = 0): string {
	const low = 8 * slot + skew;
	if (version !== 2) return `lddw r${register}, ${TEXT + BigInt(low)}`;
	return `mov32 r${register}, ${low}\nhor64 r${register}, 1`;
}

describe.each(versions)('$name, calls', ({ version }) => {
	it('give r0 back and preserve r6 to r9', () => {
		const source = `
			mov64 r6, 6
			mov64 r7, 7
			mov64 r8, 8
			mov64 r9, 9
			mov64 r1, 5
			call function_f
			add64 r0, r6
			add64 r0, r7
			add64 r0, r8
			add64 r0, r9
			exit
		function_f:
			mov64 r6, 100
			mov64 r7, 100
			mov64 r8, 100
			mov64 r9, 100
			mov64 r0, r1
			exit`;
		const run = runAtEveryBudget(source, { version });
		expect(run.outcome).toBe(35n);
		expect(run.interpretedParts).toBe(0);
	});

	it('recurse', () => {
		const source = `
			mov64 r1, 7
			call function_fib
			exit
		function_fib:
			jgt r1, 1, +2
			mov64 r0, r1
			exit
			mov64 r6, r1
			add64 r1, -1
			call function_fib
			mov64 r7, r0
			mov64 r1, r6
			add64 r1, -2
			call function_fib
			add64 r0, r7
			exit`;
		const run = runBoth(source, { version });
		expect(run.outcome).toBe(13n);
		expect(run.interpretedParts).toBe(0);
	});

	it('recurse through each other', () => {
		const source = `
			mov64 r1, 9
			call function_even
			exit
		function_even:
			mov64 r0, 1
			jeq r1, 0, +2
			add64 r1, -1
			call function_odd
			exit
		function_odd:
			mov64 r0, 0
			jeq r1, 0, +2
			add64 r1, -1
			call function_even
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe(0n);
	});

	it('let a callee read what its caller never meant for it', () => {
		const source = `
			mov64 r0, 1
			mov64 r2, 20
			mov64 r5, 300
			mov64 r6, 4000
			mov64 r9, 50000
			call function_f
			exit
		function_f:
			add64 r0, r2
			add64 r0, r5
			add64 r0, r6
			add64 r0, r9
			exit`;
		const run = runAtEveryBudget(source, { version });
		expect(run.outcome).toBe(54321n);
		expect(run.interpretedParts).toBe(0);
	});

	it('let a caller read what a callee left in r1 to r5', () => {
		const source = `
			mov64 r3, 1000
			call function_f
			add64 r0, r1
			add64 r0, r2
			add64 r0, r3
			add64 r0, r5
			exit
		function_f:
			mov64 r1, 1
			mov64 r2, 20
			mov64 r0, 0
			call function_g
			exit
		function_g:
			mov64 r5, 300
			exit`;
		const run = runAtEveryBudget(source, { version });
		expect(run.outcome).toBe(1321n);
		expect(run.interpretedParts).toBe(0);
	});

	it('hand a register through functions that do not name it', () => {
		const source = `
			mov64 r4, 11
			mov64 r8, 22
			call function_a
			add64 r0, r4
			exit
		function_a:
			call function_b
			exit
		function_b:
			call function_c
			exit
		function_c:
			mov64 r0, r8
			lsh64 r0, r4
			mov64 r4, 5
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe((22n << 11n) + 5n);
	});

	it('hand a register round a cycle of functions before it is read', () => {
		// r5 is read only by the third function, after the first two called each other.
		const source = `
			mov64 r5, 9
			mov64 r1, 3
			call function_a
			exit
		function_a:
			jeq r1, 0, +3
			add64 r1, -1
			call function_b
			exit
			call function_c
			exit
		function_b:
			call function_a
			exit
		function_c:
			mov64 r0, r5
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe(9n);
	});

	it('may lead into the middle of another function', () => {
		const source = `
			mov64 r2, 5
			call function_tail
			add64 r0, 1
			call function_whole
			exit
		function_whole:
			mov64 r2, 70
		function_tail:
			add64 r0, r2
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe(76n);
	});

	it('may lead to their own function, and to the entry point', () => {
		const source = `
		entrypoint:
			add64 r6, 1
			mov64 r0, r6
			jgt r6, 4, +1
			call entrypoint
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe(5n);
	});

	it('of nothing are unsupported', () => {
		const text = Uint8Array.from([
			...encode(0xb7, 0, 0, 0, 1),
			...encode(0x85, 0, 1, 0, 77),
			...encode(0x95),
		]);
		expect(runAtEveryBudget(text, { version }).outcome).toBe('UnsupportedInstruction at 1');
	});
});

describe.each(versions.filter(({ version }) => version < 3))('$name, functions by key', ({ version }) => {
	it('may lie outside the text, or in the middle of an lddw', () => {
		for (const pc of [2, 50]) {
			const functions = new FunctionRegistry<number>();
			functions.registerFunction(hashTargetPc(9), new Uint8Array(0), pc);
			const text = Uint8Array.from([
				...encode(0x85, 0, 0, 0, hashTargetPc(9)),
				...encode(version === 2 ? 0xb7 : 0x18, 1),
				...encode(0),
				...encode(0x95),
			]);
			const expected = pc === 2 ? 'UnsupportedInstruction at 2' : 'CallOutsideTextSegment at 0';
			expect(runAtEveryBudget(text, { version, functions }).outcome).toBe(expected);
		}
	});
});

describe.each(versions)('$name, functions that are jumped to', ({ version }) => {
	it('return to the caller of whom jumped', () => {
		const source = `
			mov64 r3, 3
			call function_f
			add64 r0, r4
			exit
		function_f:
			mov64 r4, 40
			ja function_g
		function_g:
			add64 r0, r3
			mov64 r4, 500
			exit
		other:
			call function_g
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe(503n);
	});

	it('jump to each other in a circle', () => {
		const source = `
			mov64 r1, 6
			call function_f
			exit
		function_f:
			add64 r0, 1
			add64 r1, -1
			jeq r1, 0, +1
			ja function_g
			exit
		function_g:
			add64 r0, 100
			add64 r1, -1
			jne r1, 0, function_f
			exit
		other:
			call function_g
			exit`;
		const run = runAtEveryBudget(source, { version });
		expect(run.outcome).toBe(303n);
		expect(run.interpretedParts).toBe(0);
	});

	it('share code that belongs to none of them', () => {
		const source = `
			call function_f
			mov64 r6, r0
			call function_g
			add64 r0, r6
			exit
		function_f:
			mov64 r2, 1
			ja shared
		function_g:
			mov64 r2, 10
			jeq r2, 10, shared
			exit
		shared:
			mov64 r0, r2
			add64 r0, 1
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe(13n);
	});

	it('are run into by the function before them', () => {
		const source = `
			call function_f
			exit
		function_f:
			mov64 r0, 1
		function_g:
			add64 r0, 10
		function_h:
			add64 r0, 100
			exit
		other:
			call function_g
			call function_h
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe(111n);
	});
});

describe.each(versions)('$name, callx', ({ version }) => {
	it('calls a function whose address is known, with every register', () => {
		const source = `
			mov64 r3, 3
			mov64 r7, 70
			${codeAddress(version, 8, 8)}
			callx r8
			add64 r0, r4
			add64 r0, r7
			exit
		function_f:
			mov64 r7, 1
			add64 r0, r3
			mov64 r4, 400
			exit`;
		const run = runAtEveryBudget(source, { version });
		expect(run.outcome).toBe(473n);
		expect(run.interpretedParts).toBe(0);
	});

	const call = (slot: number, skew = 0): string => `
		mov64 r0, 1
		mov64 r6, 6000
		${codeAddress(version, 2, slot, skew)}
		callx r2
		add64 r0, r6
		exit
		add64 r0, 10
		add64 r0, 100
		exit
	`;
	// Slots: two moves, two of the address, callx, add, exit; then the function's.
	const FUNCTION = 7;

	it('calls the start of a function without the interpreter', () => {
		const run = runAtEveryBudget(call(FUNCTION), { version });
		expect(run.outcome).toBe(6111n);
		expect(run.interpretedParts).toBe(0);
	});

	it('calls into the middle of a function', () => {
		expect(runAtEveryBudget(call(FUNCTION + 1), { version }).outcome).toBe(6101n);
	});

	it('calls an address that the program computes', () => {
		const run = runAtEveryBudget(call(FUNCTION).replace('callx r2', 'add64 r2, 8\ncallx r2'), { version });
		expect(run.outcome).toBe(6111n);
	});

	it('does not mind the lower bits of an address', () => {
		for (const skew of [1, 4, 7]) {
			expect(runAtEveryBudget(call(FUNCTION, skew), { version }).outcome).toBe(6111n);
		}
	});

	it('calls itself', () => {
		const run = runAtEveryBudget(call(4), { version }, 90);
		expect(run.error?.kind).toBe('CallDepthExceeded');
	});

	it.each([
		['behind the text', TEXT + 8n * 11n],
		['before it', TEXT - 8n],
		['nowhere', 0n],
		['far away', 2n ** 64n - 8n],
		['with other upper bits', TEXT * 257n],
	])('refuses an address %s', (_name, address) => {
		const run = runAtEveryBudget('callx r2\nexit', { version, registers: [0n, 0n, address] });
		expect(run.outcome).toBe('CallOutsideTextSegment at 0');
	});

	it('refuses the second half of an lddw', () => {
		const source = `lddw r1, 0\ncallx r2\nexit`;
		if (version === 2) return;
		const run = runAtEveryBudget(source, { version, registers: [0n, 0n, TEXT + 8n] });
		expect(run.outcome).toBe('UnsupportedInstruction at 1');
	});

	it('takes its target from r10 where no verifier looks', () => {
		const text = Uint8Array.from([...encode(0x8d, 10, 10, 0, 10), ...encode(0x95)]);
		expect(runAtEveryBudget(text, { version }).outcome).toBe('CallOutsideTextSegment at 0');
		const none = Uint8Array.from([...encode(0x8d, 3, 3, 0, 99), ...encode(0x95)]);
		const outcome = version === 2 || version >= 3 ? 'CallOutsideTextSegment' : 'UnsupportedInstruction';
		expect(runBoth(none, { version }).error?.kind).toBe(outcome);
	});

	it('hands what the interpreted function left to the compiled caller', () => {
		// function_f is called compiled and calls into the middle of g, which sets r1 to r5.
		const source = `
			mov64 r9, 1
			call function_f
			add64 r0, r1
			add64 r0, r5
			add64 r0, r9
			exit
		function_f:
			callx r6
			mov64 r9, 7
			exit
		function_g:
			mov64 r1, 1000
			mov64 r1, 20
			mov64 r5, 300
			mov64 r9, 4000
			mov64 r0, 50000
			exit`;
		const registers = new Array<bigint>(7).fill(0n);
		registers[6] = TEXT + 8n * 10n;
		const run = runAtEveryBudget(source, { version, registers });
		expect(run.outcome).toBe(50321n);
		expect(run.interpretedParts).toBe(1);
	});
});

describe.each(versions)('$name, how deep calls may go', ({ version }) => {
	/** Calls itself r1 times. */
	const source = `
		call function_f
		exit
	function_f:
		stxdw [r10-8], r1
		add64 r0, 1
		add64 r1, -1
		jeq r1, 0, +1
		call function_f
		ldxdw r2, [r10-8]
		add64 r0, r2
		exit`;

	it.each([62, 63, 64])('%i frames below the first', (frames) => {
		const setup = { version, registers: [0n, BigInt(frames)] };
		// V1 and V2 leave the frame pointer to the program, so all frames are one here.
		const run = runBoth(source, setup);
		if (frames === 64) expect(run.error?.kind).toBe('CallDepthExceeded');
		else expect(typeof run.outcome).toBe('bigint');
		if (frames < 64) expect(run.interpretedParts).toBe(0);
	});

	it.each([1, 2, 5])('with a limit of %i', (maxCallDepth) => {
		for (const frames of [1, 2, 4, 5]) {
			const setup = { version, config: { maxCallDepth }, registers: [0n, BigInt(frames)] };
			const run = runAtEveryBudget(source, setup);
			expect(run.error?.kind).toBe(frames + 1 > maxCallDepth ? 'CallDepthExceeded' : undefined);
		}
	});

	it('is counted on in the interpreter', () => {
		// The first call of each pair is interpreted (its target is only known at run time).
		const mixed = `
			callx r6
			exit
		function_f:
			add64 r0, 1
			callx r6
			exit`;
		const registers = new Array<bigint>(7).fill(0n);
		registers[6] = TEXT + 16n;
		const run = runBoth(mixed, { version, registers });
		expect(run.error?.kind).toBe('CallDepthExceeded');
		expect(run.count).toBe(runBoth(mixed.replaceAll('callx r6', 'call function_f'), { version }).count);
	});
});

describe.each(versions.filter(({ version }) => version === 1 || version === 2))(
	'$name, frames that a program moves itself',
	({ version }) => {
		it('belong to the function that moves them', () => {
			const source = `
				add64 r10, -128
				stdw [r10+8], 5
				call function_f
				ldxdw r2, [r10+8]
				add64 r0, r2
				exit
			function_f:
				add64 r10, -64
				stdw [r10+8], 70
				ldxdw r0, [r10+8]
				ldxdw r1, [r10+72]
				add64 r0, r1
				exit`;
			expect(runAtEveryBudget(source, { version }).outcome).toBe(80n);
		});

		it('may leave the stack', () => {
			const source = 'add64 r10, 64\nmov64 r0, 1\nldxdw r0, [r10-8]\nexit';
			expect(runAtEveryBudget(source, { version }).error?.kind).toMatch(/AccessViolation$/);
		});
	},
);
