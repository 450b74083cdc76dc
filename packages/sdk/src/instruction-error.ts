/**
 * Owns {@link InstructionError}: one row a variant with name, bincode discriminant and Display text.
 * Source: crate `solana-instruction-error`; the u64 codes from crate `solana-program-error`.
 */

/** The rows in order of their bincode discriminant. `Custom` prints its code after the text. */
export const INSTRUCTION_ERRORS = [
	{ name: 'GenericError', code: 0, text: 'generic instruction error' },
	{ name: 'InvalidArgument', code: 1, text: 'invalid program argument' },
	{ name: 'InvalidInstructionData', code: 2, text: 'invalid instruction data' },
	{ name: 'InvalidAccountData', code: 3, text: 'invalid account data for instruction' },
	{ name: 'AccountDataTooSmall', code: 4, text: 'account data too small for instruction' },
	{ name: 'InsufficientFunds', code: 5, text: 'insufficient funds for instruction' },
	{ name: 'IncorrectProgramId', code: 6, text: 'incorrect program id for instruction' },
	{ name: 'MissingRequiredSignature', code: 7, text: 'missing required signature for instruction' },
	{ name: 'AccountAlreadyInitialized', code: 8, text: 'instruction requires an uninitialized account' },
	{ name: 'UninitializedAccount', code: 9, text: 'instruction requires an initialized account' },
	{
		name: 'UnbalancedInstruction',
		code: 10,
		text: 'sum of account balances before and after instruction do not match',
	},
	{
		name: 'ModifiedProgramId',
		code: 11,
		text: 'instruction illegally modified the program id of an account',
	},
	{
		name: 'ExternalAccountLamportSpend',
		code: 12,
		text: 'instruction spent from the balance of an account it does not own',
	},
	{
		name: 'ExternalAccountDataModified',
		code: 13,
		text: 'instruction modified data of an account it does not own',
	},
	{ name: 'ReadonlyLamportChange', code: 14, text: 'instruction changed the balance of a read-only account' },
	{ name: 'ReadonlyDataModified', code: 15, text: 'instruction modified data of a read-only account' },
	{ name: 'DuplicateAccountIndex', code: 16, text: 'instruction contains duplicate accounts' },
	{ name: 'ExecutableModified', code: 17, text: 'instruction changed executable bit of an account' },
	{ name: 'RentEpochModified', code: 18, text: 'instruction modified rent epoch of an account' },
	{ name: 'NotEnoughAccountKeys', code: 19, text: 'insufficient account keys for instruction' },
	{
		name: 'AccountDataSizeChanged',
		code: 20,
		text: "program other than the account's owner changed the size of the account data",
	},
	{ name: 'AccountNotExecutable', code: 21, text: 'instruction expected an executable account' },
	{
		name: 'AccountBorrowFailed',
		code: 22,
		text: 'instruction tries to borrow reference for an account which is already borrowed',
	},
	{
		name: 'AccountBorrowOutstanding',
		code: 23,
		text: 'instruction left account with an outstanding borrowed reference',
	},
	{
		name: 'DuplicateAccountOutOfSync',
		code: 24,
		text: 'instruction modifications of multiply-passed account differ',
	},
	{ name: 'Custom', code: 25, text: 'custom program error: ' },
	{ name: 'InvalidError', code: 26, text: 'program returned invalid error code' },
	{ name: 'ExecutableDataModified', code: 27, text: 'instruction changed executable accounts data' },
	{
		name: 'ExecutableLamportChange',
		code: 28,
		text: 'instruction changed the balance of an executable account',
	},
	{ name: 'ExecutableAccountNotRentExempt', code: 29, text: 'executable accounts must be rent exempt' },
	{ name: 'UnsupportedProgramId', code: 30, text: 'Unsupported program id' },
	{ name: 'CallDepth', code: 31, text: 'Cross-program invocation call depth too deep' },
	{ name: 'MissingAccount', code: 32, text: 'An account required by the instruction is missing' },
	{
		name: 'ReentrancyNotAllowed',
		code: 33,
		text: 'Cross-program invocation reentrancy not allowed for this instruction',
	},
	{ name: 'MaxSeedLengthExceeded', code: 34, text: 'Length of the seed is too long for address generation' },
	{ name: 'InvalidSeeds', code: 35, text: 'Provided seeds do not result in a valid address' },
	{ name: 'InvalidRealloc', code: 36, text: 'Failed to reallocate account data' },
	{ name: 'ComputationalBudgetExceeded', code: 37, text: 'Computational budget exceeded' },
	{
		name: 'PrivilegeEscalation',
		code: 38,
		text: 'Cross-program invocation with unauthorized signer or writable account',
	},
	{
		name: 'ProgramEnvironmentSetupFailure',
		code: 39,
		text: 'Failed to create program execution environment',
	},
	{ name: 'ProgramFailedToComplete', code: 40, text: 'Program failed to complete' },
	{ name: 'ProgramFailedToCompile', code: 41, text: 'Program failed to compile' },
	{ name: 'Immutable', code: 42, text: 'Account is immutable' },
	{ name: 'IncorrectAuthority', code: 43, text: 'Incorrect authority provided' },
	{ name: 'BorshIoError', code: 44, text: 'Failed to serialize or deserialize account data' },
	{
		name: 'AccountNotRentExempt',
		code: 45,
		text: 'An account does not have enough lamports to be rent-exempt',
	},
	{ name: 'InvalidAccountOwner', code: 46, text: 'Invalid account owner' },
	{ name: 'ArithmeticOverflow', code: 47, text: 'Program arithmetic overflowed' },
	{ name: 'UnsupportedSysvar', code: 48, text: 'Unsupported sysvar' },
	{ name: 'IllegalOwner', code: 49, text: 'Provided owner is not allowed' },
	{
		name: 'MaxAccountsDataAllocationsExceeded',
		code: 50,
		text: 'Accounts data allocations exceeded the maximum allowed per transaction',
	},
	{ name: 'MaxAccountsExceeded', code: 51, text: 'Max accounts exceeded' },
	{ name: 'MaxInstructionTraceLengthExceeded', code: 52, text: 'Max instruction trace length exceeded' },
	{
		name: 'BuiltinProgramsMustConsumeComputeUnits',
		code: 53,
		text: 'Builtin programs must consume compute units',
	},
] as const;

