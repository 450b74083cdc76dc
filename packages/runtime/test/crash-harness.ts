/** A database under load that is killed again and again, and what it left. */
import { join } from 'node:path';
import type { AccountSharedData, Slot } from '@parhelion/sdk';
import { openLedgerFolder } from '../src/ledger/blockstore-folder.ts';
import { blockOf, fieldsOf, KEYS, key, OWNERS, owner, slotWrites } from './crash-model.ts';
import { killAndLook } from './kill-and-look.ts';

const identity = { genesisHash: new Uint8Array(32).fill(1), featureSetId: 1 };

/** What a run found. */
export interface CrashReport {
	readonly kills: number;
	/** The root at the end. */
	readonly root: Slot;
	/** Kills after which the root was above the last one that was told of: they hit between the commit and the telling. */
	readonly untold: number;
	/** Kills after which blocks were there that no flush had covered. */
	readonly aheadBlocks: number;
	/** Kills before the process had opened the folder, and after it had. */
	readonly early: number;
	readonly late: number;
}

/** Kills `kills` processes at random moments and checks the folder after each. Throws at the first contradiction. */
export async function runCrashes(folder: string, kills: number, seed: number): Promise<CrashReport> {
	const ledger = join(folder, 'ledger');
	const state = new Map<number, AccountSharedData>();
	let [root, told, untold, aheadBlocks, early, late] = [0n, 0n, 0, 0, 0, 0];
	const killing = { kills, seed, openingOneIn: 5, openingMs: 100, workMs: 300 };
	await killAndLook(folder, 'crash-child.ts', ledger, killing, async (child, when) => {
		if (child.opened) late++;
		else early++;
		if (child.told > told) told = child.told;
		const found = await check(ledger, seed, state, root, when);
		if (found.root < told) throw new Error(`root ${told} was told of, the storage stands at ${found.root}`);
		if (found.root > told) untold++;
		if (found.highestBlock > found.root) aheadBlocks++;
		root = found.root;
		told = root;
	});
	return { kills, root, untold, aheadBlocks, early, late };
}

/** Opens the folder, brings `state` from `from` to the root found, and compares everything. */
async function check(
	ledger: string,
	seed: number,
	state: Map<number, AccountSharedData>,
	from: Slot,
	when: string,
): Promise<{ readonly root: Slot; readonly highestBlock: Slot }> {
	const expect = (condition: boolean, what: string): void => {
		if (!condition) throw new Error(`${when}: ${what}`);
	};
	const { storage, blockstore, close } = await openLedgerFolder(ledger, identity);
	try {
		const root = storage.root ?? 0n;
		expect(root >= from, `the root went back from ${from} to ${root}`);
		for (let slot = from + 1n; slot <= root; slot++) {
			for (const [n, account] of slotWrites(seed, slot)) {
				if (account === null) state.delete(n);
				else state.set(n, account);
			}
		}
		expect(storage.accountCount === state.size, `${storage.accountCount} accounts instead of ${state.size}`);
		for (let n = 0; n < KEYS; n++) {
			const [stored, expected] = [storage.get(key(n)), state.get(n)];
			const same =
				stored === null || expected === undefined
					? stored === null && expected === undefined
					: stored.lamports === expected.lamports &&
						stored.rentEpoch === expected.rentEpoch &&
						stored.owner.equals(expected.owner) &&
						Buffer.compare(stored.data, expected.data) === 0;
			expect(same, `account ${n} differs at root ${root}`);
		}
		for (let n = 0; n < OWNERS; n++) {
			const listed = [...storage.accountsOf(owner(n))].length;
			const expected = [...state.values()].filter((account) => account.owner.equals(owner(n))).length;
			expect(listed === expected, `owner ${n} has ${listed} accounts listed instead of ${expected}`);
		}
		const checkpoint = storage.checkpoint();
		if (root > 0n) {
			expect(checkpoint?.slot === root, `the checkpoint is of ${checkpoint?.slot}, the root is ${root}`);
			expect(
				Buffer.compare(checkpoint?.fields ?? new Uint8Array(0), fieldsOf(seed, root)) === 0,
				'its fields differ',
			);
		}
		let bytes = 0;
		let before: Slot | null = null;
		for (const meta of blockstore.blocks(0n)) {
			const { entries, blockhash, signature } = blockOf(seed, meta.slot);
			const stored = blockstore.getEntries(meta.slot);
			expect(stored !== null && Buffer.compare(stored, entries) === 0, `the entries of ${meta.slot} differ`);
			expect(meta.blockhash.equals(blockhash), `the blockhash of ${meta.slot} differs`);
			expect(meta.slot > root || meta.rooted, `${meta.slot} is not rooted, the root is ${root}`);
			expect(
				blockstore.getStatus(signature)?.slot === meta.slot,
				`the transaction of ${meta.slot} is unknown`,
			);
			expect(
				before === null || meta.slot === before + 1n,
				`blocks between ${before} and ${meta.slot} are missing`,
			);
			before = meta.slot;
			bytes += meta.byteLength;
		}
		const highestBlock = before ?? 0n;
		expect(highestBlock >= root, `the root is ${root}, the newest block ${highestBlock}`);
		expect(bytes === blockstore.byteLength, `the blocks have ${bytes} bytes, not ${blockstore.byteLength}`);
		const replayable = [...blockstore.replayable(root)].length;
		expect(BigInt(replayable) === highestBlock - root, `${replayable} blocks can be replayed`);
		return { root, highestBlock };
	} finally {
		await close();
	}
}
