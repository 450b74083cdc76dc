/**
 * A client of JSON-RPC by `fetch`, for deployments to a cluster.
 *
 * Owns patience with a server that has too much to do, and errors with JSON-RPC's code. What it says names the host alone,
 * since a URL may hold a key of the user's.
 */
import type { RpcCaller, RpcOutcome } from '@parhelion/toolchain';

/** Milliseconds before the second attempt; doubled before each further one. */
const BACKOFF = 250;
const ATTEMPTS = 5;

/** A call failed. */
export class HttpRpcError extends Error {
	override readonly name = 'HttpRpcError';
	/** The code of JSON-RPC's error; null where there was none. */
	readonly code: number | null;
	/** What JSON-RPC's error has besides. */
	readonly data: unknown;
	/** Whether the server was there and took the request for a wrong one. */
	readonly isRefusal: boolean;

	constructor(message: string, about: { code?: number; data?: unknown; isRefusal?: boolean } = {}) {
		super(message);
		this.code = about.code ?? null;
		this.data = about.data ?? null;
		this.isRefusal = about.isRefusal ?? false;
	}
}

interface Answer {
	readonly id?: unknown;
	readonly result?: unknown;
	readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly data?: unknown } | null;
}

/** A client of the node at a URL. */
export class HttpRpc implements RpcCaller {
	readonly #url: string;
	readonly #host: string;
	#id = 0;

	constructor(url: string) {
		this.#host = new URL(url).host;
		this.#url = url;
	}

	/** The result of a call. Rejects with an {@link HttpRpcError}. */
	async call(method: string, params: readonly unknown[]): Promise<unknown> {
		const outcome = this.#outcome(await this.#post(this.#request(method, params)));
		if ('error' in outcome) throw outcome.error;
		return outcome.result;
	}

	/** Calls of one method in one request, in order; null where the server does not take them together. */
	async batch(method: string, calls: readonly (readonly unknown[])[]): Promise<readonly RpcOutcome[] | null> {
		const requests = calls.map((params) => this.#request(method, params));
		let answers: unknown;
		try {
			answers = await this.#post(requests);
		} catch (thrown) {
			if (thrown instanceof HttpRpcError && thrown.isRefusal) return null;
			throw thrown;
		}
		if (!Array.isArray(answers)) return null;
		const byId = new Map(answers.map((answer: Answer | null) => [answer?.id, answer]));
		const all = requests.map(({ id }) => byId.get(id));
		return all.includes(undefined) ? null : all.map((answer) => this.#outcome(answer));
	}

	/** The error for an answer in which `what` cannot be read. */
	unreadable(what: string): HttpRpcError {
		return new HttpRpcError(`${this.#host}: ${what} cannot be read`);
	}

	#request(method: string, params: readonly unknown[]): { readonly id: number } {
		return Object.assign({ jsonrpc: '2.0', id: ++this.#id }, { method, params });
	}

	#outcome(answer: unknown): { readonly result: unknown } | { readonly error: HttpRpcError } {
		const { result, error } = (typeof answer === 'object' && answer !== null ? answer : {}) as Answer;
		if (error) {
			const { code, message, data } = error;
			const known = typeof code === 'number' ? { code, data } : { data };
			return { error: new HttpRpcError(`${this.#host} says no: ${String(message)}`, known) };
		}
		return result === undefined ? { error: this.unreadable('the answer') } : { result };
	}

	async #post(body: unknown): Promise<unknown> {
		for (let attempt = 1; ; attempt++) {
			const { isLasting, answer } = await this.#attempt(JSON.stringify(body));
			if (!(answer instanceof HttpRpcError)) return answer;
			if (isLasting || attempt === ATTEMPTS) throw answer;
			await new Promise((resolve) => setTimeout(resolve, BACKOFF * 2 ** (attempt - 1)));
		}
	}

	/** The answer, or what is wrong and whether it will stay so. */
	async #attempt(body: string): Promise<{ readonly isLasting: boolean; readonly answer: unknown }> {
		try {
			const headers = { 'content-type': 'application/json' };
			const response = await fetch(this.#url, { method: 'POST', headers, body });
			if (response.ok) return { isLasting: true, answer: await response.json() };
			const { status } = response;
			const isRefusal = status < 500 && status !== 429;
			return {
				isLasting: isRefusal,
				answer: new HttpRpcError(`${this.#host} answered HTTP ${status}`, { isRefusal }),
			};
		} catch (thrown) {
			const isRefusal = thrown instanceof SyntaxError;
			const reason = thrown instanceof Error ? thrown.message : String(thrown);
			return { isLasting: isRefusal, answer: new HttpRpcError(`${this.#host}: ${reason}`, { isRefusal }) };
		}
	}
}
