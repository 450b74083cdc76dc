import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothEngines, type Program, TEST_SYSCALLS } from '../../test/machine.ts';
import { buildObject, code, slot } from '../../test/object-builder.ts';
import { linkErrorText } from '../linker/errors.ts';
import { link } from '../linker/link.ts';
import { RUNTIME_FUNCTIONS } from './sources.ts';

const VERSIONS = [0, 3] as const;

/** A program that calls `name` with r1 = input and four words behind the first two, and leaves r0 in the third. */
function caller(name: string, version: 0 | 3): readonly [Program, Program] {
	const source = `
		mov64 r6, r1
		ldxdw r2, [r6+16]
		ldxdw r3, [r6+24]
		ldxdw r4, [r6+32]
		ldxdw r5, [r6+40]
		call -1
		stxdw [r6+48], r0
		mov64 r0, 0
		exit`;
	const object = buildObject({
		sections: [{ name: '.text', bytes: code(source), relocations: [[slot(5), 10, name]] }],
		symbols: [{ name: 'entrypoint', section: '.text' }, { name }],
	});
	const linked = link([{ name: 'caller.o', bytes: object }], { syscalls: TEST_SYSCALLS, version });
	if (!linked.ok) throw new Error(linked.error.map(linkErrorText).join('\n'));
	return bothEngines(linked.value.elf);
}

/** The words of the input after the call; both engines must agree. */
function words(programs: readonly [Program, Program], args: readonly bigint[]): BigUint64Array | string {
	const input = new Uint8Array(56);
	new BigUint64Array(input.buffer).set(
		args.map((word) => BigInt.asUintN(64, word)),
		2,
	);
	const [interpreted, compiled] = programs.map((program) => program.run(input));
	expect(compiled).toEqual(interpreted);
	if (interpreted!.outcome !== 0n) return String(interpreted!.outcome);
	return new BigUint64Array(interpreted!.input.slice().buffer);
}

const low = (value: bigint): bigint => BigInt.asUintN(64, value);
const high = (value: bigint): bigint => BigInt.asUintN(64, value >> 64n);
const u128 = (value: bigint): bigint => BigInt.asUintN(128, value);
const i128 = (value: bigint): bigint => BigInt.asIntN(128, value);

/** Values of every length, near powers of two, with few and with many bits. */
const word128 = fc.oneof(
	fc.bigInt(0n, (1n << 128n) - 1n),
	fc
		.tuple(fc.integer({ min: 0, max: 127 }), fc.integer({ min: -3, max: 3 }))
		.map(([bit, off]) => u128((1n << BigInt(bit)) + BigInt(off))),
	fc.bigInt(0n, (1n << 64n) - 1n),
	fc
		.tuple(fc.bigInt(0n, (1n << 128n) - 1n), fc.integer({ min: 0, max: 127 }))
		.map(([value, by]) => value >> BigInt(by)),
);

const BINARY: readonly (readonly [name: string, expected: (a: bigint, b: bigint) => bigint])[] = [
	['__multi3', (a, b) => a * b],
	['__udivti3', (a, b) => a / b],
	['__umodti3', (a, b) => a % b],
	['__divti3', (a, b) => i128(a) / i128(b)],
	['__modti3', (a, b) => i128(a) % i128(b)],
];

describe.each(VERSIONS)('the runtime library, V%i', (version) => {
	it.each(BINARY)('%s agrees with exact arithmetic', (name, expected) => {
		const programs = caller(name, version);
		fc.assert(
			fc.property(word128, word128, (a, b) => {
				fc.pre(b !== 0n || name === '__multi3');
				const after = words(programs, [low(a), high(a), low(b), high(b)]) as BigUint64Array;
				expect((after[1]! << 64n) | after[0]!).toBe(u128(expected(a, b)));
			}),
			{ numRuns: 200 },
		);
	});

	it.each(BINARY.slice(1))("%s ends in the machine's own error at a division by zero", (name) => {
		expect(words(caller(name, version), [5n, 7n, 0n, 0n])).toContain('DivideByZero');
	});

	it.each([
		['__ashlti3', (a: bigint, n: bigint) => a << n],
		['__lshrti3', (a: bigint, n: bigint) => a >> n],
		['__ashrti3', (a: bigint, n: bigint) => i128(a) >> n],
	] as const)('%s agrees for every distance', (name, expected) => {
		const programs = caller(name, version);
		for (const a of [1n, (1n << 127n) | 1n, 0x0123456789abcdef_fedcba9876543210n, (1n << 128n) - 1n]) {
			for (let n = 0n; n < 128n; n++) {
				const after = words(programs, [low(a), high(a), n]) as BigUint64Array;
				expect((after[1]! << 64n) | after[0]!, `${a} by ${n}`).toBe(u128(expected(a, n)));
			}
		}
	});
});

