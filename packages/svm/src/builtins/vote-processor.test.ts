import {
	AuthorizedVoters,
	EpochSchedule,
	encodeVoteInstruction,
	encodeVoteStateVersions,
	Hash,
	InstructionError,
	programIds,
	sysvarIds,
	TransactionError,
	VOTE_STATE_1_14_11_SIZE,
	VOTE_STATE_SIZE,
	VoteError,
	type VoteInstruction,
	type VoteStateVersions,
} from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { key, meta, type Outcome } from '../../test/memory-bank.ts';
import {
	node,
	other,
	payer,
	proofOf,
	slotHash,
	VOTE_RENT,
	VoteBank,
	voteKey,
	voter,
	voteState,
	withdrawer,
} from '../../test/vote-bank.ts';
import { createWithSeed } from '../pda.ts';

const PROGRAM = programIds.vote.toBase58();
const clock = meta(sysvarIds.clock);
const TO_COME = ['block_revenue_sharing', 'vote_account_initialize_v2'] as const;

let bank: VoteBank;

beforeEach(() => {
	bank = new VoteBank();
});

function expectFailure(outcome: Outcome, error: InstructionError, units = 2100): void {
	expect(outcome.error).toEqual(TransactionError.InstructionError(0, error));
	expect(outcome.units).toBe(units);
	expect(outcome.logs.length).toBe(2);
}

function expectSuccess(outcome: Outcome, units = 2100): void {
	expect(outcome.error).toBeNull();
	expect(outcome.logs).toEqual([`Program ${PROGRAM} invoke [1]`, `Program ${PROGRAM} success`]);
	expect(outcome.units).toBe(units);
}

describe('every instruction', () => {
	const withdraw = encodeVoteInstruction({ kind: 'Withdraw', lamports: 0n });

	it('wants an account', () => {
		expectFailure(bank.raw(withdraw, []), InstructionError.MissingAccount);
	});

	it('wants the account to belong to the program, before it reads its data', () => {
		expectFailure(bank.raw(new Uint8Array(), [meta(other, 'w')]), InstructionError.InvalidAccountOwner);
	});

	it('is at most 1232 bytes long', () => {
		const slots = Array.from({ length: 148 }, (_, i) => BigInt(i));
		const data = encodeVoteInstruction({
			kind: 'Vote',
			vote: { slots, hash: Hash.default, timestamp: null },
		});
		expect(data.length).toBe(1229);
		const accounts = [meta(voteKey, 'w'), meta(sysvarIds.slotHashes), clock, meta(voter, 's')];
		expectFailure(bank.raw(data, accounts), VoteError.SlotsMismatch);
		const longer = encodeVoteInstruction({
			kind: 'Vote',
			vote: { slots: [...slots, 148n], hash: Hash.default, timestamp: null },
		});
		expectFailure(bank.raw(longer, accounts), InstructionError.InvalidInstructionData);
	});

	it('fails on an account that holds zeros, nonsense or no voter', () => {
		const send = () =>
			bank.vote({ kind: 'Withdraw', lamports: 0n }, [meta(other, 'w'), meta(withdrawer, 's')]);
		bank.setVoteData(new Uint8Array(VOTE_STATE_SIZE));
		expectFailure(send(), InstructionError.InvalidAccountData);
		bank.setVoteData(Uint8Array.of(7, ...new Uint8Array(VOTE_STATE_SIZE - 1)));
		expectFailure(send(), InstructionError.InvalidAccountData);
		bank.setVoteData(Uint8Array.of(2, ...new Uint8Array(VOTE_STATE_SIZE - 1)));
		expectFailure(send(), InstructionError.UninitializedAccount);
	});
});