/** Upstream's variant names. */
export type InstructionErrorName = (typeof INSTRUCTION_ERRORS)[number]['name'];
type Fieldless = Exclude<InstructionErrorName, 'Custom'>;

/** Why an instruction failed. */
export type InstructionError =
	| { readonly kind: 'Custom'; readonly code: number }
	| { readonly kind: Fieldless };

type InstructionErrorConstants = { readonly [N in Fieldless]: { readonly kind: N } } & {
	/** A program's own error; `code` is a u32. */
	readonly Custom: (code: number) => InstructionError;
};

const rowOf = new Map<string, (typeof INSTRUCTION_ERRORS)[number]>();
for (const row of INSTRUCTION_ERRORS) rowOf.set(row.name, row);

function buildConstants(): InstructionErrorConstants {
	const constants: Record<string, unknown> = {
		Custom: (code: number): InstructionError => ({ kind: 'Custom', code: code >>> 0 }),
	};
	for (const { name } of INSTRUCTION_ERRORS) {
		if (name !== 'Custom') constants[name] = Object.freeze({ kind: name });
	}
	return Object.freeze(constants) as InstructionErrorConstants;
}

/** A frozen constant for every fieldless variant, and `Custom(code)`. */
export const InstructionError: InstructionErrorConstants = buildConstants();

/** The Display text, as Agave logs it. */
export function instructionErrorText(error: InstructionError): string {
	const text = rowOf.get(error.kind)!.text;
	return error.kind === 'Custom' ? `${text}0x${error.code.toString(16)}` : text;
}

/** The bincode discriminant (u32). */
export function instructionErrorCode(error: InstructionError): number {
	return rowOf.get(error.kind)!.code;
}

/** The serde_json shape: the variant's name, or `{Custom: code}`. */
export function instructionErrorToJson(error: InstructionError): string | { Custom: number } {
	return error.kind === 'Custom' ? { Custom: error.code } : error.kind;
}

/** Whether two errors are the same variant with the same fields. */
export function instructionErrorEquals(a: InstructionError, b: InstructionError): boolean {
	if (a.kind === 'Custom') return b.kind === 'Custom' && a.code === b.code;
	return a.kind === b.kind;
}

/** Row `i` belongs to the u64 `(i + 1) << 32`, a builtin error returned by a program. */
const PROGRAM_ERRORS: readonly Fieldless[] = [
	'InvalidArgument',
	'InvalidInstructionData',
	'InvalidAccountData',
	'AccountDataTooSmall',
	'InsufficientFunds',
	'IncorrectProgramId',
	'MissingRequiredSignature',
	'AccountAlreadyInitialized',
	'UninitializedAccount',
	'NotEnoughAccountKeys',
	'AccountBorrowFailed',
	'MaxSeedLengthExceeded',
	'InvalidSeeds',
	'BorshIoError',
	'AccountNotRentExempt',
	'UnsupportedSysvar',
	'IllegalOwner',
	'MaxAccountsDataAllocationsExceeded',
	'InvalidRealloc',
	'MaxInstructionTraceLengthExceeded',
	'BuiltinProgramsMustConsumeComputeUnits',
	'InvalidAccountOwner',
	'ArithmeticOverflow',
	'Immutable',
	'IncorrectAuthority',
];

/**
 * The error a program's non-zero return value stands for.
 *
 * Upper half zero: `Custom(value)`. Lower half zero and a known code: the builtin error. Otherwise
 * `InvalidError`. Source: `impl From<T: ToPrimitive> for InstructionError`.
 */
export function instructionErrorFromU64(value: bigint): InstructionError {
	const high = Number(value >> 32n);
	const low = Number(value & 0xffff_ffffn);
	if (high === 0) return InstructionError.Custom(low);
	if (low !== 0) return InstructionError.InvalidError;
	if (high === 1) return InstructionError.Custom(0);
	const name = PROGRAM_ERRORS[high - 2];
	return name === undefined ? InstructionError.InvalidError : InstructionError[name];
}
