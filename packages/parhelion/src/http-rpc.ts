/**
 * A client of JSON-RPC by `fetch`, for deployments to a cluster and for whoever asks one.
 *
 * Owns patience: what is asked again and when, how many requests are under way, and what becomes of calls in one request.
 */
import { isNestedTooDeep, isNotNowCode, member, type RpcCaller, type RpcOutcome } from '@parhelion/toolchain';
import { type Failure, HttpEndpoint, HttpRpcError, quote } from './http-post.ts';

const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_MAX_RESPONSE = 256 * 1024 * 1024;
const DEFAULT_ATTEMPTS = 6;
/** Attempts where nobody answers at all: that is rarely a matter of seconds. */
const UNREACHABLE_ATTEMPTS = 3;
const DEFAULT_BACKOFF = 250;
/** The longest that a server may make us wait, in milliseconds. */
const MAX_WAIT = 30_000;
/** Requests that are under way at a time; more wait, since public nodes count them. */
const MAX_PARALLEL = 8;

/** How to ask. */
export interface HttpRpcOptions {
	/** Milliseconds until a request is given up; 30 seconds unless told. */
	readonly timeout?: number;
	/** Bytes of an answer at most; 256 MiB unless told. */
	readonly maxResponse?: number;
	/** Attempts at most where the server says "not now"; 6 unless told. */
	readonly attempts?: number;
	/** Milliseconds before the second attempt, doubled before each further one; 250 unless told. */
	readonly backoff?: number;
	/** Reads the text of an answer; `JSON.parse` unless told. */
	readonly parse?: (text: string) => unknown;
	/** Is told of each wait. */
	readonly onRetry?: (reason: string, waitMs: number) => void;
}

interface RequestBody {
	readonly jsonrpc: '2.0';
	readonly id: number;
	readonly method: string;
	readonly params: readonly unknown[];
}

type Answer = { readonly result: unknown } | { readonly error: HttpRpcError };

/** A client of the node at a URL; a name and a password in it go into a header. */
export class HttpRpc implements RpcCaller {
	readonly #endpoint: HttpEndpoint;
	readonly #options: Required<HttpRpcOptions>;
	readonly #waiting: (() => void)[] = [];
	#running = 0;
	#id = 0;
	#requests = 0;

