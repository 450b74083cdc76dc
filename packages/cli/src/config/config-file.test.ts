import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keypairFromSeed } from '@parhelion/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_FLAGS } from '../flags/start-flags.ts';
import { readConfigFile, withConfigFile } from './config-file.ts';

const SOL = 'So11111111111111111111111111111111111111112';
const WALLET = keypairFromSeed(new Uint8Array(32).fill(3));
let folder: string;
const path = (name: string): string => join(folder, name);

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'parhelion-config-'));
	mkdirSync(path('anchor'));
	writeFileSync(path('anchor/wallet.json'), JSON.stringify([...WALLET.seed, ...WALLET.pubkey.bytes]));
});

afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string, name = 'parhelion.toml'): Record<string, unknown> {
	writeFileSync(path(name), text);
	return Object.fromEntries(readConfigFile(path(name), START_FLAGS));
}

describe('parhelion.toml', () => {
	it('takes flags by their names, paths from where it lies', () => {
		const options = read(`
			rpc-port = 9000
			faucet_sol = "1.5"
			quiet = true
			log = false
			warp-slot = true
			clone = ["${SOL}"]
			account-dir = ["fixtures", "/abs"]
			bpf-program = [["${SOL}", "a.so"], ["key.json", "b.so"]]
			upgradeable-program = [["${SOL}", "c.so", "none"]]
		`);
		expect(options).toMatchObject({
			rpcPort: 9000,
			faucetSol: 1_500_000_000n,
			quiet: true,
			warpSlot: true,
			accountDir: [path('fixtures'), '/abs'],
			bpfProgram: [
				{ address: SOL, file: path('a.so'), authority: 'none' },
				{ address: path('key.json'), file: path('b.so'), authority: 'none' },
			],
			upgradeableProgram: [{ address: SOL, file: path('c.so'), authority: 'none' }],
		});
		expect(String(options['clone'])).toBe(SOL);
		expect(options).not.toHaveProperty('log');
	});

	it('gives way to what is typed, and adds to its lists', () => {
		writeFileSync(path('parhelion.toml'), `rpc-port = 9000\nslot-ms = 50\naccount-dir = ["/a"]`);
		const typed = { config: path('parhelion.toml'), rpcPort: 1, slotMs: 400, accountDir: ['b'] };
		const merged = withConfigFile(typed, START_FLAGS, (key) => key === 'rpcPort');
		expect(merged).toMatchObject({ rpcPort: 1, slotMs: 50, accountDir: ['/a', 'b'] });
	});

	it.each([
		['rpc-port = 70000', /parhelion\.toml: rpc-port: A port is from 0 to 65535\./],
		['rcp-port = 1', /there is no flag rcp-port/],
		['clone = "x"', /clone: a list is expected/],
		['clone = ["x"]', /clone: An address is 32 bytes in base58\./],
		['rpc-port = true', /rpc-port: a value is expected/],
		['rpc-port = { a = 1 }', /rpc-port: a text or a number is expected/],
		['bpf-program = [["a"]]', /bpf-program takes ADDRESS_OR_KEYPAIR FILE\.so/],
		['quiet = 1', /quiet takes true or false/],
		['rpc-port = 1\nrpc-port =', /parhelion\.toml, line 2: /],
		['__proto__ = 1', /there is no flag/],
	])('refuses %j and says where', (text, message) => {
		expect(() => read(text)).toThrow(message);
	});

	it('is not what the Solana tools take for a configuration', () => {
		expect(() => readConfigFile(path('config.yml'), START_FLAGS)).toThrow('that is for the Solana tools');
	});

	it('must be there where it is named', () => {
		expect(() => readConfigFile(path('x.toml'), START_FLAGS)).toThrow(/x\.toml: there is no such file/);
	});
});

describe('Anchor.toml', () => {
	it('is put into flags: programs, wallet, genesis, validator', () => {
		const options = read(
			`
			[programs.localnet]
			my-program = "${SOL}"
			[provider]
			cluster = "localnet"
			wallet = "wallet.json"
			[[test.genesis]]
			address = "${SOL}"
			program = "deps/x.so"
			[test.validator]
			bind_address = "127.0.0.1"
			rpc_port = 9001
			slots_per_epoch = "64"
			[[test.validator.clone]]
			address = "${SOL}"
			[[test.validator.account]]
			address = "${SOL}"
			filename = "a.json"
			[[test.validator.account_dir]]
			directory = "accounts"
		`,
			'anchor/Anchor.toml',
		);
		const inAnchor = (name: string): string => path(join('anchor', name));
		expect(options).toMatchObject({
			upgradeableProgram: [
				{ address: SOL, file: inAnchor('target/deploy/my_program.so'), authority: inAnchor('wallet.json') },
			],
			bpfProgram: [{ address: SOL, file: inAnchor('deps/x.so') }],
			bindAddress: '127.0.0.1',
			rpcPort: 9001,
			slotsPerEpoch: 64n,
			url: 'https://api.mainnet-beta.solana.com',
			accountDir: [inAnchor('accounts')],
		});
		expect(String(options['mint'])).toBe(WALLET.pubkey.toBase58());
		expect(options['account']).toMatchObject([{ file: inAnchor('a.json') }]);
	});

	it('says what it cannot read', () => {
		expect(() => read('[[test.genesis]]\nprogram = "x.so"', 'anchor/Anchor.toml')).toThrow(
			/Anchor\.toml: test\.genesis\.address: a text or a number is expected/,
		);
	});
});
