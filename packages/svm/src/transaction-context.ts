/**
 * Owns the state of one running transaction: its accounts, the instruction trace and stack, and the
 * return data. Refuses instructions that would break the depth, length and balance rules.
 *
 * Source: solana-transaction-context 4.3.0, transaction.rs.
 */

import type { AccessViolationHandler, Arena, MemoryRegion } from '@parhelion/sbpf';
import {
	type AccountSharedData,
	Fault,
	InstructionError,
	Pubkey,
	type Rent,
	storeCurrentIndex,
	sysvarIds,
} from '@parhelion/sdk';
import { isPubkeyAt } from './arena-pubkey.ts';
import type { InstructionAccount } from './borrowed-instruction-account.ts';
import { MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION, MAX_ACCOUNT_DATA_LEN } from './execution-budget.ts';
import { InstructionContext, indexMap, NO_INDEX } from './instruction-context.ts';
import {
	type KeyedAccountSharedData,
	type TransactionAccount,
	TransactionAccounts,
} from './transaction-accounts.ts';

/** What the last `sol_set_return_data` left, and whose it is. */
export interface TransactionReturnData {
	readonly programId: Pubkey;
	readonly data: Uint8Array;
}

/** Everything that outlives a {@link TransactionContext}. */
export interface ExecutionRecord {
	/** The accounts in transaction order; objects that did not change are the loaded ones. */
	readonly accounts: readonly AccountSharedData[];
	readonly returnData: TransactionReturnData;
	/** Parallel to `accounts`: whether each was changed. */
	readonly touchedFlags: readonly boolean[];
	/** Bytes by which account data grew in total. */
	readonly accountsResizeDelta: number;
}

const NO_DATA = new Uint8Array(0);

/** The transaction under execution. */
export class TransactionContext {
	readonly accounts: TransactionAccounts;
	readonly rent: Rent;
	private readonly instructionStackCapacity: number;
	private readonly instructionTraceCapacity: number;
	/** Indices into the trace. */
	private readonly instructionStack: number[] = [];
	/** One more than there are instructions: the last is reserved for the next CPI. */
	private readonly instructionTrace: InstructionContext[] = [];
	private nextTopLevel = 0;
	private numberOfCpis = 0;
	private returnDataProgram: Pubkey = Pubkey.default;
	private returnDataBytes: Uint8Array = NO_DATA;
	private readonly instructionsSysvarIndex: number;

	constructor(
		transactionAccounts: readonly KeyedAccountSharedData[],
		rent: Rent,
		instructionStackCapacity: number,
		instructionTraceCapacity: number,
		numberOfTopLevelInstructions: number,
	) {
		this.accounts = new TransactionAccounts(transactionAccounts);
		this.rent = rent;
		this.instructionStackCapacity = instructionStackCapacity;
		this.instructionTraceCapacity = instructionTraceCapacity;
		for (let i = 0; i <= numberOfTopLevelInstructions; i++) {
			this.instructionTrace.push(new InstructionContext(this, i));
		}
		this.instructionsSysvarIndex = this.findIndexOfAccount(sysvarIds.instructions);
	}

	getNumberOfAccounts(): number {
		return this.accounts.length;
	}

	/** Address of an account. Fails with `MissingAccount`. */
	getKeyOfAccountAtIndex(indexInTransaction: number): Pubkey {
		const account = this.accounts.list[indexInTransaction];
		if (account === undefined) throw new Fault(InstructionError.MissingAccount);
		return account.key;
	}

	/** Index of the first account with this address, or -1. */
	findIndexOfAccount(pubkey: Pubkey): number {
		const list = this.accounts.list;
		const key = pubkey.key;
		for (let i = 0; i < list.length; i++) if (list[i]!.key.key === key) return i;
		return -1;
	}

	/** Index of the first account whose address is the 32 bytes at arena offset `host`, or -1. */
	findIndexOfAccountInArena(arena: Arena, host: number): number {
		const { list, firstWords } = this.accounts;
		const word = arena.view.getInt32(host, true);
		for (let i = 0; i < firstWords.length; i++) {
			if (firstWords[i] === word && isPubkeyAt(arena, host, list[i]!.key)) return i;
		}
		return -1;
	}

	/** Most instructions the trace may hold. */
	getInstructionTraceCapacity(): number {
		return this.instructionTraceCapacity;
	}

	/** Instructions on the trace, top-level ones yet to run included. */
	getInstructionTraceLength(): number {
		return this.instructionTrace.length - 1;
	}

