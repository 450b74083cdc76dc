/**
 * Owns one instruction of the trace: its program, accounts and data, and where it stands in the stack.
 * Upstream's frame and the view on it are one object here.
 *
 * Source: solana-transaction-context 4.3.0, instruction.rs.
 */

import { Fault, InstructionError, type Pubkey } from '@parhelion/sdk';
import { BorrowedInstructionAccount, type InstructionAccount } from './borrowed-instruction-account.ts';
import type { TransactionContext } from './transaction-context.ts';

/** "No index": of a caller, of a program account, in a deduplication map. */
export const NO_INDEX = 0xffff;

/** A map of `length` indices, each {@link NO_INDEX}. A plain array: a typed one of a few entries takes twice the bytes and time. */
export function indexMap(length: number): number[] {
	const map: number[] = new Array(length);
	for (let i = 0; i < length; i++) map[i] = NO_INDEX;
	return map;
}

const NO_ACCOUNTS: readonly InstructionAccount[] = [];
const NO_DEDUP_MAP: readonly number[] = [];
const NO_DATA = new Uint8Array(0);

/** An instruction of the trace. */
export class InstructionContext {
	readonly transactionContext: TransactionContext;
	readonly indexInTrace: number;
	nestingLevel = 0;
	/** Index in the trace of the instruction that called this one; {@link NO_INDEX} at top level. */
	indexOfCallerInstruction: number = NO_INDEX;
	programAccountIndexInTx = 0;
	instructionAccounts: readonly InstructionAccount[] = NO_ACCOUNTS;
	/** Index in the instruction by index in the transaction; {@link NO_INDEX} where it is not part of it. */
	dedupMap: readonly number[] = NO_DEDUP_MAP;
	instructionData: Uint8Array = NO_DATA;

	constructor(transactionContext: TransactionContext, indexInTrace: number) {
		this.transactionContext = transactionContext;
		this.indexInTrace = indexInTrace;
	}

	/** How many instructions were on the trace before this one. */
	getIndexInTrace(): number {
		return this.indexInTrace;
	}

	/** Index in the trace of the caller; {@link NO_INDEX} at top level. */
	getIndexOfCaller(): number {
		return this.indexOfCallerInstruction;
	}

	/** Height of the stack with this instruction on top; 1 at top level. */
	getStackHeight(): number {
		return this.nestingLevel + 1;
	}

	getNumberOfInstructionAccounts(): number {
		return this.instructionAccounts.length;
	}

	/** Fails with `MissingAccount` below `expectedAtLeast` accounts. */
	checkNumberOfInstructionAccounts(expectedAtLeast: number): void {
		if (this.instructionAccounts.length < expectedAtLeast) throw new Fault(InstructionError.MissingAccount);
	}

	getInstructionData(): Uint8Array {
		return this.instructionData;
	}

	/** Index in the transaction of the program. Fails with `MissingAccount`. */
	getIndexOfProgramAccountInTransaction(): number {
		if (this.programAccountIndexInTx === NO_INDEX) throw new Fault(InstructionError.MissingAccount);
		return this.programAccountIndexInTx;
	}

	/** Index in the transaction of an account of the instruction. Fails with `MissingAccount`. */
	getIndexOfInstructionAccountInTransaction(instructionAccountIndex: number): number {
		const account = this.instructionAccounts[instructionAccountIndex];
		if (account === undefined) throw new Fault(InstructionError.MissingAccount);
		return account.indexInTransaction;
	}

	/** Index in the instruction (the first, of duplicates) by index in the transaction. Fails with `MissingAccount`. */
	getIndexOfAccountInInstruction(indexInTransaction: number): number {
		const index = this.findIndexOfAccountInInstruction(indexInTransaction);
		if (index < 0) throw new Fault(InstructionError.MissingAccount);
		return index;
	}

	/** As {@link getIndexOfAccountInInstruction}, but -1 where the instruction does not have it. */
	findIndexOfAccountInInstruction(indexInTransaction: number): number {
		const index = this.dedupMap[indexInTransaction];
		return index === undefined || index >= this.instructionAccounts.length ? -1 : index;
	}

	/** Index of the first account with the same key, or `null` if this is the first. Fails with `MissingAccount`. */
	isInstructionAccountDuplicate(instructionAccountIndex: number): number | null {
		const indexInTransaction = this.getIndexOfInstructionAccountInTransaction(instructionAccountIndex);
		const first = this.getIndexOfAccountInInstruction(indexInTransaction);
		return first === instructionAccountIndex ? null : first;
	}

	/** Address of the program. Fails with `MissingAccount`. */
	getProgramKey(): Pubkey {
		return this.transactionContext.getKeyOfAccountAtIndex(this.getIndexOfProgramAccountInTransaction());
	}

	/** Owner of the program account, i.e. its loader. Fails with `MissingAccount`, `AccountBorrowFailed`. */
	getProgramOwner(): Pubkey {
		const accounts = this.transactionContext.accounts;
		const account = accounts.tryBorrow(this.getIndexOfProgramAccountInTransaction());
		accounts.releaseBorrow(account);
		return account.owner;
	}

	/** Borrows an account of the instruction. Fails with `MissingAccount`, `AccountBorrowFailed`. */
	tryBorrowInstructionAccount(indexInInstruction: number): BorrowedInstructionAccount {
		const instructionAccount = this.instructionAccounts[indexInInstruction];
		if (instructionAccount === undefined) throw new Fault(InstructionError.MissingAccount);
		const accounts = this.transactionContext.accounts;
		return new BorrowedInstructionAccount(
			this.transactionContext,
			accounts.tryBorrowMut(instructionAccount.indexInTransaction),
			instructionAccount,
			accounts.accountKey(this.programAccountIndexInTx),
		);
	}

	/** Whether an account of the instruction is a signer. Fails with `MissingAccount`. */
	isInstructionAccountSigner(instructionAccountIndex: number): boolean {
		const account = this.instructionAccounts[instructionAccountIndex];
		if (account === undefined) throw new Fault(InstructionError.MissingAccount);
		return account.isSigner;
	}

	/** Whether an account of the instruction is writable. Fails with `MissingAccount`. */
	isInstructionAccountWritable(instructionAccountIndex: number): boolean {
		const account = this.instructionAccounts[instructionAccountIndex];
		if (account === undefined) throw new Fault(InstructionError.MissingAccount);
		return account.isWritable;
	}

	/** Whether `pubkey` is among the signers (upstream: `get_signers` and `contains`). */
	isSignedBy(pubkey: Pubkey): boolean {
		const accounts = this.instructionAccounts;
		const list = this.transactionContext.accounts.list;
		for (let i = 0; i < accounts.length; i++) {
			const account = accounts[i]!;
			if (account.isSigner && list[account.indexInTransaction]!.key.equals(pubkey)) return true;
		}
		return false;
	}

	/** Address of an account of the instruction. Fails with `MissingAccount`. */
	getKeyOfInstructionAccount(indexInInstruction: number): Pubkey {
		return this.transactionContext.getKeyOfAccountAtIndex(
			this.getIndexOfInstructionAccountInTransaction(indexInInstruction),
		);
	}
}
