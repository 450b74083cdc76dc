import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Queue } from './queue.ts';

/** How many values to push, or to take from an end. */
const step = fc.record({ what: fc.constantFrom('push', 'shift', 'pop'), count: fc.nat(1500) });

describe('Queue', () => {
	it('does what an array does, however many came and went', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 20 }), fc.nat(3), (steps, given) => {
				const array = Array.from({ length: given }, (_, i) => -i);
				const queue = new Queue(array);
				let next = 0;
				const taken: (number | undefined)[] = [];
				const expected: (number | undefined)[] = [];
				for (const { what, count } of steps) {
					for (let i = 0; i < count; i++) {
						if (what === 'push') {
							queue.push(next);
							array.push(next++);
						} else {
							taken.push(queue[what]());
							expected.push(array[what]());
						}
					}
					expect([queue.size, queue.first, queue.last]).toEqual([array.length, array[0], array.at(-1)]);
				}
				expect([taken, [...queue]]).toEqual([expected, array]);
			}),
		);
	});

	it('has its own order, whatever becomes of the array that it was made of', () => {
		const array = [1, 2];
		const queue = new Queue(array);
		array.reverse();
		expect([...queue]).toEqual([1, 2]);
	});
});
