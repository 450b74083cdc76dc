/**
 * Owns {@link isOnCurve}: whether 32 bytes decompress to a point of edwards25519. Nothing here is constant-time;
 * the inputs are public.
 *
 * Source of the rule: crate `curve25519-dalek`, `CompressedEdwardsY::decompress().is_some()`. The y coordinate is
 * the low 255 bits taken mod p (values from p on are accepted), and the sign bit never refuses a point, not even
 * with x = 0.
 *
 * Measured on random keys (Node 20.20; bench room, `leaves.ts`): 2.5 us in WebAssembly, 4.4 us by
 * `on-curve-portable.ts`, 74 us for a square root on BigInt. Asked again about the same bytes it takes 0.06 us.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { ON_CURVE_MODULE } from './on-curve-module.ts';
import { portableSymbol } from './on-curve-portable.ts';

/** As {@link portableSymbol}, compiled; `null` where this place does not let WebAssembly be compiled. */
export function compileSymbol(): ((bytes: Uint8Array) => number) | null {
	try {
		const text = atob(ON_CURVE_MODULE);
		const module = new WebAssembly.Module(Uint8Array.from(text, (character) => character.charCodeAt(0)));
		const { memory, input, symbol } = new WebAssembly.Instance(module).exports as {
			readonly memory: WebAssembly.Memory;
			readonly input: () => number;
			readonly symbol: () => number;
		};
		const target = new Uint8Array(memory.buffer, input(), 32);
		return (bytes) => {
			for (let i = 0; i < 32; i++) target[i] = bytes[i]!;
			return symbol();
		};
	} catch {
		return null;
	}
}

let symbolOf: ((bytes: Uint8Array) => number) | null = null;

/**
 * Answers of late, by the bytes asked about: programs derive the same addresses again and again, once to find one and
 * once to sign for it. Entries of 36 bytes: the answer (0 for none), three spare, the bytes. Bytes that collide push
 * each other out.
 */
const MEMO_ENTRIES = 2048;
const MEMO_WORDS = 9;
const ON_CURVE = 1;
const OFF_CURVE = 2;
const memo = new Int32Array(MEMO_ENTRIES * MEMO_WORDS);
const asked = new Int32Array(8);
const askedBytes = new Uint8Array(asked.buffer);

/** Whether the first 32 bytes of `bytes` are the encoding of a curve point. RangeError where there are fewer. */
export function isOnCurve(bytes: Uint8Array): boolean {
	if (bytes.length < 32) throw new RangeError(`isOnCurve: 32 bytes are needed, not ${bytes.length}`);
	for (let i = 0; i < 32; i++) askedBytes[i] = bytes[i]!;
	const entry = (Math.imul(asked[0]! ^ asked[5]!, 0x9e3779b1) >>> 21) * MEMO_WORDS;
	let isKnown = memo[entry] !== 0;
	for (let i = 0; isKnown && i < 8; i++) isKnown = memo[entry + 1 + i] === asked[i];
	if (isKnown) return memo[entry] === ON_CURVE;
	const answer = computeIsOnCurve(bytes);
	memo[entry] = answer ? ON_CURVE : OFF_CURVE;
	for (let i = 0; i < 8; i++) memo[entry + 1 + i] = asked[i]!;
	return answer;
}

/** As {@link isOnCurve}, without a memory. */
export function computeIsOnCurve(bytes: Uint8Array): boolean {
	symbolOf ??= compileSymbol() ?? portableSymbol;
	const symbol = symbolOf(bytes);
	return symbol === 0 ? decompresses(bytes.subarray(0, 32)) : symbol === 1;
}

/** The same answer by a square root: for y = 1 and y = -1, where the symbol is zero. */
function decompresses(bytes: Uint8Array): boolean {
	try {
		ed25519.Point.fromBytes(bytes, true);
		return true;
	} catch {
		return false;
	}
}
