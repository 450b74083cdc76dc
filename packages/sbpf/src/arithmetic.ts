/**
 * 64-bit arithmetic that is too long for the interpreter's loop.
 *
 * Owns quotient, remainder and upper product of pairs of words. Quotients go the fast way (doubles)
 * where both operands are below 2^53, as nearly all are, and by BigInt otherwise.
 * Source: solana-sbpf `interpreter.rs`, classes ALU64 and PQR.
 */
import { PQR_SDIV32, PQR_SDIV64, PQR_SHMUL64, PQR_SREM32, PQR_SREM64, PQR_UHMUL64 } from './decode.ts';
import type { EbpfError } from './errors.ts';

const DIVIDE_BY_ZERO: EbpfError = Object.freeze({ kind: 'DivideByZero' });
const DIVIDE_OVERFLOW: EbpfError = Object.freeze({ kind: 'DivideOverflow' });

const TWO_32 = 0x1_0000_0000;
/** Upper words below this make a number that a double holds. */
const EXACT_UPPER = 0x20_0000;

/** The bytes of a word in reverse. */
export function swap32(a: number): number {
	return (a << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24);
}

/** `R[d]` /= the unsigned pair, which is not zero. */
export function divide64(R: Int32Array, d: number, bl: number, bh: number): void {
	const al = R[d]!;
	const ah = R[d + 1]!;
	if (ah >>> 0 < EXACT_UPPER && bh >>> 0 < EXACT_UPPER) {
		const a = (ah >>> 0) * TWO_32 + (al >>> 0);
		const b = (bh >>> 0) * TWO_32 + (bl >>> 0);
		let q = Math.floor(a / b);
		// The rounded quotient may have reached the next integer.
		if (q * b > a) q--;
		R[d] = q | 0;
		R[d + 1] = Math.floor(q / TWO_32);
	} else {
		putPair(R, d, unsigned(al, ah) / unsigned(bl, bh));
	}
}

/** `R[d]` %= the unsigned pair, which is not zero. */
export function remainder64(R: Int32Array, d: number, bl: number, bh: number): void {
	const al = R[d]!;
	const ah = R[d + 1]!;
	if (ah >>> 0 < EXACT_UPPER && bh >>> 0 < EXACT_UPPER) {
		const r = ((ah >>> 0) * TWO_32 + (al >>> 0)) % ((bh >>> 0) * TWO_32 + (bl >>> 0));
		R[d] = r | 0;
		R[d + 1] = Math.floor(r / TWO_32);
	} else {
		putPair(R, d, unsigned(al, ah) % unsigned(bl, bh));
	}
}

/**
 * V2's upper products, signed quotients and signed remainders: `kind` is one of `PQR_`, plus 1 where the
 * operand is register `s` and not `imm`. Answers the error, in order: DivideByZero (of a register),
 * DivideOverflow.
 */
export function pqr64(
	registers: BigUint64Array,
	R: Int32Array,
	d: number,
	s: number,
	imm: number,
	kind: number,
): EbpfError | null {
	const fromRegister = (kind & 1) === 1;
	const a = registers[d >> 1]!;
	const b = fromRegister ? registers[s >> 1]! : BigInt.asUintN(64, BigInt(imm));
	switch (kind & ~1) {
		case PQR_UHMUL64:
			// The immediate is zero-extended here and sign-extended everywhere else, as upstream has it.
			registers[d >> 1] = (a * (fromRegister ? b : BigInt(imm >>> 0))) >> 64n;
			return null;
		case PQR_SHMUL64:
			registers[d >> 1] = BigInt.asUintN(64, (signed(a) * signed(b)) >> 64n);
			return null;
		case PQR_SDIV32:
		case PQR_SREM32: {
			const x = R[d]!;
			const y = fromRegister ? R[s]! : imm;
			if (y === 0) return DIVIDE_BY_ZERO;
			if (x === -0x8000_0000 && y === -1) return DIVIDE_OVERFLOW;
			R[d] = (kind & ~1) === PQR_SDIV32 ? (x / y) | 0 : (x % y) | 0;
			R[d + 1] = 0;
			return null;
		}
		case PQR_SDIV64:
		case PQR_SREM64: {
			const x = signed(a);
			const y = signed(b);
			if (y === 0n) return DIVIDE_BY_ZERO;
			if (x === I64_MIN && y === -1n) return DIVIDE_OVERFLOW;
			registers[d >> 1] = BigInt.asUintN(64, (kind & ~1) === PQR_SDIV64 ? x / y : x % y);
			return null;
		}
		default:
			throw new TypeError(`no such operation: ${kind}`);
	}
}

const I64_MIN = -(1n << 63n);

function signed(a: bigint): bigint {
	return BigInt.asIntN(64, a);
}

function unsigned(lo: number, hi: number): bigint {
	return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

function putPair(R: Int32Array, d: number, value: bigint): void {
	R[d] = Number(value & 0xffff_ffffn) | 0;
	R[d + 1] = Number(value >> 32n) | 0;
}
