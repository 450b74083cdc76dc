/** Threads of Node that check proof of history; started with the first block that is worth it, they keep no process alive. */
/// <reference types="node" />
import { Worker } from 'node:worker_threads';
import type { Hash } from '@parhelion/sdk';
import type { Entry } from './entry.ts';
import {
	entryVerificationData,
	type VerificationRange,
	verificationRanges,
	verifyEntryHashes,
} from './entry-verification.ts';
import { type ProofVerifier, type RangeTask, rangeTask, SerialProofVerifier } from './proof-verifier.ts';

/** Hashes below which a message to a thread costs more than it saves. */
const MIN_HASHES = 20_000n;

/** Node runs the compiled file alone: from the sources it lies elsewhere. */
const THREAD: URL = new URL(
	import.meta.url.endsWith('.ts') ? '../../dist/ledger/proof-thread.js' : './proof-thread.js',
	import.meta.url,
);

/** How proof of history is to be checked. */
export interface ProofVerifierOptions {
	/** Threads beside the main one, which checks a part too; 0: all of it. */
	readonly workers: number;
	/** What the threads run, for tests. */
	readonly script?: URL;
}

/** A thread, and who waits for its answer; it has none to give where it has ended. */
interface Thread {
	readonly worker: Worker;
	answer: (isRight: boolean | null) => void;
}

class ThreadProofVerifier implements ProofVerifier {
	readonly #workers: number;
	readonly #script: URL;
	readonly #threads: Map<number, Thread> = new Map();
	#hasFailed = false;

	constructor(workers: number, script: URL) {
		this.#workers = workers;
		this.#script = script;
	}

	async verify(entries: readonly Entry[], startHash: Hash, maxNumHashes: bigint): Promise<boolean> {
		const hashes = entries.reduce((sum, { numHashes }) => sum + numHashes, 0n);
		const parts = hashes < MIN_HASHES || this.#hasFailed ? 1 : this.#workers + 1;
		const ranges = verificationRanges(entries, startHash, parts);
		const answers = ranges.slice(1).map((range, i) => this.#ask(i, rangeTask(entries, range, maxNumHashes)));
		const verifyHere = ({ start, end, startHash: from }: VerificationRange): boolean =>
			verifyEntryHashes(entryVerificationData(entries.slice(start, end)), from, maxNumHashes);
		const own = ranges.slice(0, 1).every(verifyHere);
		const others = await Promise.all(answers);
		if (this.#hasFailed) await this.close();
		return own && others.every((answer, i) => answer ?? verifyHere(ranges[i + 1]!));
	}

	/** What a thread answers; `null` where it fails, and what it had to do is done here. */
	async #ask(number: number, task: RangeTask): Promise<boolean | null> {
		const thread = this.#threads.get(number) ?? this.#start(number);
		thread.worker.ref();
		try {
			return await new Promise<boolean | null>((resolve) => {
				thread.answer = resolve;
				thread.worker.postMessage(task);
			});
		} finally {
			thread.worker.unref();
		}
	}

	/** Starts a thread. It is listened to until it ends, which it may do between two questions too. */
	#start(number: number): Thread {
		const worker = new Worker(this.#script, { execArgv: [], name: 'parhelion proof of history' });
		const thread: Thread = { worker, answer: () => {} };
		const fail = (failure: unknown): void => {
			thread.answer(null);
			// Told of already, or ended by `close`.
			if (this.#threads.get(number) !== thread) return;
			this.#threads.delete(number);
			this.#hasFailed = true;
			process.emitWarning(`a thread that checks proof of history has ended: ${failure}`);
		};
		worker.on('message', (isRight: boolean) => thread.answer(isRight));
		worker.on('error', fail).on('exit', fail);
		this.#threads.set(number, thread);
		return thread;
	}

	async close(): Promise<void> {
		const threads = [...this.#threads.values()];
		this.#threads.clear();
		await Promise.all(threads.map(({ worker }) => worker.terminate()));
	}
}

/**
 * What checks proof of history on threads of Node, one block at a time. RangeError for a number of workers that is not from 0
 * to 31. Of a thread that fails the process warns; from then on all is checked in this one.
 */
export function createProofVerifier({ workers, script = THREAD }: ProofVerifierOptions): ProofVerifier {
	if (!Number.isInteger(workers) || workers < 0 || workers > 31) {
		throw new RangeError(`workers: a whole number from 0 to 31 is needed, not ${workers}`);
	}
	return workers === 0 ? new SerialProofVerifier() : new ThreadProofVerifier(workers, script);
}
