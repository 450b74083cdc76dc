/**
 * The face of this room: runs one checked transaction against the accounts a callback gives, and says what
 * to store. It changes nothing above it; the bank commits.
 *
 * Source: solana-svm 4.3.0, transaction_processor.rs.
 */

import { Arena } from '@parhelion/sbpf';
import {
	type AccountSharedData,
	type Epoch,
	type Pubkey,
	type RuntimeFeatures,
	type SanitizedMessage,
	type SanitizedTransaction,
	type Slot,
	TransactionError,
} from '@parhelion/sdk';
import {
	loadAccount,
	loadTransactionAccounts,
	type ValidatedFeePayer,
	validateNonceAndFeePayer,
} from './account-loader.ts';
import { deploymentFailure } from './deploy.ts';
import type { EnvironmentConfig, ProgramRuntimeEnvironments } from './environment-config.ts';
import {
	DEFAULT_EXECUTION_COST,
	newBudgetWithDefaults,
	type SVMTransactionExecutionCost,
} from './execution-budget.ts';
import { innerInstructions } from './inner-instructions.ts';
import { InvokeContext } from './invoke-context.ts';
import { LogCollector } from './log-collector.ts';
import { processMessage } from './message-processor.ts';
import { type ModifiedPrograms, ProgramCache, ProgramCacheForTxBatch } from './program-cache.ts';
import {
	type BuiltinEntrypoint,
	ProgramCacheEntry,
	type ProgramRuntimeEnvironment,
} from './program-cache-entry.ts';
import { executableProgramOwner, loadProgram } from './program-loader.ts';
import { uninitializedAccountsSize, verifyRentStateChanges } from './rent-state.ts';
import { createProgramRuntimeEnvironment } from './syscalls/index.ts';
import { SysvarCache } from './sysvar-cache.ts';
import type { KeyedAccountSharedData } from './transaction-accounts.ts';
import { TransactionContext } from './transaction-context.ts';
import type {
	CheckedTransactionDetails,
	LoadedTransaction,
	TransactionProcessingCallback,
	TransactionProcessingConfig,
	TransactionProcessingEnvironment,
	TransactionProcessingResult,
} from './transaction-processing-result.ts';

/** Runs the transactions of one slot after another. */
export class TransactionBatchProcessor {
	slot: Slot;
	epoch: Epoch;
	readonly sysvarCache: SysvarCache = new SysvarCache();
	readonly programCache: ProgramCache;
	readonly arena: Arena;
	/** The programs (`pubkey.key`) that transactions of this slot deployed, upgraded or closed. */
	readonly modifiedPrograms: Set<string> = new Set();
	private readonly builtins = new Map<string, { readonly id: Pubkey; readonly entry: ProgramCacheEntry }>();
	/** What transactions of this slot see of the program cache; replaced when the slot changes. */
	private batch: ProgramCacheForTxBatch;
	private executionCost: SVMTransactionExecutionCost = DEFAULT_EXECUTION_COST;
	private environments: ProgramRuntimeEnvironments | null = null;
	private environmentFeatures: RuntimeFeatures | null = null;
	private readonly addSyscalls: ((environment: ProgramRuntimeEnvironment) => void) | null;

	/**
	 * @param arena memory of the virtual machines; a new one by default.
	 * @param addSyscalls called with each environment created, to register syscalls of one's own.
	 */
	constructor(
		slot: Slot,
		epoch: Epoch,
		arena: Arena = new Arena(),
		programCache: ProgramCache = new ProgramCache(slot),
		addSyscalls: ((environment: ProgramRuntimeEnvironment) => void) | null = null,
	) {
		this.slot = slot;
		this.epoch = epoch;
		this.arena = arena;
		this.programCache = programCache;
		this.addSyscalls = addSyscalls;
		this.batch = new ProgramCacheForTxBatch(slot);
	}