describe('InitializeAccount', () => {
	const init = { nodePubkey: node, authorizedVoter: voter, authorizedWithdrawer: withdrawer, commission: 7 };
	const accounts = [meta(sysvarIds.rent), clock, meta(node, 's')];
	const instruction: VoteInstruction = { kind: 'InitializeAccount', init };

	it('writes a V4 state', () => {
		bank.setVoteData(new Uint8Array(VOTE_STATE_SIZE), VOTE_RENT);
		expectSuccess(bank.vote(instruction, accounts));
		expect(bank.state()).toEqual(voteState({ inflationRewardsCommissionBps: 700 }));
	});

	it('refuses an account without rent, of another size, in use, or without the signature of the validator', () => {
		bank.setVoteData(new Uint8Array(VOTE_STATE_SIZE), VOTE_RENT - 1n);
		expectFailure(bank.vote(instruction, accounts), InstructionError.InsufficientFunds);
		bank.setVoteData(new Uint8Array(VOTE_STATE_1_14_11_SIZE));
		expectFailure(bank.vote(instruction, accounts), InstructionError.InvalidAccountData);
		bank.setVoteData(new Uint8Array(VOTE_STATE_SIZE));
		expectFailure(
			bank.vote(instruction, [meta(sysvarIds.rent), clock, meta(node)]),
			InstructionError.MissingRequiredSignature,
		);
		bank.setVoteState();
		expectFailure(bank.vote(instruction, accounts), InstructionError.AccountAlreadyInitialized);
	});

	it('wants the sysvars at their places', () => {
		expectFailure(bank.vote(instruction, [clock, clock]), InstructionError.InvalidArgument);
		expectFailure(bank.vote(instruction, [meta(sysvarIds.rent)]), InstructionError.MissingAccount);
		expectFailure(
			bank.vote(instruction, [meta(sysvarIds.rent), meta(sysvarIds.rent)]),
			InstructionError.InvalidArgument,
		);
	});
});

describe('InitializeAccountV2', () => {
	const { publicKey, proof } = proofOf(99n);
	const init = {
		nodePubkey: node,
		authorizedVoter: voter,
		authorizedVoterBlsPubkey: publicKey,
		authorizedVoterBlsProofOfPossession: proof,
		authorizedWithdrawer: withdrawer,
		inflationRewardsCommissionBps: 1234,
		blockRevenueCommissionBps: 65_535,
	};
	const instruction: VoteInstruction = { kind: 'InitializeAccountV2', init };
	const accounts = [meta(node, 's'), meta(voteKey, 'w'), meta(other, 'w')];

	beforeEach(() => {
		bank = new VoteBank(TO_COME);
		bank.setVoteData(new Uint8Array(VOTE_STATE_SIZE));
	});

	it('writes all that V4 has, for 34500 CU more', () => {
		expectSuccess(bank.vote(instruction, accounts), 36_600);
		expect(bank.state()).toEqual(
			voteState({
				inflationRewardsCommissionBps: 1234,
				blockRevenueCommissionBps: 65_535,
				blockRevenueCollector: other,
				blsPubkeyCompressed: publicKey,
			}),
		);
	});

	it('is unknown before its feature', () => {
		bank = new VoteBank(['vote_account_initialize_v2']);
		expectFailure(bank.vote(instruction, accounts), InstructionError.InvalidInstructionData);
	});

	it('checks the account, the signature, the collectors, and then the proof', () => {
		const wrong: VoteInstruction = { kind: 'InitializeAccountV2', init: { ...init, nodePubkey: voter } };
		expectFailure(bank.vote(wrong, accounts), InstructionError.MissingRequiredSignature);
		const send = (...collectors: ReturnType<typeof meta>[]) =>
			bank.vote(instruction, [meta(node, 's'), ...collectors]);
		expectFailure(send(meta(voteKey, 'w')), InstructionError.MissingAccount);
		expectFailure(send(meta(other, 'w'), meta(other, 'w')), InstructionError.AccountBorrowFailed);
		expectFailure(send(meta(voteKey), meta(sysvarIds.rent)), InstructionError.InvalidAccountOwner);
		expectFailure(send(meta(voteKey), meta(key('poor'), 'w')), InstructionError.InsufficientFunds);
		expectFailure(send(meta(other), meta(voteKey)), InstructionError.InvalidArgument);
		const noProof = { ...init, authorizedVoterBlsProofOfPossession: new Uint8Array(96) };
		expectFailure(
			bank.vote({ kind: 'InitializeAccountV2', init: noProof }, accounts),
			InstructionError.InvalidArgument,
			36_600,
		);
		bank.setVoteState();
		expectFailure(bank.vote(instruction, accounts), InstructionError.AccountAlreadyInitialized);
	});
});

