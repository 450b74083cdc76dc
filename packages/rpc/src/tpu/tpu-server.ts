/**
 * The port that takes transactions over QUIC, which the Solana tools send programs to: `solana program deploy` without
 * `--use-rpc`.
 *
 * Owns the socket, and the connections on it: how many, and for how long.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { Connection, type Peer } from './connection.ts';
import { type PacketHeader, readHeader } from './packet-header.ts';
import { createTlsIdentity } from './tls-handshake.ts';
import { CLOSE_CODE, ID_LENGTH, IDLE_MS, MIN_INITIAL_DATAGRAM } from './wire.ts';

const MAX_CONNECTIONS = 256;
/** Connections of one address: the Solana tools open four each, and all of a machine's come from one. */
export const MAX_CONNECTIONS_PER_ADDRESS = 64;
/** An established connection that was silent for so long makes room for another one. */
const EVICTABLE_MS = 1000;
const SWEEP_MS = 5000;
const MIN_ID_LENGTH = 8;
const MAX_ID_LENGTH = 20;
/** Bytes that the system keeps of what is not read yet. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** Is given the transactions, and the address that each came from. */
export type TakeTransaction = (bytes: Buffer, address: string) => void;

export class TpuServer {
	readonly port: number;
	private readonly socket: Socket;
	private readonly identity = createTlsIdentity();
	private readonly onTransaction: TakeTransaction;
	/** By the ids that packets name, in hexadecimal: the server's own, and the client's first one. */
	private readonly byId = new Map<string, Connection>();
	private readonly connections = new Set<Connection>();
	private readonly sweeping: NodeJS.Timeout;
	private sent: Promise<void> = Promise.resolve();

	private constructor(socket: Socket, onTransaction: TakeTransaction) {
		this.socket = socket;
		this.port = socket.address().port;
		this.onTransaction = onTransaction;
		this.sweeping = setInterval(() => this.sweep(), SWEEP_MS).unref();
		socket.on('message', (datagram, from) => this.receive(datagram, from));
		// A datagram that could not be sent is as one that was lost.
		socket.on('error', () => {});
	}

	/** Listens. Rejects with the system's error where it cannot. */
	static listen(address: string, port: number, onTransaction: TakeTransaction): Promise<TpuServer> {
		const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
		return new Promise((resolve, reject) => {
			socket.once('error', (error) => {
				socket.close();
				reject(error);
			});
			socket.bind(port, address, () => {
				socket.removeAllListeners('error');
				try {
					socket.setRecvBufferSize(RECEIVE_BUFFER);
				} catch {
					// With less more is lost, and sent again.
				}
				resolve(new TpuServer(socket, onTransaction));
			});
		});
	}

	/** How many connections there are. */
	get size(): number {
		return this.connections.size;
	}

	/** Tells the clients that it is over, and frees the port. */
	async stop(): Promise<void> {
		clearInterval(this.sweeping);
		this.socket.removeAllListeners('message');
		for (const connection of this.connections) connection.close(CLOSE_CODE.none);
		await this.sent;
		await new Promise<void>((resolve) => {
			this.socket.close(() => resolve());
		});
	}

	private send(bytes: Buffer, { address, port }: Peer): void {
		// Datagrams leave in order: when the last one has left, all have.
		this.sent = new Promise((resolve) => {
			this.socket.send(bytes, port, address, () => resolve());
		});
	}

	private sweep(): void {
		const oldest = performance.now() - IDLE_MS;
		// The client's clock says the same: RFC 9000, 10.1 wants no word about it.
		for (const connection of this.connections) if (connection.lastHeard < oldest) this.forget(connection);
	}

	private forget(connection: Connection): void {
		if (!this.connections.delete(connection)) return;
		this.byId.delete(connection.id.toString('hex'));
		this.byId.delete(connection.originalId.toString('hex'));
	}

	/** Keeps a connection whose client has begun the handshake; false where there is no room. */
	private admit(connection: Connection): boolean {
		const sameAddress = [...this.connections].filter(({ peer }) => peer.address === connection.peer.address);
		if (sameAddress.length >= MAX_CONNECTIONS_PER_ADDRESS && !evict(sameAddress)) return false;
		if (this.connections.size >= MAX_CONNECTIONS && !evict([...this.connections])) return false;
		this.connections.add(connection);
		for (const id of [connection.id, connection.originalId]) this.byId.set(id.toString('hex'), connection);
		return true;
	}

	private receive(datagram: Buffer, from: RemoteInfo): void {
		const header = readHeader(datagram);
		if (header === null) return;
		const known = this.byId.get(header.to.toString('hex'));
		if (known === undefined) this.begin(datagram, header, from);
		else if (known.peer.address === from.address && known.peer.port === from.port) known.receive(datagram);
	}

	private begin(datagram: Buffer, header: PacketHeader, { address, port }: RemoteInfo): void {
		const { level, to, from } = header;
		if (level !== 0 || datagram.length < MIN_INITIAL_DATAGRAM) return;
		if (to.length < MIN_ID_LENGTH || to.length > MAX_ID_LENGTH || from.length > MAX_ID_LENGTH) return;
		const peer = { address, port };
		const connection: Connection = new Connection(
			{
				identity: this.identity,
				admit: () => this.admit(connection),
				send: (bytes) => this.send(bytes, peer),
				onTransaction: (bytes) => this.onTransaction(bytes, address),
				onClose: () => this.forget(connection),
			},
			peer,
			randomBytes(ID_LENGTH),
			header,
		);
		connection.receive(datagram);
	}
}

/** Closes one of these: the longest silent of those whose handshake is not done, or else of the idle ones. */
function evict(connections: readonly Connection[]): boolean {
	const silent = [...connections].sort((a, b) => a.lastHeard - b.lastHeard);
	const established = performance.now() - EVICTABLE_MS;
	const victim = silent.find(({ isEstablished }) => !isEstablished) ?? silent[0];
	if (victim === undefined || (victim.isEstablished && victim.lastHeard > established)) return false;
	victim.close(CLOSE_CODE.refused);
	return true;
}
