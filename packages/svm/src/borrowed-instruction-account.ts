/**
 * Owns what a program may do to an account it was given: each change is checked against ownership,
 * writability, size and lamport rules before it happens.
 *
 * Source: solana-transaction-context 4.3.0, instruction_accounts.rs.
 */

import { Fault, InstructionError, type Lamports, type Pubkey, U64_MAX } from '@parhelion/sdk';
import type { TransactionAccount } from './transaction-accounts.ts';
import type { TransactionContext } from './transaction-context.ts';

/** How an instruction names an account of its transaction. */
export class InstructionAccount {
	readonly indexInTransaction: number;
	isSigner: boolean;
	isWritable: boolean;

	constructor(indexInTransaction: number, isSigner: boolean, isWritable: boolean) {
		this.indexInTransaction = indexInTransaction;
		this.isSigner = isSigner;
		this.isWritable = isWritable;
	}
}

/**
 * An account borrowed from the transaction for the running instruction; {@link drop} it when done.
 * A `Fault` may leave the borrow open: an instruction that failed ends its transaction.
 */
export class BorrowedInstructionAccount {
	readonly transactionContext: TransactionContext;
	readonly account: TransactionAccount;
	readonly instructionAccount: InstructionAccount;
	private readonly program: Pubkey | undefined;

	constructor(
		transactionContext: TransactionContext,
		account: TransactionAccount,
		instructionAccount: InstructionAccount,
		program: Pubkey | undefined,
	) {
		this.transactionContext = transactionContext;
		this.account = account;
		this.instructionAccount = instructionAccount;
		this.program = program;
	}

	/** Ends the borrow. Call once. */
	drop(): void {
		this.transactionContext.accounts.releaseBorrowMut(this.account);
	}

	/** Index in the transaction. */
	getIndexInTransaction(): number {
		return this.instructionAccount.indexInTransaction;
	}

	getKey(): Pubkey {
		return this.account.key;
	}

	getOwner(): Pubkey {
		return this.account.owner;
	}

	/** Assigns a new owner. Fails with `ModifiedProgramId` unless owned, writable, and all zero or empty. */
	setOwner(owner: Pubkey): void {
		if (!this.isOwnedByCurrentProgram() || !this.isWritable() || !isZeroed(this.account.data)) {
			throw new Fault(InstructionError.ModifiedProgramId);
		}
		if (this.account.owner.equals(owner)) return;
		this.account.touched = true;
		this.account.owner = owner;
	}

	getLamports(): Lamports {
		return this.account.lamports;
	}

	/** Sets the balance. Fails with `ExternalAccountLamportSpend`, `ReadonlyLamportChange`. */
	setLamports(lamports: Lamports): void {
		const account = this.account;
		const old = account.lamports;
		if (lamports < old && !this.isOwnedByCurrentProgram()) {
			throw new Fault(InstructionError.ExternalAccountLamportSpend);
		}
		if (!this.isWritable()) throw new Fault(InstructionError.ReadonlyLamportChange);
		if (old === lamports) return;
		this.transactionContext.accounts.addLamportsDelta(lamports - old);
		account.touched = true;
		account.lamports = lamports;
	}

	/** Adds to the balance. Fails with `ArithmeticOverflow`, then as {@link setLamports}. */
	checkedAddLamports(lamports: Lamports): void {
		const sum = this.account.lamports + lamports;
		if (sum > U64_MAX) throw new Fault(InstructionError.ArithmeticOverflow);
		this.setLamports(sum);
	}

	/** Takes from the balance. Fails with `ArithmeticOverflow`, then as {@link setLamports}. */
	checkedSubLamports(lamports: Lamports): void {
		const difference = this.account.lamports - lamports;
		if (difference < 0n) throw new Fault(InstructionError.ArithmeticOverflow);
		this.setLamports(difference);
	}

	/** The data for reading; not to be kept across a change of the account. */
	getData(): Uint8Array {
		return this.account.data;
	}

