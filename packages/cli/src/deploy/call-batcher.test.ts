/** Calls put together, to servers of every temper. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallBatcher } from '@parhelion/toolchain';
import { afterEach, describe, expect, it } from 'vitest';
import { RpcClient, UpstreamError } from '../upstream/rpc-client.ts';

interface Call {
	readonly id: number;
	readonly params: readonly unknown[];
}

/** What a server says to a body: its status and its text. */
type Answer = (body: readonly Call[] | Call, bytes: number) => readonly [status: number, text: string];

let server: Server | null = null;
/** How many calls each request had; 0 for one that was no batch. */
let sizes: number[] = [];

afterEach(() => {
	server?.closeAllConnections();
	server?.close();
	sizes = [];
});

async function batcher(answer: Answer): Promise<CallBatcher> {
	server = createServer(async (request, response) => {
		let text = '';
		for await (const chunk of request) text += chunk;
		const body = JSON.parse(text) as Call | Call[];
		sizes.push(Array.isArray(body) ? body.length : 0);
		const [status, said] = answer(body, text.length);
		response.writeHead(status).end(said);
	});
	await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return new CallBatcher(new RpcClient(`http://127.0.0.1:${port}`, { backoff: 1 }), 'echo');
}

const result = ({ id, params }: Call): unknown => ({ jsonrpc: '2.0', id, result: params[0] });
const error = ({ id }: Call, code: number): unknown => ({
	jsonrpc: '2.0',
	id,
	error: { code, message: 'no' },
});
/** Answers single calls and batches, these backwards, as servers may. */
const echo: Answer = (body) => [
	200,
	JSON.stringify(Array.isArray(body) ? body.map(result).reverse() : result(body as Call)),
];

async function callAll(calls: CallBatcher, count: number, size = 1): Promise<unknown[]> {
	return Promise.all(Array.from({ length: count }, (_, i) => calls.call([`${i}`.padEnd(size)])));
}

const texts = (count: number, size = 1): string[] =>
	Array.from({ length: count }, (_, i) => `${i}`.padEnd(size));

describe('calls made at once', () => {
	it('go out in one request, and each gets its own answer', async () => {
		const calls = await batcher(echo);
		expect(await callAll(calls, 20)).toEqual(texts(20));
		expect(sizes).toEqual([20]);
		expect(await calls.call(['alone'])).toBe('alone');
		expect(sizes).toEqual([20, 0]);
	});

	it('go out in bodies that every node reads', async () => {
		const bodies: number[] = [];
		const calls = await batcher((body, bytes) => {
			bodies.push(bytes);
			return echo(body, bytes);
		});
		expect(await callAll(calls, 100, 1700)).toEqual(texts(100, 1700));
		expect(Math.max(...bodies)).toBeLessThanOrEqual(50 * 1024);
		expect(bodies.length).toBeLessThan(5);
	});

	it('go out in smaller batches where the server takes no larger ones', async () => {
		const calls = await batcher((body, bytes) =>
			Array.isArray(body) && body.length > 5 ? [413, 'too many'] : echo(body, bytes),
		);
		expect(await callAll(calls, 32)).toEqual(texts(32));
		expect(sizes.slice(0, 3)).toEqual([32, 16, 16]);
		sizes = [];
		expect(await callAll(calls, 8)).toEqual(texts(8));
		expect(sizes).toEqual([4, 4]);
	});

	const refusals: readonly (readonly [string, readonly [number, string]])[] = [
		['refuses them', [400, 'no batches']],
		['answers them with one error', [200, JSON.stringify(error({ id: 0, params: [] }, -32600))]],
		['answers with something else', [200, '<html>']],
		['leaves answers out', [200, '[]']],
		['answers with nonsense in an array', [200, '[null, 7, {"id":"x"}]']],
	];
	it.each(refusals)('go out one by one where the server %s', async (_what, refusal) => {
		const calls = await batcher((body, bytes) => (Array.isArray(body) ? refusal : echo(body, bytes)));
		expect(await callAll(calls, 8)).toEqual(texts(8));
		sizes = [];
		expect(await callAll(calls, 3)).toEqual(texts(3));
		expect(sizes).toEqual([0, 0, 0]);
	});

	it('fail by themselves, and are made again by themselves where the server says "not now"', async () => {
		const calls = await batcher((body, bytes) => {
			if (!Array.isArray(body)) return echo(body, bytes);
			return [
				200,
				JSON.stringify(body.map((call, i) => [result(call), error(call, -32002), error(call, -32005)][i])),
			];
		});
		const ends = await Promise.allSettled(['first', 'second', 'third'].map((text) => calls.call([text])));
		expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason.code))).toEqual([
			'first',
			-32002,
			'third',
		]);
		expect(sizes).toEqual([3, 0]);
	});

	it.each([429, 500, 503])('go out one by one where the server answers batches with %d', async (status) => {
		const calls = await batcher((body, bytes) => (Array.isArray(body) ? [status, ''] : echo(body, bytes)));
		expect(await callAll(calls, 5)).toEqual(texts(5));
		expect(sizes.toSorted((a, b) => b - a)).toEqual([5, 3, 2, 0, 0, 0, 0, 0]);
	});

	it('are made again in halves where the server has too much to do, and all fail where it is gone', async () => {
		let refusals = 0;
		const calls = await batcher((body, bytes) => (refusals++ < 1 ? [429, 'slow'] : echo(body, bytes)));
		expect(await callAll(calls, 4)).toEqual(texts(4));
		expect(sizes).toEqual([4, 2, 2]);
		expect(await callAll(calls, 4)).toEqual(texts(4));
		expect(sizes).toEqual([4, 2, 2, 4]);
		server?.closeAllConnections();
		server?.close();
		const ends = await Promise.allSettled(['a', 'b'].map((text) => calls.call([text])));
		for (const end of ends) expect(end.status === 'rejected' && end.reason).toBeInstanceOf(UpstreamError);
	});
});
