/** Copies of bytes, for what comes from or goes to a caller. */

/**
 * A copy as a plain `Uint8Array`. Not `slice`: on Node's `Buffer`, which callers pass as often as not, that
 * shares the memory.
 */
export function copyBytes(bytes: ArrayLike<number>): Uint8Array {
	return new Uint8Array(bytes);
}
