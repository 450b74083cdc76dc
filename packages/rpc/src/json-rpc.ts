/**
 * Owns JSON-RPC 2.0: what a request is, whose answer it gets, batches. Knows neither the methods nor the
 * transport. Source: jsonrpc-core 18 `io.rs`, `types/request.rs`, `types/id.rs`; what its derived parser
 * accepts (arrays as calls among it) was compared with it.
 */
import { prepareZstd } from './encode/zstd.ts';
import { JsonSyntaxError, parseJson } from './json/parse.ts';
import { JsonObject, type JsonValue } from './json/value.ts';
import { type Json, ResponseTooLargeError, writeJson } from './json/write.ts';
import type { Params } from './params/params.ts';
import { JsonRpcError, type RpcError, RpcFault } from './rpc-error.ts';

/** Runs the method `name`, or returns null if there is none. Ends the call by throwing an {@link RpcFault}. */
export type Dispatch = (name: string, params: Params) => { readonly result: Json } | null;

/**
 * Runs before a call of `name` is answered; null where nothing has to be waited for. Ends the call by rejecting with an
 * {@link RpcFault}.
 */
export type PrepareCall = (name: string, params: Params) => Promise<void> | null;

/** Is told of each call of a method that exists: the seconds it took, and the code of the error if it was one. */
export type ObserveCall = (name: string, seconds: number, errorCode: number | null) => void;

/** What a handler may have besides. */
export interface JsonRpcOptions {
	/** UTF-16 units that the answer to a request may take. */
	readonly maxResponseLength?: number;
	readonly prepare?: PrepareCall | null;
	/** Runs after {@link prepare}; what it answers is waited for right before the call is dispatched. */
	readonly turn?: PrepareCall | null;
	readonly observe?: ObserveCall | null;
}

/** UTF-16 units that the answer to one request, or one batch, may take. */
export const MAX_RESPONSE_LENGTH: number = 128 * 1024 * 1024;

type Id = null | bigint | string;

type Call =
	| {
			readonly kind: 'call';
			readonly version: '2.0' | null;
			readonly method: string;
			readonly params: Params;
			readonly id: Id;
	  }
	| { readonly kind: 'notification' }
	| { readonly kind: 'invalid'; readonly id: Id };

const CALL_MEMBERS: ReadonlySet<string> = new Set(['jsonrpc', 'method', 'params', 'id']);

function isId(value: JsonValue | undefined): value is Id {
	if (typeof value === 'bigint') return value >= 0n;
	return value === null || typeof value === 'string';
}

function isParams(value: JsonValue): value is JsonValue[] | JsonObject | null {
	return value === null || Array.isArray(value) || value instanceof JsonObject;
}

/** A call whose members are these; null where one of them cannot be what it should be. */
function makeCall(
	version: JsonValue,
	method: JsonValue | undefined,
	params: JsonValue,
	id: JsonValue | undefined,
): Call | null {
	if (version !== null && version !== '2.0') return null;
	if (typeof method !== 'string' || !isParams(params)) return null;
	if (id === undefined) return { kind: 'notification' };
	return isId(id) ? { kind: 'call', version, method, params, id } : null;
}

/** The call in an object; null where not even its id can be read. */
function callFromObject(object: JsonObject): Call | null {
	const isKnown = object.duplicates === null && [...object.keys()].every((key) => CALL_MEMBERS.has(key));
	if (isKnown) {
		const call = makeCall(
			object.get('jsonrpc') ?? null,
			object.get('method'),
			object.get('params') ?? null,
			object.get('id'),
		);
		if (call !== null) return call;
	}
	const id = object.get('id') ?? null;
	if (!isId(id) || object.duplicates?.has('id') === true) return null;
	return { kind: 'invalid', id };
}

/** The call in an array of its members: version, method, params, id. */
function callFromArray(values: readonly JsonValue[]): Call | null {
	const [version, method, params, id] = values;
	if (values.length < 2 || values.length > 4) return null;
	return makeCall(version!, method, params ?? null, id);
}

function readCall(value: JsonValue): Call | null {
	if (value instanceof JsonObject) return callFromObject(value);
	return Array.isArray(value) ? callFromArray(value) : null;
}

type Request =
	| { readonly kind: 'single'; readonly call: Call }
	| { readonly kind: 'batch'; readonly calls: readonly Call[] };

