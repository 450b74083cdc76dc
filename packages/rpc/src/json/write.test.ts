import { describe, expect, it } from 'vitest';
import { Float64, formatFloat, LazyJson, ResponseTooLargeError, writeJson } from './write.ts';

describe('writeJson', () => {
	it('writes bigints exactly', () => {
		expect(writeJson({ rentEpoch: 18446744073709551615n })).toBe('{"rentEpoch":18446744073709551615}');
	});

	it('sorts members only where asked to, and leaves out what is undefined', () => {
		const value = { b: 1, a: [{ d: null, c: true }], z: undefined };
		expect(writeJson(value)).toBe('{"b":1,"a":[{"d":null,"c":true}]}');
		expect(writeJson(value, { sorted: true })).toBe('{"a":[{"c":true,"d":null}],"b":1}');
		expect(writeJson({ z: undefined })).toBe('{}');
	});

	it.each([
		[1, '1.0'],
		[0, '0.0'],
		[-0, '-0.0'],
		[0.42, '0.42'],
		[1e15, '1000000000000000.0'],
		[1e16, '1e+16'],
		[0.00001, '0.00001'],
		[0.000001, '1e-6'],
		[1.8446744073709552e19, '1.8446744073709552e+19'],
		[Number.NaN, 'null'],
	])('writes the float %d as serde_json does', (value, text) => {
		expect(formatFloat(value)).toBe(text);
		expect(writeJson(new Float64(value))).toBe(text);
	});

	it('refuses a number that is no integer, so that no float is written by accident', () => {
		expect(() => writeJson(0.5)).toThrow(TypeError);
	});

	it('stops making values once the text is too long', () => {
		let made = 0;
		const piece = new LazyJson(() => {
			made++;
			return 'x'.repeat(1000);
		});
		expect(() => writeJson(new Array(100).fill(piece), { maxLength: 5000 })).toThrow(ResponseTooLargeError);
		expect(made).toBeLessThan(7);
	});
});
