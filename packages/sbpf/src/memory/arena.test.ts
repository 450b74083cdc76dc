import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARENA_ALIGN, Arena } from './arena.ts';

describe('Arena', () => {
	it('hands out aligned, zeroed, disjoint blocks whatever is freed in between', () => {
		const step = fc.oneof(
			fc.record({ kind: fc.constant('alloc' as const), size: fc.integer({ min: 0, max: 70_000 }) }),
			fc.record({ kind: fc.constant('free' as const), index: fc.nat() }),
		);
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, isSmall) => {
				// A small one has to gather what is free, a used one to clear it.
				const arena = isSmall ? new Arena(1) : arenaForProperty();
				const held: { offset: number; size: number; mark: number }[] = [];
				let mark = 0;
				for (const action of steps) {
					if (action.kind === 'free') {
						const [block] = held.splice(action.index % Math.max(1, held.length), 1);
						if (block !== undefined) arena.free(block.offset);
						continue;
					}
					const { size } = action;
					const offset = arena.alloc(size);
					expect(offset % ARENA_ALIGN).toBe(0);
					expect(offset).toBeGreaterThan(0);
					expect(arena.u8.subarray(offset, offset + size).every((byte) => byte === 0)).toBe(true);
					mark = (mark % 255) + 1;
					arena.u8.fill(mark, offset, offset + size);
					held.push({ offset, size, mark });
				}
				for (const { offset, size, mark: expected } of held) {
					expect(arena.u8.subarray(offset, offset + size).every((byte) => byte === expected)).toBe(true);
				}
				expect(arena.usedBytes).toBe(held.reduce((sum, { size }) => sum + size, 0));
				for (const { offset } of held) arena.free(offset);
				expect(arena.usedBytes).toBe(0);
			}),
			{ numRuns: 100 },
		);
	});

	it('answers the same calls with the same offsets', () => {
		const run = (arena: Arena): number[] => {
			const a = arena.alloc(100);
			const b = arena.alloc(5000);
			arena.free(a);
			const c = arena.alloc(90);
			arena.free(b);
			return [a, b, c, arena.alloc(4990), arena.alloc(1)];
		};
		expect(run(new Arena(1))).toEqual(run(new Arena(1)));
	});

	it('uses freed memory again', () => {
		const arena = new Arena(1);
		const first = arena.alloc(30_000);
		for (let i = 0; i < 100; i++) {
			arena.free(first);
			expect(arena.alloc(30_000)).toBe(first);
		}
		expect(arena.generation).toBe(0);
	});

	it('stays small where ever other sizes are asked for', () => {
		const arena = new Arena(1);
		const kept = [arena.put(Uint8Array.of(1))];
		for (let size = 1_000_000; size > 100; size = Math.floor(size * 0.8)) {
			const blocks = Array.from({ length: Math.floor(1_000_000 / size) }, () => arena.alloc(size));
			// What stays lies between what goes.
			kept.push(arena.put(Uint8Array.of(kept.length + 1)));
			for (const block of blocks) arena.free(block);
		}
		expect(arena.byteLength).toBeLessThan(4_000_000);
		expect(kept.map((offset) => arena.u8[offset])).toEqual(kept.map((_, i) => i + 1));
	});

	it('finds room in what was freed when there is no more to be had', () => {
		const arena = new Arena(1);
		const MIB = 1 << 20;
		const kept: number[] = [];
		const freed: number[] = [];
		// Nearly all there is, so that no larger block fits behind it.
		for (let i = 0; i < 200; i++) (i % 4 === 0 ? freed : kept).push(arena.allocUnzeroed(9 * MIB));
		for (const block of freed) arena.free(block);
		for (let i = 0; i < 49; i++) kept.push(arena.allocUnzeroed(4 * MIB));
		expect(new Set(kept).size).toBe(150 + 49);
	});

	it('grows, keeps what it holds and counts a generation', () => {
		const arena = new Arena(1);
		const kept = arena.put(Uint8Array.of(1, 2, 3));
		const before = arena.u8;
		const big = arena.alloc(1_000_000);
		expect(arena.generation).toBe(1);
		expect(before.length).toBe(0);
		expect(arena.u8.slice(kept, kept + 3)).toEqual(Uint8Array.of(1, 2, 3));
		arena.view.setUint32(big + 999_996, 0xdead_beef, true);
		expect(arena.i32[(big + 999_996) >> 2]).toBe(0xdead_beef | 0);
		expect(arena.byteLength).toBeGreaterThan(1_000_000);
	});

	it('copies bytes in', () => {
		const arena = new Arena(1);
		const bytes = Uint8Array.of(9, 8, 7);
		const offset = arena.put(bytes);
		bytes[0] = 0;
		expect(arena.u8[offset]).toBe(9);
	});

	it('refuses sizes that are none, a block given back twice and an offset that is no block', () => {
		const arena = new Arena(1);
		for (const size of [-1, 1.5, Number.NaN, 2 ** 31, 2 ** 40]) {
			expect(() => arena.alloc(size), String(size)).toThrow(RangeError);
		}
		expect(() => arena.alloc(8, 32)).toThrow(RangeError);
		const block = arena.alloc(8);
		arena.free(block);
		expect(() => arena.free(block)).toThrow(RangeError);
		expect(() => arena.free(0)).toThrow(RangeError);
		expect(() => arena.free(block + 16)).toThrow(RangeError);
	});
});

let shared: Arena | undefined;
/** One memory for all runs: making one costs half a millisecond. */
function arenaForProperty(): Arena {
	shared ??= new Arena(64);
	return shared;
}