describe('Authorize', () => {
	const newVoter: VoteInstruction = { kind: 'Authorize', authority: other, authorize: { kind: 'Voter' } };
	const newWithdrawer: VoteInstruction = {
		kind: 'Authorize',
		authority: other,
		authorize: { kind: 'Withdrawer' },
	};

	it('sets the voter from the epoch after the next leader schedule, by the voter or the withdrawer', () => {
		for (const authority of [voter, withdrawer]) {
			bank.setVoteState();
			expectSuccess(bank.vote(newVoter, [clock, meta(authority, 's')]));
			expect([...bank.state().authorizedVoters.entries()]).toEqual([
				[5n, voter],
				[7n, other],
			]);
		}
	});

	it('sets a voter once an epoch', () => {
		bank.vote(newVoter, [clock, meta(voter, 's')]);
		const again: VoteInstruction = { kind: 'Authorize', authority: node, authorize: { kind: 'Voter' } };
		expectFailure(bank.vote(again, [clock, meta(voter, 's')]), VoteError.TooSoonToReauthorize);
	});

	it('forgets voters from before the last epoch', () => {
		bank.setVoteState({
			authorizedVoters: AuthorizedVoters.fromEntries([
				[1n, other],
				[3n, node],
				[4n, voter],
			]),
		});
		expectSuccess(bank.vote(newVoter, [clock, meta(voter, 's')]));
		expect([...bank.state().authorizedVoters.entries()].map(([epoch]) => epoch)).toEqual([4n, 5n, 7n]);
	});

	it('refuses others, and an epoch from before the first voter', () => {
		expectFailure(bank.vote(newVoter, [clock, meta(node, 's')]), InstructionError.MissingRequiredSignature);
		bank.setVoteState({ authorizedVoters: AuthorizedVoters.of(6n, voter) });
		expectFailure(bank.vote(newVoter, [clock, meta(withdrawer, 's')]), InstructionError.InvalidAccountData);
	});

	it('refuses to count epochs beyond the last', () => {
		bank.setClock({ leaderScheduleEpoch: 0xffff_ffff_ffff_ffffn });
		expectFailure(bank.vote(newVoter, [clock, meta(voter, 's')]), InstructionError.InvalidAccountData);
	});

	it('sets the withdrawer by the withdrawer alone', () => {
		expectFailure(
			bank.vote(newWithdrawer, [clock, meta(voter, 's')]),
			InstructionError.MissingRequiredSignature,
		);
		expectSuccess(bank.vote(newWithdrawer, [clock, meta(withdrawer, 's')]));
		expect(bank.state().authorizedWithdrawer).toEqual(other);
	});

	it('wants the clock', () => {
		expectFailure(bank.vote(newVoter, []), InstructionError.MissingAccount);
		expectFailure(bank.vote(newVoter, [meta(voter, 's')]), InstructionError.InvalidArgument);
	});

	describe('with a BLS key', () => {
		const { publicKey, proof } = proofOf(7n);
		const authorize = { kind: 'VoterWithBLS', blsPubkey: publicKey, blsProofOfPossession: proof } as const;
		const instruction: VoteInstruction = { kind: 'Authorize', authority: other, authorize };

		it('sets the voter and the key, after which the voter changes only together with a key', () => {
			expectSuccess(bank.vote(instruction, [clock, meta(voter, 's')]), 36_600);
			expect(bank.state().blsPubkeyCompressed).toEqual(publicKey);
			bank.setClock({ leaderScheduleEpoch: 7n });
			expectFailure(bank.vote(newVoter, [clock, meta(voter, 's')]), InstructionError.InvalidInstructionData);
			expectSuccess(bank.vote(instruction, [clock, meta(voter, 's')]), 36_600);
		});

		it('refuses a proof for another account, before it looks at signatures', () => {
			const wrong = { ...authorize, blsProofOfPossession: proofOf(8n).proof };
			expectFailure(
				bank.vote({ ...instruction, authorize: wrong }, [clock]),
				InstructionError.InvalidArgument,
				36_600,
			);
			expectFailure(bank.vote(instruction, [clock]), InstructionError.MissingRequiredSignature, 36_600);
		});

		it('is unknown before its feature, and a key holds no voter back', () => {
			bank = new VoteBank([], ['bls_pubkey_management_in_vote_account']);
			expectFailure(
				bank.vote(instruction, [clock, meta(voter, 's')]),
				InstructionError.InvalidInstructionData,
			);
			bank.setVoteState({ blsPubkeyCompressed: publicKey });
			expectSuccess(bank.vote(newVoter, [clock, meta(voter, 's')]));
		});
	});
});

