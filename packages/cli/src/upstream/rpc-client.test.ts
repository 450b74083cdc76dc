import { afterEach, describe, expect, it, vi } from 'vitest';
import { type MockAnswer, type MockCluster, startMockCluster } from '../../test/mock-cluster.ts';
import { RpcClient, type RpcClientOptions, UpstreamError } from './rpc-client.ts';

let mock: MockCluster | null = null;

afterEach(async () => {
	await mock?.close();
	mock = null;
});

async function client(answer: MockAnswer, options: RpcClientOptions = {}): Promise<RpcClient> {
	mock = await startMockCluster(answer);
	return new RpcClient(`${mock.url}/?api-key=secret`, { backoff: 1, timeout: 2000, ...options });
}

/** The error of a call that must fail. */
async function failure(rpc: RpcClient): Promise<UpstreamError> {
	const error: unknown = await rpc.call('getSlot', []).catch((thrown: unknown) => thrown);
	expect(error).toBeInstanceOf(UpstreamError);
	return error as UpstreamError;
}

describe('a call', () => {
	it('waits for its turn where many are under way', async () => {
		const held: (() => void)[] = [];
		let isHolding = true;
		const rpc = await client(({ id }, response) => {
			const answer = (): void => void response.end(JSON.stringify({ jsonrpc: '2.0', id, result: id }));
			if (isHolding) held.push(answer);
			else answer();
			return undefined;
		});
		const calls = Promise.all(Array.from({ length: 40 }, () => rpc.call('getSlot', [])));
		await vi.waitFor(() => expect(held).toHaveLength(8));
		expect(rpc.requests).toBe(8);
		isHolding = false;
		for (const answer of held) answer();
		expect(new Set(await calls).size).toBe(40);
	});

	it('sends method and parameters and gives the result', async () => {
		const rpc = await client(({ method, params }) => ({ method, params }));
		expect(await rpc.call('getSlot', [{ commitment: 'confirmed' }])).toEqual({
			method: 'getSlot',
			params: [{ commitment: 'confirmed' }],
		});
	});

	it.each([429, 500, 502, 503])('is made again after HTTP %d', async (status) => {
		let attempts = 0;
		const waits: string[] = [];
		const answer: MockAnswer = (_request, response) => {
			attempts++;
			if (attempts > 2) return 7;
			response.writeHead(status).end('slow down');
			return undefined;
		};
		const rpc = await client(answer, { onRetry: (reason) => waits.push(reason) });
		expect(await rpc.call('getSlot', [])).toBe(7);
		expect(attempts).toBe(3);
		expect(waits).toHaveLength(2);
		expect(waits[0]).toContain(`answered HTTP ${status}`);
	});

	it('waits as long as Retry-After says', async () => {
		const waits: number[] = [];
		let attempts = 0;
		const answer: MockAnswer = (_request, response) => {
			if (++attempts > 1) return 7;
			response.writeHead(429, { 'retry-after': '1' }).end();
			return undefined;
		};
		const rpc = await client(answer, { onRetry: (_reason, wait) => waits.push(wait) });
		expect(await rpc.call('getSlot', [])).toBe(7);
		expect(waits).toEqual([1000]);
	});

	it('is made again when the node is behind', async () => {
		let attempts = 0;
		const answer: MockAnswer = ({ id }, response) => {
			if (++attempts > 1) return 7;
			response.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32005, message: 'behind' } }));
			return undefined;
		};
		expect(await (await client(answer)).call('getSlot', [])).toBe(7);
	});

	it('ends with host, status and words after the last attempt, and never shows the key in the URL', async () => {
		const rpc = await client((_request, response) => void response.writeHead(429).end('too \u001b[31mmany'), {
			attempts: 3,
		});
		const error = await failure(rpc);
		expect(error.message).toBe(
			`${rpc.host} (getSlot) answered HTTP 429 Too Many Requests: too  [31mmany (3 attempts)`,
		);
		expect(error.status).toBe(429);
		expect(error.message).not.toContain('secret');
		expect(rpc.requests).toBe(3);
	});

	it('is not made again where the answer will be the same', async () => {
		const forbidden = await client((_request, response) => void response.writeHead(403).end('no key'));
		expect((await failure(forbidden)).message).toContain('answered HTTP 403 Forbidden: no key');
		expect(forbidden.requests).toBe(1);
		await mock?.close();
		const refused = await client(({ id }, response) => {
			response.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: 'Invalid param' } }));
		});
		const error = await failure(refused);
		expect(error.message).toContain('says no: Invalid param (-32602)');
		expect(error.code).toBe(-32602);
	});

	it('refuses what is no JSON, no result, or too long', async () => {
		const html = await client((_request, response) => void response.end('<html>'));
		expect((await failure(html)).message).toContain('answered with no JSON: <html>');
		await mock?.close();
		const empty = await client((_request, response) => void response.end('{}'));
		expect((await failure(empty)).message).toContain('answered with no result');
		await mock?.close();
		const long = await client((_request, response) => void response.end('x'.repeat(2000)), {
			maxResponse: 1000,
		});
		expect(await failure(long)).toMatchObject({ isTooLarge: true });
	});

	it('is given up where nobody answers', async () => {
		const silent = await client(() => undefined, { timeout: 50, attempts: 2 });
		expect((await failure(silent)).message).toMatch(/cannot be reached: no answer in time \(2 attempts\)/);
		const gone = new RpcClient('http://127.0.0.1:9', { backoff: 1, attempts: 2 });
		expect((await failure(gone)).message).toContain('127.0.0.1:9 (getSlot) cannot be reached: ');
	});

	it('sends a name and a password of the URL in a header, and never shows them', async () => {
		const seen: (string | undefined)[] = [];
		mock = await startMockCluster((_request, response) => {
			seen.push(response.req.headers.authorization);
			response.writeHead(401).end();
		});
		const url = mock.url.replace('//', '//me:p%40ss@');
		const { message } = await failure(new RpcClient(url));
		expect(message).toBe(`${new URL(url).host} (getSlot) answered HTTP 401 Unauthorized`);
		expect(seen).toEqual([`Basic ${btoa('me:p@ss')}`]);
		expect(() => new RpcClient('http://me:%zz@host')).toThrow(UpstreamError);
	});
});
