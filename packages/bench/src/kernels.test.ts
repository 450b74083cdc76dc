import { describe, expect, it } from 'vitest';
import { ownProgram } from './elf.ts';
import { createPair, sendToBoth } from './engines.ts';
import { KERNELS } from './kernels.ts';
import { fund, instructionData, namedSigner, signedTransaction } from './transaction-builder.ts';
import { transactionCases } from './transactions.ts';

describe('the kernels', () => {
	it.each(KERNELS.map(({ name }) => name))('%s comes to the same on both engines', async (name) => {
		const pair = createPair({ sigverify: false, computeUnitLimit: 1n << 40n });
		const payer = await namedSigner('payer');
		const { address } = await namedSigner(name);
		fund(pair.both, payer.address);
		for (const engine of pair.both) engine.addProgram(address, ownProgram(name));
		for (const rounds of [0n, 1n, 3n]) {
			const transaction = await signedTransaction(payer, pair.ours.latestBlockhash(), [
				{ programAddress: address, accounts: [], data: instructionData(rounds) },
			]);
			const outcome = sendToBoth(pair, transaction, `${name} ${rounds}`);
			expect(outcome.returnData().data().length).toBeGreaterThan(0);
		}
	});
});

describe('the transactions', () => {
	const cases = transactionCases().map((one) => [`${one.group}: ${one.name}`, one] as const);
	it.each(cases)('%s runs on both engines, again and again', async (_, one) => {
		const contest = await one.prepare(true);
		for (let round = 0; round < 2; round++) {
			for (const side of [contest.ours, contest.oracle!, contest.also!.side]) {
				side.prepare?.();
				side.run();
				side.settle?.();
			}
		}
		expect(contest.note).toMatch(/^\d+ CU$/);
	});
});
