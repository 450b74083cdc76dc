/** Kills a process that makes blocks, again and again, and starts the chain after each time. */
import { join } from 'node:path';
import type { Slot } from '@parhelion/sdk';
import { AccountsLtHash } from '../src/accounts-db/lattice-hash.ts';
import { Chain } from '../src/chain.ts';
import { openChainFolder } from '../src/ledger/chain-folder.ts';
import { genesis, MAX_LEDGER_BYTES, unixTimestamp, voter } from './chain-crash-model.ts';
import { killAndLook } from './kill-and-look.ts';

/** Signatures of old slots that are looked up after each kill, beside all of the newest slots'. */
const OLD_LOOKUPS = 30;
const NEWEST_SLOTS = 50n;

/** What a run found. */
export interface ChainCrashReport {
	readonly kills: number;
	readonly root: Slot;
	/** Transactions that were told of in rooted slots. */
	readonly transactions: number;
	/** Blocks that were replayed, over all starts. */
	readonly replayed: number;
	/** Kills while the folder was being opened or replayed. */
	readonly early: number;
	/** Slots whose blocks were purged by the end. */
	readonly purged: Slot;
}

/** What the children have told, by slot; what a later one does anew counts. */
class Told {
	readonly hashes: Map<Slot, string> = new Map();
	readonly signatures: Map<Slot, string[]> = new Map();
	/** -1 before the first. */
	root: Slot = -1n;

	/** Takes in all that a child has written, a last line that was cut off apart. */
	add(output: string): void {
		let slot: Slot = 0n;
		for (const line of output.split('\n').slice(0, -1)) {
			const [word, first = '', second = ''] = line.split(' ');
			if (word === 'slot') {
				slot = BigInt(first);
				this.signatures.set(slot, []);
			} else if (word === 'tx') this.signatures.get(slot)!.push(first);
			else if (word === 'frozen') this.hashes.set(BigInt(first), second);
			else if (word === 'rooted') this.root = BigInt(first);
		}
	}
}

/** Kills `kills` processes at random moments and starts the chain after each. Throws at the first contradiction. */
export async function runChainCrashes(
	folder: string,
	kills: number,
	seed: number,
): Promise<ChainCrashReport> {
	const ledger = join(folder, 'ledger');
	const told = new Told();
	let [early, replayed] = [0, 0];
	let purged: Slot = 0n;
	const killing = { kills, seed, openingOneIn: 4, openingMs: 150, workMs: 600 };
	await killAndLook(folder, 'chain-crash-child.ts', ledger, killing, async (child, when, random) => {
		if (!child.opened) early++;
		told.add(child.output);
		const found = await check(ledger, told, random, when);
		replayed += found.replayed;
		purged = found.firstSlot;
	});
	let transactions = 0;
	for (const [slot, signatures] of told.signatures) if (slot <= told.root) transactions += signatures.length;
	return { kills, root: told.root, transactions, replayed, early, purged };
}

/** Starts the chain and compares all that was told of it. */
async function check(
	folder: string,
	told: Told,
	random: (below: number) => number,
	when: string,
): Promise<{ readonly replayed: number; readonly firstSlot: Slot }> {
	const expect = (condition: boolean, what: string): void => {
		if (!condition) throw new Error(`${when}: ${what}`);
	};
	const ledger = await openChainFolder(folder, { genesis });
	try {
		let replayed = 0;
		const chain = Chain.open(ledger, {
			// Where the first one was killed before its first block, this is who makes the blocks.
			voter,
			unixTimestamp,
			maxLedgerBytes: MAX_LEDGER_BYTES,
			onProgress: (done) => {
				replayed = done;
			},
		});
		expect(chain.root >= told.root, `root ${told.root} was told of, the chain stands at ${chain.root}`);
		for (const bank of chain.forks.banks()) {
			const hash = told.hashes.get(bank.slot);
			if (!bank.isFrozen || hash === undefined) continue;
			expect(bank.hash.toBase58() === hash, `slot ${bank.slot} has bank hash ${bank.hash}, not ${hash}`);
		}
		const { rootBank } = chain.forks;
		if (rootBank.isFrozen) {
			const hash = new AccountsLtHash();
			for (const [pubkey, account] of rootBank.shared.accountsDb.accounts(rootBank.ancestors)) {
				hash.mixIn(pubkey, account);
			}
			const same = hash.checksum().equals(rootBank.accountsLtHash.checksum());
			expect(same, `the accounts at root ${rootBank.slot} have another lattice hash`);
		}
		const firstSlot = chain.firstAvailableSlot;
		const findAll = (slot: Slot): void => {
			for (const hex of told.signatures.get(slot) ?? []) {
				const found = chain.getTransaction(new Uint8Array(Buffer.from(hex, 'hex')));
				expect(found?.slot === slot, `transaction ${hex} of slot ${slot} is at ${found?.slot}`);
			}
			const stored = ledger.blockstore.getMeta(slot);
			expect(stored?.rooted === true, `the block of slot ${slot} is not rooted`);
			const hash = told.hashes.get(slot);
			const same = hash === undefined || stored?.bankHash?.toBase58() === hash;
			expect(same, `the block of slot ${slot} has another bank hash`);
		};
		const newest = told.root > NEWEST_SLOTS ? told.root - NEWEST_SLOTS : 0n;
		for (let slot = newest > firstSlot ? newest : firstSlot; slot <= told.root; slot++) findAll(slot);
		for (let i = 0; i < OLD_LOOKUPS && newest > firstSlot; i++) {
			findAll(firstSlot + BigInt(random(Number(newest - firstSlot))));
		}
		return { replayed, firstSlot };
	} finally {
		await ledger.close();
	}
}
