import { ed25519Sign } from '@parhelion/crypto';
import { compileLegacyMessage, createAccount, encodeMessage, type Slot } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { Disk } from '../../test/disk.ts';
import type { GenesisOptions } from '../bank/bank-types.ts';
import { Chain } from '../chain.ts';
import {
	defaultVoter,
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	transferInstruction,
} from '../genesis/local-genesis.ts';
import { decodeEntries, type Entry, encodeEntries, isTick } from './entry.ts';
import { verifyLedger } from './verify-ledger.ts';

const alice = keypairFromSeed(new Uint8Array(32).fill(1));
const bob = keypairFromSeed(new Uint8Array(32).fill(2)).pubkey;
const voter = defaultVoter();
const genesis: GenesisOptions = {
	voter,
	accounts: [[alice.pubkey, createAccount({ lamports: 100n * LAMPORTS_PER_SOL })]],
	creationTime: 1_700_000_000n,
};

function pay(chain: Chain, lamports: bigint, signature?: Uint8Array): void {
	const instruction = transferInstruction(alice.pubkey, bob, lamports);
	const message = compileLegacyMessage(alice.pubkey, [instruction], chain.lastBlockhash());
	const signed = signature ?? ed25519Sign(encodeMessage(message), alice.seed);
	const { err } = chain.processTransaction({ signatures: [signed], message }, { skipSigVerify: true });
	expect(err).toBeNull();
}

/** A ledger of so many slots with votes and transfers, accounts that are written past the rules, and slots left out. */
function made(
	slots: number,
	act: (chain: Chain, slot: number) => void = () => {},
): { disk: Disk; chain: Chain } {
	const disk = new Disk(genesis);
	const chain = Chain.open(disk.ledger(), { voter });
	for (let slot = 1; slot <= slots; slot++) {
		if (slot === 9) chain.warpToSlot(chain.slot + 5n);
		else chain.advanceSlot();
		pay(chain, 1_000_000n + BigInt(slot));
		if (slot % 7 === 0) chain.setAccount(bob, createAccount({ lamports: LAMPORTS_PER_SOL * BigInt(slot) }));
		pay(chain, 2_000_000n + BigInt(slot));
		act(chain, slot);
	}
	chain.advanceSlot();
	return { disk, chain };
}

function key(slot: Slot): Uint8Array {
	const bytes = new Uint8Array(8);
	new DataView(bytes.buffer).setBigUint64(0, slot);
	return bytes;
}

