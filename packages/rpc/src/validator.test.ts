import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { Chain } from '@parhelion/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ListenError } from './listen.ts';
import { Validator } from './validator.ts';

const running: Validator[] = [];

async function start(options: Partial<Parameters<typeof Validator.start>[0]> = {}): Promise<Validator> {
	const validator = await Validator.start({ chain: Chain.genesis(), rpcPort: 0, ...options });
	running.push(validator);
	return validator;
}

afterEach(async () => {
	for (const validator of running.splice(0)) await validator.stop();
});

function sleep(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}

async function occupy(): Promise<{ server: Server; port: number }> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { server, port: (server.address() as { port: number }).port };
}

async function health(validator: Validator): Promise<string> {
	return (await fetch(`${validator.rpcUrl}/health`)).text();
}

describe('Validator', () => {
	it('names its QUIC port to those who ask for the nodes of the cluster, if it has one', async () => {
		const tpuOf = async ({ rpcUrl }: Validator): Promise<unknown> => {
			const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getClusterNodes' });
			const headers = { 'content-type': 'application/json' };
			const answer = await (await fetch(rpcUrl, { method: 'POST', headers, body })).json();
			return (answer as { result: readonly { tpuQuic: unknown }[] }).result[0]?.tpuQuic;
		};
		expect(await tpuOf(await start())).toBeNull();
		expect(await tpuOf(await start({ tpuPorts: [0, 0] }))).toMatch(/^127\.0\.0\.1:\d+$/);
		const taken = createSocket('udp4');
		await new Promise<void>((resolve) => taken.bind(0, '127.0.0.1', resolve));
		const { port } = taken.address();
		const next = await start({ tpuPorts: [port, port + 20] });
		expect(await tpuOf(next)).toMatch(/^127\.0\.0\.1:\d+$/);
		expect(await tpuOf(next)).not.toBe(`127.0.0.1:${port}`);
		const without = await start({ tpuPorts: [port, port] });
		expect(await tpuOf(without)).toBeNull();
		expect(without.tpuError?.message).toContain(`QUIC: 127.0.0.1:${port} is already in use`);
		expect(await health(without)).toBe('ok');
		taken.close();
	});

	it('listens on free ports and says where', async () => {
		const validator = await start();
		expect(validator.rpcUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
		expect(validator.wsUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
		expect(await health(validator)).toBe('ok');
	});

	it('begins after genesis and opens slots at the rate asked for', async () => {
		const began = performance.now();
		const validator = await start({ slotMs: 20 });
		expect(validator.chain.slot).toBe(1n);
		// However slow the machine, slots come, and never more of them than the clock allows.
		while (validator.chain.slot < 12n) await sleep(5);
		const slots = Number(validator.chain.slot) - 1;
		expect(slots).toBeLessThanOrEqual((performance.now() - began) / 20 + 1);
	});

	it('leaves the slots to the caller where told to', async () => {
		const validator = await start({ slotMs: null });
		await sleep(50);
		expect(validator.chain.slot).toBe(1n);
	});

	it('puts PubSub on the next port by default', async () => {
		const { server, port } = await occupy();
		await new Promise((resolve) => server.close(resolve));
		const validator = await start({ rpcPort: port });
		expect(validator.wsUrl).toBe(`ws://127.0.0.1:${port + 1}`);
	});

	it('says which port is taken, and leaves nothing running', async () => {
		const { server, port } = await occupy();
		const chain = Chain.genesis();
		for (const options of [{ rpcPort: port }, { rpcPort: 0, wsPort: port }]) {
			const failed = Validator.start({ chain, ...options });
			await expect(failed).rejects.toThrow(ListenError);
			await expect(failed).rejects.toThrow(`127.0.0.1:${port} is already in use`);
		}
		expect(chain.events.has('slot')).toBe(false);
		expect(chain.events.has('transaction')).toBe(false);
		await new Promise((resolve) => server.close(resolve));
	});

	it('names an address that is not of this machine', async () => {
		await expect(start({ bindAddress: '203.0.113.1' })).rejects.toThrow(
			'203.0.113.1 is not an address of this machine',
		);
	});

	it('frees its ports and lets go of the chain when it stops, clients or not', async () => {
		const validator = await start({ slotMs: 20 });
		const socket = new WebSocket(validator.wsUrl);
		await new Promise((resolve) => socket.addEventListener('open', resolve));
		const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
		await health(validator);
		await Promise.all([validator.stop(), validator.stop()]);
		await closed;
		const { slot } = validator.chain;
		await sleep(60);
		expect(validator.chain.slot).toBe(slot);
		expect(validator.chain.events.has('transaction')).toBe(false);
		await expect(health(validator)).rejects.toThrow();
	});

	it('refuses a slot of no time', async () => {
		const { server, port } = await occupy();
		await new Promise((resolve) => server.close(resolve));
		await expect(start({ slotMs: 0, rpcPort: port })).rejects.toThrow(RangeError);
		await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
	});
});
