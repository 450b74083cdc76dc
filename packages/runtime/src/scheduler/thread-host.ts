/** What an executor needs of a platform: threads that run `ExecutionWorker`, and a way to wait that lets others work. */
import type { SidePort } from './thread-channel.ts';

/** A thread. */
export interface HostThread {
	readonly requests: SharedArrayBuffer;
	readonly results: SharedArrayBuffer;
	readonly port: SidePort;
}

/** Threads that were started together. */
export interface ThreadHost {
	/** The words of `execution-control.ts`. */
	readonly control: SharedArrayBuffer;
	/** The memory of a `TransactionBoard`. */
	readonly board: SharedArrayBuffer;
	readonly threads: readonly HostThread[];
	/** Why a thread has ended that should not have; `null` as long as all work. */
	readonly failure: Error | null;
	/** Notes a failure, unless there was one before, and wakes who sleeps; answers the first. */
	fail(error: Error): Error;
	/**
	 * Blocks this thread until the word is no longer `seen`, for so many milliseconds at most. A browser's main thread may
	 * not block: there it does nothing, and the caller goes on to {@link waitWhile}.
	 */
	block(word: number, seen: number, milliseconds: number): void;
	/** Waits until the word is no longer `seen`, and lets others work meanwhile. A failure changes the word to sleep on. */
	waitWhile(word: number, seen: number): Promise<void>;
	/** Lets the event loop turn once. */
	breathe(): Promise<void>;
	/** Keeps the process alive, or does not. */
	hold(isBusy: boolean): void;
	close(): Promise<void>;
}
