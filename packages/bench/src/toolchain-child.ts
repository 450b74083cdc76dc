/**
 * The scenes of `toolchain.ts`, each in a process of its own: `toolchain-child.js SCENE [ROUNDS]` prints its figures as
 * JSON.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keypairFromSeed } from '@parhelion/runtime';
import { assemble, linkErrorText } from 'parhelion/toolchain/node';
import { median } from './contest.ts';
import { HttpConnection } from './node-load-connections.ts';
import { COMMAND, startNode } from './node-load-process.ts';

const FUNCTIONS = 1000;
/** Instructions of a function: all together a megabyte. */
const INSTRUCTIONS = 128;
const LAMPORTS = 1_000_000_000_000;

/** A program of a thousand functions. */
function source(): string {
	let state = 1;
	const next = (limit: number): number => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state % limit;
	};
	const names = Array.from({ length: FUNCTIONS }, (_, i) => `function_${i}`);
	const body = (): string =>
		Array.from({ length: INSTRUCTIONS }, () => `    add64 r${1 + next(5)}, ${next(2 ** 31)}\n`).join('');
	const calls = names.map((name) => `    call ${name}\n`).join('');
	const functions = names.map((name) => `${name}:\n${body()}    exit\n`).join('');
	return `entrypoint:\n${calls}    mov64 r0, 0\n    exit\n${functions}`;
}

function program(text: string): Uint8Array {
	const assembled = assemble(text);
	if (!assembled.ok) throw new Error(assembled.error.map(linkErrorText).join('\n'));
	return assembled.value.elf;
}

/** Milliseconds to assemble and link the program. */
function link(rounds: number): Record<string, number> {
	const text = source();
	let bytes = 0;
	const times = Array.from({ length: rounds }, () => {
		const start = performance.now();
		bytes = program(text).length;
		return performance.now() - start;
	});
	return { first: times[0] ?? 0, median: median(times), bytes };
}

function run(args: readonly string[]): Promise<void> {
	const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
	return new Promise((resolve, reject) => {
		child.once('exit', (code) =>
			code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}`)),
		);
	});
}

/** Milliseconds that `parhelion deploy` takes, from its start to its end, to a node that runs. */
async function deploy(rounds: number): Promise<Record<string, number>> {
	const folder = mkdtempSync(join(tmpdir(), 'parhelion-deploy-'));
	const node = await startNode();
	const http = new HttpConnection(node.rpcUrl);
	try {
		const { seed, pubkey } = keypairFromSeed(new Uint8Array(32).fill(7));
		const payer = join(folder, 'payer.json');
		writeFileSync(payer, JSON.stringify([...seed, ...pubkey.bytes]));
		await http.call('requestAirdrop', [pubkey.toBase58(), LAMPORTS]);
		const elf = join(folder, 'program.so');
		writeFileSync(elf, program(source()));
		const times: number[] = [];
		for (let round = 0; round < rounds; round++) {
			const copy = join(folder, `program-${round}.so`);
			copyFileSync(elf, copy);
			const start = performance.now();
			await run(['deploy', copy, '--json', '--url', node.rpcUrl, '--keypair', payer]);
			times.push(performance.now() - start);
		}
		return { first: times[0] ?? 0, median: median(times) };
	} finally {
		http.close();
		await node.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

const SCENES: Readonly<Record<string, (rounds: number) => unknown>> = { link, deploy };

const [name = '', rounds = '5'] = process.argv.slice(2);
console.log(JSON.stringify(await SCENES[name]?.(Number(rounds))));