	/** An instruction by its index in the trace. Fails with `CallDepth`. */
	getInstructionContextAtIndexInTrace(indexInTrace: number): InstructionContext {
		const instruction = this.instructionTrace[indexInTrace];
		if (instruction === undefined) throw new Fault(InstructionError.CallDepth);
		return instruction;
	}

	/** An instruction by its level in the stack (0 is top level). Fails with `CallDepth`. */
	getInstructionContextAtNestingLevel(nestingLevel: number): InstructionContext {
		const indexInTrace = this.instructionStack[nestingLevel];
		if (indexInTrace === undefined) throw new Fault(InstructionError.CallDepth);
		return this.getInstructionContextAtIndexInTrace(indexInTrace);
	}

	/** Highest the stack may grow. */
	getInstructionStackCapacity(): number {
		return this.instructionStackCapacity;
	}

	/** Height of the stack; 1 inside a top-level instruction. */
	getInstructionStackHeight(): number {
		return this.instructionStack.length;
	}

	/** Index in the trace of the running instruction. Fails with `CallDepth`. */
	getCurrentInstructionIndex(): number {
		const index = this.instructionStack[this.instructionStack.length - 1];
		if (index === undefined) throw new Fault(InstructionError.CallDepth);
		return index;
	}

	/** The running instruction. Fails with `CallDepth`. */
	getCurrentInstructionContext(): InstructionContext {
		return this.getInstructionContextAtIndexInTrace(this.getCurrentInstructionIndex());
	}

	/** The instruction that {@link push} will start; must be configured. Fails with `CallDepth`. */
	getNextInstructionContext(): InstructionContext {
		return this.getInstructionContextAtIndexInTrace(
			this.instructionStack.length === 0 ? this.nextTopLevel : this.instructionTrace.length - 1,
		);
	}

	/**
	 * Sets up an instruction of the trace; takes over the arrays.
	 *
	 * `callerIndex` is the trace index of the caller, or `null` at top level. Fails with
	 * `MaxInstructionTraceLengthExceeded`.
	 */
	configureInstructionAtIndex(
		instructionIndex: number,
		programIndex: number,
		instructionAccounts: readonly InstructionAccount[],
		deduplicationMap: readonly number[],
		instructionData: Uint8Array,
		callerIndex: number | null,
	): void {
		const instruction = this.instructionTrace[instructionIndex];
		if (instruction === undefined) throw new Fault(InstructionError.MaxInstructionTraceLengthExceeded);
		if (callerIndex !== null) instruction.indexOfCallerInstruction = callerIndex;
		instruction.programAccountIndexInTx = programIndex;
		instruction.instructionAccounts = instructionAccounts;
		instruction.dedupMap = deduplicationMap;
		instruction.instructionData = instructionData;
	}

	/** The deduplication map of a list of accounts. */
	deduplicateAccounts(instructionAccounts: readonly InstructionAccount[]): number[] {
		const map = indexMap(this.accounts.length);
		for (let i = 0; i < instructionAccounts.length; i++) {
			const index = instructionAccounts[i]!.indexInTransaction;
			if (map[index] === NO_INDEX) map[index] = i;
		}
		return map;
	}

	/**
	 * Starts the next instruction.
	 *
	 * Fails with `UnbalancedInstruction`, `MaxInstructionTraceLengthExceeded`, `CallDepth`, and where the
	 * instructions sysvar is among the accounts `AccountBorrowFailed`, `InvalidAccountOwner`, `AccountDataTooSmall`.
	 */
	push(): void {
		const stack = this.instructionStack;
		const trace = this.instructionTrace;
		const nestingLevel = stack.length;
		if (nestingLevel !== 0 && this.accounts.lamportsDelta !== 0n) {
			throw new Fault(InstructionError.UnbalancedInstruction);
		}
		trace[trace.length - 1]!.nestingLevel = nestingLevel;
		if (this.numberOfCalledInstructionsInTrace() >= this.instructionTraceCapacity) {
			throw new Fault(InstructionError.MaxInstructionTraceLengthExceeded);
		}
		let indexInTrace: number;
		if (nestingLevel === 0) {
			indexInTrace = this.nextTopLevel++;
		} else {
			indexInTrace = trace.length - 1;
			this.numberOfCpis += 1;
			trace.push(new InstructionContext(this, trace.length));
		}
		if (nestingLevel >= this.instructionStackCapacity) throw new Fault(InstructionError.CallDepth);
		stack.push(indexInTrace);
		if (this.instructionsSysvarIndex >= 0) this.storeCurrentIndex(this.nextTopLevel - 1);
	}

