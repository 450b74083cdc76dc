/** Puts what a worker needs to run a transaction into a record. */
import type { Bank } from '../bank/bank.ts';
import { MAX_PROCESSING_AGE } from '../bank/blockhash-queue.ts';
import type { AccountSlot, AccountTable, Resident } from './account-table.ts';
import type { ExecuteOptions } from './block-executor.ts';
import {
	AccountWriter,
	END_OF_ACCOUNTS,
	IS_NONCE,
	KEEPS_NO_OP,
	OTHER_ACCOUNT,
	WANTS_HASH,
	writeLoadedAddresses,
} from './execution-wire.ts';
import type { Pending } from './pending.ts';
import { RecordWriter } from './record-bytes.ts';
import type { WorkerLink } from './worker-link.ts';

/** See the file. */
export class RequestWriter {
	readonly #table: AccountTable<Pending>;
	readonly #bank: Bank;
	readonly #options: ExecuteOptions;
	readonly #writer: RecordWriter = new RecordWriter();
	readonly #accountWriter: AccountWriter = new AccountWriter(this.#writer);

	constructor(table: AccountTable<Pending>, bank: Bank, options: ExecuteOptions) {
		this.#table = table;
		this.#bank = bank;
		this.#options = options;
	}

	/**
	 * Adds an account to a record, if the worker lacks the newest version. While transactions that write it are on their
	 * way there, it has that version or will make it. `index`: in the message.
	 */
	#sendAccount(
		link: WorkerLink,
		{ residents, newest, pubkey }: AccountSlot<Pending>,
		index: number,
	): Resident {
		const resident = residents[link.id];
		if (resident !== undefined && (resident.writer !== null || resident.account === newest)) return resident;
		this.#writer.u8(index);
		if (index === OTHER_ACCOUNT) this.#writer.pubkey(pubkey);
		const known = resident?.account ?? null;
		this.#accountWriter.write(newest, known);
		if (newest !== null && newest.data !== known?.data) this.#table.bytes += newest.data.length;
		const sent = { account: newest, writer: null };
		residents[link.id] = sent;
		return sent;
	}

	/** Sends a transaction to a worker, with the accounts that it lacks. */
	send(link: WorkerLink, pending: Pending): void {
		const { number } = pending;
		const { message } = pending.sanitized;
		const isRecent = this.#bank.blockhashes.isHashValidForAge(message.recentBlockhash, MAX_PROCESSING_AGE);
		const keepsNoOp = this.#options.keepNoOpTransactions === true;
		const writer = this.#writer.reset();
		writer.u32(number);
		writer.u8(
			(isRecent ? 0 : IS_NONCE) | (keepsNoOp ? KEEPS_NO_OP : 0) | (pending.wantsHash ? WANTS_HASH : 0),
		);
		writeLoadedAddresses(writer, message.loadedAddresses);
		const accountWriter = this.#accountWriter;
		accountWriter.shares = [];
		const { accounts } = pending;
		for (let i = 0; i < accounts.length; i++) {
			const account = accounts[i]!;
			const resident = this.#sendAccount(link, account, i);
			if (message.isWritable(i)) resident.writer = number;
			// Only transactions that are processed here change its data, and nothing else of it matters.
			const programdata = account.programdata(this.#table);
			if (programdata !== null) this.#sendAccount(link, programdata, OTHER_ACCOUNT);
		}
		writer.u8(END_OF_ACCOUNTS);
		link.requests.record(writer.record, accountWriter.shares);
		link.inFlight++;
		link.sent();
	}
}