/** The request in `text`; null where it is none. */
function readRequest(text: string): Request | null {
	let value: JsonValue;
	try {
		value = parseJson(text);
	} catch (thrown) {
		if (thrown instanceof JsonSyntaxError) return null;
		throw thrown;
	}
	const call = readCall(value);
	if (call !== null) return { kind: 'single', call };
	if (!Array.isArray(value)) return null;
	const calls: Call[] = [];
	for (const element of value) {
		const inBatch = readCall(element);
		if (inBatch === null) return null;
		calls.push(inBatch);
	}
	return { kind: 'batch', calls };
}

/** Upstream's errors hold their data as a JSON value, whose members are sorted; the error's own are not. */
function writeError({ code, message, data }: RpcError): string {
	const tail = data === undefined ? '' : `,"data":${writeJson(data, { sorted: true })}`;
	return `{"code":${code},"message":${JSON.stringify(message)}${tail}}`;
}

function envelope(version: '2.0' | null, member: 'result' | 'error', json: string, id: Id): string {
	return `{${version === null ? '' : '"jsonrpc":"2.0",'}"${member}":${json},"id":${writeJson(id)}}`;
}

/** Lets other work run between the calls of a batch. */
function yieldToOthers(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Answers requests by `dispatch`. What a method throws that is no {@link RpcFault} is a defect: it goes to
 * `onDefect`, and the client gets -32603.
 */
export class JsonRpcHandler {
	private readonly dispatch: Dispatch;
	private readonly onDefect: (defect: unknown) => void;
	private readonly maxResponseLength: number;
	private readonly prepare: PrepareCall | null;
	private readonly turn: PrepareCall | null;
	private readonly observe: ObserveCall | null;

	constructor(dispatch: Dispatch, onDefect: (defect: unknown) => void, options: JsonRpcOptions = {}) {
		this.dispatch = dispatch;
		this.onDefect = onDefect;
		this.maxResponseLength = options.maxResponseLength ?? MAX_RESPONSE_LENGTH;
		this.prepare = options.prepare ?? null;
		this.turn = options.turn ?? null;
		this.observe = options.observe ?? null;
	}

	/** The answer to `text`; null where none is due: a notification, or a batch of nothing else. */
	async handle(text: string): Promise<string | null> {
		await prepareZstd(text);
		const request = readRequest(text);
		if (request === null) return envelope('2.0', 'error', writeError(JsonRpcError.parseError), null);
		if (request.kind === 'single') return this.prepareAndAnswer(request.call, this.maxResponseLength);

		const answers: string[] = [];
		let left = this.maxResponseLength;
		for (const [index, call] of request.calls.entries()) {
			if (index > 0) await yieldToOthers();
			const answer = await this.prepareAndAnswer(call, left);
			if (answer === null) continue;
			left -= answer.length;
			answers.push(answer);
		}
		return answers.length === 0 ? null : `[${answers.join(',')}]`;
	}

	private async prepareAndAnswer(call: Call, maxLength: number): Promise<string | null> {
		if (call.kind === 'call' && call.version !== null) {
			try {
				await this.prepare?.(call.method, call.params);
				// Nothing may come between this wait and the dispatch: whoever waits for the same has its turn then.
				const turn = this.turn?.(call.method, call.params) ?? null;
				if (turn !== null) await turn;
			} catch (thrown) {
				return envelope(call.version, 'error', writeError(this.errorOf(thrown)), call.id);
			}
		}
		return this.answer(call, maxLength);
	}

	private answer(call: Call, maxLength: number): string | null {
		if (call.kind === 'notification') return null;
		if (call.kind === 'invalid') {
			return envelope('2.0', 'error', writeError(JsonRpcError.invalidRequest), call.id);
		}
		const { version, id } = call;
		if (version === null) return envelope(null, 'error', writeError(JsonRpcError.invalidVersion), id);
		const begun = performance.now();
		try {
			const outcome = this.dispatch(call.method, call.params);
			if (outcome === null) {
				return envelope(version, 'error', writeError(JsonRpcError.methodNotFound), id);
			}
			const json = writeJson(outcome.result, { sorted: true, maxLength: Math.max(0, maxLength) });
			this.observe?.(call.method, (performance.now() - begun) / 1000, null);
			return envelope(version, 'result', json, id);
		} catch (thrown) {
			const error = this.errorOf(thrown);
			this.observe?.(call.method, (performance.now() - begun) / 1000, error.code);
			return envelope(version, 'error', writeError(error), id);
		}
	}

	private errorOf(thrown: unknown): RpcError {
		if (thrown instanceof RpcFault) return thrown.error;
		if (thrown instanceof ResponseTooLargeError) {
			return { code: -32603, message: `Internal error: ${thrown.message}` };
		}
		this.onDefect(thrown);
		return JsonRpcError.internalError;
	}
}
