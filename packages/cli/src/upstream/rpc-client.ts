/**
 * Asks another cluster by JSON-RPC: the library's client, with integers of 64 bits whole, and errors that a call to our own
 * node may end with.
 */
import { AccountsUnavailable } from '@parhelion/rpc';
import type { RpcCaller, RpcOutcome } from '@parhelion/toolchain';
import { HttpRpc, HttpRpcError, type HttpRpcFacts, type HttpRpcOptions } from 'parhelion/toolchain';
import { parseLongJson } from './json.ts';

/** The other cluster did not give what was asked for. */
export class UpstreamError extends AccountsUnavailable {
	/** The code of JSON-RPC's error. */
	readonly code: number | null;
	/** What JSON-RPC's error has besides. */
	readonly data: unknown;
	/** The HTTP status; null where there was no answer, or its words are what is wrong. */
	readonly status: number | null;
	/** The answer, or what was asked for, was too large. */
	readonly isTooLarge: boolean;

	constructor(message: string, facts: Partial<HttpRpcFacts> = {}) {
		super(message);
		this.code = facts.code ?? null;
		this.data = facts.data ?? null;
		this.status = facts.status ?? null;
		this.isTooLarge = facts.isTooLarge ?? false;
	}
}

/** How to ask. */
export type RpcClientOptions = Omit<HttpRpcOptions, 'parse'>;

/** A client of one cluster. */
export class RpcClient implements RpcCaller {
	readonly #http: HttpRpc;

	constructor(url: string, options: RpcClientOptions = {}) {
		try {
			this.#http = new HttpRpc(new URL(url).href, { ...options, parse: parseLongJson });
		} catch (thrown) {
			// Its words are for the user, and quote nothing of the URL.
			throw thrown instanceof RangeError ? new UpstreamError(thrown.message) : thrown;
		}
	}

	/** Host and port: how messages name the cluster. */
	get host(): string {
		return this.#http.host;
	}

	/** Requests that were made, attempts counted each. */
	get requests(): number {
		return this.#http.requests;
	}

	/** The result of a call. Rejects with an {@link UpstreamError}; integers of 16 digits and more come as strings. */
	async call(method: string, params: readonly unknown[]): Promise<unknown> {
		try {
			return await this.#http.call(method, params);
		} catch (thrown) {
			throw upstreamError(thrown);
		}
	}

	/** Calls of one method in one request, as {@link HttpRpc.batch} makes them. */
	async batch(method: string, calls: readonly (readonly unknown[])[]): Promise<readonly RpcOutcome[] | null> {
		try {
			const outcomes = await this.#http.batch(method, calls);
			return (
				outcomes?.map((outcome) =>
					'error' in outcome ? { error: upstreamError(outcome.error) } : outcome,
				) ?? null
			);
		} catch (thrown) {
			throw upstreamError(thrown);
		}
	}

	/** The error for an answer in which `what` cannot be read. */
	unreadable(what: string): UpstreamError {
		return new UpstreamError(this.#http.unreadable(what).message);
	}
}

/** What was thrown, as an error that a call to our own node may end with. */
function upstreamError(thrown: unknown): unknown {
	return thrown instanceof HttpRpcError ? new UpstreamError(thrown.message, thrown) : thrown;
}
