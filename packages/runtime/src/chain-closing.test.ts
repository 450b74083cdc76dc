/** The end of a slot and the beginning of the next: what listeners do and throw meanwhile, and a slot without room. */
import { ed25519Sign } from '@parhelion/crypto';
import {
	type AccountSharedData,
	ByteWriter,
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	MAX_PERMITTED_DATA_LENGTH,
	Pubkey,
	programIds,
	sysvarIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { Disk } from '../test/disk.ts';
import { Chain } from './chain.ts';
import { type BatchOptions, ChainBusyError } from './chain-open-block.ts';
import {
	defaultVoter,
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	resolveGenesis,
	transferInstruction,
} from './genesis/local-genesis.ts';
import { verifyLedger } from './ledger/verify-ledger.ts';
import { SerialExecutor } from './scheduler/block-executor.ts';

const voter = defaultVoter();
const alice = keypairFromSeed(new Uint8Array(32).fill(1));
const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const accounts = [[alice.pubkey, createAccount({ lamports: LAMPORTS_PER_SOL })]] as const;

/** A transfer that pays `price` micro-lamports for a compute unit. */
function pays(chain: Chain, price: number, to: Pubkey, lamports: bigint): VersionedTransaction {
	const data = new ByteWriter(9).u8(3).u64(BigInt(price)).finish();
	const instructions = [
		{ programId: programIds.computeBudget, accounts: [], data },
		transferInstruction(alice.pubkey, to, lamports),
	];
	const message = compileLegacyMessage(alice.pubkey, instructions, chain.lastBlockhash());
	return { signatures: [ed25519Sign(encodeMessage(message), alice.seed)], message };
}

/** What is found again is what was there, and holds. */
async function expectReplayed(chain: Chain, disk: Disk): Promise<void> {
	chain.advanceSlot();
	const again = Chain.open(disk.ledger());
	expect(again.bank.parentHash.toBase58()).toBe(chain.bank.parentHash.toBase58());
	const { bankHash } = await verifyLedger(disk.ledger());
	expect(bankHash?.toBase58()).toBe(chain.bank.parentHash.toBase58());
}

describe('a listener that writes while a slot ends', () => {
	const whens: [string, (chain: Chain, write: () => void) => void][] = [
		...['recentBlockhashes' as const, 'slotHistory' as const].map(
			(name): [string, (chain: Chain, write: () => void) => void] => [
				`at the sysvar ${name}`,
				(chain, write) =>
					chain.events.on('account', ({ pubkey }) => pubkey.equals(sysvarIds[name]) && write()),
			],
		),
		[
			"at the leader's fee",
			(chain, write) =>
				chain.events.on(
					'account',
					({ pubkey }) => pubkey.equals(chain.identity) && chain.bank.isComplete && write(),
				),
		],
		...(['slotFrozen', 'slotsRooted', 'flushed', 'slotOpened'] as const).map(
			(name): [string, (chain: Chain, write: () => void) => void] => [
				`when told of ${name}`,
				(chain, write) => chain.events.on(name, write),
			],
		),
	];

	it.each(whens)('is refused %s', async (_, listen) => {
		const disk = new Disk({ accounts });
		const chain = Chain.open(disk.ledger());
		const refused: unknown[] = [];
		let isWriting = false;
		listen(chain, () => {
			if (isWriting) return;
			isWriting = true;
			for (const write of [
				() => chain.setAccount(key(9), createAccount({ lamports: 5_000_000n + chain.slot })),
				() => chain.airdrop(key(8), 20_000_000n + chain.slot),
				() => chain.advanceSlot(),
			]) {
				try {
					write();
					refused.push(null);
				} catch (error) {
					refused.push(error);
				}
			}
			isWriting = false;
		});
		for (let i = 0; i < 36; i++) {
			expect(chain.airdrop(key(7), 10_000_000n + BigInt(i)).err).toBeNull();
			chain.advanceSlot();
		}
		expect(refused.length).toBeGreaterThan(2);
		expect(refused.every((error) => error instanceof ChainBusyError)).toBe(true);
		expect([chain.isBusy, chain.slot]).toEqual([false, 36n]);
		await expectReplayed(chain, disk);
	});

	it('is refused while the chain ends', async () => {
		const disk = new Disk({ accounts });
		const chain = Chain.open(disk.ledger());
		chain.advanceSlot();
		chain.airdrop(key(7), 10_000_000n);
		let refused: unknown;
		chain.events.on('account', ({ pubkey }) => {
			if (!pubkey.equals(sysvarIds.slotHistory)) return;
			try {
				chain.setAccount(key(9), createAccount({ lamports: 5_000_000n }));
			} catch (error) {
				refused = error;
			}
		});
		await chain.close();
		expect(refused).toBeInstanceOf(ChainBusyError);
		expect(Chain.open(disk.ledger()).slot).toBe(2n);
	});

	it('is refused when told that the chain went back', () => {
		const chain = Chain.genesis({ accounts });
		const snapshot = chain.snapshot();
		chain.airdrop(key(7), 10_000_000n);
		chain.events.on('reverted', () => {
			expect(() => chain.setAccount(key(9), null)).toThrow(ChainBusyError);
			expect(() => chain.advanceSlot()).toThrow(ChainBusyError);
			throw new Error('a listener');
		});
		expect(() => chain.revertTo(snapshot)).toThrow('a listener');
		chain.advanceSlot();
		expect([chain.slot, chain.getBalance(key(7))]).toEqual([snapshot.slot + 1n, 0n]);
	});
});

describe('a listener that throws', () => {
	it('while a slot ends leaves the block whole', async () => {
		const disk = new Disk({ accounts });
		const chain = Chain.open(disk.ledger());
		chain.advanceSlot();
		chain.airdrop(key(7), 10_000_000n);
		for (const sysvar of [sysvarIds.recentBlockhashes, sysvarIds.slotHistory]) {
			const stop = chain.events.on('account', ({ pubkey }) => {
				if (pubkey.equals(sysvar)) throw new Error('a listener');
			});
			expect(() => chain.advanceSlot()).toThrow('a listener');
			stop();
			// The block has all its ticks by now.
			expect(chain.airdrop(key(7), 11_000_000n)).toMatchObject({
				committed: false,
				err: { kind: 'CommitCancelled' },
			});
			expect(() => chain.setAccount(key(7), null)).toThrow('slot 1 is complete');
			expect([chain.slot, chain.isBusy]).toEqual([1n, false]);
		}
		await expectReplayed(chain, disk);
		expect(chain.getBalance(key(7))).toBe(10_000_000n);
	});

	it('when told of a slot keeps no vote out of the block', () => {
		const [left, right] = [1, 2].map(() => Chain.genesis({ voter })) as [Chain, Chain];
		right.events.on('slot', () => {
			throw new Error('a listener');
		});
		for (let i = 0; i < 4; i++) {
			left.advanceSlot();
			expect(() => right.advanceSlot()).toThrow('a listener');
		}
		expect(right.transactionCount).toBe(3n);
		expect(right.bank.parentHash.toBase58()).toBe(left.bank.parentHash.toBase58());
	});

	it('when accounts are flushed takes nothing from the block that was complete by then', () => {
		const chain = Chain.genesis();
		for (let i = 0; i < 3; i++) chain.advanceSlot();
		const stop = chain.events.on('flushed', () => {
			throw new Error('a listener');
		});
		expect(() => chain.warpToSlot(50n)).toThrow('a listener');
		stop();
		chain.warpToSlot(50n);
		const parent = chain.getBlock(2n)!;
		expect(chain.getBlock(3n)!.previousBlockhash.toBase58()).toBe(parent.blockhash.toBase58());
	});
});

describe('a slot of 64 ticks with room for one entry each', () => {
	/** A chain whose first slot is open; 64 transactions can be recorded there. */
	function tightChain(): { readonly chain: Chain; readonly disk: Disk } {
		const { pohConfig } = resolveGenesis({}).config;
		const disk = new Disk({ accounts }, { pohConfig: { ...pohConfig, hashesPerTick: 2n } });
		const chain = Chain.open(disk.ledger());
		chain.advanceSlot();
		return { chain, disk };
	}

	it('turns away what finds none, and goes on', async () => {
		const { chain, disk } = tightChain();
		const outcomes = Array.from({ length: 66 }, (_, i) => chain.airdrop(key(9), 1_000_000n + BigInt(i)));
		expect(outcomes.filter(({ committed }) => committed)).toHaveLength(64);
		expect(outcomes.slice(64).map(({ err }) => err?.kind)).toEqual(['CommitCancelled', 'CommitCancelled']);
		expect([chain.bank.blockTransactionCount, chain.isBusy]).toEqual([64, false]);
		chain.setAccount(key(10), createAccount({ lamports: 5n }));
		await expectReplayed(chain, disk);
		expect(chain.airdrop(key(9), 2_000_000n).err).toBeNull();
	});

	it.each<[string, BatchOptions]>([
		['in this thread', {}],
		['by an executor', { executor: new SerialExecutor() }],
	])('turns away the rest of a batch %s, and counts those not that others kept out', async (_, options) => {
		const { chain, disk } = tightChain();
		// What pays most comes three times.
		const best = pays(chain, 1_000_000, key(60), 1_000_000n);
		const others = Array.from({ length: 65 }, (_, i) => pays(chain, 1_000 * (i + 1), key(61), 1_000_000n));
		const outcomes = await chain.processTransactions([...others, best, best, best], options);
		const kinds = outcomes.map(({ err }) => err?.kind ?? null);
		expect(kinds.slice(65)).toEqual([null, 'AlreadyProcessed', 'AlreadyProcessed']);
		expect(kinds.slice(0, 2)).toEqual(['CommitCancelled', 'CommitCancelled']);
		expect(kinds.slice(2, 65).every((kind) => kind === null)).toBe(true);
		expect(outcomes[0]).toMatchObject({ signature: others[0]!.signatures[0], committed: false, slot: 1n });
		expect([chain.bank.blockTransactionCount, chain.isBusy]).toEqual([64, false]);
		await expectReplayed(chain, disk);
	});
});

describe('an account that no ledger could give back', () => {
	const odd: [string, Partial<AccountSharedData>][] = [
		['data above 10 MiB', { data: new Uint8Array(MAX_PERMITTED_DATA_LENGTH + 1) }],
		['lamports below 0', { lamports: -1n }],
		['lamports of more than 64 bits', { lamports: 1n << 64n }],
		['a rent epoch below 0', { rentEpoch: -1n }],
		['a rent epoch of more than 64 bits', { rentEpoch: 1n << 64n }],
	];

	it.each(odd)('is refused: %s', async (_, fields) => {
		const disk = new Disk({ accounts });
		const chain = Chain.open(disk.ledger());
		chain.advanceSlot();
		const { capitalization } = chain;
		expect(() => chain.setAccount(key(7), createAccount({ lamports: 5n, ...fields }))).toThrow(RangeError);
		expect([chain.getAccount(key(7)), chain.capitalization]).toEqual([null, capitalization]);
		const most = { data: new Uint8Array(MAX_PERMITTED_DATA_LENGTH), rentEpoch: (1n << 64n) - 1n };
		chain.setAccount(key(7), createAccount({ lamports: 5n, ...most }));
		await expectReplayed(chain, disk);
	});
});

describe('the slot that is open after a restart', () => {
	it("brings the node's vote, as after any other", async () => {
		const disk = new Disk({ voter });
		const chain = Chain.open(disk.ledger(), { voter });
		for (let i = 0; i < 3; i++) chain.advanceSlot();
		const again = Chain.open(disk.ledger(), { voter });
		expect([again.slot, again.bank.blockTransactionCount]).toEqual([3n, 1]);
		for (const each of [chain, again]) each.advanceSlot();
		expect(again.bank.parentHash.toBase58()).toBe(chain.bank.parentHash.toBase58());
		expect(again.getBlock(3n)!.transactions).toHaveLength(1);
		await expectReplayed(again, disk);
	});

	it('brings none where nobody votes, and none for genesis', () => {
		const disk = new Disk({ voter });
		const chain = Chain.open(disk.ledger());
		for (let i = 0; i < 3; i++) chain.advanceSlot();
		expect(Chain.open(disk.ledger()).bank.blockTransactionCount).toBe(0);
		expect(Chain.open(new Disk({ voter }).ledger(), { voter }).bank.blockTransactionCount).toBe(0);
	});
});
