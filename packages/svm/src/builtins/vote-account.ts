/**
 * The instructions of the Vote program that set up a vote account, change who is in charge of it, and empty it.
 *
 * Source: solana-vote-program 4.3.0, vote_state/mod.rs.
 */

import { blsVerifyProofOfPossession } from '@parhelion/crypto';
import {
	type Clock,
	Fault,
	InstructionError,
	isUninitializedVoteState,
	type Lamports,
	type Pubkey,
	type Rent,
	saturatingSub,
	U64_MAX,
	VOTE_STATE_SIZE,
	type VoteAuthorize,
	VoteError,
	type VoteInit,
	type VoteInitV2,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { collectorKey } from './vote-income.ts';
import {
	type IsSigned,
	readVoteStateVersions,
	VoteStateHandler,
	verifyAuthorizedSigner,
} from './vote-state-handler.ts';

/** CU of checking a BLS proof of possession (SIMD-0387). */
export const BLS_PROOF_OF_POSSESSION_VERIFICATION_COMPUTE_UNITS = 34_500;

const PROOF_LABEL = new TextEncoder().encode('ALPENGLOW');
/** CU: 34,500. Fails with `ComputationalBudgetExceeded`, `InvalidArgument`. */
function verifyBlsProofOfPossession(
	invokeContext: InvokeContext,
	votePubkey: Pubkey,
	blsPubkey: Uint8Array,
	proof: Uint8Array,
): void {
	invokeContext.computeMeter.consumeChecked(BLS_PROOF_OF_POSSESSION_VERIFICATION_COMPUTE_UNITS);
	const payload = new Uint8Array(PROOF_LABEL.length + votePubkey.bytes.length);
	payload.set(PROOF_LABEL);
	payload.set(votePubkey.bytes, PROOF_LABEL.length);
	if (!blsVerifyProofOfPossession(blsPubkey, proof, payload))
		throw new Fault(InstructionError.InvalidArgument);
}

/**
 * Changes an authority. The voter may be changed by the voter or the withdrawer, the withdrawer by itself.
 *
 * Fails as `VoteStateHandler.read`, with `InvalidInstructionData` (a voter without BLS key where the account has one,
 * one with BLS key where the feature is off), as the proof of possession, with `InvalidAccountData`, then as
 * `setNewAuthorizedVoter` and `write`.
 */
export function authorize(
	invokeContext: InvokeContext,
	account: BorrowedInstructionAccount,
	authority: Pubkey,
	voteAuthorize: VoteAuthorize,
	isSigned: IsSigned,
	clock: Clock,
): void {
	const voteState = VoteStateHandler.read(account);
	const { state } = voteState;
	if (voteAuthorize.kind === 'Withdrawer') {
		verifyAuthorizedSigner(state.authorizedWithdrawer, isSigned);
		state.authorizedWithdrawer = authority;
		voteState.write(account);
		return;
	}
	const isBlsEnabled = invokeContext.getFeatureSet().blsPubkeyManagementInVoteAccount;
	let blsPubkey: Uint8Array | null = null;
	if (voteAuthorize.kind === 'VoterWithBLS') {
		if (!isBlsEnabled) throw new Fault(InstructionError.InvalidInstructionData);
		blsPubkey = voteAuthorize.blsPubkey;
		verifyBlsProofOfPossession(
			invokeContext,
			account.getKey(),
			blsPubkey,
			voteAuthorize.blsProofOfPossession,
		);
	} else if (isBlsEnabled && state.blsPubkeyCompressed !== null) {
		throw new Fault(InstructionError.InvalidInstructionData);
	}
	if (clock.leaderScheduleEpoch === U64_MAX) throw new Fault(InstructionError.InvalidAccountData);
	voteState.setNewAuthorizedVoter(
		authority,
		clock.epoch,
		clock.leaderScheduleEpoch + 1n,
		blsPubkey,
		(voter) => {
			if (!isSigned(state.authorizedWithdrawer)) verifyAuthorizedSigner(voter, isSigned);
		},
	);
	voteState.write(account);
}

/** Fails as `VoteStateHandler.read`, with `MissingRequiredSignature` (withdrawer, new identity), then as `write`. */
export function updateValidatorIdentity(
	account: BorrowedInstructionAccount,
	nodePubkey: Pubkey,
	isSigned: IsSigned,
	customCommissionCollector: boolean,
): void {
	const voteState = VoteStateHandler.read(account);
	verifyAuthorizedSigner(voteState.state.authorizedWithdrawer, isSigned);
	verifyAuthorizedSigner(nodePubkey, isSigned);
	voteState.state.nodePubkey = nodePubkey;
	// The identity collects the block revenue until collectors can be chosen (SIMD-0232).
	if (!customCommissionCollector) voteState.state.blockRevenueCollector = nodePubkey;
	voteState.write(account);
}

/** Whether a validator earned credits in this epoch or the one before. */
function isActive(voteState: VoteStateHandler, clock: Clock): boolean {
	const last = voteState.state.epochCredits.at(-1);
	return last !== undefined && saturatingSub(clock.epoch, last.epoch) < 2n;
}

/**
 * Takes lamports from the vote account (index 0) to another (index 1); all of them clear it.
 *
 * Fails as `VoteStateHandler.read`, with `MissingRequiredSignature`, `InsufficientFunds`, `ActiveVoteAccountClose`,
 * `ArithmeticOverflow`, then as the changes.
 */
export function withdraw(
	instruction: InstructionContext,
	lamports: Lamports,
	isSigned: IsSigned,
	rent: Rent,
	clock: Clock,
): void {
	const from = instruction.tryBorrowInstructionAccount(0);
	const voteState = VoteStateHandler.read(from);
	verifyAuthorizedSigner(voteState.state.authorizedWithdrawer, isSigned);
	const remaining = from.getLamports() - lamports;
	if (remaining < 0n) throw new Fault(InstructionError.InsufficientFunds);
	const { pendingDelegatorRewards } = voteState.state;
	if (remaining === 0n) {
		if (pendingDelegatorRewards > 0n) throw new Fault(InstructionError.InsufficientFunds);
		if (isActive(voteState, clock)) throw new Fault(VoteError.ActiveVoteAccountClose);
		from.getDataMut().fill(0);
	} else {
		const minBalance = rent.minimumBalance(from.getData().length) + pendingDelegatorRewards;
		if (minBalance > U64_MAX) throw new Fault(InstructionError.ArithmeticOverflow);
		if (remaining < minBalance) throw new Fault(InstructionError.InsufficientFunds);
	}
	from.checkedSubLamports(lamports);
	from.drop();
	const to = instruction.tryBorrowInstructionAccount(1);
	to.checkedAddLamports(lamports);
	to.drop();
}

/** Fails with `InvalidAccountData` (other than 3762 bytes, or nonsense in them), `AccountAlreadyInitialized`. */
function requireUninitialized(account: BorrowedInstructionAccount): void {
	if (account.getData().length !== VOTE_STATE_SIZE) throw new Fault(InstructionError.InvalidAccountData);
	if (!isUninitializedVoteState(readVoteStateVersions(account))) {
		throw new Fault(InstructionError.AccountAlreadyInitialized);
	}
}

/** Fails as {@link requireUninitialized}, with `MissingRequiredSignature` (identity), then as `write`. */
export function initializeAccount(
	account: BorrowedInstructionAccount,
	init: VoteInit,
	isSigned: IsSigned,
	clock: Clock,
): void {
	requireUninitialized(account);
	verifyAuthorizedSigner(init.nodePubkey, isSigned);
	VoteStateHandler.initialize(account.getKey(), init, clock).write(account);
}

/**
 * Sets up an account with everything V4 has (SIMD-0464). Fails as {@link requireUninitialized}, with
 * `MissingRequiredSignature` (identity), as {@link collectorKey} for each, as the proof of possession, then as `write`.
 */
export function initializeAccountV2(
	invokeContext: InvokeContext,
	account: BorrowedInstructionAccount,
	init: VoteInitV2,
	inflationRewardsCollector: BorrowedInstructionAccount | null,
	blockRevenueCollector: BorrowedInstructionAccount | null,
	isSigned: IsSigned,
	clock: Clock,
	rent: Rent,
): void {
	requireUninitialized(account);
	verifyAuthorizedSigner(init.nodePubkey, isSigned);
	const inflationRewardsKey = collectorKey(inflationRewardsCollector, account, rent);
	const blockRevenueKey = collectorKey(blockRevenueCollector, account, rent);
	verifyBlsProofOfPossession(
		invokeContext,
		account.getKey(),
		init.authorizedVoterBlsPubkey,
		init.authorizedVoterBlsProofOfPossession,
	);
	VoteStateHandler.initializeV2(init, inflationRewardsKey, blockRevenueKey, clock).write(account);
}
