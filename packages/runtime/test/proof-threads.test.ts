/** Proof of history that is checked on threads: the same answers, whatever the number of threads. */
import { compileLegacyMessage, Hash, Pubkey, type VersionedTransaction } from '@parhelion/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEntry, createTicks, type Entry } from '../src/ledger/entry.ts';
import { createProofVerifier } from '../src/ledger/proof-threads.ts';
import type { ProofVerifier } from '../src/ledger/proof-verifier.ts';
import { bundleThread } from './thread-script.ts';

const start = Hash.fromBytes(new Uint8Array(32).fill(7));
const payer = Pubkey.fromBytes(new Uint8Array(32).fill(1));
const transaction: VersionedTransaction = {
	signatures: [new Uint8Array(64).fill(5)],
	message: compileLegacyMessage(payer, [], start),
};

/** A block of so many hashes a tick, with a transaction after each eighth. */
function block(hashesPerTick: bigint): Entry[] {
	const entries: Entry[] = [];
	for (let tick = 0; tick < 64; tick++) {
		const last = entries.at(-1)?.hash ?? start;
		if (tick % 8 === 0) entries.push(createEntry(last, 10n, [transaction]));
		entries.push(...createTicks(1, hashesPerTick, entries.at(-1)?.hash ?? start));
	}
	return entries;
}

let script: URL;
let remove = (): void => {};
beforeAll(async () => {
	({ script, remove } = await bundleThread('ledger/proof-thread.ts'));
});
afterAll(() => remove());

describe.each([0, 1, 3])('with %i threads', (workers) => {
	let proofs: ProofVerifier;
	beforeAll(() => {
		proofs = createProofVerifier({ workers, script });
	});
	afterAll(() => proofs.close());

	it.each([1n, 1000n])(
		'a block of %i hashes a tick is right, and wrong with any entry changed',
		async (hashes) => {
			const entries = block(hashes);
			expect(await proofs.verify(entries, start, 1000n)).toBe(true);
			expect(await proofs.verify(entries, Hash.default, 1000n)).toBe(false);
			expect(await proofs.verify([], start, 1000n)).toBe(true);
			for (const at of [0, 1, 17, 36, 54, entries.length - 1]) {
				const entry = entries[at]!;
				const other = { ...entry, hash: Hash.default };
				const longer = { ...entry, numHashes: entry.numHashes + 1n };
				const mixed = { ...entry, transactions: entry.transactions.length > 0 ? [] : [transaction] };
				for (const changed of [other, longer, mixed]) {
					expect(await proofs.verify(entries.with(at, changed), start, 1001n), `entry ${at}`).toBe(false);
				}
			}
		},
	);
});

it('is checked in the main thread once a thread has failed', async () => {
	const warnings: string[] = [];
	const hear = (warning: Error): void => void warnings.push(warning.message);
	process.on('warning', hear);
	const proofs = createProofVerifier({ workers: 2, script: new URL('data:text/javascript,process.exit(3)') });
	const entries = block(1000n);
	expect(await proofs.verify(entries, start, 1000n)).toBe(true);
	expect(await proofs.verify(entries.with(40, { ...entries[40]!, hash: start }), start, 1000n)).toBe(false);
	await proofs.close();
	await new Promise((resolve) => setImmediate(resolve));
	process.off('warning', hear);
	expect(warnings).toContain('a thread that checks proof of history has ended: 3');
	expect(() => createProofVerifier({ workers: 32 })).toThrow('from 0 to 31 is needed, not 32');
});

it.each([
	['ends', "parentPort.once('message', () => parentPort.postMessage(true));", '0'],
	[
		'throws',
		"parentPort.on('message', () => { parentPort.postMessage(true); setImmediate(() => { throw new Error('idle'); }); });",
		'Error: idle',
	],
])('outlives a thread that %s between two questions', async (_, source, why) => {
	const code = `import { parentPort } from 'node:worker_threads'; ${source}`;
	const script = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
	const proofs = createProofVerifier({ workers: 1, script });
	const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
	const entries = block(1000n);
	expect(await proofs.verify(entries, start, 1000n)).toBe(true);
	// At once, while nobody knows yet, and when it is known.
	for (let round = 0; round < 2; round++) {
		expect(await proofs.verify(entries, start, 1000n)).toBe(true);
		expect((await warned).message).toBe(`a thread that checks proof of history has ended: ${why}`);
	}
	expect(await proofs.verify(entries.with(-1, { ...entries.at(-1)!, hash: start }), start, 1000n)).toBe(
		false,
	);
	await proofs.close();
});

it.each([0, 1])(
	'refuses an entry of more hashes than are allowed, without hashing, on %i threads',
	async (workers) => {
		const proofs = createProofVerifier({ workers, script });
		const entries = block(1000n);
		for (const at of [0, entries.length - 1]) {
			for (const numHashes of [1001n, 1n << 50n, (1n << 64n) - 1n]) {
				const changed = entries.with(at, { ...entries[at]!, numHashes });
				expect(await proofs.verify(changed, start, 1000n)).toBe(false);
			}
		}
		await proofs.close();
	},
);
