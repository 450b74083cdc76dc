import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothEngines, Program, TEST_SYSCALLS } from '../../test/machine.ts';
import { linkErrorText } from './errors.ts';
import { type LinkInput, link } from './link.ts';

/** An object of a stock compiler, as it is committed with its source. */
function fixture(name: string): { readonly name: string; readonly bytes: Uint8Array } {
	const path = fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
	return { name, bytes: readFileSync(path) };
}

const INPUTS = [fixture('greeter.o'), fixture('libweigh.a')];

describe.each([0, 3] as const)('objects of clang, V%i', (version) => {
	it('become a program that runs', () => {
		const linked = link(INPUTS, { syscalls: TEST_SYSCALLS, version });
		if (!linked.ok) throw new Error(linked.error.map(linkErrorText).join('\n'));
		const weigh = (text: string): bigint =>
			[...text].reduce(
				(sum, char, i) => sum + BigInt(char.charCodeAt(0) * [1, 3, 5, 7, 11, 13, 17, 19][i & 7]!),
				0n,
			);
		const cases = [
			['good morning', weigh('good morning')],
			['good evening', 12n],
			['good night', weigh('good night')],
		] as const;
		for (const engine of bothEngines(linked.value.elf)) {
			for (const [i, [text, expected]] of cases.entries()) {
				const { log, outcome } = engine.run(Uint8Array.of(i, 0, 0, 0, 0, 0, 0, 0));
				expect(log).toEqual([text]);
				expect(outcome).toBe(expected);
			}
		}
		const functions = linked.value.map.symbols.filter((symbol) => symbol.kind === 'function');
		expect(functions.map((symbol) => symbol.name).sort()).toEqual([
			'entrypoint',
			'memcpy',
			'memmove',
			'nothing',
			'weigh',
		]);
		expect(new TextDecoder('latin1').decode(linked.value.elf)).not.toContain('never linked');
	});

	it('are refused where they hold a mutable static, by its name', () => {
		const linked = link([fixture('mutable.o')], { syscalls: [], version });
		expect(!linked.ok && linked.error.map(linkErrorText)).toEqual([
			'mutable.o: .bss.calls: writable data: `calls` (a program has no mutable statics; make it const, or keep state on the stack, the heap or in an account)',
		]);
	});

	it('are refused where they were compiled for newer BPF, by function and offset', () => {
		const linked = link([fixture('wrong-cpu.o')], { syscalls: [], version });
		expect(linked.ok).toBe(false);
		if (linked.ok) return;
		expect(linked.error[0]).toMatchObject({ kind: 'WrongCpu', function: 'entrypoint' });
		expect(linkErrorText(linked.error[0]!)).toContain('-mcpu=v2');
	});
});

describe('whatever the bytes are, the answer is a program or a list of errors', () => {
	const link0 = (inputs: readonly LinkInput[], version: 0 | 3): void => {
		const linked = link(inputs, { syscalls: TEST_SYSCALLS, version });
		if (linked.ok) {
			// What links is loaded and verified: this throws where it is not.
			new Program(linked.value.elf, false);
			return;
		}
		expect(linked.error.length).toBeGreaterThan(0);
		for (const error of linked.error) expect(linkErrorText(error)).not.toMatch(/\{\w+\}|\bNaN\b/);
	};

	it.each([0, 1])('input %i cut off anywhere', (which) => {
		const { bytes, name } = INPUTS[which]!;
		for (let length = 0; length < bytes.length; length += 7) {
			const cut = INPUTS.map((input, i) =>
				i === which ? { name, bytes: bytes.subarray(0, length) } : input,
			);
			link0(cut, 0);
		}
	});

	it('some bytes replaced', () => {
		const interesting = fc.constantFrom(0, 1, 2, 3, 8, 0x7f, 0x80, 0xff);
		const change = fc.tuple(fc.nat(), fc.oneof(interesting, fc.nat(255)));
		fc.assert(
			fc.property(
				fc.nat(1),
				fc.array(change, { minLength: 1, maxLength: 8 }),
				fc.constantFrom(0 as const, 3 as const),
				(which, changes, version) => {
					const bytes = INPUTS[which]!.bytes.slice();
					for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
					link0(
						INPUTS.map((input, i) => (i === which ? { name: input.name, bytes } : input)),
						version,
					);
				},
			),
			{ numRuns: 1500 },
		);
	});

	it('fields of the headers replaced by large numbers', () => {
		const { bytes } = INPUTS[0]!;
		const view = new DataView(bytes.buffer, bytes.byteOffset);
		const headers = Number(view.getBigUint64(40, true));
		const values = [0n, 1n, 7n, 0xffffn, 0xffff_ffffn, 1n << 40n, (1n << 63n) - 1n, (1n << 64n) - 1n];
		for (let at = headers; at + 8 <= bytes.length; at += 8) {
			for (const value of values) {
				const copy = bytes.slice();
				new DataView(copy.buffer).setBigUint64(at, value, true);
				link0([{ name: 'x.o', bytes: copy }, INPUTS[1]!], 0);
			}
		}
	});
});