describe('AuthorizeChecked', () => {
	const instruction: VoteInstruction = { kind: 'AuthorizeChecked', authorize: { kind: 'Withdrawer' } };

	it('wants the new authority to sign', () => {
		const accounts = [clock, meta(withdrawer, 's')];
		expectFailure(bank.vote(instruction, accounts), InstructionError.MissingAccount);
		expectFailure(
			bank.vote(instruction, [...accounts, meta(other)]),
			InstructionError.MissingRequiredSignature,
		);
		expectSuccess(bank.vote(instruction, [...accounts, meta(other, 's')]));
		expect(bank.state().authorizedWithdrawer).toEqual(other);
	});
});

describe('AuthorizeWithSeed and AuthorizeCheckedWithSeed', () => {
	const base = key('base');
	const seed = new TextEncoder().encode('seed');
	const derived = createWithSeed(base, seed, programIds.systemProgram);
	const derivation = {
		authorizationType: { kind: 'Withdrawer' },
		currentAuthorityDerivedKeyOwner: programIds.systemProgram,
		currentAuthorityDerivedKeySeed: seed,
	} as const;
	const instruction: VoteInstruction = { kind: 'AuthorizeWithSeed', ...derivation, newAuthority: other };
	const checked: VoteInstruction = { kind: 'AuthorizeCheckedWithSeed', ...derivation };

	beforeEach(() => {
		if (!derived.ok) throw new Error(derived.error);
		bank.set(base, { lamports: 1_000_000n });
		bank.setVoteState({ authorizedWithdrawer: derived.value });
	});

	it('take the signature of the base for that of the authority', () => {
		expectSuccess(bank.vote(instruction, [clock, meta(base, 's')]));
		expect(bank.state().authorizedWithdrawer).toEqual(other);
	});

	it('want the new authority to sign where it is checked', () => {
		const accounts = [clock, meta(base, 's')];
		expectFailure(bank.vote(checked, accounts), InstructionError.MissingAccount);
		expectFailure(bank.vote(checked, [...accounts, meta(other)]), InstructionError.MissingRequiredSignature);
		expectSuccess(bank.vote(checked, [...accounts, meta(other, 's')]));
	});

	it('refuse another seed, another base, and a base that did not sign', () => {
		const wrong = { ...instruction, currentAuthorityDerivedKeySeed: new Uint8Array() };
		expectFailure(bank.vote(wrong, [clock, meta(base, 's')]), InstructionError.MissingRequiredSignature);
		expectFailure(
			bank.vote(instruction, [clock, meta(other, 's')]),
			InstructionError.MissingRequiredSignature,
		);
		expectFailure(bank.vote(instruction, [clock, meta(base)]), InstructionError.MissingRequiredSignature);
	});

	it('do not take the signature of the authority itself', () => {
		bank.setVoteState();
		expectFailure(
			bank.vote(instruction, [clock, meta(base, 's'), meta(withdrawer, 's')]),
			InstructionError.MissingRequiredSignature,
		);
	});

	it('fail with the ordinal of the seed error', () => {
		const long = { ...instruction, currentAuthorityDerivedKeySeed: new Uint8Array(33) };
		expectFailure(bank.vote(long, [clock, meta(base, 's')]), InstructionError.Custom(0));
	});
});

