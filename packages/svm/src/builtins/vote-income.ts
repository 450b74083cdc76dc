/**
 * The instructions of the Vote program about income: commissions, who collects them, and what delegators are owed.
 *
 * Source: solana-vote-program 4.3.0, vote_state/mod.rs.
 */

import {
	ByteWriter,
	type Clock,
	type CommissionKind,
	catchFault,
	type EpochSchedule,
	Fault,
	InstructionError,
	type Lamports,
	type Pubkey,
	programIds,
	type Rent,
	type Slot,
	saturatingSub,
	U64_MAX,
	VoteError,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import {
	type IsSigned,
	readVoteStateVersions,
	VoteStateHandler,
	verifyAuthorizedSigner,
} from './vote-state-handler.ts';

/** Tag of the System program's transfer. */
const SYSTEM_TRANSFER = 2;

/** Whether a commission may rise: up to the middle of an epoch. */
export function isCommissionUpdateAllowed(slot: Slot, epochSchedule: EpochSchedule): boolean {
	const { firstNormalSlot, slotsPerEpoch } = epochSchedule;
	if (slotsPerEpoch === 0n) return true;
	return (saturatingSub(slot, firstNormalSlot) % slotsPerEpoch) * 2n <= slotsPerEpoch;
}

/**
 * Sets the commission on inflation rewards in percent. Unless the rule is off, raising it is refused in the second half
 * of an epoch, and so is any change of an account whose state does not read.
 *
 * Fails with `CommissionUpdateTooLate`, as `VoteStateHandler.read`, with `MissingRequiredSignature`, then as `write`.
 */
export function updateCommission(
	account: BorrowedInstructionAccount,
	commission: number,
	isSigned: IsSigned,
	epochSchedule: EpochSchedule,
	clock: Clock,
	disableCommissionUpdateRule: boolean,
): void {
	const read = catchFault(() => VoteStateHandler.read(account));
	const isRise = !read.ok || commission > read.value.commission();
	if (!disableCommissionUpdateRule && isRise && !isCommissionUpdateAllowed(clock.slot, epochSchedule)) {
		throw new Fault(VoteError.CommissionUpdateTooLate);
	}
	if (!read.ok) throw new Fault(read.error);
	verifyAuthorizedSigner(read.value.state.authorizedWithdrawer, isSigned);
	read.value.setCommission(commission);
	read.value.write(account);
}

/**
 * Sets a commission in basis points (SIMD-0291). Fails with `InvalidInstructionData` (block revenue is not shared), as
 * `VoteStateHandler.read`, with `MissingRequiredSignature`, then as `write`.
 */
export function updateCommissionBps(
	account: BorrowedInstructionAccount,
	commissionBps: number,
	kind: CommissionKind,
	isSigned: IsSigned,
	blockRevenueSharing: boolean,
): void {
	if (kind === 'BlockRevenue' && !blockRevenueSharing)
		throw new Fault(InstructionError.InvalidInstructionData);
	const voteState = VoteStateHandler.read(account);
	verifyAuthorizedSigner(voteState.state.authorizedWithdrawer, isSigned);
	if (kind === 'InflationRewards') voteState.state.inflationRewardsCommissionBps = commissionBps;
	else voteState.state.blockRevenueCommissionBps = commissionBps;
	voteState.write(account);
}

/** Borrows the account at `index` as a collector; null for the vote account itself. Fails as `tryBorrowInstructionAccount`. */
export function readNewCollectorAccount(
	instruction: InstructionContext,
	voteAccount: BorrowedInstructionAccount,
	index: number,
): BorrowedInstructionAccount | null {
	if (instruction.getKeyOfInstructionAccount(index).equals(voteAccount.getKey())) return null;
	return instruction.tryBorrowInstructionAccount(index);
}

/**
 * The address of a collector (SIMD-0232), the vote account's for null. Fails with `InvalidAccountOwner` (not the System
 * program's), `InsufficientFunds` (not rent exempt), `InvalidArgument` (read-only, as reserved accounts are).
 */
export function collectorKey(
	collector: BorrowedInstructionAccount | null,
	voteAccount: BorrowedInstructionAccount,
	rent: Rent,
): Pubkey {
	if (collector === null) return voteAccount.getKey();
	if (!collector.getOwner().equals(programIds.systemProgram)) {
		throw new Fault(InstructionError.InvalidAccountOwner);
	}
	if (!rent.isExempt(collector.getLamports(), collector.getData().length)) {
		throw new Fault(InstructionError.InsufficientFunds);
	}
	if (!collector.isWritable()) throw new Fault(InstructionError.InvalidArgument);
	return collector.getKey();
}

/** Fails as `VoteStateHandler.read`, with `MissingRequiredSignature`, as {@link collectorKey}, then as `write`. */
export function updateCommissionCollector(
	account: BorrowedInstructionAccount,
	collector: BorrowedInstructionAccount | null,
	kind: CommissionKind,
	isSigned: IsSigned,
	rent: Rent,
): void {
	const voteState = VoteStateHandler.read(account);
	verifyAuthorizedSigner(voteState.state.authorizedWithdrawer, isSigned);
	const key = collectorKey(collector, account, rent);
	if (kind === 'InflationRewards') voteState.state.inflationRewardsCollector = key;
	else voteState.state.blockRevenueCollector = key;
	voteState.write(account);
}

/**
 * Moves lamports from the account at index 1 to the vote account (index 0, not borrowed) and books them for its
 * delegators (SIMD-0123).
 *
 * Fails with `MissingRequiredSignature`, `InvalidAccountData` (no V4 state), as the transfer, with
 * `ArithmeticOverflow`, then as `write`.
 */
export function depositDelegatorRewards(
	invokeContext: InvokeContext,
	instruction: InstructionContext,
	deposit: Lamports,
	isSigned: IsSigned,
): void {
	const voteAddress = instruction.getKeyOfInstructionAccount(0);
	const source = instruction.getKeyOfInstructionAccount(1);
	verifyAuthorizedSigner(source, isSigned);
	const before = instruction.tryBorrowInstructionAccount(0);
	const versions = readVoteStateVersions(before);
	if (versions.version !== 'V4') throw new Fault(InstructionError.InvalidAccountData);
	before.drop();
	invokeContext.nativeInvokeSigned(
		{
			programId: programIds.systemProgram,
			accounts: [
				{ pubkey: source, isSigner: true, isWritable: true },
				{ pubkey: voteAddress, isSigner: false, isWritable: true },
			],
			data: new ByteWriter(12).u32(SYSTEM_TRANSFER).u64(deposit).finish(),
		},
		[],
	);
	const account = instruction.tryBorrowInstructionAccount(0);
	const rewards = versions.state.pendingDelegatorRewards + deposit;
	if (rewards > U64_MAX) throw new Fault(InstructionError.ArithmeticOverflow);
	versions.state.pendingDelegatorRewards = rewards;
	new VoteStateHandler(versions.state).write(account);
	account.drop();
}
