/**
 * Executes blocks on threads.
 *
 * The main thread owns the bank and the accounts, checks each transaction, finds what conflicts (`conflict-graph.ts`) and
 * commits in order (`block-run.ts`); each worker has a processor with memory and programs of its own. What a message
 * between threads costs decides: a transfer runs in the time of one `postMessage`. So transactions, accounts and results go
 * in bytes through rings in shared memory, many before anyone is woken; a worker follows up on accounts that it has
 * changed itself, and is sent an account only where it lacks the newest version; compiled programs and the data of large
 * accounts are not copied at all. Threads that have nothing to run check signatures for the others.
 *
 * Source of the idea: solana-core 4.3.0 (banking stage, greedy scheduler), solana-unified-scheduler-pool 4.3.0.
 */
import type { VersionedTransaction } from '@parhelion/sdk';
import { compiledModules, type SharedModule } from '@parhelion/svm';
import type { Bank } from '../bank/bank.ts';
import type { TransactionOutcome } from '../bank/bank-types.ts';
import { AccountTable } from './account-table.ts';
import { type BlockExecutor, type ExecuteOptions, executeSerially } from './block-executor.ts';
import { BlockRun, type Crew } from './block-run.ts';
import type { SlotMessage } from './execution-control.ts';
import type { ThreadHost } from './thread-host.ts';
import { TransactionBoard } from './transaction-board.ts';
import { WorkerLink } from './worker-link.ts';

/** Failures of threads after which blocks are executed serially. */
const MAX_FAILURES = 3;
/** Blocks that may wait for the one that is executed. */
const MAX_WAITING = 64;

/** Keys of compiled programs that are remembered; then all are told anew. */
const MAX_KNOWN_MODULES = 8192;

/** How an executor is made. */
export interface ParallelOptions {
	readonly workers: number;
	/** Starts so many threads. */
	readonly start: (workers: number) => ThreadHost;
	/** Is told why threads have failed; what they had to do is done serially. */
	readonly onFailure?: (error: Error) => void;
}

/** What the workers were told of the slot, by identity. */
interface ToldSlot {
	readonly bank: Bank;
	readonly environment: Bank['environment'];
	readonly featureSet: Bank['featureSet'];
	readonly stakes: Bank['currentEpochStakes'];
	readonly sysvars: readonly Uint8Array[];
}

/** See the file. */
export class ParallelExecutor implements BlockExecutor {
	readonly workers: number;
	readonly #options: ParallelOptions;
	#crew: Crew | null = null;
	#told: ToldSlot | null = null;
	#failures = 0;
	#waiting = 0;
	/** Ends with the last block that was asked for. */
	#last: Promise<unknown> = Promise.resolve();

	/** RangeError for a number of workers that is not from 1 to 31. */
	constructor(options: ParallelOptions) {
		if (!Number.isInteger(options.workers) || options.workers < 1 || options.workers > 31) {
			throw new RangeError(`workers: a whole number from 1 to 31 is needed, not ${options.workers}`);
		}
		this.workers = options.workers;
		this.#options = options;
	}

	/** As the face has it; blocks that are asked for meanwhile wait. RangeError where too many do. */
	async execute(
		bank: Bank,
		transactions: readonly VersionedTransaction[],
		options: ExecuteOptions = {},
	): Promise<TransactionOutcome[]> {
		if (this.#waiting >= MAX_WAITING) throw new RangeError(`${MAX_WAITING} blocks wait to be executed`);
		this.#waiting++;
		const outcomes = this.#last.then(() => this.#execute(bank, transactions, options));
		this.#last = outcomes.then(
			() => this.#waiting--,
			() => this.#waiting--,
		);
		return outcomes;
	}

	async close(): Promise<void> {
		await this.#last;
		await this.#dismiss();
	}

