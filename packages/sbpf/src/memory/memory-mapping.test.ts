import { catchFault, type Result } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config.ts';
import { type EbpfError, ebpfErrorText } from '../errors.ts';
import { MM_INPUT_START, MM_REGION_SIZE, MM_STACK_START } from '../isa/ebpf.ts';
import type { SBPFVersion } from '../program.ts';
import { Arena } from './arena.ts';
import {
	ACCESS_LOAD,
	ACCESS_STORE,
	type AccessType,
	type AccessViolationHandler,
	MemoryMapping,
} from './memory-mapping.ts';
import { MemoryRegion } from './memory-region.ts';

const arena = new Arena();
const R = MM_REGION_SIZE;
const KINDS = [
	{ kind: 'aligned', aligned: true },
	{ kind: 'unaligned', aligned: false },
];

function create(
	regions: MemoryRegion[],
	{ aligned = false, version = 3 as SBPFVersion, handler = null as AccessViolationHandler | null } = {},
): MemoryMapping {
	const config = defaultConfig({ alignedMemoryMapping: aligned });
	const mapping = new MemoryMapping(arena, regions, config, version, handler);
	mapping.initialize();
	return mapping;
}

const readonly = (len: number, vmAddr: number): MemoryRegion =>
	MemoryRegion.newReadonly(arena.alloc(len), len, vmAddr);
const writable = (len: number, vmAddr: number): MemoryRegion =>
	MemoryRegion.newWritable(arena.alloc(len), len, vmAddr);

function tryMap(
	mapping: MemoryMapping,
	access: AccessType,
	vmAddr: number | bigint,
	len: number | bigint,
): Result<number, EbpfError> {
	return catchFault<number, EbpfError>(() => mapping.map(access, BigInt(vmAddr), BigInt(len)));
}

function errorOf(result: Result<unknown, EbpfError>): EbpfError {
	if (result.ok) throw new Error('expected an error');
	return result.error;
}

const textOf = (result: Result<unknown, EbpfError>): string => ebpfErrorText(errorOf(result));

describe('MemoryRegion', () => {
	it('counts gaps into its address range but not into its length', () => {
		const region = MemoryRegion.newGapped(0, 8, R * 2, 2);
		expect(region.vmAddrEnd).toBe(R * 2 + 16);
		expect(region.len).toBe(8);
		expect(region.gapSize).toBe(2);
		expect(MemoryRegion.newWritable(0, 8, R).gapSize).toBe(0);
	});

	it('asks only the first byte of an access whether it lies in a gap, as upstream does', () => {
		const region = MemoryRegion.newGapped(0, 16, 0, 4);
		expect(region.offsetOf(2, 4)).toBe(2);
		expect(region.offsetOf(4, 1)).toBe(-1);
		expect(region.offsetOf(8, 4)).toBe(4);
		expect(region.offsetOf(26, 2)).toBe(14);
		expect(region.offsetOf(26, 3)).toBe(-1);
	});

	it('has gaps of any size', () => {
		for (const gap of [2, 4096, 2 ** 29, 2 ** 30, 2 ** 31, 2 ** 33]) {
			const region = MemoryRegion.newGapped(0, 8 * gap, 16, gap);
			for (const frame of [0, 1, 3, 7]) {
				expect(region.offsetOf(16 + 2 * frame * gap + 1, 1)).toBe(frame * gap + 1);
				expect(region.offsetOf(16 + (2 * frame + 1) * gap, 1)).toBe(-1);
			}
			expect(region.offsetOf(16 + 16 * gap, 1)).toBe(-1);
		}
	});

	it('copies everything, and forgets the pool when it is redirected', () => {
		const region = writable(4, R);
		region.accessViolationHandlerPayload = 7;
		const copy = region.clone();
		copy.redirect(64, 2, false);
		expect(copy).toMatchObject({
			host: 64,
			len: 2,
			writable: false,
			accessViolationHandlerPayload: 7,
			pooled: null,
		});
		expect(region).toMatchObject({ len: 4, writable: true });
	});

	it('refuses gaps that are no power of two and regions that end beyond 2^53', () => {
		expect(() => MemoryRegion.newGapped(0, 8, 0, 3)).toThrow(RangeError);
		expect(() => MemoryRegion.newGapped(0, 8, 0, 1)).toThrow(RangeError);
		expect(() => MemoryRegion.newWritable(0, 8, 2 ** 53)).toThrow(RangeError);
	});
});