/** A program that hands the first words of the input to `name` as they are, addresses relative to the input. */
function direct(name: string, version: 0 | 3, addresses: number): readonly [Program, Program] {
	const relative = [1, 2].slice(0, addresses).map((i) => `add64 r${i}, r6`);
	const body = [
		'mov64 r6, r1',
		'ldxdw r1, [r6+0]',
		'ldxdw r2, [r6+8]',
		'ldxdw r3, [r6+16]',
		...relative,
		'call -1',
	];
	const source = [...body, 'stxdw [r6+24], r0', 'mov64 r0, 0', 'exit'].join('\n');
	const object = buildObject({
		sections: [{ name: '.text', bytes: code(source), relocations: [[slot(body.length - 1), 10, name]] }],
		symbols: [{ name: 'entrypoint', section: '.text' }, { name }],
	});
	const linked = link([{ name: 'caller.o', bytes: object }], { syscalls: TEST_SYSCALLS, version });
	if (!linked.ok) throw new Error(linked.error.map(linkErrorText).join('\n'));
	return bothEngines(linked.value.elf);
}

/** Runs `programs` over an input of three words and `memory` behind 32 bytes; gives r0 and the memory. */
function runOver(
	programs: readonly [Program, Program],
	args: readonly bigint[],
	memory: Uint8Array,
): { readonly r0: bigint; readonly memory: Uint8Array } {
	const input = new Uint8Array(32 + memory.length);
	const view = new DataView(input.buffer);
	for (const [i, word] of args.entries()) view.setBigUint64(i * 8, BigInt.asUintN(64, word), true);
	input.set(memory, 32);
	const [interpreted, compiled] = programs.map((program) => program.run(input));
	expect(compiled).toEqual(interpreted);
	expect(interpreted!.outcome).toBe(0n);
	const after = interpreted!.input;
	return { r0: new DataView(after.buffer).getBigInt64(24, true), memory: after.slice(32) };
}

describe.each(VERSIONS)('signed division, V%i', (version) => {
	it.each([
		['__divdi3', (a: bigint, b: bigint) => a / b],
		['__moddi3', (a: bigint, b: bigint) => a % b],
	] as const)('%s rounds towards zero', (name, expected) => {
		const programs = direct(name, version, 0);
		const i64 = fc.oneof(fc.bigInt(-(1n << 63n), (1n << 63n) - 1n), fc.bigInt(-9n, 9n));
		fc.assert(
			fc.property(i64, i64, (a, b) => {
				fc.pre(b !== 0n);
				expect(runOver(programs, [a, b], new Uint8Array(0)).r0).toBe(BigInt.asIntN(64, expected(a, b)));
			}),
		);
	});
});

describe.each(VERSIONS)('memory functions, V%i', (version) => {
	const start = Uint8Array.from({ length: 64 }, (_, i) => i * 7);

	it.each(['memcpy', 'memmove'])('%s copies, overlapping or not, and answers the destination', (name) => {
		const programs = direct(name, version, 2);
		for (const [to, from, length] of [
			[0, 32, 16],
			[4, 0, 40],
			[0, 4, 40],
			[8, 8, 8],
			[0, 0, 0],
		] as const) {
			const { r0, memory } = runOver(programs, [32n + BigInt(to), 32n + BigInt(from), BigInt(length)], start);
			const expected = start.slice().copyWithin(to, from, from + length);
			expect(memory).toEqual(expected);
			expect(r0 & 0xffffffffn).toBe(32n + BigInt(to));
		}
	});

	it('memset fills', () => {
		const { memory } = runOver(direct('memset', version, 1), [40n, 0x1abn, 20n], start);
		expect(memory).toEqual(start.slice().fill(0xab, 8, 28));
	});

	it.each(['memcmp', 'bcmp'])('%s answers the difference with its sign', (name) => {
		const programs = direct(name, version, 2);
		const memory = Uint8Array.of(1, 2, 200, 4, 1, 2, 3, 4);
		expect(runOver(programs, [32n, 36n, 2n], memory).r0).toBe(0n);
		expect(runOver(programs, [32n, 36n, 4n], memory).r0).toBe(197n);
		expect(runOver(programs, [36n, 32n, 4n], memory).r0).toBe(-197n);
	});
});

describe.each(VERSIONS)('what C++ calls, V%i', (version) => {
	it('a function that its class left out aborts', () => {
		const [interpreted, compiled] = caller('__cxa_pure_virtual', version).map((program) =>
			program.run(new Uint8Array(56)),
		);
		expect(interpreted?.log).toEqual(['abort']);
		expect(compiled).toEqual(interpreted);
	});

	it.each(['_ZdlPv', '_ZdlPvm'])('%s does nothing', (name) => {
		expect(runOver(direct(name, version, 1), [32n, 8n], Uint8Array.of(1, 2, 3)).memory).toEqual(
			Uint8Array.of(1, 2, 3),
		);
	});
});

it('every function of the library is called by a test above', () => {
	const tested = new Set([
		...BINARY.map(([name]) => name),
		...['__ashlti3', '__lshrti3', '__ashrti3', '__divdi3', '__moddi3', 'memcpy', 'memset', 'memcmp'],
		...['__cxa_pure_virtual', '_ZdlPv'],
		// Called by the division.
		...['__udivdi128', '__udivmodti4'],
	]);
	expect(RUNTIME_FUNCTIONS.map((fn) => fn.names[0]).filter((name) => !tested.has(name ?? ''))).toEqual([]);
});
