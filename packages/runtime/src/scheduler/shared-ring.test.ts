import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRing, SharedRing } from './shared-ring.ts';

describe('shared ring', () => {
	it('gives every record once, whole and in order, however writer and reader take turns', () => {
		const step = fc.oneof(fc.constant(null), fc.nat({ max: 124 }));
		fc.assert(
			fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
				const memory = newRing(256);
				const [writer, reader] = [new SharedRing(memory), new SharedRing(memory)];
				const waiting: number[][] = [];
				const read = (): number[] | undefined => {
					const start = reader.read();
					if (start < 0) return undefined;
					return [...reader.bytes.subarray(start, start + reader.lengthAt(start))];
				};
				for (const [i, size] of steps.entries()) {
					if (size === null) {
						expect(read()).toEqual(waiting.shift());
						continue;
					}
					const record = new Uint8Array(size).map((_, at) => i + at);
					if (!writer.write(record)) {
						if (waiting.length > 0) continue;
						// What was read last lies there until the reader asks for the next.
						expect(read()).toBeUndefined();
						expect(writer.write(record)).toBe(true);
					}
					waiting.push([...record]);
				}
				for (const expected of waiting) expect(read()).toEqual(expected);
				expect(reader.read()).toBe(-1);
			}),
			{ numRuns: 500 },
		);
	});

	it('refuses a record that might never fit', () => {
		const ring = new SharedRing(newRing(256));
		expect(() => ring.write(new Uint8Array(ring.maxRecord + 1))).toThrow('a record of');
	});
});
