/**
 * One POST of JSON by `fetch`, and the words for where it fails.
 *
 * Owns what a stranger's server may do to us: how long it takes and how much it says, that it sends us nowhere else, and that
 * no word of it steers a terminal. What is said names the host alone, since a URL may hold a key of the user's, and `fetch`
 * quotes it.
 */
import { isNotNowStatus } from '@parhelion/toolchain';
import { expectString } from './expect-type.ts';

/** Characters of the server's words that are shown. */
const MAX_QUOTE = 300;

/** What is known of a failure besides its words. */
export interface HttpRpcFacts {
	/** The HTTP status; null where there was no answer, or its words are what is wrong. */
	readonly status: number | null;
	/** The code of JSON-RPC's error; null where there was none. */
	readonly code: number | null;
	/** What JSON-RPC's error has besides. */
	readonly data: unknown;
	/** Whether a server was there and answered. */
	readonly isAnswered: boolean;
	/** Whether the answer, or what was asked for, was too large. */
	readonly isTooLarge: boolean;
}

/** A call failed. */
export class HttpRpcError extends Error implements HttpRpcFacts {
	override readonly name = 'HttpRpcError';
	readonly status: number | null;
	readonly code: number | null;
	readonly data: unknown;
	readonly isAnswered: boolean;
	readonly isTooLarge: boolean;

	constructor(message: string, facts: Partial<HttpRpcFacts> = {}) {
		super(message);
		this.status = facts.status ?? null;
		this.code = facts.code ?? null;
		this.data = facts.data ?? null;
		this.isAnswered = facts.isAnswered ?? true;
		this.isTooLarge = facts.isTooLarge ?? false;
	}
}

/** An attempt that failed: `retryAfter` (milliseconds) is null where another would be of no use. */
export interface Failure {
	readonly error: HttpRpcError;
	readonly retryAfter: number | null;
}

/** How far patience goes. */
export interface PostLimits {
	/** Milliseconds until the whole answer must be there. */
	readonly timeout: number;
	/** Bytes of an answer. */
	readonly maxResponse: number;
}

/** A server at a URL; a name and a password in it go into a header. */
export class HttpEndpoint {
	/** Host and port: how messages name the server. */
	readonly host: string;
	readonly #url: string;
	readonly #headers: Readonly<Record<string, string>>;

	/** @throws RangeError for what is no URL of HTTP. */
	constructor(url: string) {
		// `new URL` would quote what it cannot read.
		if (!/^https?:\/\//i.test(expectString(url, 'url')) || !URL.canParse(url)) {
			throw new RangeError('url: expected one that starts with http:// or https://');
		}
		const parsed = new URL(url);
		const login = loginOf(parsed);
		parsed.username = '';
		parsed.password = '';
		this.host = parsed.host;
		this.#url = parsed.href;
		this.#headers = {
			'content-type': 'application/json',
			...(login === null ? {} : { authorization: login }),
		};
	}

	/** The text that the server answers with; `where` begins what is said of a failure. */
	async post(
		body: unknown,
		where: string,
		{ timeout, maxResponse }: PostLimits,
	): Promise<Failure | { readonly text: string }> {
		const failure = (what: string, facts: Partial<HttpRpcFacts>, retryAfter: number | null): Failure => ({
			error: new HttpRpcError(`${where} ${what}`, facts),
			retryAfter,
		});
		const request: RequestInit = {
			method: 'POST',
			headers: this.#headers,
			body: JSON.stringify(body),
			// Whoever was asked does not choose who else is.
			redirect: 'manual',
			signal: AbortSignal.timeout(timeout),
		};
		let response: Response;
		let text: string | null;
		try {
			response = await fetch(this.#url, request);
			text = await readText(response, maxResponse);
		} catch (thrown) {
			return failure(`cannot be reached${networkReason(thrown)}`, { isAnswered: false }, 0);
		}
		if (text === null) {
			return failure(`answered with more than ${maxResponse} bytes`, { isTooLarge: true }, null);
		}
		if (response.ok) return { text };
		const { status, statusText, type } = response;
		if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
			const what = 'answered with a redirect, which is not followed: give the URL that it leads to';
			return failure(what, { status }, null);
		}
		const words = ['answered HTTP', status, quote(statusText)].filter((word) => word !== '').join(' ');
		const said = quote(text);
		const wait = retryAfterMs(response.headers.get('retry-after'), Date.now()) ?? 0;
		return failure(
			said === '' ? words : `${words}: ${said}`,
			{ status, isTooLarge: status === 413 },
			isNotNowStatus(status) ? wait : null,
		);
	}
}

/** One printable line of what a stranger wrote. */
export function quote(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones to take out
	const line = text.slice(0, 2 * MAX_QUOTE).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
	const trimmed = line.trim();
	return trimmed.length > MAX_QUOTE ? `${trimmed.slice(0, MAX_QUOTE)}…` : trimmed;
}

/** Milliseconds that a `Retry-After` header asks for: seconds, or a date; null for anything else. */
export function retryAfterMs(header: string | null, now: number): number | null {
	if (header === null) return null;
	if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000;
	const date = Date.parse(header);
	return Number.isNaN(date) ? null : Math.max(0, date - now);
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

/** Why nobody answered, as the connection says it: the words of `fetch` itself may quote the URL. */
function networkReason(thrown: unknown): string {
	if (!(thrown instanceof Error)) return '';
	if (thrown.name === 'TimeoutError') return ': no answer in time';
	const { cause } = thrown;
	const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
	const said = first instanceof Error ? quote(first.message) : '';
	return said === '' || said.includes('://') ? '' : `: ${said}`;
}
