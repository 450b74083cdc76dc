/**
 * A client of JSON-RPC by `fetch`, for deployments to a cluster.
 *
 * Owns patience with a server that has too much to do, and errors with JSON-RPC's code. What it says names the host alone,
 * since a URL may hold a key of the user's, and `fetch` quotes it.
 */
import { isNotNowCode, isNotNowStatus, type RpcCaller, type RpcOutcome } from '@parhelion/toolchain';
import { expectString } from './expect-type.ts';

/** Milliseconds before the second attempt; doubled before each further one. */
const BACKOFF = 250;
const ATTEMPTS = 5;
/** Attempts at calls together: some servers fail at those for good, and fewer at a time are the better attempt. */
const BATCH_ATTEMPTS = 2;
const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_MAX_RESPONSE = 256 * 1024 * 1024;
/** Characters of the server's words that are shown. */
const MAX_QUOTE = 300;

/** A call failed. */
export class HttpRpcError extends Error {
	override readonly name = 'HttpRpcError';
	/** The code of JSON-RPC's error; null where there was none. */
	readonly code: number | null;
	/** What JSON-RPC's error has besides. */
	readonly data: unknown;
	/** Whether a server was there and answered. */
	readonly isAnswered: boolean;

	constructor(message: string, about: { code?: number; data?: unknown; isAnswered?: boolean } = {}) {
		super(message);
		this.code = about.code ?? null;
		this.data = about.data ?? null;
		this.isAnswered = about.isAnswered ?? true;
	}
}

/** How to ask. */
export interface HttpRpcOptions {
	/** Milliseconds until a request is given up; 30 seconds unless told. */
	readonly timeout?: number;
	/** Bytes of an answer at most; 256 MiB unless told. */
	readonly maxResponse?: number;
}

interface Answer {
	readonly id?: unknown;
	readonly result?: unknown;
	readonly error?: { readonly code?: unknown; readonly message?: unknown; readonly data?: unknown } | null;
}

/** An attempt that failed, and whether another may do better. */
interface Failure {
	readonly error: HttpRpcError;
	readonly isPassing: boolean;
}

type Attempt<T> = { readonly result: T } | Failure;

/** A client of the node at a URL; a name and a password in it go into a header. */
export class HttpRpc implements RpcCaller {
	readonly #url: string;
	readonly #host: string;
	readonly #headers: Readonly<Record<string, string>>;
	readonly #timeout: number;
	readonly #maxResponse: number;
	#id = 0;

