/**
 * Owns the call of native/curve25519.c: the groups' operations in WebAssembly.
 *
 * Measured (Node 20.20), with what `@noble/curves` takes in brackets: a sum of two points 18 us (170 us), of two elements of
 * ristretto255 26 us (220 us), a multiple 90 us (0.9 ms), a sum of 8 multiples 0.26 ms (5.3 ms), of 64 1.6 ms (22 ms).
 */
import type { Curve25519Group } from './curve25519-group.ts';
import { CURVE25519_MODULE } from './curve25519-module.ts';
import { portableEdwards25519Group, portableRistretto255Group } from './curve25519-portable.ts';
import { compileBase64 } from './wasm-module.ts';

/** Points of a sum, at most, as in the C: what programs may ask for. A larger one is computed portably. */
const MAX_POINTS = 512;

/** The group order, as little-endian words of 32 bits. */
const ORDER = [0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0, 0, 0, 0x10000000];

/** Whether each scalar of 32 bytes is below the group order. */
function areCanonical(scalars: Uint8Array): boolean {
	const view = new DataView(scalars.buffer, scalars.byteOffset, scalars.length);
	for (let at = 0; at + 32 <= scalars.length; at += 32) {
		let i = 7;
		while (i >= 0 && view.getUint32(at + 4 * i, true) === ORDER[i]) i--;
		if (i < 0 || view.getUint32(at + 4 * i, true) > ORDER[i]!) return false;
	}
	return true;
}

/** edwards25519 and ristretto255 by an instance of its own; `null` where WebAssembly may not be compiled. */
export function compileGroups(): readonly [Curve25519Group, Curve25519Group] | null {
	const module = compileBase64(CURVE25519_MODULE);
	if (module === null) return null;
	const kernel = new WebAssembly.Instance(module).exports as {
		readonly memory: WebAssembly.Memory;
		readonly points: () => number;
		readonly scalars: () => number;
		readonly result: () => number;
		readonly validate: (group: number) => number;
		readonly add: (group: number, negative: number) => number;
		readonly multiply: (group: number, count: number) => number;
	};
	const { buffer } = kernel.memory;
	const points = new Uint8Array(buffer, kernel.points(), 32 * MAX_POINTS);
	const scalars = new Uint8Array(buffer, kernel.scalars(), 32 * MAX_POINTS);
	const result = new Uint8Array(buffer, kernel.result(), 32);
	const resultIf = (isThere: number): Uint8Array | null => (isThere === 1 ? result.slice() : null);
	const groupOf = (group: number, portable: Curve25519Group): Curve25519Group => {
		const combine = (left: Uint8Array, right: Uint8Array, negative: number): Uint8Array | null => {
			points.set(left.subarray(0, 32));
			points.set(right.subarray(0, 32), 32);
			return resultIf(kernel.add(group, negative));
		};
		const multiscalarMultiply = (factors: Uint8Array, elements: Uint8Array): Uint8Array | null => {
			const count = Math.min(factors.length, elements.length) >>> 5;
			if (count > MAX_POINTS) return portable.multiscalarMultiply(factors, elements);
			if (!areCanonical(factors)) return null;
			scalars.set(factors.subarray(0, 32 * count));
			points.set(elements.subarray(0, 32 * count));
			return resultIf(kernel.multiply(group, count));
		};
		return {
			validate(point) {
				points.set(point.subarray(0, 32));
				return kernel.validate(group) === 1;
			},
			add: (left, right) => combine(left, right, 0),
			subtract: (left, right) => combine(left, right, 1),
			multiply: (scalar, point) => multiscalarMultiply(scalar.subarray(0, 32), point.subarray(0, 32)),
			multiscalarMultiply,
		};
	};
	return [groupOf(0, portableEdwards25519Group), groupOf(1, portableRistretto255Group)];
}
