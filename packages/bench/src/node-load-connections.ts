/** The connections of one client of a load: JSON-RPC over one HTTP connection that stays open, PubSub over one WebSocket. */
import { Agent, request } from 'node:http';
import WebSocket from 'ws';

/** Milliseconds after which a call counts as failed. */
const TIMEOUT = 30_000;

interface Answer {
	readonly id?: number;
	readonly result?: unknown;
	readonly error?: { readonly code: number; readonly message: string };
	readonly params?: { readonly subscription: number; readonly result: unknown };
}

/** The result in an answer. Error where it holds an error. */
function resultOf({ error, result }: Answer): unknown {
	if (error !== undefined) throw new Error(`${error.code}: ${error.message}`);
	return result;
}

/** JSON-RPC over HTTP. */
export class HttpConnection {
	readonly #url: URL;
	readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
	#id = 0;

	constructor(url: string) {
		this.#url = new URL(url);
	}

	/** The result of a call. Rejects where there is none: an error, another status than 200, a connection that broke. */
	async call(method: string, params: readonly unknown[] = []): Promise<unknown> {
		const text = await this.#post(JSON.stringify({ jsonrpc: '2.0', id: ++this.#id, method, params }));
		return resultOf(JSON.parse(text) as Answer);
	}

	#post(body: string): Promise<string> {
		return new Promise((resolve, reject) => {
			const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
			const options = { method: 'POST', agent: this.#agent, headers, timeout: TIMEOUT };
			const sent = request(this.#url, options, (response) => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('error', reject);
				response.on('end', () => {
					if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
					else reject(new Error(`HTTP ${response.statusCode}`));
				});
			});
			sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
			sent.on('error', reject);
			sent.end(body);
		});
	}

	close(): void {
		this.#agent.destroy();
	}
}

interface Waiting {
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: Error) => void;
	readonly listener: Listener | null;
	readonly timer: NodeJS.Timeout;
}

/** Is told what a notification carries. */
export type Listener = (result: unknown) => void;

/** PubSub over a WebSocket. */
export class PubSubConnection {
	readonly #socket: WebSocket;
	readonly #waiting = new Map<number, Waiting>();
	readonly #listeners = new Map<number, Listener>();
	#id = 0;

	private constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as Answer));
		socket.on('error', () => socket.terminate());
		socket.on('close', () => {
			for (const { reject } of [...this.#waiting.values()]) reject(new Error('the WebSocket closed'));
		});
	}

	/** Connects. Rejects where that fails. */
	static open(url: string): Promise<PubSubConnection> {
		return new Promise((resolve, reject) => {
			const socket = new WebSocket(url, { perMessageDeflate: false });
			socket.once('error', reject);
			socket.once('open', () => {
				socket.off('error', reject);
				resolve(new PubSubConnection(socket));
			});
		});
	}

	#receive({ id, params, ...answer }: Answer): void {
		if (params !== undefined) {
			this.#listeners.get(params.subscription)?.(params.result);
			return;
		}
		const waiting = id === undefined ? undefined : this.#waiting.get(id);
		if (waiting === undefined) return;
		try {
			const result = resultOf(answer);
			// At once: the first notification may stand in what was read together with this answer.
			if (waiting.listener !== null) this.#listeners.set(Number(result), waiting.listener);
			waiting.resolve(result);
		} catch (error) {
			waiting.reject(error as Error);
		}
	}

	#send(method: string, params: readonly unknown[], listener: Listener | null): Promise<unknown> {
		return new Promise((resolve, reject) => {
			const id = ++this.#id;
			const done = (): void => {
				clearTimeout(timer);
				this.#waiting.delete(id);
			};
			const timer = setTimeout(() => waiting.reject(new Error('no answer in time')), TIMEOUT);
			const waiting: Waiting = {
				resolve: (result) => {
					done();
					resolve(result);
				},
				reject: (error) => {
					done();
					reject(error);
				},
				listener,
				timer,
			};
			this.#waiting.set(id, waiting);
			if (this.#socket.readyState !== WebSocket.OPEN) waiting.reject(new Error('the WebSocket is closed'));
			else this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
		});
	}

	/** Subscribes; resolves to the subscription's id. */
	async subscribe(method: string, params: readonly unknown[], listener: Listener): Promise<number> {
		return Number(await this.#send(method, params, listener));
	}

	/** Ends a subscription. */
	async unsubscribe(method: string, subscription: number): Promise<void> {
		this.#listeners.delete(subscription);
		await this.#send(method, [subscription], null);
	}

	/** Forgets a subscription that the node has ended by itself. */
	forget(subscription: number): void {
		this.#listeners.delete(subscription);
	}

	close(): void {
		this.#socket.terminate();
	}
}
