/**
 * The faucet's own protocol, which `solana airdrop` spoke before there was `requestAirdrop` and some tools still do: a
 * request of 76 bytes over TCP, answered with a signed transfer for the client to send.
 *
 * Source: solana-faucet 4.3.0 faucet.rs.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ed25519Sign } from '@parhelion/crypto';
import { listenError } from '@parhelion/rpc';
import { type Keypair, transferInstruction } from '@parhelion/runtime';
import {
	ByteReader,
	ByteWriter,
	compileLegacyMessage,
	encodeMessage,
	encodeTransaction,
	Hash,
	Pubkey,
} from '@parhelion/sdk';

/** Bytes of a request: the tag of `GetAirdrop` (u32), lamports (u64), the address, the blockhash. */
const REQUEST_SIZE = 4 + 8 + 32 + 32;
const GET_AIRDROP = 0;
/** What a request that is none is answered with: a transaction of no bytes. */
const REFUSAL = new Uint8Array(2);
const MAX_CONNECTIONS = 256;
/** Milliseconds that a client may be silent. */
const IDLE_TIMEOUT = 30_000;

/** The answer to a request of {@link REQUEST_SIZE} bytes: the length (u16) and the bytes of a signed transfer. */
export function answerFaucetRequest(request: Uint8Array, faucet: Keypair): Uint8Array {
	const reader = new ByteReader(request);
	if (reader.u32() !== GET_AIRDROP) return REFUSAL;
	const lamports = reader.u64();
	const to = Pubkey.fromBytes(reader.take(32));
	const blockhash = Hash.fromBytes(reader.take(32));
	const message = compileLegacyMessage(
		faucet.pubkey,
		[transferInstruction(faucet.pubkey, to, lamports)],
		blockhash,
	);
	const signature = ed25519Sign(encodeMessage(message), faucet.seed);
	const bytes = encodeTransaction({ signatures: [signature], message });
	return new ByteWriter(2 + bytes.length).u16(bytes.length).raw(bytes).finish();
}

function serve(socket: Socket, faucet: Keypair): void {
	let waiting: Buffer = Buffer.alloc(0);
	socket.setTimeout(IDLE_TIMEOUT, () => socket.destroy());
	socket.on('error', () => socket.destroy());
	socket.on('data', (chunk) => {
		waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
		let isFull = false;
		while (waiting.length >= REQUEST_SIZE) {
			isFull = !socket.write(answerFaucetRequest(waiting.subarray(0, REQUEST_SIZE), faucet));
			waiting = waiting.subarray(REQUEST_SIZE);
		}
		// A client that sends and does not read gets no more made for it.
		if (isFull) {
			socket.pause();
			socket.once('drain', () => socket.resume());
		}
	});
}

/** A faucet that listens. */
export interface FaucetServer {
	readonly port: number;
	close(): Promise<void>;
}

/** Listens on `host`:`port` (0: a free one). Rejects with a `ListenError`. */
export function listenFaucet(faucet: Keypair, host: string, port: number): Promise<FaucetServer> {
	return new Promise((resolve, reject) => {
		const sockets = new Set<Socket>();
		const server = createServer((socket) => {
			sockets.add(socket);
			socket.on('close', () => sockets.delete(socket));
			serve(socket, faucet);
		});
		server.maxConnections = MAX_CONNECTIONS;
		server.once('error', (cause) => reject(listenError('Faucet', host, port, cause)));
		server.listen(port, host, () => {
			resolve({
				port: (server.address() as AddressInfo).port,
				close: () =>
					new Promise((closed) => {
						server.close(() => closed());
						for (const socket of sockets) socket.destroy();
					}),
			});
		});
	});
}