	async #execute(
		bank: Bank,
		transactions: readonly VersionedTransaction[],
		options: ExecuteOptions,
	): Promise<TransactionOutcome[]> {
		const outcomes = options.outcomes ?? [];
		// On a frozen bank all are refused, and the workers' versions are those of a bank that may have children by now.
		const crew = transactions.length > 0 && !bank.isFrozen ? this.#hire() : null;
		if (crew !== null) {
			crew.host.hold(true);
			try {
				this.#tellModules(crew);
				this.#tellSlot(crew, bank);
				await new BlockRun(crew, bank, transactions, options, outcomes).run();
				return outcomes;
			} catch (error) {
				const { failure } = crew.host;
				if (failure !== null) {
					this.#failures++;
					await this.#dismiss();
					this.#options.onFailure?.(failure);
				}
				// What a listener threw is for the caller, whatever became of the threads meanwhile.
				if (error !== failure) throw error;
			} finally {
				crew.host.hold(false);
			}
		}
		executeSerially(bank, transactions, options, outcomes);
		return outcomes;
	}

	/** The threads, started where there are none; `null` where they have failed too often. */
	#hire(): Crew | null {
		if (this.#crew !== null || this.#failures >= MAX_FAILURES) return this.#crew;
		let host: ThreadHost;
		try {
			host = this.#options.start(this.workers);
		} catch (error) {
			// Where the process may start no threads.
			this.#failures = MAX_FAILURES;
			this.#options.onFailure?.(error instanceof Error ? error : new Error(String(error)));
			return null;
		}
		const links = host.threads.map((thread, id) => new WorkerLink(id, host.control, thread));
		const board = new TransactionBoard(host.board);
		this.#crew = { host, board, links, table: new AccountTable(), nextNumber: 0, modules: new Set() };
		return this.#crew;
	}

	async #dismiss(): Promise<void> {
		const crew = this.#crew;
		this.#crew = null;
		this.#told = null;
		crew?.table.leave();
		await crew?.host.close();
	}

	/** Hands on what was compiled in this thread. */
	#tellModules({ links, modules: known }: Crew): void {
		const modules: SharedModule[] = [];
		if (known.size > MAX_KNOWN_MODULES) known.clear();
		for (const module of compiledModules()) {
			if (known.has(module.key)) continue;
			known.add(module.key);
			modules.push(module);
		}
		if (modules.length > 0) for (const link of links) link.tell({ kind: 'modules', modules });
	}

	#tellSlot({ links }: Crew, bank: Bank): void {
		const sysvars = [...bank.processor.sysvarCache.entries()];
		const now: ToldSlot = {
			bank,
			environment: bank.environment,
			featureSet: bank.featureSet,
			stakes: bank.currentEpochStakes,
			sysvars: sysvars.map(([, data]) => data),
		};
		const told = this.#told;
		const isTold =
			told !== null &&
			told.bank === bank &&
			told.environment === now.environment &&
			told.sysvars.length === now.sysvars.length &&
			told.sysvars.every((data, i) => data === now.sysvars[i]);
		if (isTold) return;
		const { environment } = now;
		const { rent } = environment;
		const message: SlotMessage = {
			kind: 'slot',
			slot: bank.slot,
			epoch: bank.epoch,
			blockhash: environment.blockhash.bytes,
			lamportsPerSignature: environment.blockhashLamportsPerSignature,
			epochTotalStake: environment.epochTotalStake,
			rent: [rent.lamportsPerByte, rent.exemptionThreshold, rent.burnPercent],
			logBytesLimit: bank.shared.options.logBytesLimit ?? null,
			features:
				told?.featureSet === now.featureSet
					? null
					: Array.from(now.featureSet.activeFeatures(), ([{ bytes }, slot]) => [bytes, slot] as const),
			voteStakes: told !== null && told.stakes === now.stakes ? null : stakesByVote(now.stakes),
			sysvars: sysvars.map(([id, data]) => [id.bytes, data]),
			builtins: bank.processor.builtinIds().map(({ bytes }) => bytes),
		};
		for (const link of links) link.tell(message);
		this.#told = now;
	}
}

function stakesByVote(stakes: ToldSlot['stakes']): ReadonlyMap<string, bigint> {
	const byVote = new Map<string, bigint>();
	for (const [vote, { stake }] of stakes?.voteAccounts ?? []) byVote.set(vote, stake);
	return byVote;
}
