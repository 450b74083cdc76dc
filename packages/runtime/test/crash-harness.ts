/** Kills a process that writes a ledger, again and again, and looks at what it left. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { AccountSharedData, Slot } from '@parhelion/sdk';
import { rolldown } from 'rolldown';
import { openLedgerFolder } from '../src/ledger/blockstore-folder.ts';
import { blockOf, fieldsOf, KEYS, key, OWNERS, owner, randomOf, slotWrites } from './crash-model.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const identity = { genesisHash: new Uint8Array(32).fill(1), featureSetId: 1 };

/** What a run found. */
export interface CrashReport {
	readonly kills: number;
	/** The root at the end. */
	readonly root: Slot;
	/** Kills after which the root was above the last one that was told of: they hit between the commit and the telling. */
	readonly untold: number;
	/** Kills after which blocks were there that no flush had covered. */
	readonly aheadBlocks: number;
	/** Kills before the process had opened the folder, and after it had. */
	readonly early: number;
	readonly late: number;
}

/** The child, bundled into one file so that Node runs it as it is. */
export async function bundleChild(folder: string, source = 'crash-child.ts'): Promise<string> {
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

/** Kills `kills` processes at random moments and checks the folder after each. Throws at the first contradiction. */
export async function runCrashes(folder: string, kills: number, seed: number): Promise<CrashReport> {
	const program = await bundleChild(folder);
	const ledger = join(folder, 'ledger');
	const random = randomOf(seed);
	const state = new Map<number, AccountSharedData>();
	let [root, told, untold, aheadBlocks, early, late] = [0n, 0n, 0, 0, 0, 0];
	// The next one starts up while the one before is at work.
	let next = new Child(program, ledger, seed);
	try {
		for (let kill = 0; kill < kills; kill++) {
			const child = next;
			await child.waiting();
			child.go();
			next = new Child(program, ledger, seed);
			// Some while they open the folder, most while they write.
			const whileOpening = random(5) === 0;
			if (!whileOpening) await child.open();
			const delay = random(whileOpening ? 100 : 300);
			await new Promise((resolve) => setTimeout(resolve, delay));
			await child.kill();
			if (child.opened) late++;
			else early++;
			if (child.told > told) told = child.told;
			const found = await check(ledger, seed, state, root, `kill ${kill} of seed ${seed}, after ${delay} ms`);
			if (found.root < told) throw new Error(`root ${told} was told of, the storage stands at ${found.root}`);
			if (found.root > told) untold++;
			if (found.highestBlock > found.root) aheadBlocks++;
			root = found.root;
			told = root;
		}
	} finally {
		await next.kill();
	}
	return { kills, root, untold, aheadBlocks, early, late };
}

/** Opens the folder, brings `state` from `from` to the root found, and compares everything. */
async function check(
	ledger: string,
	seed: number,
	state: Map<number, AccountSharedData>,
	from: Slot,
	when: string,
): Promise<{ readonly root: Slot; readonly highestBlock: Slot }> {
	const expect = (condition: boolean, what: string): void => {
		if (!condition) throw new Error(`${when}: ${what}`);
	};
	const { storage, blockstore, close } = await openLedgerFolder(ledger, identity);
	try {
		const root = storage.root ?? 0n;
		expect(root >= from, `the root went back from ${from} to ${root}`);
		for (let slot = from + 1n; slot <= root; slot++) {
			for (const [n, account] of slotWrites(seed, slot)) {
				if (account === null) state.delete(n);
				else state.set(n, account);
			}
		}
		expect(storage.accountCount === state.size, `${storage.accountCount} accounts instead of ${state.size}`);
		for (let n = 0; n < KEYS; n++) {
			const [stored, expected] = [storage.get(key(n)), state.get(n)];
			const same =
				stored === null || expected === undefined
					? stored === null && expected === undefined
					: stored.lamports === expected.lamports &&
						stored.rentEpoch === expected.rentEpoch &&
						stored.owner.equals(expected.owner) &&
						Buffer.compare(stored.data, expected.data) === 0;
			expect(same, `account ${n} differs at root ${root}`);
		}
		for (let n = 0; n < OWNERS; n++) {
			const listed = [...storage.accountsOf(owner(n))].length;
			const expected = [...state.values()].filter((account) => account.owner.equals(owner(n))).length;
			expect(listed === expected, `owner ${n} has ${listed} accounts listed instead of ${expected}`);
		}
		const checkpoint = storage.checkpoint();
		if (root > 0n) {
			expect(checkpoint?.slot === root, `the checkpoint is of ${checkpoint?.slot}, the root is ${root}`);
			expect(
				Buffer.compare(checkpoint?.fields ?? new Uint8Array(0), fieldsOf(seed, root)) === 0,
				'its fields differ',
			);
		}
		let bytes = 0;
		let before: Slot | null = null;
		for (const meta of blockstore.blocks(0n)) {
			const { entries, blockhash, signature } = blockOf(seed, meta.slot);
			const stored = blockstore.getEntries(meta.slot);
			expect(stored !== null && Buffer.compare(stored, entries) === 0, `the entries of ${meta.slot} differ`);
			expect(meta.blockhash.equals(blockhash), `the blockhash of ${meta.slot} differs`);
			expect(meta.slot > root || meta.rooted, `${meta.slot} is not rooted, the root is ${root}`);
			expect(
				blockstore.getStatus(signature)?.slot === meta.slot,
				`the transaction of ${meta.slot} is unknown`,
			);
			expect(
				before === null || meta.slot === before + 1n,
				`blocks between ${before} and ${meta.slot} are missing`,
			);
			before = meta.slot;
			bytes += meta.byteLength;
		}
		const highestBlock = before ?? 0n;
		expect(highestBlock >= root, `the root is ${root}, the newest block ${highestBlock}`);
		expect(bytes === blockstore.byteLength, `the blocks have ${bytes} bytes, not ${blockstore.byteLength}`);
		const replayable = [...blockstore.replayable(root)].length;
		expect(BigInt(replayable) === highestBlock - root, `${replayable} blocks can be replayed`);
		return { root, highestBlock };
	} finally {
		await close();
	}
}
