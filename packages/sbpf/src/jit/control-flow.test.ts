import { describe, expect, it } from 'vitest';
import { runAtEveryBudget, runBoth } from '../../test/both-engines.ts';
import { encode } from '../../test/machine-harness.ts';
import { SBPF_VERSIONS } from '../program.ts';

const versions = SBPF_VERSIONS.map((version) => ({ version, name: `V${version}` }));

/** A setup whose first input byte is `first`. */
const withByte = (version: (typeof SBPF_VERSIONS)[number], first: number) => ({
	version,
	input: Uint8Array.from({ length: 16 }, (_, i) => (i === 0 ? first : i)),
	registers: [0n, 0x4_0000_0000n],
});

describe.each(versions)('$name, inside a function', ({ version }) => {
	it('takes both ways of a diamond, and what follows it', () => {
		const source = 'ldxb r2, [r1+0]\njeq r2, 1, +2\nmov64 r0, 1\nja +1\nmov64 r0, 2\nadd64 r0, 10\nexit';
		expect(runAtEveryBudget(source, withByte(version, 1)).outcome).toBe(12n);
		expect(runAtEveryBudget(source, withByte(version, 0)).outcome).toBe(11n);
	});

	it('branches to where it falls through anyway', () => {
		expect(runAtEveryBudget('mov64 r0, 1\njeq r0, 1, +0\nja +0\nexit', { version }).outcome).toBe(1n);
	});

	it('goes round nested loops', () => {
		const source = `
			mov64 r0, 0
			mov64 r2, 3
		outer:
			mov64 r3, 4
		inner:
			add64 r0, 1
			add64 r3, -1
			jne r3, 0, inner
			add64 r0, 100
			add64 r2, -1
			jne r2, 0, outer
			exit`;
		const run = runAtEveryBudget(source, { version });
		expect(run.outcome).toBe(312n);
		expect(run.interpretedParts).toBe(0);
	});

	it('leaves a loop from its middle and continues an outer one', () => {
		const source = `
			mov64 r0, 0
			mov64 r2, 5
		outer:
			add64 r2, -1
			jeq r2, 0, done
			mov64 r3, 9
		inner:
			add64 r3, -1
			add64 r0, 1
			jgt r0, 20, done
			jgt r3, 6, inner
			ja outer
		done:
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe(12n);
	});

	it('stays in a loop of one block until the meter is spent', () => {
		const run = runAtEveryBudget('ja -1\nexit', { version }, 20);
		expect(run.outcome).toBe('ExceededMaxInstructions at 0');
	});

	it('enters a loop at either of two blocks', () => {
		// The loop is { a, b }; the first branch picks where it is entered.
		const source = `
			ldxb r2, [r1+0]
			mov64 r3, 6
			jeq r2, 0, b
		a:
			add64 r0, 1
			add64 r3, -1
			jeq r3, 0, done
		b:
			add64 r0, 100
			add64 r3, -1
			jne r3, 0, a
		done:
			exit`;
		expect(runAtEveryBudget(source, withByte(version, 0)).outcome).toBe(303n);
		const run = runAtEveryBudget(source, withByte(version, 1));
		expect(run.outcome).toBe(303n);
		expect(run.interpretedParts).toBe(0);
	});

	it('enters a loop at any of three blocks, one of them a loop itself', () => {
		const source = `
			ldxb r2, [r1+0]
			mov64 r3, 9
			jeq r2, 0, b
			jeq r2, 1, c
		a:
			add64 r0, 1
			add64 r3, -1
			jeq r3, 0, done
		b:
			add64 r0, 10
			add64 r3, -1
			jgt r3, 6, b
			jeq r3, 0, done
		c:
			add64 r0, 100
			add64 r3, -1
			jeq r3, 0, done
			jgt r3, 3, a
			ja b
		done:
			exit`;
		for (const first of [0, 1, 2]) {
			const run = runAtEveryBudget(source, withByte(version, first));
			expect(run.interpretedParts).toBe(0);
			expect(typeof run.outcome).toBe('bigint');
		}
	});

	it('picks among more blocks of one irreducible loop than a chain of comparisons holds', () => {
		const blocks = 9;
		const lines = ['ldxb r2, [r1+0]', 'mov64 r3, 30'];
		for (let i = 1; i < blocks; i++) lines.push(`jeq r2, ${i}, block_${i}`);
		for (let i = 0; i < blocks; i++) {
			lines.push(`block_${i}:`, `add64 r0, ${7 ** i}`, 'add64 r3, -1', 'jeq r3, 0, done');
			lines.push(`jgt r3, ${20 - i}, block_${(i + 5) % blocks}`);
		}
		lines.push('ja block_0', 'done:', 'exit');
		for (let first = 0; first < blocks; first++) {
			const run = runBoth(lines.join('\n'), withByte(version, first));
			expect(run.interpretedParts).toBe(0);
			expect(typeof run.outcome).toBe('bigint');
		}
	});

	it('nests irreducible loops', () => {
		const source = `
			ldxb r2, [r1+0]
			mov64 r3, 20
			jeq r2, 0, b
		a:
			add64 r0, 1
			jeq r2, 1, d
		c:
			add64 r0, 1000
			add64 r3, -1
			jeq r3, 0, done
		d:
			add64 r0, 10000
			add64 r3, -1
			jgt r3, 15, c
			jeq r3, 0, done
		b:
			add64 r0, 100
			add64 r3, -1
			jne r3, 0, a
		done:
			exit`;
		for (const first of [0, 1, 2]) {
			expect(runAtEveryBudget(source, withByte(version, first)).interpretedParts).toBe(0);
		}
	});

	it('keeps what only a later round reads', () => {
		// r5 is set in one round and read in the next.
		const source = `
			mov64 r5, 1
			mov64 r3, 4
		again:
			add64 r0, r5
			lsh64 r5, 3
			add64 r3, -1
			jne r3, 0, again
			exit`;
		expect(runAtEveryBudget(source, { version }).outcome).toBe(585n);
	});
});

describe.each(versions)('$name, at the end of the text', ({ version }) => {
	it('runs over it', () => {
		const run = runAtEveryBudget('mov64 r0, 1\nadd64 r0, 1', { version });
		expect(run.outcome).toBe('ExecutionOverrun at 2');
		expect(run.count).toBe(3);
	});

	it('runs over it from a branch that is not taken', () => {
		expect(runAtEveryBudget('mov64 r0, 1\njeq r0, 2, -2', { version }).outcome).toBe('ExecutionOverrun at 2');
	});

	it('runs over it behind a call', () => {
		const source = 'ja main\nfunction_f:\nmov64 r0, 7\nexit\nmain:\ncall function_f';
		expect(runAtEveryBudget(source, { version }).outcome).toBe('ExecutionOverrun at 4');
	});
});

describe.each(versions)('$name, what no verifier saw', ({ version }) => {
	const nop = encode(0xb7, 3, 0, 0, 1);
	const exit = encode(0x95);
	const unknown = encode(0xff);

	it('matters only where it is reached', () => {
		const skipped = Uint8Array.from([
			...encode(0xb7, 0, 0, 0, 5),
			...encode(0x05, 0, 0, 1),
			...unknown,
			...exit,
		]);
		expect(runBoth(skipped, { version }).outcome).toBe(5n);
		const reached = Uint8Array.from([...nop, ...unknown, ...exit]);
		expect(runAtEveryBudget(reached, { version }).outcome).toBe('UnsupportedInstruction at 1');
	});

	it.each([
		['a register that does not exist', encode(0xbf, 3, 13)],
		['another one to write to', encode(0xb7, 12)],
		['a swap of 8 bits', encode(0xdc, 3, 0, 0, 8)],
		['the second slot of nothing', encode(0x00)],
		['a call of nothing', encode(0x85, 0, 0, 0, 99)],
		['division by the constant 0', encode(version === 2 ? 0x46 : 0x37, 3)],
	])('ends in an error: %s', (_name, odd) => {
		const run = runAtEveryBudget(Uint8Array.from([...nop, ...odd, ...exit]), { version });
		expect(run.outcome).toMatch(/^[A-Z][A-Za-z]+ at 1$/);
	});

	it('jumps out of the text', () => {
		for (const off of [5, -9]) {
			const jump = runBoth(Uint8Array.from([...nop, ...encode(0x05, 0, 0, off), ...exit]), { version });
			expect(jump.error?.kind).toBe('ExecutionOverrun');
			const branch = runBoth(Uint8Array.from([...nop, ...encode(0x15, 3, 0, off, 1), ...exit]), { version });
			expect(branch.error?.kind).toBe('ExecutionOverrun');
		}
	});

	it('jumps into the second half of an instruction, and on with every register', () => {
		const program = [
			...encode(0xb7, 4, 0, 0, 30),
			...encode(0x05, 0, 0, 1),
			...encode(0x18, 1),
			...encode(0xb7, 0, 0, 0, 5),
			...encode(0x0f, 0, 4),
			...exit,
		];
		if (version !== 2) expect(runAtEveryBudget(Uint8Array.from(program), { version }).outcome).toBe(35n);
	});

	it('may lack the second half of its last instruction', () => {
		const run = runBoth(Uint8Array.from([...nop, ...encode(0x18, 1)]), { version });
		expect(run.outcome).toBe('UnsupportedInstruction at 1');
	});
});
