/**
 * The port that takes transactions over QUIC, which the Solana tools send programs to: `solana program deploy` without
 * `--use-rpc`.
 *
 * Owns the socket, and the connections on it: how many, and for how long.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { Connection, ID_LENGTH } from './connection.ts';
import { createTlsIdentity } from './tls-handshake.ts';
import { WireFault, WireReader } from './wire.ts';

const MAX_CONNECTIONS = 256;
const MAX_IDLE_MS = 30_000;
const SWEEP_MS = 5000;
/** Bytes of a client's first datagram, which must be no shorter. */
const MIN_FIRST_DATAGRAM = 1200;
const MIN_ID_LENGTH = 8;
const MAX_ID_LENGTH = 20;
const VERSION = 1;
/** Bytes that the system keeps of what is not read yet. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

export class TpuServer {
	readonly port: number;
	private readonly socket: Socket;
	private readonly identity = createTlsIdentity();
	private readonly onTransaction: (bytes: Buffer) => void;
	/** By the ids that packets name, in hexadecimal: the server's own, and the client's first one. */
	private readonly connections = new Map<string, Connection>();
	private readonly sweeping: NodeJS.Timeout;

	private constructor(socket: Socket, onTransaction: (bytes: Buffer) => void) {
		this.socket = socket;
		this.port = socket.address().port;
		this.onTransaction = onTransaction;
		this.sweeping = setInterval(() => this.sweep(), SWEEP_MS).unref();
		socket.on('message', (datagram, from) => this.receive(datagram, from));
		// A datagram that could not be sent is as one that was lost.
		socket.on('error', () => {});
	}

	/** Listens. Rejects with the system's error where it cannot. */
	static listen(address: string, port: number, onTransaction: (bytes: Buffer) => void): Promise<TpuServer> {
		const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
		return new Promise((resolve, reject) => {
			socket.once('error', reject);
			socket.bind(port, address, () => {
				socket.off('error', reject);
				try {
					socket.setRecvBufferSize(RECEIVE_BUFFER);
				} catch {
					// With less more is lost, and sent again.
				}
				resolve(new TpuServer(socket, onTransaction));
			});
		});
	}

	stop(): Promise<void> {
		clearInterval(this.sweeping);
		return new Promise((resolve) => {
			this.socket.close(() => resolve());
		});
	}

	private sweep(): void {
		const oldest = Date.now() - MAX_IDLE_MS;
		for (const connection of new Set(this.connections.values())) {
			if (connection.lastHeard < oldest) this.forget(connection);
		}
	}

	private forget(connection: Connection): void {
		for (const [id, known] of this.connections) if (known === connection) this.connections.delete(id);
	}

	/** Room for another connection, if need be that of the oldest whose handshake is not done. */
	private makeRoom(): boolean {
		// Two ids a connection.
		if (this.connections.size < 2 * MAX_CONNECTIONS) return true;
		for (const connection of this.connections.values()) {
			if (connection.isEstablished) continue;
			this.forget(connection);
			return true;
		}
		return false;
	}

	private receive(datagram: Buffer, from: RemoteInfo): void {
		let connection: Connection | undefined;
		try {
			connection = this.connectionOf(datagram, from);
			connection?.receive(datagram);
		} catch (thrown) {
			if (!(thrown instanceof WireFault)) throw thrown;
			if (connection !== undefined) this.forget(connection);
		}
	}

	private connectionOf(datagram: Buffer, from: RemoteInfo): Connection | undefined {
		const reader = new WireReader(datagram);
		const first = reader.uint(1);
		if ((first & 0x80) === 0) return this.connections.get(reader.take(ID_LENGTH).toString('hex'));
		if (reader.uint(4) !== VERSION) return undefined;
		const [to, clientId] = [reader.vector(1), reader.vector(1)];
		const known = this.connections.get(to.toString('hex'));
		const isInitial = ((first >> 4) & 3) === 0;
		if (known !== undefined || !isInitial || datagram.length < MIN_FIRST_DATAGRAM) return known;
		const isIdFit =
			to.length >= MIN_ID_LENGTH && to.length <= MAX_ID_LENGTH && clientId.length <= MAX_ID_LENGTH;
		if (!isIdFit || !this.makeRoom()) return undefined;
		const connection: Connection = new Connection(
			{
				identity: this.identity,
				send: (bytes) => this.socket.send(bytes, from.port, from.address, () => {}),
				onTransaction: this.onTransaction,
				onClose: () => this.forget(connection),
			},
			randomBytes(ID_LENGTH),
			Buffer.from(to),
			Buffer.from(clientId),
		);
		this.connections.set(to.toString('hex'), connection);
		this.connections.set(connection.id.toString('hex'), connection);
		return connection;
	}
}
