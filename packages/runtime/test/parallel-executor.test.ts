import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	type Instruction,
	type Pubkey,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountsDb } from '../src/accounts-db/accounts-db.ts';
import { MemoryStorage } from '../src/accounts-db/memory-storage.ts';
import { Bank } from '../src/bank/bank.ts';
import type { TransactionOutcome } from '../src/bank/bank-types.ts';
import {
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	resolveGenesis,
	transferInstruction,
} from '../src/genesis/local-genesis.ts';
import type { BlockExecutor, ExecuteOptions } from '../src/scheduler/block-executor.ts';
import { workerWake } from '../src/scheduler/execution-control.ts';
import { createBlockExecutor } from '../src/scheduler/node-threads.ts';
import { WORLD_ACCOUNTS, WORLD_PROGRAMS } from './block-world.ts';
import { bundleThread } from './thread-script.ts';

const alice = keypairFromSeed(new Uint8Array(32).fill(1));
const bob = keypairFromSeed(new Uint8Array(32).fill(2));
const carol = keypairFromSeed(new Uint8Array(32).fill(3)).pubkey;
const COUNTER_PROGRAM = WORLD_PROGRAMS[4]!.programId;

function openBank(): Bank {
	const { config, identity } = resolveGenesis({
		programs: WORLD_PROGRAMS,
		accounts: [
			...WORLD_ACCOUNTS,
			...[alice, bob].map(
				({ pubkey }) => [pubkey, createAccount({ lamports: 10n * LAMPORTS_PER_SOL })] as const,
			),
			[carol, createAccount({ lamports: LAMPORTS_PER_SOL })],
		],
	});
	const leader = { id: identity, voteAddress: identity };
	const database = new AccountsDb({ storage: new MemoryStorage() });
	const genesis = Bank.newFromGenesis(config, leader, database, { unixTimestamp: (slot) => BigInt(slot) });
	return Bank.newFromParent(genesis, leader, 1n);
}

function signed(
	bank: Bank,
	payer: typeof alice,
	...instructions: readonly Instruction[]
): VersionedTransaction {
	const message = compileLegacyMessage(payer.pubkey, instructions, bank.lastBlockhash());
	return { signatures: [ed25519Sign(encodeMessage(message), payer.seed)], message };
}

const transfer = (bank: Bank, lamports: bigint, payer = alice): VersionedTransaction =>
	signed(bank, payer, transferInstruction(payer.pubkey, carol, lamports));

const memo = (text: string): Instruction => ({
	programId: WORLD_PROGRAMS[2]!.programId,
	accounts: [],
	data: new TextEncoder().encode(text),
});

const account = (pubkey: Pubkey): Instruction['accounts'][number] => ({
	pubkey,
	isSigner: false,
	isWritable: true,
});

const kinds = (outcomes: readonly TransactionOutcome[]): (string | null)[] =>
	outcomes.map(({ err }) => err?.kind ?? null);

