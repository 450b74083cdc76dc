/**
 * The Solana tools `solana` and `spl-token`, run against a node of ours.
 *
 * Owns the folder they work in (their configuration and key pair files), their processes, and how their answers are read.
 * The programs are other people's: they are built from their published crates into the folder of `PARHELION_SOLANA_BIN`.
 */
import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Keypair, keypairFromSeed } from '@parhelion/runtime';
import { Row } from '../row.ts';
import { type NodeProcess, startNode } from './node-process.ts';

/** Milliseconds of a slot: shorter than a cluster's, since every command waits for its confirmation. */
const SLOT_MS = 100;
/** Milliseconds that a command may take. */
const ENDURANCE_MS = 120_000;
const LAMPORTS_PER_SOL = 1_000_000_000;
/** Characters of an answer that are shown where it is not what it should be. */
const SHOWN = 600;

/** The folder of the programs: `PARHELION_SOLANA_BIN`; null if it has no program of this name. */
export function toolFolder(name: string): string | null {
	const folder = process.env['PARHELION_SOLANA_BIN'];
	return folder !== undefined && existsSync(join(folder, name)) ? folder : null;
}

/** What a command wrote, and how it ended. */
interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A key pair, in memory and as a file of the Solana tools. */
export interface KeypairFile {
	readonly path: string;
	readonly address: string;
}

/** One of the tools, configured for a node. */
export class CommandLine {
	readonly node: NodeProcess;
	readonly folder: string;
	/** The key pair that pays. */
	readonly payer: KeypairFile;
	private readonly binary: string;
	private readonly config: string;
	private readonly fixed: readonly string[];

	private constructor(binary: string, node: NodeProcess, folder: string, fixed: readonly string[]) {
		this.binary = binary;
		this.node = node;
		this.folder = folder;
		this.fixed = fixed;
		this.payer = this.keypair('id');
		this.config = join(folder, 'config.yml');
		const { rpcUrl, wsUrl } = node;
		const lines = [
			`json_rpc_url: "${rpcUrl}"`,
			`websocket_url: "${wsUrl}"`,
			`keypair_path: "${this.payer.path}"`,
			'address_labels: {}',
			'commitment: confirmed',
		];
		writeFileSync(this.config, `${lines.join('\n')}\n`);
	}

	/**
	 * Starts a node with these flags, hands the tool to `use`, and removes both after it. `fixed` are arguments of every
	 * command.
	 */
	static async run<T>(
		name: string,
		{ flags = [], fixed = [] }: { readonly flags?: readonly string[]; readonly fixed?: readonly string[] },
		use: (tool: CommandLine) => Promise<T>,
	): Promise<T> {
		const binaries = toolFolder(name);
		if (binaries === null) throw new Error(`there is no ${name} in PARHELION_SOLANA_BIN`);
		const folder = mkdtempSync(join(tmpdir(), 'parhelion-tool-'));
		const ports = ['--rpc-port', '0', '--ws-port', '0', '--slot-ms', String(SLOT_MS)];
		const node = await startNode([...ports, ...flags], folder);
		try {
			return await use(new CommandLine(join(binaries, name), node, folder, fixed));
		} finally {
			await node.stop();
			rmSync(folder, { recursive: true, force: true });
		}
	}

	/** A path in the folder of the tool. */
	path(name: string): string {
		return join(this.folder, name);
	}

	/** The key pair of a name, the same in every run. */
	keypair(name: string): KeypairFile {
		const seed = createHash('sha256').update(name).digest();
		const keypair: Keypair = keypairFromSeed(new Uint8Array(seed));
		const path = this.path(`${name}.json`);
		writeFileSync(path, JSON.stringify([...keypair.seed, ...keypair.pubkey.bytes]));
		return { path, address: keypair.pubkey.toBase58() };
	}

	/** A file with these bytes. */
	file(name: string, bytes: Uint8Array): string {
		writeFileSync(this.path(name), bytes);
		return this.path(name);
	}

	read(name: string): Uint8Array {
		return new Uint8Array(readFileSync(this.path(name)));
	}

	/** What a command writes; it must end well. */
	async text(...args: readonly string[]): Promise<string> {
		const { code, stdout, stderr } = await this.end(args);
		assert.equal(code, 0, `${args.join(' ')}: ended with ${code}: ${(stderr || stdout).slice(-SHOWN)}`);
		return stdout.trim();
	}

