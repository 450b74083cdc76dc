/**
 * `kill -9` at random moments under load: 25 of them here, as many as `PARHELION_KILLS` says on demand:
 * `PARHELION_KILLS=500 npx vitest run packages/runtime/test/crash.test.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCrashes } from './crash-harness.ts';

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
