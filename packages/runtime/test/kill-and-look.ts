/** Kills a process that writes a ledger, again and again; what it left is the caller's to look at. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Slot } from '@parhelion/sdk';
import { rolldown } from 'rolldown';
import { randomOf } from './crash-model.ts';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The child, bundled into one file so that Node runs it as it is. */
export async function bundleChild(folder: string, source: string): Promise<string> {
	const build = await rolldown({
		input: join(HERE, source),
		platform: 'node',
		external: ['lmdb'],
		resolve: { conditionNames: ['source', 'import', 'node', 'default'] },
		onLog: (level, log) => {
			if (level === 'warn') throw new Error(log.message);
		},
	});
	const { output } = await build.generate({ format: 'esm' });
	await build.close();
	// The bundle lies outside of the workspace, where the bare name means nothing.
	const lmdb = pathToFileURL(
		createRequire(import.meta.url)
			.resolve('lmdb')
			.replace('dist/index.cjs', 'node-index.js'),
	);
	const path = join(folder, 'child.mjs');
	writeFileSync(path, output[0].code.replaceAll(/(['"])lmdb\1/g, JSON.stringify(lmdb.href)));
	return path;
}

/** A process that writes a ledger. */
export class Child {
	readonly #process: ChildProcessWithoutNullStreams;
	#out = '';
	#errors = '';
	readonly ended: Promise<void>;

	constructor(program: string, folder: string, seed: number) {
		this.#process = spawn(process.execPath, [program, folder, String(seed)]);
		this.#process.stdout.on('data', (chunk: Buffer) => {
			this.#out += chunk.toString();
		});
		this.#process.stderr.on('data', (chunk: Buffer) => {
			this.#errors += chunk.toString();
		});
		this.ended = new Promise((resolve) => this.#process.on('close', () => resolve()));
	}

	get pid(): number {
		return this.#process.pid ?? 0;
	}

	waiting(): Promise<void> {
		return this.#said('waiting');
	}

	open(): Promise<void> {
		return this.#said('open ');
	}

	async #said(word: string): Promise<void> {
		while (!this.#out.includes(word)) {
			if (this.#process.exitCode !== null) throw new Error(`the child ended by itself: ${this.#errors}`);
			await new Promise((resolve) => setTimeout(resolve, 2));
		}
	}

	go(): void {
		this.#process.stdin.write('go\n');
	}

	async kill(): Promise<void> {
		if (this.#process.exitCode !== null) throw new Error(`the child ended by itself: ${this.#errors}`);
		this.#process.kill('SIGKILL');
		await this.ended;
	}

	/** All that it has written. */
	get output(): string {
		return this.#out;
	}

	get opened(): boolean {
		return this.#out.includes('open ');
	}

	/** The last root that was told of. */
	get told(): Slot {
		const lines = this.#out.split('\n').slice(0, -1);
		const last = lines.findLast((line) => line.startsWith('root ') || line.startsWith('open '));
		return last === undefined ? 0n : BigInt(last.slice(5));
	}
}

/** How often and when to kill. */
export interface Killing {
	readonly kills: number;
	readonly seed: number;
	/** One of so many kills hits while the process opens the folder. */
	readonly openingOneIn: number;
	/** Milliseconds up to which a kill is put off, while opening and while at work. */
	readonly openingMs: number;
	readonly workMs: number;
}

/** Kills processes of `source` that write to `ledger` at random moments; `look` sees each that is dead, and says what is wrong. */
export async function killAndLook(
	folder: string,
	source: string,
	ledger: string,
	{ kills, seed, openingOneIn, openingMs, workMs }: Killing,
	look: (child: Child, when: string, random: (below: number) => number) => Promise<void>,
): Promise<void> {
	const program = await bundleChild(folder, source);
	const random = randomOf(seed);
	// The next one starts up while the one before is at work.
	let next = new Child(program, ledger, seed);
	try {
		for (let kill = 0; kill < kills; kill++) {
			const child = next;
			await child.waiting();
			child.go();
			next = new Child(program, ledger, seed);
			const whileOpening = random(openingOneIn) === 0;
			if (!whileOpening) await child.open();
			const delay = random(whileOpening ? openingMs : workMs);
			await new Promise((resolve) => setTimeout(resolve, delay));
			await child.kill();
			await look(child, `kill ${kill} of seed ${seed}, after ${delay} ms`, random);
		}
	} finally {
		await next.kill();
	}
}
