/**
 * Arithmetic that the machine has not, and for which the BPF code generator knows no way.
 *
 * Owns products and quotients of more than 64 bits, shifts of 128 bits by a variable distance, signed division, and
 * products that tell whether they overflowed. Products of any width are made of 64-bit digits; quotients go up to 128 bits.
 */
import type { Emitter } from './function-legaliser.ts';
import { type Argument, Scanner } from './scanner.ts';
import { integerBits } from './types.ts';

const BINARY = /^\s*(%(?:"[^"]*"|[-\w$.]+)) = (mul|udiv|urem|sdiv|srem|shl|lshr|ashr) /;
const FLAGS = /(?:nuw|nsw|exact) /y;
const OVERFLOW =
	/^\s*(%(?:"[^"]*"|[-\w$.]+)) = (?:tail |notail )?call .*@llvm\.([us])mul\.with\.overflow\.i(\d+)\(/;
const FUNNEL = /^\s*(%(?:"[^"]*"|[-\w$.]+)) = (?:tail |notail )?call .*@llvm\.fsh([lr])\.i128\(/;
const WORD = 64;
const WIDE = 128;

/** Replaces the instruction `text` where it must be; says whether it did. */
export function lowerArithmetic(text: string, emitter: Emitter): boolean {
	const binary = BINARY.exec(text);
	if (binary !== null) return lowerBinary(text, binary, emitter);
	const overflow = OVERFLOW.exec(text);
	if (overflow !== null) {
		const bits = Number(overflow[3]);
		if (bits <= 32) return false;
		const [a, b] = argumentsOf(text, overflow[0].length - 1);
		if (a === undefined || b === undefined) return false;
		return lowerOverflow(overflow[1]!, overflow[2] === 's', bits, a.value, b.value, emitter);
	}
	const funnel = FUNNEL.exec(text);
	if (funnel === null) return false;
	const [a, b, by] = argumentsOf(text, funnel[0].length - 1);
	if (a === undefined || b === undefined || by === undefined || isConstant(by.value)) return false;
	lowerFunnel(funnel[1]!, funnel[2] === 'l', a.value, b.value, by.value, emitter);
	return true;
}

function argumentsOf(text: string, at: number): Argument[] {
	return new Scanner(text, at).argumentList().filter((arg) => arg !== null);
}

function lowerBinary(text: string, match: RegExpExecArray, emitter: Emitter): boolean {
	const [, result = '', operation = ''] = match;
	const scanner = new Scanner(text, match[0].length);
	while (scanner.match(FLAGS) !== null);
	const bits = integerBits(scanner.type());
	if (bits === 0) return false;
	const a = scanner.value();
	scanner.expect(',');
	const b = scanner.value();
	switch (operation) {
		case 'mul':
			if (bits <= WORD) return false;
			emitter.emit(`${result} = ${multiply(bits, a, b, emitter)}`);
			return true;
		case 'sdiv':
		case 'srem':
			if (bits > WIDE) return false;
			if (bits > WORD) emitter.emit(`${result} = ${divideWide(operation, bits, a, b, emitter)}`);
			else emitter.emit(`${result} = ${divideSigned(operation === 'sdiv', bits, a, b, emitter)}`);
			return true;
		case 'udiv':
		case 'urem':
			if (bits <= WORD || bits > WIDE || isPowerOfTwo(b)) return false;
			emitter.emit(`${result} = ${divideWide(operation, bits, a, b, emitter)}`);
			return true;
		default:
			if (bits <= WORD || bits > WIDE || isConstant(b)) return false;
			emitter.emit(`${result} = ${shift(operation, bits, a, b, emitter)}`);
			return true;
	}
}

function isConstant(value: string): boolean {
	return /^-?\d+$/.test(value);
}

function isPowerOfTwo(value: string): boolean {
	if (!isConstant(value)) return false;
	const number = BigInt(value);
	return number > 0n && (number & (number - 1n)) === 0n;
}

/** `value` of `bits` as one of `to` bits; `how` is `zext` or `sext`. */
function widen(how: 'zext' | 'sext', bits: number, to: number, value: string, emitter: Emitter): string {
	return bits === to ? value : emitter.value(`${how} i${bits} ${value} to i${to}`);
}

/** An instruction that gives `value` of `from` bits as one of `to`; what it is written to comes in front. */
function narrowed(value: string, from: number, to: number): string {
	return from === to ? `or i${to} ${value}, 0` : `trunc i${from} ${value} to i${to}`;
}

/** Digit `index` of `value`, as an `i64` operand. */
function digit(value: string, bits: number, index: number, emitter: Emitter): string {
	if (isConstant(value)) {
		return String(BigInt.asIntN(WORD, BigInt.asUintN(bits, BigInt(value)) >> BigInt(index * WORD)));
	}
	const source = emitter.zeroExtendedFrom(value);
	if (source !== undefined && index * WORD >= source) return '0';
	const shifted = index === 0 ? value : emitter.value(`lshr i${bits} ${value}, ${index * WORD}`);
	return emitter.value(`trunc i${bits} ${shifted} to i64`);
}

/** The low and the high half of a value of up to 128 bits. */
function halves(
	how: 'zext' | 'sext',
	bits: number,
	value: string,
	emitter: Emitter,
): [low: string, high: string] {
	if (isConstant(value)) {
		const number = how === 'sext' ? BigInt.asIntN(bits, BigInt(value)) : BigInt.asUintN(bits, BigInt(value));
		return [digit(String(number), WIDE, 0, emitter), digit(String(number), WIDE, 1, emitter)];
	}
	const wide = widen(how, bits, WIDE, value, emitter);
	if (wide !== value) return [digit(wide, WIDE, 0, emitter), digit(wide, WIDE, 1, emitter)];
	return [digit(value, WIDE, 0, emitter), digit(value, WIDE, 1, emitter)];
}

function wideOf(name: string, operands: readonly string[], emitter: Emitter): string {
	return emitter.wideCall(name, ...operands.map((operand) => `i64 ${operand}`));
}

/** The product of two values of more than 64 bits, as an instruction. */
function multiply(bits: number, a: string, b: string, emitter: Emitter): string {
	if (bits <= WIDE) {
		const product = wideOf(
			'__multi3',
			[...halves('zext', bits, a, emitter), ...halves('zext', bits, b, emitter)],
			emitter,
		);
		return narrowed(product, WIDE, bits);
	}
	const count = Math.ceil(bits / WORD);
	const left = Array.from({ length: count }, (_, i) => digit(a, bits, i, emitter));
	const right = Array.from({ length: count }, (_, i) => digit(b, bits, i, emitter));
	let sum = '0';
	for (const [i, x] of left.entries()) {
		for (const [j, y] of right.entries()) {
			if (i + j >= count || x === '0' || y === '0') continue;
			const product = wideOf('__multi3', [x, '0', y, '0'], emitter);
			const wide = emitter.value(`zext i128 ${product} to i${bits}`);
			const placed = i + j === 0 ? wide : emitter.value(`shl i${bits} ${wide}, ${(i + j) * WORD}`);
			sum = sum === '0' ? placed : emitter.value(`add i${bits} ${sum}, ${placed}`);
		}
	}
	return `or i${bits} ${sum}, 0`;
}

const DIVISIONS: Readonly<Record<string, string>> = {
	udiv: '__udivti3',
	urem: '__umodti3',
	sdiv: '__divti3',
	srem: '__modti3',
};

function divideWide(operation: string, bits: number, a: string, b: string, emitter: Emitter): string {
	const how = operation.startsWith('s') ? 'sext' : 'zext';
	const operands = [...halves(how, bits, a, emitter), ...halves(how, bits, b, emitter)];
	return narrowed(wideOf(DIVISIONS[operation]!, operands, emitter), WIDE, bits);
}

/** Signed division of up to 64 bits: that of the absolute values, with the sign put back. */
function divideSigned(isQuotient: boolean, bits: number, a: string, b: string, emitter: Emitter): string {
	const left = widen('sext', bits, WORD, a, emitter);
	const right = widen('sext', bits, WORD, b, emitter);
	const leftSign = emitter.value(`ashr i64 ${left}, 63`);
	const rightSign = emitter.value(`ashr i64 ${right}, 63`);
	const absolute = (value: string, sign: string): string =>
		emitter.value(`sub i64 ${emitter.value(`xor i64 ${value}, ${sign}`)}, ${sign}`);
	const x = absolute(left, leftSign);
	const y = absolute(right, rightSign);
	const raw = emitter.value(`${isQuotient ? 'udiv' : 'urem'} i64 ${x}, ${y}`);
	const sign = isQuotient ? emitter.value(`xor i64 ${leftSign}, ${rightSign}`) : leftSign;
	const signed = absolute(raw, sign);
	return narrowed(signed, WORD, bits);
}

const SHIFTS: Readonly<Record<string, string>> = { shl: '__ashlti3', lshr: '__lshrti3', ashr: '__ashrti3' };

function shift(operation: string, bits: number, a: string, b: string, emitter: Emitter): string {
	const [low, high] = halves(operation === 'ashr' ? 'sext' : 'zext', bits, a, emitter);
	const distance = emitter.value(`trunc i${bits} ${b} to i64`);
	return narrowed(wideOf(SHIFTS[operation]!, [low, high, distance], emitter), WIDE, bits);
}

/** `{ product, overflowed }`. Words: the quotient tells; signed words and more: the upper half of a wide product does. */
function lowerOverflow(
	result: string,
	isSigned: boolean,
	bits: number,
	a: string,
	b: string,
	emitter: Emitter,
): boolean {
	if (bits > WIDE) return false;
	const type = `i${bits}`;
	let product: string;
	let overflowed: string;
	if (isSigned && bits <= WORD) {
		const wide = wideOf(
			'__multi3',
			[...halves('sext', bits, a, emitter), ...halves('sext', bits, b, emitter)],
			emitter,
		);
		product = emitter.value(`trunc i128 ${wide} to ${type}`);
		const back = emitter.value(`sext ${type} ${product} to i128`);
		overflowed = emitter.value(`icmp ne i128 ${back}, ${wide}`);
	} else {
		product =
			bits <= WORD ? emitter.value(`mul ${type} ${a}, ${b}`) : emitter.value(multiply(bits, a, b, emitter));
		const isZero = emitter.value(`icmp eq ${type} ${a}, 0`);
		const divisor = emitter.value(`select i1 ${isZero}, ${type} 1, ${type} ${a}`);
		const quotient =
			bits <= WORD
				? emitter.value(`udiv ${type} ${product}, ${divisor}`)
				: emitter.value(divideWide(isSigned ? 'sdiv' : 'udiv', bits, product, divisor, emitter));
		let differs = emitter.value(`icmp ne ${type} ${quotient}, ${b}`);
		if (isSigned) {
			// The one quotient that overflows itself: the least value by minus one.
			const isMinusOne = emitter.value(`icmp eq ${type} ${a}, -1`);
			const isLeast = emitter.value(`icmp eq ${type} ${b}, ${-(1n << BigInt(bits - 1))}`);
			differs = emitter.value(`or i1 ${differs}, ${emitter.value(`and i1 ${isMinusOne}, ${isLeast}`)}`);
		}
		const isNotZero = emitter.value(`xor i1 ${isZero}, true`);
		overflowed = emitter.value(`and i1 ${differs}, ${isNotZero}`);
	}
	const pair = emitter.value(`insertvalue { ${type}, i1 } poison, ${type} ${product}, 0`);
	emitter.emit(`${result} = insertvalue { ${type}, i1 } ${pair}, i1 ${overflowed}, 1`);
	return true;
}

/** A shift of two values as one: what `b` shifts out comes into `a`. */
function lowerFunnel(
	result: string,
	left: boolean,
	a: string,
	b: string,
	by: string,
	emitter: Emitter,
): void {
	const distance = emitter.value(`and i128 ${by}, 127`);
	const rest = emitter.value(`sub i128 127, ${distance}`);
	const [whole, part] = left ? [a, b] : [b, a];
	const main = emitter.value(shift(left ? 'shl' : 'lshr', WIDE, whole, distance, emitter));
	// One step and then the rest, for a shift by the whole width means nothing.
	const once = emitter.value(`${left ? 'lshr' : 'shl'} i128 ${part}, 1`);
	const moved = emitter.value(shift(left ? 'lshr' : 'shl', WIDE, once, rest, emitter));
	emitter.emit(`${result} = or i128 ${main}, ${moved}`);
}
