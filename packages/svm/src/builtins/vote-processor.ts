/**
 * The Vote program: keeps the votes of a validator, and who may vote, withdraw and collect.
 *
 * It logs nothing of its own.
 *
 * Source: solana-vote-program 4.3.0, vote_processor.rs.
 */

import {
	type AuthorityDerivation,
	type Clock,
	decodeVoteInstruction,
	Fault,
	InstructionError,
	instructionErrorFromU64,
	PACKET_DATA_SIZE,
	type Pubkey,
	programIds,
	type RuntimeFeatures,
	type SlotHashes,
	type Vote,
	type VoteInstruction,
	type VoteStateUpdate,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { createWithSeed, PUBKEY_ERROR_CODES } from '../pda.ts';
import { getSysvarWithAccountCheck } from '../sysvar-cache.ts';
import {
	authorize,
	initializeAccount,
	initializeAccountV2,
	updateValidatorIdentity,
	withdraw,
} from './vote-account.ts';
import {
	depositDelegatorRewards,
	readNewCollectorAccount,
	updateCommission,
	updateCommissionBps,
	updateCommissionCollector,
} from './vote-income.ts';
import { type IsSigned, VoteStateHandler, verifyAuthorizedSigner } from './vote-state-handler.ts';
import { processTower, processVote } from './vote-tower.ts';

/** CU of an instruction; a BLS proof of possession costs more. */
export const VOTE_DEFAULT_COMPUTE_UNITS = 2_100;

/** What an instruction works on: the account at index 0 is borrowed. */
class VoteCall {
	readonly invokeContext: InvokeContext;
	readonly instruction: InstructionContext;
	readonly account: BorrowedInstructionAccount;
	readonly isSigned: IsSigned;

	constructor(
		invokeContext: InvokeContext,
		instruction: InstructionContext,
		account: BorrowedInstructionAccount,
	) {
		this.invokeContext = invokeContext;
		this.instruction = instruction;
		this.account = account;
		this.isSigned = (address) => instruction.isSignedBy(address);
	}

	get features(): RuntimeFeatures {
		return this.invokeContext.getFeatureSet();
	}

	/** The clock, checked against the account at `index`. Fails as `getSysvarWithAccountCheck`. */
	clock(index: number): Clock {
		return getSysvarWithAccountCheck.clock(this.invokeContext, this.instruction, index);
	}

	/** The address of the account at `index`. Fails with `MissingRequiredSignature`. */
	signerKey(index: number): Pubkey {
		const key = this.instruction.getKeyOfInstructionAccount(index);
		if (!this.instruction.isInstructionAccountSigner(index)) {
			throw new Fault(InstructionError.MissingRequiredSignature);
		}
		return key;
	}

	/** Fails with `InvalidInstructionData` unless `allowed`. */
	requireFeature(allowed: boolean): void {
		if (!allowed) throw new Fault(InstructionError.InvalidInstructionData);
	}
}

function isInitAccountV2Enabled(features: RuntimeFeatures): boolean {
	return (
		features.blsPubkeyManagementInVoteAccount &&
		features.commissionRateInBasisPoints &&
		features.customCommissionCollector &&
		features.blockRevenueSharing &&
		features.voteAccountInitializeV2
	);
}

/**
 * Authorizes by the base of the authority's address: the account at index 2, if it signed.
 *
 * Fails as the clock (index 1), with the seed's error as a number, then as `authorize`.
 */
function authorizeWithSeed(call: VoteCall, derivation: AuthorityDerivation, newAuthority: Pubkey): void {
	const { instruction } = call;
	const clock = call.clock(1);
	let signer: Pubkey | null = null;
	if (instruction.isInstructionAccountSigner(2)) {
		const derived = createWithSeed(
			instruction.getKeyOfInstructionAccount(2),
			derivation.currentAuthorityDerivedKeySeed,
			derivation.currentAuthorityDerivedKeyOwner,
		);
		// Upstream converts the error's ordinal, not its meaning.
		if (!derived.ok) throw new Fault(instructionErrorFromU64(BigInt(PUBKEY_ERROR_CODES[derived.error])));
		signer = derived.value;
	}
	authorize(
		call.invokeContext,
		call.account,
		newAuthority,
		derivation.authorizationType,
		(address) => signer?.equals(address) ?? false,
		clock,
	);
}

/** The state of the account, once the voter of the epoch has signed. Fails as `VoteStateHandler.read`, `getAndUpdateAuthorizedVoter`, with `MissingRequiredSignature`. */
function readForVoter(call: VoteCall, clock: Clock): VoteStateHandler {
	const voteState = VoteStateHandler.read(call.account);
	verifyAuthorizedSigner(voteState.getAndUpdateAuthorizedVoter(clock.epoch), call.isSigned);
	return voteState;
}

/** Fails as {@link readForVoter}, `processVote`, with `TimestampTooOld`, then as `write`. */
function voteOneByOne(call: VoteCall, vote: Vote, slotHashes: SlotHashes, clock: Clock): void {
	const voteState = readForVoter(call, clock);
	processVote(voteState, vote, slotHashes.entries, clock);
	if (vote.timestamp !== null) {
		let latest = 0n;
		for (const slot of vote.slots) if (slot > latest) latest = slot;
		voteState.processTimestamp(latest, vote.timestamp);
	}
	voteState.write(call.account);
}

/** Fails with `UnsupportedSysvar`, as {@link readForVoter}, `processTower`, then as `write`. */
function replaceTower(call: VoteCall, proposed: VoteStateUpdate): void {
	const cache = call.invokeContext.getSysvarCache();
	const slotHashes = cache.getSlotHashes();
	const clock = cache.getClock();
	const voteState = readForVoter(call, clock);
	processTower(voteState, proposed, slotHashes.entries, clock);
	voteState.write(call.account);
}

/** Fails with `InvalidInstructionData` where votes other than tower syncs are a thing of the past. */
function rejectLegacyVotes(call: VoteCall): void {
	call.requireFeature(
		!call.features.deprecateLegacyVoteIxs &&
			!call.invokeContext.environmentConfig.alpenglowMigrationSucceeded,
	);
}

/** Reads an instruction from its first 1232 bytes. Fails with `InvalidInstructionData`. */
function decode(data: Uint8Array): VoteInstruction {
	const decoded = decodeVoteInstruction(
		data.length > PACKET_DATA_SIZE ? data.subarray(0, PACKET_DATA_SIZE) : data,
	);
	if (!decoded.ok) throw new Fault(InstructionError.InvalidInstructionData);
	return decoded.value;
}

/** The instructions that keep the vote account borrowed until they end. */
type BorrowingInstruction = Exclude<VoteInstruction, { kind: 'Withdraw' | 'DepositDelegatorRewards' }>;

function process(call: VoteCall, decoded: BorrowingInstruction): void {
	const { invokeContext, instruction, account, isSigned } = call;
	const cache = invokeContext.getSysvarCache();
	switch (decoded.kind) {
		case 'InitializeAccount': {
			const rent = getSysvarWithAccountCheck.rent(invokeContext, instruction, 1);
			if (!rent.isExempt(account.getLamports(), account.getData().length)) {
				throw new Fault(InstructionError.InsufficientFunds);
			}
			initializeAccount(account, decoded.init, isSigned, call.clock(2));
			return;
		}
		case 'Authorize':
			authorize(invokeContext, account, decoded.authority, decoded.authorize, isSigned, call.clock(1));
			return;
		case 'AuthorizeWithSeed':
			instruction.checkNumberOfInstructionAccounts(3);
			authorizeWithSeed(call, decoded, decoded.newAuthority);
			return;
		case 'AuthorizeCheckedWithSeed':
			instruction.checkNumberOfInstructionAccounts(4);
			authorizeWithSeed(call, decoded, call.signerKey(3));
			return;
		case 'AuthorizeChecked': {
			instruction.checkNumberOfInstructionAccounts(4);
			const authority = call.signerKey(3);
			authorize(invokeContext, account, authority, decoded.authorize, isSigned, call.clock(1));
			return;
		}
		case 'UpdateValidatorIdentity': {
			instruction.checkNumberOfInstructionAccounts(2);
			const nodePubkey = instruction.getKeyOfInstructionAccount(1);
			updateValidatorIdentity(account, nodePubkey, isSigned, call.features.customCommissionCollector);
			return;
		}
		case 'UpdateCommission':
			updateCommission(
				account,
				decoded.commission,
				isSigned,
				cache.getEpochSchedule(),
				cache.getClock(),
				call.features.delayCommissionUpdates,
			);
			return;
		case 'Vote':
		case 'VoteSwitch': {
			rejectLegacyVotes(call);
			const slotHashes = getSysvarWithAccountCheck.slotHashes(invokeContext, instruction, 1);
			voteOneByOne(call, decoded.vote, slotHashes, call.clock(2));
			return;
		}
		case 'UpdateVoteState':
		case 'UpdateVoteStateSwitch':
		case 'CompactUpdateVoteState':
		case 'CompactUpdateVoteStateSwitch':
			rejectLegacyVotes(call);
			replaceTower(call, decoded.update);
			return;
		case 'TowerSync':
		case 'TowerSyncSwitch':
			call.requireFeature(!invokeContext.environmentConfig.alpenglowMigrationSucceeded);
			replaceTower(call, decoded.towerSync);
			return;
		case 'InitializeAccountV2': {
			call.requireFeature(isInitAccountV2Enabled(call.features));
			instruction.checkNumberOfInstructionAccounts(4);
			const inflationRewards = readNewCollectorAccount(instruction, account, 2);
			const blockRevenue = readNewCollectorAccount(instruction, account, 3);
			const clock = cache.getClock();
			const rent = cache.getRent();
			initializeAccountV2(
				invokeContext,
				account,
				decoded.init,
				inflationRewards,
				blockRevenue,
				isSigned,
				clock,
				rent,
			);
			blockRevenue?.drop();
			inflationRewards?.drop();
			return;
		}
		case 'UpdateCommissionBps':
			call.requireFeature(call.features.commissionRateInBasisPoints && call.features.delayCommissionUpdates);
			updateCommissionBps(
				account,
				decoded.commissionBps,
				decoded.commissionKind,
				isSigned,
				call.features.blockRevenueSharing,
			);
			return;
		case 'UpdateCommissionCollector': {
			call.requireFeature(call.features.customCommissionCollector);
			instruction.checkNumberOfInstructionAccounts(3);
			const collector = readNewCollectorAccount(instruction, account, 1);
			updateCommissionCollector(account, collector, decoded.commissionKind, isSigned, cache.getRent());
			collector?.drop();
			return;
		}
	}
}

/**
 * The entry point. CU: 2100, and 34,500 for a BLS proof of possession. Fails with `ComputationalBudgetExceeded`,
 * `MissingAccount`, `AccountBorrowFailed`, `InvalidAccountOwner`, `InvalidInstructionData`, then as the instruction.
 */
export function voteEntrypoint(invokeContext: InvokeContext): void {
	invokeContext.computeMeter.consumeChecked(VOTE_DEFAULT_COMPUTE_UNITS);
	const instruction = invokeContext.transactionContext.getCurrentInstructionContext();
	const account = instruction.tryBorrowInstructionAccount(0);
	if (!account.getOwner().equals(programIds.vote)) throw new Fault(InstructionError.InvalidAccountOwner);
	const decoded = decode(instruction.getInstructionData());
	const call = new VoteCall(invokeContext, instruction, account);
	switch (decoded.kind) {
		case 'Withdraw': {
			instruction.checkNumberOfInstructionAccounts(2);
			const cache = invokeContext.getSysvarCache();
			const rent = cache.getRent();
			const clock = cache.getClock();
			account.drop();
			withdraw(instruction, decoded.lamports, call.isSigned, rent, clock);
			return;
		}
		case 'DepositDelegatorRewards': {
			const { commissionRateInBasisPoints, customCommissionCollector, blockRevenueSharing } = call.features;
			call.requireFeature(commissionRateInBasisPoints && customCommissionCollector && blockRevenueSharing);
			instruction.checkNumberOfInstructionAccounts(2);
			account.drop();
			depositDelegatorRewards(invokeContext, instruction, decoded.deposit, call.isSigned);
			return;
		}
		default:
			process(call, decoded);
			account.drop();
	}
}
