/**
 * Asks another cluster by JSON-RPC: with patience where it is worth it, and words for the user where it is not.
 *
 * The URL may hold a key of the user's, so messages name its host alone.
 */
import { AccountsUnavailable } from '@parhelion/rpc';
import { isNotNowCode, isNotNowStatus } from '@parhelion/toolchain';
import { member, parseLongJson } from './json.ts';

/** Milliseconds until a request is given up. */
const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_ATTEMPTS = 6;
/** Attempts where nobody answers at all: that is rarely a matter of seconds. */
const UNREACHABLE_ATTEMPTS = 3;
/** Milliseconds before the second attempt; doubled before each further one. */
const DEFAULT_BACKOFF = 250;
/** The longest that a server may make us wait, in milliseconds. */
const MAX_WAIT = 30_000;
/** Requests that are under way at a time; more wait, since public nodes count them. */
const MAX_PARALLEL = 8;
/** Bytes of an answer: a batch of the largest accounts is refused and asked for in parts. */
const DEFAULT_MAX_RESPONSE = 256 * 1024 * 1024;
/** Characters of the other side's words that are shown. */
const MAX_QUOTE = 300;

/** The other cluster did not give what was asked for. */
export class UpstreamError extends AccountsUnavailable {
	/** The HTTP status; null where there was no answer, or the answer was an error of JSON-RPC. */
	readonly status: number | null;
	/** The code of JSON-RPC's error. */
	readonly code: number | null;
	/** What JSON-RPC's error has besides. */
	readonly data: unknown;
	/** The answer, or what was asked for, was too large. */
	readonly isTooLarge: boolean;

	constructor(
		message: string,
		about: { status?: number; code?: number; data?: unknown; isTooLarge?: boolean } = {},
	) {
		super(message);
		this.status = about.status ?? null;
		this.code = about.code ?? null;
		this.data = about.data ?? null;
		this.isTooLarge = about.isTooLarge ?? false;
	}
}

/** How to ask. */
export interface RpcClientOptions {
	/** Milliseconds until a request is given up. */
	readonly timeout?: number;
	readonly attempts?: number;
	/** Milliseconds before the second attempt. */
	readonly backoff?: number;
	/** Bytes of an answer. */
	readonly maxResponse?: number;
	/** Is told of each wait. */
	readonly onRetry?: (reason: string, waitMs: number) => void;
}

/** An attempt that failed: `retryAfter` (milliseconds) is null where another would be of no use. */
interface Failure {
	readonly error: UpstreamError;
	readonly retryAfter: number | null;
}

/** What became of a call. */
export type Outcome = { readonly result: unknown } | { readonly error: UpstreamError };

interface RequestBody {
	readonly jsonrpc: '2.0';
	readonly id: number;
	readonly method: string;
	readonly params: readonly unknown[];
}

