/**
 * What a deployment needs of a client of JSON-RPC, how answers are read, and which say "not now".
 */

/** Node behind, too many requests. */
const NOT_NOW_CODES: ReadonlySet<number> = new Set([-32005, -32429, 429]);

/** Whether an error of JSON-RPC passes, so that it is worth asking again. */
export function isNotNowCode(code: number | null): boolean {
	return code !== null && NOT_NOW_CODES.has(code);
}

/** Whether an HTTP status passes. */
export function isNotNowStatus(status: number): boolean {
	return status === 429 || status >= 500;
}

/** What became of a call. */
export type RpcOutcome = { readonly result: unknown } | { readonly error: unknown };

/** A client. Its errors have the `code` and the `data` of JSON-RPC's error, where that is what they are. */
export interface RpcCaller {
	/** The result of a call. */
	call(method: string, params: readonly unknown[]): Promise<unknown>;
	/** Calls of one method in one request, in order; null where the server does not take them together. */
	batch(method: string, calls: readonly (readonly unknown[])[]): Promise<readonly RpcOutcome[] | null>;
	/** The error for an answer in which `what` cannot be read. */
	unreadable(what: string): Error;
}

/** The member `name` of `value`; undefined where it is no object, or has none. */
export function member(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
		? Reflect.get(value, name)
		: undefined;
}

/** An integer of 0 and more: a number, or a text of digits, as careful clients give those beyond 2^53; null for anything else. */
export function toBigInt(value: unknown): bigint | null {
	if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? BigInt(value) : null;
	return typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : null;
}
