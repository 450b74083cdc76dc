/** Bytes nobody's linker wrote: the loader answers with a value, soon, and without large buffers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	type BuiltElf,
	buildLenientElf,
	buildStrictElf,
	CALL_IMM,
	EXIT,
	FUNC,
	LDDW,
	NOTYPE,
	R_BPF_64_32,
	R_BPF_64_RELATIVE,
	type RelocationSpec,
} from '../../test/elf-builder.ts';
import { type Config, defaultConfig } from '../config.ts';
import { elfErrorText } from '../errors.ts';
import { Executable } from '../executable.ts';
import { BuiltinProgram, type ContextObject } from '../program.ts';

const CONFIGS: readonly Partial<Config>[] = [
	{},
	{ optimizeRodata: false },
	{ rejectBrokenElfs: true },
	{ enableSymbolAndSectionLabels: true },
];
const LOADERS = CONFIGS.map((config) => BuiltinProgram.newLoader<ContextObject>(defaultConfig(config)));

const SEEDS: readonly Uint8Array[] = [
	buildLenientElf({
		text: [...LDDW(1, 0x100), ...CALL_IMM(1), ...EXIT, ...CALL_IMM(-1), ...EXIT],
		sections: [
			{ name: '.rodata', data: [...new Uint8Array(32)] },
			{ name: '.bss', data: [], type: 8 },
		],
		dynamicSymbols: [
			{ name: 'local', value: 24, info: FUNC },
			{ name: 'sol_log_', value: 0n, info: NOTYPE },
		],
		relocations: [
			{ offset: 0, type: R_BPF_64_RELATIVE },
			{ offset: 0, section: '.rodata', type: R_BPF_64_RELATIVE },
			{ offset: 32, type: R_BPF_64_32, symbol: 2 },
			{ offset: 32, type: R_BPF_64_32, symbol: 1 },
		],
		symbols: [{ name: 'label', value: 16, info: FUNC }],
	}).bytes,
	buildLenientElf({ text: [...CALL_IMM(0), ...EXIT], noDynamicSegment: true }).bytes,
	buildStrictElf({
		rodata: [...new Uint8Array(16)],
		text: [...CALL_IMM(0, 1), ...EXIT],
		symbols: [{ name: 'label', value: 8, info: FUNC }],
	}).bytes,
];

/** Loads under every setting; whatever comes back is an executable that is sound, or an error with a text. */
function loadEverywhere(bytes: Uint8Array): void {
	for (const loader of LOADERS) {
		const result = Executable.load(bytes, loader);
		if (!result.ok) {
			expect(elfErrorText(result.error).length).toBeGreaterThan(0);
			continue;
		}
		const { textBytes, roSection, entryPc, textSectionVaddr } = result.value;
		expect(textBytes.length).toBeLessThanOrEqual(bytes.length);
		expect(roSection.bytes.length).toBeLessThanOrEqual(bytes.length);
		expect(Number.isSafeInteger(entryPc) && Number.isSafeInteger(textSectionVaddr)).toBe(true);
		result.value.verify();
	}
}

const interestingValue = fc.oneof(
	fc.constantFrom(
		...[0n, 1n, 7n, 8n, 16n, 24n, 64n, 176n, 1n << 32n, (1n << 32n) - 8n, (1n << 53n) + 1n, 1n << 63n],
		...[0xffff_ffffn, 0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_fff8n],
	),
	fc.bigInt({ min: 0n, max: 1024n }),
);
const mutation = fc.record({
	at: fc.nat(2047),
	width: fc.constantFrom(1, 2, 4, 8),
	value: interestingValue,
});

