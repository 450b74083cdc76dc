/**
 * One block on its way through the workers.
 *
 * The bank stays with the main thread, which commits in the order of the block: at any moment the bank is what it would
 * be after some number of the first transactions, one by one. So whatever goes wrong, the rest can be done serially, and
 * nothing that a worker did counts before its turn.
 *
 * What may depend on more than the accounts that it locks is not given to workers: it waits until all before it are
 * committed and is processed here, alone. That is whatever the checks before the run refuse, a message whose lookup table is
 * about to change, what names a loader or a program that this slot has modified, and what does not surely fit the limits
 * of the block. A message that was processed before is found at its commit: the workers make the hashes. The first one costs
 * all that is on its way; from then on this block's hashes are made here, before the run.
 */
import { Hash, SanitizedTransaction, type VersionedTransaction } from '@parhelion/sdk';
import { adoptModule, type KeyedAccountSharedData } from '@parhelion/svm';
import type { Bank } from '../bank/bank.ts';
import type { BlockLimits, TransactionOutcome } from '../bank/bank-types.ts';
import { blockLimitsOf, estimatedCost } from '../bank/block-limits.ts';
import { checkLocks, checkLocksAndBudget } from '../bank/check-transactions.ts';
import { NO_SIGNATURE, turnedAway } from '../bank/outcome.ts';
import { tellExecuted, tellLocked, tellUnlocked } from '../bank/transaction-events.ts';
import {
	balancesBefore,
	commitTransaction,
	processTransaction,
	sanitizeTransaction,
	tellCommitted,
} from '../bank/transaction-processing.ts';
import type { AccountTable } from './account-table.ts';
import type { ExecuteOptions } from './block-executor.ts';
import { ConflictGraph } from './conflict-graph.ts';
import { costOfExecuted, type TransactionCost, unitsAsUsed } from './cost-model.ts';
import { MAIN_SLEEPS, MAIN_WAKE, type WorkerMessage } from './execution-control.ts';
import { AccountReader, type ResultHead, readResultHead } from './execution-wire.ts';
import { committedOutcome, countWrites, owned, Pending, PendingQueue } from './pending.ts';
import { RequestWriter } from './request-writer.ts';
import type { Parcel } from './thread-channel.ts';
import type { ThreadHost } from './thread-host.ts';
import { BOARD_PLACES, type TransactionBoard } from './transaction-board.ts';
import type { WorkerLink } from './worker-link.ts';

/**
 * Transactions on their way to a worker, at most: it tells of results before it has run them all. Not more, because what one
 * was given no other takes, and one transaction may take as long as a thousand.
 */
const MAX_IN_FLIGHT = 256;
/** Transactions looked at before the workers are given what may run: they shall not wait for all of a block. */
const FILL_AT_ONCE = 64;
/** Milliseconds after which others on the main thread have their turn. */
const BREATH_INTERVAL = 8;

/** The threads, and what of their state outlives a block. */
export interface Crew {
	readonly host: ThreadHost;
	readonly board: TransactionBoard;
	readonly links: readonly WorkerLink[];
	readonly table: AccountTable<Pending>;
	/** The number of the next transaction. */
	nextNumber: number;
	/** Keys of the compiled programs that the workers have. */
	readonly modules: Set<string>;
}

/** See the file. */
export class BlockRun {
	readonly #crew: Crew;
	readonly #table: AccountTable<Pending>;
	readonly #bank: Bank;
	readonly #transactions: readonly VersionedTransaction[];
	readonly #options: ExecuteOptions;
	readonly #limits: BlockLimits;
	readonly #outcomes: TransactionOutcome[];
	readonly #control: Int32Array;
	readonly #requests: RequestWriter;
	#graph: ConflictGraph<Pending> = new ConflictGraph();
	/** By worker: what it was given and has not answered; it runs the first. */
	readonly #given: readonly PendingQueue[];
	/** Whether a listener threw: what is still to come from the workers is not told. */
	#isMute = false;
	/** What is not committed, by place on the board; from the number {@link #first} on they wait for their commit. */
	readonly #pendings: (Pending | undefined)[] = new Array(BOARD_PLACES);
	#first: number;
	/** Hashes of the messages in the queue, where they are made here. */
	readonly #hashes: Set<string> = new Set();
	/** Whether hashes are made here, to tell a message that is seen twice before it runs. */
	#isCareful = false;
	/** Whether one that had run did not fit the block: workers would run most of the rest in vain. */
	#isFull = false;
	/** Index of the next transaction to be looked at. */
	#next: number;
	/** Whether that one is to be processed here. */
	#isNextMine = false;