describe('UpdateValidatorIdentity', () => {
	const instruction: VoteInstruction = { kind: 'UpdateValidatorIdentity' };

	it('wants the withdrawer and the new identity to sign', () => {
		expectFailure(bank.vote(instruction, []), InstructionError.MissingAccount);
		for (const accounts of [
			[meta(other, 's'), meta(withdrawer)],
			[meta(other), meta(withdrawer, 's')],
		]) {
			expectFailure(bank.vote(instruction, accounts), InstructionError.MissingRequiredSignature);
		}
		expectSuccess(bank.vote(instruction, [meta(other, 's'), meta(withdrawer, 's')]));
		expect(bank.state()).toEqual(voteState({ nodePubkey: other }));
	});

	it('moves the block revenue along before collectors can be chosen', () => {
		bank = new VoteBank([], ['custom_commission_collector']);
		expectSuccess(bank.vote(instruction, [meta(other, 's'), meta(withdrawer, 's')]));
		expect(bank.state()).toEqual(voteState({ nodePubkey: other, blockRevenueCollector: other }));
	});
});

describe('UpdateCommission', () => {
	const set = (commission: number): VoteInstruction => ({ kind: 'UpdateCommission', commission });

	it('sets percents by the signature of the withdrawer', () => {
		expectFailure(bank.vote(set(3), [meta(voter, 's')]), InstructionError.MissingRequiredSignature);
		expectSuccess(bank.vote(set(255), [meta(withdrawer, 's')]));
		expect(bank.state().inflationRewardsCommissionBps).toBe(25_500);
	});

	it('does not rise in the second half of an epoch, before commissions take effect with delay', () => {
		bank = new VoteBank([], ['delay_commission_updates']);
		const accounts = [meta(withdrawer, 's')];
		bank.setEpochSchedule(new EpochSchedule(100n, 100n, false, 0n, 10n));
		bank.setClock({ slot: 161n });
		expectFailure(bank.vote(set(11), accounts), VoteError.CommissionUpdateTooLate);
		expectSuccess(bank.vote(set(10), accounts));
		bank.setClock({ slot: 160n });
		expectSuccess(bank.vote(set(11), accounts));
		bank.setClock({ slot: 199n });
		bank.setEpochSchedule(new EpochSchedule(0n, 0n, false, 0n, 0n));
		expectSuccess(bank.vote(set(12), accounts));
	});

	it('takes a state that does not read for a rise', () => {
		bank = new VoteBank([], ['delay_commission_updates']);
		bank.setVoteData(new Uint8Array(VOTE_STATE_SIZE));
		bank.setEpochSchedule(new EpochSchedule(100n, 100n, false, 0n, 10n));
		bank.setClock({ slot: 161n });
		expectFailure(bank.vote(set(0), []), VoteError.CommissionUpdateTooLate);
		bank.setClock({ slot: 110n });
		expectFailure(bank.vote(set(0), []), InstructionError.InvalidAccountData);
	});
});

