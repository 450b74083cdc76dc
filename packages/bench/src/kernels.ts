/**
 * The VM by itself: programs of ten million instructions and more, each one transaction.
 *
 * The same C is compiled natively where there is a compiler: what the machine could do at best.
 */
import type { Transaction } from '@solana/kit';
import type { BenchCase, Contest, Side } from './contest.ts';
import { ownProgram } from './elf.ts';
import { createPair, type Engine, sendToBoth } from './engines.ts';
import { nativeMilliseconds } from './native.ts';
import { fund, instructionData, namedSigner, signedTransaction } from './transaction-builder.ts';

/** A kernel and the rounds it does, for ten million instructions or more. */
interface Kernel {
	readonly name: string;
	/** What it does, for the document. */
	readonly about: string;
	readonly rounds: number;
}

export const KERNELS: readonly Kernel[] = [
	{ name: 'arithmetic', about: 'shifts, products, exclusive or in registers', rounds: 1_000_000 },
	{ name: 'memory', about: 'a table on the heap, read and written where the data say', rounds: 1_000_000 },
	{ name: 'quicksort', about: '4,000 words, over and over', rounds: 24 },
	{ name: 'sha256', about: 'SHA-256 in software', rounds: 1_500 },
	{ name: 'u128', about: 'products of 64-bit numbers to 128 bits', rounds: 250_000 },
	{ name: 'bigint', about: 'products of 1024-bit numbers', rounds: 800 },
	{ name: 'recursion', about: 'Fibonacci numbers by definition', rounds: 100 },
	{ name: 'bytecode', about: 'an interpreter of a small bytecode', rounds: 500 },
	{ name: 'memcpy-loop-small', about: 'copies of 7 to 38 bytes, a byte at a time', rounds: 70_000 },
	{ name: 'memcpy-loop-large', about: 'copies of 8,192 bytes, a word at a time', rounds: 1_500 },
	{ name: 'memcpy-call-small', about: 'copies of 7 to 38 bytes by sol_memcpy_', rounds: 500_000 },
	{ name: 'memcpy-call-large', about: 'copies of 8,192 bytes by sol_memcpy_', rounds: 200_000 },
];

const KERNEL_GOAL = 0.9;
/** The least geometric mean of the kernels' ratios that is aimed at. */
export const KERNELS_MEAN_GOAL = 2.5;
export const KERNEL_GROUP = 'VM kernels';
/** More than any kernel uses. */
const UNIT_LIMIT = 1n << 40n;

export function kernelCases(): BenchCase[] {
	return KERNELS.map((kernel) => ({
		group: KERNEL_GROUP,
		name: kernel.name,
		goal: KERNEL_GOAL,
		prepare: (quick) => prepareKernel(kernel, quick),
	}));
}

async function prepareKernel({ name, rounds }: Kernel, quick: boolean): Promise<Contest> {
	const count = quick ? Math.ceil(rounds / 5) : rounds;
	const pair = createPair({ sigverify: false, computeUnitLimit: UNIT_LIMIT });
	const payer = await namedSigner('payer');
	const { address } = await namedSigner(name);
	fund(pair.both, payer.address);
	for (const engine of pair.both) engine.addProgram(address, ownProgram(name));
	const transaction = await signedTransaction(payer, pair.ours.latestBlockhash(), [
		{ programAddress: address, accounts: [], data: instructionData(BigInt(count)) },
	]);
	const outcome = sendToBoth(pair, transaction, name);
	const units = Number(outcome.computeUnitsConsumed());
	const native = nativeMilliseconds(name, count, outcome.returnData().data(), quick ? 5 : 15);
	return {
		ours: sender(pair.ours, transaction),
		oracle: sender(pair.oracle, transaction),
		note: `${(units / 1e6).toFixed(1)} M CU${native === null ? '' : `, native ${native.toFixed(2)} ms`}`,
	};
}

function sender(engine: Engine, transaction: Transaction): Side {
	return { operations: 1, run: () => void engine.sendTransaction(transaction) };
}