	/** Begins with the transaction after the `outcomes`, to which it adds. */
	constructor(
		crew: Crew,
		bank: Bank,
		transactions: readonly VersionedTransaction[],
		options: ExecuteOptions,
		outcomes: TransactionOutcome[],
	) {
		this.#crew = crew;
		this.#given = crew.links.map(() => new PendingQueue());
		this.#table = crew.table;
		this.#table.enter(bank);
		this.#bank = bank;
		this.#transactions = transactions;
		this.#options = options;
		this.#requests = new RequestWriter(crew.table, bank, options);
		this.#limits = blockLimitsOf(bank, options);
		this.#outcomes = outcomes;
		this.#next = outcomes.length;
		this.#first = crew.nextNumber;
		this.#control = new Int32Array(crew.host.control);
	}

	/** Runs to the end, or to where it is to stop. Throws what a thread ended with, or a listener of the bank threw. */
	async run(): Promise<void> {
		try {
			await this.#work();
		} catch (error) {
			this.#isMute = true;
			this.#release();
			try {
				await this.#recall();
			} catch {
				// A thread has failed; what came first counts.
			}
			this.#tellFreed();
			throw error;
		}
	}

	async #work(): Promise<void> {
		const { host, links } = this.#crew;
		let breath = performance.now();
		for (;;) {
			const seen = Atomics.load(this.#control, MAIN_WAKE);
			if (host.failure !== null) throw host.failure;
			this.#collect();
			if (!(await this.#commit())) return;
			const isFilled = this.#fill();
			this.#dispatch();
			if (performance.now() - breath > BREATH_INTERVAL) {
				await host.breathe();
				breath = performance.now();
			}
			if (!isFilled || links.every(({ inFlight }) => inFlight === 0)) continue;
			const left = BREATH_INTERVAL - (performance.now() - breath);
			if (left > 0 && this.#block(seen, left)) continue;
			await this.#sleep(seen);
			breath = performance.now();
		}
	}

	/** As {@link #sleep}, but nobody else has a turn, which is ten times as fast; false where the time was too short. */
	#block(seen: number, milliseconds: number): boolean {
		Atomics.store(this.#control, MAIN_SLEEPS, 1);
		this.#crew.host.block(MAIN_WAKE, seen, milliseconds);
		Atomics.store(this.#control, MAIN_SLEEPS, 0);
		return Atomics.load(this.#control, MAIN_WAKE) !== seen;
	}

	/** Sleeps until a worker has something to tell that it had not when the word was `seen`. */
	async #sleep(seen: number): Promise<void> {
		Atomics.store(this.#control, MAIN_SLEEPS, 1);
		await this.#crew.host.waitWhile(MAIN_WAKE, seen);
		Atomics.store(this.#control, MAIN_SLEEPS, 0);
	}

	// What comes from the workers.

	#collect(): void {
		for (const link of this.#crew.links) {
			for (let received = link.results.receive(); received !== null; received = link.results.receive()) {
				if (received.reader !== null) this.#take(link, received);
				else this.#hear(link, received.message as WorkerMessage);
			}
		}
	}

	#hear(from: WorkerLink, message: WorkerMessage): void {
		if (message.kind === 'failed')
			throw this.#crew.host.fail(new Error(`a worker cannot go on: ${message.text}`));
		const { module } = message;
		adoptModule(module);
		const { modules, links } = this.#crew;
		if (modules.has(module.key)) return;
		modules.add(module.key);
		for (const link of links) if (link !== from) link.tell({ kind: 'modules', modules: [module] });
	}

	#take(link: WorkerLink, { reader, shares }: Parcel): void {
		const number = reader.u32() | 0;
		const pending = this.#at(number);
		if (pending.wantsHash) {
			const { signatures, message, isSimpleVoteTransaction, messageBytes } = pending.sanitized;
			const hash = Hash.fromBytes(reader.bytes, reader.skip(32));
			pending.sanitized = new SanitizedTransaction(
				signatures,
				hash,
				message,
				isSimpleVoteTransaction,
				messageBytes,
			);
		}
		pending.head = readResultHead(reader);
		const accountReader = new AccountReader(reader, shares);
		const stored = new Array<KeyedAccountSharedData>(reader.u8());
		for (let i = 0; i < stored.length; i++) {
			const account = pending.accounts[reader.u8()]!;
			// The version before is this one: whoever wrote the account before has answered before.
			const before = account.newest;
			const read = owned(accountReader.read(before)!);
			if (read.data !== before?.data) this.#table.bytes += read.data.length;
			stored[i] = [account.pubkey, read];
			account.newest = read.lamports === 0n ? null : read;
			account.residents[link.id]!.account = account.newest;
		}
		pending.stored = stored;
		for (let i = 0; i < pending.accounts.length; i++) {
			const resident = pending.accounts[i]!.residents[link.id]!;
			if (resident.writer === number) resident.writer = null;
		}
		link.inFlight--;
		this.#graph.complete(pending);
		const given = this.#given[link.id]!;
		given.shift();
		// Last: what a listener throws must not leave half an answer.
		if (this.#isMute) return;
		const { kind, error, units } = pending.head;
		tellExecuted(this.#bank, pending.sanitized, error, kind === 'executed' ? units : 0);
		tellUnlocked(this.#bank, pending.sanitized);
		if (given.first !== null) tellLocked(this.#bank, given.first.sanitized);
	}

	// The commit.

	/** Commits what can be, in order; false at the end. */
	async #commit(): Promise<boolean> {
		const { stopAtRefusal } = this.#options;
		while (this.#waiting > 0) {
			const pending = this.#at(this.#first);
			if (pending.head === null) return true;
			if (!this.#isCareful && this.#isProcessed(pending.sanitized)) {
				// Whoever sends one message twice makes all that follow pay for it once, and no more.
				this.#isCareful = true;
				this.#release();
				await this.#recall();
				this.#next = pending.index;
				this.#isNextMine = true;
				break;
			}
			this.#first = (this.#first + 1) | 0;
			const isVoid = this.#commitOne(pending, pending.head);
			const isRefused = !this.#outcomes.at(-1)!.committed;
			this.#isFull ||= isVoid;
			if (isVoid || (isRefused && stopAtRefusal === true)) {
				// What came after it saw what will not be.
				this.#release();
				await this.#recall();
				this.#next = pending.index + 1;
			}
			if (isRefused && stopAtRefusal === true) return false;
		}
		if (this.#isNextMine) {
			this.#isNextMine = false;
			const transaction = this.#transactions[this.#next++]!;
			const outcome = processTransaction(this.#bank, transaction, this.#options);
			this.#outcomes.push(outcome);
			if (!outcome.committed && stopAtRefusal === true) return false;
		}
		return this.#next < this.#transactions.length;
	}

	/** Transactions that wait for their commit. */
	get #waiting(): number {
		return (this.#crew.nextNumber - this.#first) | 0;
	}

	#at(number: number): Pending {
		return this.#pendings[number & (BOARD_PLACES - 1)]!;
	}

	#isProcessed({ message, messageHash }: SanitizedTransaction): boolean {
		const { shared, ancestors } = this.#bank;
		return shared.statusCache.getStatus(messageHash, message.recentBlockhash, ancestors) !== undefined;
	}

	/** Commits a transaction; true where it must not be, though it has run. */
	#commitOne(pending: Pending, head: ResultHead): boolean {
		const { transaction, sanitized, estimated, stored, number } = pending;
		const bank = this.#bank;
		const { costTracker } = bank;
		const { message, messageHash } = sanitized;
		this.#pendings[number & (BOARD_PLACES - 1)] = undefined;
		if (this.#isCareful) this.#hashes.delete(messageHash.key);
		countWrites(pending, -1);
		const signature = transaction.signatures[0] ?? NO_SIGNATURE;
		if (head.kind === 'refused') {
			if (estimated !== null) costTracker.remove(message, estimated);
			this.#outcomes.push(turnedAway(signature, bank.slot, head.error!));
			return false;
		}
		let units: number;
		if (estimated !== null) {
			units = unitsAsUsed(estimated, head.units, head.loadedAccountsDataSize);
			costTracker.settle(message, estimated.sum, units);
		} else {
			const cost = costOfExecuted(message, bank.features, head.units, head.loadedAccountsDataSize);
			units = cost.sum;
			const refusal = this.#limits === 'check' ? costTracker.tryAdd(message, cost) : null;
			if (refusal !== null) {
				this.#outcomes.push(turnedAway(signature, bank.slot, refusal));
				return true;
			}
		}
		const before = balancesBefore(bank, message);
		const { error, fee } = head;
		commitTransaction(bank, sanitized, { stored, error, fee, programsModified: [] });
		const outcome = committedOutcome(signature, bank, head);
		this.#outcomes.push(outcome);
		if (before !== null) tellCommitted(bank, transaction, message, outcome, before, units);
		return false;
	}

	/** Gives up what is not committed, with what it has reserved in the block. */
	#release(): void {
		const { costTracker } = this.#bank;
		for (; this.#waiting > 0; this.#first = (this.#first + 1) | 0) {
			const pending = this.#at(this.#first);
			countWrites(pending, -1);
			if (pending.estimated !== null) costTracker.remove(pending.sanitized.message, pending.estimated);
		}
	}

	/** Tells of the locks of what has not answered: nobody will. */
	#tellFreed(): void {
		for (const { first } of this.#given) if (first !== null) tellUnlocked(this.#bank, first.sanitized);
	}

	/** Waits for all that is on its way and forgets it, here and in the workers. */
	async #recall(): Promise<void> {
		const { host, links } = this.#crew;
		for (;;) {
			const seen = Atomics.load(this.#control, MAIN_WAKE);
			if (host.failure !== null) throw host.failure;
			this.#collect();
			for (const link of links) {
				link.flush();
				link.wake();
			}
			if (links.every(({ inFlight }) => inFlight === 0)) break;
			await this.#sleep(seen);
		}
		this.#forget();
		this.#graph = new ConflictGraph();
		this.#pendings.fill(undefined);
		this.#hashes.clear();
		this.#isNextMine = false;
	}

	/** Forgets all accounts, here and in the workers. */
	#forget(): void {
		this.#table.clear();
		for (const link of this.#crew.links) link.tell({ kind: 'reset' });
	}

	// What goes to the workers.

	/** Looks at the next transactions; false where there may be room for more. */
	#fill(): boolean {
		for (let i = 0; i < FILL_AT_ONCE; i++) {
			if (this.#waiting >= BOARD_PLACES || this.#isNextMine || this.#next === this.#transactions.length)
				return true;
			if (this.#table.isFull) {
				if (this.#waiting > 0) return true;
				this.#forget();
			}
			const pending = this.#prepare(this.#next);
			if (pending === null) {
				this.#isNextMine = true;
				return true;
			}
			this.#next++;
			countWrites(pending, 1);
			this.#graph.insert(pending);
		}
		return false;
	}

	/** What of a transaction can be checked before those before it have run; `null` where it is to be processed here. */
	#prepare(index: number): Pending | null {
		const transaction = this.#transactions[index]!;
		const bank = this.#bank;
		if (this.#isFull || this.#namesChangingTable(transaction)) return null;
		const checked = sanitizeTransaction(bank, transaction, false, this.#isCareful ? undefined : Hash.default);
		if (!checked.ok) return null;
		const sanitized = checked.value;
		const { message, messageHash } = sanitized;
		const accounts = message.accountKeys.map((pubkey) => this.#table.get(pubkey));
		const { modifiedPrograms } = bank.processor;
		const isChanged = modifiedPrograms.size > 0;
		for (let i = 0; i < accounts.length; i++) {
			const { isLoader, pubkey } = accounts[i]!;
			if (isLoader || (isChanged && modifiedPrograms.has(pubkey.key))) return null;
		}
		if (this.#isCareful && (this.#hashes.has(messageHash.key) || this.#isProcessed(sanitized))) return null;
		if (checkLocks(bank.features, sanitized) !== null) return null;
		let estimated: TransactionCost | null = null;
		if (this.#limits === 'reserve') {
			const details = checkLocksAndBudget(bank.features, sanitized);
			if (!details.ok) return null;
			estimated = estimatedCost(bank, message, details.value);
			// Those before it count with what they may use, which is more than what they will have used.
			if (bank.costTracker.tryAdd(message, estimated) !== null) return null;
		}
		const number = this.#crew.nextNumber;
		this.#crew.nextNumber = (number + 1) | 0;
		this.#crew.board.post(number, sanitized, this.#options.skipSigVerify === true);
		if (this.#isCareful) this.#hashes.add(messageHash.key);
		const wantsHash = !this.#isCareful;
		const pending = new Pending(index, number, transaction, sanitized, wantsHash, accounts, estimated);
		this.#pendings[number & (BOARD_PLACES - 1)] = pending;
		return pending;
	}

	/** Whether a transaction loads addresses from a table that another, not committed yet, may write. */
	#namesChangingTable({ message }: VersionedTransaction): boolean {
		if (message.version !== 0) return false;
		return message.addressTableLookups.some(({ accountKey }) => this.#table.isChanging(accountKey));
	}

	/** Gives the workers what may run, to whoever has least to do first. */
	#dispatch(): void {
		const { links } = this.#crew;
		const open = links.filter((link) => link.flush());
		while (open.length > 0) {
			let least = 0;
			for (let i = 1; i < open.length; i++) if (open[i]!.inFlight < open[least]!.inFlight) least = i;
			const link = open[least]!;
			const pending = link.inFlight < MAX_IN_FLIGHT ? this.#graph.take(link.id) : null;
			if (pending === null) open.splice(least, 1);
			else {
				this.#requests.send(link, pending);
				const given = this.#given[link.id]!;
				given.push(pending);
				if (given.first === pending) tellLocked(this.#bank, pending.sanitized);
			}
		}
		for (const link of links) link.wake();
	}
}
