/**
 * The work of a thread that executes transactions: takes them in the order in which they come, and sleeps where there
 * are none and no signatures to check for others.
 */
import {
	type AccountSharedData,
	type ByteReader,
	decodeTransaction,
	encodeMessage,
	Hash,
	InvariantError,
	type Pubkey,
	SanitizedMessage,
	SanitizedTransaction,
	TransactionError,
	type VersionedTransaction,
} from '@parhelion/sdk';
import {
	adoptModule,
	checkNonceTransaction,
	checkTransaction,
	collectAccountsToStore,
	DEFAULT_LAMPORTS_PER_SIGNATURE,
	NO_FEE,
	onModuleCompiled,
	type TransactionProcessingResult,
} from '@parhelion/svm';
import { hashMessage } from '../bank/verify-transaction.ts';
import {
	CLOSED,
	IDLE_WORKERS,
	MAIN_SLEEPS,
	MAIN_WAKE,
	type MainMessage,
	type WorkerMessage,
	workersOf,
	workerWake,
} from './execution-control.ts';
import {
	AccountReader,
	AccountWriter,
	END_OF_ACCOUNTS,
	IS_NONCE,
	KEEPS_NO_OP,
	OTHER_ACCOUNT,
	type ResultHead,
	readLoadedAddresses,
	WANTS_HASH,
	writeResultHead,
} from './execution-wire.ts';
import { RecordWriter } from './record-bytes.ts';
import { ChannelReader, ChannelWriter, type Parcel, type SidePort } from './thread-channel.ts';
import { BOARD_PLACES, TransactionBoard } from './transaction-board.ts';
import { WorkerState } from './worker-state.ts';

/**
 * Milliseconds after which the main thread is woken, while there is more to run; the shorter time where another worker has
 * nothing to do. Where there are as many workers as cores each wake costs one of them its core.
 */
const WAKE_INTERVAL = 16;
const WAKE_INTERVAL_OF_IDLE = 4;
/** Bytes of results after which it is woken: the ring holds four times as much. */
const BYTES_UNTIL_WAKE = 512 * 1024;

/** Results after which it is woken: a quarter of what a worker may have on the board, so that it does not run dry meanwhile. */
function resultsUntilWake(workers: number): number {
	return Math.max(16, Math.min(128, BOARD_PLACES / workers / 4));
}
/** Milliseconds after which a worker looks whether there is room for its results. */
const ROOM_WAIT = 1;
/** Milliseconds after which a worker comes up for air when a slot begins. */
const BREATH_INTERVAL = 100;

/** The memory that a worker is given. */
export interface WorkerMemory {
	/** Its number, from 0. */
	readonly worker: number;
	readonly control: SharedArrayBuffer;
	readonly board: SharedArrayBuffer;
	readonly requests: SharedArrayBuffer;
	readonly results: SharedArrayBuffer;
}

/** The work of one thread. */
export class ExecutionWorker {
	readonly #control: Int32Array;
	readonly #wakeWord: number;
	readonly #board: TransactionBoard;
	readonly #requests: ChannelReader;
	readonly #results: ChannelWriter;
	readonly #state: WorkerState = new WorkerState();
	readonly #writer: RecordWriter = new RecordWriter();
	readonly #accountWriter: AccountWriter = new AccountWriter(this.#writer);
	readonly #resultsUntilWake: number;
	/** Results of which the main thread does not know, their bytes, and when it was last woken. */
	#untold = 0;
	#untoldBytes = 0;
	#wokenAt = 0;
	/** Whether a slot has begun, and when the thread was last at its event loop. */
	#isAtSlot = false;
	#breathedAt = 0;

	constructor(memory: WorkerMemory, port: SidePort) {
		this.#control = new Int32Array(memory.control);
		this.#wakeWord = workerWake(memory.worker);
		this.#resultsUntilWake = resultsUntilWake(workersOf(memory.control));
		this.#board = new TransactionBoard(memory.board);
		this.#requests = new ChannelReader(memory.requests, port);
		this.#results = new ChannelWriter(memory.results, port);
	}

