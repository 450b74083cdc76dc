/** The QUIC port: the RFC's packets, a client of our own, and whoever sends anything else. */
import { createSocket, type Socket } from 'node:dgram';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TpuTestClient } from '../../test/tpu-client.ts';
import { PacketKeys } from './packet-keys.ts';
import { joined, PacketSpace } from './packet-space.ts';
import { TpuServer } from './tpu-server.ts';
import { varint, WireReader } from './wire.ts';

/** Milliseconds to wait for what takes a few. */
const PATIENCE_MS = 10_000;

describe('varint', () => {
	it('reads what it writes', () => {
		fc.assert(
			fc.property(fc.maxSafeNat(), (value) => {
				expect(new WireReader(varint(value)).varint()).toBe(value);
			}),
		);
	});
});

describe('PacketKeys', () => {
	it('opens the server packet of RFC 9001, appendix A.3', () => {
		const packet = Buffer.from(
			'cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb3' +
				'8cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84' +
				'022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee',
			'hex',
		);
		const { server } = PacketKeys.initial(Buffer.from('8394c8f03e515708', 'hex'));
		const opened = server.open(packet, 18, -1);
		expect(opened?.number).toBe(1);
		expect(opened?.payload.toString('hex')).toMatch(/^02000000000600405a020000560303eefce7f7b3/);
		packet[40]! ^= 1;
		expect(server.open(packet, 18, -1)).toBeNull();
	});
});

describe('PacketSpace', () => {
	it('acknowledges exactly what came', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 60 }), (numbers) => {
				const space = new PacketSpace();
				const seen = new Set<number>();
				for (const number of numbers) {
					expect(space.note(number)).toBe(!seen.has(number));
					seen.add(number);
				}
				expect(acknowledged(space.ack())).toEqual([...seen].sort((a, b) => b - a));
			}),
		);
	});

	it('joins pieces up to the first gap, however they overlap', () => {
		const pieces = new Map([
			[4, Buffer.from('efg')],
			[0, Buffer.from('abc')],
			[2, Buffer.from('cde')],
			[9, Buffer.from('late')],
		]);
		expect(joined(pieces).toString()).toBe('abcdefg');
	});
});

/** Bytes of a seed. */
function random(length: number, seed: number): Buffer {
	const [bytes] = fc.sample(fc.uint8Array({ minLength: length, maxLength: length }), { seed, numRuns: 1 });
	return Buffer.from(bytes!);
}

function acknowledged(frame: Buffer): number[] {
	const reader = new WireReader(frame, 1);
	let high = reader.varint();
	reader.varint();
	const numbers: number[] = [];
	for (let left = reader.varint(); ; left--) {
		const length = reader.varint();
		for (let number = high; number >= high - length; number--) numbers.push(number);
		if (left === 0) return numbers;
		high = high - length - reader.varint() - 2;
	}
}

describe('TpuServer', () => {
	let server: TpuServer;
	let socket: Socket;
	let transactions: string[];
	let answers: Buffer[];

	beforeEach(async () => {
		transactions = [];
		answers = [];
		server = await TpuServer.listen('127.0.0.1', 0, (bytes) => transactions.push(bytes.toString('latin1')));
		socket = createSocket('udp4');
		socket.on('message', (datagram) => answers.push(datagram));
	});

	afterEach(async () => {
		socket.close();
		await server.stop();
	});

	const send = (datagram: Uint8Array): Promise<void> =>
		new Promise((resolve) => {
			socket.send(datagram, server.port, '127.0.0.1', () => resolve());
		});

	it('takes the transactions of a client, whole ones, each once', async () => {
		const client = new TpuTestClient();
		await send(client.begin());
		await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0), PATIENCE_MS);
		const finished = client.finish(answers[0]!);
		await send(finished);
		await send(client.stream(2, 0, 'first', true));
		await send(client.stream(6, 3, 'ond', true));
		await send(client.stream(6, 0, 'sec', false));
		await send(client.stream(2, 0, 'first', true));
		await send(client.stream(10, 0, 'third', true));
		await vi.waitFor(() => expect(transactions).toEqual(['first', 'second', 'third']), PATIENCE_MS);
		await vi.waitFor(() => expect(answers.some((answer) => client.isDone(answer))).toBe(true), PATIENCE_MS);
	});

	it('goes over to new keys with the client, and still reads what was sent before', async () => {
		const client = new TpuTestClient();
		await send(client.begin());
		await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0), PATIENCE_MS);
		await send(client.finish(answers[0]!));
		for (let update = 0; update < 3; update++) {
			const late = client.stream(8 * update + 2, 0, `late ${update}`, true);
			client.updateKeys();
			answers = [];
			await send(client.stream(8 * update + 6, 0, `new ${update}`, true));
			await send(late);
			await vi.waitFor(() => expect(transactions).toHaveLength(2 * update + 2), PATIENCE_MS);
			await vi.waitFor(() => expect(answers.some((answer) => client.opens(answer))).toBe(true), PATIENCE_MS);
		}
		expect(transactions).toEqual(['new 0', 'late 0', 'new 1', 'late 1', 'new 2', 'late 2']);
	});

	it('answers nobody who speaks otherwise, and serves the next', async () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 1400 }), (bytes) => {
				socket.send(bytes, server.port, '127.0.0.1');
			}),
			{ numRuns: 500, seed: 7 },
		);
		// Sealed as it should be, with anything inside.
		for (let run = 0; run < 300; run++) {
			const client = new TpuTestClient();
			const frames = run % 2 === 0 ? random(40, run) : client.crypto(random(run, run));
			await send(client.initial(frames));
		}
		// A share that no key can be agreed on with, and a handshake of crumbs.
		await send(new TpuTestClient(Buffer.alloc(32)).begin());
		const crumbs = Array.from({ length: 100 }, (_, i) => Buffer.from([6, 0x40, 2 * i + 2, 1, 0]));
		await send(new TpuTestClient().initial(Buffer.concat(crumbs)));
		const client = new TpuTestClient();
		for (const cut of [0, 1, 5, 900]) await send(client.begin().subarray(0, cut));
		answers = [];
		await send(client.begin());
		await vi.waitFor(() => expect(answers.some((answer) => client.isForMe(answer))).toBe(true), PATIENCE_MS);
		expect(transactions).toEqual([]);
	});
});
