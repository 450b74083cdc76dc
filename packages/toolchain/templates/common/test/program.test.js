import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
	appendTransactionMessageInstruction,
	createTransactionMessage,
	generateKeyPairSigner,
	lamports,
	pipe,
	setTransactionMessageFeePayerSigner,
	signTransactionMessageWithSigners,
} from '@solana/kit';
import { LiteSVM } from 'parhelion/node';

test('the program says hello and counts its accounts', async () => {
	const svm = new LiteSVM();
	const payer = await generateKeyPairSigner();
	const program = await generateKeyPairSigner();
	svm.airdrop(payer.address, lamports(1_000_000_000n));
	svm.addProgram(program.address, readFileSync(new URL('../target/deploy/{{name}}.so', import.meta.url)));
	const instruction = { programAddress: program.address, accounts: [{ address: payer.address, role: 3 }] };
	const message = pipe(
		createTransactionMessage({ version: 0 }),
		(m) => setTransactionMessageFeePayerSigner(payer, m),
		(m) => svm.setTransactionMessageLifetimeUsingLatestBlockhash(m),
		(m) => appendTransactionMessageInstruction(instruction, m),
	);
	const result = svm.sendTransaction(await signTransactionMessageWithSigners(message));
	assert.ok(!('err' in result), String(result));
	assert.ok(
		result.logs().some((line) => line.includes('Program log: 0x1, ')),
		result.logs().join('\n'),
	);
});
