import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALICE, BOB, base64Of, TestNode, transfer } from '../test/test-node.ts';
import { createHttpServer } from './http-server.ts';

let node: TestNode;
let server: FastifyInstance;
let url: string;

beforeAll(async () => {
	node = new TestNode();
	server = createHttpServer(node.handler);
	url = await server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
	await server.close();
	expect(node.defects).toEqual([]);
});

const JSON_TYPE = { 'content-type': 'application/json' };
const HEALTH = '{"jsonrpc":"2.0","id":1,"method":"getHealth"}';

function post(body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE): Promise<Response> {
	return fetch(url, { method: 'POST', headers, body: body as BodyInit });
}

describe('a call', () => {
	it('is answered with a line of JSON', async () => {
		const response = await post(HEALTH);
		expect(response.status).toBe(200);
		expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
		expect(await response.text()).toBe('{"jsonrpc":"2.0","result":"ok","id":1}\n');
	});

	it('may go to any path, with a charset, under any host name', async () => {
		const answer = await fetch(`${url}/any/path?x=%20`, {
			method: 'POST',
			headers: { 'content-type': 'Application/JSON; Charset=UTF-8' },
			body: HEALTH,
		});
		expect(answer.status).toBe(200);
		const status = await new Promise((resolve, reject) => {
			const headers = { ...JSON_TYPE, host: 'evil.example' };
			const sent = httpRequest(url, { method: 'POST', headers }, (got) => resolve(got.resume().statusCode));
			sent.on('error', reject);
			sent.end(HEALTH);
		});
		expect(status).toBe(200);
	});

	it('without id is answered with nothing', async () => {
		const response = await post('{"jsonrpc":"2.0","method":"getHealth"}');
		expect(response.status).toBe(200);
		expect(await response.text()).toBe('');
	});

	it('may be one of a batch', async () => {
		const batch = `[${HEALTH},{"jsonrpc":"2.0","method":"getHealth"},{"jsonrpc":"2.0","id":"b","method":"nope"}]`;
		expect(await (await post(batch)).json()).toEqual([
			{ jsonrpc: '2.0', result: 'ok', id: 1 },
			{ jsonrpc: '2.0', error: { code: -32601, message: 'Method not found' }, id: 'b' },
		]);
	});
});

describe('what is no call', () => {
	it('is refused by method and by type', async () => {
		const got = await fetch(url);
		expect([got.status, await got.text()]).toEqual([
			405,
			'Used HTTP Method is not allowed. POST or OPTIONS is required\n',
		]);
		expect((await fetch(url, { method: 'DELETE' })).status).toBe(405);
		const typed = await post(HEALTH, { 'content-type': 'text/plain' });
		expect([typed.status, await typed.text()]).toEqual([
			415,
			'Supplied content type is not allowed. Content-Type: application/json is required\n',
		]);
		expect((await post(HEALTH, { 'content-type': 'application/json; charset=latin1' })).status).toBe(415);
	});

	it.each([
		[Uint8Array.of(0xff), 0],
		[Uint8Array.of(0x61, 0x62, 0xe2, 0x82), 2],
		[Uint8Array.of(0x61, 0xe2, 0x28, 0xa1), 1],
		[Uint8Array.of(0xc3, 0xa4, 0xed, 0xa0, 0x80), 2],
	])('is refused as not being UTF-8, by position', async (body, at) => {
		const response = await post(body);
		expect(response.status).toBe(400);
		expect(await response.text()).toBe(`utf-8 encoding error at byte ${at} in request body`);
	});
});

describe('GET /health', () => {
	it('says ok', async () => {
		const response = await fetch(`${url}/health`);
		expect([response.status, await response.text()]).toEqual([200, 'ok']);
	});
});

describe('a browser', () => {
	const origin = 'http://localhost:3000';

	it('may call from any origin', async () => {
		const response = await post(HEALTH, { ...JSON_TYPE, origin });
		expect(response.headers.get('access-control-allow-origin')).toBe(origin);
		expect(response.headers.get('vary')).toBe('origin');
	});

	it('may ask first', async () => {
		const headers = { origin, 'access-control-request-headers': 'content-type, solana-client' };
		const response = await fetch(url, { method: 'OPTIONS', headers });
		expect(response.status).toBe(200);
		expect(response.headers.get('allow')).toBe('OPTIONS, POST');
		expect(response.headers.get('access-control-allow-methods')).toBe('OPTIONS, POST');
		expect(response.headers.get('access-control-allow-headers')).toBe('content-type, solana-client');
		expect(response.headers.get('access-control-max-age')).toBe('86400');
	});

	it('may not call from the origin null', async () => {
		const response = await post(HEALTH, { ...JSON_TYPE, origin: 'null' });
		expect(response.status).toBe(403);
		expect(response.headers.get('access-control-allow-origin')).toBeNull();
	});
});

