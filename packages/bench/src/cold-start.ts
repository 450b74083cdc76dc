/**
 * One side's start, in a process of its own: `node cold-start.js ours|oracle` prints nanoseconds as JSON.
 *
 * Neither side may be loaded before its time, so nothing here imports the engines.
 */
import type { Engine } from './engines.ts';

/** Loads an engine and gives how to make an instance. */
async function loadEngine(name: string): Promise<() => Engine> {
	if (name === 'ours') {
		const { LiteSVM } = await import('parhelion/node');
		return () => new LiteSVM();
	}
	const { LiteSVM } = await import('litesvm');
	return () => new LiteSVM() as InstanceType<typeof LiteSVM> & Engine;
}

const now = process.hrtime.bigint;
const start = now();
const create = await loadEngine(process.argv[2] ?? 'ours');
const load = Number(now() - start);

const instanceStart = now();
const svm = create();
const instance = Number(now() - instanceStart);

const { stageTokenTransfer } = await import('./token-scene.ts');
const { namedSigner, signedTransaction, TOKEN_2022_PROGRAM, fund } = await import('./transaction-builder.ts');
const payer = await namedSigner('payer');
fund([svm], payer.address);
const scene = await stageTokenTransfer([svm], payer, TOKEN_2022_PROGRAM, true);
const sent = await signedTransaction(payer, svm.latestBlockhash(), [await scene.instruction(0)]);
const transactionStart = now();
const outcome = svm.sendTransaction(sent);
const transaction = Number(now() - transactionStart);
if ('err' in outcome) throw new Error(String(outcome));
console.log(JSON.stringify({ load, instance, transaction }));
