/** A ledger out of a snapshot of Agave: what a chain on it knows, and that nothing is left where it cannot be made. */
import { spawnSync } from 'node:child_process';
import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pubkey } from '@parhelion/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GoldenSlot, goldenTransaction, readGolden } from '../../test/golden.ts';
import { bundleChild } from '../../test/kill-and-look.ts';
import { LmdbEnvironment } from '../accounts-db/lmdb-environment.ts';
import { Chain } from '../chain.ts';
import { openChainFolder, resetChainFolder } from '../ledger/chain-folder.ts';
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

	it('is made, or another chain begun, where an earlier load was killed', async () => {
		const child = await bundleChild(base, 'snapshot-load-child.ts');
		const kill = (): void => {
			expect(spawnSync(process.execPath, [child, archives, folder]).signal).toBe('SIGKILL');
			expect(readdirSync(folder).sort()).toEqual(['data.mdb', 'genesis.bin.loading', 'lock.mdb']);
		};
		kill();
		const begun = await openChainFolder(folder);
		expect([begun.isNew, begun.storage.accountCount]).toEqual([true, 0]);
		await begun.close();
		expect(readdirSync(folder).sort()).toEqual(['data.mdb', 'genesis.bin', 'lock.mdb']);
		rmSync(folder, { recursive: true });
		kill();
		await resetChainFolder(folder);
		expect(readdirSync(folder)).toEqual([]);
		kill();
		expect((await ledgerFromSnapshot({ archives, folder })).slot).toBe(64n);
		expect(readdirSync(folder).sort()).toEqual(['data.mdb', 'genesis.bin', 'lock.mdb']);
		expect(Chain.open(await openChainFolder(folder)).slot).toBe(65n);
	});

	it('is left alone by others while it is loaded', async () => {
		const open = await openChainFolder(folder);
		renameSync(join(folder, 'genesis.bin'), join(folder, 'genesis.bin.loading'));
		await expect(ledgerFromSnapshot({ archives, folder })).rejects.toMatchObject({ kind: 'locked' });
		await expect(openChainFolder(folder)).rejects.toMatchObject({ kind: 'locked' });
		expect(readdirSync(folder).sort()).toEqual(['data.mdb', 'genesis.bin.loading', 'lock.mdb']);
		await open.close();
		expect((await ledgerFromSnapshot({ archives, folder })).slot).toBe(64n);
	});

	it('tells what was wrong first where the folder cannot be closed either', async () => {
		writeFileSync(join(archives, NAMES[1]!), 'cut');
		const { close } = LmdbEnvironment.prototype;
		const closing = vi.spyOn(LmdbEnvironment.prototype, 'close').mockImplementationOnce(async function (
			this: LmdbEnvironment,
		) {
			await close.call(this);
			throw new Error('it cannot be closed');
		});
		await expect(ledgerFromSnapshot({ archives, folder })).rejects.toMatchObject({ kind: 'archive' });
		expect(closing).toHaveBeenCalledOnce();
		closing.mockRestore();
		rmSync(join(archives, NAMES[1]!));
		expect((await ledgerFromSnapshot({ archives, folder })).slot).toBe(40n);
	});
});
