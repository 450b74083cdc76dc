import { createHash } from 'node:crypto';
import { base58Encode } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decodeBase58 } from './base58.ts';
import { base64Decode, base64Encode } from './base64.ts';
import { formatTokenAmount } from './token-amount.ts';
import { prepareZstd, zstdFrame } from './zstd.ts';

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

/** Data of a seed, `spread` of whose values of a byte are in use; every second hundred bytes repeat earlier ones. */
function seededData(length: number, spread: number): Uint8Array {
	const data = new Uint8Array(length);
	let state = 12_345;
	for (let i = 0; i < length; i++) {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		data[i] = i % 200 >= 100 ? data[i - 1 - (state >>> 26)]! : (state >>> 16) % spread;
	}
	return data;
}

describe('zstdFrame', () => {
	it('is ready for requests that may ask for it, and loads nothing for others', async () => {
		expect(prepareZstd('{"encoding":"base64"}')).toBeNull();
		await prepareZstd('{"encoding":"base64+z\\u0073td"}');
		expect(prepareZstd('{"encoding":"base64+zstd"}')).toBeNull();
	});

	it('is what Agave answers for a short text', async () => {
		await prepareZstd('base64+zstd');
		expect(base64Encode(zstdFrame(new TextEncoder().encode('test data')))).toBe('KLUv/QBYSQAAdGVzdCBkYXRh');
	});

	// Hashes of the frames that the crate `zstd` 0.13.3 (libzstd 1.5.7) makes as solana-account-decoder 4.3.0 uses it.
	it.each([
		[0, 1, '6fb8543883dafcc2'],
		[1, 256, '855a26fe270a687d'],
		[165, 4, 'b6db130214959ad7'],
		[165, 256, 'fbbf46887b36adc2'],
		[3_000, 1, '01077dc12d4d1ca8'],
		[50_000, 16, '53d73ff2a714a7fa'],
		[131_072, 256, '5b4931448fb1a16b'],
		[131_073, 7, 'e2d5c75100c62f6d'],
		[262_144, 3, '23a9d2fff8bb9b0d'],
		[300_000, 40, 'a111df8a3f3b20cb'],
		[2_500_000, 20, '2ebd4802fa7b7f32'],
	])('is what libzstd makes of %d bytes, %d values of a byte in use', async (length, spread, hash) => {
		await prepareZstd('base64+zstd');
		const frame = zstdFrame(seededData(length, spread));
		expect(createHash('sha256').update(frame).digest('hex').slice(0, 16)).toBe(hash);
	});
});

describe('the frame of a full block', () => {
	it('is a plain array of bytes, made without what Node alone has', async () => {
		await prepareZstd('base64+zstd');
		vi.stubGlobal('Buffer', undefined);
		const frame = zstdFrame(seededData(131_072, 256));
		vi.unstubAllGlobals();
		expect(Object.getPrototypeOf(frame)).toBe(Uint8Array.prototype);
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
