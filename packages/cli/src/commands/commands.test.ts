/** The commands, against a node of ours, as a user would see them. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519Sign } from '@parhelion/crypto';
import { Validator } from '@parhelion/rpc';
import { type Chain, keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from '@parhelion/runtime';
import { openChainFolder } from '@parhelion/runtime/node';
import {
	base58Encode,
	compileLegacyMessage,
	createAccount,
	encodeLookupTableMeta,
	encodeMessage,
	type Instruction,
	Pubkey,
	programIds,
	U64_MAX,
	type VersionedMessage,
} from '@parhelion/sdk';
import { parseAccountJson } from 'parhelion/node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { startMockCluster } from '../../test/mock-cluster.ts';
import { runCommand as run } from '../../test/run-command.ts';
import { createNodeChain, openNodeChain } from '../node-chain.ts';
import type { Output } from '../output.ts';
import { styleFor } from '../style.ts';
import { COMMANDS } from './index.ts';
import { followLogs, pubsubUrl } from './logs.ts';

const ALICE = keypairFromSeed(new Uint8Array(32).fill(1));
const address = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const BOB = address(2);
const DATA = address(8);

let node: Validator;
let chain: Chain;
let folder: string;

beforeAll(async () => {
	chain = createNodeChain({
		accounts: [
			[ALICE.pubkey, createAccount({ lamports: 100n * LAMPORTS_PER_SOL })],
			[DATA, createAccount({ lamports: LAMPORTS_PER_SOL, data: new Uint8Array(600).fill(65) })],
		],
	}).chain;
	node = await Validator.start({ chain, rpcPort: 0, slotMs: null });
	folder = mkdtempSync(join(tmpdir(), 'parhelion-commands-'));
});

afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});

/** Sends a transaction of Alice's and closes its slot. */
function send(...instructions: Instruction[]): string {
	const message = compileLegacyMessage(ALICE.pubkey, instructions, chain.lastBlockhash());
	const signature = ed25519Sign(encodeMessage(message), ALICE.seed);
	chain.processTransaction({ signatures: [signature], message });
	chain.advanceSlot();
	return base58Encode(signature);
}

const memo = (text: string): Instruction => ({
	programId: programIds.memoV3,
	accounts: [],
	data: new TextEncoder().encode(text),
});

describe('accounts', () => {
	it('are shown with balance, owner and data', async () => {
		const { out, exitCode } = await run('accounts', DATA.toBase58(), '-u', node.rpcUrl);
		expect(exitCode).toBe(0);
		expect(out).toContain(`${DATA}\n  Balance     1 SOL\n  Owner       ${programIds.systemProgram}\n`);
		expect(out).toMatch(/Data {8}600 bytes\n {2}0000 {2}(41 ){16} AAAAAAAAAAAAAAAA\n/);
		expect(out).toContain('… 88 more bytes');
	});

	it('are written as JSON that can be read again, to the terminal or to files', async () => {
		const { out } = await run('accounts', DATA.toBase58(), '-u', node.rpcUrl, '--json');
		const [pubkey, account] = parseAccountJson(out);
		expect(pubkey.equals(DATA)).toBe(true);
		expect(account.data).toEqual(chain.getAccount(DATA)?.data);
		await run(
			'accounts',
			DATA.toBase58(),
			ALICE.pubkey.toBase58(),
			'-u',
			node.rpcUrl,
			'-o',
			join(folder, 'out'),
		);
		expect(readdirSync(join(folder, 'out')).sort()).toEqual([`${ALICE.pubkey}.json`, `${DATA}.json`].sort());
		expect(parseAccountJson(readFileSync(join(folder, 'out', `${DATA}.json`), 'utf8'))[1].data.length).toBe(
			600,
		);
	});

	it('come out of a ledger that no node runs on', async () => {
		const ledger = join(folder, 'ledger');
		const missing = await run('accounts', DATA.toBase58(), '-l', ledger);
		expect(missing.error?.message).toContain('there is no ledger in this folder');
		const node = await openNodeChain(
			{ accounts: [[DATA, createAccount({ lamports: 5n, data: Uint8Array.of(1, 2) })]] },
			{ folder: ledger, reset: false, maxLedgerBytes: 1e9 },
		);
		for (let i = 0; i < 40; i++) node.chain.advanceSlot();
		await node.chain.close();
		const { out, exitCode } = await run('accounts', DATA.toBase58(), '-l', ledger);
		expect(exitCode).toBe(0);
		expect(out).toContain('0000  01 02');
		expect((await run('accounts', DATA.toBase58(), '-l', ledger, '-u', 'localhost')).error?.message).toBe(
			'--url and --ledger exclude each other.',
		);
	});

	it('that do not exist are named, and make the command fail', async () => {
		const { notes, exitCode } = await run('accounts', address(77).toBase58(), '-u', node.rpcUrl);
		expect(notes).toContain(`${address(77)} does not exist`);
		expect(exitCode).toBe(1);
		expect((await run('accounts', 'x', '-u', node.rpcUrl)).error?.message).toBe(
			'x is no address, and no .json file.',
		);
		expect((await run('accounts')).error).toMatchObject({ exitCode: 2 });
	});
});

