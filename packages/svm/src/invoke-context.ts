/**
 * Owns the running of instructions: the call stack with its re-entrancy rule, privileges of a CPI, the
 * compute meter, and the dispatch to builtins and loaders.
 *
 * Source: solana-program-runtime 4.3.0, invoke_context.rs.
 */

import type { Arena, ContextObject, MemoryMapping } from '@parhelion/sbpf';
import {
	Fault,
	type Instruction,
	InstructionError,
	instructionErrorFromU64,
	type Pubkey,
	programIds,
	type RuntimeFeatures,
} from '@parhelion/sdk';
import type { InstructionAccount } from './borrowed-instruction-account.ts';
import { type CpiInstruction, resolveInstruction, UNKNOWN } from './cpi-instruction.ts';
import type { EnvironmentConfig } from './environment-config.ts';
import type { SVMTransactionExecutionBudget, SVMTransactionExecutionCost } from './execution-budget.ts';
import { indexMap } from './instruction-context.ts';
import type { LogCollector } from './log-collector.ts';
import { MemoryContexts } from './memory-context.ts';
import { createProgramAddress, PUBKEY_ERROR_CODES } from './pda.ts';
import type { ProgramCacheForTxBatch } from './program-cache.ts';
import type { ProgramCacheEntry, ProgramRuntimeEnvironment } from './program-cache-entry.ts';
import { asInstructionError, type ProgramError, programErrorText } from './program-error.ts';
import { programFailure, programInvoke, programSuccess } from './stable-log.ts';
import type { SysvarCache } from './sysvar-cache.ts';
import type { TransactionContext } from './transaction-context.ts';

/** The compute units left to a transaction. */
export class ComputeMeter {
	remaining: number;

	constructor(remaining: number) {
		this.remaining = remaining;
	}

	/** Takes `amount` CU. Fails with `ComputationalBudgetExceeded`, leaving nothing. */
	consumeChecked(amount: number): void {
		if (this.remaining < amount) {
			this.remaining = 0;
			throw new Fault(InstructionError.ComputationalBudgetExceeded);
		}
		this.remaining -= amount;
	}
}

/** The transaction being executed, as programs and syscalls see it. */
export class InvokeContext implements ContextObject {
	readonly transactionContext: TransactionContext;
	readonly programCacheForTxBatch: ProgramCacheForTxBatch;
	readonly environmentConfig: EnvironmentConfig;
	readonly computeMeter: ComputeMeter;
	readonly logCollector: LogCollector | null;
	readonly memoryContexts: MemoryContexts = new MemoryContexts();
	readonly arena: Arena;
	private readonly computeBudget: SVMTransactionExecutionBudget;
	private readonly executionCost: SVMTransactionExecutionCost;

	constructor(
		transactionContext: TransactionContext,
		programCacheForTxBatch: ProgramCacheForTxBatch,
		environmentConfig: EnvironmentConfig,
		logCollector: LogCollector | null,
		computeBudget: SVMTransactionExecutionBudget,
		executionCost: SVMTransactionExecutionCost,
		arena: Arena,
	) {
		this.transactionContext = transactionContext;
		this.programCacheForTxBatch = programCacheForTxBatch;
		this.environmentConfig = environmentConfig;
		this.logCollector = logCollector;
		this.computeBudget = computeBudget;
		this.executionCost = executionCost;
		this.computeMeter = new ComputeMeter(computeBudget.compute_unit_limit);
		this.arena = arena;
	}

	// ContextObject, for the virtual machine.

	consume(amount: number): void {
		this.computeMeter.remaining = Math.max(this.computeMeter.remaining - amount, 0);
	}

	getRemaining(): number {
		return this.computeMeter.remaining;
	}

	get memOpBaseCost(): number {
		return this.executionCost.mem_op_base_cost;
	}

	get memOpBytesPerUnit(): number {
		return this.executionCost.cpi_bytes_per_unit;
	}

	activeMapping(): MemoryMapping {
		return this.memoryContexts.memoryMapping();
	}

	/** Logs a line of the runtime itself (upstream: `ic_msg!`). */
	icMsg(message: string): void {
		this.logCollector?.log(message);
	}

	/** Height of the stack; 1 inside a top-level instruction. */
	getStackHeight(): number {
		return this.transactionContext.getInstructionStackHeight();
	}

	getLogCollector(): LogCollector | null {
		return this.logCollector;
	}

	getComputeBudget(): SVMTransactionExecutionBudget {
		return this.computeBudget;
	}

	getExecutionCost(): SVMTransactionExecutionCost {
		return this.executionCost;
	}

