/**
 * How a `LiteSVM` runs one transaction. Its rules are not quite the bank's: what fails before it runs is not
 * charged, a failed transaction pays but its nonce does not advance, a program that does not exist is
 * `InvalidProgramForExecution`, programdata does not count as loaded.
 *
 * Source: litesvm lib.rs (`process_transaction` and its callers).
 */
import {
	type AccountSharedData,
	createAccount,
	type FeatureSet,
	type Lamports,
	type Pubkey,
	programIds,
	RENT_EXEMPT_RENT_EPOCH,
	type Rent,
	type RuntimeFeatures,
	type SanitizedMessage,
	sysvarIds,
	TransactionError,
} from '@parhelion/sdk';
import {
	ADDRESS_LOOKUP_TABLE_BASE_SIZE,
	calculateFeeDetails,
	constructInstructionsAccount,
	DEFAULT_EXECUTION_COST,
	DEFAULT_LAMPORTS_PER_SIGNATURE,
	executionBudget,
	type InvocationHook,
	InvokeContext,
	type InvokeContextCallback,
	type JitMode,
	type KeyedAccountSharedData,
	type LogCollector,
	processMessage,
	type SVMTransactionExecutionBudget,
	type SVMTransactionExecutionCost,
	TRANSACTION_ACCOUNT_BASE_SIZE,
	type TransactionConfiguration,
	TransactionContext,
	totalFee,
	updateRentExemptStatusForAccount,
	validateFeePayer,
	verifyRentStateChanges,
} from '@parhelion/svm';
import { arena, type LiteBank } from './lite-bank.ts';

/** What stays the same from transaction to transaction. */
export interface ExecutionSettings {
	readonly featureSet: FeatureSet;
	readonly features: RuntimeFeatures;
	/** Replaces the budget that transactions ask for. */
	readonly budget: SVMTransactionExecutionBudget | null;
	/** Replaces the prices. */
	readonly cost: SVMTransactionExecutionCost | null;
	readonly stakes: InvokeContextCallback;
	/** Whether programs are compiled. */
	readonly jit: JitMode;
	/** Told of every invocation. */
	readonly invocationHook: InvocationHook | null;
}

/** How it went. */
export interface Execution {
	readonly error: TransactionError | null;
	/** CU. */
	readonly computeUnitsConsumed: number;
	readonly fee: Lamports;
	/** `null` where the transaction did not come to run. */
	readonly context: TransactionContext | null;
	/** Who pays the fee. */
	readonly payer: Pubkey | null;
}

/** The account put in the place of one that does not exist. */
const MISSING_ACCOUNT: AccountSharedData = createAccount({ rentEpoch: RENT_EXEMPT_RENT_EPOCH });

/** A load that failed. */
class LoadFailure {
	readonly error: TransactionError;
	constructor(error: TransactionError) {
		this.error = error;
	}
}

/**
 * Loads, takes the fee, runs.
 *
 * Errors in order: `MaxLoadedAccountsDataSizeExceeded` (lookup tables); account by account `SanitizeFailure`
 * (instructions sysvar), the fee payer's, `MaxLoadedAccountsDataSizeExceeded`; `AccountNotFound` (no payer);
 * `InvalidProgramForExecution`; `InstructionError`; `InsufficientFundsForRent`.
 */
