import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { Validator } from '@parhelion/rpc';
import { LAMPORTS_PER_SOL } from '@parhelion/runtime';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { banner, wrap } from './banner.ts';
import { UsageError } from './flags/flag.ts';
import { portRange } from './flags/readers.ts';
import { createNodeChain } from './node-chain.ts';
import { start } from './start.ts';
import { showStatus, statusText } from './status-line.ts';
import { styleFor } from './style.ts';

const PLAIN = styleFor({}, {});

afterEach(() => {
	vi.restoreAllMocks();
});

/** Lines that go to standard output. */
function printed(): string[] {
	const lines: string[] = [];
	vi.spyOn(console, 'log').mockImplementation((text: string) => void lines.push(...text.split('\n')));
	return lines;
}

const OPTIONS = { rpcPort: 0, bindAddress: '127.0.0.1', slotMs: 20, quiet: false };

describe('start', () => {
	it('says where it listens, serves there, and stops when told to', async () => {
		const lines = printed();
		let end: () => void = () => {};
		const running = start(OPTIONS, { version: '1.2.3', ended: new Promise((resolve) => (end = resolve)) });
		await vi.waitFor(() => expect(lines.join('\n')).toContain('Ready in'), 10_000);
		const url = /http:\/\/\S+/.exec(lines.join('\n'))![0];
		expect(await (await fetch(`${url}/health`)).text()).toBe('ok');
		end();
		await running;
		expect(lines.at(-1)).toMatch(/Stopped at slot \d+ after \d+ transactions\./);
		await expect(fetch(`${url}/health`)).rejects.toThrow();
	});

	it('says nothing where asked to be quiet', async () => {
		const lines = printed();
		await start({ ...OPTIONS, quiet: true }, { version: '1.2.3', ended: Promise.resolve() });
		expect(lines).toEqual([]);
	});

	it('runs without QUIC where it shall, or where the port is taken, which it notes', async () => {
		const lines = printed();
		const notes: string[] = [];
		vi.spyOn(console, 'error').mockImplementation((text: string) => void notes.push(text));
		const taken = createSocket('udp4');
		await new Promise<void>((resolve) => taken.bind(0, '127.0.0.1', resolve));
		const { port } = taken.address();
		const context = { version: '1.2.3', ended: Promise.resolve() };
		await start({ ...OPTIONS, dynamicPortRange: [port, port] }, context);
		expect(notes.join('\n')).toContain('No transactions over QUIC, deploy with --use-rpc: QUIC: 127.0.0.1');
		notes.length = 0;
		await start({ ...OPTIONS, dynamicPortRange: [port, port], quic: false }, context);
		expect(notes.join('\n')).not.toContain('QUIC');
		expect(lines.filter((line) => line.includes('Ready in'))).toHaveLength(2);
		taken.close();
	});

	it('says which port is taken', async () => {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as { port: number };
		await expect(
			start({ ...OPTIONS, rpcPort: port }, { version: '1.2.3', ended: Promise.resolve() }),
		).rejects.toThrow(
			`JSON-RPC: 127.0.0.1:${port} is already in use; stop the other program or choose another port`,
		);
		await new Promise((resolve) => server.close(resolve));
	});
});

describe('--dynamic-port-range', () => {
	it('takes two ports in order, or one', () => {
		expect(portRange('8000-8030')).toEqual([8000, 8030]);
		expect(portRange('8000')).toEqual([8000, 8000]);
		for (const text of ['', '9-8', '1-2-3', '8000-', '1-65536', 'x-y']) {
			expect(() => portRange(text)).toThrow(UsageError);
		}
	});
});

describe('the chain of the node', () => {
	it('runs by the clock on the wall', () => {
		const { chain } = createNodeChain();
		const seconds = Math.floor(Date.now() / 1000);
		chain.advanceSlot();
		expect(Math.abs(Number(chain.clock().unixTimestamp) - seconds)).toBeLessThanOrEqual(1);
	});

	it('has every bundled program, or says which it lacks and what to do', () => {
		const { programs, missing } = createNodeChain();
		expect(programs.length + missing.length).toBe(7);
		for (const { remedy } of missing) expect(remedy).toContain('npm run build');
	});
});

describe('the banner', () => {
	const facts = { version: '1.2.3', slotMs: 400, readyMs: 12.3, columns: 60 };

	it('tells addresses, genesis, faucet and programs in lines that fit', async () => {
		const node = createNodeChain();
		const validator = await Validator.start({ chain: node.chain, rpcPort: 0, slotMs: null });
		const lines = banner(validator, node, facts, PLAIN);
		await validator.stop();
		const text = lines.join('\n');
		for (const part of [
			validator.rpcUrl,
			validator.wsUrl,
			node.chain.genesisHash.toBase58(),
			node.chain.identity.toBase58(),
			`${node.chain.faucet.pubkey.toBase58()} · 500,000,000 SOL`,
			'Ready in 12 ms.',
		]) {
			expect(text).toContain(part);
		}
		const programs = lines.slice(lines.findIndex((line) => line.includes('Programs')));
		for (const line of programs) expect(line.length).toBeLessThanOrEqual(60);
	});

	it('names missing programs and how to get them', async () => {
		const { chain } = createNodeChain();
		const validator = await Validator.start({ chain, rpcPort: 0, slotMs: null });
		const missing = ['p-token', 'stake'].map((name) => ({ name, programId: '', remedy: 'do this and that' }));
		const text = banner(validator, { chain, ledger: null, programs: [], missing }, facts, PLAIN).join('\n');
		await validator.stop();
		expect(text).toContain('Programs   none');
		expect(text).toContain('Missing    p-token, stake');
		expect(text).toContain('To have them: do this and that.');
	});
});

describe('wrap', () => {
	it('keeps lines within the width, long words alone', () => {
		expect(wrap(['aa', 'bb', 'cccccccc', 'd'], 5)).toEqual(['aa bb', 'cccccccc', 'd']);
		expect(wrap([], 5)).toEqual([]);
	});
});

describe('the status line', () => {
	it('counts slots and transactions', () => {
		const { chain } = createNodeChain();
		chain.airdrop(chain.identity, LAMPORTS_PER_SOL);
		expect(statusText(chain)).toMatch(/^slot 0 · finalized 0 · 1 transaction · \d+ accounts$/);
	});

	it('is drawn within the terminal, at each slot but not more than ten times a second, and removed', () => {
		const { chain } = createNodeChain();
		const drawn: string[] = [];
		let now = 0;
		const terminal = { write: (text: string) => drawn.push(text), columns: 20 };
		const status = showStatus(chain, terminal, PLAIN, () => now);
		for (; now < 99; now += 11) chain.advanceSlot();
		expect(drawn).toEqual(['\r\u001b[2K  slot 0 · finalize']);
		now = 100;
		chain.advanceSlot();
		expect(drawn.slice(1)).toEqual(['\r\u001b[2K  slot 10 · finaliz']);
		status.stop();
		expect(drawn.at(-1)).toBe('\r\u001b[2K');
		expect(chain.events.has('slot')).toBe(false);
	});
});

describe('styleFor', () => {
	it('colours terminals only, and not against NO_COLOR', () => {
		expect(styleFor({ isTTY: true }, {}).bold('x')).toBe('\u001b[1mx\u001b[22m');
		expect(styleFor({ isTTY: true }, { NO_COLOR: '1' }).bold('x')).toBe('x');
		expect(styleFor({ isTTY: true }, { TERM: 'dumb' }).bold('x')).toBe('x');
		expect(styleFor({}, {}).bold('x')).toBe('x');
	});
});
