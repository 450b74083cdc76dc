/** Batches of a chain: their order, what they leave in the ledger, and who else may write meanwhile. */
import { ed25519Sign } from '@parhelion/crypto';
import {
	ByteWriter,
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	Hash,
	type Instruction,
	InvariantError,
	Pubkey,
	programIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { Disk } from '../test/disk.ts';
import type { Keypair, TransactionOutcome } from './bank/bank-types.ts';
import { Chain } from './chain.ts';
import { type BatchOptions, ChainBusyError } from './chain-open-block.ts';
import {
	defaultVoter,
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	transferInstruction,
} from './genesis/local-genesis.ts';
import { verifyLedger } from './ledger/verify-ledger.ts';
import { type BlockExecutor, SerialExecutor } from './scheduler/block-executor.ts';

const [alice, bob, carol] = [1, 2, 3].map((byte) => keypairFromSeed(new Uint8Array(32).fill(byte)));
const people = [alice!, bob!, carol!];
const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const accounts = people.map(({ pubkey }) => [pubkey, createAccount({ lamports: LAMPORTS_PER_SOL })] as const);

const price = (microLamports: bigint): Instruction => ({
	programId: programIds.computeBudget,
	accounts: [],
	data: new ByteWriter(9).u8(3).u64(microLamports).finish(),
});

/** A transfer for which `fee` times six lamports are paid beside those of the signature: it may use 6,000 compute units. */
function pays(
	chain: Chain,
	fee: number,
	to: Pubkey,
	lamports: bigint,
	from: Keypair = alice!,
): VersionedTransaction {
	const instructions = [price(BigInt(fee) * 1_000n), transferInstruction(from.pubkey, to, lamports)];
	const message = compileLegacyMessage(from.pubkey, instructions, chain.lastBlockhash());
	return { signatures: [ed25519Sign(encodeMessage(message), from.seed)], message };
}

const kinds = (outcomes: readonly TransactionOutcome[]): (string | null)[] =>
	outcomes.map(({ err }) => err?.kind ?? null);

/** A chain on a ledger whose first slot is open. */
function onDisk(): { readonly chain: Chain; readonly disk: Disk } {
	const disk = new Disk({ accounts });
	const chain = Chain.open(disk.ledger());
	chain.advanceSlot();
	return { chain, disk };
}

/** Completes the open slot; what is found again, which it answers, is what was there. */
async function expectReplayed({ chain, disk }: ReturnType<typeof onDisk>): Promise<Chain> {
	chain.advanceSlot();
	const again = Chain.open(disk.ledger());
	const [left, found] = [chain, again].map((of) => of.bankAt('confirmed'));
	expect(found!.hash.toBase58()).toBe(left!.hash.toBase58());
	expect(found!.transactionCount).toBe(left!.transactionCount);
	const { bankHash } = await verifyLedger(disk.ledger());
	expect(bankHash?.toBase58()).toBe(left!.hash.toBase58());
	return again;
}

/** Executes after others have had their turn, and lets them have one after. */
class Slow extends SerialExecutor {
	override async execute(...args: Parameters<BlockExecutor['execute']>): Promise<TransactionOutcome[]> {
		await new Promise((resolve) => setImmediate(resolve));
		const outcomes = await super.execute(...args);
		await new Promise((resolve) => setImmediate(resolve));
		return outcomes;
	}
}

describe.each<[string, BatchOptions]>([
	['in this thread', {}],
	['by an executor', { executor: new Slow() }],
])('a batch %s', (_, options) => {
	it('gives an account to who pays most for it, though another came first', async () => {
		const world = onDisk();
		const { chain } = world;
		const all = LAMPORTS_PER_SOL - 5_000n;
		const outcomes = await chain.processTransactions(
			[
				pays(chain, 0, key(50), all),
				pays(chain, 2_000, key(51), all - 12_000n),
				pays(chain, 1_000, key(52), all - 6_000n),
			],
			options,
		);
		// Who has nothing left cannot pay a fee.
		expect(kinds(outcomes)).toEqual(['AccountNotFound', null, 'AccountNotFound']);
		expect([50, 51, 52].map((byte) => chain.getBalance(key(byte)))).toEqual([0n, all - 12_000n, 0n]);
		await expectReplayed(world);
	});

	it('takes those that pay the same as they came', async () => {
		const world = onDisk();
		const { chain } = world;
		const told: bigint[] = [];
		chain.events.on('transaction', ({ meta }) => told.push(meta.postBalances[1]!));
		const batch = [3, 1, 4, 1, 5].map((fee, i) => pays(chain, fee, key(60 + i), 1_000_000n + BigInt(i)));
		const outcomes = await chain.processTransactions(batch, options);
		expect(kinds(outcomes)).toEqual([null, null, null, null, null]);
		expect(told).toEqual([4, 2, 0, 1, 3].map((i) => 1_000_000n + BigInt(i)));
		await expectReplayed(world);
	});

	it('answers each in its place, refused or not', async () => {
		const world = onDisk();
		const { chain } = world;
		const good = pays(chain, 1, key(70), 1_000_000n);
		const tampered = pays(chain, 9, key(71), 1_000_000n);
		tampered.signatures[0]![5]! ^= 1;
		const old = pays(chain, 8, key(72), 1_000_000n);
		const unknown = { ...old, message: { ...old.message, recentBlockhash: Hash.fromBytes(key(99).bytes) } };
		const poor = pays(chain, 7, key(73), 1n, keypairFromSeed(new Uint8Array(32).fill(9)));
		const failing = pays(chain, 2, key(74), 2n * LAMPORTS_PER_SOL, bob!);
		const malformed = { signatures: [], message: good.message };
		const batch = [malformed, good, tampered, unknown, poor, failing, good];
		const outcomes = await chain.processTransactions(batch, options);
		expect(kinds(outcomes)).toEqual([
			'SanitizeFailure',
			null,
			'SignatureFailure',
			'SignatureFailure',
			'AccountNotFound',
			'InstructionError',
			'AlreadyProcessed',
		]);
		expect(outcomes.map(({ committed }) => committed)).toEqual([
			false,
			true,
			false,
			false,
			false,
			true,
			false,
		]);
		expect(outcomes[2]!.signature).toBe(tampered.signatures[0]);
		expect(chain.getTransaction(good.signatures[0]!)?.meta.err).toBeNull();
		expect(await chain.processTransactions([], options)).toEqual([]);
		const slot = chain.slot;
		for (const each of [chain, await expectReplayed(world)]) {
			expect(each.getBlock(slot)?.transactions).toMatchObject([
				{ signature: failing.signatures[0], meta: { err: { kind: 'InstructionError' }, fee: 5_012n } },
				{ signature: good.signatures[0], meta: { err: null, fee: 5_006n } },
			]);
		}
	});

	it('leaves out what pays least where the block is full, unless told otherwise', async () => {
		const world = onDisk();
		const { chain } = world;
		const make = (): VersionedTransaction[] =>
			[1, 3, 2].map((fee, i) => pays(chain, fee, key(80 + i), 1_000_000n, people[i]!));
		// What one may use, and what one has used.
		const limits = { blockCost: 24_000 + 1_600, accountCost: 24_000 + 1_600, allocatedDataSize: 0 };
		Object.defineProperty(chain.bank.costTracker, 'limits', { value: limits });
		expect(kinds(await chain.processTransactions(make(), options))).toEqual([
			'WouldExceedMaxBlockCostLimit',
			null,
			null,
		]);
		chain.advanceSlot();
		Object.defineProperty(chain.bank.costTracker, 'limits', { value: { ...limits, blockCost: 1 } });
		const ignored = await chain.processTransactions(make(), { ...options, blockLimits: 'ignore' });
		expect(kinds(ignored)).toEqual([null, null, null]);
		chain.advanceSlot();
		const report = await verifyLedger(world.disk.ledger());
		expect(report.bankHash?.equals(chain.bank.parentHash)).toBe(true);
		expect(report.unlimited).toBe(1);
	});

	it.each(['locked', 'executed', 'account', 'committed', 'transaction', 'unlocked'] as const)(
		'records what it has committed where a listener to `%s` throws',
		async (name) => {
			const world = onDisk();
			const { chain } = world;
			let count = 0;
			const stop = chain.events.on(name, () => {
				if (++count === 3) throw new Error('a listener');
			});
			const batch = [4, 3, 2, 1].map((fee, i) => pays(chain, fee, key(90 + i), 1_000_000n));
			// Turned away between two that are committed.
			batch.splice(1, 0, pays(chain, 3, key(95), 1n, keypairFromSeed(new Uint8Array(32).fill(9))));
			await expect(chain.processTransactions(batch, options)).rejects.toThrow('a listener');
			stop();
			const before = Number(chain.bank.blockTransactionCount);
			expect([1, 2, 3]).toContain(before);
			expect(chain.isBusy).toBe(false);
			const rest = await chain.processTransactions(batch, options);
			expect(rest.filter(({ err }) => err?.kind === 'AlreadyProcessed')).toHaveLength(before);
			expect(chain.bank.blockTransactionCount).toBe(4);
			await expectReplayed(world);
		},
	);

	it('keeps others from writing, and lets them read', async () => {
		const world = onDisk();
		const { chain } = world;
		const batches = [1, 5].map((fee) =>
			chain.processTransactions([pays(chain, fee, key(30), 1_000_000n)], options),
		);
		let isOver = false;
		const idle = chain.idle().then(() => {
			isOver = true;
		});
		const writes: (() => unknown)[] = [
			() => chain.processTransaction(pays(chain, 1, key(31), 1n)),
			() => chain.airdrop(key(31), 1n),
			() => chain.setAccount(key(31), createAccount({ lamports: 1n })),
			() => chain.advanceSlot(),
			() => chain.warpToSlot(chain.slot + 5n),
		];
		const { slot } = chain;
		let turns = 0;
		for (; !isOver; await new Promise((resolve) => setImmediate(resolve))) {
			if (!chain.isBusy) continue;
			turns++;
			for (const write of writes) expect(write).toThrow(ChainBusyError);
			expect(chain.simulateTransaction(pays(chain, 1, key(32), 1_000_000n, bob!)).err).toBeNull();
			expect(chain.slot).toBe(slot);
		}
		await idle;
		expect(turns > 0).toBe(options.executor !== undefined);
		expect(kinds((await Promise.all(batches)).flat())).toEqual([null, null]);
		expect(chain.isBusy).toBe(false);
		// They came one after the other, and nothing of what was refused is there.
		expect(chain.getBalance(key(30))).toBe(2_000_000n);
		expect(chain.getBalance(key(31))).toBe(0n);
		expect(chain.bank.blockTransactionCount).toBe(2);
		await expectReplayed(world);
	});

	it('ends before the chain does', async () => {
		const { chain, disk } = onDisk();
		const batches = [1, 2].map((i) =>
			chain.processTransactions([pays(chain, i, key(33), 1_000_000n)], options),
		);
		await chain.close();
		expect((await Promise.all(batches)).flat().every(({ committed }) => committed)).toBe(true);
		expect(Chain.open(disk.ledger()).getBalance(key(33))).toBe(2_000_000n);
	});

	it('begins when its caller has returned, in the slot that is open then', async () => {
		const voter = defaultVoter();
		const disk = new Disk({ accounts, voter });
		const chain = Chain.open(disk.ledger(), { voter });
		const batches: Promise<TransactionOutcome[]>[] = [];
		const ask = (): void => {
			const transaction = pays(chain, batches.length, key(34), 1_000_000n);
			batches.push(chain.processTransactions([transaction], options));
		};
		// One while the slot before is closed, one before the vote.
		const stops = [chain.events.on('slotFrozen', ask), chain.events.on('slot', ask)];
		chain.advanceSlot();
		for (const stop of stops) stop();
		chain.setAccount(key(34), createAccount({ lamports: 1_000_000n }));
		chain.advanceSlot();
		const [[first], [second]] = (await Promise.all(batches)) as [TransactionOutcome[], TransactionOutcome[]];
		expect([first, second]).toMatchObject([
			{ err: null, slot: 2n },
			{ err: null, slot: 2n },
		]);
		expect(chain.getBalance(key(34))).toBe(3_000_000n);
		await expectReplayed({ chain, disk });
	});
});

describe('a chain in memory', () => {
	it('keeps no state and goes back to none while a batch is on its way', async () => {
		const chain = Chain.genesis({ accounts });
		const snapshot = chain.snapshot();
		const batch = chain.processTransactions([pays(chain, 1, key(40), 1_000_000n)], { executor: new Slow() });
		await Promise.resolve();
		const { slot, root } = chain;
		expect(() => chain.snapshot()).toThrow(ChainBusyError);
		expect(() => chain.revertTo(snapshot)).toThrow(ChainBusyError);
		expect([chain.slot, chain.root]).toEqual([slot, root]);
		expect(kinds(await batch)).toEqual([null]);
		chain.revertTo(snapshot);
		expect(chain.getBalance(key(40))).toBe(0n);
	});
});

describe('a listener', () => {
	it('that writes between a commit and its record is refused, and the order of the block holds', async () => {
		const world = onDisk();
		const { chain } = world;
		const refused: unknown[] = [];
		chain.events.on('committed', () => {
			for (const write of [
				() => chain.processTransaction(pays(chain, 1, key(42), 1_000_000n, bob!)),
				() => chain.setAccount(key(41), null),
				() => chain.advanceSlot(),
			]) {
				try {
					write();
				} catch (error) {
					refused.push(error);
				}
			}
		});
		expect(chain.processTransaction(pays(chain, 1, key(41), 1_000_000n)).err).toBeNull();
		expect(refused.map((error) => error instanceof ChainBusyError)).toEqual([true, true, true]);
		await expectReplayed(world);
	});

	it('that throws does not keep what was written past the rules out of the block', async () => {
		const world = onDisk();
		const { chain } = world;
		const stop = chain.events.on('account', () => {
			throw new Error('a listener');
		});
		expect(() => chain.setAccount(key(43), createAccount({ lamports: 1_000_000n }))).toThrow('a listener');
		expect(() => chain.setAccount(carol!.pubkey, null)).toThrow('a listener');
		stop();
		expect([chain.getBalance(key(43)), chain.getBalance(carol!.pubkey)]).toEqual([1_000_000n, 0n]);
		await expectReplayed(world);
	});
});

it('an executor that tells less than it has done is a fault', async () => {
	const chain = Chain.genesis({ accounts });
	chain.advanceSlot();
	const executor = new SerialExecutor();
	executor.execute = (bank, transactions) => SerialExecutor.prototype.execute(bank, transactions);
	const batch = [1, 2].map((i) => pays(chain, i, key(44), 1_000_000n));
	await expect(chain.processTransactions(batch, { executor })).rejects.toThrow(InvariantError);
	expect(chain.isBusy).toBe(false);
});
