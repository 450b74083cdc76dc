import { catchFault } from '@parhelion/sdk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from './parser.ts';

const one = (source: string): unknown => parse(source);
const error = (source: string): unknown => {
	const result = catchFault<unknown, string>(() => parse(source));
	return result.ok ? result.value : result.error;
};
const instruction = (name: string, ...operands: unknown[]): unknown => ({
	kind: 'Instruction',
	name,
	operands,
});
const register = (n: bigint): unknown => ({ kind: 'Register', register: n });
const integer = (value: bigint): unknown => ({ kind: 'Integer', value });
const memory = (r: bigint, offset: bigint): unknown => ({ kind: 'Memory', register: r, offset });
const label = (name: string): unknown => ({ kind: 'Label', name });

test('statements are labels, directives and instructions, however spaced', () => {
	expect(one('')).toEqual([]);
	expect(one('  start:\n\texit .fill 2,7 \r\n')).toEqual([
		label('start'),
		instruction('exit'),
		{ kind: 'Directive', name: 'fill', operands: [integer(2n), integer(7n)] },
	]);
});

test('operands are registers, numbers, memory and names', () => {
	expect(one('jne r3,0x8, +37')).toEqual([instruction('jne', register(3n), integer(8n), integer(37n))]);
	expect(one('stxw [r10 - 0x10], r1')).toEqual([instruction('stxw', memory(10n, -16n), register(1n))]);
	expect(one('call some_1')).toEqual([instruction('call', label('some_1'))]);
	expect(one('stb [r0], - 5')).toEqual([instruction('stb', memory(0n, 0n), integer(-5n))]);
});

test('numbers are 64 bits wide; larger ones count as zero', () => {
	expect(one('a 0xffffffffffffffff')).toEqual([instruction('a', integer(-1n))]);
	expect(one('a -0x8000000000000000')).toEqual([instruction('a', integer(-(1n << 63n)))]);
	expect(one('a 9223372036854775807')).toEqual([instruction('a', integer((1n << 63n) - 1n))]);
	expect(one('a 9223372036854775808')).toEqual([instruction('a', integer(0n))]);
	expect(one('a 0x10000000000000000')).toEqual([instruction('a', integer(0n))]);
});

test('one character decides: what follows a number starts a statement', () => {
	expect(one('mov 0xg')).toEqual([instruction('mov', integer(0n)), instruction('xg')]);
	expect(one('add_1 r1')).toEqual([instruction('add', label('_1')), instruction('r1')]);
	expect(error('call read')).toBe("Parse error at line 1 column 7: unexpected 'e', expected digit");
});

test('an error tells where and what could have stood there', () => {
	expect(error('^')).toBe(
		"Parse error at line 1 column 1: unexpected '^', expected whitespaces, expected letter or digit, expected '_', expected '.', expected end of input",
	);
	expect(error('mov r1, 1\n  ;')).toBe(
		"Parse error at line 2 column 3: unexpected ';', expected letter or digit, expected '_', expected '.', expected whitespaces, expected end of input",
	);
	expect(error('mov r1,')).toBe(
		"Parse error at line 1 column 8: unexpected end of input, expected 0x, expected '-', expected '+', expected ' ', expected digit",
	);
	expect(error('mov [1]')).toBe("Parse error at line 1 column 6: unexpected '1', expected 'r'");
	expect(error('mov [r1\n]')).toBe("Parse error at line 1 column 8: unexpected '\\n', expected ']'");
	expect(error('mov -\u200b')).toBe("Parse error at line 1 column 6: unexpected '\\u{200b}', expected 0x");
	expect(error('.')).toBe(
		'Parse error at line 1 column 2: unexpected end of input, expected letter or digit',
	);
	expect(error("ldxb r1, [r1'")).toBe("Parse error at line 1 column 13: unexpected '\\'', expected ']'");
});

test('no text makes the parser fail in another way', () => {
	fc.assert(
		fc.property(fc.string({ unit: fc.constantFrom(...'r10x[]+-, \n:._aé^') }), (source) => {
			const result = catchFault<unknown, string>(() => parse(source));
			return result.ok || result.error.startsWith('Parse error at line ');
		}),
	);
});