	/** @throws RangeError for what is no URL of HTTP. */
	constructor(url: string, options: HttpRpcOptions = {}) {
		this.#endpoint = new HttpEndpoint(url);
		this.#options = {
			timeout: options.timeout ?? DEFAULT_TIMEOUT,
			maxResponse: options.maxResponse ?? DEFAULT_MAX_RESPONSE,
			attempts: options.attempts ?? DEFAULT_ATTEMPTS,
			backoff: options.backoff ?? DEFAULT_BACKOFF,
			parse: options.parse ?? JSON.parse,
			onRetry: options.onRetry ?? (() => {}),
		};
	}

	/** Host and port: how messages name the node. */
	get host(): string {
		return this.#endpoint.host;
	}

	/** Requests that were made, attempts counted each. */
	get requests(): number {
		return this.#requests;
	}

	/** The result of a call. Rejects with an {@link HttpRpcError}. */
	call(method: string, params: readonly unknown[]): Promise<unknown> {
		const where = this.#where(method);
		return this.#patiently(async () => {
			const posted = await this.#post(this.#request(method, params), where);
			return 'error' in posted ? posted : this.#readAnswer(posted.text, where);
		});
	}

	/**
	 * Calls of one method in one request: what became of each, in order. Null where the server does not take them together.
	 * Where it fails at them, as some do for good, they are made in halves, and one by one where it fails at a half too.
	 * Rejects as {@link call} does where nobody answers.
	 */
	async batch(method: string, calls: readonly (readonly unknown[])[]): Promise<readonly RpcOutcome[] | null> {
		const whole = await this.#batchOnce(method, calls);
		if (whole !== 'failed') return whole;
		const middle = Math.ceil(calls.length / 2);
		const halves = [calls.slice(0, middle), calls.slice(middle)].map(async (half) => {
			const outcomes = half.length > 1 ? await this.#batchOnce(method, half) : null;
			if (outcomes !== null && outcomes !== 'failed') return outcomes;
			return Promise.all(half.map((params) => this.#settled(method, params)));
		});
		return (await Promise.all(halves)).flat();
	}

	/** The error for an answer in which `what` cannot be read. */
	unreadable(what: string): HttpRpcError {
		return new HttpRpcError(`${this.host}: ${what} cannot be read`);
	}

	/** As {@link batch}, in one request; `failed` after the wait that the server asks for. */
	async #batchOnce(
		method: string,
		calls: readonly (readonly unknown[])[],
	): Promise<readonly RpcOutcome[] | 'failed' | null> {
		const where = this.#where(method);
		const requests = calls.map((params) => this.#request(method, params));
		let posted: Failure | { readonly text: string };
		try {
			posted = await this.#patiently(async () => {
				const answer = await this.#post(requests, where);
				const isFinal = 'error' in answer && (!answer.error.isAnswered || answer.retryAfter === null);
				return isFinal ? answer : { result: answer };
			});
		} catch (thrown) {
			// It was reached, and did not like what it got: what is wrong with a call by itself comes as an error of that call.
			if (thrown instanceof HttpRpcError && thrown.status !== null) return null;
			throw thrown;
		}
		if ('error' in posted) {
			await this.#pause(posted.error, posted.retryAfter ?? 0, 1);
			return 'failed';
		}
		const answers = this.#parsed(posted.text);
		// A short text can hold millions of answers to nothing.
		if (!Array.isArray(answers) || answers.length !== requests.length) return null;
		const byId = new Map(answers.map((answer: unknown) => [idOf(answer), answer]));
		const all = requests.map(({ id }) => byId.get(id));
		if (all.includes(undefined)) return null;
		return Promise.all(
			all.map((answer, i) => this.#orAgain(readOutcome(answer, where), method, calls[i] ?? [])),
		);
	}

	/** The outcome of a call in a batch; where it was "not now", that of the call by itself. */
	async #orAgain(outcome: Answer, method: string, params: readonly unknown[]): Promise<RpcOutcome> {
		return 'error' in outcome && isNotNowCode(outcome.error.code) ? this.#settled(method, params) : outcome;
	}

	/** What becomes of a call by itself. */
	#settled(method: string, params: readonly unknown[]): Promise<RpcOutcome> {
		return this.call(method, params).then(
			(result) => ({ result }),
			(error: unknown) => ({ error }),
		);
	}

	#where(method: string): string {
		return `${this.host} (${method})`;
	}

	#request(method: string, params: readonly unknown[]): RequestBody {
		return { jsonrpc: '2.0', id: ++this.#id, method, params };
	}

	#post(
		body: RequestBody | readonly RequestBody[],
		where: string,
	): Promise<Failure | { readonly text: string }> {
		this.#requests++;
		return this.#endpoint.post(body, where, this.#options);
	}

	/** The JSON in `text`; undefined where there is none, or one that is nested too deep. */
	#parsed(text: string): unknown {
		try {
			return isDeepJson(text) ? undefined : this.#options.parse(text);
		} catch {
			return undefined;
		}
	}

	#readAnswer(text: string, where: string): Failure | { readonly result: unknown } {
		const answer = this.#parsed(text);
		if (answer === undefined) {
			const what = isDeepJson(text) ? 'JSON that is nested too deep' : `no JSON: ${quote(text)}`;
			return { error: new HttpRpcError(`${where} answered with ${what}`), retryAfter: null };
		}
		const outcome = readOutcome(answer, where);
		if (!('error' in outcome)) return outcome;
		return { ...outcome, retryAfter: isNotNowCode(outcome.error.code) ? 0 : null };
	}

	/** Works until it is done, or has failed in a way that does not pass. */
	async #patiently<T>(work: () => Promise<Failure | { readonly result: T }>): Promise<T> {
		const { attempts } = this.#options;
		for (let attempt = 1; ; attempt++) {
			const outcome = await this.#inTurn(work);
			if (!('error' in outcome)) return outcome.result;
			const { error, retryAfter } = outcome;
			if (retryAfter === null) throw error;
			const limit = error.isAnswered ? attempts : Math.min(attempts, UNREACHABLE_ATTEMPTS);
			if (attempt >= limit) throw new HttpRpcError(`${error.message} (${limit} attempts)`, error);
			await this.#pause(error, retryAfter, attempt);
		}
	}

	/** Waits until it makes sense to come back after an attempt that failed. */
	async #pause(error: HttpRpcError, retryAfter: number, attempt: number): Promise<void> {
		const { backoff, onRetry } = this.#options;
		// A little at random, so that several of us do not come back together.
		const own = backoff * 2 ** (attempt - 1) * (1 + Math.random() / 4);
		const wait = Math.min(MAX_WAIT, Math.max(retryAfter, own));
		onRetry(error.message, wait);
		await new Promise((resolve) => setTimeout(resolve, wait));
	}

	async #inTurn<T>(work: () => Promise<T>): Promise<T> {
		if (this.#running >= MAX_PARALLEL) await new Promise<void>((resolve) => this.#waiting.push(resolve));
		else this.#running++;
		try {
			return await work();
		} finally {
			// The turn goes on to whoever waits, or is given back.
			const next = this.#waiting.shift();
			if (next === undefined) this.#running--;
			else next();
		}
	}
}

/** Whether a text is nested too deep; not where it is a page with scripts, which is to be quoted. */
function isDeepJson(text: string): boolean {
	return /^\s*[[{]/.test(text) && isNestedTooDeep(text);
}

/** The id of an answer, which some servers write as text; NaN where it has none. */
function idOf(answer: unknown): number {
	const id = member(answer, 'id');
	return typeof id === 'number' || typeof id === 'string' ? Number(id) : Number.NaN;
}

/** What one answer of JSON-RPC says. */
function readOutcome(answer: unknown, where: string): Answer {
	const failed = member(answer, 'error');
	if (failed !== undefined && failed !== null) {
		const [code, message] = [member(failed, 'code'), member(failed, 'message')];
		const said = typeof message === 'string' ? quote(message) : 'no message';
		const known = typeof code === 'number' ? { code } : {};
		const words = `${where} says no: ${said} (${known.code ?? 'no code'})`;
		return { error: new HttpRpcError(words, { ...known, data: member(failed, 'data') }) };
	}
	const result = member(answer, 'result');
	if (result !== undefined) return { result };
	return { error: new HttpRpcError(`${where} answered with no result`) };
}