describe.each(KINDS)('MemoryMapping, $kind', ({ aligned }) => {
	it('finds nothing without regions', () => {
		const mapping = create([], { aligned });
		expect(mapping.findRegion(R)).toBe(-1);
		expect(errorOf(tryMap(mapping, ACCESS_LOAD, R * 9, 8)).kind).toBe('AccessViolation');
	});

	it('maps every byte of a region and none beyond', () => {
		const region = writable(4, R);
		const mapping = create([region], { aligned });
		for (let i = 0; i < 4; i++) expect(mapping.mapNumber(ACCESS_STORE, R + i, 4 - i)).toBe(region.host + i);
		expect(mapping.mapNumber(ACCESS_LOAD, R + 4, 0)).toBe(region.host + 4);
		for (const [at, len] of [
			[R, 5],
			[R + 4, 1],
			[R - 1, 1],
			[R - 1, 2],
			[R + 5, 0],
		] as const) {
			expect(tryMap(mapping, ACCESS_LOAD, at, len).ok, `${at} ${len}`).toBe(false);
		}
	});

	it('lets no store into a read-only region', () => {
		const region = readonly(2, R);
		const mapping = create([region], { aligned });
		expect(mapping.mapNumber(ACCESS_LOAD, R, 2)).toBe(region.host);
		expect(textOf(tryMap(mapping, ACCESS_STORE, R, 1))).toBe(
			'Access violation writing 1 bytes at address 0x100000000 (in program region)',
		);
	});

	it('maps frames and not the gaps between them', () => {
		const stack = MemoryRegion.newGapped(arena.alloc(8), 8, MM_STACK_START, 2);
		const mapping = create([readonly(8, R), stack], { aligned });
		for (let frame = 0; frame < 4; frame++) {
			const at = MM_STACK_START + frame * 4;
			expect(mapping.mapNumber(ACCESS_STORE, at, 2)).toBe(stack.host + frame * 2);
			expect(mapping.translate(ACCESS_LOAD, 2, frame * 4, 2)).toBe(stack.host + frame * 2);
			expect(tryMap(mapping, ACCESS_LOAD, at + 2, 2).ok).toBe(false);
			expect(mapping.translate(ACCESS_LOAD, 2, frame * 4 + 2, 2)).toBe(-1);
		}
	});

	it('rejects addresses and lengths up to 2^64 exactly', () => {
		const mapping = create([readonly(8, R), writable(8, MM_INPUT_START)], { aligned });
		const top = 2n ** 64n - 1n;
		expect(errorOf(tryMap(mapping, ACCESS_LOAD, top, top))).toEqual({
			kind: 'AccessViolation',
			access: 'Load',
			vmAddr: top,
			len: top,
			region: 'unallocated',
		});
		for (const at of [2n ** 53n + 1n, 2n ** 63n, 2n ** 63n + 1n]) {
			expect(errorOf(tryMap(mapping, ACCESS_STORE, at, 3))).toMatchObject({ vmAddr: at, len: 3n });
			const [hi, lo] = [Number(at >> 32n) | 0, Number(at & 0xffff_ffffn) | 0];
			expect(mapping.translate(ACCESS_STORE, hi, lo, 1)).toBe(-1);
			expect(mapping.violation).toMatchObject({ vmAddr: at, len: 1n });
		}
		expect(tryMap(mapping, ACCESS_LOAD, MM_INPUT_START, 2n ** 64n - 1n).ok).toBe(false);
		expect(tryMap(mapping, ACCESS_LOAD, MM_INPUT_START + 4, 2n ** 53n).ok).toBe(false);
	});

	it('asks the handler before it fails, and takes the region it leaves', () => {
		const original = readonly(2, R);
		original.accessViolationHandlerPayload = 42;
		const other = arena.alloc(16);
		const calls: unknown[] = [];
		const mapping = create([original, readonly(4, R * 2)], {
			aligned,
			handler: (region, maxLen, access, vmAddr, len) => {
				calls.push([region.accessViolationHandlerPayload, maxLen, access, vmAddr, len]);
				region.redirect(other, 16, true);
			},
		});
		expect(mapping.mapWithAccessViolationHandler(ACCESS_LOAD, BigInt(R), 2n)).toBe(original.host);
		expect(calls).toEqual([]);
		expect(tryMap(mapping, ACCESS_STORE, R, 1).ok).toBe(false);
		expect(calls).toEqual([]);
		expect(mapping.mapWithAccessViolationHandler(ACCESS_STORE, BigInt(R) + 8n, 2n)).toBe(other + 8);
		expect(calls).toEqual([[42, R, ACCESS_STORE, R + 8, 2]]);
		expect(mapping.mapNumber(ACCESS_STORE, R + 14, 2)).toBe(other + 14);
		expect(original.writable).toBe(false);
	});

	it('leaves the region as it was where the handler does not help', () => {
		const original = readonly(2, R);
		const mapping = create([original], {
			aligned,
			handler: (region) => region.redirect(region.host, 4, false),
		});
		const index = mapping.findRegion(R);
		expect(mapping.translate(ACCESS_STORE, 1, 0, 1)).toBe(-1);
		expect(mapping.violation).toMatchObject({ kind: 'AccessViolation', access: 'Store' });
		expect(mapping.regions[index]!.len).toBe(2);
		// The same handler does help a load.
		expect(mapping.translate(ACCESS_LOAD, 1, 2, 2)).toBe(original.host + 2);
		expect(mapping.regions[index]!.len).toBe(4);
	});

	it('gives InvalidMemoryRegion where the handler grows a region into the next', () => {
		const mapping = create([readonly(2, R), readonly(4, aligned ? R * 2 : R + 8)], {
			aligned,
			handler: (region) => region.redirect(0, aligned ? R + 1 : 9, true),
		});
		const index = mapping.findRegion(R);
		const result = catchFault<number, EbpfError>(() =>
			mapping.mapWithAccessViolationHandler(ACCESS_STORE, BigInt(R), 1n),
		);
		expect(errorOf(result)).toEqual({ kind: 'InvalidMemoryRegion', index });
		expect(mapping.translate(ACCESS_STORE, 1, 0, 1)).toBe(-1);
		expect(mapping.violation).toEqual({ kind: 'InvalidMemoryRegion', index });
	});

	it('closes its windows when a region changes', () => {
		const mapping = create([writable(8, R)], { aligned });
		const index = mapping.findRegion(R);
		const windowLength = (): number => mapping.windows[4 + 1]!;
		mapping.translate(ACCESS_LOAD, 1, 0, 1);
		expect(windowLength()).toBe(8);
		const next = writable(4, R);
		mapping.replaceRegion(index, next);
		expect(windowLength()).toBe(0);
		expect(mapping.mapNumber(ACCESS_LOAD, R, 4)).toBe(next.host);
		mapping.translate(ACCESS_LOAD, 1, 0, 1);
		expect(windowLength()).toBe(4);
		mapping.regionsMut();
		expect(windowLength()).toBe(0);
		expect(() => mapping.mapNumber(ACCESS_LOAD, R, 1)).toThrow(TypeError);
		mapping.initialize();
		expect(mapping.mapNumber(ACCESS_LOAD, R, 1)).toBe(next.host);
	});

	it('agrees with a search through all regions on any address', () => {
		const layout = fc.array(
			fc.record({ len: fc.integer({ min: 0, max: 40 }), skip: fc.nat(20), writable: fc.boolean() }),
			{
				minLength: 1,
				maxLength: 12,
			},
		);
		const probes = fc.array(
			fc.tuple(fc.constantFrom<AccessType>(0, 1), fc.nat(600), fc.constantFrom(1, 2, 4, 8)),
			{
				minLength: 1,
				maxLength: 30,
			},
		);
		fc.assert(
			fc.property(layout, probes, (pieces, accesses) => {
				const regions: MemoryRegion[] = [];
				let at = MM_INPUT_START;
				for (const [i, piece] of pieces.entries()) {
					if (aligned) at = (i + 1) * R;
					const make = piece.writable ? MemoryRegion.newWritable : MemoryRegion.newReadonly;
					regions.push(make(1024 * i, piece.len, at));
					// Two regions at one address are in order only if the empty one was given first.
					at += Math.max(1, piece.len + piece.skip);
				}
				const mapping = create(regions.slice().reverse(), { aligned });
				for (const [access, distance, size] of accesses) {
					const vmAddr = aligned
						? ((distance % 12) + 1) * R + (distance % 50)
						: MM_INPUT_START - 10 + distance;
					const region = regions.find(
						(r) => vmAddr >= r.vmAddr && vmAddr + size <= r.vmAddr + r.len && (r.writable || access === 0),
					);
					const expected = region === undefined ? -1 : region.host + vmAddr - region.vmAddr;
					// Twice: the second time through whatever the first left in caches and windows.
					for (let i = 0; i < 2; i++) {
						expect(mapping.translate(access, Math.floor(vmAddr / R), vmAddr | 0, size)).toBe(expected);
						const result = tryMap(mapping, access, vmAddr, size);
						expect(result.ok ? result.value : -1).toBe(expected);
					}
				}
			}),
			{ numRuns: 300 },
		);
	});
});

