/**
 * JSON-RPC over HTTP. Sources: jsonrpc-http-server 18 `handler.rs`, `response.rs`; solana-rpc 4.3.0
 * `rpc_service.rs`. As upstream, any path takes a POST: whoever reaches the port may call, so it is bound to loopback
 * unless told otherwise.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { corsHeaders, OPTIONS_HEADERS } from './http-cors.ts';
import { type HostCheck, isLocalOrigin } from './http-hosts.ts';
import type { JsonRpcHandler } from './json-rpc.ts';
import { RateLimiter } from './rate-limiter.ts';

/** Bytes of a request's body. */
export const MAX_REQUEST_BODY_SIZE: number = 50 * 1024;
/** Milliseconds that a client may take to send a request; looked at as often. */
const REQUEST_TIMEOUT = 30_000;

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** Connections open at a time; more are turned away. */
export const MAX_CONNECTIONS = 10_000;
const JSON_CONTENT_TYPES: ReadonlySet<string> = new Set([
	'application/json',
	'application/json; charset=utf-8',
	'application/json;charset=utf-8',
]);

/** The body was longer than the server reads. */
const TOO_LARGE: unique symbol = Symbol('too large');
type Body = Buffer | typeof TOO_LARGE;

/** How to serve. */
export interface HttpServerOptions {
	readonly maxRequestBodySize?: number;
	/** Milliseconds that a client may take to send a request, 30 seconds by default. */
	readonly requestTimeout?: number;
	/** Which `Host` headers are fine; by default all. */
	readonly isHostAllowed?: HostCheck;
	/** Answers pages of other machines; by default they are answered as anybody is. */
	readonly handlerForPages?: JsonRpcHandler;
	/** The text at `/metrics`; without it there is none. */
	readonly metrics?: () => string;
	/** Requests a second that each address may make, and twice as many at once; without it any number. */
	readonly maxRequestsPerSecond?: number;
	/** Connections open at a time, 10,000 by default. */
	readonly maxConnections?: number;
}

/** Reads at most `limit` bytes. What comes after is left to Node, which throws it away. */
function readBody(request: FastifyRequest, payload: NodeJS.ReadableStream, limit: number): Promise<Body> {
	const announced = Number(request.headers['content-length'] ?? 0);
	if (announced > limit) return Promise.resolve(TOO_LARGE);
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let length = 0;
		payload.on('data', (chunk: Buffer) => {
			length += chunk.length;
			if (length <= limit) {
				chunks.push(chunk);
				return;
			}
			chunks.length = 0;
			resolve(TOO_LARGE);
		});
		payload.on('end', () => resolve(Buffer.concat(chunks)));
		payload.on('error', reject);
	});
}

/** Bytes before the first that is not UTF-8. */
function utf8ValidUpTo(bytes: Buffer): number {
	const decoded = Buffer.from(bytes.toString('utf8'));
	let at = 0;
	while (at < bytes.length && decoded[at] === bytes[at]) at++;
	// A broken sequence can begin up to two bytes before the first byte that differs.
	while (!isUtf8(bytes.subarray(0, at))) at--;
	return at;
}

function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
	return reply.code(status).header('content-type', TEXT_TYPE).send(text);
}

/** Answers what needs no body; undefined where the request goes on to be read. */
function answerEarly(
	request: FastifyRequest,
	reply: FastifyReply,
	options: HttpServerOptions,
): FastifyReply | undefined {
	const { headers, method } = request;
	if (options.isHostAllowed?.(headers.host) === false) {
		return sendText(reply, 403, 'Provided Host header is not whitelisted.\n');
	}
	const [path] = request.url.split('?');
	if (path === '/health') return reply.code(200).send('ok');
	if (path === '/metrics' && method === 'GET' && options.metrics !== undefined) {
		return reply.code(200).header('content-type', METRICS_TYPE).send(options.metrics());
	}

	const cors = corsHeaders({
		origin: headers.origin,
		host: headers.host,
		requestedHeaders: headers['access-control-request-headers'],
	});
	if (cors === null) {
		return sendText(
			reply,
			403,
			'Origin of the request is not whitelisted. CORS headers would not be sent and any side-effects were cancelled as well.\n',
		);
	}
	reply.headers(cors);
	if (method === 'OPTIONS') {
		return reply.code(200).headers(OPTIONS_HEADERS).header('content-type', JSON_TYPE).send('');
	}
	if (method !== 'POST') {
		return sendText(reply, 405, 'Used HTTP Method is not allowed. POST or OPTIONS is required\n');
	}
	if (!JSON_CONTENT_TYPES.has((headers['content-type'] ?? '').toLowerCase())) {
		return sendText(
			reply,
			415,
			'Supplied content type is not allowed. Content-Type: application/json is required\n',
		);
	}
	return undefined;
}

/** Makes the server; the caller makes it listen and closes it. */
export function createHttpServer(handler: JsonRpcHandler, options: HttpServerOptions = {}): FastifyInstance {
	const limit = options.maxRequestBodySize ?? MAX_REQUEST_BODY_SIZE;
	const { requestTimeout = REQUEST_TIMEOUT } = options;
	const app = Fastify({
		requestTimeout,
		// Node gives no request a limit that is below the one for headers, 60 seconds unless set when the server is made.
		http: { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval: requestTimeout },
		// A client that hangs on must not keep the node from stopping.
		forceCloseConnections: true,
		exposeHeadRoutes: false,
		frameworkErrors: (_error, request, reply) => {
			if (answerEarly(request, reply, options) === undefined) sendText(reply, 400, 'Bad Request');
		},
	});
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', (request: FastifyRequest, payload: NodeJS.ReadableStream) =>
		readBody(request, payload, limit),
	);
	app.server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
	const { maxRequestsPerSecond, handlerForPages = handler } = options;
	const limiter = maxRequestsPerSecond === undefined ? null : new RateLimiter(maxRequestsPerSecond);
	app.addHook('onRequest', async (request, reply) => {
		if (limiter?.allows(request.ip) === false) {
			return sendText(reply.header('retry-after', '1'), 429, 'Too many requests\n');
		}
		return answerEarly(request, reply, options);
	});

	const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
		const body = (request.body ?? Buffer.alloc(0)) as Body;
		if (body === TOO_LARGE) {
			return sendText(reply, 413, 'request body size exceeds allowed maximum');
		}
		if (!isUtf8(body)) {
			return sendText(reply, 400, `utf-8 encoding error at byte ${utf8ValidUpTo(body)} in request body`);
		}
		const answering = isLocalOrigin(request.headers.origin) ? handler : handlerForPages;
		const text = await answering.handle(body.toString('utf8'));
		return reply.header('content-type', JSON_TYPE).send(text === null ? '' : `${text}\n`);
	};
	app.post('*', answer);
	app.setNotFoundHandler(answer);
	app.setErrorHandler((_error, _request, reply) => sendText(reply, 500, 'Internal Server Error'));
	return app;
}
