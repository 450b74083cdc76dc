/** Executors whose threads run the sources, for the tests of a `describe`. */
import { createHash, createPublicKey, hash, verify } from 'node:crypto';
import { nodeFastPaths, setFastPaths } from '@parhelion/crypto';
import { afterAll, beforeAll } from 'vitest';
import type { BlockExecutor } from '../src/scheduler/block-executor.ts';
import { createBlockExecutor } from '../src/scheduler/node-threads.ts';
import { bundleThread } from './thread-script.ts';

/** One for each of these numbers of workers, there once the tests run, and why threads have failed. */
export function threadExecutors(workers: readonly number[]): {
	readonly executors: readonly BlockExecutor[];
	readonly failures: readonly Error[];
} {
	const executors: BlockExecutor[] = [];
	const failures: Error[] = [];
	let remove = (): void => {};

	beforeAll(async () => {
		setFastPaths(nodeFastPaths({ createHash, createPublicKey, hash, verify }));
		const thread = await bundleThread();
		remove = thread.remove;
		const { script } = thread;
		for (const count of workers) {
			const onFailure = (error: Error): number => failures.push(error);
			executors.push(createBlockExecutor({ workers: count, script, onFailure }));
		}
	});

	afterAll(async () => {
		for (const executor of executors) await executor.close();
		remove();
	});

	return { executors, failures };
}