	getFeatureSet(): RuntimeFeatures {
		return this.environmentConfig.featureSet;
	}

	getSysvarCache(): SysvarCache {
		return this.environmentConfig.sysvarCache;
	}

	getProgramRuntimeEnvironmentForDeployment(): ProgramRuntimeEnvironment {
		return this.environmentConfig.programRuntimeEnvironments.deployment;
	}

	/** Lamports staked in the current epoch. */
	getEpochStake(): bigint {
		return this.environmentConfig.epochStakeCallback.getEpochStake();
	}

	/** Lamports delegated to a vote account in the current epoch. */
	getEpochStakeForVoteAccount(voteAddress: Pubkey): bigint {
		return this.environmentConfig.epochStakeCallback.getEpochStakeForVoteAccount(voteAddress);
	}

	/** Whether the running program's pointers must be aligned: all but those of the deprecated loader. */
	getCheckAligned(): boolean {
		const context = this.transactionContext;
		if (context.getInstructionStackHeight() === 0) return true;
		return !context.getCurrentInstructionContext().getProgramOwner().equals(programIds.bpfLoaderDeprecated);
	}

	/**
	 * Puts the configured instruction on the stack.
	 *
	 * Fails with `UnsupportedProgramId`, `ReentrancyNotAllowed`, then as `TransactionContext.push`.
	 */
	push(): void {
		const context = this.transactionContext;
		const next = context.getNextInstructionContext();
		const program = context.accounts.accountKey(next.programAccountIndexInTx);
		if (program === undefined) throw new Fault(InstructionError.UnsupportedProgramId);
		const height = context.getInstructionStackHeight();
		if (height !== 0) {
			let contains = false;
			for (let level = 0; level < height && !contains; level++) {
				contains = context.getInstructionContextAtNestingLevel(level).getProgramKey().equals(program);
			}
			// A program may call itself, but not again from inside another.
			if (contains && !context.getCurrentInstructionContext().getProgramKey().equals(program)) {
				throw new Fault(InstructionError.ReentrancyNotAllowed);
			}
		}
		context.push();
		this.memoryContexts.pushPlaceholder();
	}

	/** Takes the running instruction off the stack. Fails as `TransactionContext.pop`. */
	pop(): void {
		this.memoryContexts.pop();
		this.transactionContext.pop();
	}

	/**
	 * Invokes another program from a builtin; each list of seeds makes an address of the caller a signer.
	 *
	 * Fails with the seeds' error as a number, then as {@link prepareNextCpiInstruction} and {@link processInstruction}.
	 */
	nativeInvokeSigned(instruction: Instruction, signerSeeds: readonly (readonly Uint8Array[])[]): void {
		const caller = this.transactionContext.getCurrentInstructionContext().getProgramKey();
		const signers: Pubkey[] = [];
		for (const seeds of signerSeeds) {
			const address = createProgramAddress(seeds, caller);
			// Upstream converts the error's ordinal, not its meaning.
			if (!address.ok) throw new Fault(instructionErrorFromU64(BigInt(PUBKEY_ERROR_CODES[address.error])));
			signers.push(address.value);
		}
		this.prepareNextCpiInstruction(resolveInstruction(this.transactionContext, instruction), signers);
		this.processInstruction();
	}

