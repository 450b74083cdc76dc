import { ed25519PublicKey, ed25519Sign } from '@parhelion/crypto';
import {
	type AccountMeta,
	compileLegacyMessage,
	encodeMessage,
	encodeTransaction,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiteSVM } from './node.ts';
import { setSignatureHelpers } from './send-batch.ts';
import { SignaturePool } from './signature-pool.ts';
import { SignatureWindow } from './signature-window.ts';

const seedOf = (i: number): Uint8Array => new Uint8Array(32).fill(i + 1);
const keyOf = (i: number): Pubkey => Pubkey.fromBytes(ed25519PublicKey(seedOf(i)));
const KEYS = Array.from({ length: 4 }, (_, i) => keyOf(i));
const SYSTEM = programIds.systemProgram.toBase58();

function transfer(from: Pubkey, to: Pubkey, lamports: number): Instruction {
	const data = new Uint8Array(12);
	data[0] = 2;
	new DataView(data.buffer).setUint32(4, lamports, true);
	const accounts: AccountMeta[] = [
		{ pubkey: from, isSigner: true, isWritable: true },
		{ pubkey: to, isSigner: false, isWritable: true },
	];
	return { programId: programIds.systemProgram, accounts, data };
}

/** Signed by the keys of these numbers, the first of which pays. */
function signed(
	blockhash: string,
	signers: readonly number[],
	instructions: Instruction[],
): VersionedTransaction {
	const message = compileLegacyMessage(KEYS[signers[0]!]!, instructions, Hash.fromBase58(blockhash));
	const bytes = encodeMessage(message);
	const order = message.accountKeys
		.slice(0, signers.length)
		.map((key) => KEYS.findIndex((one) => one.equals(key)));
	return { signatures: order.map((i) => ed25519Sign(bytes, seedOf(i))), message };
}

function funded(): LiteSVM {
	const svm = new LiteSVM();
	for (const key of KEYS) {
		svm.setAccount({
			address: key.toBase58(),
			lamports: 1_000_000_000n,
			data: new Uint8Array(0),
			programAddress: SYSTEM,
			executable: false,
		});
	}
	return svm;
}

/** Good ones, and every way to fail, several windows of them. */
function mixture(blockhash: string, count: number): Uint8Array[] {
	const list: Uint8Array[] = [];
	const goneSince = Hash.fromBytes(new Uint8Array(32).fill(9)).toBase58();
	for (let i = 0; i < count; i++) {
		const payer = i % 3;
		const to = KEYS[(i + 1) % 4]!;
		const good = signed(blockhash, [payer], [transfer(KEYS[payer]!, to, i + 1)]);
		const wire = encodeTransaction(good);
		const kind = i % 16;
		if (kind === 3) wire[1 + (i % 64)]! ^= 1;
		if (kind === 5) list.push(wire.slice());
		if (kind === 7) list.push(new Uint8Array([1, 2, i & 255]));
		if (kind === 9)
			list.push(
				encodeTransaction(
					signed(blockhash, [payer, 3], [transfer(KEYS[payer]!, to, 1), transfer(KEYS[3]!, to, i)]),
				),
			);
		if (kind === 11) {
			const two = signed(blockhash, [payer, 3], [transfer(KEYS[payer]!, to, 2), transfer(KEYS[3]!, to, i)]);
			two.signatures[1]![5]! ^= 4;
			list.push(encodeTransaction(two));
		}
		if (kind === 12)
			list.push(encodeTransaction(signed(goneSince, [payer], [transfer(KEYS[payer]!, to, 1)])));
		if (kind === 13)
			list.push(encodeTransaction(signed(blockhash, [payer], [transfer(KEYS[payer]!, to, 2 ** 32 - 1 - i)])));
		if (kind === 14) list.push(encodeTransaction({ ...good, signatures: [new Uint8Array(64)] }));
		list.push(wire);
	}
	return list;
}

const look = (svm: LiteSVM): unknown => KEYS.map((key) => svm.getBalance(key.toBase58()));

let pool: SignaturePool | null = null;
function usePool(made: SignaturePool): SignaturePool {
	pool = made;
	setSignatureHelpers(made);
	return made;
}
afterEach(async () => {
	setSignatureHelpers(null);
	await pool?.close();
	pool = null;
});
/** A thread that runs this. */
const script = (source: string): URL => new URL(`data:text/javascript,${encodeURIComponent(source)}`);

async function expectAsOneByOne(rounds: number): Promise<void> {
	const svm = funded();
	for (let round = 0; round < rounds; round++) {
		svm.expireBlockhash();
		const single = svm.fork();
		const inputs = mixture(svm.latestBlockhash(), 340);
		const outcomes = await svm.sendTransactions(inputs);
		const expected = inputs.map((input) => single.sendTransaction(input));
		expect(outcomes.map(String)).toEqual(expected.map(String));
		expect(look(svm)).toEqual(look(single));
		const kinds = new Set(outcomes.map((outcome) => ('err' in outcome ? String(outcome.err()) : 'ok')));
		expect(kinds.size).toBeGreaterThan(5);
	}
}

