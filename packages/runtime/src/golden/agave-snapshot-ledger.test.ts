/** A ledger out of a snapshot of Agave: what a chain on it knows, and that nothing is left where it cannot be made. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pubkey } from '@parhelion/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GoldenSlot, goldenTransaction, readGolden } from '../../test/golden.ts';
import { Chain } from '../chain.ts';
import { openChainFolder } from '../ledger/chain-folder.ts';
import { verifyLedger } from '../ledger/verify-ledger.ts';
import { ledgerFromSnapshot } from '../snapshots/snapshot-ledger.ts';

const golden = readGolden<{ genesis: string; slots: readonly GoldenSlot[] }>('agave-votes.json.gz');
const NAMES = [
	'snapshot-40-AYcXPM6kr621Ng2pKkFp6Fj8Fiyghwwbivc63HrnVNMv.tar.zst',
	'incremental-snapshot-40-64-2sp81pzPUGZrZobtiUJGUaT1Gu3g57DRdEJtv45fe2aQ.tar.zst',
];

let base: string;
let archives: string;
let folder: string;
beforeEach(() => {
	base = mkdtempSync(join(tmpdir(), 'parhelion-snapshot-ledger-'));
	archives = join(base, 'archives');
	folder = join(base, 'ledger');
	mkdirSync(archives);
	writeFileSync(join(archives, 'genesis.bin'), Buffer.from(golden.genesis, 'base64'));
	for (const name of NAMES) copyFileSync(join(import.meta.dirname, name), join(archives, name));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('a ledger out of a snapshot', () => {
	it('goes on from the bank in it, and still knows after restarts what was processed before', async () => {
		const phases = new Set<string>();
		const made = await ledgerFromSnapshot({ archives, folder, onProgress: (phase) => phases.add(phase) });
		expect(made.slot).toBe(64n);
		expect([...phases]).toEqual(['full', 'incremental']);
		expect(readdirSync(folder).sort()).toEqual(['data.mdb', 'genesis.bin', 'lock.mdb']);
		const row = golden.slots[64]!;
		const old = goldenTransaction(row.transactions.at(-1)![0]);
		for (let start = 0; start < 3; start++) {
			const ledger = await openChainFolder(folder);
			const chain = Chain.open(ledger);
			if (start === 0) {
				expect(chain.slot).toBe(65n);
				expect(chain.bank.parentHash.toBase58()).toBe(row.hash);
				for (const [address, lamports] of row.accounts ?? []) {
					expect(chain.forks.rootBank.getBalance(Pubkey.fromBase58(address)).toString()).toBe(lamports);
				}
			}
			expect(chain.processTransaction(old).err?.kind).toBe('AlreadyProcessed');
			for (let slot = 0; slot < 36; slot++) chain.advanceSlot();
			expect(chain.processTransaction(old).err?.kind).toBe('AlreadyProcessed');
			await chain.close();
		}
		const ledger = await openChainFolder(folder);
		const report = await verifyLedger(ledger);
		await ledger.close();
		expect(report.slots?.[0]).toBe(65n);
		expect(report.executed).toBe(31);
		expect(report.blocks).toBeGreaterThan(100);
		await expect(ledgerFromSnapshot({ archives, folder })).rejects.toThrow(
			'holds a ledger, or a part of one: ',
		);
	});

	it('is not made of archives that are damaged or of another chain, and leaves nothing behind', async () => {
		const refused = (options = {}): Promise<unknown> =>
			ledgerFromSnapshot({ archives, folder, ...options }).catch((error: unknown) => error);
		const other = join(base, 'other.bin');
		expect(await refused({ genesis: other })).toMatchObject({ kind: 'mismatch' });
		writeFileSync(other, 'no genesis');
		expect(await refused({ genesis: other })).toMatchObject({ kind: 'mismatch' });
		expect(await refused({ archives: folder })).toMatchObject({ kind: 'archive' });
		const chain = readGolden<{ genesis: string }>('agave-chain.json.gz');
		writeFileSync(other, Buffer.from(chain.genesis, 'base64'));
		expect(await refused({ genesis: other })).toMatchObject({ kind: 'mismatch' });
		writeFileSync(join(archives, NAMES[1]!), 'cut');
		expect(await refused()).toMatchObject({ kind: 'archive' });
		expect(readdirSync(folder)).toEqual([]);
		rmSync(join(archives, NAMES[1]!));
		expect((await ledgerFromSnapshot({ archives, folder })).slot).toBe(40n);
	});
});
