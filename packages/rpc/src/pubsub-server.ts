/**
 * JSON-RPC over WebSocket, with subscriptions. Source: solana-rpc 4.3.0 `rpc_pubsub_service.rs`.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { HostCheck } from './http-hosts.ts';
import { MAX_CONNECTIONS } from './http-server.ts';
import type { Json } from './json/write.ts';
import { JsonRpcHandler } from './json-rpc.ts';
import { listenError } from './listen.ts';
import { getVersion } from './methods/get-version.ts';
import type { RpcNode } from './node.ts';
import { type Params, readArguments } from './params/params.ts';
import { readU64 } from './params/readers.ts';
import type { Subscriber, SubscriptionControl } from './subscriptions/control.ts';
import { subscriptions } from './subscriptions/index.ts';

/** Bytes of a message; a longer one ends the connection. */
const MAX_MESSAGE_SIZE = 4096;
/** Bytes that may wait for a client that does not read; beyond it the connection ends. */
const MAX_BUFFERED = 64 * 1024 * 1024;
/** Milliseconds between pings. */
const PING_INTERVAL = 30_000;
/** WebSocket close code 1001: the server goes away. */
const GOING_AWAY = 1001;
/** WebSocket close code 1013: too many are here. */
const TRY_AGAIN_LATER = 1013;

const subscribeMethods = new Map(subscriptions.map((row) => [`${row.name}Subscribe`, row]));
const unsubscribeMethods = new Set(subscriptions.map((row) => `${row.name}Unsubscribe`));
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Connection implements Subscriber {
	private readonly socket: WebSocket;
	/** What carries the frames of the socket. */
	private readonly stream: Socket;
	private isCorked = false;
	private readonly node: RpcNode;
	private readonly control: SubscriptionControl;
	private readonly handler: JsonRpcHandler;
	/** Requests not yet answered: one read from the network may hold many. */
	private readonly requests: Buffer[] = [];
	private isAnswering = false;
	/** Notifications of the time since the request now worked on came in; null between requests. */
	private held: string[] | null = null;

	constructor(
		socket: WebSocket,
		stream: Socket,
		node: RpcNode,
		control: SubscriptionControl,
		onDefect: (defect: unknown) => void,
	) {
		this.socket = socket;
		this.stream = stream;
		this.node = node;
		this.control = control;
		this.handler = new JsonRpcHandler((name, params) => this.dispatch(name, params), onDefect);
		socket.on('message', (data) => {
			this.requests.push(data as Buffer);
			if (!this.isAnswering) void this.answerRequests();
		});
		socket.on('close', () => control.disconnect(this));
		// `close` follows; what was wrong is between the client and the protocol.
		socket.on('error', () => socket.terminate());
	}

	/** Sends a notification, after the answer to the request that is being worked on. */
	send(text: string): void {
		if (this.held !== null) this.held.push(text);
		else this.sendNow(text);
	}

	private sendNow(text: string): void {
		if (this.socket.readyState !== this.socket.OPEN) return;
		if (this.socket.bufferedAmount > MAX_BUFFERED) {
			this.socket.terminate();
			return;
		}
		this.cork();
		this.socket.send(text);
	}

	/** What is sent until the end of this turn leaves in one write. */
	private cork(): void {
		if (this.isCorked) return;
		this.isCorked = true;
		this.stream.cork();
		process.nextTick(() => {
			this.isCorked = false;
			this.stream.uncork();
		});
	}

	/**
	 * One request at a time: answers keep the order of the requests, and the next request is not begun before
	 * the answer has left, so that a client that reads nothing gets nothing made for it.
	 */
	private async answerRequests(): Promise<void> {
		this.isAnswering = true;
		this.socket.pause();
		for (let data = this.requests.shift(); data !== undefined; data = this.requests.shift()) {
			if (this.socket.readyState !== this.socket.OPEN) break;
			let text: string;
			try {
				text = UTF8.decode(data);
			} catch {
				this.socket.terminate();
				break;
			}
			this.held = [];
			const answer = await this.handler.handle(text);
			const left = answer === null ? null : this.sendAnswer(answer);
			const held = this.held;
			this.held = null;
			for (const notification of held) this.sendNow(notification);
			await left;
		}
		this.isAnswering = false;
		this.socket.resume();
	}

	/** Resolves when the answer has left this process, or the connection has ended. */
	private sendAnswer(answer: string): Promise<void> {
		return new Promise((resolve) => this.socket.send(answer, () => resolve()));
	}

	private dispatch(name: string, params: Params): { readonly result: Json } | null {
		const row = subscribeMethods.get(name);
		if (row !== undefined) {
			return { result: this.control.subscribe(this, row.name, row.watch(params)) };
		}
		if (unsubscribeMethods.has(name)) {
			const [id] = readArguments(params, [readU64]);
			this.control.unsubscribe(this, id);
			return { result: true };
		}
		return name === getVersion.name ? { result: getVersion.call(this.node, params) } : null;
	}
}

/** A server that listens. */
export interface PubSubServer {
	readonly port: number;
	/** Connections that are open. */
	readonly connections: () => number;
	/** Ends all connections and stops listening. */
	close(): Promise<void>;
}

/** How to serve. */
export interface PubSubOptions {
	/** Which `Host` headers are fine; by default all. */
	readonly isHostAllowed?: HostCheck;
	/** Connections open at a time, 10,000 by default. */
	readonly maxConnections?: number;
	/** Milliseconds after which a client that answers no ping is gone, 30 seconds by default. */
	readonly pingInterval?: number;
}

/** Listens on `host`:`port` (0: a free one). Rejects with a `ListenError`. */
export function listenPubSub(
	node: RpcNode,
	control: SubscriptionControl,
	host: string,
	port: number,
	onDefect: (defect: unknown) => void,
	options: PubSubOptions = {},
): Promise<PubSubServer> {
	return new Promise((resolve, reject) => {
		const server = new WebSocketServer({
			host,
			port,
			maxPayload: MAX_MESSAGE_SIZE,
			perMessageDeflate: false,
			verifyClient: ({ req }: { req: IncomingMessage }) =>
				options.isHostAllowed?.(req.headers.host) !== false,
		});
		const connections = new Map<WebSocket, Connection>();
		/** Those that were asked and have not answered yet: the other end may be gone without a word. */
		const silent = new Set<WebSocket>();
		const heartbeat = setInterval(() => {
			for (const socket of server.clients) {
				if (silent.has(socket)) socket.terminate();
				else {
					silent.add(socket);
					socket.ping();
				}
			}
		}, options.pingInterval ?? PING_INTERVAL);
		heartbeat.unref();
		server.once('error', (cause) => {
			clearInterval(heartbeat);
			reject(listenError('PubSub', host, port, cause));
		});
		server.on('connection', (socket, { socket: stream }) => {
			if (server.clients.size > (options.maxConnections ?? MAX_CONNECTIONS)) {
				socket.close(TRY_AGAIN_LATER);
				return;
			}
			silent.delete(socket);
			socket.on('pong', () => silent.delete(socket));
			connections.set(socket, new Connection(socket, stream, node, control, onDefect));
			socket.on('close', () => {
				connections.delete(socket);
				silent.delete(socket);
			});
		});
		server.once('listening', () => {
			server.on('error', onDefect);
			resolve({
				port: (server.address() as AddressInfo).port,
				connections: () => server.clients.size,
				close: () =>
					new Promise((closed) => {
						clearInterval(heartbeat);
						for (const socket of server.clients) {
							socket.close(GOING_AWAY);
							setImmediate(() => socket.terminate());
						}
						server.close(() => closed());
					}),
			});
		});
	});
}