describe('sendTransactions', () => {
	it('gives outcomes and a state as sendTransaction does, on this thread alone', async () => {
		setSignatureHelpers(null);
		await expectAsOneByOne(1);
	});

	it('gives the same with threads, that have just started or run', async () => {
		const threads = usePool(new SignaturePool({ size: 2 }));
		await expectAsOneByOne(2);
		expect(threads.size).toBe(2);
	});

	it.each([
		['crash when they start', script('throw new Error("crash")')],
		['are not there', new URL('file:///nowhere/at-all.mjs')],
		[
			'crash at work',
			script(`import { parentPort } from 'node:worker_threads';
				parentPort.on('message', (shared) => { Atomics.add(new Int32Array(shared, 0, 2), 1, 7); process.exit(3); });`),
		],
		[
			'take work and never do it',
			script(`import { parentPort } from 'node:worker_threads';
				parentPort.on('message', (shared) => { Atomics.add(new Int32Array(shared, 0, 2), 1, 50); });`),
		],
	])('loses nothing with threads that %s', async (_what, broken) => {
		usePool(new SignaturePool({ size: 2, script: broken }));
		await expectAsOneByOne(1);
		// Long enough for them to fail between two batches.
		await new Promise((resolve) => setTimeout(resolve, 150));
		await expectAsOneByOne(1);
	});

	it('gives up on threads that crash again and again', async () => {
		const threads = usePool(new SignaturePool({ size: 1, script: script('throw new Error("crash")') }));
		const svm = funded();
		for (let i = 0; i < 3; i++) {
			await svm.sendTransactions(mixture(svm.latestBlockhash(), 40));
			expect(threads.size).toBe(1);
			await vi.waitFor(() => expect(threads.size).toBe(0), 10_000);
		}
		await svm.sendTransactions(mixture(svm.latestBlockhash(), 40));
		expect(threads.size).toBe(0);
	});

	it('checks no signatures where the instance does not', async () => {
		usePool(new SignaturePool({ size: 1 }));
		const svm = funded().withSigverify(false);
		const unsigned = {
			...signed(svm.latestBlockhash(), [0], [transfer(KEYS[0]!, KEYS[1]!, 5)]),
			signatures: [new Uint8Array(64)],
		};
		const outcomes = await svm.sendTransactions(
			Array.from({ length: 40 }, () => encodeTransaction(unsigned)),
		);
		expect(outcomes.filter((outcome) => !('err' in outcome)).length).toBe(40);
	});

	it('sends nothing where an element is of a wrong type, and says which', async () => {
		const svm = funded();
		const before = look(svm);
		const good = encodeTransaction(signed(svm.latestBlockhash(), [0], [transfer(KEYS[0]!, KEYS[1]!, 5)]));
		const refused = (inputs: unknown): Promise<unknown> => svm.sendTransactions(inputs as never);
		const text = 'expected a transaction of @solana/kit, or its wire bytes (a Uint8Array), got';
		await expect(refused([good, 'text'])).rejects.toThrow(
			new TypeError(`transactions[1]: transaction: ${text} a string`),
		);
		// biome-ignore lint/suspicious/noSparseArray: what is tested
		await expect(refused([good, , good])).rejects.toThrow(`transactions[1]: transaction: ${text} undefined`);
		await expect(refused(good)).rejects.toThrow(
			'transactions: expected an array of transactions, got a Uint8Array',
		);
		await expect(
			refused([{ messageBytes: new Uint8Array([1]), signatures: { [SYSTEM]: null } }]),
		).rejects.toThrow(`transactions[0]: Transaction is missing signatures for addresses: ${SYSTEM}.`);
		await expect(refused([{ messageBytes: new Uint8Array([255]), signatures: {} }])).rejects.toThrow(
			RangeError,
		);
		expect(look(svm)).toEqual(before);
		expect(await svm.sendTransactions([])).toEqual([]);
	});
});

describe('The threads of a pool', () => {
	it('check a window by themselves, and keep nothing alive', async () => {
		const resources = process.getActiveResourcesInfo().length;
		const threads = usePool(new SignaturePool({ size: 1 }));
		const { signatures, message } = signed(
			funded().latestBlockhash(),
			[0],
			[transfer(KEYS[0]!, KEYS[1]!, 5)],
		);
		const bad = signatures[0]!.slice();
		bad[33]! ^= 1;
		const window = new SignatureWindow([{ signatures, message }, null, { signatures: [bad], message }]);
		threads.help(window.shared);
		expect(process.getActiveResourcesInfo().length).toBe(resources);
		const words = new Int32Array(window.shared, 0, 8);
		await vi.waitFor(
			() =>
				expect([...words].filter((_, i) => i !== 2 && i !== 3 && i !== 5 && i !== 6)).toEqual([
					2,
					expect.any(Number),
					1,
					2,
				]),
			20_000,
		);
		const all = [
			{ signatures, message },
			{ signatures, message },
			{ signatures: [bad], message },
		];
		expect(all.map((one, i) => window.verify(i, one))).toEqual([true, false, false]);
	});

	it('are as many as there are further cores, and none without', () => {
		const window = new SignatureWindow([
			signed(funded().latestBlockhash(), [0], [transfer(KEYS[0]!, KEYS[1]!, 5)]),
		]);
		const none = usePool(new SignaturePool({ size: 0 }));
		none.help(window.shared);
		expect(none.size).toBe(0);
	});
});