	/** What a command answers in JSON. */
	async json(...args: readonly string[]): Promise<Row> {
		return Row.from(await this.value(...args));
	}

	/** What a command answers in JSON, whatever that is. */
	async value(...args: readonly string[]): Promise<unknown> {
		const text = await this.text(...args, '--output', 'json');
		const begin = text.search(/[[{]/);
		assert.ok(begin >= 0, `${args.join(' ')}: no JSON: ${text.slice(0, SHOWN)}`);
		return JSON.parse(text.slice(begin));
	}

	/** The command's text must match. */
	async says(pattern: RegExp, ...args: readonly string[]): Promise<string> {
		const text = await this.text(...args);
		assert.match(text.slice(0, 20_000), pattern, args.join(' '));
		return text;
	}

	/** The command must fail, and say why in these words. */
	async fails(pattern: RegExp, ...args: readonly string[]): Promise<void> {
		const { code, stdout, stderr } = await this.end(args);
		assert.notEqual(code, 0, `${args.join(' ')}: did not fail: ${stdout.slice(0, SHOWN)}`);
		assert.match(`${stderr}\n${stdout}`, pattern, args.join(' '));
	}

	/** A command that ends only when it is told to: resolves once it has written what matches `pattern`. */
	async watch(pattern: RegExp, during: () => Promise<unknown>, ...args: readonly string[]): Promise<void> {
		const child = this.spawn(args);
		let output = '';
		let timer: NodeJS.Timeout | undefined;
		const seen = new Promise<void>((resolve, reject) => {
			const onData = (chunk: Buffer): void => {
				output += chunk.toString();
				if (pattern.test(output)) resolve();
			};
			child.stdout.on('data', onData);
			child.stderr.on('data', onData);
			child.once('exit', () => reject(new Error(`${args.join(' ')} ended: ${output.slice(-SHOWN)}`)));
			timer = setTimeout(
				() => reject(new Error(`${args.join(' ')}: nothing of the kind: ${output.slice(-SHOWN)}`)),
				ENDURANCE_MS / 4,
			);
		});
		// It may be too late for whoever waits below.
		seen.catch(() => {});
		try {
			await during();
			await seen;
		} finally {
			clearTimeout(timer);
			child.kill('SIGKILL');
		}
	}

	/** Gives an address so many SOL, and waits until that is confirmed. */
	async fund(address: string, sol: number): Promise<void> {
		const lamports = sol * LAMPORTS_PER_SOL;
		await this.rpc('requestAirdrop', address, lamports);
		for (let waited = 0; waited < ENDURANCE_MS; waited += SLOT_MS) {
			const balance = (await this.rpc('getBalance', address, { commitment: 'confirmed' })).row('result');
			if (balance.integer('value') >= BigInt(lamports)) return;
			await new Promise((resolve) => {
				setTimeout(resolve, SLOT_MS);
			});
		}
		throw new Error('the airdrop was not confirmed');
	}

	/** A result of the node's JSON-RPC, to compare with. */
	async rpc(method: string, ...params: readonly unknown[]): Promise<Row> {
		const response = await fetch(this.node.rpcUrl, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
		});
		return Row.from(await response.json());
	}

	private spawn(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
		return spawn(this.binary, ['-C', this.config, ...this.fixed, ...args], {
			cwd: this.folder,
			stdio: ['ignore', 'pipe', 'pipe'],
			env: { ...process.env, HOME: this.folder, RUST_LOG: '', NO_COLOR: '1' },
		});
	}

	private end(args: readonly string[]): Promise<Ended> {
		return new Promise((resolve, reject) => {
			const child = this.spawn(args);
			const timer = setTimeout(() => child.kill('SIGKILL'), ENDURANCE_MS);
			let [stdout, stderr] = ['', ''];
			child.stdout.on('data', (chunk: Buffer) => {
				stdout += chunk.toString();
			});
			child.stderr.on('data', (chunk: Buffer) => {
				stderr += chunk.toString();
			});
			child.once('error', reject);
			child.once('close', (code) => {
				clearTimeout(timer);
				resolve({ code, stdout, stderr });
			});
		});
	}
}
