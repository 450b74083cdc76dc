/** The vote program: vote accounts of all versions, towers and hashes to vote upon, every instruction. */
import {
	EpochSchedule,
	encodeClock,
	encodeEpochSchedule,
	encodeSlotHashes,
	SLOT_HASHES_SIZE,
	SlotHashes,
	sysvarIds,
} from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { ScenarioBuilder } from '../../oracle/vote-scenario.ts';
import { type FuzzCase, type SetStep, type Step, set } from '../case.ts';
import { ONE_ENGINE, type Target } from '../target.ts';

function sysvar(pubkey: SetStep['pubkey'], data: Uint8Array): SetStep {
	return set(pubkey, { lamports: 1n, owner: sysvarIds.owner, data });
}

function generate(random: Random): FuzzCase {
	const scenario = new ScenarioBuilder(random, `vote ${random.int(2 ** 30)}`).build();
	const [slots, firstNormal] = scenario.epochSchedule;
	const hashes = new Uint8Array(SLOT_HASHES_SIZE);
	hashes.set(encodeSlotHashes(new SlotHashes(scenario.slotHashes)));
	const steps: Step[] = [
		sysvar(sysvarIds.clock, encodeClock(scenario.clock)),
		sysvar(sysvarIds.slotHashes, hashes),
		sysvar(
			sysvarIds.epochSchedule,
			encodeEpochSchedule(new EpochSchedule(slots, slots, false, 0n, firstNormal)),
		),
	];
	for (const { key, ...fields } of scenario.accounts) steps.push(set(key, fields));
	scenario.transactions.forEach((instructions, i) => {
		steps.push({ kind: 'send', label: scenario.kinds[i]!, payer: scenario.payer, instructions });
	});
	return { steps };
}

export const vote: Target = {
	name: 'vote',
	about: 'the vote program: every instruction on vote accounts of all versions',
	engines: ONE_ENGINE,
	generate,
	leastOk: 0.25,
	leastErrors: 22,
	variants: {
		coming: { block_revenue_sharing: true, vote_account_initialize_v2: true },
		past: {
			delay_commission_updates: false,
			bls_pubkey_management_in_vote_account: false,
			commission_rate_in_basis_points: false,
			custom_commission_collector: false,
		},
	},
};