describe('ledger verify', () => {
	it('says what a ledger holds, and where it is wrong', async () => {
		const ledger = join(folder, 'verified');
		expect((await run('ledger', 'verify', ledger)).error?.message).toContain(
			'there is no ledger in this folder',
		);
		const made = await openNodeChain({}, { folder: ledger, reset: false, maxLedgerBytes: 1e9 });
		for (let i = 0; i < 40; i++) {
			made.chain.advanceSlot();
			made.chain.airdrop(BOB, LAMPORTS_PER_SOL);
		}
		await made.chain.close();
		const { out, exitCode } = await run('ledger', 'verify', ledger, '--workers', '0');
		expect(exitCode).toBe(0);
		for (const part of ['41, of slots 0 to 40', 'slot 8 with', '40, every signature checked']) {
			expect(out).toContain(part);
		}
		const { out: json } = await run('ledger', 'verify', ledger, '--workers', '0', '--json');
		expect(JSON.parse(json)).toMatchObject({
			blocks: 41,
			executed: 41,
			unlimited: 0,
			transactions: 40,
			root: '8',
		});
		const opened = await openChainFolder(ledger);
		const { root, entries, checkpoint } = {
			root: opened.storage.root!,
			entries: [[BOB, createAccount({ lamports: 1n })]] as const,
			checkpoint: opened.storage.checkpoint()!.fields,
		};
		opened.storage.commit({ root, entries, checkpoint });
		await opened.close();
		expect((await run('ledger', 'verify', ledger, '--workers', '0')).error?.message).toContain(
			'The accounts of slot 8 do not hash to what its bank says.',
		);
		expect((await run('ledger', 'burn', ledger)).error?.name).toBe('UsageError');
	});
});

describe('snapshot', () => {
	it('says what archives lack, and where the ledger is to be', async () => {
		expect((await run('snapshot', folder)).error?.message).toBe('--ledger says where the ledger is made.');
		const { error } = await run('snapshot', folder, '-l', join(folder, 'made'));
		expect(error).toMatchObject({
			name: 'SnapshotError',
			message: `${folder} holds no snapshot archive (snapshot-SLOT-HASH.tar.zst).`,
		});
	});
});

describe('transaction', () => {
	it('is shown with status, balances and the tree of its calls', async () => {
		const signature = send(transferInstruction(ALICE.pubkey, BOB, LAMPORTS_PER_SOL), memo('hello'));
		const { out, exitCode } = await run('transaction', signature, '-u', node.rpcUrl);
		expect(exitCode).toBe(0);
		for (const part of [
			signature,
			'Status     ok',
			'0.000005 SOL',
			'log: hello',
			`sw ${ALICE.pubkey}`,
			'+1 SOL',
		]) {
			expect(out).toContain(part);
		}
		const json: unknown = JSON.parse((await run('transaction', signature, '-u', node.rpcUrl, '--json')).out);
		expect(json).toHaveProperty('meta.fee', 5000);
	});

	it('that is unknown, or none at all, is refused', async () => {
		const unknown = base58Encode(new Uint8Array(64).fill(9));
		expect((await run('transaction', unknown, '-u', node.rpcUrl)).error?.message).toContain(
			'knows no transaction',
		);
		expect((await run('transaction', 'abc', '-u', node.rpcUrl)).error?.message).toContain(
			'a signature is 64 bytes in base58',
		);
	});
});