describe('a large body', () => {
	const tooLarge = 'request body size exceeds allowed maximum';

	it('is read up to 50 KiB', async () => {
		expect((await post(HEALTH.padEnd(50 * 1024))).status).toBe(200);
		const response = await post(HEALTH.padEnd(50 * 1024 + 1));
		expect([response.status, await response.text()]).toEqual([413, tooLarge]);
	});

	it('of 60 MB is refused, announced or not, and changes nothing', async () => {
		const before = process.memoryUsage().rss;
		const call = `{"jsonrpc":"2.0","id":1,"method":"requestAirdrop","params":["${BOB.pubkey.toBase58()}",5000000]}`;
		const response = await post(call.padEnd(60_000_000));
		expect([response.status, await response.text()]).toEqual([413, tooLarge]);

		const chunk = Buffer.alloc(1_000_000, ' ');
		const status = await new Promise((resolve, reject) => {
			const sent = httpRequest(url, { method: 'POST', headers: JSON_TYPE }, (got) =>
				resolve(got.resume().statusCode),
			);
			sent.on('error', reject);
			sent.write(call);
			for (let i = 0; i < 60; i++) sent.write(chunk);
			sent.end();
		});
		expect(status).toBe(413);
		expect(node.chain.transactionCount).toBe(0n);
		expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
		expect((await post(HEALTH)).status).toBe(200);
	});
});

describe('a client that does not finish', () => {
	it.each([
		['nothing', ''],
		['half a head', 'POST / HT'],
		[
			'half a body',
			'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
		],
		[
			'half a chunk',
			'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{',
		],
	])('and sends %s is cut off', async (_what, sent) => {
		const hasty = createHttpServer(node.handler, { requestTimeout: 200 });
		await hasty.listen({ host: '127.0.0.1', port: 0 });
		const { port } = hasty.server.address() as AddressInfo;
		await new Promise<void>((resolve) => {
			const socket = connect(port, '127.0.0.1', () => socket.write(sent));
			socket.on('close', () => resolve());
			socket.on('error', () => {});
			socket.resume();
		});
		await hasty.close();
	});
});

describe('hostile input', () => {
	it('of raw bytes is answered or cut off, and the server lives on', async () => {
		const heads = [
			'\x00\x01\x02',
			'POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n',
			'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n',
			`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
			'GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
			'BREW / HTTP/1.1\r\nhost: x\r\n\r\n',
		];
		for (const head of heads) {
			await new Promise<void>((resolve, reject) => {
				const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(head));
				socket.on('close', () => resolve());
				socket.on('error', () => resolve());
				socket.setTimeout(5000, () => reject(new Error(`no end after ${JSON.stringify(head.slice(0, 40))}`)));
				socket.resume();
			});
		}
		expect((await post(HEALTH)).status).toBe(200);
	});

	it('of any JSON is answered by the reference’s errors, and changes nothing', async () => {
		const methods = [
			'getAccountInfo',
			'getMultipleAccounts',
			'getProgramAccounts',
			'sendTransaction',
			'simulateTransaction',
			'getTransaction',
			'getSignatureStatuses',
			'getFeeForMessage',
			'getTokenAccountsByOwner',
			'getMinimumBalanceForRentExemption',
			'getRecentPrioritizationFees',
			'getLatestBlockhash',
			'__proto__',
			'toString',
		];
		const key = fc.constantFrom(
			'encoding',
			'commitment',
			'dataSlice',
			'filters',
			'memcmp',
			'offset',
			'accounts',
			'addresses',
			'__proto__',
			'constructor',
			'minContextSlot',
		);
		const leaf = fc.oneof(
			fc.constantFrom(ALICE.pubkey.toBase58(), 'base64', 'processed', '', 'AAAA', null, true),
			fc.integer(),
			fc.double({ noNaN: true, noDefaultInfinity: true }),
			fc.string({ maxLength: 8 }),
		);
		const { value } = fc.letrec<{ value: unknown }>((tie) => ({
			value: fc.oneof(
				{ maxDepth: 3 },
				leaf,
				fc.array(tie('value'), { maxLength: 3 }),
				fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: false }),
			),
		}));
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(...methods),
				fc.array(value, { maxLength: 3 }),
				async (method, params) => {
					const text = (await node.handler.handle(
						JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
					))!;
					const { error } = JSON.parse(text) as { error?: { code: number } };
					if (error !== undefined) expect([-32602, -32601, -32600, -32016]).toContain(error.code);
					expect(node.defects).toEqual([]);
				},
			),
			{ numRuns: 1500 },
		);
		expect(node.chain.transactionCount).toBe(0n);
	});

	it('of transactions with flipped bytes is answered, and never throws', async () => {
		const bytes = Buffer.from(
			base64Of(transfer(ALICE, BOB.pubkey, 1_000_000n, node.chain.lastBlockhash())),
			'base64',
		);
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
				fc.nat(bytes.length),
				fc.constantFrom('sendTransaction', 'simulateTransaction'),
				async (flips, length, method) => {
					const mutated = Buffer.from(bytes);
					for (const [at, value] of flips) mutated[at] = value;
					const whole = length % 2 === 0 ? mutated : mutated.subarray(0, length);
					const text = await node.text(method, whole.toString('base64'), { encoding: 'base64' });
					expect(text).toMatch(/^\{"jsonrpc":"2.0","(?:error|result)":/);
					expect(node.defects).toEqual([]);
				},
			),
			{ numRuns: 500 },
		);
	});
});
