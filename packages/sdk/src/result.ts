/**
 * How errors travel.
 *
 * Protocol errors are values (unions with upstream's variant names). Inside a room a deep chain
 * hands one up by throwing it wrapped in a {@link Fault}; the room's face catches it and returns a
 * {@link Result}. A `Fault` is no `Error`: it captures no stack, so a failing transaction costs no
 * more than a succeeding one. Misuse by a caller throws `TypeError` or `RangeError`; an
 * {@link InvariantError} is our own bug and is caught only at a process edge.
 */

/** The outcome of a call that can fail by protocol. */
export type Result<T, E> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly error: E };

/** A success carrying `value`. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
	return { ok: true, value };
}

/** A failure carrying the protocol error `error`. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
	return { ok: false, error };
}

/** A protocol error on its way up inside a room. */
export class Fault<E = unknown> {
	readonly error: E;
	constructor(error: E) {
		this.error = error;
	}
}

/** Runs `body`; a thrown {@link Fault} becomes the error, everything else keeps flying. */
export function catchFault<T, E>(body: () => T): Result<T, E> {
	try {
		return ok(body());
	} catch (thrown) {
		if (thrown instanceof Fault) return err(thrown.error as E);
		throw thrown;
	}
}

/** A bug of this project: a state that its own rules exclude. */
export class InvariantError extends Error {
	override readonly name = 'InvariantError';
}