describe('MemoryMapping.release', () => {
	it('hands closed windows on, and leaves a mapping that finds nothing', () => {
		const first = create([readonly(16, R)]);
		expect(first.translate(ACCESS_LOAD, 1, 0, 8)).toBeGreaterThan(0);
		const { windows } = first;
		expect(windows.some((word) => word !== 0)).toBe(true);
		first.release();
		first.release();
		expect(windows.every((word) => word === 0)).toBe(true);
		expect(() => first.map(ACCESS_LOAD, BigInt(R), 8n)).toThrow(TypeError);
		expect(() => first.translate(ACCESS_LOAD, 1, 0, 8)).toThrow(TypeError);
		const second = create([readonly(16, R)]);
		const third = create([readonly(16, R)]);
		expect([second.windows === windows, third.windows === windows]).toEqual([true, false]);
		expect(first.windows).not.toBe(windows);
	});
});

describe('MemoryMapping, the kind', () => {
	it('is aligned from V4 on, whatever the configuration says', () => {
		expect(create([], { version: 4 }).isAligned).toBe(true);
		expect(create([], { version: 3 }).isAligned).toBe(false);
		expect(create([], { version: 0, aligned: true }).isAligned).toBe(true);
	});

	it('unaligned: refuses regions that overlap, and takes those that touch', () => {
		const overlapping = [writable(4, R), writable(2, R + 3)];
		expect(errorOf(catchFault(() => create(overlapping)))).toEqual({ kind: 'InvalidMemoryRegion', index: 1 });
		const touching = create([writable(4, R), writable(2, R + 4)]);
		expect(touching.findRegion(R + 3)).toBe(0);
		expect(touching.findRegion(R + 4)).toBe(1);
		expect(touching.findRegion(R + 99)).toBe(1);
		expect(touching.findRegion(R - 1)).toBe(-1);
		expect(tryMap(touching, ACCESS_LOAD, R + 3, 2).ok).toBe(false);
	});

	it('aligned: fills the slots between with empty regions', () => {
		const mapping = create([writable(4, R), writable(4, R * 3)], { aligned: true });
		expect(mapping.regions.map(({ vmAddr, len }) => [vmAddr, len])).toEqual([
			[0, 0],
			[R, 4],
			[R * 2, 0],
			[R * 3, 4],
		]);
		expect(mapping.findRegion(R - 1)).toBe(0);
		expect(mapping.findRegion(R * 3 + 99)).toBe(3);
		expect(mapping.findRegion(R * 4)).toBe(-1);
	});

	it('aligned: refuses two regions in one slot', () => {
		const regions = [writable(4, R), writable(4, R + 64)];
		expect(errorOf(catchFault(() => create(regions, { aligned: true })))).toEqual({
			kind: 'InvalidMemoryRegion',
			index: 1,
		});
	});

	it('aligned: does not map what lies before a region that begins inside its slot', () => {
		const region = readonly(8, R + 64);
		const mapping = create([region], { aligned: true });
		expect(tryMap(mapping, ACCESS_LOAD, R + 60, 8).ok).toBe(false);
		expect(mapping.translate(ACCESS_LOAD, 1, 60, 8)).toBe(-1);
		expect(mapping.mapNumber(ACCESS_LOAD, R + 64, 8)).toBe(region.host);
	});

	it('replaces a region only by one that begins at the same address and fits its place', () => {
		const unaligned = create([writable(1, R), writable(2, R + 1)]);
		const bad = (mapping: MemoryMapping, index: number, region: MemoryRegion): void => {
			const result = catchFault<void, EbpfError>(() => mapping.replaceRegion(index, region));
			expect(errorOf(result)).toEqual({ kind: 'InvalidMemoryRegion', index });
		};
		bad(unaligned, 2, writable(1, R + 1));
		bad(unaligned, 1, writable(1, R + 2));
		bad(unaligned, 0, writable(2, R));
		unaligned.replaceRegion(1, writable(100, R + 1));
		expect(unaligned.mapNumber(ACCESS_LOAD, R + 50, 51)).toBeGreaterThan(0);

		const aligned = create([writable(1, R), writable(2, R * 2)], { aligned: true });
		bad(aligned, 3, writable(2, R * 2));
		bad(aligned, 2, writable(2, R * 3));
		bad(aligned, 2, MemoryRegion.newReadonly(0, R + 1, R * 2));
		aligned.replaceRegion(2, writable(9, R * 2));
	});

	it('identity: takes addresses as arena offsets, inside the arena', () => {
		const config = defaultConfig({ enableAddressTranslation: false });
		const mapping = new MemoryMapping(arena, [], config, 0);
		mapping.initialize();
		const host = arena.alloc(8);
		expect(mapping.mapNumber(ACCESS_STORE, host, 8)).toBe(host);
		expect(mapping.translate(ACCESS_STORE, 0, host, 8)).toBe(host);
		expect(tryMap(mapping, ACCESS_LOAD, arena.byteLength - 1, 2).ok).toBe(false);
		expect(mapping.translate(ACCESS_LOAD, 0, arena.byteLength - 1, 2)).toBe(-1);
		expect(mapping.translate(ACCESS_LOAD, 1, 0, 1)).toBe(-1);
	});
});