export function executeTransaction(
	bank: LiteBank,
	message: SanitizedMessage,
	configuration: TransactionConfiguration,
	settings: ExecutionSettings,
	log: LogCollector,
): Execution {
	const { features } = settings;
	const fee = totalFee(
		calculateFeeDetails(message, DEFAULT_LAMPORTS_PER_SIGNATURE, configuration.priorityFeeLamports),
	);
	const accounts: KeyedAccountSharedData[] = [];
	const { rent } = bank;
	const { loadedAccountsDataSizeLimit } = configuration;
	const loaded = loadAccounts(bank, rent, message, fee, loadedAccountsDataSizeLimit, features, accounts);
	const payer = loaded instanceof LoadFailure ? null : loaded;
	const failed = (error: TransactionError): Execution => ({
		error,
		computeUnitsConsumed: 0,
		fee,
		context: null,
		payer,
	});
	if (loaded instanceof LoadFailure) return failed(loaded.error);
	if (!addLoaders(bank, message, accounts)) return failed(TransactionError.InvalidProgramForExecution);

	const budget = settings.budget ?? executionBudget(configuration, features);
	const context = new TransactionContext(
		accounts,
		rent,
		budget.max_instruction_stack_depth,
		budget.max_instruction_trace_length,
		message.instructions.length,
	);
	const { environment, programCache } = bank;
	const invokeContext = new InvokeContext(
		context,
		programCache,
		{
			// Not the latest: the original hands down what the message names.
			blockhash: message.recentBlockhash,
			blockhashLamportsPerSignature: DEFAULT_LAMPORTS_PER_SIGNATURE,
			alpenglowMigrationSucceeded: false,
			epochStakeCallback: settings.stakes,
			featureSet: features,
			programRuntimeEnvironments: { execution: environment, deployment: environment },
			sysvarCache: bank.sysvarCache,
			jit: settings.jit,
			invocationHook: settings.invocationHook,
		},
		log,
		budget,
		settings.cost ?? DEFAULT_EXECUTION_COST,
		arena(),
	);
	const failure = processMessage(message, invokeContext);
	// What a transaction deployed is loaded from its accounts when they are stored.
	programCache.drainModifiedEntries();
	return {
		error:
			failure === null
				? verifyRentStateChanges(context, message, rent, features.relaxPostExecMinBalanceCheck)
				: TransactionError.InstructionError(failure.index, failure.error),
		computeUnitsConsumed: budget.compute_unit_limit - invokeContext.getRemaining(),
		fee,
		context,
		payer,
	};
}

/** Fills `accounts` with the message's; gives the fee payer, from whose account the fee is taken. */
function loadAccounts(
	bank: LiteBank,
	rent: Rent,
	message: SanitizedMessage,
	fee: Lamports,
	sizeLimit: number,
	features: RuntimeFeatures,
	accounts: KeyedAccountSharedData[],
): Pubkey | LoadFailure {
	const keys = message.accountKeys;
	let size = message.numLookupTables * ADDRESS_LOOKUP_TABLE_BASE_SIZE;
	if (size > sizeLimit) return new LoadFailure(TransactionError.MaxLoadedAccountsDataSizeExceeded);
	let payer: Pubkey | null = null;
	for (let i = 0; i < keys.length; i++) {
		const key = keys[i]!;
		let account: AccountSharedData;
		if (key.equals(sysvarIds.instructions)) {
			const instructions = constructInstructionsAccount(message);
			if (instructions === null) return new LoadFailure(TransactionError.SanitizeFailure);
			account = instructions;
		} else {
			const stored = bank.accounts.get(key);
			account = stored ?? MISSING_ACCOUNT;
			if (stored !== undefined) size += TRANSACTION_ACCOUNT_BASE_SIZE + stored.data.length;
			if (message.isWritable(i)) account = updateRentExemptStatusForAccount(rent, account);
			if (payer === null && (!message.isInvoked(i) || message.isInstructionAccount(i))) {
				const relax = features.relaxPostExecMinBalanceCheck;
				const validated = validateFeePayer(account, i, rent, fee, relax);
				if (!validated.ok) return new LoadFailure(validated.error);
				account = validated.value;
				payer = key;
			}
		}
		if (size > sizeLimit) return new LoadFailure(TransactionError.MaxLoadedAccountsDataSizeExceeded);
		accounts.push([key, account]);
	}
	return payer ?? new LoadFailure(TransactionError.AccountNotFound);
}

/** Adds the loaders of the programs to the end of the accounts, as the original does; false for no program. */
function addLoaders(bank: LiteBank, message: SanitizedMessage, accounts: KeyedAccountSharedData[]): boolean {
	const own = accounts.length;
	for (const { programIdIndex } of message.instructions) {
		const [programId, program] = accounts[programIdIndex]!;
		if (programId.equals(programIds.nativeLoader)) continue;
		if (!program.executable) return false;
		const { owner } = program;
		if (owner.equals(programIds.nativeLoader)) continue;
		let isThere = false;
		for (let i = own; i < accounts.length && !isThere; i++) isThere = accounts[i]![0].equals(owner);
		if (isThere) continue;
		const loader = bank.accounts.get(owner);
		if (loader === undefined || !loader.owner.equals(programIds.nativeLoader) || !loader.executable)
			return false;
		accounts.push([owner, loader]);
	}
	return true;
}
