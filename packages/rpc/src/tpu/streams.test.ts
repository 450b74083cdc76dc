/** Streams of one transaction each, in pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DATA_WINDOW, STREAM_WINDOW, Streams } from './streams.ts';

describe('Streams', () => {
	const piece = (serial: number, offset: number, text: string, isLast: boolean) =>
		({ kind: 'stream', id: 4 * serial + 2, offset, bytes: Buffer.from(text), isLast }) as const;

	it('joins pieces however they overlap', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.nat(8), fc.nat(4)), { maxLength: 12 }),
				fc.infiniteStream(fc.boolean()),
				(pieces, last) => {
					const streams = new Streams();
					const text = 'abcdefgh';
					const come = new Set<number>();
					let isEndKnown = false;
					for (const [from, length] of pieces) {
						const part = text.slice(from, from + length);
						const isLast = from + part.length === text.length && last.next().value;
						isEndKnown ||= isLast;
						for (let i = from; i < from + part.length; i++) come.add(i);
						const whole = streams.take(piece(0, from, part, isLast));
						expect(whole?.toString() ?? null).toBe(isEndKnown && come.size === text.length ? text : null);
						if (whole !== null) return;
					}
				},
			),
		);
	});

	it('refuses what goes beyond its length, its buffer, the limits, or comes in crumbs', () => {
		const streams = new Streams();
		streams.take(piece(0, 4, 'end', true));
		expect(() => streams.take(piece(0, 0, 'beyond the end', false))).toThrow('two lengths');
		expect(() => streams.take(piece(0, 4, 'sooner', true))).toThrow('two lengths');
		expect(() => streams.take(piece(1, 4096, 'x', false))).toThrow('no such stream');
		expect(() => streams.take(piece(STREAM_WINDOW, 0, 'x', true))).toThrow('too many streams');
		expect(() => {
			for (let i = 0; i < 100; i++) streams.take(piece(2, 2 * i, 'x', false));
		}).toThrow('too many pieces');
	});

	it('gives room for another when one is given up', () => {
		const streams = new Streams();
		streams.take(piece(0, 0, 'half', false));
		streams.reset(2, 4);
		streams.reset(2, 4);
		expect([streams.maxStreams, streams.maxData]).toEqual([STREAM_WINDOW + 1, DATA_WINDOW + 4]);
		expect(streams.take(piece(0, 0, 'half', true))).toBeNull();
	});
});
