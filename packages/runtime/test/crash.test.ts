/**
 * `kill -9` at random moments under load: 25 of them here, as many as `PARHELION_KILLS` says on demand:
 * `PARHELION_KILLS=500 npx vitest run packages/runtime/test/crash.test.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLedgerFolder } from '../src/ledger/blockstore-folder.ts';
import { runCrashes } from './crash-harness.ts';
import { bundleChild, Child } from './kill-and-look.ts';

const kills = Number(process.env['PARHELION_KILLS'] ?? 25);
const seed = Number(process.env['PARHELION_SEED'] ?? 20_261_122);

it(
	`finds after each of ${kills} kills the state of some root, none below what was told, and its blocks`,
	async () => {
		const folder = mkdtempSync(join(tmpdir(), 'parhelion-crash-'));
		try {
			const report = await runCrashes(folder, kills, seed);
			console.info(report);
			expect(report.kills).toBe(kills);
			// Otherwise nothing was killed while it wrote.
			expect(report.root).toBeGreaterThan(0n);
			expect(report.late).toBeGreaterThan(0);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	},
	kills * 10_000,
);

it('refuses a folder that another process has open, and opens it when that one was killed', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'parhelion-crash-'));
	const ledger = join(folder, 'ledger');
	const identity = { genesisHash: new Uint8Array(32).fill(1), featureSetId: 1 };
	const child = new Child(await bundleChild(folder, 'crash-child.ts'), ledger, 1);
	try {
		await child.waiting();
		child.go();
		await child.open();
		await expect(openLedgerFolder(ledger, identity)).rejects.toMatchObject({
			kind: 'locked',
			message: `The ledger in ${ledger} is in use by process ${child.pid}. Stop it first, or use another folder.`,
		});
		await child.kill();
		await (await openLedgerFolder(ledger, identity)).close();
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