describe('an executor with workers', () => {
	let script: URL;
	let remove = (): void => {};
	let executor: BlockExecutor;
	const failures: string[] = [];
	const start = (workers: number, thread: URL = script): BlockExecutor =>
		createBlockExecutor({ workers, script: thread, onFailure: ({ message }) => failures.push(message) });

	beforeAll(async () => {
		({ script, remove } = await bundleThread());
		executor = start(2);
	});

	afterAll(async () => {
		await executor.close();
		remove();
	});

	/** The same block serially and by the workers. */
	async function compare(
		make: (bank: Bank) => VersionedTransaction[],
		options: ExecuteOptions = {},
		prepare: (bank: Bank) => void = () => {},
	): Promise<TransactionOutcome[]> {
		const banks = [openBank(), openBank()];
		for (const bank of banks) prepare(bank);
		const [expected, found] = await Promise.all([
			createBlockExecutor({ workers: 0 }).execute(banks[0]!, make(banks[0]!), options),
			executor.execute(banks[1]!, make(banks[1]!), options),
		]);
		for (const bank of banks) bank.freeze();
		expect(found).toEqual(expected);
		expect(banks[1]!.hash).toEqual(banks[0]!.hash);
		expect(banks[1]!.costTracker).toEqual(banks[0]!.costTracker);
		return expected!;
	}

	it('runs on without what does not fit the block, though others saw it', async () => {
		const costly = memo('ö'.repeat(450));
		const limits = { blockCost: 4_000, accountCost: 4_000, allocatedDataSize: 1_000 };
		const outcomes = await compare(
			(bank) => [
				transfer(bank, 1_000_000n),
				signed(bank, alice, transferInstruction(alice.pubkey, carol, 8n * LAMPORTS_PER_SOL), costly),
				transfer(bank, 9n * LAMPORTS_PER_SOL),
			],
			{ blockLimits: 'check' },
			({ costTracker }) => Object.defineProperty(costTracker, 'limits', { value: limits }),
		);
		expect(kinds(outcomes)).toEqual([null, 'WouldExceedMaxBlockCostLimit', null]);
	});

	it('tells of each transaction that it is locked, has run and is free again, never of two at once that conflict', async () => {
		const bank = openBank();
		const steps: string[] = [];
		let inRun = 0;
		let together = 0;
		bank.shared.events.on('locked', ({ signature }) => {
			together = Math.max(together, ++inRun);
			steps.push(`${signature[0]} locked`);
		});
		bank.shared.events.on('executed', ({ signature, err, computeUnits }) => {
			steps.push(`${signature[0]} executed ${err?.kind ?? 'well'} ${computeUnits}`);
		});
		bank.shared.events.on('unlocked', ({ signature }) => {
			inRun--;
			steps.push(`${signature[0]} unlocked`);
		});
		bank.shared.events.on('committed', ({ signature }) => steps.push(`${signature[0]} committed`));
		const block = [1n, 2n, 3n].map((lamports) => transfer(bank, lamports));
		await executor.execute(bank, block);
		expect(together).toBe(1);
		for (const { signatures } of block) {
			const own = steps.filter((step) => step.startsWith(`${signatures[0]![0]} `));
			expect(own.map((step) => step.slice(step.indexOf(' ') + 1))).toEqual([
				'locked',
				'executed well 150',
				'unlocked',
				'committed',
			]);
		}
	});

	it('is ready for the next block after a listener threw at what a worker answered', async () => {
		const bank = openBank();
		const off = bank.shared.events.on('executed', () => {
			throw new Error('enough');
		});
		const block = Array.from({ length: 50 }, (_, i) => transfer(bank, BigInt(i), i % 2 === 0 ? alice : bob));
		await expect(executor.execute(bank, block)).rejects.toThrow('enough');
		off();
		const outcomes = await executor.execute(bank, block.slice(bank.blockTransactionCount));
		expect(kinds(outcomes)).toEqual(outcomes.map(() => null));
		expect(bank.blockTransactionCount).toBe(50);
	});

	it('ends with the first that is refused where it is told so, and gives up what comes after', async () => {
		const outcomes = await compare(
			(bank) => {
				const block = Array.from({ length: 100 }, (_, i) => transfer(bank, BigInt(i)));
				block[40]!.signatures[0]![3]! ^= 1;
				return block;
			},
			{ stopAtRefusal: true },
		);
		expect(outcomes).toHaveLength(41);
		expect(outcomes.at(-1)).toMatchObject({ err: { kind: 'SignatureFailure' }, committed: false });
	});

	it('carries accounts and results that are larger than what lies between the threads', async () => {
		const large = keypairFromSeed(new Uint8Array(32).fill(7)).pubkey;
		const call: Instruction = {
			programId: COUNTER_PROGRAM,
			accounts: [account(large)],
			data: Uint8Array.of(1),
		};
		const data = new Uint8Array(3_000_000);
		const outcomes = await compare(
			(bank) =>
				Array.from({ length: 12 }, (_, i) =>
					signed(bank, i % 2 === 0 ? alice : bob, call, memo(`${i}${'ö'.repeat(450)}`)),
				),
			{},
			(bank) =>
				bank.store(large, createAccount({ lamports: 100n * LAMPORTS_PER_SOL, data, owner: COUNTER_PROGRAM })),
		);
		expect(kinds(outcomes)).toEqual(outcomes.map(() => null));
	});

	it('carries more accounts than the memory between the threads holds at once', async () => {
		const readonly = (i: number): Instruction['accounts'][number] => ({
			pubkey: keypairFromSeed(
				new Uint8Array(32)
					.fill(9)
					.fill(i, 0, 1)
					.fill(i >> 8, 1, 2),
			).pubkey,
			isSigner: false,
			isWritable: false,
		});
		const perTransaction = 7;
		const others = Array.from({ length: 40 * perTransaction }, (_, i) => readonly(i));
		const outcomes = await compare(
			(bank) =>
				Array.from({ length: 40 }, (_, i) => {
					const instruction = transferInstruction(alice.pubkey, carol, BigInt(i));
					const named = others.slice(i * perTransaction, (i + 1) * perTransaction);
					return signed(bank, alice, { ...instruction, accounts: [...instruction.accounts, ...named] });
				}),
			{},
			(bank) => {
				for (const [i, { pubkey }] of others.entries()) {
					const data = new Uint8Array(16_000).fill(i);
					bank.store(pubkey, createAccount({ lamports: LAMPORTS_PER_SOL, data }));
				}
			},
		);
		expect(kinds(outcomes)).toEqual(outcomes.map(() => null));
	});

	it('goes on after a listener threw before any worker was woken', async () => {
		const warm = openBank();
		await executor.execute(warm, [transfer(warm, 1n)]);
		const bank = openBank();
		const off = bank.shared.events.on('locked', () => {
			throw new Error('enough');
		});
		await expect(executor.execute(bank, [transfer(bank, 1n)])).rejects.toThrow('enough');
		off();
		expect(kinds(await executor.execute(bank, [transfer(bank, 1n)]))).toEqual([null]);
	});

	it('executes blocks one after another, however many are asked for', async () => {
		const banks = Array.from({ length: 5 }, () => openBank());
		const all = await Promise.all(
			banks.map((bank, i) => executor.execute(bank, [transfer(bank, BigInt(i)), transfer(bank, 77n)])),
		);
		expect(all.map(kinds)).toEqual(banks.map(() => [null, null]));
		expect(banks.map((bank) => bank.getBalance(carol))).toEqual(
			banks.map((_, i) => LAMPORTS_PER_SOL + 77n + BigInt(i)),
		);
	});

	it('throws what a listener throws, with the bank as it is after the transaction before', async () => {
		const bank = openBank();
		let heard = 0;
		const off = bank.shared.events.on('transaction', () => {
			if (++heard === 10) throw new Error('enough');
		});
		const block = Array.from({ length: 200 }, (_, i) => transfer(bank, BigInt(i), i % 2 === 0 ? alice : bob));
		await expect(executor.execute(bank, block)).rejects.toThrow('enough');
		off();
		expect(bank.blockTransactionCount).toBe(10);
		expect(bank.costTracker.transactionCount).toBe(10);
		const rest = await executor.execute(bank, block.slice(10));
		expect(kinds(rest)).toEqual(rest.map(() => null));
		expect(bank.getBalance(carol)).toBe(LAMPORTS_PER_SOL + BigInt((199 * 200) / 2));
	});

	it.each([
		['a script that is not there', 'missing.mjs', null, 'Cannot find module'],
		['a thread that ends', 'ends.mjs', 'process.exit(3)', 'ended with code 3'],
		['a thread that throws', 'throws.mjs', 'throw new Error("broken thread")', 'broken thread'],
		[
			'a thread that is killed in the middle',
			'dies.mjs',
			'import { workerData } from "node:worker_threads";\n' +
				'const words = new Int32Array(workerData.memory.control);\n' +
				`if (workerData.memory.worker === 0) { Atomics.wait(words, ${workerWake(0)}, 0); process.exit(4); }\n` +
				'await import("./thread.mjs");',
			'ended with code 4',
		],
	])('says so and goes on serially after %s', async (_, name, source, message) => {
		const path = join(fileURLToPath(new URL('.', script)), name);
		if (source !== null) writeFileSync(path, source);
		failures.length = 0;
		const broken = start(2, pathToFileURL(path));
		const bank = openBank();
		const locked = new Set<Uint8Array>();
		bank.shared.events.on('locked', ({ signature }) => {
			if (locked.has(signature)) throw new Error('locked twice');
			locked.add(signature);
		});
		bank.shared.events.on('unlocked', ({ signature }) => locked.delete(signature));
		const block = Array.from({ length: 60 }, (_value, i) =>
			transfer(bank, BigInt(i), i % 2 === 0 ? alice : bob),
		);
		expect(kinds(await broken.execute(bank, block))).toEqual(block.map(() => null));
		expect(failures.join()).toContain(message);
		expect(bank.blockTransactionCount).toBe(60);
		expect(locked.size).toBe(0);
		await broken.close();
	});

	it('starts threads anew after it was closed', async () => {
		const other = start(1);
		for (let i = 0; i < 2; i++) {
			const bank = openBank();
			expect(kinds(await other.execute(bank, [transfer(bank, 5n)]))).toEqual([null]);
			await other.close();
		}
	});

	it('refuses a number of workers that makes no sense', () => {
		for (const workers of [-1, 1.5, 32]) expect(() => start(workers)).toThrow(RangeError);
	});
});
