/**
 * `kill -9` at random moments while a chain makes blocks: 25 of them here, as many as `PARHELION_KILLS` says on demand:
 * `PARHELION_KILLS=500 npx vitest run packages/runtime/test/crash-chain.test.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runChainCrashes } from './chain-crash-harness.ts';

const kills = Number(process.env['PARHELION_KILLS'] ?? 25);
const seed = Number(process.env['PARHELION_SEED'] ?? 20_261_122);

it(
	`starts the chain after each of ${kills} kills with all that it had told of`,
	async () => {
		const folder = mkdtempSync(join(tmpdir(), 'parhelion-chain-crash-'));
		try {
			const report = await runChainCrashes(folder, kills, seed);
			console.info(report);
			expect(report.kills).toBe(kills);
			// Otherwise nothing was killed while it wrote, or nothing was to be found again.
			expect(report.transactions).toBeGreaterThan(0);
			expect(report.replayed).toBeGreaterThan(0);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	},
	kills * 20_000,
);
