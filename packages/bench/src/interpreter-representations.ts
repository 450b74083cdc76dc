/**
 * Why the interpreter keeps registers as pairs of words: the same loop on the representations to choose from.
 *
 * Owns two small interpreters that differ in nothing but that. They know the eleven instructions of the loop; what
 * they show is the ratio, not the speed of the real one.
 */

const LOOPS = 1_000_000;
const OPS = [
	'movImm',
	'mov',
	'addImm',
	'add',
	'sub',
	'xor',
	'or',
	'andImm',
	'lshImm',
	'rshImm',
	'jneImm',
	'exit',
];

/** Operation, destination, source, immediate; of a jump how far. */
type Line = readonly [op: string, dst?: number, src?: number, imm?: number, off?: number];

const PROGRAM: readonly Line[] = [
	['movImm', 0, 0, 0],
	['movImm', 1, 0, LOOPS],
	['movImm', 2, 0, 0x123_4567],
	['add', 0, 2],
	['xor', 2, 0],
	['lshImm', 2, 0, 3],
	['rshImm', 0, 0, 1],
	['sub', 2, 1],
	['andImm', 2, 0, 0x7fff_ffff],
	['or', 0, 1],
	['addImm', 1, 0, -1],
	['jneImm', 1, 0, 0, -9],
	['exit'],
];

/** Three words a slot: operation and registers, immediate, target. */
function encode(scale: number): Int32Array {
	const code = new Int32Array(PROGRAM.length * 3);
	for (const [i, [op, dst = 0, src = 0, imm = 0, off = 0]] of PROGRAM.entries()) {
		code[i * 3] = OPS.indexOf(op) | ((dst * scale) << 8) | ((src * scale) << 16);
		code[i * 3 + 1] = imm;
		code[i * 3 + 2] = (i + 1 + off) * 3;
	}
	return code;
}

/** Pairs of words in an `Int32Array`. */
function runPairs(code: Int32Array): number {
	const R = new Int32Array(32);
	let ip = 0;
	let count = 0;
	for (;;) {
		count = (count + 1) | 0;
		const w = code[ip]!;
		const d = (w >> 8) & 31;
		const s = (w >> 16) & 31;
		const imm = code[ip + 1]!;
		switch (w & 255) {
			case 0:
				R[d] = imm;
				R[d + 1] = imm >> 31;
				break;
			case 1:
				R[d] = R[s]!;
				R[d + 1] = R[s + 1]!;
				break;
			case 2: {
				const a = R[d]!;
				const lo = (a + imm) | 0;
				R[d] = lo;
				R[d + 1] = (R[d + 1]! + (imm >> 31) + (lo >>> 0 < a >>> 0 ? 1 : 0)) | 0;
				break;
			}
			case 3: {
				const a = R[d]!;
				const lo = (a + R[s]!) | 0;
				R[d + 1] = (R[d + 1]! + R[s + 1]! + (lo >>> 0 < a >>> 0 ? 1 : 0)) | 0;
				R[d] = lo;
				break;
			}
			case 4: {
				const a = R[d]!;
				const b = R[s]!;
				R[d + 1] = (R[d + 1]! - R[s + 1]! - (a >>> 0 < b >>> 0 ? 1 : 0)) | 0;
				R[d] = (a - b) | 0;
				break;
			}
			case 5:
				R[d] = R[d]! ^ R[s]!;
				R[d + 1] = R[d + 1]! ^ R[s + 1]!;
				break;
			case 6:
				R[d] = R[d]! | R[s]!;
				R[d + 1] = R[d + 1]! | R[s + 1]!;
				break;
			case 7:
				R[d] = R[d]! & imm;
				R[d + 1] = R[d + 1]! & (imm >> 31);
				break;
			case 8: {
				const a = R[d]!;
				R[d + 1] = (R[d + 1]! << imm) | (a >>> (32 - imm));
				R[d] = a << imm;
				break;
			}
			case 9: {
				const h = R[d + 1]!;
				R[d] = (R[d]! >>> imm) | (h << (32 - imm));
				R[d + 1] = h >>> imm;
				break;
			}
			case 10:
				ip = R[d]! !== imm || R[d + 1]! !== imm >> 31 ? code[ip + 2]! : (ip + 3) | 0;
				continue;
			default:
				return count;
		}
		ip = (ip + 3) | 0;
	}
}

/** A `BigInt64Array` and `BigInt.asIntN`. */
function runBigInts(code: Int32Array): number {
	const R = new BigInt64Array(16);
	let ip = 0;
	let count = 0;
	for (;;) {
		count = (count + 1) | 0;
		const w = code[ip]!;
		const d = (w >> 8) & 15;
		const s = (w >> 16) & 15;
		const imm = BigInt(code[ip + 1]!);
		switch (w & 255) {
			case 0:
				R[d] = imm;
				break;
			case 1:
				R[d] = R[s]!;
				break;
			case 2:
				R[d] = BigInt.asIntN(64, R[d]! + imm);
				break;
			case 3:
				R[d] = BigInt.asIntN(64, R[d]! + R[s]!);
				break;
			case 4:
				R[d] = BigInt.asIntN(64, R[d]! - R[s]!);
				break;
			case 5:
				R[d] = BigInt.asIntN(64, R[d]! ^ R[s]!);
				break;
			case 6:
				R[d] = BigInt.asIntN(64, R[d]! | R[s]!);
				break;
			case 7:
				R[d] = BigInt.asIntN(64, R[d]! & imm);
				break;
			case 8:
				R[d] = BigInt.asIntN(64, R[d]! << imm);
				break;
			case 9:
				R[d] = BigInt.asIntN(64, BigInt.asUintN(64, R[d]!) >> imm);
				break;
			case 10:
				ip = R[d]! !== imm ? code[ip + 2]! : (ip + 3) | 0;
				continue;
			default:
				return count;
		}
		ip = (ip + 3) | 0;
	}
}

function bestOf(rounds: number, run: () => number): number {
	let best = 0;
	for (let i = 0; i < rounds; i++) {
		const start = performance.now();
		const count = run();
		best = Math.max(best, (count / (performance.now() - start)) * 1000);
	}
	return best;
}

/** Instructions a second of the loop, by representation. */
export function measureRepresentations(rounds = 5): { readonly pairs: number; readonly bigInts: number } {
	const pairs = encode(2);
	const bigInts = encode(1);
	return {
		pairs: bestOf(rounds, () => runPairs(pairs)),
		bigInts: bestOf(rounds, () => runBigInts(bigInts)),
	};
}
