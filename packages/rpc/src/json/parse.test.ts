import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonSyntaxError, parseJson } from './parse.ts';
import { JsonObject, type JsonValue } from './value.ts';

/** What `JSON.parse` would have made of it. */
function plain(value: JsonValue): unknown {
	if (typeof value === 'bigint') return Number(value);
	if (Array.isArray(value)) return value.map(plain);
	if (!(value instanceof JsonObject)) return value;
	const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
	for (const [key, member] of value) object[key] = plain(member);
	return object;
}

function isRefused(text: string): boolean {
	try {
		parseJson(text);
		return false;
	} catch (thrown) {
		if (thrown instanceof JsonSyntaxError) return true;
		throw thrown;
	}
}

describe('parseJson', () => {
	it('reads what JSON.stringify writes', () => {
		fc.assert(
			fc.property(fc.json({ maxDepth: 6 }), (text) => {
				expect(JSON.stringify(plain(parseJson(text)))).toBe(
					JSON.stringify(plain(parseJson(JSON.stringify(JSON.parse(text))))),
				);
				expect(plain(parseJson(text))).toEqual(JSON.parse(text));
			}),
		);
	});

	it('never throws anything but a syntax error, and never accepts what JSON.parse refuses', () => {
		const piece = fc.constantFrom(
			'{',
			'}',
			'[',
			']',
			',',
			':',
			'"',
			'\\',
			'u',
			'1',
			'-',
			'.',
			'e',
			'null',
			' ',
			'a',
			'\u0000',
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
				const text = pieces.join('');
				if (!isRefused(text)) expect(() => JSON.parse(text)).not.toThrow();
			}),
			{ numRuns: 2000 },
		);
	});

	it('keeps 64-bit integers, and tells them from floats', () => {
		expect(parseJson('18446744073709551615')).toBe(18446744073709551615n);
		expect(parseJson('-9223372036854775808')).toBe(-9223372036854775808n);
		expect(parseJson('18446744073709551616')).toBe(2 ** 64);
		expect(parseJson('1.0')).toBe(1);
		expect(Object.is(parseJson('-0'), -0)).toBe(true);
	});

	it('treats __proto__ as any other key', () => {
		const value = parseJson('{"__proto__":{"polluted":true},"constructor":1}') as JsonObject;
		expect([...value.keys()]).toEqual(['__proto__', 'constructor']);
		expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
	});

	it('names keys that come twice, and keeps the last value', () => {
		const value = parseJson('{"a":1,"b":2,"a":3}') as JsonObject;
		expect(value.get('a')).toBe(3n);
		expect([...value.duplicates!]).toEqual(['a']);
	});

	it.each([
		'',
		' ',
		'nul',
		'01',
		'+1',
		'.5',
		'1.',
		'1e',
		'NaN',
		'Infinity',
		'1e400',
		'[1,]',
		'{"a":1,}',
		'{a:1}',
		"'a'",
		'"\t"',
		'"\\x"',
		'"\\ud800"',
		'"\\ud800\\u0041"',
		'"\\udc00"',
		'1 2',
		'\ufeff1',
		'[',
		'{"a"',
	])('refuses %j', (text) => expect(isRefused(text)).toBe(true));

	it('accepts 127 levels and refuses more, however many', () => {
		expect(isRefused('['.repeat(127) + ']'.repeat(127))).toBe(false);
		expect(isRefused('['.repeat(128) + ']'.repeat(128))).toBe(true);
		expect(isRefused('['.repeat(50_000))).toBe(true);
		expect(isRefused('{"a":'.repeat(50_000))).toBe(true);
	});
});
