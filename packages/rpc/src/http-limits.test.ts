import { request } from 'node:http';
import { Chain } from '@parhelion/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hostCheck, isLocalOrigin, isLoopback } from './http-hosts.ts';
import { RateLimiter } from './rate-limiter.ts';
import { Validator, type ValidatorOptions } from './validator.ts';

const running: Validator[] = [];

async function start(options: Partial<ValidatorOptions> = {}): Promise<Validator> {
	const validator = await Validator.start({ chain: Chain.genesis(), rpcPort: 0, slotMs: null, ...options });
	running.push(validator);
	return validator;
}

afterEach(async () => {
	for (const validator of running.splice(0)) await validator.stop();
});

/** The status and the body of a call with these headers. */
function call(
	url: string,
	headers: Record<string, string>,
	method = 'getHealth',
): Promise<readonly [number, string]> {
	return new Promise((resolve, reject) => {
		const sent = request(
			url,
			{ method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
			(response) => {
				let body = '';
				response.on('data', (chunk) => {
					body += String(chunk);
				});
				response.on('end', () => resolve([response.statusCode!, body]));
			},
		);
		sent.on('error', reject);
		sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }));
	});
}

describe('DNS rebinding', () => {
	it('is stopped on loopback by the Host header, also for WebSocket', async () => {
		const { rpcUrl, wsUrl } = await start();
		expect((await call(rpcUrl, { host: 'evil.example:8899' }))[0]).toBe(403);
		for (const host of ['localhost:8899', '127.0.0.1', '[::1]:8899', 'app.localhost']) {
			expect((await call(rpcUrl, { host }))[0]).toBe(200);
		}
		const refused = await new Promise<boolean>((resolve) => {
			const socket = new WebSocket(wsUrl, { headers: { host: 'evil.example' } });
			socket.on('open', () => resolve(false));
			socket.on('error', () => resolve(true));
		});
		expect(refused).toBe(true);
	});

	it('lets in the names that are allowed, and any name where the node is not on loopback', async () => {
		const { rpcUrl } = await start({ allowedHosts: ['Dev.Example'] });
		expect((await call(rpcUrl, { host: 'dev.example:1' }))[0]).toBe(200);
		const open = hostCheck('0.0.0.0');
		expect(open('anything.example')).toBe(true);
		const listed = hostCheck('0.0.0.0', ['one.example']);
		expect([listed('one.example'), listed('two.example'), listed('10.0.0.1:80')]).toEqual([
			true,
			false,
			true,
		]);
	});

	it('knows the origins and addresses of this machine', () => {
		const local = ['http://localhost:3000', 'http://127.0.0.1', 'https://[::1]:1', undefined];
		expect(local.every((origin) => isLocalOrigin(origin))).toBe(true);
		const other = ['https://evil.example', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example'];
		expect(other.some((origin) => isLocalOrigin(origin))).toBe(false);
		expect(['0.0.0.0', '192.168.0.1', '::'].some((address) => isLoopback(address))).toBe(false);
	});
});

describe('cheatcodes', () => {
	const cheat = 'parhelion_resetNetwork';

	it('are there on loopback, but not for pages of other machines', async () => {
		const { rpcUrl } = await start();
		expect((await call(rpcUrl, {}, cheat))[1]).toContain('"result"');
		expect((await call(rpcUrl, { origin: 'http://localhost:3000' }, cheat))[1]).toContain('"result"');
		expect((await call(rpcUrl, { origin: 'https://dapp.example' }, cheat))[1]).toContain('-32601');
		expect((await call(rpcUrl, { origin: 'https://dapp.example' }))[1]).toContain('"ok"');
	});

	it('are refused elsewhere unless asked for', async () => {
		const open = await start({ bindAddress: '0.0.0.0' });
		expect((await call(open.rpcUrl, {}, cheat))[1]).toContain('-32601');
		const asked = await start({ bindAddress: '0.0.0.0', cheatcodes: true });
		expect((await call(asked.rpcUrl, {}, cheat))[1]).toContain('"result"');
		const without = await start({ cheatcodes: false });
		expect((await call(without.rpcUrl, {}, cheat))[1]).toContain('-32601');
	});

	it('stop the slots and let them go on', async () => {
		const { rpcUrl, chain } = await start({ slotMs: 5 });
		await call(rpcUrl, {}, 'parhelion_pauseClock');
		const { slot } = chain;
		await new Promise((resolve) => setTimeout(resolve, 60));
		expect(chain.slot).toBe(slot);
		await call(rpcUrl, {}, 'parhelion_resumeClock');
		while (chain.slot === slot) await new Promise((resolve) => setTimeout(resolve, 5));
	});
});

describe('a client that calls too often', () => {
	it('is told to wait, and may call again later', () => {
		let now = 0;
		const limiter = new RateLimiter(10, () => now);
		const burst = Array.from({ length: 25 }, () => limiter.allows('a')).filter(Boolean).length;
		expect(burst).toBe(20);
		expect(limiter.allows('b')).toBe(true);
		now = 500;
		expect(Array.from({ length: 10 }, () => limiter.allows('a')).filter(Boolean)).toHaveLength(5);
		expect(() => new RateLimiter(0)).toThrow(RangeError);
	});

	it('gets 429', async () => {
		const { rpcUrl } = await start({ maxRequestsPerSecond: 1 });
		const statuses: number[] = [];
		for (let i = 0; i < 5; i++) statuses.push((await call(rpcUrl, {}))[0]);
		expect(statuses.slice(0, 2)).toEqual([200, 200]);
		expect(statuses).toContain(429);
	});

	it('cannot hold more connections than there may be', async () => {
		const { wsUrl } = await start({ maxConnections: 1 });
		const first = new WebSocket(wsUrl);
		await new Promise((resolve) => first.on('open', resolve));
		const code = await new Promise((resolve) => new WebSocket(wsUrl).on('close', resolve));
		expect(code).toBe(1013);
	});
});

describe('/metrics', () => {
	it('counts calls and errors of known methods, and shows the chain', async () => {
		const { rpcUrl } = await start();
		await call(rpcUrl, {});
		await call(rpcUrl, {}, 'getBalance');
		await call(rpcUrl, {}, 'noSuchMethod');
		const response = await fetch(`${rpcUrl}/metrics`);
		expect(response.headers.get('content-type')).toContain('version=0.0.4');
		const text = await response.text();
		expect(text).toContain('parhelion_rpc_request_duration_seconds_count{method="getHealth"} 1\n');
		expect(text).toContain('parhelion_rpc_errors_total{method="getBalance",code="-32602"} 1\n');
		expect(text).toMatch(/^parhelion_slot 1$/m);
		expect(text).not.toContain('noSuchMethod');
	});
});
