/** What a replay checks of a block, by who made it. */
import { ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	programIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { Disk } from '../../test/disk.ts';
import type { GenesisOptions } from '../bank/bank-types.ts';
import { Chain } from '../chain.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from '../genesis/local-genesis.ts';
import type { Blockstore } from './blockstore.ts';
import type { BlockMeta, BlockOrigin } from './blockstore-types.ts';
import { createEntry, createTicks, decodeEntries, encodeEntries } from './entry.ts';
import { verifyLedger } from './verify-ledger.ts';

const alice = keypairFromSeed(new Uint8Array(32).fill(1));
const genesis: GenesisOptions = {
	accounts: [[alice.pubkey, createAccount({ lamports: LAMPORTS_PER_SOL })]],
	creationTime: 1_700_000_000n,
};

/** Asks for 10 MiB of account data, ten of which do not fit a block. */
function allocation(chain: Chain, number: number): VersionedTransaction {
	const account = keypairFromSeed(new Uint8Array(32).fill(50 + number));
	const data = new Uint8Array(12);
	data[0] = 8;
	new DataView(data.buffer).setUint32(4, 10 << 20, true);
	const instruction = {
		programId: programIds.systemProgram,
		accounts: [{ pubkey: account.pubkey, isSigner: true, isWritable: true }],
		data,
	};
	const message = compileLegacyMessage(alice.pubkey, [instruction], chain.lastBlockhash());
	const bytes = encodeMessage(message);
	return { signatures: [alice, account].map(({ seed }) => ed25519Sign(bytes, seed)), message };
}

/** Stores a block again, with other entries or of another origin. */
function rewrite(
	blockstore: Blockstore,
	meta: BlockMeta,
	origin: BlockOrigin,
	entries: Uint8Array = blockstore.getEntries(meta.slot)!,
): void {
	blockstore.insertBlock({ ...meta, origin, entries, statuses: [] });
}

/** A chain whose slot 1 has as many allocations as are told to pass. */
function withAllocations(ignoresLimits: boolean): {
	readonly disk: Disk;
	readonly refusals: (string | undefined)[];
} {
	const disk = new Disk(genesis);
	const chain = Chain.open(disk.ledger());
	chain.advanceSlot();
	const refusals: (string | undefined)[] = [];
	for (let number = 0; number < 11; number++) {
		const { committed, err } = chain.processTransaction(
			allocation(chain, number),
			ignoresLimits ? { blockLimits: 'ignore' } : {},
		);
		if (!committed) refusals.push(err?.kind);
	}
	chain.advanceSlot();
	return { disk, refusals };
}

describe('a replay', () => {
	it('keeps the limits of a block, but for one that this node was told to make without them', () => {
		const within = withAllocations(false);
		expect(within.refusals).toEqual(['WouldExceedAccountDataBlockLimit', 'WouldExceedAccountDataBlockLimit']);
		const { disk, refusals } = withAllocations(true);
		expect(refusals).toEqual([]);
		const { blockstore } = disk.ledger();
		const originOf = (store: Blockstore): BlockOrigin => store.getMeta(1n)!.origin;
		expect([originOf(within.disk.ledger().blockstore), originOf(blockstore)]).toEqual(['own', 'unlimited']);
		expect(Chain.open(within.disk.ledger()).slot).toBe(2n);
		expect(Chain.open(disk.ledger()).slot).toBe(2n);
		for (const origin of ['own', 'foreign'] as const) {
			rewrite(blockstore, blockstore.getMeta(1n)!, origin);
			expect(() => Chain.open(disk.ledger())).toThrow(
				'The block of slot 1 cannot be replayed: a transaction is refused: WouldExceedAccountDataBlockLimit.',
			);
		}
	});

	it('checks the signatures of a block that this node has not made', () => {
		const disk = new Disk(genesis);
		const chain = Chain.open(disk.ledger());
		chain.advanceSlot();
		const instruction = transferInstruction(alice.pubkey, alice.pubkey, 1n);
		const message = compileLegacyMessage(alice.pubkey, [instruction], chain.lastBlockhash());
		chain.processTransaction({ signatures: [new Uint8Array(64).fill(9)], message }, { skipSigVerify: true });
		chain.advanceSlot();
		expect(Chain.open(disk.ledger()).transactionCount).toBe(1n);
		const { blockstore } = disk.ledger();
		rewrite(blockstore, blockstore.getMeta(1n)!, 'foreign');
		expect(() => Chain.open(disk.ledger())).toThrow('a transaction is refused: SignatureFailure');
	});

	it('asks a block that this node has not made for the ticks of the slots that it left out', () => {
		const disk = new Disk(genesis);
		const chain = Chain.open(disk.ledger());
		chain.warpToSlot(3n);
		chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
		chain.advanceSlot();
		expect(Chain.open(disk.ledger()).slot).toBe(4n);
		const { blockstore } = disk.ledger();
		const meta = blockstore.getMeta(3n)!;
		rewrite(blockstore, meta, 'foreign');
		expect(() => Chain.open(disk.ledger())).toThrow('The block of slot 3 cannot be replayed: too few ticks.');

		// With the ticks of slots 1 and 2 before it.
		const bytes = blockstore.getEntries(3n)!;
		const decoded = decodeEntries(bytes, bytes.length);
		if (!decoded.ok) throw new Error(decoded.error.kind);
		const entries = createTicks(128, 1n, blockstore.getMeta(0n)!.blockhash);
		for (const { numHashes, transactions } of decoded.value) {
			entries.push(createEntry(entries.at(-1)!.hash, numHashes, transactions));
		}
		const changed = { ...meta, blockhash: entries.at(-1)!.hash, bankHash: null };
		rewrite(blockstore, changed, 'foreign', encodeEntries(entries));
		expect(Chain.open(disk.ledger()).bank.parent?.tickHeight).toBe(4n * 64n);
	});

	it('refuses a block with an entry of more hashes than it may have, without hashing them', async () => {
		for (const bit of [23n, 50n, 63n]) {
			const disk = new Disk(genesis);
			const chain = Chain.open(disk.ledger());
			chain.advanceSlot();
			chain.advanceSlot();
			const { blockstore } = disk.ledger();
			const bytes = blockstore.getEntries(1n)!;
			const decoded = decodeEntries(bytes, bytes.length);
			if (!decoded.ok) throw new Error(decoded.error.kind);
			const entries = decoded.value.map((entry, at) =>
				at === 40 ? { ...entry, numHashes: entry.numHashes ^ (1n << bit) } : entry,
			);
			rewrite(blockstore, blockstore.getMeta(1n)!, 'own', encodeEntries(entries));
			const refusal = {
				kind: 'corrupt',
				message: expect.stringContaining('The block of slot 1 cannot be replayed: invalid entry hash.'),
			};
			expect(() => Chain.open(disk.ledger())).toThrow(expect.objectContaining(refusal));
			await expect(verifyLedger(disk.ledger())).rejects.toMatchObject(refusal);
		}
	});
});
