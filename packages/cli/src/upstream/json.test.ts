import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLongJson, toBigInt } from './json.ts';

test('integers of 64 bits come whole, and what stands in strings stays as it is', () => {
	const text =
		'{"a":18446744073709551615,"b":[1234567890123456,-9223372036854775808],"c":"x: 12345678901234567890, \\"y\\\\","d":1.2345678901234567e30}';
	expect(parseLongJson(text)).toEqual({
		a: '18446744073709551615',
		b: ['1234567890123456', '-9223372036854775808'],
		c: 'x: 12345678901234567890, "y\\',
		d: 1.2345678901234567e30,
	});
});

test('any other JSON is read as by JavaScript itself', () => {
	const noLongInteger = fc
		.jsonValue()
		.filter((value) => !/(?<![\d.])\d{16,}(?![\d.e])/.test(JSON.stringify(value)));
	fc.assert(
		fc.property(noLongInteger, (value) => {
			const text = JSON.stringify(value);
			expect(parseLongJson(text)).toEqual(JSON.parse(text));
		}),
	);
	expect(parseLongJson('[0.12500000000000000000,1e-12,1234567890123456e3]')).toEqual([
		0.125, 1e-12, 1234567890123456e3,
	]);
});

test('a string of millions of escapes is read, a text cut off is refused', () => {
	expect(parseLongJson(`"${'\\"\\n'.repeat(2_000_000)}"`)).toHaveLength(4_000_000);
	for (const text of ['', '{"a', '"\\"', '{"a":12345678901234567890'])
		expect(() => parseLongJson(text)).toThrow(SyntaxError);
});

test('integers are read exactly or not at all', () => {
	expect(toBigInt('18446744073709551615')).toBe(18446744073709551615n);
	expect(toBigInt(5)).toBe(5n);
	for (const value of [-1, 1.5, 2 ** 60, '1e3', '', null, '999999999999999999999'])
		expect(toBigInt(value)).toBeNull();
});
