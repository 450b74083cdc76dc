/** The client of JSON-RPC, to servers of every temper. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpRpcError, retryAfterMs } from './http-post.ts';
import { HttpRpc, type HttpRpcOptions } from './http-rpc.ts';

interface Call {
	readonly id: number;
	readonly method: string;
	readonly params: readonly unknown[];
}

/** A status and a text; or what is done with the response, which may be nothing. */
type Answer = readonly [status: number, text: string] | ((response: ServerResponse) => void);

interface Served {
	readonly rpc: HttpRpc;
	/** How many calls each request had; 0 for one that was no batch. */
	readonly sizes: readonly number[];
	readonly logins: readonly (string | undefined)[];
}

const stops: (() => void)[] = [];
afterEach(() => {
	for (const stop of stops.splice(0)) stop();
});

/** A server that answers once with each of `answers`, and then as asked. */
async function serve(answers: readonly Answer[], options: HttpRpcOptions = {}): Promise<Served> {
	const sizes: number[] = [];
	const logins: (string | undefined)[] = [];
	const result = ({ id, params }: Call): unknown => ({ jsonrpc: '2.0', id, result: params });
	const server = createServer(async (request, response) => {
		let text = '';
		for await (const chunk of request) text += chunk;
		const body = JSON.parse(text) as Call | Call[];
		const answer = answers[sizes.length] ?? [
			200,
			JSON.stringify(Array.isArray(body) ? body.map(result).reverse() : result(body)),
		];
		sizes.push(Array.isArray(body) ? body.length : 0);
		logins.push(request.headers.authorization);
		if (typeof answer === 'function') answer(response);
		else response.writeHead(answer[0]).end(answer[1]);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	stops.push(() => {
		server.closeAllConnections();
		server.close();
	});
	const url = `http://me:p%40ss@127.0.0.1:${port}/?key=secret`;
	return { rpc: new HttpRpc(url, { backoff: 1, ...options }), sizes, logins };
}

/** The error of a call that must fail; its words never hold what the URL does. */
async function failure(promise: Promise<unknown>): Promise<HttpRpcError> {
	const thrown: unknown = await promise.catch((error: unknown) => error);
	expect(thrown).toBeInstanceOf(HttpRpcError);
	expect(String(thrown)).not.toMatch(/secret|p@ss|p%40ss/);
	return thrown as HttpRpcError;
}

const silence = (): void => {};

describe('a client by fetch', () => {
	it('gives results, errors with their code, and batches in order', async () => {
		const error = { code: -32602, message: 'no', data: 7 };
		const { rpc, logins } = await serve([[200, JSON.stringify({ id: 1, error })]]);
		const failed = await failure(rpc.call('m', []));
		expect(failed).toMatchObject({ code: -32602, data: 7, message: `${rpc.host} (m) says no: no (-32602)` });
		expect(await rpc.call('m', [1])).toEqual([1]);
		expect(await rpc.batch('m', [[1], [2]])).toEqual([{ result: [1] }, { result: [2] }]);
		expect(new Set(logins)).toEqual(new Set([`Basic ${btoa('me:p@ss')}`]));
	});

	it('asks again where there is too much to do, and knows a server without batches', async () => {
		const busy = await serve([
			[429, 'later'],
			[503, 'later'],
		]);
		expect(await busy.rpc.call('m', [1])).toEqual([1]);
		const without = await serve([
			[413, ''],
			[200, '<html>'],
			[200, '{"error":{"code":1}}'],
			[200, '[]'],
		]);
		for (let i = 0; i < 4; i++) expect(await without.rpc.batch('m', [[1], [2]])).toBeNull();
	});

	it('refuses answers that are nested deeper than the clients of Solana read, alone and in a batch', async () => {
		const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
		const answer = (depth: number): Answer => [200, `{"result":${nested(depth - 1)}}`];
		const inWords: Answer = [200, `{"result":"${'[{\\"\\\\'.repeat(1000)}"}`];
		const batched: Answer = [200, `[{"id":5,"result":${nested(200)}}]`];
		const { rpc } = await serve([answer(127), inWords, answer(128), answer(1_000_000), batched]);
		expect(JSON.stringify(await rpc.call('m', []))).toBe(nested(126));
		expect(await rpc.call('m', [])).toBe('[{"\\'.repeat(1000));
		const words = `${rpc.host} (m) answered with JSON that is nested too deep`;
		for (let i = 0; i < 2; i++) expect((await failure(rpc.call('m', []))).message).toBe(words);
		expect(await rpc.batch('m', [[1]])).toBeNull();
		const page = await serve([[200, `<html>${'<script>if(a){'.repeat(200)}`]]);
		expect((await failure(page.rpc.call('m', []))).message).toContain('answered with no JSON: <html>');
	});

	it.each([429, 500, 503])(
		'makes fewer calls together, then each by itself, where the server answers those with %d',
		async (status) => {
			const { rpc, sizes } = await serve([1, 2, 3].map(() => [status, ''] as const));
			const calls = [[1], [2], [3], [4]];
			expect(await rpc.batch('m', calls)).toEqual(calls.map((params) => ({ result: params })));
			expect(sizes).toEqual([4, 2, 2, 0, 0, 0, 0]);
		},
	);

	it.each([-32005, -32429, 429])('asks again where the error is %d, in a batch, too', async (code) => {
		const error = { code, message: 'not now' };
		const alone = await serve([[200, JSON.stringify({ id: 1, error })]]);
		expect(await alone.rpc.call('m', [1])).toEqual([1]);
		const outcomes = [
			{ id: 1, error },
			{ id: 2, result: 3 },
		];
		const together = await serve([[200, JSON.stringify(outcomes)]]);
		expect(await together.rpc.batch('m', [[1], [2]])).toEqual([{ result: [1] }, { result: 3 }]);
	});

	it('gives up an answer that does not come', async () => {
		const { rpc, sizes } = await serve([silence, silence, silence], { timeout: 50 });
		const late = await failure(rpc.batch('m', [[1], [2]]));
		expect(late.message).toBe(`${rpc.host} (m) cannot be reached: no answer in time (3 attempts)`);
		expect(late).toMatchObject({ isAnswered: false, status: null, code: null });
		expect(sizes).toEqual([2, 2, 2]);
	});

	it('reads no more of an answer without end than it may', async () => {
		let hasLeft = false;
		const endless = (response: ServerResponse): void => {
			response.on('close', () => {
				hasLeft = true;
			});
			const write = (): void => {
				if (!response.destroyed && response.write('[0,'.repeat(1000))) setImmediate(write);
			};
			response.on('drain', write);
			write();
		};
		const { rpc } = await serve([endless], { maxResponse: 100_000 });
		expect(await failure(rpc.call('m', []))).toMatchObject({
			isTooLarge: true,
			message: `${rpc.host} (m) answered with more than 100000 bytes`,
		});
		await vi.waitFor(() => expect(hasLeft).toBe(true));
	});

	it.each([301, 307, 308])('follows no redirect (%d)', async (status) => {
		const other = await serve([]);
		const { rpc, sizes } = await serve([
			(response) => response.writeHead(status, { location: `http://${other.rpc.host}/` }).end(),
		]);
		expect((await failure(rpc.call('m', []))).message).toContain('answered with a redirect');
		expect(sizes).toHaveLength(1);
		expect(other.sizes).toHaveLength(0);
	});

	it.each([
		[
			'{"error":{"code":{"valueOf":1,"toString":1},"message":{"toString":1}}}',
			'says no: no message (no code)',
		],
		['{"__proto__":{"result":7}}', 'answered with no result'],
		['{"error":{"message":"\\u001b[31m\\r\\nred"}}', 'says no: [31m red (no code)'],
		['7', 'answered with no result'],
		[`<${'x'.repeat(1000)}`, `answered with no JSON: <${'x'.repeat(299)}…`],
	])('has words of its own for %.40s', async (text, words) => {
		const { rpc } = await serve([[200, text]]);
		expect((await failure(rpc.call('m', []))).message).toBe(`${rpc.host} (m) ${words}`);
	});

	it('takes no answers in a batch but one to each call', async () => {
		const one = { id: 1, result: 1 };
		const texts = [
			[{ id: { valueOf: 1, toString: 1 }, result: 1 }, one],
			[one, one],
			[one, { id: 2, result: 2 }, null],
			[one, null],
		];
		for (const answers of texts) {
			const { rpc } = await serve([[200, JSON.stringify(answers)]]);
			expect(await rpc.batch('m', [[1], [2]])).toBeNull();
		}
		const { rpc } = await serve([[200, '[{"id":"2","result":2},{"id":1,"result":1}]']]);
		expect(await rpc.batch('m', [[1], [2]])).toEqual([{ result: 1 }, { result: 2 }]);
	});

	it('takes URLs of HTTP alone, and quotes none', () => {
		for (const url of ['ftp://me:secret@host/', 'secret', 'http://', 'http://me:%zz@host/']) {
			expect(() => new HttpRpc(url)).toThrow(RangeError);
			expect(() => new HttpRpc(url)).not.toThrow(/secret/);
		}
	});
});

describe('Retry-After', () => {
	it('is seconds or a date', () => {
		expect(retryAfterMs('12', 0)).toBe(12_000);
		expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 2000)).toBe(3000);
		expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 9000)).toBe(0);
		expect(retryAfterMs('soon', 0)).toBeNull();
		expect(retryAfterMs(null, 0)).toBeNull();
	});
});