	/**
	 * A processor of a slot that comes after `parent`'s: shares its memory, programs and environments, has its
	 * builtins and prices, and knows no sysvars yet. Upstream: `new_from`.
	 */
	static newFrom(parent: TransactionBatchProcessor, slot: Slot, epoch: Epoch): TransactionBatchProcessor {
		const { arena, programCache, addSyscalls } = parent;
		const processor = new TransactionBatchProcessor(slot, epoch, arena, programCache, addSyscalls);
		processor.executionCost = parent.executionCost;
		const { environments } = parent;
		processor.environments =
			environments === null
				? null
				: { execution: environments.execution, deployment: environments.execution };
		processor.environmentFeatures = parent.environmentFeatures;
		for (const [key, builtin] of parent.builtins) processor.builtins.set(key, builtin);
		processor.resetBatch();
		return processor;
	}

	/** Moves to another slot: programs deployed before become visible. The sysvar cache is the caller's to refresh. */
	setSlot(slot: Slot, epoch: Epoch): void {
		this.slot = slot;
		this.epoch = epoch;
		this.modifiedPrograms.clear();
		this.resetBatch();
	}

	private resetBatch(): void {
		this.batch = new ProgramCacheForTxBatch(this.slot);
		for (const { id, entry } of this.builtins.values()) this.batch.replenish(id, entry);
	}

	/** Overrides the prices of execution. */
	setExecutionCost(cost: SVMTransactionExecutionCost): void {
		this.executionCost = cost;
	}

	/** Adds or replaces a builtin program; its account is the bank's to create. */
	addBuiltin(programId: Pubkey, name: string, entrypoint: BuiltinEntrypoint): void {
		const entry = ProgramCacheEntry.newBuiltin(0n, name, entrypoint);
		this.builtins.set(programId.key, { id: programId, entry });
		this.batch.replenish(programId, entry);
	}

	/** The ids of the builtins. */
	builtinIds(): Pubkey[] {
		return Array.from(this.builtins.values(), ({ id }) => id);
	}

	/** Takes a builtin away (its migration to a program on chain). */
	removeBuiltin(programId: Pubkey): void {
		if (this.builtins.delete(programId.key)) this.batch.remove(programId);
	}

	/** Fills the sysvar cache with what it lacks. */
	fillMissingSysvarCacheEntries(callback: TransactionProcessingCallback): void {
		this.sysvarCache.fillMissingEntries((id) => callback.getAccountSharedData(id)?.data ?? null);
	}

	/** Fills the sysvar cache anew. */
	resetAndFillSysvarCacheEntries(callback: TransactionProcessingCallback): void {
		this.sysvarCache.reset();
		this.fillMissingSysvarCacheEntries(callback);
	}

	/** Forgets a program whose account was written past the processor (by a test or an administrator). */
	invalidateProgram(programId: Pubkey): void {
		if (this.builtins.has(programId.key)) return;
		this.programCache.removeProgram(programId);
		this.batch.remove(programId);
	}

	/** Makes what a committed transaction deployed, upgraded or closed visible to the next. */
	mergeModifiedPrograms(modified: ModifiedPrograms): void {
		if (modified.length === 0) return;
		for (const { key } of modified) this.modifiedPrograms.add(key.key);
		this.batch.merge(modified);
		this.programCache.merge(this.environments?.execution ?? null, modified);
	}

	/**
	 * Deploys a program of loader v3 past all accounts, as a bank does that replaces one: visible from the next slot on.
	 * Old versions of sBPF are allowed. Answers what is wrong with the ELF, or `null`; upstream:
	 * `directly_invoke_loader_v3_deploy`.
	 */
	deployCoreProgram(programId: Pubkey, elf: Uint8Array, features: RuntimeFeatures): string | null {
		const { deployment } = this.programRuntimeEnvironments(features);
		const failure = deploymentFailure(deployment, elf, false);
		if (failure !== null) return failure;
		const entry = ProgramCacheEntry.newUnloaded(this.slot, 'LoaderV3', deployment);
		this.programCache.assignProgram(deployment, programId, entry);
		this.batch.remove(programId);
		return null;
	}

	/**
	 * Says that this is the last slot of an epoch with `features` before one with `upcoming`: a program that is deployed now
	 * runs for the first time then, so it is checked by those.
	 */
	setUpcomingFeatures(features: RuntimeFeatures, upcoming: RuntimeFeatures): void {
		const { execution } = this.programRuntimeEnvironments(features);
		this.environments = { execution, deployment: this.newEnvironment(upcoming) };
	}