	/** @throws RangeError for what is no URL of HTTP. */
	constructor(url: string, options: HttpRpcOptions = {}) {
		// `new URL` would quote what it cannot read.
		if (!/^https?:\/\//i.test(expectString(url, 'url')) || !URL.canParse(url)) {
			throw new RangeError('url: expected one that starts with http:// or https://');
		}
		const parsed = new URL(url);
		const login = loginOf(parsed);
		parsed.username = '';
		parsed.password = '';
		this.#host = parsed.host;
		this.#url = parsed.href;
		this.#headers = {
			'content-type': 'application/json',
			...(login === null ? {} : { authorization: login }),
		};
		this.#timeout = options.timeout ?? DEFAULT_TIMEOUT;
		this.#maxResponse = options.maxResponse ?? DEFAULT_MAX_RESPONSE;
	}

	/** The result of a call. Rejects with an {@link HttpRpcError}. */
	call(method: string, params: readonly unknown[]): Promise<unknown> {
		return patiently(ATTEMPTS, async () => {
			const answer = await this.#post(this.#request(method, params));
			if ('error' in answer) return answer;
			const outcome = this.#outcome(answer.result);
			return 'error' in outcome ? { ...outcome, isPassing: isNotNowCode(outcome.error.code) } : outcome;
		});
	}

	/**
	 * Calls of one method in one request, in order; null where the server does not take them together, or fails at them. Rejects
	 * where nobody answers.
	 */
	async batch(method: string, calls: readonly (readonly unknown[])[]): Promise<readonly RpcOutcome[] | null> {
		const requests = calls.map((params) => this.#request(method, params));
		let answers: unknown;
		try {
			answers = await patiently(BATCH_ATTEMPTS, () => this.#post(requests));
		} catch (thrown) {
			if (thrown instanceof HttpRpcError && thrown.isAnswered) return null;
			throw thrown;
		}
		if (!Array.isArray(answers)) return null;
		const byId = new Map(answers.map((answer: Answer | null) => [answer?.id, answer]));
		const all = requests.map(({ id }) => byId.get(id));
		if (all.includes(undefined)) return null;
		return Promise.all(all.map((answer, i) => this.#orAgain(this.#outcome(answer), method, calls[i] ?? [])));
	}

	/** The error for an answer in which `what` cannot be read. */
	unreadable(what: string): HttpRpcError {
		return new HttpRpcError(`${this.#host}: ${what} cannot be read`);
	}

	/** The outcome of a call in a batch; where it was "not now", that of the call by itself. */
	async #orAgain(
		outcome: { readonly result: unknown } | { readonly error: HttpRpcError },
		method: string,
		params: readonly unknown[],
	): Promise<RpcOutcome> {
		if (!('error' in outcome) || !isNotNowCode(outcome.error.code)) return outcome;
		return this.call(method, params).then(
			(result) => ({ result }),
			(error: unknown) => ({ error }),
		);
	}

	#request(method: string, params: readonly unknown[]): { readonly id: number } {
		return Object.assign({ jsonrpc: '2.0', id: ++this.#id }, { method, params });
	}

	#outcome(answer: unknown): { readonly result: unknown } | { readonly error: HttpRpcError } {
		const { result, error } = (typeof answer === 'object' && answer !== null ? answer : {}) as Answer;
		if (error) {
			const { code, message, data } = error;
			const known = typeof code === 'number' ? { code, data } : { data };
			const said = String(message).slice(0, MAX_QUOTE);
			return { error: new HttpRpcError(`${this.#host} says no: ${said}`, known) };
		}
		return result === undefined ? { error: this.unreadable('the answer') } : { result };
	}

	/** The JSON that the server answers with. */
	async #post(body: unknown): Promise<Attempt<unknown>> {
		const failure = (what: string, isPassing: boolean, isAnswered = true): Failure => ({
			error: new HttpRpcError(`${this.#host} ${what}`, { isAnswered }),
			isPassing,
		});
		let status: number;
		let text: string | null;
		try {
			const response = await fetch(this.#url, {
				method: 'POST',
				headers: this.#headers,
				body: JSON.stringify(body),
				signal: AbortSignal.timeout(this.#timeout),
			});
			status = response.status;
			text = await readText(response, this.#maxResponse);
		} catch (thrown) {
			return failure(networkReason(thrown), true, false);
		}
		if (text === null) return failure(`answered with more than ${this.#maxResponse} bytes`, false);
		if (status < 200 || status > 299) return failure(`answered HTTP ${status}`, isNotNowStatus(status));
		try {
			return { result: JSON.parse(text) as unknown };
		} catch {
			return failure('answered with no JSON', false);
		}
	}
}

/** The header for the name and the password in a URL; null where there are none. */
function loginOf({ username, password }: URL): string | null {
	if (username === '' && password === '') return null;
	try {
		const bytes = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
		return `Basic ${btoa(String.fromCharCode(...bytes))}`;
	} catch {
		throw new RangeError('url: the name or the password in it is not well-formed');
	}
}

/** Works until it is done, has failed in a way that does not pass, or `attempts` times. */
async function patiently<T>(attempts: number, work: () => Promise<Attempt<T>>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		const outcome = await work();
		if (!('error' in outcome)) return outcome.result;
		if (!outcome.isPassing || attempt === attempts) throw outcome.error;
		await new Promise((resolve) => setTimeout(resolve, BACKOFF * 2 ** (attempt - 1)));
	}
}

/** The body; null where it has more than `limit` bytes. */
async function readText(response: Response, limit: number): Promise<string | null> {
	const reader = response.body?.getReader();
	if (reader === undefined) return '';
	const decoder = new TextDecoder();
	let text = '';
	let length = 0;
	for (let read = await reader.read(); !read.done; read = await reader.read()) {
		length += read.value.length;
		if (length > limit) {
			await reader.cancel();
			return null;
		}
		text += decoder.decode(read.value, { stream: true });
	}
	return text + decoder.decode();
}

/** Why nobody answered, without the words of `fetch`. */
function networkReason(thrown: unknown): string {
	if (!(thrown instanceof Error)) return 'cannot be reached';
	if (thrown.name === 'TimeoutError') return 'did not answer in time';
	const { cause } = thrown;
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
	return /^[A-Z_]+$/.test(code) ? `cannot be reached (${code})` : 'cannot be reached';
}
