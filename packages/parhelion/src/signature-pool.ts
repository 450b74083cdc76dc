/**
 * Worker threads of Node that check signatures for `sendTransactions`.
 *
 * Made when there is first something to check, never more than there are further cores; they keep no process alive.
 * One that crashes is not replaced before the next window, and after a few crashes not at all: the thread that runs
 * the transactions does what they leave.
 */
/// <reference types="node" />
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ed25519KernelModule } from '@parhelion/crypto';
import type { SignatureHelpers } from './send-batch.ts';

const MAX_WORKERS = 15;
const MAX_CRASHES = 3;
/** From the sources and from the compiled files, which lie side by side. */
const WORKER = new URL('../src/signature-worker.mjs', import.meta.url);

/** What a pool may be told, for tests. */
export interface SignaturePoolOptions {
	/** How many threads, at most. */
	readonly size?: number;
	/** What they run. */
	readonly script?: URL;
}

/** The threads. */
export class SignaturePool implements SignatureHelpers {
	readonly #size: number;
	readonly #script: URL;
	readonly #workers: Set<Worker> = new Set();
	#crashes = 0;

	constructor({ size = availableParallelism() - 1, script = WORKER }: SignaturePoolOptions = {}) {
		this.#size = Math.min(size, MAX_WORKERS);
		this.#script = script;
	}

	/** Threads that run. */
	get size(): number {
		return this.#workers.size;
	}

	help(shared: SharedArrayBuffer): void {
		while (this.#workers.size < this.#size && this.#crashes < MAX_CRASHES) {
			if (!this.#start()) return;
		}
		for (const worker of this.#workers) worker.postMessage(shared);
	}

	#start(): boolean {
		const workerData = ed25519KernelModule();
		if (workerData === null) return false;
		let worker: Worker;
		try {
			worker = new Worker(this.#script, { workerData, execArgv: [], name: 'parhelion signatures' });
		} catch {
			// Where the process may start no threads.
			this.#crashes = MAX_CRASHES;
			return false;
		}
		this.#workers.add(worker);
		worker.unref();
		// What went wrong is of no interest: the verdict is the main thread's to give.
		worker.on('error', () => {});
		worker.on('exit', () => {
			if (this.#workers.delete(worker)) this.#crashes++;
		});
		return true;
	}

	/** Ends the threads; the next window starts new ones. */
	async close(): Promise<void> {
		const workers = [...this.#workers];
		this.#workers.clear();
		await Promise.all(workers.map((worker) => worker.terminate()));
	}
}
