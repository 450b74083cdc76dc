/**
 * Random instructions of the Vote program on random vote accounts, on the SVM and on the oracle: result, logs, CU, fee,
 * inner instructions and every account must be the same.
 */

import {
	compileLegacyMessage,
	EpochSchedule,
	type FeatureName,
	FeatureSet,
	featureId,
	Hash,
	type Pubkey,
	sysvarIds,
	type VoteInstruction,
} from '@parhelion/sdk';
import { Clock, EpochSchedule as OracleEpochSchedule } from 'litesvm';
import { describe, expect, it } from 'vitest';
import { Random } from './oracle/random.ts';
import { ScenarioBuilder, type VoteScenario } from './oracle/vote-scenario.ts';
import { OracleBank } from './oracle-bank.ts';

const RUNS = Number(process.env['VOTE_ORACLE_RUNS'] ?? 1000);
const SEED = Number(process.env['VOTE_ORACLE_SEED'] ?? 1);

function withFeatures(on: readonly FeatureName[], off: readonly FeatureName[]): FeatureSet {
	const features = FeatureSet.mainnet();
	for (const name of on) features.activate(featureId(name), 0n);
	for (const name of off) features.deactivate(featureId(name));
	return features;
}

const FEATURE_SETS: readonly { readonly name: string; readonly bank: OracleBank; readonly weight: number }[] =
	[
		{ name: 'mainnet', weight: 3, bank: new OracleBank() },
		{
			name: 'everything about votes to come',
			weight: 3,
			bank: new OracleBank(withFeatures(['block_revenue_sharing', 'vote_account_initialize_v2'], [])),
		},
		{
			name: 'everything about votes to come undone',
			weight: 2,
			bank: new OracleBank(
				withFeatures(
					[],
					[
						'delay_commission_updates',
						'bls_pubkey_management_in_vote_account',
						'commission_rate_in_basis_points',
						'custom_commission_collector',
					],
				),
			),
		},
		{ name: 'all', weight: 1, bank: new OracleBank(FeatureSet.allEnabled()) },
	];
const BANKS = FEATURE_SETS.flatMap(({ name, bank, weight }) =>
	Array.from({ length: weight }, () => ({ name, bank })),
);

/** Takes a sysvar of the oracle over, as its account has it. */
function copySysvar(bank: OracleBank, id: Pubkey): void {
	bank.copyFromOracle(id);
	bank.processor.sysvarCache.setSysvar(id, bank.getAccountSharedData(id)!.data);
}

function setSysvars(bank: OracleBank, { clock, slotHashes, epochSchedule }: VoteScenario): void {
	const { slot, epochStartTimestamp, epoch, leaderScheduleEpoch, unixTimestamp } = clock;
	bank.oracle.setClock(new Clock(slot, epochStartTimestamp, epoch, leaderScheduleEpoch, unixTimestamp));
	bank.oracle.setSlotHashes(
		slotHashes.map(([slotOfHash, hash]) => ({ slot: slotOfHash, hash: hash.toBase58() })),
	);
	const [slotsPerEpoch, firstNormalSlot] = epochSchedule;
	const schedule = new EpochSchedule(slotsPerEpoch, slotsPerEpoch, false, 0n, firstNormalSlot);
	bank.oracle.setEpochSchedule(
		new OracleEpochSchedule(
			schedule.slotsPerEpoch,
			schedule.leaderScheduleSlotOffset,
			schedule.warmup,
			schedule.firstNormalEpoch,
			schedule.firstNormalSlot,
		),
	);
	for (const id of [sysvarIds.clock, sysvarIds.slotHashes, sysvarIds.epochSchedule]) copySysvar(bank, id);
}

/** Counts of outcomes by the first instruction of a transaction. */
const outcomes = new Map<VoteInstruction['kind'], Map<string, number>>();

function count(kind: VoteInstruction['kind'], outcome: string): void {
	const row = outcomes.get(kind) ?? new Map<string, number>();
	outcomes.set(kind, row.set(outcome, (row.get(outcome) ?? 0) + 1));
}

function compare(seed: number): void {
	const random = new Random(seed);
	const { name, bank } = random.pick(BANKS);
	const scenario = new ScenarioBuilder(random, `vote-oracle ${seed}`).build();
	setSysvars(bank, scenario);
	for (const { key, lamports, data, owner } of scenario.accounts) bank.set(key, lamports, data, owner);
	scenario.transactions.forEach((instructions, index) => {
		const message = compileLegacyMessage(scenario.payer, instructions, Hash.default);
		const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64));
		const theirs = bank.sendToOracle({ signatures, message });
		const ours = bank.sendToOurs({ signatures, message });
		const what = `seed ${seed}, features: ${name}, ${scenario.kinds[index]}`;
		if (ours.outcome !== theirs.outcome || theirs.logs.length > 0) expect(ours, what).toEqual(theirs);
		for (const key of scenario.watched) expect(bank.ours(key), what).toEqual(bank.theirs(key));
		count(scenario.kinds[index]!, theirs.outcome);
	});
}

describe('the Vote program equals the oracle', () => {
	it('in random instructions on random vote accounts', { timeout: 60_000 + RUNS * 20 }, () => {
		for (let i = 0; i < RUNS; i++) compare(SEED + i);
		if (process.env['VOTE_ORACLE_STATS'] !== undefined) {
			for (const [kind, row] of outcomes) {
				console.log(kind, JSON.stringify(Object.fromEntries([...row].sort((a, b) => b[1] - a[1]))));
			}
		}
	});

	it('having seen each instruction succeed and fail', { skip: RUNS < 1000 }, () => {
		expect(outcomes.size).toBe(20);
		for (const [kind, row] of outcomes) {
			expect(row.get('ok') ?? 0, `${kind} succeeded`).toBeGreaterThan(0);
			expect(row.size, `${kind} failed`).toBeGreaterThan(2);
		}
	});
});