describe('replay', () => {
	it('comes to the same where the state is as it was', async () => {
		const signature = send(transferInstruction(ALICE.pubkey, address(3), LAMPORTS_PER_SOL), memo('again'));
		send(transferInstruction(ALICE.pubkey, address(3), LAMPORTS_PER_SOL));
		const { out, notes, exitCode, error } = await run('replay', signature, '-u', node.rpcUrl, '--cache', '');
		expect([error, notes, exitCode]).toEqual([null, '', 0]);
		expect(out).toMatch(/accounts? as (it was|they were)/);
		expect(out).toContain('It came to the same.');
		expect(out).toMatch(/Compute units +\d+ · the same/);
	});

	it('comes to the same for a failure', async () => {
		const signature = send(transferInstruction(ALICE.pubkey, BOB, 1_000_000n * LAMPORTS_PER_SOL));
		const { out, exitCode } = await run('replay', signature, '-u', node.rpcUrl, '--cache', '');
		expect(out).toContain('{"InstructionError":[0,{"Custom":1}]}');
		expect(exitCode).toBe(0);
	});

	it('has the addresses of a lookup table, whatever has become of it', async () => {
		const table = address(12);
		const data = Buffer.concat([
			encodeLookupTableMeta({
				deactivationSlot: U64_MAX,
				lastExtendedSlot: 0n,
				lastExtendedSlotStartIndex: 0,
				authority: null,
			}),
			address(13).bytes,
			address(14).bytes,
			address(15).bytes,
		]);
		chain.setAccount(
			table,
			createAccount({
				lamports: LAMPORTS_PER_SOL,
				data: new Uint8Array(data),
				owner: programIds.addressLookupTable,
			}),
		);
		chain.advanceSlot();
		const message: VersionedMessage = {
			version: 0,
			header: { numRequiredSignatures: 1, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 1 },
			accountKeys: [ALICE.pubkey, programIds.systemProgram],
			recentBlockhash: chain.lastBlockhash(),
			instructions: [
				{
					programIdIndex: 1,
					accounts: Uint8Array.of(0, 2),
					data: transferInstruction(ALICE.pubkey, address(15), LAMPORTS_PER_SOL).data,
				},
			],
			addressTableLookups: [
				{ accountKey: table, writableIndexes: Uint8Array.of(2), readonlyIndexes: Uint8Array.of(0) },
			],
		};
		const signature = ed25519Sign(encodeMessage(message), ALICE.seed);
		expect(chain.processTransaction({ signatures: [signature], message }).err).toBeNull();
		chain.setAccount(table, null);
		chain.advanceSlot();
		const { out, exitCode } = await run('replay', base58Encode(signature), '-u', node.rpcUrl, '--cache', '');
		expect(out).toContain('It came to the same.');
		expect(out).not.toContain('could not be had');
		expect(exitCode).toBe(0);
	});

	it.each(['replay', 'transaction'])('is refused where the error is nested without end: %s', async (name) => {
		const signature = send(transferInstruction(ALICE.pubkey, address(3), LAMPORTS_PER_SOL));
		const err = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
		const mock = await startMockCluster(({ id, method, params }, response) => {
			const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
			void fetch(node.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
				.then((answer) => answer.text())
				.then((text) =>
					response.end(method === 'getTransaction' ? text.replaceAll('"err":null', `"err":${err}`) : text),
				);
			return undefined;
		});
		const { error } = await run(
			name,
			signature,
			'-u',
			mock.url,
			...(name === 'replay' ? ['--cache', ''] : []),
		);
		await mock.close();
		expect(error?.message).toBe(
			`${new URL(mock.url).host} (getTransaction) answered with JSON that is nested too deep`,
		);
	});

	it('says which accounts are not as they were, and shows what differs', async () => {
		const signature = send(memo('before'), transferInstruction(ALICE.pubkey, BOB, 1n));
		// Since then the program has become another one.
		const program = chain.getAccount(programIds.memoV3);
		chain.setAccount(programIds.memoV3, null);
		chain.advanceSlot();
		const { out, exitCode } = await run('replay', signature, '-u', node.rpcUrl, '--cache', '');
		chain.setAccount(programIds.memoV3, program);
		chain.advanceSlot();
		expect(exitCode).toBe(3);
		expect(out).toContain('1 that could not be had as it was:');
		expect(out).toMatch(new RegExp(`${programIds.memoV3} {2}closed since`));
		expect(out).toContain('It came to something else.');
		expect(out).toMatch(/ - Program log: before/);
		const { out: json } = await run('replay', signature, '-u', node.rpcUrl, '--cache', '', '--json');
		expect(JSON.parse(json)).toMatchObject({ signature, same: true });
	});
});

describe('logs', () => {
	it('are printed as they come, until they shall end', async () => {
		const lines: string[] = [];
		const output: Output = {
			style: styleFor({}, {}),
			print: (...more) => void lines.push(...more),
			note: (line) => void lines.push(line),
			printJson: () => {},
		};
		let end: () => void = () => {};
		const ended = new Promise<void>((resolve) => (end = resolve));
		const following = followLogs(node.wsUrl, 'all', false, output, ended);
		await vi.waitFor(() => expect(lines.join()).toContain('Listening to'));
		const signature = send(memo('followed'));
		await vi.waitFor(() => expect(lines.join('\n')).toContain('followed'));
		expect(lines.join('\n')).toContain(signature);
		end();
		await following;
	});

	it('say who cannot be reached, and what the server refuses', async () => {
		const output: Output = { style: styleFor({}, {}), print: () => {}, note: () => {}, printJson: () => {} };
		const never = new Promise<void>(() => {});
		await expect(followLogs('ws://127.0.0.1:1', 'all', false, output, never)).rejects.toThrow(
			'127.0.0.1:1 cannot be reached: ',
		);
		await expect(followLogs(node.wsUrl, 'nothing', false, output, never)).rejects.toThrow('says no: ');
	});

	it.each([
		'no JSON',
		'{"error":{"message":{"toString":1}}}',
		`{"params":{"result":{"value":{"err":${'['.repeat(20_000)}${']'.repeat(20_000)}}}}}`,
	])('end with words of ours where the server says %.30s', async (said) => {
		const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
		server.on('connection', (socket) => socket.send(said));
		await once(server, 'listening');
		const output: Output = { style: styleFor({}, {}), print: () => {}, note: () => {}, printJson: () => {} };
		const { port } = server.address() as AddressInfo;
		const never = new Promise<void>(() => {});
		try {
			const following = followLogs(`ws://127.0.0.1:${port}`, 'all', false, output, never);
			await expect(following).rejects.toThrow(`127.0.0.1:${port} sent what cannot be read`);
		} finally {
			for (const client of server.clients) client.terminate();
			server.close();
		}
	});

	it('come from the port after that of JSON-RPC', () => {
		expect(pubsubUrl('http://localhost:8899')).toBe('ws://localhost:8900/');
		expect(pubsubUrl('https://api.devnet.solana.com')).toBe('wss://api.devnet.solana.com/');
	});
});

describe('completion', () => {
	it.each(['bash', 'zsh', 'fish'])('for %s knows every command and flag', async (shell) => {
		const { out, exitCode } = await run('completion', shell);
		expect(exitCode).toBe(0);
		for (const { name } of COMMANDS) expect(out).toContain(name);
		for (const flag of ['bpf-program', 'clone-feature-set', 'cache-age']) expect(out).toContain(flag);
	});

	it.skipIf(spawnSync('bash', ['--version']).status !== 0)('completes in bash', async () => {
		const { out } = await run('completion', 'bash');
		const complete = (...words: string[]): string[] => {
			const line = words.map((word) => `'${word}'`).join(' ');
			const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _parhelion; printf '%s\\n' "\${COMPREPLY[@]}"`;
			const { stdout } = spawnSync('bash', ['-c', `${out}\n${ask}`], { encoding: 'utf8' });
			return stdout.split('\n').filter((word) => word !== '');
		};
		expect(complete('parhelion', 'st')).toEqual(['start']);
		expect(complete('parhelion', '--clone-')).toEqual(['--clone-upgradeable-program', '--clone-feature-set']);
		expect(complete('parhelion', 'accounts', '--led')).toEqual(['--ledger']);
		expect(complete('parhelion', 'replay', '-u', 'm')).toEqual(['mainnet-beta']);
	});

	it('is refused for any other shell', async () => {
		expect((await run('completion', 'cmd')).error?.message).toBe(
			'cmd: there are scripts for bash, zsh, fish.',
		);
	});
});

describe('help', () => {
	it.each(COMMANDS.map(({ name }) => name))('of %s has examples', async (name) => {
		const { out, error } = await run(name, '--help');
		expect(error).toMatchObject({ exitCode: 0 });
		expect(out).toMatch(/\nExamples:\n {2}# /);
	});
});