/** One printable line. */
function quote(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: what a stranger wrote must not steer the terminal
	const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
	return line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}…` : line;
}

/** Milliseconds that a `Retry-After` header asks for: seconds, or a date. */
export function retryAfterMs(header: string | null, now: number): number | null {
	if (header === null) return null;
	if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000;
	const date = Date.parse(header);
	return Number.isNaN(date) ? null : Math.max(0, date - now);
}

async function readText(response: Response, limit: number): Promise<string | null> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	if (response.body === null) return '';
	for await (const chunk of response.body) {
		length += chunk.length;
		// Leaving the loop cancels the rest.
		if (length > limit) return null;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** What Node says of a connection that failed, without the wrapping. */
function networkReason(thrown: unknown): string {
	if (!(thrown instanceof Error)) return String(thrown);
	if (thrown.name === 'TimeoutError') return 'no answer in time';
	const { cause } = thrown;
	if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
	return cause instanceof Error ? cause.message : thrown.message;
}

/** A client of one cluster. */
export class RpcClient {
	/** Host and port: how messages name the cluster. */
	readonly host: string;
	/** Requests that were made, attempts counted each. */
	requests = 0;
	private readonly url: string;
	private readonly options: Required<RpcClientOptions>;
	private id = 0;
	private running = 0;
	private readonly waiting: (() => void)[] = [];

	constructor(url: string, options: RpcClientOptions = {}) {
		this.url = url;
		this.host = new URL(url).host;
		this.options = {
			timeout: DEFAULT_TIMEOUT,
			attempts: DEFAULT_ATTEMPTS,
			backoff: DEFAULT_BACKOFF,
			maxResponse: DEFAULT_MAX_RESPONSE,
			onRetry: () => {},
			...options,
		};
	}

	/** The result of a call. Rejects with an {@link UpstreamError}; integers of 16 digits and more come as strings. */
	async call(method: string, params: readonly unknown[]): Promise<unknown> {
		const where = `${this.host} (${method})`;
		return this.patiently(async () => {
			const posted = await this.post(this.request(method, params), where);
			return 'error' in posted ? posted : readAnswer(posted.text, where);
		});
	}

	/**
	 * Calls of one method in one request: what became of each, in order. Null where the server does not take them together.
	 * Where it fails at them, as some do for good, they are made in halves, and one by one where it fails at a half too.
	 * Rejects as {@link call} does where nobody answers.
	 */
	async batch(method: string, calls: readonly (readonly unknown[])[]): Promise<readonly Outcome[] | null> {
		const whole = await this.batchOnce(method, calls);
		if (whole !== 'failed') return whole;
		const middle = Math.ceil(calls.length / 2);
		const halves = [calls.slice(0, middle), calls.slice(middle)].map(async (half) => {
			const outcomes = half.length > 1 ? await this.batchOnce(method, half) : null;
			if (outcomes !== null && outcomes !== 'failed') return outcomes;
			return Promise.all(half.map((params) => this.settled(method, params)));
		});
		return (await Promise.all(halves)).flat();
	}

	/** As {@link batch}, in one request; `failed` after the wait that the server asks for. */
	private async batchOnce(
		method: string,
		calls: readonly (readonly unknown[])[],
	): Promise<readonly Outcome[] | 'failed' | null> {
		const where = `${this.host} (${method})`;
		const requests = calls.map((params) => this.request(method, params));
		let posted: Failure | { readonly text: string };
		try {
			posted = await this.patiently(async () => {
				const answer = await this.post(requests, where);
				const isFinal = 'error' in answer && (answer.error.status === null || answer.retryAfter === null);
				return isFinal ? answer : { result: answer };
			});
		} catch (thrown) {
			// It was reached, and did not like what it got: what is wrong with a call by itself comes as an error of that call.
			if ((thrown as UpstreamError).status !== null) return null;
			throw thrown;
		}
		if ('error' in posted) {
			await this.pause(posted.error, posted.retryAfter ?? 0, 1);
			return 'failed';
		}
		const answers = parsed(posted.text);
		if (!Array.isArray(answers)) return null;
		const byId = new Map(answers.map((answer: unknown) => [Number(member(answer, 'id')), answer]));
		const all = requests.map(({ id }) => byId.get(id));
		if (all.includes(undefined)) return null;
		return Promise.all(
			all.map((answer, i) => this.orAgain(outcomeOf(answer, where), method, calls[i] ?? [])),
		);
	}

	/** The outcome of a call in a batch; where it was "not now", that of the call by itself. */
	private async orAgain(outcome: Outcome, method: string, params: readonly unknown[]): Promise<Outcome> {
		return 'error' in outcome && isNotNowCode(outcome.error.code) ? this.settled(method, params) : outcome;
	}

	/** What becomes of a call by itself. */
	private async settled(method: string, params: readonly unknown[]): Promise<Outcome> {
		try {
			return { result: await this.call(method, params) };
		} catch (thrown) {
			return { error: thrown as UpstreamError };
		}
	}

	/** The error for an answer in which `what` cannot be read. */
	unreadable(what: string): UpstreamError {
		return new UpstreamError(`${this.host}: ${what} cannot be read`);
	}

	private request(method: string, params: readonly unknown[]): RequestBody {
		return { jsonrpc: '2.0', id: ++this.id, method, params };
	}

	/** Works until it is done, or has failed in a way that does not pass. */
	private async patiently<T>(work: () => Promise<Failure | { readonly result: T }>): Promise<T> {
		const { attempts } = this.options;
		for (let attempt = 1; ; attempt++) {
			const outcome = await this.inTurn(work);
			if (!('error' in outcome)) return outcome.result;
			const { error, retryAfter } = outcome;
			if (retryAfter === null) throw error;
			const isUnreachable = error.status === null && error.code === null;
			const limit = isUnreachable ? Math.min(attempts, UNREACHABLE_ATTEMPTS) : attempts;
			if (attempt >= limit) {
				throw new UpstreamError(`${error.message} (${limit} attempts)`, {
					...(error.status === null ? {} : { status: error.status }),
					...(error.code === null ? {} : { code: error.code }),
				});
			}
			await this.pause(error, retryAfter, attempt);
		}
	}

	/** Waits until it makes sense to come back after an attempt that failed. */
	private async pause(error: UpstreamError, retryAfter: number, attempt: number): Promise<void> {
		const { backoff, onRetry } = this.options;
		// A little at random, so that several of us do not come back together.
		const own = backoff * 2 ** (attempt - 1) * (1 + Math.random() / 4);
		const wait = Math.min(MAX_WAIT, Math.max(retryAfter, own));
		onRetry(error.message, wait);
		await new Promise((resolve) => setTimeout(resolve, wait));
	}

	private async inTurn<T>(work: () => Promise<T>): Promise<T> {
		if (this.running >= MAX_PARALLEL) await new Promise<void>((resolve) => this.waiting.push(resolve));
		else this.running++;
		try {
			return await work();
		} finally {
			// The turn goes on to whoever waits, or is given back.
			const next = this.waiting.shift();
			if (next === undefined) this.running--;
			else next();
		}
	}

	private async post(
		body: RequestBody | readonly RequestBody[],
		where: string,
	): Promise<Failure | { readonly text: string }> {
		const { timeout, maxResponse } = this.options;
		this.requests++;
		let response: Response;
		let text: string | null;
		try {
			response = await fetch(this.url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
				signal: AbortSignal.timeout(timeout),
			});
			text = await readText(response, maxResponse);
		} catch (thrown) {
			const error = new UpstreamError(`${where} cannot be reached: ${networkReason(thrown)}`);
			return { error, retryAfter: 0 };
		}
		const { status, statusText } = response;
		if (text === null) {
			const error = new UpstreamError(`${where} answered with more than ${maxResponse} bytes`, {
				isTooLarge: true,
			});
			return { error, retryAfter: null };
		}
		if (!response.ok) {
			const said = quote(text);
			const words = [`${where} answered HTTP ${status}`, statusText].filter((word) => word !== '').join(' ');
			const error = new UpstreamError(said === '' ? words : `${words}: ${said}`, {
				status,
				isTooLarge: status === 413,
			});
			if (!isNotNowStatus(status)) return { error, retryAfter: null };
			return { error, retryAfter: retryAfterMs(response.headers.get('retry-after'), Date.now()) ?? 0 };
		}
		return { text };
	}
}

/** The JSON in `text`; undefined where there is none. */
function parsed(text: string): unknown {
	try {
		return parseLongJson(text);
	} catch {
		return undefined;
	}
}

function readAnswer(text: string, where: string): Failure | { readonly result: unknown } {
	const answer = parsed(text);
	if (answer === undefined) {
		const error = new UpstreamError(`${where} answered with no JSON: ${quote(text.slice(0, 2 * MAX_QUOTE))}`);
		return { error, retryAfter: null };
	}
	const outcome = outcomeOf(answer, where);
	if (!('error' in outcome)) return outcome;
	const { error } = outcome;
	return { error, retryAfter: isNotNowCode(error.code) ? 0 : null };
}

/** What one answer of JSON-RPC says. */
function outcomeOf(answer: unknown, where: string): Outcome {
	const failed = member(answer, 'error');
	if (failed !== undefined && failed !== null) {
		const code = member(failed, 'code');
		const known = { data: member(failed, 'data'), ...(typeof code === 'number' ? { code } : {}) };
		const said = quote(String(member(failed, 'message') ?? 'no message'));
		return { error: new UpstreamError(`${where} says no: ${said} (${String(code)})`, known) };
	}
	const result = member(answer, 'result');
	if (result !== undefined) return { result };
	return { error: new UpstreamError(`${where} answered with no result`) };
}
