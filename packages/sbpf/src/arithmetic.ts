/**
 * 64-bit arithmetic that is too long, or too seldom, for the interpreter's loop.
 *
 * Owns quotient and remainder of pairs of words, and V2's arithmetic. Quotients go the fast way (doubles)
 * where both operands are below 2^53, as nearly all are, and by BigInt otherwise.
 * Source: solana-sbpf `interpreter.rs`, classes ALU32, ALU64 and PQR.
 */
import { InvariantError } from '@parhelion/sdk';
import {
	ADD32_ZERO,
	BE16,
	BE32,
	BE64,
	MOV32_SIGN,
	MUL32_ZERO,
	RSUB32_ZERO,
	RSUB64,
	SDIV32,
	SDIV64,
	SHMUL64,
	SREM32,
	SREM64,
	SUB32_ZERO,
	UHMUL64,
} from './decode.ts';
import type { EbpfError } from './errors.ts';

const DIVIDE_BY_ZERO: EbpfError = Object.freeze({ kind: 'DivideByZero' });
const DIVIDE_OVERFLOW: EbpfError = Object.freeze({ kind: 'DivideOverflow' });

const TWO_32 = 0x1_0000_0000;
/** Upper words below this make a number that a double holds. */
const EXACT_UPPER = 0x20_0000;
const I32_MIN = -0x8000_0000;
const I64_MIN = -(1n << 63n);

/** The pair at `d` of `M` /= the unsigned pair, which is not zero. */
export function divide64(M: Int32Array, d: number, bl: number, bh: number): void {
	const al = M[d]!;
	const ah = M[d + 1]!;
	if (ah >>> 0 < EXACT_UPPER && bh >>> 0 < EXACT_UPPER) {
		const a = (ah >>> 0) * TWO_32 + (al >>> 0);
		const b = (bh >>> 0) * TWO_32 + (bl >>> 0);
		// Exact: a quotient so close below an integer k that it rounds to k needs (k - 1) * b >= 2^53.
		const q = Math.floor(a / b);
		M[d] = q | 0;
		M[d + 1] = Math.floor(q / TWO_32);
	} else {
		putPair(M, d, unsigned(al, ah) / unsigned(bl, bh));
	}
}

/** The pair at `d` of `M` %= the unsigned pair, which is not zero. */
export function remainder64(M: Int32Array, d: number, bl: number, bh: number): void {
	const al = M[d]!;
	const ah = M[d + 1]!;
	if (ah >>> 0 < EXACT_UPPER && bh >>> 0 < EXACT_UPPER) {
		const r = ((ah >>> 0) * TWO_32 + (al >>> 0)) % ((bh >>> 0) * TWO_32 + (bl >>> 0));
		M[d] = r | 0;
		M[d + 1] = Math.floor(r / TWO_32);
	} else {
		putPair(M, d, unsigned(al, ah) % unsigned(bl, bh));
	}
}

/**
 * The operations `kind` of SELDOM on the pair at `d` of `M`, its operand the pair at `s`. Answers the error,
 * in order: DivideByZero, DivideOverflow.
 */
export function seldom(M: Int32Array, d: number, s: number, kind: number): EbpfError | null {
	const a = M[d]!;
	const b = M[s]!;
	switch (kind) {
		case ADD32_ZERO:
			return put32(M, d, (a + b) | 0);
		case SUB32_ZERO:
			return put32(M, d, (a - b) | 0);
		case RSUB32_ZERO:
			return put32(M, d, (b - a) | 0);
		case MUL32_ZERO:
			return put32(M, d, Math.imul(a, b));
		case MOV32_SIGN:
			M[d] = b;
			M[d + 1] = b >> 31;
			return null;
		case RSUB64:
			M[d + 1] = (M[s + 1]! - M[d + 1]! - (b >>> 0 < a >>> 0 ? 1 : 0)) | 0;
			M[d] = (b - a) | 0;
			return null;
		case BE16:
			return put32(M, d, ((a & 0xff) << 8) | ((a >>> 8) & 0xff));
		case BE32:
			return put32(M, d, swap32(a));
		case BE64:
			M[d] = swap32(M[d + 1]!);
			M[d + 1] = swap32(a);
			return null;
		case SDIV32:
		case SREM32:
			if (b === 0) return DIVIDE_BY_ZERO;
			if (a === I32_MIN && b === -1) return DIVIDE_OVERFLOW;
			return put32(M, d, kind === SDIV32 ? (a / b) | 0 : (a % b) | 0);
		default:
			return seldom64(M, d, s, kind);
	}
}

/** Upper products, signed quotients and signed remainders of 64 bits. */
function seldom64(M: Int32Array, d: number, s: number, kind: number): EbpfError | null {
	const a = unsigned(M[d]!, M[d + 1]!);
	const b = unsigned(M[s]!, M[s + 1]!);
	const signedA = BigInt.asIntN(64, a);
	const signedB = BigInt.asIntN(64, b);
	switch (kind) {
		case UHMUL64:
			return putPair(M, d, (a * b) >> 64n);
		case SHMUL64:
			return putPair(M, d, (signedA * signedB) >> 64n);
		case SDIV64:
		case SREM64:
			if (b === 0n) return DIVIDE_BY_ZERO;
			if (signedA === I64_MIN && signedB === -1n) return DIVIDE_OVERFLOW;
			return putPair(M, d, kind === SDIV64 ? signedA / signedB : signedA % signedB);
		default:
			throw new InvariantError(`no such operation: ${kind}`);
	}
}

/** The bytes of a word in reverse. */
function swap32(a: number): number {
	return (a << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24);
}

function unsigned(lo: number, hi: number): bigint {
	return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

function put32(M: Int32Array, d: number, value: number): null {
	M[d] = value;
	M[d + 1] = 0;
	return null;
}

function putPair(M: Int32Array, d: number, value: bigint): null {
	M[d] = Number(BigInt.asIntN(32, value));
	M[d + 1] = Number(BigInt.asIntN(32, value >> 32n));
	return null;
}