	/** The environments for running and deploying programs under `features`; made anew only when those change. */
	programRuntimeEnvironments(features: RuntimeFeatures): ProgramRuntimeEnvironments {
		if (this.environments !== null && this.environmentFeatures === features) return this.environments;
		if (this.environments === null || !isSame(this.environmentFeatures, features)) {
			const environment = this.newEnvironment(features);
			this.environments = { execution: environment, deployment: environment };
			this.resetBatch();
		}
		this.environmentFeatures = features;
		return this.environments;
	}

	private newEnvironment(features: RuntimeFeatures): ProgramRuntimeEnvironment {
		const budget = newBudgetWithDefaults(features.raiseCpiNestingLimitTo8);
		const environment = createProgramRuntimeEnvironment(features, budget, false, false);
		this.addSyscalls?.(environment);
		return environment;
	}

	/**
	 * Runs one transaction.
	 *
	 * Nothing is stored: see `collectAccountsToStore`, and {@link mergeModifiedPrograms} for a success. Errors
	 * before the run come in the order of `validateNonceAndFeePayer` (`notLoaded`) and
	 * `loadTransactionAccounts` (`feesOnly`); of the run, `InstructionError`, `InsufficientFundsForRent`,
	 * `UnbalancedTransaction`.
	 */
	loadAndExecuteSanitizedTransaction(
		callback: TransactionProcessingCallback,
		transaction: SanitizedTransaction,
		checked: CheckedTransactionDetails,
		environment: TransactionProcessingEnvironment,
		config: TransactionProcessingConfig,
	): TransactionProcessingResult {
		const message = transaction.message;
		const validated = validateNonceAndFeePayer(
			callback,
			message,
			checked,
			environment,
			config.strictNonceSizeCheck ?? false,
		);
		if (!validated.ok) return refused(callback, message, checked, environment, config, validated.error);
		const payer = validated.value;
		const load = loadTransactionAccounts(
			callback,
			message,
			payer.account,
			environment.rent,
			checked.loadedAccountsDataSizeLimit,
		);
		if (load.accounts === null) {
			return {
				kind: 'feesOnly',
				error: load.error!,
				rollbackAccounts: payer.rollbackAccounts,
				feeDetails: checked.feeDetails,
				loadedAccountsDataSize: environment.runtimeFeatures.defineLtdsFeeOnlySemantics
					? load.loadedAccountsDataSize
					: payer.rollbackAccounts.dataSize(),
			};
		}
		const environments = this.programRuntimeEnvironments(environment.runtimeFeatures);
		this.replenishProgramCache(callback, load.accounts, environments.execution);
		return this.execute(
			callback,
			message,
			checked,
			environment,
			environments,
			config,
			payer,
			load.accounts,
			load.loadedAccountsDataSize,
		);
	}

	/** Loads the programs among the accounts that this slot has not seen yet. */
	private replenishProgramCache(
		callback: TransactionProcessingCallback,
		accounts: readonly KeyedAccountSharedData[],
		environment: ProgramRuntimeEnvironment,
	): void {
		let getAccount: ((pubkey: Pubkey) => AccountSharedData | null) | null = null;
		for (let i = 0; i < accounts.length; i++) {
			const [key, account] = accounts[i]!;
			// Most accounts belong to no loader.
			if (account.data.length === 0 || this.batch.has(key)) continue;
			getAccount ??= (pubkey): AccountSharedData | null => loadAccount(callback, pubkey);
			const owner = executableProgramOwner(account, getAccount);
			if (owner === null) continue;
			const cached = this.programCache.find(key, owner, this.slot, environment);
			if (cached !== null) {
				this.batch.replenish(key, cached);
				continue;
			}
			const entry = loadProgram(account, getAccount, environment, this.slot);
			if (entry === null) continue;
			this.programCache.assignProgram(environment, key, entry);
			this.programCache.evict(this.slot);
			this.batch.replenish(key, entry);
		}
	}

