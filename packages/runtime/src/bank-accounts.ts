/**
 * The accounts of a bank, with everything that must know when one of them is written: the sum of lamports, the
 * sysvar cache, the program cache, the listeners.
 *
 * Source: solana-runtime bank.rs (`store_account_and_update_capitalization`).
 */
import {
	type AccountSharedData,
	createAccount,
	type Lamports,
	type Pubkey,
	programIds,
	type Rent,
	type Slot,
} from '@parhelion/sdk';
import { programdataAddress, type TransactionBatchProcessor } from '@parhelion/svm';
import { AccountsDb } from './accounts-db.ts';
import type { BankEvents } from './bank-types.ts';
import type { Emitter } from './events.ts';
import type { SysvarStore } from './sysvar-accounts.ts';

/** The accounts of the open slot. */
export class BankAccounts implements SysvarStore {
	readonly rent: Rent;
	/** The slot that writes happen in. */
	slot: Slot;
	readonly #db: AccountsDb = new AccountsDb();
	readonly #processor: TransactionBatchProcessor;
	readonly #events: Emitter<BankEvents>;
	#capitalization: Lamports = 0n;

	constructor(rent: Rent, slot: Slot, processor: TransactionBatchProcessor, events: Emitter<BankEvents>) {
		this.rent = rent;
		this.slot = slot;
		this.#processor = processor;
		this.#events = events;
	}

	/** Accounts that exist. */
	get size(): number {
		return this.#db.size;
	}

	/** Lamports that exist. */
	get capitalization(): Lamports {
		return this.#capitalization;
	}

	getAccount(pubkey: Pubkey): AccountSharedData | null {
		return this.#db.get(pubkey) ?? null;
	}

	/** Lamports; 0 for an account that does not exist. */
	getBalance(pubkey: Pubkey): Lamports {
		return this.#db.get(pubkey)?.lamports ?? 0n;
	}

	/** The accounts that `program` owns. */
	programAccounts(program: Pubkey): Iterable<readonly [Pubkey, AccountSharedData]> {
		return this.#db.programAccounts(program);
	}

	/** Stores what a transaction or the bank wrote; an account without lamports is deleted. */
	store(pubkey: Pubkey, account: AccountSharedData): void {
		const before = this.#db.get(pubkey);
		this.#capitalization += account.lamports - (before?.lamports ?? 0n);
		const exists = account.lamports !== 0n;
		if (exists) this.#db.store(pubkey, account);
		else this.#db.delete(pubkey);
		if (this.#events.has('account')) {
			this.#events.emit('account', { slot: this.slot, pubkey, account: exists ? account : null });
		}
	}

	/** Stores a sysvar, which transactions see from then on. */
	storeSysvar(pubkey: Pubkey, account: AccountSharedData): void {
		this.store(pubkey, account);
		this.#processor.sysvarCache.setSysvar(pubkey, account.data);
	}

	/** Stores an account past all rules; `null`, or an account without lamports, deletes it. */
	set(pubkey: Pubkey, account: AccountSharedData | null): void {
		const stored = createAccount(account ?? {});
		// Once by what was there and once by what is there: either may be a program's code.
		this.#forgetPrograms(pubkey);
		this.storeSysvar(pubkey, stored);
		this.#forgetPrograms(pubkey);
	}

	/** Drops what is cached of a program whose account, or whose programdata, is written past the rules. */
	#forgetPrograms(pubkey: Pubkey): void {
		this.#processor.invalidateProgram(pubkey);
		const loader = programIds.bpfLoaderUpgradeable;
		if (this.getAccount(pubkey)?.owner.equals(loader) !== true) return;
		for (const [programId, { data }] of this.#db.programAccounts(loader)) {
			if (programdataAddress(data)?.equals(pubkey) === true) this.#processor.invalidateProgram(programId);
		}
	}
}
