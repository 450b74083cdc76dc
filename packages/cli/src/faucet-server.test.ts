import { connect } from 'node:net';
import { Chain, LAMPORTS_PER_SOL } from '@parhelion/runtime';
import { ByteWriter, decodeTransaction, Pubkey } from '@parhelion/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerFaucetRequest, type FaucetServer, listenFaucet } from './faucet-server.ts';

const BOB = Pubkey.fromBytes(new Uint8Array(32).fill(2));
let chain: Chain;
let server: FaucetServer;

beforeAll(async () => {
	chain = Chain.genesis();
	chain.advanceSlot();
	server = await listenFaucet(chain.faucet, '127.0.0.1', 0);
});

afterAll(() => server.close());

function request(lamports: bigint, tag = 0): Uint8Array {
	return new ByteWriter(76).u32(tag).u64(lamports).raw(BOB.bytes).raw(chain.lastBlockhash().bytes).finish();
}

/** What the server sends back to `parts`, sent one after another, until `length` bytes are there. */
function exchange(parts: readonly Uint8Array[], length: number): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const socket = connect(server.port, '127.0.0.1');
		let answer: Buffer = Buffer.alloc(0);
		socket.setNoDelay(true);
		socket.on('error', reject);
		socket.on('data', (chunk) => {
			answer = Buffer.concat([answer, chunk]);
			if (answer.length < length) return;
			socket.destroy();
			resolve(answer);
		});
		for (const part of parts) socket.write(part);
	});
}

describe('the faucet', () => {
	it('answers with a signed transfer that the chain takes', async () => {
		const length = answerFaucetRequest(request(LAMPORTS_PER_SOL), chain.faucet).length;
		const bytes = request(LAMPORTS_PER_SOL);
		const answer = await exchange([bytes.subarray(0, 10), bytes.subarray(10)], length);
		expect(answer.readUInt16LE(0)).toBe(answer.length - 2);
		const transaction = decodeTransaction(new Uint8Array(answer.subarray(2)));
		expect(transaction.ok).toBe(true);
		if (!transaction.ok) return;
		expect(chain.processTransaction(transaction.value).err).toBeNull();
		expect(chain.getBalance(BOB)).toBe(LAMPORTS_PER_SOL);
	});

	it('answers several requests of one connection in order, and one that is none with nothing', async () => {
		const one = answerFaucetRequest(request(1n), chain.faucet);
		const two = answerFaucetRequest(request(2n), chain.faucet);
		const answer = await exchange([request(1n), request(9n, 7), request(2n)], one.length + 2 + two.length);
		expect(new Uint8Array(answer)).toEqual(new Uint8Array(Buffer.concat([one, new Uint8Array(2), two])));
	});

	it('says which port is taken', async () => {
		await expect(listenFaucet(chain.faucet, '127.0.0.1', server.port)).rejects.toThrow(
			`Faucet: 127.0.0.1:${server.port} is already in use`,
		);
	});
});
