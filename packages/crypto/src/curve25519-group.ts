/** What may be asked of a group over curve25519, whoever computes it. */

/** What the two groups have in common; points and scalars are 32 bytes. */
export interface Curve25519Group {
	/** Whether `point` encodes an element. */
	validate(point: Uint8Array): boolean;
	/** The sum, or null where one of the two encodes no element. */
	add(left: Uint8Array, right: Uint8Array): Uint8Array | null;
	/** The difference, or null where one of the two encodes no element. */
	subtract(left: Uint8Array, right: Uint8Array): Uint8Array | null;
	/** The multiple, or null where the scalar is not canonical or `point` encodes no element. */
	multiply(scalar: Uint8Array, point: Uint8Array): Uint8Array | null;
	/**
	 * The sum of the multiples of as many points as scalars, both one behind the other; null as
	 * {@link multiply}. The sum of none is the identity.
	 */
	multiscalarMultiply(scalars: Uint8Array, points: Uint8Array): Uint8Array | null;
}
