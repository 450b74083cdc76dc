/**
 * What arithmetic and comparisons come to, stated once more and as plainly as possible.
 *
 * Owns no fact of encoding. It is written on integers of any size, from the definitions, so that neither
 * the interpreter nor the compiler can share an error with it.
 */
import type { SBPFVersion } from '@parhelion/sbpf';

/** A register or the reason why there is none. */
export type Outcome = bigint | 'DivideByZero' | 'DivideOverflow';

const unsigned = (bits: number, value: bigint): bigint => BigInt.asUintN(bits, value);
const signed = (bits: number, value: bigint): bigint => BigInt.asIntN(bits, value);

/** `dst op operand` of an operation named without its width; `operand` is 64 bits, sign-extended from an immediate. */
export function alu(
	operation: string,
	bits: 32 | 64,
	version: SBPFVersion,
	dst: bigint,
	operand: bigint,
	isImmediate: boolean,
): Outcome {
	const a = unsigned(bits, dst);
	const b = unsigned(bits, operand);
	// The unsigned operations of V2 see an immediate as 32 bits without a sign.
	const plain = isImmediate ? unsigned(32, operand) : b;
	const [sa, sb] = [signed(bits, dst), signed(bits, operand)];
	const shift = b % BigInt(bits);
	const wide = bits === 64 || version === 2 ? (value: bigint) => unsigned(bits, value) : signExtended;
	switch (operation) {
		case 'add':
			return wide(a + b);
		case 'sub':
			return wide(isImmediate && version === 2 ? b - a : a - b);
		case 'mul':
			return wide(a * b);
		case 'lmul':
			return unsigned(bits, a * b);
		case 'uhmul':
			return (a * plain) >> 64n;
		case 'shmul':
			return unsigned(64, (sa * sb) >> 64n);
		case 'div':
			return b === 0n ? 'DivideByZero' : a / b;
		case 'mod':
			return b === 0n ? 'DivideByZero' : a % b;
		case 'udiv':
			return plain === 0n ? 'DivideByZero' : a / plain;
		case 'urem':
			return plain === 0n ? 'DivideByZero' : a % plain;
		case 'sdiv':
			return divided(bits, sa, sb) ?? unsigned(bits, sa / sb);
		case 'srem':
			return divided(bits, sa, sb) ?? unsigned(bits, sa % sb);
		case 'or':
			return a | b;
		case 'and':
			return a & b;
		case 'xor':
			return a ^ b;
		case 'lsh':
			return unsigned(bits, a << shift);
		case 'rsh':
			return a >> shift;
		case 'arsh':
			return unsigned(bits, sa >> shift);
		case 'neg':
			return unsigned(bits, -a);
		case 'mov':
			return bits === 32 && !isImmediate && version === 2 ? signExtended(b) : b;
		case 'hor':
			return unsigned(64, dst | (operand << 32n));
	}
	throw new RangeError(`no such operation: ${operation}`);
}

function signExtended(value: bigint): bigint {
	return unsigned(64, signed(32, value));
}

function divided(bits: number, a: bigint, b: bigint): Outcome | null {
	if (b === 0n) return 'DivideByZero';
	return b === -1n && a === -(1n << BigInt(bits - 1)) ? 'DivideOverflow' : null;
}

/** The lowest `bits` of `value`, for big-endian with their bytes in reverse. */
export function byteOrder(order: 'le' | 'be', bits: number, value: bigint): bigint {
	const kept = unsigned(bits, value);
	if (order === 'le') return kept;
	let reversed = 0n;
	for (let i = 0; i < bits; i += 8) reversed = (reversed << 8n) | ((kept >> BigInt(i)) & 0xffn);
	return reversed;
}

/** Whether a conditional jump is taken. */
export function taken(condition: string, bits: 32 | 64, dst: bigint, operand: bigint): boolean {
	const [a, b] = [unsigned(bits, dst), unsigned(bits, operand)];
	const [sa, sb] = [signed(bits, dst), signed(bits, operand)];
	switch (condition) {
		case 'jeq':
			return a === b;
		case 'jne':
			return a !== b;
		case 'jgt':
			return a > b;
		case 'jge':
			return a >= b;
		case 'jlt':
			return a < b;
		case 'jle':
			return a <= b;
		case 'jset':
			return (a & b) !== 0n;
		case 'jsgt':
			return sa > sb;
		case 'jsge':
			return sa >= sb;
		case 'jslt':
			return sa < sb;
		case 'jsle':
			return sa <= sb;
	}
	throw new RangeError(`no such condition: ${condition}`);
}
