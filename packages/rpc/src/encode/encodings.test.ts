import { base58Encode } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase58 } from './base58.ts';
import { base64Decode, base64Encode } from './base64.ts';
import { formatTokenAmount } from './token-amount.ts';
import { zstdFrame } from './zstd.ts';

describe('base64', () => {
	it('reads what it writes', () => {
		fc.assert(
			fc.property(fc.uint8Array(), (bytes) => {
				expect(base64Decode(base64Encode(bytes))).toEqual({ ok: true, value: bytes });
			}),
		);
	});

	it('reads a subarray as what it shows, not as what lies around it', () => {
		expect(base64Encode(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))).toBe('AgM=');
	});

	it('accepts only text that it would have written', () => {
		const text = fc.string({
			unit: fc.constantFrom('A', 'B', 'f', '/', '+', '=', '!', '-', 'é'),
			maxLength: 10,
		});
		fc.assert(
			fc.property(text, (encoded) => {
				const decoded = base64Decode(encoded);
				if (decoded.ok) expect(base64Encode(decoded.value)).toBe(encoded);
				else expect(decoded.error).toMatch(/^Invalid(Byte|LastSymbol|Length|Padding)/);
			}),
			{ numRuns: 2000 },
		);
	});
});

describe('base58', () => {
	it('reads what it writes', () => {
		fc.assert(
			fc.property(fc.uint8Array(), (bytes) => {
				expect(decodeBase58(base58Encode(bytes))).toEqual({ ok: true, value: bytes });
			}),
		);
	});
});

/** Reads a frame of raw and run-length blocks, as RFC 8878 describes them. */
function readStoredFrame(frame: Uint8Array): Uint8Array {
	const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
	expect(view.getUint32(0, true)).toBe(0xfd2fb528);
	expect([frame[4], frame[5]]).toEqual([0, 0x58]);
	const data: Uint8Array[] = [];
	for (let at = 6, last = false; !last; ) {
		const header = frame[at]! | (frame[at + 1]! << 8) | (frame[at + 2]! << 16);
		last = (header & 1) === 1;
		const length = header >> 3;
		at += 3;
		data.push(
			((header >> 1) & 3) === 1 ? new Uint8Array(length).fill(frame[at]!) : frame.subarray(at, at + length),
		);
		at += ((header >> 1) & 3) === 1 ? 1 : length;
		if (last) expect(at).toBe(frame.length);
	}
	return new Uint8Array(Buffer.concat(data));
}

describe('zstdFrame', () => {
	it('holds the data, blocks of zeroes as a run', () => {
		for (const data of [
			new Uint8Array(0),
			Uint8Array.of(7),
			new Uint8Array(300_000),
			Uint8Array.from({ length: 200_000 }, (_, i) => i),
		]) {
			const frame = zstdFrame(data, undefined);
			expect(readStoredFrame(frame)).toEqual(data);
		}
		expect(zstdFrame(new Uint8Array(100_000), undefined).length).toBeLessThan(20);
	});
});

describe('formatTokenAmount', () => {
	it.each([
		[0n, 0, '0'],
		[42n, 0, '42'],
		[42n, 2, '0.42'],
		[4200n, 2, '42'],
		[4210n, 2, '42.1'],
		[1n, 9, '0.000000001'],
		[18446744073709551615n, 9, '18446744073.709551615'],
	])('writes %d with %d decimals', (amount, decimals, text) => {
		expect(formatTokenAmount(amount, decimals)).toBe(text);
	});
});