	/** The data for writing. Fails as {@link canDataBeChanged}. */
	getDataMut(): Uint8Array {
		this.canDataBeChanged();
		this.account.touched = true;
		return this.account.dataMut();
	}

	/** Replaces the data, its length included. Fails as {@link canDataBeResized}. */
	setDataFromSlice(data: Uint8Array): void {
		this.canDataBeResized(data.length);
		this.account.touched = true;
		this.transactionContext.accounts.updateAccountsResizeDelta(this.account.data.length, data.length);
		this.account.setDataFromSlice(data);
	}

	/** Cuts the data or extends it by zeros. Fails as {@link canDataBeResized}. */
	setDataLength(newLength: number): void {
		this.canDataBeResized(newLength);
		const oldLength = this.account.data.length;
		if (oldLength === newLength) return;
		this.account.touched = true;
		this.transactionContext.accounts.updateAccountsResizeDelta(oldLength, newLength);
		this.account.resize(newLength);
	}

	/** Appends to the data. Fails as {@link canDataBeResized}. */
	extendFromSlice(data: Uint8Array): void {
		const oldLength = this.account.data.length;
		const newLength = oldLength + data.length;
		this.canDataBeResized(newLength);
		if (data.length === 0) return;
		this.account.touched = true;
		this.transactionContext.accounts.updateAccountsResizeDelta(oldLength, newLength);
		this.account.resize(newLength);
		this.account.data.set(data, oldLength);
	}

	/** Whether the data was not written since it was loaded. */
	isShared(): boolean {
		return this.account.shared;
	}

	/**
	 * Writes an encoded state over the front of the data, leaving the rest as it is. Fails as
	 * {@link getDataMut}, then with `AccountDataTooSmall`.
	 */
	setState(encoded: Uint8Array): void {
		const data = this.getDataMut();
		if (encoded.length > data.length) throw new Fault(InstructionError.AccountDataTooSmall);
		data.set(encoded);
	}

	/** Whether the balance would be rent exempt with `dataLength` bytes of data. */
	isRentExemptAtDataLength(dataLength: number): boolean {
		return this.transactionContext.rent.isExempt(this.account.lamports, dataLength);
	}

	isExecutable(): boolean {
		return this.account.executable;
	}

	/** Sets the executable flag. Fails with `ExecutableAccountNotRentExempt`, `ExecutableModified`. */
	setExecutable(isExecutable: boolean): void {
		if (!this.isRentExemptAtDataLength(this.account.data.length)) {
			throw new Fault(InstructionError.ExecutableAccountNotRentExempt);
		}
		if (!this.isOwnedByCurrentProgram() || !this.isWritable()) {
			throw new Fault(InstructionError.ExecutableModified);
		}
		if (this.account.executable === isExecutable) return;
		this.account.touched = true;
		this.account.executable = isExecutable;
	}

	getRentEpoch(): bigint {
		return this.account.rentEpoch;
	}

	/** Whether the instruction has it as a signer. */
	isSigner(): boolean {
		return this.instructionAccount.isSigner;
	}

	/** Whether the instruction has it as writable. */
	isWritable(): boolean {
		return this.instructionAccount.isWritable;
	}

	/** Whether the running program owns it. */
	isOwnedByCurrentProgram(): boolean {
		return this.program?.equals(this.account.owner) ?? false;
	}

	/** Fails with `ReadonlyDataModified`, `ExternalAccountDataModified`. */
	canDataBeChanged(): void {
		if (!this.isWritable()) throw new Fault(InstructionError.ReadonlyDataModified);
		if (!this.isOwnedByCurrentProgram()) throw new Fault(InstructionError.ExternalAccountDataModified);
	}

	/** Fails with `InvalidRealloc`, `MaxAccountsDataAllocationsExceeded`, then as {@link canDataBeChanged}. */
	canDataBeResized(newLen: number): void {
		this.transactionContext.accounts.canDataBeResized(this.account.data.length, newLen);
		this.canDataBeChanged();
	}
}

/** Whether every byte is zero. */
export function isZeroed(bytes: Uint8Array): boolean {
	for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
	return true;
}
