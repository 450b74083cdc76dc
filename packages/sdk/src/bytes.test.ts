import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, type WireError, wireErrorText } from './bytes.ts';
import { catchFault, type Result } from './result.ts';

const read = <T>(bytes: readonly number[], body: (reader: ByteReader) => T): Result<T, WireError> =>
	catchFault(() => body(new ByteReader(Uint8Array.from(bytes))));

describe('short-vec lengths', () => {
	it.each([
		[0x0, [0x0]],
		[0x7f, [0x7f]],
		[0x80, [0x80, 0x01]],
		[0xff, [0xff, 0x01]],
		[0x100, [0x80, 0x02]],
		[0x3fff, [0xff, 0x7f]],
		[0x4000, [0x80, 0x80, 0x01]],
		[0x7fff, [0xff, 0xff, 0x01]],
		[0xffff, [0xff, 0xff, 0x03]],
	])('are written and read: %i', (value, bytes) => {
		expect([...new ByteWriter().shortU16(value).finish()]).toEqual(bytes);
		expect(read(bytes, (r) => [r.shortU16(), r.remaining])).toEqual({ ok: true, value: [value, 0] });
	});
	it.each([
		[[0x80, 0x00]],
		[[0x80, 0x80, 0x00]],
		[[0xff, 0x00]],
		[[0xff, 0x80, 0x00]],
		[[0x80, 0x81, 0x00]],
		[[0xff, 0xff, 0x00]],
	])('are refused where not canonical: %j', (bytes) => {
		expect(read(bytes, (r) => r.shortU16())).toMatchObject({ ok: false, error: { kind: 'InvalidValue' } });
	});
	it.each([[[0x80, 0x80, 0x04]], [[0x80, 0x80, 0x06]], [[0x80, 0x80, 0x80, 0x00]], [[0xff, 0xff, 0xff]]])(
		'are refused beyond 65535: %j',
		(bytes) => {
			expect(read(bytes, (r) => r.shortU16())).toMatchObject({
				ok: false,
				error: { kind: 'LengthEncodingOverflow' },
			});
		},
	);
	it.each([[[]], [[0x80]], [[0x80, 0x80]]])('are refused where cut off: %j', (bytes) => {
		expect(read(bytes, (r) => r.shortU16())).toEqual({
			ok: false,
			error: { kind: 'ReadSizeLimit', bytes: 1 },
		});
	});
	it('are not written beyond 65535', () => {
		expect(() => new ByteWriter().shortU16(65536)).toThrow(RangeError);
		expect(() => new ByteWriter().shortU16(-1)).toThrow(RangeError);
	});
});

describe('ByteReader and ByteWriter', () => {
	it('agree on every type, at any offset', () => {
		fc.assert(
			fc.property(
				fc.nat(40),
				fc.nat(255),
				fc.nat(0xffff),
				fc.nat(0xffffffff),
				fc.bigInt(0n, 2n ** 64n - 1n),
				fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
				fc.bigInt(0n, 2n ** 128n - 1n),
				fc.double({ noNaN: true }),
				fc.boolean(),
				fc.option(fc.bigInt(0n, 2n ** 64n - 1n)),
				fc.uint8Array({ maxLength: 80 }),
				(pad, u8, u16, u32, u64, i64, u128, f64, flag, option, raw) => {
					const bytes = new ByteWriter(1)
						.zeroes(pad)
						.u8(u8)
						.u16(u16)
						.u32(u32)
						.u64(u64)
						.i64(i64)
						.u128(u128)
						.f64(f64)
						.bool(flag)
						.option(option, (w, value) => w.u64(value))
						.length64(raw.length)
						.raw(raw)
						.finish();
					const reader = new ByteReader(bytes.subarray(pad));
					expect(reader.u8()).toBe(u8);
					expect(reader.u16()).toBe(u16);
					expect(reader.u32()).toBe(u32);
					expect(reader.u64()).toBe(u64);
					expect(reader.i64()).toBe(i64);
					expect(reader.u128()).toBe(u128);
					expect(reader.f64()).toBe(f64);
					expect(reader.bool()).toBe(flag);
					expect(reader.option((r) => r.u64())).toBe(option);
					expect(reader.copy(reader.length64())).toEqual(raw);
					expect(reader.remaining).toBe(0);
				},
			),
		);
	});
	it('stop at the end of the input, whatever is asked for', () => {
		const three = [1, 2, 3];
		for (const [ask, bytes] of [
			[(r: ByteReader): unknown => r.u32(), 4],
			[(r: ByteReader): unknown => r.u64(), 8],
			[(r: ByteReader): unknown => r.u128(), 16],
			[(r: ByteReader): unknown => r.pubkey(), 32],
			[(r: ByteReader): unknown => r.take(4), 4],
			[(r: ByteReader): unknown => r.copy(1e15), 1e15],
		] as const) {
			expect(read(three, ask)).toEqual({ ok: false, error: { kind: 'ReadSizeLimit', bytes } });
		}
		expect(read(three, (r) => r.take(Number.NaN))).toMatchObject({ ok: false });
	});
	it('refuse a u64 length that the input cannot hold, before anything is allocated', () => {
		const bytes = [...new ByteWriter().u64(2n ** 63n).finish(), 1, 2, 3];
		expect(read(bytes, (r) => r.length64())).toMatchObject({ ok: false, error: { kind: 'ReadSizeLimit' } });
		expect(read([4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3], (r) => r.length64())).toMatchObject({ ok: false });
		expect(read([3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3], (r) => r.length64())).toEqual({ ok: true, value: 3 });
	});
	it('refuse other bytes than 0 and 1 for a bool and an option', () => {
		expect(read([2], (r) => r.bool())).toEqual({
			ok: false,
			error: { kind: 'InvalidBoolEncoding', byte: 2 },
		});
		expect(read([2, 0], (r) => r.option((o) => o.u8()))).toEqual({
			ok: false,
			error: { kind: 'InvalidTagEncoding', tag: 2 },
		});
	});
});

describe('wireErrorText', () => {
	it.each<[WireError, string]>([
		[{ kind: 'ReadSizeLimit', bytes: 32 }, 'Attempting to read 32 bytes'],
		[{ kind: 'InvalidTagEncoding', tag: 5 }, 'Invalid tag encoding: 5'],
		[{ kind: 'InvalidBoolEncoding', byte: 9 }, 'Invalid bool encoding: 9'],
		[{ kind: 'InvalidValue', message: 'x' }, 'Invalid value: x'],
		[
			{ kind: 'LengthEncodingOverflow', message: 'u16::MAX' },
			'Sequence length would overflow length encoding scheme: u16::MAX',
		],
		[{ kind: 'TrailingBytes' }, 'Trailing bytes remain after deserialization'],
		[{ kind: 'Custom', message: 'y' }, 'Custom error: y'],
	])('is upstream’s: %j', (error, text) => {
		expect(wireErrorText(error)).toBe(text);
	});
});
