/** Owns the errors of the Vote program. Source: solana-vote-interface 6.1.0, error.rs. */
import { InstructionError } from '../instruction-error.ts';

/** Row `i` is the error with the number `i`, with its Display text. */
export const VOTE_ERRORS = [
	{ name: 'VoteTooOld', text: 'vote already recorded or not in slot hashes history' },
	{ name: 'SlotsMismatch', text: 'vote slots do not match bank history' },
	{ name: 'SlotHashMismatch', text: 'vote hash does not match bank hash' },
	{ name: 'EmptySlots', text: 'vote has no slots, invalid' },
	{ name: 'TimestampTooOld', text: 'vote timestamp not recent' },
	{ name: 'TooSoonToReauthorize', text: 'authorized voter has already been changed this epoch' },
	{
		name: 'LockoutConflict',
		text: 'Old state had vote which should not have been popped off by vote in new state',
	},
	{
		name: 'NewVoteStateLockoutMismatch',
		text: 'Proposed state had earlier slot which should have been popped off by later vote',
	},
	{ name: 'SlotsNotOrdered', text: 'Vote slots are not ordered' },
	{ name: 'ConfirmationsNotOrdered', text: 'Confirmations are not ordered' },
	{ name: 'ZeroConfirmations', text: 'Zero confirmations' },
	{ name: 'ConfirmationTooLarge', text: 'Confirmation exceeds limit' },
	{ name: 'RootRollBack', text: 'Root rolled back' },
	{
		name: 'ConfirmationRollBack',
		text: 'Confirmations for same vote were smaller in new proposed state',
	},
	{ name: 'SlotSmallerThanRoot', text: 'New state contained a vote slot smaller than the root' },
	{ name: 'TooManyVotes', text: 'New state contained too many votes' },
	{
		name: 'VotesTooOldAllFiltered',
		text: 'every slot in the vote was older than the SlotHashes history',
	},
	{ name: 'RootOnDifferentFork', text: 'Proposed root is not in slot hashes' },
	{
		name: 'ActiveVoteAccountClose',
		text: 'Cannot close vote account unless it stopped voting at least one full epoch ago',
	},
	{ name: 'CommissionUpdateTooLate', text: 'Cannot update commission at this point in the epoch' },
	{ name: 'AssertionFailed', text: 'Assertion failed' },
] as const;

/** Upstream's variant names. */
export type VoteErrorName = (typeof VOTE_ERRORS)[number]['name'];

function buildConstants(): Readonly<Record<VoteErrorName, InstructionError>> {
	const constants: Partial<Record<VoteErrorName, InstructionError>> = {};
	VOTE_ERRORS.forEach(({ name }, code) => {
		constants[name] = Object.freeze(InstructionError.Custom(code));
	});
	return Object.freeze(constants) as Readonly<Record<VoteErrorName, InstructionError>>;
}

/** The errors of the Vote program, each as the number an instruction fails with. */
export const VoteError: Readonly<Record<VoteErrorName, InstructionError>> = buildConstants();