describe('UpdateCommissionBps', () => {
	const set = (commissionKind: 'InflationRewards' | 'BlockRevenue'): VoteInstruction => ({
		kind: 'UpdateCommissionBps',
		commissionBps: 10_001,
		commissionKind,
	});

	it('sets the commission on inflation rewards by the signature of the withdrawer', () => {
		expectFailure(bank.vote(set('InflationRewards'), []), InstructionError.MissingRequiredSignature);
		expectSuccess(bank.vote(set('InflationRewards'), [meta(withdrawer, 's')]));
		expect(bank.state()).toEqual(voteState({ inflationRewardsCommissionBps: 10_001 }));
	});

	it('sets that on block revenue where it is shared', () => {
		expectFailure(
			bank.vote(set('BlockRevenue'), [meta(withdrawer, 's')]),
			InstructionError.InvalidInstructionData,
		);
		bank = new VoteBank(TO_COME);
		expectSuccess(bank.vote(set('BlockRevenue'), [meta(withdrawer, 's')]));
		expect(bank.state()).toEqual(voteState({ blockRevenueCommissionBps: 10_001 }));
	});

	it('is unknown before its features', () => {
		for (const name of ['commission_rate_in_basis_points', 'delay_commission_updates'] as const) {
			bank = new VoteBank([], [name]);
			expectFailure(
				bank.vote(set('InflationRewards'), [meta(withdrawer, 's')]),
				InstructionError.InvalidInstructionData,
			);
		}
	});
});

describe('UpdateCommissionCollector', () => {
	const set = (commissionKind: 'InflationRewards' | 'BlockRevenue'): VoteInstruction => ({
		kind: 'UpdateCommissionCollector',
		commissionKind,
	});
	const signer = meta(withdrawer, 's');

	it('sets a collector of the System program, or the vote account', () => {
		expectSuccess(bank.vote(set('InflationRewards'), [meta(other, 'w'), signer]));
		expectSuccess(bank.vote(set('BlockRevenue'), [meta(voteKey), signer]));
		expect(bank.state()).toEqual(
			voteState({ inflationRewardsCollector: other, blockRevenueCollector: voteKey }),
		);
	});

	it('checks the signature, then owner, rent and writability of the collector', () => {
		const send = (...accounts: ReturnType<typeof meta>[]) => bank.vote(set('BlockRevenue'), accounts);
		expectFailure(send(meta(other, 'w')), InstructionError.MissingAccount);
		expectFailure(send(meta(sysvarIds.rent), meta(withdrawer)), InstructionError.MissingRequiredSignature);
		expectFailure(send(meta(sysvarIds.rent), signer), InstructionError.InvalidAccountOwner);
		expectFailure(send(meta(key('poor')), signer), InstructionError.InsufficientFunds);
		expectFailure(send(meta(other), signer), InstructionError.InvalidArgument);
	});

	it('is unknown before its feature', () => {
		bank = new VoteBank([], ['custom_commission_collector']);
		expectFailure(
			bank.vote(set('BlockRevenue'), [meta(other, 'w'), signer]),
			InstructionError.InvalidInstructionData,
		);
	});
});