	private execute(
		callback: TransactionProcessingCallback,
		message: SanitizedMessage,
		checked: CheckedTransactionDetails,
		environment: TransactionProcessingEnvironment,
		environments: ProgramRuntimeEnvironments,
		config: TransactionProcessingConfig,
		payer: ValidatedFeePayer,
		accounts: readonly KeyedAccountSharedData[],
		loadedAccountsDataSize: number,
	): TransactionProcessingResult {
		const budget = checked.budget;
		const context = new TransactionContext(
			accounts,
			environment.rent,
			budget.max_instruction_stack_depth,
			budget.max_instruction_trace_length,
			message.instructions.length,
		);
		const log = config.recordLogs ? new LogCollector(config.logBytesLimit) : null;
		const environmentConfig: EnvironmentConfig = {
			blockhash: environment.blockhash,
			blockhashLamportsPerSignature: environment.blockhashLamportsPerSignature,
			alpenglowMigrationSucceeded: false,
			epochStakeCallback: callback,
			featureSet: environment.runtimeFeatures,
			programRuntimeEnvironments: environments,
			sysvarCache: this.sysvarCache,
			jit: config.jit ?? 'auto',
			invocationHook: null,
		};
		const invokeContext = new InvokeContext(
			context,
			this.batch,
			environmentConfig,
			log,
			budget,
			this.executionCost,
			this.arena,
		);
		const failure = processMessage(message, invokeContext);
		const relax = environment.runtimeFeatures.relaxPostExecMinBalanceCheck;
		let status: TransactionError | null =
			failure === null
				? verifyRentStateChanges(context, message, environment.rent, relax)
				: TransactionError.InstructionError(failure.index, failure.error);
		if (status === null && context.accounts.lamportsDelta !== 0n)
			status = TransactionError.UnbalancedTransaction;

		const record = context.toExecutionRecord();
		const touchedFlags = record.touchedFlags as boolean[];
		// The fee was taken before the run.
		touchedFlags[0] = true;
		const after: KeyedAccountSharedData[] = new Array(accounts.length);
		for (let i = 0; i < accounts.length; i++) after[i] = [accounts[i]![0], record.accounts[i]!];
		const loadedTransaction: LoadedTransaction = {
			accounts: after,
			touchedFlags,
			rollbackAccounts: payer.rollbackAccounts,
			feeDetails: checked.feeDetails,
			computeBudget: budget,
			loadedAccountsDataSize,
		};
		const hasReturnData = config.recordReturnData && record.returnData.data.length > 0;
		return {
			kind: 'executed',
			loadedTransaction,
			execution: {
				status,
				logMessages: log === null ? null : log.messages,
				innerInstructions: config.recordInnerInstructions ? innerInstructions(context, message) : null,
				returnData: hasReturnData ? record.returnData : null,
				executedUnits: budget.compute_unit_limit - invokeContext.getRemaining(),
				accountsDataLenDelta: status === null ? record.accountsResizeDelta : 0,
				accountsUninitializedSize: status === null ? uninitializedAccountsSize(context, message) : 0,
			},
			feeDetails: checked.feeDetails,
			programsModified: this.batch.drainModifiedEntries(),
		};
	}
}

/** A transaction that cannot pay: SIMD-0290 lets it into a block without effect, unless it has a nonce. */
function refused(
	callback: TransactionProcessingCallback,
	message: SanitizedMessage,
	checked: CheckedTransactionDetails,
	environment: TransactionProcessingEnvironment,
	config: TransactionProcessingConfig,
	error: TransactionError,
): TransactionProcessingResult {
	const isNoOp = environment.runtimeFeatures.relaxFeePayerConstraint && checked.nonceAddress === null;
	if (!isNoOp || config.keepNoOpTransactions !== true) return { kind: 'notLoaded', error };
	return {
		kind: 'noOp',
		error,
		feePayerBalance: loadAccount(callback, message.feePayer)?.lamports ?? null,
		computeUnitLimit: checked.budget.compute_unit_limit,
		loadedAccountsDataSizeLimit: checked.loadedAccountsDataSizeLimit,
	};
}

function isSame(a: RuntimeFeatures | null, b: RuntimeFeatures): boolean {
	if (a === null) return false;
	for (const name of Object.keys(b) as (keyof RuntimeFeatures)[]) if (a[name] !== b[name]) return false;
	return true;
}
