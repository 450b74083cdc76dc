/** Merging read-only sections, on section headers alone. */
import { describe, expect, test } from 'vitest';
import { type Config, defaultConfig } from '../config.ts';
import { MM_REGION_SIZE } from '../isa/ebpf.ts';
import type { NamedSection } from './elf64.ts';
import { Elf64Shdr } from './headers.ts';
import { parseRoSections, type RoSection } from './ro-sections.ts';

const FILE = Uint8Array.from({ length: 512 }, (_, i) => i);

/** A section of `size` bytes at an address, at the same offset in the file unless another is given. */
function section(name: string, addr: number, size: number, offset = addr): NamedSection {
	const view = new DataView(new ArrayBuffer(64));
	view.setUint32(4, 1, true);
	view.setBigUint64(16, BigInt(addr), true);
	view.setBigUint64(24, BigInt(offset), true);
	view.setBigUint64(32, BigInt(size), true);
	return { name, header: new Elf64Shdr(view, 0) };
}

const merge = (sections: readonly NamedSection[], config: Partial<Config> = {}): RoSection =>
	parseRoSections(defaultConfig(config), sections, FILE);
const shape = ({ vmAddr, bytes, owned }: RoSection): unknown => [
	vmAddr - MM_REGION_SIZE,
	bytes.length,
	owned,
];
const OUT_OF_BOUNDS = expect.objectContaining({ error: { kind: 'ValueOutOfBounds' } });

describe('read-only sections', () => {
	test('in one piece are borrowed, holes between them included', () => {
		const sections = [
			section('.dynsym', 0, 10),
			section('.text', 20, 10),
			section('.rodata', 40, 10),
			section('.dynamic', 50, 10),
		];
		const merged = merge(sections);
		expect(shape(merged)).toEqual([20, 30, false]);
		expect([...merged.bytes]).toEqual([...FILE.subarray(20, 50)]);
		expect(merged.bytes.buffer).toBe(FILE.buffer);
	});

	test('with another between them are copied, that one zeroed', () => {
		const merged = merge([section('.text', 10, 10), section('.dynamic', 20, 10), section('.rodata', 30, 10)]);
		expect(shape(merged)).toEqual([10, 30, true]);
		expect([...merged.bytes]).toEqual([
			...FILE.subarray(10, 20),
			...new Uint8Array(10),
			...FILE.subarray(30, 40),
		]);
	});

	test('that are displaced are copied to their address', () => {
		const merged = merge([section('.text', 10, 10), section('.rodata', 20, 10, 30)]);
		expect(shape(merged)).toEqual([10, 20, true]);
		expect([...merged.bytes.subarray(10)]).toEqual([...FILE.subarray(30, 40)]);
	});

	test('above 2^32 stay at their address', () => {
		expect(shape(merge([section('.rodata', MM_REGION_SIZE, 10, 30)]))).toEqual([0, 10, true]);
	});

	test('are copied from address 0 on without optimisation', () => {
		const merged = merge([section('.text', 10, 10), section('.rodata', 20, 10)], { optimizeRodata: false });
		expect(shape(merged)).toEqual([0, 30, true]);
		expect([...merged.bytes.subarray(0, 10)]).toEqual([...new Uint8Array(10)]);
	});

	test('where broken files are refused: displaced or overlapping', () => {
		const strict = { rejectBrokenElfs: true };
		expect(shape(merge([section('.text', 10, 10)], strict))).toEqual([10, 10, false]);
		expect(() => merge([section('.text', 10, 10, 0)], strict)).toThrow(OUT_OF_BOUNDS);
		const overlapping = [section('.text', 10, 10), section('.rodata', 15, 10)];
		expect(shape(merge(overlapping))).toEqual([10, 15, false]);
		expect(() => merge(overlapping, strict)).toThrow(OUT_OF_BOUNDS);
	});

	test('are refused past the file, above the region, or spread wider than the file', () => {
		expect(() => merge([section('.text', 510, 10)])).toThrow(OUT_OF_BOUNDS);
		expect(() => merge([section('.text', MM_REGION_SIZE + 1, 10, 0)])).toThrow(OUT_OF_BOUNDS);
		expect(() => merge([section('.text', 0, 10), section('.rodata', 600, 10, 10)])).toThrow(OUT_OF_BOUNDS);
	});
});
