import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pubkey, StakeHistory, type StakeHistoryEntry } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { delegatedStakes, type StakeMath, stakeActivationStatus, stakeHistoryEntryOf } from './activation.ts';
import {
	createDelegation,
	decodeStakeState,
	encodeStakeState,
	NO_LOCKUP,
	type StakeState,
} from './stake-state.ts';

type Triple = readonly [string, string, string];

/**
 * Random delegations in random histories, by crate solana-stake-interface 4.4.0: the status in each epoch by the rules
 * on doubles (`float`) and on integers (`fixed`).
 */
const golden = JSON.parse(
	readFileSync(join(import.meta.dirname, '../../golden/stake-activation.json'), 'utf8'),
) as readonly {
	readonly history: readonly (readonly [epoch: number, ...Triple])[];
	readonly stake: string;
	readonly activation: string;
	readonly deactivation: string;
	readonly rate: string | null;
	readonly float: readonly Triple[];
	readonly fixed: readonly Triple[];
}[];

const entryOf = ([effective, activating, deactivating]: Triple): StakeHistoryEntry => ({
	effective: BigInt(effective),
	activating: BigInt(activating),
	deactivating: BigInt(deactivating),
});

describe('the status of a delegation', () => {
	const voter = Pubkey.fromBytes(new Uint8Array(32).fill(1));

	for (const rules of ['float', 'fixed'] as const) {
		it(`is the reference's by the rules of ${rules}`, () => {
			for (const [i, row] of golden.entries()) {
				let history = new StakeHistory([]);
				for (const [epoch, ...entry] of row.history) history = history.add(BigInt(epoch), entryOf(entry));
				const math: StakeMath = {
					newRateActivationEpoch: row.rate === null ? null : BigInt(row.rate),
					useFixedPoint: rules === 'fixed',
				};
				const delegation = createDelegation(
					voter,
					BigInt(row.stake),
					BigInt(row.activation),
					BigInt(row.deactivation),
				);
				const found = row[rules].map((_, epoch) =>
					stakeActivationStatus(delegation, BigInt(epoch), history, math),
				);
				expect(found, `case ${i}`).toEqual(row[rules].map(entryOf));
			}
		});
	}

	it('sums up over all delegations, and by vote account', () => {
		const math: StakeMath = { newRateActivationEpoch: 0n, useFixedPoint: true };
		const other = Pubkey.fromBytes(new Uint8Array(32).fill(2));
		const bootstrap = 0xffff_ffff_ffff_ffffn;
		const delegations = [
			createDelegation(voter, 100n, bootstrap),
			createDelegation(voter, 20n, bootstrap),
			createDelegation(other, 7n, 3n),
			createDelegation(other, 50n, bootstrap, 3n),
			createDelegation(other, 9n, 4n),
		];
		const history = new StakeHistory([]);
		expect(stakeHistoryEntryOf(delegations, 3n, history, math)).toEqual({
			effective: 170n,
			activating: 7n,
			deactivating: 50n,
		});
		expect(delegatedStakes(delegations, 3n, history, math)).toEqual(
			new Map([
				[voter.key, 120n],
				[other.key, 50n],
			]),
		);
	});
});

describe('a stake state', () => {
	it('reads back as written, in 200 bytes', () => {
		const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
		const meta = {
			rentExemptReserve: 2_282_880n,
			authorized: { staker: key(1), withdrawer: key(2) },
			lockup: { ...NO_LOCKUP, unixTimestamp: -5n },
		};
		const states: StakeState[] = [
			{ kind: 'Uninitialized' },
			{ kind: 'Initialized', meta },
			{
				kind: 'Stake',
				meta,
				stake: { delegation: createDelegation(key(3), 5n, 6n, 7n), creditsObserved: 8n },
				flags: 1,
			},
			{ kind: 'RewardsPool' },
		];
		for (const state of states) {
			const bytes = encodeStakeState(state);
			expect(bytes.length).toBe(200);
			const again = decodeStakeState(bytes);
			if (!again.ok) throw new Error(again.error.kind);
			expect(again.value.kind).toBe(state.kind);
			expect(encodeStakeState(again.value)).toEqual(bytes);
		}
		expect(decodeStakeState(new Uint8Array([4, 0, 0, 0])).ok).toBe(false);
		expect(decodeStakeState(encodeStakeState(states[2]!).subarray(0, 190)).ok).toBe(false);
	});
});
