/**
 * Parhelion and the oracle behind one interface: the part of the npm package `litesvm` that the bench uses.
 */
import type { Transaction } from '@solana/kit';
import { ComputeBudget as OracleBudget, LiteSVM as OracleSVM } from 'litesvm';
import { ComputeBudget, LiteSVM } from 'parhelion/node';

/** What both engines tell of a transaction. */
export interface Metadata {
	logs(): string[];
	computeUnitsConsumed(): bigint;
	returnData(): { data(): Uint8Array };
	toString(): string;
}

/** A failed transaction. */
export interface Failure {
	err(): unknown;
	meta(): Metadata;
	toString(): string;
}

/** An account to write. */
export interface NewAccount {
	readonly address: string;
	readonly lamports: bigint;
	readonly data: Uint8Array;
	readonly programAddress: string;
	readonly executable: boolean;
	readonly space: bigint;
}

/** One engine. */
export interface Engine {
	latestBlockhash(): string;
	sendTransaction(transaction: Transaction): Metadata | Failure;
	addProgram(address: string, elf: Uint8Array): void;
	setAccount(account: NewAccount): void;
	getAccount(address: string): { readonly exists: boolean; readonly data?: unknown };
}

/** How a pair is set up. */
export interface EngineOptions {
	readonly sigverify: boolean;
	/** CU; the default budget without it. */
	readonly computeUnitLimit?: bigint;
}

/** Ours also takes wire bytes, and many transactions at once. */
export interface OurEngine extends Engine {
	sendTransaction(transaction: Transaction | Uint8Array): Metadata | Failure;
	sendTransactions(transactions: readonly (Transaction | Uint8Array)[]): Promise<(Metadata | Failure)[]>;
}

/** A new instance of ours, set up as the oracle's. */
export function createOurs({ sigverify, computeUnitLimit }: EngineOptions): OurEngine {
	const svm = new LiteSVM().withSigverify(sigverify).withTransactionHistory(0n);
	if (computeUnitLimit !== undefined) {
		const budget = new ComputeBudget();
		budget.computeUnitLimit = computeUnitLimit;
		svm.withComputeBudget(budget);
	}
	return svm;
}

/** A new instance of the oracle. */
export function createOracle({ sigverify, computeUnitLimit }: EngineOptions): Engine {
	const svm: Engine & OracleSVM = new OracleSVM() as Engine & OracleSVM;
	svm.withSigverify(sigverify).withTransactionHistory(0n);
	if (computeUnitLimit !== undefined) {
		const budget = new OracleBudget();
		budget.computeUnitLimit = computeUnitLimit;
		svm.withComputeBudget(budget);
	}
	return svm;
}

/** The two in the same state. */
export interface Pair {
	readonly ours: OurEngine;
	readonly oracle: Engine;
	readonly both: readonly [OurEngine, Engine];
}

export function createPair(options: EngineOptions): Pair {
	const ours = createOurs(options);
	const oracle = createOracle(options);
	return { ours, oracle, both: [ours, oracle] };
}

function describe(outcome: Metadata | Failure): string {
	const failed = 'err' in outcome;
	const meta = failed ? outcome.meta() : outcome;
	return JSON.stringify({
		outcome: failed ? String(outcome) : 'ok',
		units: String(meta.computeUnitsConsumed()),
		logs: meta.logs(),
		data: Buffer.from(meta.returnData().data()).toString('hex'),
	});
}

/**
 * Sends a transaction to both and hands back what ours says of it.
 *
 * Error where they differ, or where the transaction fails: a bench of something else than was meant is worthless.
 */
export function sendToBoth({ ours, oracle }: Pair, transaction: Transaction, what: string): Metadata {
	const mine = ours.sendTransaction(transaction);
	const theirs = oracle.sendTransaction(transaction);
	if ('err' in theirs) throw new Error(`${what} fails on the oracle: ${theirs}`);
	if ('err' in mine || describe(mine) !== describe(theirs)) {
		throw new Error(`${what}: the engines differ\n  ours   ${describe(mine)}\n  oracle ${describe(theirs)}`);
	}
	return mine;
}
