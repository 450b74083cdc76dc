/**
 * Batches of a chain on a ledger, in its own thread and by 1 and 2 workers: one order, one block, one bank hash, and a ledger
 * that is replayed to it. `PARHELION_SEED` says which.
 */
import { createPrivateKey, sign } from 'node:crypto';
import {
	ByteWriter,
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	Pubkey,
	programIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import type { TransactionOutcome } from '../src/bank/bank-types.ts';
import { Chain } from '../src/chain.ts';
import { ChainBusyError } from '../src/chain-open-block.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from '../src/genesis/local-genesis.ts';
import { verifyLedger } from '../src/ledger/verify-ledger.ts';
import { orderByPriority } from '../src/scheduler/priority.ts';
import { randomBlock, WORLD_ACCOUNTS, WORLD_PROGRAMS } from './block-world.ts';
import { randomOf } from './crash-model.ts';
import { Disk } from './disk.ts';
import { threadExecutors } from './thread-executors.ts';

const SEED = Number(process.env['PARHELION_SEED'] ?? 20_261_123);
const SLOTS = 12;
const WORKERS = [0, 1, 2];

/** Those who pay by the unit, each with a key of node's, which signs faster. */
const PEOPLE = Array.from({ length: 6 }, (_, i) => {
	const { seed, pubkey } = keypairFromSeed(new Uint8Array(32).fill(i + 1));
	const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
	return { pubkey, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
});

/** The outcomes, and what else can be told apart, as text. */
const text = (value: unknown): string =>
	JSON.stringify(value, (_, part: unknown) => {
		if (typeof part === 'bigint') return `${part}n`;
		return part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part;
	});

/** A transfer for which a price by the unit is paid, among few accounts. */
function paid(chain: Chain, random: (below: number) => number): VersionedTransaction {
	const [from, to] = [PEOPLE[random(6)]!, PEOPLE[random(6)]!];
	const everything = random(5) === 0;
	const lamports = everything ? chain.getBalance(from.pubkey) - 5_000n : BigInt(1_000_000 + random(50_000));
	const instructions = [transferInstruction(from.pubkey, to.pubkey, lamports > 0n ? lamports : 1n)];
	const price = [0, 0, 500, 10_000, 2_000_000][random(5)]!;
	if (price > 0) {
		const data = new ByteWriter(9).u8(3).u64(BigInt(price)).finish();
		instructions.push({ programId: programIds.computeBudget, accounts: [], data });
	}
	const message = compileLegacyMessage(from.pubkey, instructions, chain.lastBlockhash());
	return { signatures: [new Uint8Array(sign(null, encodeMessage(message), from.privateKey))], message };
}

describe('batches', () => {
	const { executors, failures } = threadExecutors(WORKERS);

	function openWorld(): { readonly chain: Chain; readonly disk: Disk } {
		const disk = new Disk({
			programs: WORLD_PROGRAMS,
			accounts: [
				...WORLD_ACCOUNTS,
				...PEOPLE.map(({ pubkey }) => [pubkey, createAccount({ lamports: LAMPORTS_PER_SOL })] as const),
			],
			ticksPerSlot: 2n,
		});
		const chain = Chain.open(disk.ledger());
		chain.advanceSlot();
		return { chain, disk };
	}

	it(`do the same for any number of workers (seed ${SEED})`, async () => {
		const random = randomOf(SEED);
		const worlds = WORKERS.map(openWorld);
		let reordered = 0;
		const kinds = new Set<string>();
		for (let i = 0; i < SLOTS; i++) {
			const { chain } = worlds[0]!;
			const blocks = Array.from({ length: 1 + random(2) }, () => {
				const block = randomBlock(chain.bank, random);
				for (let n = random(40); n > 0; n--) block.splice(random(block.length), 0, paid(chain, random));
				return block;
			});
			const options = i % 5 === 4 ? { blockLimits: 'ignore' as const } : {};
			// Every third block is soon full.
			const limit = i % 3 === 2 ? 25_000 + random(30_000) : null;
			for (const block of blocks) {
				if (orderByPriority(chain.bank, block).some((index, place) => index !== place)) reordered++;
			}
			const seen = await Promise.all(
				worlds.map(async (world, at) => {
					const { costTracker } = world.chain.bank;
					const limits = { blockCost: limit, accountCost: limit, allocatedDataSize: 100_000 };
					if (limit !== null) Object.defineProperty(costTracker, 'limits', { value: limits });
					const told: string[] = [];
					const stop = world.chain.events.on('transaction', ({ meta }) => told.push(text(meta)));
					const batches = blocks.map((block) =>
						world.chain.processTransactions(block, { executor: executors[at]!, ...options }),
					);
					const outcomes = (await Promise.all(batches)).flat();
					stop();
					return { outcomes, told };
				}),
			);
			for (const { outcomes } of seen) {
				const sent = blocks.flat().map(({ signatures }) => signatures[0] ?? new Uint8Array(64));
				expect(text(outcomes.map(({ signature }) => signature))).toBe(text(sent));
				for (const { err } of outcomes) kinds.add(err?.kind ?? 'none');
			}
			const { slot } = chain;
			for (const world of worlds) world.chain.advanceSlot();
			const [expected, ...others] = worlds.map(({ chain: { bank }, disk }, at) => ({
				outcomes: seen[at]!.outcomes.map(text),
				told: seen[at]!.told,
				bankHash: bank.parentHash.toBase58(),
				entries: text(disk.ledger().blockstore.getEntries(slot)),
			}));
			for (const [at, other] of others.entries())
				expect(other, `seed ${SEED}, slot ${slot}, ${WORKERS[at + 1]} workers`).toEqual(expected);
		}
		expect(failures).toEqual([]);
		expect(reordered).toBeGreaterThan(SLOTS / 2);
		expect([...kinds].sort()).toEqual(
			expect.arrayContaining([
				'AlreadyProcessed',
				'InstructionError',
				'WouldExceedMaxBlockCostLimit',
				'none',
			]),
		);
		for (const [at, { chain, disk }] of worlds.entries()) {
			const { parentHash } = chain.bank;
			expect(Chain.open(disk.ledger()).bank.parentHash.toBase58()).toBe(parentHash.toBase58());
			const { bankHash } = await verifyLedger(disk.ledger(), { executor: executors[at]! });
			expect(bankHash?.toBase58()).toBe(parentHash.toBase58());
		}
	});

	it.each(WORKERS.map((workers, at) => [workers, at] as const))(
		'let nobody else write while they are on %i workers, and record what was committed when a listener threw',
		async (_, at) => {
			const executor = executors[at]!;
			const random = randomOf(SEED + at);
			const { chain, disk } = openWorld();
			const block = Array.from({ length: 400 }, () => paid(chain, random));
			let count = 0;
			let turns = 0;
			const stop = chain.events.on('account', () => {
				if (++count === 301) throw new Error('a listener');
			});
			const batch = chain.processTransactions(block, { executor });
			const waiting = chain.processTransactions([paid(chain, random)], { executor });
			const nobody = Pubkey.fromBytes(new Uint8Array(32).fill(250));
			const timer = setInterval(() => {
				if (!chain.isBusy) return;
				turns++;
				expect(() => chain.setAccount(nobody, createAccount({ lamports: 1n }))).toThrow(ChainBusyError);
				expect(() => chain.advanceSlot()).toThrow(ChainBusyError);
			}, 0);
			const outcome = await batch.then(
				() => 'nothing was thrown',
				(error: Error) => error.message,
			);
			stop();
			const [last]: TransactionOutcome[] = await waiting;
			clearInterval(timer);
			expect([outcome, last?.slot]).toEqual(['a listener', chain.slot]);
			expect(at === 0 || turns > 0).toBe(true);
			expect(chain.bank.blockTransactionCount).toBeGreaterThan(50);
			expect(chain.bank.blockTransactionCount).toBeLessThan(400);
			chain.advanceSlot();
			const again = Chain.open(disk.ledger());
			expect(again.bank.parentHash.toBase58()).toBe(chain.bank.parentHash.toBase58());
			expect(failures).toEqual([]);
		},
	);
});