describe('the loader', () => {
	test('returns a value for mutated files', () => {
		fc.assert(
			fc.property(
				fc.nat(SEEDS.length - 1),
				fc.array(mutation, { minLength: 1, maxLength: 5 }),
				(seed, mutations) => {
					const bytes = SEEDS[seed]!.slice();
					for (const { at, width, value } of mutations) {
						const start = Math.floor((at % bytes.length) / width) * width;
						for (let i = 0; i < width && start + i < bytes.length; i++) {
							bytes[start + i] = Number((value >> BigInt(8 * i)) & 0xffn);
						}
					}
					loadEverywhere(bytes);
				},
			),
			{ numRuns: 3000 },
		);
	});

	test('returns a value for truncated and for random files', () => {
		for (const seed of SEEDS) {
			for (let length = 0; length < seed.length; length++) loadEverywhere(seed.subarray(0, length));
		}
		fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), loadEverywhere));
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
				loadEverywhere(Uint8Array.from([...SEEDS[0]!.subarray(0, 64), ...tail]));
			}),
		);
	});

	test('reads a file that starts in the middle of a buffer', () => {
		for (const seed of SEEDS) {
			const buffer = new Uint8Array(seed.length + 3);
			buffer.set(seed, 3);
			const shifted = Executable.load(buffer.subarray(3), LOADERS[0]!);
			const plain = Executable.load(seed, LOADERS[0]!);
			expect(shifted.ok).toBe(plain.ok);
			if (shifted.ok && plain.ok) expect(shifted.value.textBytes).toEqual(plain.value.textBytes);
		}
	});
});

// Quadratic work on any of these takes minutes, which is longer than the runner lets a test run.
describe('tables of full length load', () => {
	const outcome = (bytes: Uint8Array): string => {
		const result = Executable.load(bytes, LOADERS[3]!);
		return result.ok ? 'ok' : elfErrorText(result.error);
	};

	test('65,534 sections', () => {
		const seed = buildLenientElf();
		const headers = Number(seed.view.getBigUint64(40, true));
		const count = seed.view.getUint16(60, true);
		const bytes = new Uint8Array(headers + 65_535 * 64);
		bytes.set(seed.bytes);
		const view = new DataView(bytes.buffer);
		view.setUint16(60, 65_535, true);
		// Every further one is called `.dynamic` and has no bytes.
		for (let i = count; i < 65_535; i++) {
			const at = headers + i * 64;
			view.setUint32(at, view.getUint32(seed.headerOf.get('.dynamic')!, true), true);
			view.setUint32(at + 4, 8, true);
		}
		expect(outcome(bytes)).toBe('ok');
	});

	test('100,000 relocations of as many names', () => {
		const count = 100_000;
		const relocations: RelocationSpec[] = [];
		for (let i = 0; i < count; i++) relocations.push({ offset: 0, type: R_BPF_64_32, symbol: i + 1 });
		const dynamicSymbols = relocations.map((_, i) => ({ name: `s${i}`, value: 0n, info: NOTYPE }));
		const elf = buildLenientElf({ text: [...CALL_IMM(-1), ...EXIT], relocations, dynamicSymbols });
		expect(outcome(elf.bytes)).toBe('ok');
	});

	test('100,000 functions', () => {
		const text: number[] = [];
		const symbols: { name: string; value: number; info: number }[] = [];
		for (let i = 0; i < 100_000; i++) {
			for (const byte of CALL_IMM(99_999 - 2 * i)) text.push(byte);
			symbols.push({ name: 'f', value: i * 8, info: FUNC });
		}
		for (const byte of EXIT) text.push(byte);
		expect(outcome(buildLenientElf({ text, symbols }).bytes)).toBe('ok');
	});
});

test('sizes in headers reserve no memory', () => {
	const elf = (): BuiltElf => buildLenientElf({ sections: [{ name: '.rodata', data: EXIT }] });
	const before = process.memoryUsage();
	for (const size of [1n << 31n, 1n << 32n, 1n << 40n, (1n << 64n) - 1n]) {
		for (const field of ['addr', 'offset', 'size'] as const) {
			const broken = elf();
			loadEverywhere(broken.u64(broken.header('.rodata', field), size).bytes);
		}
	}
	const after = process.memoryUsage();
	expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1 << 24);
});
