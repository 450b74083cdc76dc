/** What is told of the depth of calls, and what the machine does with the same programs. */
import { describe, expect, it } from 'vitest';
import { bothEngines, TEST_SYSCALLS } from '../../test/machine.ts';
import { buildObject } from '../../test/object-builder.ts';
import { linkErrorText } from '../linker/errors.ts';
import type { TargetVersion } from '../linker/layout.ts';
import { type LinkedProgram, link } from '../linker/link.ts';
import { verifyReport } from './verify-report.ts';

const VERSIONS: readonly TargetVersion[] = [0, 3];

function linked(assembly: string, version: TargetVersion): LinkedProgram | string {
	const program = link([{ name: 'p.s', assembly }], { syscalls: TEST_SYSCALLS, version });
	return program.ok ? program.value : program.error.map(linkErrorText).join('\n');
}

/** Functions that each call the next; `functions` of them besides the entry point. */
function chain(functions: number): string {
	const one = (i: number): string =>
		`function_${i}:\n${i < functions ? `    call function_${i + 1}\n` : '    mov64 r0, 9\n'}    exit\n`;
	const all = Array.from({ length: functions }, (_, i) => one(i + 1)).join('');
	return `entrypoint:\n    call function_1\n    exit\n${all}`;
}

/** A function that calls itself as often as its argument says. */
const COUNTDOWN = `
entrypoint:
    ldxdw r1, [r1+0]
    call function_down
    exit
function_down:
    mov64 r0, 5
    jeq r1, 0, out
    sub64 r1, 1
    call function_down
out:
    exit
`;

describe.each(VERSIONS)('the depth of calls, V%i', (version) => {
	it.each([
		[
			'in a circle of one',
			'entrypoint:\n    call function_f\n    exit\nfunction_f:\n    mov64 r1, 1\n    call function_f\n    exit\n',
			'function_f calls itself',
		],
		[
			'in a circle of two, on both sides of a branch',
			'entrypoint:\n    jeq r1, 0, a\n    call function_f\n    exit\na:\n    call function_g\n    exit\nfunction_f:\n    call function_g\n    exit\nfunction_g:\n    call function_f\n    exit\n',
			'function_f → function_g → function_f call each other',
		],
		[
			'behind a call that comes back',
			'entrypoint:\n    call function_fine\n    call function_f\n    exit\nfunction_fine:\n    exit\nfunction_f:\n    call function_fine\n    call function_f\n    exit\n',
			'function_f calls itself',
		],
	])('is an error where no run comes back: %s', (_what, assembly, words) => {
		const text = linked(assembly, version);
		expect(text).toContain(`endless recursion: ${words}, and no run comes back`);
		expect(text).not.toContain('\n');
	});

	it('is a warning where runs may go too deep, and the machine agrees', () => {
		const program = linked(COUNTDOWN, version);
		if (typeof program === 'string') throw new Error(program);
		expect(program.warnings).toEqual([
			'function_down calls itself, and deeper than 64 functions the program ends',
		]);
		const check = verifyReport(program.elf, TEST_SYSCALLS).at(-1);
		expect(check).toMatchObject({ name: 'call depth', outcome: 'warning', function: 'function_down' });
		for (const engine of bothEngines(program.elf)) {
			expect(engine.run(Uint8Array.of(62, 0, 0, 0, 0, 0, 0, 0)).outcome).toBe(5n);
			expect(engine.run(Uint8Array.of(63, 0, 0, 0, 0, 0, 0, 0)).outcome).toContain('CallDepthExceeded');
		}
	});

	it.each([
		[63, 9n],
		[64, 'CallDepthExceeded'],
	])('is counted in a chain of %i calls as the machine does', (calls, outcome) => {
		const program = linked(chain(calls), version);
		if (typeof program === 'string') throw new Error(program);
		expect(program.warnings).toEqual(
			calls === 63
				? []
				: [
						'calls go 65 functions deep (entrypoint → function_1 → function_2 → function_3 → function_4 → … → function_64), and deeper than 64 the program ends',
					],
		);
		for (const engine of bothEngines(program.elf)) expect(engine.run().outcome).toEqual(outcome);
	});

	it.each([
		[
			'a way that ends the program',
			'entrypoint:\n    call function_f\n    exit\nfunction_f:\n    jeq r1, 0, a\n    call function_f\n    exit\na:\n    syscall abort\n',
		],
		['a loop', 'entrypoint:\n    ja entrypoint\n    exit\n'],
		['a call through a register', 'entrypoint:\n    callx r1\n    exit\n'],
	])('is no error with %s', (_what, assembly) => {
		expect(linked(assembly, version)).toBeTypeOf('object');
	});

	it('is not confused by a function behind one that never comes back', () => {
		// What stands behind the call of `function_end` is another function, which calls the first.
		const assembly =
			'entrypoint:\n    call function_other\n    exit\nfunction_f:\n    mov64 r1, 1\n    call function_end\nfunction_other:\n    jeq r1, 0, lbb\n    call function_f\nlbb:\n    exit\nfunction_end:\n    syscall abort\n    exit\n';
		const program = linked(assembly, version);
		expect(typeof program === 'object' ? program.warnings : program).toEqual([]);
	});

	it('is found out of more calls than a call may have arguments', () => {
		const calls = 200_000;
		const text = new DataView(new ArrayBuffer((2 * calls + 2) * 8));
		for (let pc = 0; pc < 2 * calls; pc += 2) {
			// `jeq r1, 0, +1`, so that each call waits by itself; then the call of the function at the end.
			text.setUint32(pc * 8, 0x0001_0115, true);
			text.setUint32((pc + 1) * 8, 0x1085, true);
			text.setInt32((pc + 1) * 8 + 4, 2 * calls + 1 - (pc + 2), true);
		}
		for (const pc of [2 * calls, 2 * calls + 1]) text.setUint8(pc * 8, 0x95);
		const bytes = buildObject({
			sections: [{ name: '.text', bytes: new Uint8Array(text.buffer) }],
			symbols: [{ name: 'entrypoint', section: '.text' }],
		});
		const program = link([{ name: 'p.o', bytes }], { syscalls: TEST_SYSCALLS, version });
		expect(program).toMatchObject({ ok: true, value: { warnings: [] } });
	});

	it('is found out in time that grows with the code alone', () => {
		// Each function calls the next twice: 2^2000 ways.
		const many = Array.from(
			{ length: 2000 },
			(_, i) => `function_${i}:\n    call function_${i + 1}\n    call function_${i + 1}\n    exit\n`,
		);
		const program = linked(
			`entrypoint:\n    call function_0\n    exit\n${many.join('')}function_2000:\n    exit\n`,
			version,
		);
		expect(typeof program === 'object' && program.warnings[0]).toContain('2002 functions deep');
	});
});
