/** Threads of Node for {@link ParallelExecutor}; started with the first block, they keep no process alive. */
/// <reference types="node" />
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type BlockExecutor, SerialExecutor } from './block-executor.ts';
import { CLOSED, MAIN_WAKE, newControl, workerWake } from './execution-control.ts';
import type { WorkerMemory } from './execution-worker.ts';
import { sidePort, type ThreadData } from './node-port.ts';
import { ParallelExecutor } from './parallel-executor.ts';
import { newRing } from './shared-ring.ts';
import type { HostThread, ThreadHost } from './thread-host.ts';
import { newBoard } from './transaction-board.ts';

const REQUEST_BYTES = 1 << 20;
const RESULT_BYTES = 1 << 21;

/** Node runs the compiled file alone: from the sources it lies elsewhere. */
const THREAD: URL = new URL(
	import.meta.url.endsWith('.ts') ? '../../dist/scheduler/execution-thread.js' : './execution-thread.js',
	import.meta.url,
);

/** `Atomics.waitAsync`, which the language's types know from a later version on. */
const waitAsync = Reflect.get(Atomics, 'waitAsync') as (
	words: Int32Array,
	index: number,
	value: number,
) => { readonly value: Promise<string> | string };

class NodeThreadHost implements ThreadHost {
	readonly control: SharedArrayBuffer;
	readonly board: SharedArrayBuffer = newBoard();
	readonly threads: readonly HostThread[];
	failure: Error | null = null;
	readonly #words: Int32Array;
	readonly #workers: readonly Worker[];
	readonly #ports: MessagePort[] = [];
	#isClosed = false;

	constructor(workers: number, script: URL) {
		this.control = newControl(workers);
		this.#words = new Int32Array(this.control);
		const threads: HostThread[] = [];
		const started: Worker[] = [];
		this.#workers = started;
		for (let worker = 0; worker < workers; worker++) {
			const { port1, port2 } = new MessageChannel();
			port1.unref();
			this.#ports.push(port1);
			const [requests, results] = [newRing(REQUEST_BYTES), newRing(RESULT_BYTES)];
			threads.push({ requests, results, port: sidePort(port1) });
			const memory: WorkerMemory = { worker, control: this.control, board: this.board, requests, results };
			const workerData: ThreadData = { memory, port: port2 };
			const options = { workerData, transferList: [port2], execArgv: [], name: 'parhelion execution' };
			try {
				started.push(this.#start(new Worker(script, options)));
			} catch (error) {
				void this.close();
				throw error;
			}
		}
		this.threads = threads;
	}

	#start(worker: Worker): Worker {
		worker.unref();
		worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
		worker.on('exit', (code) => {
			if (!this.#isClosed) this.fail(new Error(`a thread that executes blocks has ended with code ${code}`));
		});
		return worker;
	}

	fail(error: Error): Error {
		this.failure ??= error;
		Atomics.add(this.#words, MAIN_WAKE, 1);
		Atomics.notify(this.#words, MAIN_WAKE);
		return this.failure;
	}

	block(word: number, seen: number, milliseconds: number): void {
		Atomics.wait(this.#words, word, seen, milliseconds);
	}

	async waitWhile(word: number, seen: number): Promise<void> {
		await waitAsync(this.#words, word, seen).value;
	}

	breathe(): Promise<void> {
		return new Promise((resolve) => setImmediate(resolve));
	}

	hold(isBusy: boolean): void {
		for (const worker of this.#workers) {
			if (isBusy) worker.ref();
			else worker.unref();
		}
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		Atomics.store(this.#words, CLOSED, 1);
		for (let worker = 0; worker < this.#workers.length; worker++) {
			Atomics.add(this.#words, workerWake(worker), 1);
			Atomics.notify(this.#words, workerWake(worker));
		}
		for (const port of this.#ports) port.close();
		await Promise.all(this.#workers.map((worker) => worker.terminate()));
	}
}

/** How blocks are to be executed. */
export interface BlockExecutorOptions {
	/** Threads beside the main one; 0: everything in this thread. */
	readonly workers: number;
	/** Is told why threads have failed; by default the process warns of it. */
	readonly onFailure?: (error: Error) => void;
	/** What the threads run, for tests. */
	readonly script?: URL;
}

/** What executes blocks on threads of Node. RangeError for a number of workers that is not from 0 to 31. */
export function createBlockExecutor(options: BlockExecutorOptions): BlockExecutor {
	const { workers, script = THREAD } = options;
	if (workers === 0) return new SerialExecutor();
	return new ParallelExecutor({
		workers,
		start: (count) => new NodeThreadHost(count, script),
		onFailure: options.onFailure ?? ((error) => process.emitWarning(error)),
	});
}