describe('access violations', () => {
	const mapping = (version: SBPFVersion): MemoryMapping =>
		create(
			[readonly(8, R), writable(8, R * 2), writable(8, R * 3), writable(8, R * 4), writable(8, R * 16)],
			{ version },
		);
	const violation = (version: SBPFVersion, vmAddr: bigint): string =>
		ebpfErrorText(mapping(version).accessViolation(ACCESS_STORE, vmAddr, 9n));

	it('name the region the address lies in', () => {
		const name = (vmAddr: number): string => violation(1, BigInt(vmAddr));
		expect(name(R)).toBe('Access violation writing 9 bytes at address 0x100000000 (in program region)');
		expect(name(R * 2)).toBe('Access violation writing 9 bytes at address 0x200000000 (in stack region)');
		expect(name(R * 3 + 7)).toBe('Access violation writing 9 bytes at address 0x300000007 (in heap region)');
		expect(name(R * 4)).toBe('Access violation writing 9 bytes at address 0x400000000 (in input region)');
		expect(name(R * 16)).toBe(
			'Access violation writing 9 bytes at address 0x1000000000 (in allocated region)',
		);
		expect(name(R * 4 + 8)).toBe(
			'Access violation writing 9 bytes at address 0x400000008 (in unallocated region)',
		);
		expect(name(0)).toBe('Access violation writing 9 bytes at address 0x0 (in unallocated region)');
	});

	it('near the stack name the frame, counted towards zero, for programs with fixed frames', () => {
		const frames: readonly (readonly [number, number | null])[] = [
			[R * 2, 0],
			[R * 2 + 4095, 0],
			[R * 2 + 4096, 1],
			[R * 2 - 1, 0],
			[R * 2 - 4095, 0],
			[R * 2 - 4096, -1],
			[R * 2 - 8191, -1],
			[R * 2 - 8192, null],
			[R * 2 + 65 * 4096 - 1, 64],
			[R * 2 + 65 * 4096, null],
		];
		for (const [vmAddr, frame] of frames) {
			for (const version of [0, 3, 4] as const) {
				const error = mapping(version).accessViolation(ACCESS_LOAD, BigInt(vmAddr), 1n);
				const expected =
					frame === null ? { kind: 'AccessViolation' } : { kind: 'StackAccessViolation', frame };
				expect(error, vmAddr.toString(16)).toMatchObject(expected);
			}
			for (const version of [1, 2] as const) {
				expect(mapping(version).accessViolation(ACCESS_LOAD, BigInt(vmAddr), 1n).kind).toBe(
					'AccessViolation',
				);
			}
		}
		expect(violation(0, BigInt(R * 2 + 4096))).toBe(
			'Access violation in stack frame 1 at address 0x200001000 of size 9',
		);
	});

	it('take addresses from 2^63 on as negative', () => {
		for (const vmAddr of [2n ** 63n, 2n ** 63n + 1n, 2n ** 64n - 1n]) {
			expect(mapping(0).accessViolation(ACCESS_LOAD, vmAddr, 1n)).toMatchObject({
				kind: 'AccessViolation',
				region: 'unallocated',
			});
		}
	});
});
