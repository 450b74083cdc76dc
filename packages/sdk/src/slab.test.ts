import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slab } from './slab.ts';

describe('Slab', () => {
	it('hands out zeroed pieces that do not share a byte', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(300), { maxLength: 60 }), (lengths) => {
				const slab = new Slab(1024);
				const pieces = lengths.map((length) => slab.bytes(length));
				for (const [i, piece] of pieces.entries()) {
					expect(piece.length).toBe(lengths[i]);
					expect(piece.every((byte) => byte === 0)).toBe(true);
					piece.fill(1 + (i % 255));
				}
				for (const [i, piece] of pieces.entries()) {
					expect(piece.every((byte) => byte === 1 + (i % 255))).toBe(true);
				}
			}),
		);
	});

	it('gives a long piece an array of its own', () => {
		const slab = new Slab(1024);
		const long = slab.bytes(257);
		expect(long.buffer.byteLength).toBe(257);
		expect(slab.words(65).buffer.byteLength).toBe(260);
		expect(slab.bytes(256).buffer.byteLength).toBe(1024);
	});

	it('aligns words to eight bytes', () => {
		const slab = new Slab(1024);
		slab.bytes(3);
		expect(slab.words(5).byteOffset).toBe(8);
		expect(slab.words(2).byteOffset).toBe(32);
	});

	it('copies', () => {
		const slab = new Slab(1024);
		const bytes = Uint8Array.of(1, 2, 3);
		const copy = slab.copy(bytes);
		bytes[0] = 9;
		expect([...copy]).toEqual([1, 2, 3]);
	});
});
