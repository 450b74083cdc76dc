/** Owns the words by which the threads of an executor wake each other, and what they say beside transactions. */
import type { Epoch, Lamports, Slot } from '@parhelion/sdk';
import type { SharedModule } from '@parhelion/svm';

/** Counts what the main thread is told; it sleeps on it. */
export const MAIN_WAKE = 0;
/** Whether the main thread sleeps, or is about to. */
export const MAIN_SLEEPS = 1;
/** Not 0 once the threads are to end. */
export const CLOSED = 2;
/** How many workers sleep: one of them may wait for what another has not told yet. */
export const IDLE_WORKERS = 3;
const FIRST_WORKER = 4;

/** The word that a worker sleeps on. */
export function workerWake(worker: number): number {
	return FIRST_WORKER + worker;
}

/** How many workers the words are for. */
export function workersOf(control: SharedArrayBuffer): number {
	return control.byteLength / 4 - FIRST_WORKER;
}

/** The memory of the words. */
export function newControl(workers: number): SharedArrayBuffer {
	return new SharedArrayBuffer(4 * (FIRST_WORKER + workers));
}

/** What is the same for all transactions that follow. Keys and hashes are 32 bytes. */
export interface SlotMessage {
	readonly kind: 'slot';
	readonly slot: Slot;
	readonly epoch: Epoch;
	readonly blockhash: Uint8Array;
	readonly lamportsPerSignature: Lamports;
	readonly epochTotalStake: Lamports;
	/** Lamports a byte, threshold, burn percent. */
	readonly rent: readonly [Lamports, number, number];
	readonly logBytesLimit: number | null;
	/** The active features; `null` if they are those of the slot before. */
	readonly features: readonly (readonly [id: Uint8Array, slot: Slot])[] | null;
	/** Lamports by vote account (`pubkey.key`); `null` if they are those of the slot before. */
	readonly voteStakes: ReadonlyMap<string, Lamports> | null;
	readonly sysvars: readonly (readonly [id: Uint8Array, data: Uint8Array])[];
	readonly builtins: readonly Uint8Array[];
}

/** What the main thread says to a worker. */
export type MainMessage =
	| SlotMessage
	/** Programs that are compiled. */
	| { readonly kind: 'modules'; readonly modules: readonly SharedModule[] }
	/** All accounts are to be forgotten. */
	| { readonly kind: 'reset' };

/** What a worker says to the main thread. */
export type WorkerMessage =
	/** It has compiled a program. */
	| { readonly kind: 'module'; readonly module: SharedModule }
	/** It cannot go on. */
	| { readonly kind: 'failed'; readonly text: string };
