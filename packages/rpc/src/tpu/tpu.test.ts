/** The QUIC port: the RFC's packets, a client of our own, and whoever sends anything else. */
import { createSocket, type Socket } from 'node:dgram';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TpuTestClient } from '../../test/tpu-client.ts';
import { PacketKeys } from './packet-keys.ts';
import { joined, PacketSpace } from './packet-space.ts';
import { DATA_WINDOW, STREAM_WINDOW } from './streams.ts';
import { MAX_CONNECTIONS_PER_ADDRESS, TpuServer } from './tpu-server.ts';
import { CLOSE_CODE, varint, WireReader } from './wire.ts';

/** How long to wait for what takes a few milliseconds. */
const PATIENCE = { timeout: 10_000, interval: 5 };

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

const PING = Buffer.from([1]);

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
		await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0), PATIENCE);
		const finished = client.finish(answers[0]!);
		await send(finished);
		await send(client.stream(2, 0, 'first', true));
		await send(client.stream(6, 3, 'ond', true));
		await send(client.stream(6, 0, 'sec', false));
		await send(client.stream(2, 0, 'first', true));
		await send(client.stream(10, 0, 'third', true));
		await vi.waitFor(() => expect(transactions).toEqual(['first', 'second', 'third']), PATIENCE);
		await vi.waitFor(() => expect(answers.some((answer) => client.isDone(answer))).toBe(true), PATIENCE);
	});

	it('goes over to new keys with the client, and still reads what was sent before', async () => {
		const client = new TpuTestClient();
		await send(client.begin());
		await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0), PATIENCE);
		await send(client.finish(answers[0]!));
		for (let update = 0; update < 3; update++) {
			const late = client.stream(8 * update + 2, 0, `late ${update}`, true);
			client.updateKeys();
			answers = [];
			await send(client.stream(8 * update + 6, 0, `new ${update}`, true));
			await send(late);
			await vi.waitFor(() => expect(transactions).toHaveLength(2 * update + 2), PATIENCE);
			await vi.waitFor(() => expect(answers.some((answer) => client.opens(answer))).toBe(true), PATIENCE);
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
		await vi.waitFor(() => expect(answers.some((answer) => client.isForMe(answer))).toBe(true), PATIENCE);
		expect(transactions).toEqual([]);
	});

	/** Connects, and forgets what the server said meanwhile. */
	const connect = async (client = new TpuTestClient()): Promise<TpuTestClient> => {
		answers = [];
		await send(client.begin());
		await vi.waitFor(() => expect(answers.some((answer) => client.isForMe(answer))).toBe(true), PATIENCE);
		await send(client.finish(answers.find((answer) => client.isForMe(answer))!));
		await vi.waitFor(() => expect(answers.some((answer) => client.isDone(answer))).toBe(true), PATIENCE);
		answers = [];
		return client;
	};

	const isClosed = (client: TpuTestClient, code: number): Promise<void> =>
		vi.waitFor(
			() => expect(answers.map((answer) => client.closeCode(answer)).filter(Number)).toEqual([code]),
			PATIENCE,
		);

	it('sends three times what came at most, and nothing for less than a whole Initial', async () => {
		const early = new TpuTestClient();
		const client = new TpuTestClient();
		for (let i = 0; i < 20; i++) await send(early.initial(early.crypto(Buffer.from([1])), 40));
		await send(client.begin());
		for (let i = 0; i < 20; i++) await send(client.initial(PING, 20));
		const fence = new TpuTestClient();
		await send(fence.begin());
		await vi.waitFor(() => expect(answers.some((answer) => fence.isForMe(answer))).toBe(true), PATIENCE);
		expect(answers.filter((answer) => early.isForMe(answer))).toEqual([]);
		const bytes = answers.filter((answer) => client.isForMe(answer)).map(({ length }) => length);
		expect(bytes).toHaveLength(1);
		expect(bytes[0]).toBeLessThanOrEqual(3 * 1200);
	});

	it('sends the handshake as often as it is lost', async () => {
		const client = new TpuTestClient();
		await send(client.begin());
		for (let lost = 0; lost < 8; lost++) {
			await vi.waitFor(() => expect(answers.length).toBe(lost + 1), PATIENCE);
			await send(client.initial(PING));
		}
		await vi.waitFor(() => expect(answers.length).toBe(9), PATIENCE);
		await send(client.finish(answers[8]!));
		await send(client.stream(2, 0, 'late', true));
		await vi.waitFor(() => expect(transactions).toEqual(['late']), PATIENCE);
	});

	it('lets a client go on that keeps to the limits, whatever is lost', async () => {
		const client = await connect();
		let limit = STREAM_WINDOW;
		for (let serial = 1; serial < limit; serial++) await send(client.stream(4 * serial + 2, 0, 'x', true));
		await vi.waitFor(() => expect(transactions).toHaveLength(limit - 1), PATIENCE);
		answers = [];
		await send(client.stream(2, 0, 'lost', true));
		await vi.waitFor(() => {
			const limits = answers.map((answer) => client.limits(answer)).findLast((told) => told !== null);
			expect(limits).toEqual({ streams: 2 * STREAM_WINDOW, bytes: STREAM_WINDOW + 3 + DATA_WINDOW });
			limit = limits!.streams;
		}, PATIENCE);
		await send(client.stream(4 * (limit - 1) + 2, 0, 'last', true));
		await vi.waitFor(() => expect(transactions.at(-1)).toBe('last'), PATIENCE);
		await send(client.stream(4 * limit + 2, 0, 'beyond', true));
		await isClosed(client, CLOSE_CODE.streamLimit);
		expect(server.size).toBe(0);
	});

	it('keeps nothing of who has not begun a handshake', async () => {
		const stranger = new TpuTestClient();
		await send(stranger.initial(PING));
		await send(random(1200, 3));
		const client = await connect();
		expect(server.size).toBe(1);
		expect(client.isForMe(answers[0] ?? Buffer.alloc(0))).toBe(false);
	});

	it('has so many connections of an address, and says so to the next', async () => {
		const clients: TpuTestClient[] = [];
		while (clients.length < MAX_CONNECTIONS_PER_ADDRESS) clients.push(await connect());
		const silent = clients.shift()!;
		// Nobody has been silent for long.
		const now = performance.now();
		const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
		for (const client of clients) await send(client.frame(PING));
		await send(silent.frame(PING));
		await vi.waitFor(() => expect(answers.length).toBe(MAX_CONNECTIONS_PER_ADDRESS), PATIENCE);
		answers = [];
		const refused = new TpuTestClient();
		await send(refused.begin());
		await isClosed(refused, CLOSE_CODE.refused);
		clock.mockReturnValue(now + 5000);
		for (const client of clients) await send(client.frame(PING));
		await vi.waitFor(() => expect(answers.length).toBe(MAX_CONNECTIONS_PER_ADDRESS), PATIENCE);
		answers = [];
		const next = new TpuTestClient();
		await send(next.begin());
		await isClosed(silent, CLOSE_CODE.refused);
		await vi.waitFor(() => expect(answers.some((answer) => next.isForMe(answer))).toBe(true), PATIENCE);
		expect(server.size).toBe(MAX_CONNECTIONS_PER_ADDRESS);
		clock.mockRestore();
	});

	it('does not close a connection over what anybody may have sent', async () => {
		const client = await connect();
		const id = client.connectionId;
		await send(Buffer.concat([client.header(), random(60, 1)]));
		// Long headers that end too soon, say too long a length, or are of another version.
		for (const rest of ['', '08', '0008ff', '00007fff', '0000ffffffffffffffff']) {
			for (const version of ['00000001', '00000002']) {
				const tail = Buffer.from(rest, 'hex');
				await send(Buffer.concat([Buffer.from(`c0${version}08`, 'hex'), id, tail]));
			}
		}
		// Of an Initial anybody can make the keys who saw the first one.
		await send(client.initial(Buffer.from([0x3f])));
		await send(client.stream(2, 0, 'still here', true));
		await vi.waitFor(() => expect(transactions).toEqual(['still here']), PATIENCE);
	});

	it('says why it closes, and when it stops', async () => {
		const client = await connect();
		await send(client.frame(Buffer.from([0x3f])));
		await isClosed(client, CLOSE_CODE.encoding);
		const other = await connect();
		answers = [];
		await server.stop();
		await vi.waitFor(
			() => expect(answers.map((answer) => other.closeCode(answer))).toEqual([CLOSE_CODE.none]),
			PATIENCE,
		);
		server = await TpuServer.listen('127.0.0.1', 0, () => {});
	});
});
