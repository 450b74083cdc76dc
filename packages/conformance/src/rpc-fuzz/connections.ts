/** The three ways to a node: calls over HTTP, messages over a WebSocket, and bytes that are neither. */
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';

/** Milliseconds that a node may take to answer, or to hang up. */
export const PATIENCE = 30_000;

/** What came back over HTTP. */
export interface HttpAnswer {
	readonly status: number;
	readonly body: string;
}

/** An HTTP connection that stays open. */
export class HttpClient {
	readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
	readonly #url: URL;

	constructor(url: string) {
		this.#url = new URL(url);
	}

	/** Posts a body. Rejects where the node takes longer than {@link PATIENCE}, or hangs up. */
	post(body: string): Promise<HttpAnswer> {
		return new Promise((resolve, reject) => {
			const sent = request(
				this.#url,
				{
					method: 'POST',
					agent: this.#agent,
					timeout: PATIENCE,
					headers: { 'content-type': 'application/json' },
				},
				(response) => {
					const chunks: Buffer[] = [];
					response.on('data', (chunk: Buffer) => chunks.push(chunk));
					response.on('end', () =>
						resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
					);
					response.on('error', reject);
				},
			);
			sent.on('timeout', () => sent.destroy(new Error(`no answer in ${PATIENCE} ms`)));
			sent.on('error', reject);
			sent.end(body);
		});
	}

	close(): void {
		this.#agent.destroy();
	}
}

/** Opens a connection, writes, and waits until the other end says something or hangs up. Rejects where it does neither. */
export function writeBytes(url: string, bytes: Uint8Array): Promise<void> {
	const { hostname, port } = new URL(url);
	return new Promise((resolve, reject) => {
		const socket = connect({ host: hostname, port: Number(port) });
		const timer = setTimeout(
			() => end(new Error(`neither an answer nor an end in ${PATIENCE} ms`)),
			PATIENCE,
		);
		const end = (error?: Error): void => {
			clearTimeout(timer);
			socket.destroy();
			if (error === undefined) resolve();
			else reject(error);
		};
		socket.on('connect', () => socket.end(bytes));
		socket.on('data', () => end());
		socket.on('close', () => end());
		// It hung up before everything was written.
		socket.on('error', () => end());
	});
}

const OPCODE_TEXT = 1;
const OPCODE_CLOSE = 8;
const OPCODE_PING = 9;
const OPCODE_PONG = 10;

/** A frame as clients send it, masked. */
function frame(opcode: number, payload: Uint8Array): Buffer {
	const head =
		payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
	const mask = randomBytes(4);
	const masked = Buffer.from(payload);
	for (let i = 0; i < masked.length; i++) masked[i]! ^= mask[i & 3]!;
	return Buffer.concat([Buffer.from([0x80 | opcode, ...head]), mask, masked]);
}

/** A WebSocket that can be made to send what a WebSocket must not. */
export class PubSubClient {
	readonly #socket: Socket;
	#pending: Buffer = Buffer.alloc(0);
	#wake: () => void = () => {};
	readonly #messages: string[] = [];
	isOpen = true;

	private constructor(socket: Socket, rest: Buffer) {
		this.#socket = socket;
		socket.on('data', (chunk: Buffer) => this.#read(chunk));
		socket.on('close', () => {
			this.isOpen = false;
			this.#wake();
		});
		this.#read(rest);
	}

	static open(url: string): Promise<PubSubClient> {
		const { hostname, port, host } = new URL(url);
		return new Promise((resolve, reject) => {
			const socket = connect({ host: hostname, port: Number(port) });
			socket.on('error', reject);
			socket.on('connect', () => {
				const key = randomBytes(16).toString('base64');
				socket.write(
					`GET / HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
				);
			});
			let head: Buffer = Buffer.alloc(0);
			const read = (chunk: Buffer): void => {
				head = Buffer.concat([head, chunk]);
				const end = head.indexOf('\r\n\r\n');
				if (end < 0) return;
				socket.off('data', read);
				socket.off('error', reject);
				socket.on('error', () => {});
				resolve(new PubSubClient(socket, head.subarray(end + 4)));
			};
			socket.on('data', read);
		});
	}

	#read(chunk: Buffer): void {
		this.#pending = Buffer.concat([this.#pending, chunk]);
		for (;;) {
			const bytes = this.#pending;
			if (bytes.length < 2) return;
			let length = bytes[1]! & 127;
			let at = 2;
			if (length === 126) {
				if (bytes.length < 4) return;
				length = bytes.readUInt16BE(2);
				at = 4;
			} else if (length === 127) {
				if (bytes.length < 10) return;
				length = Number(bytes.readBigUInt64BE(2));
				at = 10;
			}
			if (bytes.length < at + length) return;
			const payload = bytes.subarray(at, at + length);
			this.#pending = bytes.subarray(at + length);
			const opcode = bytes[0]! & 15;
			if (opcode === OPCODE_TEXT) this.#messages.push(payload.toString('utf8'));
			if (opcode === OPCODE_PING) this.#socket.write(frame(OPCODE_PONG, payload));
			if (opcode === OPCODE_CLOSE) this.#socket.end();
			if (this.#messages.length > 10_000) this.#messages.splice(0, 5_000);
			this.#wake();
		}
	}

	/** Sends a text; one of 64 KiB and more is cut. */
	send(text: string): void {
		this.#socket.write(frame(OPCODE_TEXT, Buffer.from(text).subarray(0, 65_535)));
	}

	/** Sends bytes as they are. */
	sendRaw(bytes: Uint8Array): void {
		this.#socket.write(bytes);
	}

	/** The first message that fits, or null where the connection ended. Rejects where neither happens in time. */
	async find(fits: (text: string) => boolean): Promise<string | null> {
		const end = performance.now() + PATIENCE;
		for (;;) {
			const at = this.#messages.findIndex(fits);
			if (at >= 0) return this.#messages.splice(0, at + 1).at(-1)!;
			if (!this.isOpen) return null;
			const left = end - performance.now();
			if (left <= 0) throw new Error(`no answer in ${PATIENCE} ms`);
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, left);
				this.#wake = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
	}

	close(): void {
		this.#socket.destroy();
	}
}