describe('the verification of a ledger', () => {
	it('executes every block from the genesis on where all are there, and changes nothing', async () => {
		const { disk, chain } = made(45);
		const progress: string[] = [];
		const report = await verifyLedger(disk.ledger(), {
			onProgress: (what, done, total) => progress.push(`${what} ${done}/${total}`),
		});
		expect(report).toMatchObject({ blocks: 46, executed: 46, unlimited: 0, root: chain.root });
		expect(report.slots).toEqual([0n, chain.slot - 1n]);
		expect(report.transactions).toBeGreaterThan(90);
		expect(report.accounts).toBe(disk.storage.accountCount);
		expect(report.bankHash).toEqual(chain.bank.parentHash);
		expect(progress.filter((line) => line.startsWith('blocks'))).toHaveLength(46);
		expect(progress.at(-1)).toBe(`accounts ${report.accounts}/${report.accounts}`);
		const again = Chain.open(disk.ledger(), { voter });
		expect([again.slot, again.root]).toEqual([chain.slot, chain.root]);
	});

	it('executes what stands on the root where the first blocks were purged, and checks the rest without', async () => {
		const { disk, chain } = made(60);
		const { blockstore } = disk.ledger();
		blockstore.purge({ flushedRoot: chain.root, keepSlots: 40n });
		const report = await verifyLedger(disk.ledger());
		expect(report.slots?.[0]).toBeGreaterThan(0n);
		expect(report.blocks).toBeGreaterThan(report.executed);
		expect(report.executed).toBe(Number(chain.slot - 1n - chain.root));
		expect(report.bankHash).toEqual(chain.bank.parentHash);
	});

	it('takes a ledger without blocks, or in which nothing is rooted, for what it is', async () => {
		expect(await verifyLedger(new Disk(genesis).ledger())).toMatchObject({
			slots: null,
			blocks: 0,
			root: null,
		});
		const { disk, chain } = made(3);
		const report = await verifyLedger(disk.ledger());
		expect(report).toMatchObject({ slots: [0n, 3n], executed: 4, root: null });
		expect(report.bankHash).toEqual(chain.bank.parentHash);
	});

	it('counts the blocks that were made without limits', async () => {
		const { disk } = made(3, (chain, slot) => {
			const instruction = transferInstruction(alice.pubkey, bob, BigInt(slot));
			const message = compileLegacyMessage(alice.pubkey, [instruction], chain.lastBlockhash());
			const signatures = [ed25519Sign(encodeMessage(message), alice.seed)];
			chain.processTransaction({ signatures, message }, slot === 2 ? { blockLimits: 'ignore' } : {});
		});
		expect(await verifyLedger(disk.ledger())).toMatchObject({ blocks: 4, unlimited: 1 });
	});

	it.each([
		['from the genesis', 0n, 0],
		['without the accounts', 40n, 1],
	])('finds a signature that nobody made, %s', async (_, keepSlots, dropped) => {
		const { disk, chain } = made(50, (open, slot) => {
			if (slot === 16) pay(open, 5n, new Uint8Array(64).fill(3));
		});
		const { blockstore } = disk.ledger();
		if (dropped > 0) blockstore.purge({ flushedRoot: chain.root, keepSlots });
		// A start takes its word for what it has made itself.
		expect(Chain.open(disk.ledger(), { voter }).slot).toBe(chain.slot);
		await expect(verifyLedger(disk.ledger())).rejects.toMatchObject({
			kind: 'corrupt',
			message: expect.stringContaining(
				'The block of slot 20 cannot be replayed: a transaction is refused: Sig',
			),
		});
	});

	it('finds a block that was changed or is missing, below the root too', async () => {
		const { disk } = made(50);
		const { blockstore } = disk.ledger();
		const entries = blockstore.getEntries(5n)!;
		const changed = entries.slice();
		changed[20]! ^= 1;
		disk.tables.write([{ table: 'entries', key: key(5n), value: changed }]);
		await expect(verifyLedger(disk.ledger())).rejects.toThrow(
			'slot 5 cannot be replayed: invalid entry hash',
		);
		disk.tables.write([{ table: 'entries', key: key(5n), value: entries }]);
		await verifyLedger(disk.ledger());
		disk.tables.write([{ table: 'blocks', key: key(5n), value: null }]);
		await expect(verifyLedger(disk.ledger())).rejects.toThrow('that it builds upon, of slot 5, is missing');
	});

	it('finds an entry of more hashes than it may have, and too few ticks, where it executes nothing', async () => {
		const { disk, chain } = made(50);
		const { blockstore } = disk.ledger();
		blockstore.purge({ flushedRoot: chain.root, keepSlots: 40n });
		const slot = blockstore.lowestSlot! + 2n;
		const bytes = blockstore.getEntries(slot)!;
		const decoded = decodeEntries(bytes, bytes.length);
		if (!decoded.ok) throw new Error(decoded.error.kind);
		const refused = async (entries: readonly Entry[], why: string): Promise<void> => {
			disk.tables.write([{ table: 'entries', key: key(slot), value: encodeEntries(entries) }]);
			await expect(verifyLedger(disk.ledger())).rejects.toMatchObject({
				kind: 'corrupt',
				message: expect.stringContaining(`The block of slot ${slot} cannot be replayed: ${why}.`),
			});
		};
		const at = decoded.value.findIndex(isTick);
		const tick = decoded.value[at]!;
		for (const bit of [23n, 50n, 63n]) {
			const changed = { ...tick, numHashes: tick.numHashes ^ (1n << bit) };
			await refused(decoded.value.with(at, changed), 'invalid entry hash');
		}
		await refused(decoded.value.toSpliced(at, 1), 'too few ticks');
		await refused(decoded.value.toSpliced(at, 0, tick), 'too many ticks');
	});

	it('finds an account that was changed', async () => {
		const { disk, chain } = made(50);
		const { root } = chain;
		const checkpoint = disk.storage.checkpoint()!.fields;
		disk.storage.commit({ root, entries: [[bob, createAccount({ lamports: 5n })]], checkpoint });
		await expect(verifyLedger(disk.ledger())).rejects.toThrow(`The accounts of slot ${root} do not hash to`);
	});
});
