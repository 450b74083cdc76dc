/**
 * Random blocks in a row on forks, serially and by 1, 2 and 4 workers: one bank hash, and all outcomes, committed transactions, accounts told of and costs
 * alike. `PARHELION_BLOCKS` says how many, `PARHELION_SEED` which.
 */
import { sha256 } from '@parhelion/crypto';
import { ByteWriter, FeatureSet, Hash, type VersionedTransaction } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../src/accounts-db/accounts-db.ts';
import { MemoryStorage } from '../src/accounts-db/memory-storage.ts';
import { Bank } from '../src/bank/bank.ts';
import { BankForks } from '../src/bank/bank-forks.ts';
import type { BlockLimits } from '../src/bank/bank-types.ts';
import { resolveGenesis } from '../src/genesis/local-genesis.ts';
import type { BlockExecutor, ExecuteOptions } from '../src/scheduler/block-executor.ts';
import { bufferOf, one, randomBlock, WORLD_ACCOUNTS, WORLD_PROGRAMS } from './block-world.ts';
import { randomOf } from './crash-model.ts';
import { threadExecutors } from './thread-executors.ts';

const BLOCKS = Number(process.env['PARHELION_BLOCKS'] ?? 200);
const SEED = Number(process.env['PARHELION_SEED'] ?? 20_261_122);
/** Blocks of a chain, after which another one begins. */
const CHAIN_LENGTH = 40;
const WORKERS = [0, 1, 2, 4];
const LIMITS: readonly BlockLimits[] = ['reserve', 'check', 'ignore'];

const text = (value: unknown): string =>
	JSON.stringify(value, (_, part: unknown) =>
		typeof part === 'bigint'
			? `${part}n`
			: part instanceof Uint8Array
				? Buffer.from(part).toString('base64')
				: part,
	);

/** A chain and what executes its blocks. */
class Side {
	readonly #executor: BlockExecutor;
	readonly #forks: BankForks;
	#told: string[] = [];
	tip: Bank;

	constructor(executor: BlockExecutor, featureSet: FeatureSet) {
		this.#executor = executor;
		const { config, identity } = resolveGenesis({
			featureSet,
			programs: WORLD_PROGRAMS,
			accounts: WORLD_ACCOUNTS,
			ticksPerSlot: 2n,
		});
		const leader = { id: identity, voteAddress: identity };
		this.tip = Bank.newFromGenesis(config, leader, new AccountsDb({ storage: new MemoryStorage() }), {
			unixTimestamp: (slot) => BigInt(slot),
		});
		this.#forks = new BankForks(this.tip);
		this.end(this.tip);
		const { events } = this.tip.shared;
		events.on('transaction', ({ meta }) => this.#told.push(text(meta)));
		events.on('account', ({ pubkey, account }) => this.#told.push(text([pubkey, account?.lamports])));
	}

	open(slot: bigint): Bank {
		return this.#forks.insert(Bank.newFromParent(this.tip, this.tip.leader, slot));
	}

	/** Executes a block, in pieces if there are several; all that can be seen of it. */
	async execute(
		bank: Bank,
		pieces: readonly (readonly VersionedTransaction[])[],
		options: ExecuteOptions,
	): Promise<string[]> {
		this.#told = [];
		const seen: string[] = [];
		for (const piece of pieces) {
			for (const outcome of await this.#executor.execute(bank, piece, options)) seen.push(text(outcome));
		}
		const { blockCost, allocatedDataSize, transactionCount } = bank.costTracker;
		this.end(bank);
		return [
			...seen,
			...this.#told,
			text([blockCost, allocatedDataSize, transactionCount, bank.capitalization, bank.signatureCount]),
			bank.hash.toBase58(),
		];
	}

	end(bank: Bank): void {
		const hash = Hash.fromBytes(sha256(new ByteWriter(8).u64(bank.slot).finish()));
		while (!bank.isComplete) bank.registerTick(hash);
		bank.freeze();
	}

	root(): void {
		this.#forks.setRoot(this.tip.slot);
		this.tip.shared.accountsDb.flushSync();
	}
}

describe('a block', () => {
	const { executors, failures } = threadExecutors(WORKERS);

	it(
		`does the same for any number of workers (${BLOCKS} blocks, seed ${SEED})`,
		async () => {
			const random = randomOf(SEED);
			let sides: Side[] = [];
			let slot = 0n;
			const kinds = new Map<string, number>();
			for (let i = 0; i < BLOCKS; i++) {
				if (i % CHAIN_LENGTH === 0) {
					const all = (i / CHAIN_LENGTH) % 2 === 1;
					sides = executors.map(
						(executor) => new Side(executor, all ? FeatureSet.allEnabled() : FeatureSet.mainnet()),
					);
					slot = 0n;
				}
				slot += 1n;
				const options: ExecuteOptions = {
					blockLimits: LIMITS[random(3)]!,
					skipSigVerify: random(4) === 0,
					keepNoOpTransactions: random(2) === 0,
					stopAtRefusal: random(6) === 0,
				};
				const [buffer, which, puts] = [random(2), random(3), random(3)];
				const banks = sides.map((side) => side.open(slot));
				if (puts === 0) for (const bank of banks) bank.overwrite(...bufferOf(buffer, which));
				if (random(4) === 0) {
					const blockCost = one(random, [30_000, 200_000, 3_000_000]);
					const limits = { blockCost, accountCost: blockCost >> random(2), allocatedDataSize: 30_000 };
					for (const { costTracker } of banks)
						Object.defineProperty(costTracker, 'limits', { value: limits });
				}
				const block = randomBlock(banks[0]!, random);
				const cut = random(3) === 0 ? random(block.length) : 0;
				const pieces = cut === 0 ? [block] : [block.slice(0, cut), block.slice(cut)];
				const [expected, ...others] = await Promise.all(
					sides.map((side, at) => side.execute(banks[at]!, pieces, options)),
				);
				for (const [at, found] of others.entries()) {
					expect(found, `seed ${SEED}, block ${i}, ${WORKERS[at + 1]} workers`).toEqual(expected);
				}
				for (const line of expected!) {
					const kind = /"err":(null|\{"kind":"\w+")/.exec(line)?.[1];
					if (kind !== undefined) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
				}
				expect(failures).toEqual([]);
				// Now and then the next block stands beside this one.
				if (random(6) > 0) for (const [at, side] of sides.entries()) side.tip = banks[at]!;
				if (random(8) === 0) for (const side of sides) side.root();
			}
			if (process.env['PARHELION_BLOCKS'] !== undefined) console.log(Object.fromEntries(kinds));
			expect(kinds.get('null')).toBeGreaterThan(BLOCKS);
		},
		BLOCKS * 1_000,
	);
});
