/**
 * Owns the accounts of one running transaction: mutable copies of what was loaded, with the borrow
 * counters, touched flags, and the sums by which data and lamports have changed.
 *
 * Account data is copy-on-write: the bytes of a loaded {@link AccountSharedData} are never written.
 *
 * Source: solana-transaction-context 4.3.0, transaction_accounts.rs.
 */

import {
	type AccountSharedData,
	Fault,
	InstructionError,
	type Lamports,
	type Pubkey,
	Slab,
} from '@parhelion/sdk';
import { MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION, MAX_ACCOUNT_DATA_LEN } from './execution-budget.ts';

/** An address and the account found there. */
export type KeyedAccountSharedData = readonly [Pubkey, AccountSharedData];

/** Most shared borrows at once: upstream counts them in an i8. */
const MAX_BORROWS = 127;

/** Data up to this length is cut out of slabs; what survives in the end holds no more than one slab a piece. */
const SHORT_DATA = 512;
const shortData = new Slab(8 * 1024);

function newData(length: number): Uint8Array {
	return length <= SHORT_DATA ? shortData.bytes(length) : new Uint8Array(length);
}

function copyOf(data: Uint8Array): Uint8Array {
	return data.length <= SHORT_DATA ? shortData.copy(data) : data.slice();
}

/** One account of a running transaction. */
export class TransactionAccount {
	readonly key: Pubkey;
	lamports: Lamports;
	/** Read only unless {@link shared} is false; go through {@link dataMut}. Replaced when resized. */
	data: Uint8Array;
	owner: Pubkey;
	executable: boolean;
	readonly rentEpoch: bigint;
	/** Whether `data` still belongs to the account as it was loaded. */
	shared = true;
	/** Whether anything of the account was changed. */
	touched = false;
	/** Shared borrows, or -1 for an exclusive one. */
	borrowCounter = 0;
	readonly loaded: AccountSharedData;

	constructor(key: Pubkey, account: AccountSharedData) {
		this.key = key;
		this.lamports = account.lamports;
		this.data = account.data;
		this.owner = account.owner;
		this.executable = account.executable;
		this.rentEpoch = account.rentEpoch;
		this.loaded = account;
	}

	/** The data for writing: copied first if it is still the loaded account's. */
	dataMut(): Uint8Array {
		if (this.shared) {
			this.data = copyOf(this.data);
			this.shared = false;
		}
		return this.data;
	}

	/** Cuts the data or extends it by zeros. */
	resize(newLen: number): void {
		const old = this.data;
		if (!this.shared && newLen <= old.length) {
			this.data = old.subarray(0, newLen);
			return;
		}
		const data = newData(newLen);
		data.set(newLen < old.length ? old.subarray(0, newLen) : old);
		this.data = data;
		this.shared = false;
	}

	/** Replaces the data by a copy of `bytes`. */
	setDataFromSlice(bytes: Uint8Array): void {
		if (!this.shared && this.data.length === bytes.length) {
			this.data.set(bytes);
			return;
		}
		this.data = copyOf(bytes);
		this.shared = false;
	}

	/** The account as it is to be stored; the loaded object itself if nothing changed. */
	toAccountSharedData(): AccountSharedData {
		if (!this.touched && this.shared) return this.loaded;
		return {
			lamports: this.lamports,
			data: this.data,
			owner: this.owner,
			executable: this.executable,
			rentEpoch: this.rentEpoch,
		};
	}
}

/** The accounts of a running transaction, by index. */
export class TransactionAccounts {
	readonly list: readonly TransactionAccount[];
	private words: readonly number[] | null = null;
	/** Bytes by which account data grew in total; may be negative. */
	resizeDelta = 0;
	/** Sum of all lamport changes; zero whenever an instruction may start or end. */
	lamportsDelta = 0n;

	constructor(accounts: readonly KeyedAccountSharedData[]) {
		const list: TransactionAccount[] = new Array(accounts.length);
		for (let i = 0; i < accounts.length; i++) {
			const keyed = accounts[i]!;
			list[i] = new TransactionAccount(keyed[0], keyed[1]);
		}
		this.list = list;
	}

	/** Parallel to {@link list}: the first word of each address, which mostly tells them apart. */
	get firstWords(): readonly number[] {
		this.words ??= this.list.map(({ key }) => key.words[0]!);
		return this.words;
	}

	/** Number of accounts. */
	get length(): number {
		return this.list.length;
	}

	/** Marks an account as changed. Fails with `MissingAccount`. */
	touch(index: number): void {
		const account = this.list[index];
		if (account === undefined) throw new Fault(InstructionError.MissingAccount);
		account.touched = true;
	}

	/** Takes note that an account's data goes from `oldLen` to `newLen` bytes. */
	updateAccountsResizeDelta(oldLen: number, newLen: number): void {
		this.resizeDelta += newLen - oldLen;
	}

	/**
	 * Checks a change of data length against the limits of an account and of the transaction.
	 *
	 * Fails with `InvalidRealloc`, `MaxAccountsDataAllocationsExceeded`.
	 */
	canDataBeResized(oldLen: number, newLen: number): void {
		if (newLen > MAX_ACCOUNT_DATA_LEN) throw new Fault(InstructionError.InvalidRealloc);
		if (this.resizeDelta + (newLen - oldLen) > MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION) {
			throw new Fault(InstructionError.MaxAccountsDataAllocationsExceeded);
		}
	}

	/** Borrows exclusively; {@link releaseBorrowMut} ends it. Fails with `MissingAccount`, `AccountBorrowFailed`. */
	tryBorrowMut(index: number): TransactionAccount {
		const account = this.list[index];
		if (account === undefined) throw new Fault(InstructionError.MissingAccount);
		if (account.borrowCounter !== 0) throw new Fault(InstructionError.AccountBorrowFailed);
		account.borrowCounter = -1;
		return account;
	}

	/** Borrows for reading; {@link releaseBorrow} ends it. Fails with `MissingAccount`, `AccountBorrowFailed`. */
	tryBorrow(index: number): TransactionAccount {
		const account = this.list[index];
		if (account === undefined) throw new Fault(InstructionError.MissingAccount);
		if (account.borrowCounter < 0 || account.borrowCounter >= MAX_BORROWS) {
			throw new Fault(InstructionError.AccountBorrowFailed);
		}
		account.borrowCounter += 1;
		return account;
	}

	/** Ends a {@link tryBorrowMut}. */
	releaseBorrowMut(account: TransactionAccount): void {
		account.borrowCounter += 1;
	}

	/** Ends a {@link tryBorrow}. */
	releaseBorrow(account: TransactionAccount): void {
		account.borrowCounter -= 1;
	}

	/** Takes note of a lamport change. */
	addLamportsDelta(balance: bigint): void {
		// Upstream's i128 cannot overflow here: each of the balances summed up is below 2^64.
		this.lamportsDelta += balance;
	}

	/** The address of an account, or `undefined`. */
	accountKey(index: number): Pubkey | undefined {
		return this.list[index]?.key;
	}
}