describe('DepositDelegatorRewards', () => {
	const instruction: VoteInstruction = { kind: 'DepositDelegatorRewards', deposit: 1000n };
	const system = meta(programIds.systemProgram);

	beforeEach(() => {
		bank = new VoteBank(TO_COME);
	});

	it('moves lamports by the System program and books them', () => {
		const outcome = bank.vote(instruction, [meta(other, 'sw'), system]);
		expect(outcome.error).toBeNull();
		expect(outcome.units).toBe(2250);
		expect(outcome.logs[1]).toBe(`Program ${programIds.systemProgram.toBase58()} invoke [2]`);
		expect(bank.state().pendingDelegatorRewards).toBe(1000n);
		expect(bank.lamports(voteKey)).toBe(2n * VOTE_RENT + 1000n);
		expect(bank.lamports(other)).toBe(1_000_000_000n - 1000n);
	});

	it('checks the accounts, the signature and the version', () => {
		expectFailure(bank.vote(instruction, []), InstructionError.MissingAccount);
		expectFailure(bank.vote(instruction, [meta(other, 'w')]), InstructionError.MissingRequiredSignature);
		bank.setVoteData(new Uint8Array(VOTE_STATE_SIZE));
		expectFailure(bank.vote(instruction, [meta(other, 'sw')]), InstructionError.InvalidAccountData);
	});

	it('does not book beyond the last lamport', () => {
		bank.setVoteState({ pendingDelegatorRewards: 0xffff_ffff_ffff_ffffn });
		const outcome = bank.vote(instruction, [meta(other, 'sw'), system]);
		expect(outcome.error).toEqual(TransactionError.InstructionError(0, InstructionError.ArithmeticOverflow));
		expect(bank.lamports(other)).toBe(1_000_000_000n);
	});

	it('is unknown before its feature', () => {
		bank = new VoteBank();
		expectFailure(bank.vote(instruction, [meta(other, 'sw')]), InstructionError.InvalidInstructionData);
	});
});

describe('Withdraw', () => {
	const take = (lamports: bigint): VoteInstruction => ({ kind: 'Withdraw', lamports });
	const accounts = [meta(other, 'w'), meta(withdrawer, 's')];

	it('leaves the rent and what the delegators are owed', () => {
		bank.setVoteState({ pendingDelegatorRewards: 400n });
		expectFailure(bank.vote(take(VOTE_RENT - 399n), accounts), InstructionError.InsufficientFunds);
		expectSuccess(bank.vote(take(VOTE_RENT - 400n), accounts));
		expect(bank.lamports(voteKey)).toBe(VOTE_RENT + 400n);
		expect(bank.lamports(other)).toBe(1_000_000_000n + VOTE_RENT - 400n);
	});

	it('closes an account that earned nothing for a whole epoch', () => {
		const credits = (epoch: bigint) => ({ epochCredits: [{ epoch, credits: 5n, prevCredits: 0n }] });
		bank.setVoteState(credits(4n));
		expectFailure(bank.vote(take(2n * VOTE_RENT), accounts), VoteError.ActiveVoteAccountClose);
		bank.setVoteState(credits(3n));
		expectSuccess(bank.vote(take(2n * VOTE_RENT), accounts));
		expect(bank.getAccountSharedData(voteKey)).toBeNull();
	});

	it('does not close an account that owes its delegators', () => {
		bank.setVoteState({ pendingDelegatorRewards: 1n });
		expectFailure(bank.vote(take(2n * VOTE_RENT), accounts), InstructionError.InsufficientFunds);
	});

	it('clears all data of a closed account', () => {
		bank.setVoteState();
		const outcome = bank.send(payer, [
			{
				programId: programIds.vote,
				accounts: [meta(voteKey, 'w'), ...accounts],
				data: encodeVoteInstruction(take(2n * VOTE_RENT)),
			},
			{
				programId: programIds.systemProgram,
				accounts: [meta(other, 'sw'), meta(voteKey, 'w')],
				data: Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0),
			},
		]);
		expect(outcome.error).toBeNull();
		expect(bank.getAccountSharedData(voteKey)!.data).toEqual(new Uint8Array(VOTE_STATE_SIZE));
	});

	it('checks accounts, signature and balance', () => {
		expectFailure(bank.vote(take(0n), []), InstructionError.MissingAccount);
		expectFailure(bank.vote(take(0n), [meta(other, 'w')]), InstructionError.MissingRequiredSignature);
		expectFailure(bank.vote(take(2n * VOTE_RENT + 1n), accounts), InstructionError.InsufficientFunds);
	});
});