	/**
	 * Works until the executor is closed, or something went wrong, which the main thread is told. `breathe` ends after a turn of
	 * the event loop: only there are weak references let go and the arena given back what collected programs had in it, so
	 * that a thread that never came there would grow with every program that it loads.
	 */
	async run(breathe: () => Promise<void>): Promise<void> {
		onModuleCompiled((module) => this.#say({ kind: 'module', module }));
		try {
			while (Atomics.load(this.#control, CLOSED) === 0) {
				this.#turn();
				if (!this.#isAtSlot) continue;
				this.#isAtSlot = false;
				if (performance.now() - this.#breathedAt < BREATH_INTERVAL) continue;
				await breathe();
				this.#breathedAt = performance.now();
			}
		} catch (error) {
			this.#say({
				kind: 'failed',
				text: error instanceof Error ? (error.stack ?? error.message) : String(error),
			});
			this.#wakeMain();
		}
	}

	#turn(): void {
		const seen = Atomics.load(this.#control, this.#wakeWord);
		const hasRoom = this.#results.flush();
		const received = hasRoom ? this.#requests.receive() : null;
		if (received === null) {
			if (this.#untold > 0 || !hasRoom) this.#wakeMain();
			if (!hasRoom) Atomics.wait(this.#control, this.#wakeWord, seen, ROOM_WAIT);
			else if (!this.#board.help()) this.#sleep(seen);
		} else if (received.reader !== null) {
			this.#execute(received);
			this.#untold++;
			if (this.#isWakeDue()) this.#wakeMain();
		} else this.#hear(received.message as MainMessage);
	}

	#sleep(seen: number): void {
		Atomics.add(this.#control, IDLE_WORKERS, 1);
		Atomics.wait(this.#control, this.#wakeWord, seen);
		Atomics.sub(this.#control, IDLE_WORKERS, 1);
	}

	/** Whether the main thread should hear of what it was not told. */
	#isWakeDue(): boolean {
		if (this.#untold >= this.#resultsUntilWake || this.#untoldBytes >= BYTES_UNTIL_WAKE) return true;
		const isSomebodyIdle = Atomics.load(this.#control, IDLE_WORKERS) > 0;
		const interval = isSomebodyIdle ? WAKE_INTERVAL_OF_IDLE : WAKE_INTERVAL;
		return performance.now() - this.#wokenAt > interval;
	}

	#wakeMain(): void {
		this.#untold = 0;
		this.#untoldBytes = 0;
		this.#wokenAt = performance.now();
		Atomics.add(this.#control, MAIN_WAKE, 1);
		if (Atomics.load(this.#control, MAIN_SLEEPS) !== 0) Atomics.notify(this.#control, MAIN_WAKE);
	}

	#say(message: WorkerMessage): void {
		this.#results.message(message);
	}

	#hear(message: MainMessage): void {
		switch (message.kind) {
			case 'slot':
				this.#state.enter(message);
				this.#isAtSlot = true;
				break;
			case 'modules':
				for (const module of message.modules) adoptModule(module);
				break;
			case 'reset':
				this.#state.reset();
				break;
		}
	}

	#execute({ reader, shares }: Parcel): void {
		const number = reader.u32() | 0;
		const flags = reader.u8();
		const decoded = decodeTransaction(this.#board.read(number));
		if (!decoded.ok) throw new InvariantError(`transaction ${number} on the board is none`);
		const transaction = decoded.value;
		const loaded = readLoadedAddresses(reader);
		const message = new SanitizedMessage(transaction.message, loaded, this.#state.reservedKeys);
		this.#takeAccounts(reader, shares, message);
		const writer = this.#writer.reset();
		writer.u32(number);
		if ((flags & WANTS_HASH) !== 0) writer.raw(hashMessage(encodeMessage(transaction.message)).bytes);
		const isGood = this.#board.areSignaturesGood(number, transaction);
		const result = isGood
			? this.#process(transaction, message, flags)
			: ({ kind: 'notLoaded', error: TransactionError.SignatureFailure } as const);
		writeResultHead(writer, headOf(result));
		const accountWriter = this.#accountWriter;
		accountWriter.shares = [];
		const stored = collectAccountsToStore(message, result);
		writer.u8(stored.length);
		for (const [key, account] of stored) this.#store(message, key, account);
		this.#untoldBytes += writer.length;
		this.#results.record(writer.record, accountWriter.shares);
	}

	#takeAccounts(
		reader: ByteReader,
		shares: readonly SharedArrayBuffer[],
		{ accountKeys }: SanitizedMessage,
	): void {
		const accountReader = new AccountReader(reader, shares);
		for (let at = reader.u8(); at !== END_OF_ACCOUNTS; at = reader.u8()) {
			const key = at === OTHER_ACCOUNT ? reader.pubkey() : accountKeys[at]!;
			this.#state.put(key, accountReader.read(this.#state.versionOf(key.key)));
		}
	}

	#store(message: SanitizedMessage, key: Pubkey, account: AccountSharedData): void {
		this.#writer.u8(indexOfKey(message, key));
		this.#accountWriter.write(account, this.#state.getAccountSharedData(key));
		this.#state.put(key, account);
	}

	#process(
		transaction: VersionedTransaction,
		message: SanitizedMessage,
		flags: number,
	): TransactionProcessingResult {
		const state = this.#state;
		const { environment } = state;
		const { runtimeFeatures: features } = environment;
		const checked = checkTransaction(message, features, DEFAULT_LAMPORTS_PER_SIGNATURE, null);
		if (!checked.ok) return { kind: 'notLoaded', error: checked.error };
		let details = checked.value;
		if ((flags & IS_NONCE) !== 0) {
			const getAccount = (pubkey: Pubkey): AccountSharedData | null => state.getAccountSharedData(pubkey);
			const nonceAddress = checkNonceTransaction(message, getAccount, environment.blockhash);
			if (nonceAddress === null) return { kind: 'notLoaded', error: TransactionError.BlockhashNotFound };
			details = { ...details, nonceAddress };
		}
		const sanitized = new SanitizedTransaction(
			transaction.signatures,
			Hash.default,
			message,
			false,
			new Uint8Array(0),
		);
		const result = state.processor.loadAndExecuteSanitizedTransaction(
			state,
			sanitized,
			details,
			environment,
			{
				logBytesLimit: state.logBytesLimit,
				recordLogs: true,
				recordInnerInstructions: true,
				recordReturnData: true,
				keepNoOpTransactions: (flags & KEEPS_NO_OP) !== 0,
			},
		);
		if (result.kind === 'executed' && result.programsModified.length > 0) {
			throw new InvariantError('a worker was given a deployment');
		}
		return result;
	}
}

function indexOfKey({ accountKeys }: SanitizedMessage, key: Pubkey): number {
	for (let i = 0; i < accountKeys.length; i++) if (accountKeys[i]!.key === key.key) return i;
	throw new InvariantError(`the transaction stores ${key}, which it does not name`);
}

const NOTHING_RECORDED = { logs: [], innerInstructions: [], returnData: null } as const;

function headOf(result: TransactionProcessingResult): ResultHead {
	switch (result.kind) {
		case 'notLoaded':
			return {
				...NOTHING_RECORDED,
				kind: 'refused',
				error: result.error,
				fee: NO_FEE,
				units: 0,
				loadedAccountsDataSize: 0,
			};
		case 'noOp':
			return {
				...NOTHING_RECORDED,
				kind: 'noOp',
				error: result.error,
				fee: NO_FEE,
				units: result.computeUnitLimit,
				loadedAccountsDataSize: result.loadedAccountsDataSizeLimit,
			};
		case 'feesOnly':
			return {
				...NOTHING_RECORDED,
				kind: 'feesOnly',
				error: result.error,
				fee: result.feeDetails,
				units: 0,
				loadedAccountsDataSize: result.loadedAccountsDataSize,
			};
		case 'executed': {
			const { execution } = result;
			return {
				kind: 'executed',
				error: execution.status,
				fee: result.feeDetails,
				units: execution.executedUnits,
				loadedAccountsDataSize: result.loadedTransaction.loadedAccountsDataSize,
				logs: execution.logMessages ?? [],
				innerInstructions: execution.innerInstructions ?? [],
				returnData: execution.returnData,
			};
		}
	}
}