	/**
	 * Sets up a CPI: merges the privileges of repeated accounts and checks them against the caller's. Takes over the
	 * accounts.
	 *
	 * Fails with `MissingAccount` (logged), `PrivilegeEscalation` (logged), `MaxInstructionTraceLengthExceeded`.
	 */
	prepareNextCpiInstruction(instruction: CpiInstruction, signers: readonly Pubkey[]): void {
		const context = this.transactionContext;
		const { accounts, unknownAccount, programIndex } = instruction;
		if (unknownAccount !== null) {
			this.icMsg(`Instruction references an unknown account ${unknownAccount.toBase58()}`);
			throw new Fault(InstructionError.MissingAccount);
		}
		const calleeMap = indexMap(context.getNumberOfAccounts());
		const caller = context.getCurrentInstructionContext();
		for (let i = 0; i < accounts.length; i++) {
			const account = accounts[i]!;
			const indexInCallee = calleeMap[account.indexInTransaction]!;
			if (indexInCallee < i) {
				const first = accounts[indexInCallee]!;
				first.isSigner ||= account.isSigner;
				first.isWritable ||= account.isWritable;
			} else {
				calleeMap[account.indexInTransaction] = i;
			}
		}
		for (let i = 0; i < accounts.length; i++) {
			const account = accounts[i]!;
			const indexInCallee = calleeMap[account.indexInTransaction]!;
			if (i !== indexInCallee) {
				const first = accounts[indexInCallee]!;
				account.isSigner = first.isSigner;
				account.isWritable = first.isWritable;
				continue;
			}
			const indexInCaller = caller.getIndexOfAccountInInstruction(account.indexInTransaction);
			const inCaller = caller.instructionAccounts[indexInCaller]!;
			if (account.isWritable && !inCaller.isWritable) {
				this.icMsg(`${this.addressOf(account).toBase58()}'s writable privilege escalated`);
				throw new Fault(InstructionError.PrivilegeEscalation);
			}
			if (account.isSigner && !inCaller.isSigner && !contains(signers, this.addressOf(account))) {
				this.icMsg(`${this.addressOf(account).toBase58()}'s signer privilege escalated`);
				throw new Fault(InstructionError.PrivilegeEscalation);
			}
		}
		if (programIndex === UNKNOWN || caller.findIndexOfAccountInInstruction(programIndex) < 0) {
			this.icMsg(`Unknown program ${instruction.programId.toBase58()}`);
			throw new Fault(InstructionError.MissingAccount);
		}
		context.configureInstructionAtIndex(
			context.getInstructionTraceLength(),
			programIndex,
			accounts,
			calleeMap,
			instruction.data,
			context.getCurrentInstructionIndex(),
		);
	}

	private addressOf({ indexInTransaction }: InstructionAccount): Pubkey {
		return this.transactionContext.getKeyOfAccountAtIndex(indexInTransaction);
	}

	/**
	 * Runs the configured instruction; the compute meter shows what it used.
	 *
	 * Fails as {@link push}, then as the program, then as {@link pop}.
	 */
	processInstruction(): void {
		this.push();
		try {
			this.processExecutableChain();
		} catch (thrown) {
			this.popAfterFailure();
			throw thrown;
		}
		this.pop();
	}

	/** Takes a failed instruction off the stack; its own error is what counts. */
	popAfterFailure(): void {
		try {
			this.pop();
		} catch (thrown) {
			if (!(thrown instanceof Fault)) throw thrown;
		}
	}

	/**
	 * Calls the entry point of the running instruction's program, or of its loader.
	 *
	 * Fails with `UnsupportedProgramId`, the program's error, `BuiltinProgramsMustConsumeComputeUnits`.
	 */
	private processExecutableChain(): void {
		const context = this.transactionContext;
		const instruction = context.getCurrentInstructionContext();
		const programId = instruction.getProgramKey();
		const owner = instruction.getProgramOwner();
		const isBuiltin = owner.equals(programIds.nativeLoader);
		if (!isBuiltin && !isProgramLoader(owner)) throw new Fault(InstructionError.UnsupportedProgramId);
		const entry: ProgramCacheEntry | null = this.programCacheForTxBatch.find(isBuiltin ? programId : owner);
		if (entry === null || entry.program.kind !== 'Builtin')
			throw new Fault(InstructionError.UnsupportedProgramId);
		context.clearReturnData(programId);
		programInvoke(this.logCollector, programId, this.getStackHeight());
		const before = this.computeMeter.remaining;
		const hook = this.environmentConfig.invocationHook ?? null;
		hook?.before(this);
		try {
			entry.program.entrypoint(this);
		} catch (thrown) {
			if (!(thrown instanceof Fault)) throw thrown;
			const error = thrown.error as ProgramError;
			if (this.logCollector !== null) programFailure(this.logCollector, programId, programErrorText(error));
			const instructionError = asInstructionError(error);
			hook?.after(this, instructionError ?? InstructionError.ProgramFailedToComplete);
			if (instructionError === null) throw new Fault(InstructionError.ProgramFailedToComplete);
			throw thrown;
		}
		programSuccess(this.logCollector, programId);
		hook?.after(this, null);
		if (isBuiltin && this.computeMeter.remaining === before) {
			throw new Fault(InstructionError.BuiltinProgramsMustConsumeComputeUnits);
		}
	}
}

function isProgramLoader(owner: Pubkey): boolean {
	return (
		owner.equals(programIds.bpfLoaderUpgradeable) ||
		owner.equals(programIds.bpfLoader) ||
		owner.equals(programIds.bpfLoaderDeprecated) ||
		owner.equals(programIds.loaderV4)
	);
}

function contains(list: readonly Pubkey[], pubkey: Pubkey): boolean {
	for (const one of list) if (one.equals(pubkey)) return true;
	return false;
}