	private storeCurrentIndex(topLevelIndex: number): void {
		const accounts = this.accounts;
		const account = accounts.tryBorrowMut(this.instructionsSysvarIndex);
		if (!account.owner.equals(sysvarIds.owner)) throw new Fault(InstructionError.InvalidAccountOwner);
		if (!storeCurrentIndex(account.dataMut(), topLevelIndex))
			throw new Fault(InstructionError.AccountDataTooSmall);
		accounts.releaseBorrowMut(account);
	}

	/**
	 * Ends the running instruction, whatever the outcome.
	 *
	 * Fails with `CallDepth`, `MissingAccount`, `AccountBorrowOutstanding`, `UnbalancedInstruction`.
	 */
	pop(): void {
		const stack = this.instructionStack;
		const indexInTrace = stack.pop();
		if (indexInTrace === undefined) throw new Fault(InstructionError.CallDepth);
		const instruction = this.getInstructionContextAtIndexInTrace(indexInTrace);
		const program = this.accounts.list[instruction.getIndexOfProgramAccountInTransaction()];
		if (program === undefined) throw new Fault(InstructionError.MissingAccount);
		if (program.borrowCounter !== 0) throw new Fault(InstructionError.AccountBorrowOutstanding);
		if (this.accounts.lamportsDelta !== 0n) throw new Fault(InstructionError.UnbalancedInstruction);
	}

	/** The return data, and the program that set it. */
	getReturnData(): TransactionReturnData {
		return { programId: this.returnDataProgram, data: this.returnDataBytes };
	}

	/** Sets the return data; takes over `data`. */
	setReturnData(programId: Pubkey, data: Uint8Array): void {
		this.returnDataProgram = programId;
		this.returnDataBytes = data;
	}

	/** Empties the return data on entry to a program. */
	clearReturnData(programId: Pubkey): void {
		this.returnDataProgram = programId;
		this.returnDataBytes = NO_DATA;
	}

	/**
	 * The handler for a store that a region refuses: touches the account behind it, grows it up to the room
	 * its region reserves, and calls `redirect` where account data is mapped directly.
	 *
	 * `redirect` is `null` where the region points at a serialised copy: then only its length grows. With
	 * direct mapping it must make the region point at the account's (now unshared) data.
	 */
	accessViolationHandler(
		redirect: ((region: MemoryRegion, account: TransactionAccount) => void) | null,
	): AccessViolationHandler {
		const accounts = this.accounts;
		return (region, addressSpaceReservedForAccount, accessType, vmAddr, len): void => {
			if (accessType === 0) return;
			const index = region.accessViolationHandlerPayload;
			if (index === null) return;
			const requestedLength = vmAddr + len - region.vmAddr;
			if (requestedLength > addressSpaceReservedForAccount) return;
			const account = accounts.list[index];
			if (account === undefined || account.borrowCounter !== 0) return;
			account.touched = true;
			if (requestedLength > region.len) {
				const remainingAllowedGrowth = Math.max(
					MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION - accounts.resizeDelta,
					0,
				);
				const oldLen = account.data.length;
				const newLen = Math.min(
					addressSpaceReservedForAccount,
					MAX_ACCOUNT_DATA_LEN,
					oldLen + remainingAllowedGrowth,
				);
				accounts.updateAccountsResizeDelta(oldLen, newLen);
				account.resize(newLen);
				region.len = newLen;
				region.writable = true;
			}
			if (redirect !== null) {
				account.dataMut();
				redirect(region, account);
			}
		};
	}

	/** Every instruction that was started or set up, in order. */
	getInstructionTrace(): readonly InstructionContext[] {
		return this.instructionTrace.slice(0, -1);
	}

	/** Instructions that have been started, finished ones included. */
	numberOfCalledInstructionsInTrace(): number {
		return this.nextTopLevel + this.numberOfCpis;
	}

	/** Index of the top-level instruction to run next. */
	nextTopLevelInstructionIndex(): number {
		return this.nextTopLevel;
	}

	/** CPIs on the trace. */
	numberOfCpisInTrace(): number {
		return this.numberOfCpis;
	}

	/** What remains after the run. */
	toExecutionRecord(): ExecutionRecord {
		const list = this.accounts.list;
		const accounts: AccountSharedData[] = new Array(list.length);
		const touchedFlags: boolean[] = new Array(list.length);
		for (let i = 0; i < list.length; i++) {
			const account = list[i]!;
			accounts[i] = account.toAccountSharedData();
			touchedFlags[i] = account.touched;
		}
		return {
			accounts,
			touchedFlags,
			returnData: this.getReturnData(),
			accountsResizeDelta: this.accounts.resizeDelta,
		};
	}
}
