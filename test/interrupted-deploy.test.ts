/** A deployment whose process is killed in the middle: the same command goes on where it ended. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { keypairFromSeed } from '@parhelion/runtime';
import { assemble } from 'parhelion/toolchain';
import { afterAll, beforeAll, expect, it } from 'vitest';

const MAIN = join(dirname(fileURLToPath(import.meta.url)), '../packages/cli/dist/main.js');
const PAYER = keypairFromSeed(new Uint8Array(32).fill(5));
/** Instructions of the program: about two hundred writes. */
const SIZE = 12_500;
/** Writes after which the first run is killed. */
const KILL_AFTER = 60;
/** Bytes of a program that a transaction carries. */
const WRITE_SIZE = 1012;

let folder: string;
let node: ChildProcess;
let rpcUrl: string;
const at = (name: string): string => join(folder, name);

async function call(method: string, params: readonly unknown[]): Promise<unknown> {
	const response = await fetch(rpcUrl, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
	});
	return ((await response.json()) as { readonly result: unknown }).result;
}

/** Bytes of the upload that are there. */
async function bytesWritten(): Promise<number> {
	const file = at('big-buffer-keypair.json');
	if (!existsSync(file)) return 0;
	let seed: number[];
	try {
		seed = (JSON.parse(readFileSync(file, 'utf8')) as number[]).slice(0, 32);
	} catch {
		// It is just being written.
		return 0;
	}
	const { pubkey } = keypairFromSeed(Uint8Array.from(seed));
	const config = { encoding: 'base64', commitment: 'processed' };
	const account = (await call('getAccountInfo', [pubkey.toBase58(), config])) as {
		readonly value: { readonly data: readonly [string, string] } | null;
	};
	if (account.value === null) return 0;
	return Buffer.from(account.value.data[0], 'base64')
		.subarray(37)
		.filter((byte) => byte !== 0).length;
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'parhelion-killed-'));
	node = spawn(process.execPath, [MAIN, 'start', '--json', '--rpc-port', '0', '--slot-ms', '50'], {
		cwd: folder,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const line = await new Promise<string>((resolve, reject) => {
		createInterface({ input: node.stdout! }).once('line', resolve);
		node.once('exit', (code) => reject(new Error(`the node ended with ${code}`)));
	});
	rpcUrl = (JSON.parse(line) as { readonly rpcUrl: string }).rpcUrl;
	await call('requestAirdrop', [PAYER.pubkey.toBase58(), 10_000_000_000]);
	writeFileSync(at('payer.json'), JSON.stringify([...PAYER.seed, ...PAYER.pubkey.bytes]));
	const body = Array.from(
		{ length: SIZE },
		(_, i) => `    lddw r1, ${0x0101010101010101n + BigInt(i)}\n`,
	).join('');
	const program = assemble(`entrypoint:\n${body}    mov64 r0, 0\n    exit\n`);
	if (!program.ok) throw new Error('the program does not link');
	writeFileSync(at('big.so'), program.value.elf);
}, 60_000);

afterAll(async () => {
	const ended = new Promise((resolve) => node.once('exit', resolve));
	node.kill('SIGTERM');
	await ended;
	rmSync(folder, { recursive: true });
}, 20_000);

it('goes on where it ended when its process is killed', async () => {
	const args = [MAIN, 'deploy', at('big.so'), '-u', rpcUrl, '-k', at('payer.json'), '--json'];
	const first = spawn(process.execPath, [...args, '--parallel', '4'], { stdio: 'ignore' });
	const ended = new Promise<NodeJS.Signals | null>((resolve) =>
		first.once('exit', (_code, signal) => resolve(signal)),
	);
	while (first.exitCode === null && (await bytesWritten()) < KILL_AFTER * WRITE_SIZE) {
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
	first.kill('SIGKILL');
	expect(await ended).toBe('SIGKILL');
	expect(existsSync(at('big-keypair.json'))).toBe(true);
	expect(existsSync(at('big-buffer-keypair.json'))).toBe(true);

	// What was written becomes confirmed.
	await new Promise((resolve) => setTimeout(resolve, 500));

	const plan = JSON.parse(spawnSync(process.execPath, [...args, '--plan'], { encoding: 'utf8' }).stdout);
	const names = plan.steps.map(({ name }: { readonly name: string }) => name);
	expect(names).toEqual(['write', 'deploy']);

	const second = spawnSync(process.execPath, args, { encoding: 'utf8' });
	expect(second.stderr).toBe('');
	const { program, writes, kind } = JSON.parse(second.stdout);
	const all = Math.ceil(readFileSync(at('big.so')).length / WRITE_SIZE);
	expect(kind).toBe('deploy');
	expect(writes).toBeGreaterThan(0);
	expect(writes).toBeLessThanOrEqual(all - KILL_AFTER);
	expect(existsSync(at('big-buffer-keypair.json'))).toBe(false);
	const account = (await call('getAccountInfo', [
		program,
		{ encoding: 'base64', commitment: 'confirmed' },
	])) as {
		readonly value: { readonly executable: boolean };
	};
	expect(account.value.executable).toBe(true);
}, 120_000);