describe('an account of an older version', () => {
	const legacy = {
		...voteState(),
		commission: 12,
		votes: [{ slot: 90n, confirmationCount: 1, latency: 3 }],
		priorVoters: {
			voters: Array.from({ length: 32 }, () => ({ voter, startEpoch: 0n, endEpoch: 0n })),
			index: 31n,
			isEmpty: true,
		},
	};
	const identity: VoteInstruction = { kind: 'UpdateValidatorIdentity' };
	const accounts = [meta(other, 's'), meta(withdrawer, 's')];

	function setLegacy(versions: VoteStateVersions, size: number, lamports: bigint): void {
		const data = new Uint8Array(size);
		data.set(encodeVoteStateVersions(versions));
		bank.setVoteData(data, lamports);
	}

	it('becomes V4 at its first change; bytes after the state stay', () => {
		setLegacy({ version: 'V3', state: legacy }, VOTE_STATE_SIZE, VOTE_RENT);
		const before = bank.getAccountSharedData(voteKey)!.data;
		expectSuccess(bank.vote(identity, accounts));
		expect(bank.state()).toEqual(
			voteState({ nodePubkey: other, inflationRewardsCommissionBps: 1200, votes: legacy.votes }),
		);
		const after = bank.getAccountSharedData(voteKey)!.data;
		const length = encodeVoteStateVersions({ version: 'V4', state: bank.state() }).length;
		expect(after.subarray(length)).toEqual(before.subarray(length));
	});

	it('grows where it holds the rent', () => {
		const state = { ...legacy, votes: [{ slot: 90n, confirmationCount: 1 }] };
		setLegacy({ version: 'V1_14_11', state }, VOTE_STATE_1_14_11_SIZE, VOTE_RENT - 1n);
		expectFailure(bank.vote(identity, accounts), InstructionError.AccountNotRentExempt);
		setLegacy({ version: 'V1_14_11', state }, VOTE_STATE_1_14_11_SIZE, VOTE_RENT);
		expectSuccess(bank.vote(identity, accounts));
		expect(bank.getAccountSharedData(voteKey)!.data.length).toBe(VOTE_STATE_SIZE);
		expect(bank.state().votes).toEqual([{ slot: 90n, confirmationCount: 1, latency: 0 }]);
	});

	it('cannot grow where it is read-only', () => {
		const state = { ...legacy, votes: [] };
		setLegacy({ version: 'V1_14_11', state }, VOTE_STATE_1_14_11_SIZE, VOTE_RENT);
		expectFailure(
			bank.raw(encodeVoteInstruction(identity), [meta(voteKey), ...accounts]),
			InstructionError.AccountNotRentExempt,
		);
		bank.setVoteState();
		expectFailure(
			bank.raw(encodeVoteInstruction(identity), [meta(voteKey), ...accounts]),
			InstructionError.ReadonlyDataModified,
		);
	});
});

describe('votes', () => {
	it('are refused in their old forms where they are deprecated', () => {
		bank = new VoteBank(['deprecate_legacy_vote_ixs']);
		const cast = { slots: [109n], hash: slotHash(109n), timestamp: null };
		const update = { lockouts: [], root: null, hash: slotHash(109n), timestamp: null };
		const proof = Hash.default;
		const legacy: VoteInstruction[] = [
			{ kind: 'Vote', vote: cast },
			{ kind: 'VoteSwitch', vote: cast, proof },
			{ kind: 'UpdateVoteState', update },
			{ kind: 'UpdateVoteStateSwitch', update, proof },
			{ kind: 'CompactUpdateVoteState', update },
			{ kind: 'CompactUpdateVoteStateSwitch', update, proof },
		];
		for (const instruction of legacy) {
			expectFailure(bank.vote(instruction), InstructionError.InvalidInstructionData);
		}
		const towerSync = { ...update, blockId: Hash.default };
		expectFailure(bank.vote({ kind: 'TowerSync', towerSync }, [meta(voter, 's')]), VoteError.EmptySlots);
	});
});
