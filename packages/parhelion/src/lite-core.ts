/**
 * What a `LiteSVM` does with a transaction: checks, run, commit, memory of it.
 *
 * Source: litesvm lib.rs (`send_transaction`, `simulate_transaction` and what they call).
 */

import { signatureKey, verifySignatures } from '@parhelion/runtime';
import {
	type AccountSharedData,
	type AddressLoader,
	createAccount,
	err,
	Hash,
	MAX_TX_ACCOUNT_LOCKS,
	NO_LOADED_ADDRESSES,
	NONCE_STATE_SIZE,
	ok,
	Pubkey,
	type Result,
	reservedAccountKeys,
	type SanitizedMessage,
	type SanitizedTransaction,
	sanitizeTransaction,
	TransactionError,
	type VersionedTransaction,
	validateAccountLocks,
} from '@parhelion/sdk';
import {
	durableNonce,
	innerInstructions,
	type JitMode,
	type KeyedAccountSharedData,
	LOG_MESSAGES_BYTES_LIMIT,
	LogCollector,
	loadAddresses,
	systemAccountKind,
	type TransactionConfiguration,
	type TransactionContext,
	type TransactionReturnData,
	transactionConfiguration,
	verifyNonceAccount,
} from '@parhelion/svm';
import type { ComputeBudget } from './compute-budget.ts';
import { EpochStakes } from './epoch-stakes.ts';
import { type InvocationCallback, InvocationWatcher } from './invocation-callback.ts';
import type { LiteBank } from './lite-bank.ts';
import { type Execution, executeTransaction } from './lite-execution.ts';
import {
	createBlockhash,
	GENESIS_BLOCKHASH,
	type LiteFeatures,
	storeRecentBlockhash,
} from './lite-genesis.ts';
import { TransactionHistory } from './transaction-history.ts';
import {
	FailedTransactionMetadata,
	SimulatedTransactionInfo,
	type TransactionFacts,
	TransactionMetadata,
} from './transaction-metadata.ts';

/** Accounts a transaction may lock before `increase_tx_account_lock_limit`. */
const OLD_ACCOUNT_LOCK_LIMIT = 64;
/** What a transaction that was turned away has for a signature. */
const NO_SIGNATURE = new Uint8Array(64);
const NO_RETURN_DATA: TransactionReturnData = { programId: Pubkey.default, data: new Uint8Array(0) };
/** Lamports that the recent blockhashes name as a signature's price. */
const LAMPORTS_PER_SIGNATURE = 5000n;

/** Blockhashes that stay valid, as on a cluster. */
const MAX_KEPT_BLOCKHASHES = 150;
const NO_BLOCKHASHES: readonly Hash[] = [];

/** Whether a transaction runs, on whichever instance: they share the machines' memory and their programs. */
let isRunning = false;
const ALREADY_RUNNING =
	'a transaction is running: a callback or a custom syscall cannot send or simulate another, on any instance';

/** The outcome of a transaction before it is committed. */
interface Run {
	readonly error: TransactionError | null;
	readonly facts: TransactionFacts;
	/** The accounts afterwards; `null` where the transaction did not come to run. */
	readonly ran: { readonly context: TransactionContext; readonly message: SanitizedMessage } | null;
	readonly payer: Pubkey | null;
}

/** What a transaction did, as the face gives it. */
export type LiteOutcome = TransactionMetadata | FailedTransactionMetadata;

/** The machine behind the face. */
export class LiteCore {
	readonly bank: LiteBank;
	history: TransactionHistory<LiteOutcome>;
	latestBlockhash: Hash = GENESIS_BLOCKHASH;
	computeBudget: ComputeBudget | null = null;
	sigverify = false;
	blockhashCheck = false;
	/** Whether programs are compiled. */
	jit: JitMode = 'auto';
	/** Looks on while transactions run. */
	invocationCallback: InvocationCallback | null = null;
	/** Bytes; `null` for no limit. */
	logBytesLimit: number | null = LOG_MESSAGES_BYTES_LIMIT;
	/** Blockhashes that are valid beside the latest, oldest first. */
	#keptBlockhashes: readonly Hash[] = NO_BLOCKHASHES;
	#features: LiteFeatures;
	#reservedKeys: ReadonlySet<string>;
	/** What `sol_get_epoch_stake` answers. */
	stakes: EpochStakes = EpochStakes.none;

	constructor(
		bank: LiteBank,
		features: LiteFeatures,
		history: TransactionHistory<LiteOutcome> = new TransactionHistory(),
		reservedKeys: ReadonlySet<string> = reservedAccountKeys(features.set),
	) {
		this.bank = bank;
		this.#features = features;
		this.history = history;
		this.#reservedKeys = reservedKeys;
	}

	/** The same machine once more, in constant time; what either does from now on is its own. */
	fork(): LiteCore {
		const copy = new LiteCore(this.bank.fork(), this.#features, this.history.fork(), this.#reservedKeys);
		copy.latestBlockhash = this.latestBlockhash;
		copy.computeBudget = this.computeBudget;
		copy.sigverify = this.sigverify;
		copy.blockhashCheck = this.blockhashCheck;
		copy.jit = this.jit;
		copy.invocationCallback = this.invocationCallback;
		copy.logBytesLimit = this.logBytesLimit;
		copy.stakes = this.stakes;
		copy.#keptBlockhashes = this.#keptBlockhashes;
		return copy;
	}

	get features(): LiteFeatures {
		return this.#features;
	}
	set features(features: LiteFeatures) {
		this.#features = features;
		this.#reservedKeys = reservedAccountKeys(features.set);
	}

	/** A new latest blockhash; the last 150 stay valid besides, until {@link expireBlockhash}. */
	advanceBlockhash(): void {
		const kept = [...this.#keptBlockhashes, this.latestBlockhash].slice(-MAX_KEPT_BLOCKHASHES);
		this.expireBlockhash();
		this.#keptBlockhashes = kept;
	}

	/** Whether a transaction may name this blockhash. */
	isBlockhashValid(blockhash: Hash): boolean {
		return (
			blockhash.equals(this.latestBlockhash) || this.#keptBlockhashes.some((kept) => kept.equals(blockhash))
		);
	}

	/** Replaces the latest blockhash by one that follows from it; no other is valid. */
	expireBlockhash(): void {
		this.#keptBlockhashes = NO_BLOCKHASHES;
		this.latestBlockhash = createBlockhash(this.latestBlockhash.bytes);
		storeRecentBlockhash(this.bank, this.latestBlockhash, LAMPORTS_PER_SIGNATURE);
	}

	/**
	 * Runs a transaction and commits it; `null` stands for bytes that are no transaction. Whether its signatures are
	 * good may be known to somebody else, who is asked where they are checked.
	 */
	send(
		transaction: VersionedTransaction | null,
		verify: (transaction: VersionedTransaction) => boolean = verifySignatures,
	): TransactionMetadata | FailedTransactionMetadata {
		const run = this.#run(transaction, verify);
		const { bank } = this;
		if (run.error === null) {
			const outcome = new TransactionMetadata(run.facts);
			this.history.add(signatureKey(run.facts.signature), outcome);
			// An account that is still the stored object was not changed; an executable one may be loaded anew.
			bank.syncAccounts(
				postAccounts(run, (key, account) => account.executable || account !== bank.accounts.get(key)),
			);
			return outcome;
		}
		if (run.ran === null) return new FailedTransactionMetadata(run.error, run.facts);
		const withdrawal = run.payer === null ? null : this.#withdraw(run.payer, run.facts.fee);
		const outcome = new FailedTransactionMetadata(withdrawal ?? run.error, run.facts);
		this.history.add(signatureKey(run.facts.signature), outcome);
		return outcome;
	}

	/** Runs a transaction and commits nothing; `null` stands for bytes that are no transaction. */
	simulate(transaction: VersionedTransaction | null): SimulatedTransactionInfo | FailedTransactionMetadata {
		const run = this.#run(transaction, verifySignatures);
		if (run.error !== null) return new FailedTransactionMetadata(run.error, run.facts);
		return new SimulatedTransactionInfo(
			run.facts,
			postAccounts(run, () => true),
		);
	}

	/**
	 * Errors in order: `SanitizeFailure`, the lookup tables', `AccountLoadedTwice`, `TooManyAccountLocks`,
	 * `SignatureFailure`, `BlockhashNotFound`, the compute budget's, `AlreadyProcessed`, those of the execution.
	 * Throws an Error while another transaction runs, and what {@link invocationCallback} throws.
	 */
	#run(
		transaction: VersionedTransaction | null,
		verify: (transaction: VersionedTransaction) => boolean,
	): Run {
		if (isRunning) throw new Error(ALREADY_RUNNING);
		if (transaction === null) return turnedAway(TransactionError.SanitizeFailure);
		const sanitized = this.#sanitize(transaction);
		if (!sanitized.ok) return turnedAway(sanitized.error);
		const { message, signature } = sanitized.value;
		if (this.sigverify && !verify(transaction)) return turnedAway(TransactionError.SignatureFailure);
		if (this.blockhashCheck && !this.#isFresh(message)) return turnedAway(TransactionError.BlockhashNotFound);
		const configuration = transactionConfiguration(message, this.#features.runtime);
		if (!configuration.ok) return turnedAway(configuration.error);
		if (this.sigverify && this.history.has(signatureKey(signature))) {
			return turnedAway(TransactionError.AlreadyProcessed);
		}
		return this.#execute(message, signature, configuration.value);
	}

	#execute(message: SanitizedMessage, signature: Uint8Array, configuration: TransactionConfiguration): Run {
		const log = new LogCollector(this.logBytesLimit);
		const watcher = this.invocationCallback === null ? null : new InvocationWatcher(this.invocationCallback);
		isRunning = true;
		try {
			const execution = executeTransaction(
				this.bank,
				message,
				configuration,
				{
					featureSet: this.#features.set,
					features: this.#features.runtime,
					budget: this.computeBudget?.toBudget() ?? null,
					cost: this.computeBudget?.toCost() ?? null,
					stakes: this.stakes,
					jit: this.jit,
					invocationHook: watcher,
				},
				log,
			);
			watcher?.rethrow();
			return describe(execution, message, signature, log);
		} finally {
			isRunning = false;
		}
	}

	/** Resolves the lookups of a message. */
	readonly #loadAddresses: AddressLoader = (lookups) =>
		lookups.length === 0
			? ok(NO_LOADED_ADDRESSES)
			: loadAddresses(
					lookups,
					(key) => this.bank.accounts.get(key) ?? null,
					this.bank.slot,
					this.bank.slotHashes,
				);

	#sanitize(transaction: VersionedTransaction): Result<SanitizedTransaction, TransactionError> {
		const sanitized = sanitizeTransaction(transaction, {
			// Duplicates are found by signature here, so nobody asks for the message's hash.
			messageHash: Hash.default,
			loadedAddresses: this.#loadAddresses,
			reservedAccountKeys: this.#reservedKeys,
			isSimpleVoteTransaction: false,
		});
		if (!sanitized.ok) return sanitized;
		const limit = this.#features.runtime.increaseTxAccountLockLimit
			? MAX_TX_ACCOUNT_LOCKS
			: OLD_ACCOUNT_LOCK_LIMIT;
		const lockError = validateAccountLocks(sanitized.value.message, limit);
		return lockError === null ? sanitized : err(lockError);
	}

	/** Whether the message names the latest blockhash, or a nonce that its authority may advance. */
	#isFresh(message: SanitizedMessage): boolean {
		if (this.isBlockhashValid(message.recentBlockhash)) return true;
		if (message.recentBlockhash.equals(durableNonce(this.latestBlockhash))) return false;
		const address = message.getDurableNonce();
		const account = address === null ? undefined : this.bank.accounts.get(address);
		const nonce = account === undefined ? null : verifyNonceAccount(account, message.recentBlockhash);
		return nonce !== null && message.getIxSigners(0).some((signer) => signer.equals(nonce.authority));
	}

	/** Takes the fee of a failed transaction from its payer's stored account. */
	#withdraw(payer: Pubkey, fee: bigint): TransactionError | null {
		const { accounts } = this.bank;
		const account = accounts.get(payer);
		if (account === undefined) return TransactionError.AccountNotFound;
		const isNonce = systemAccountKind(account) === 'Nonce';
		const minBalance = isNonce ? this.bank.rent.minimumBalance(NONCE_STATE_SIZE) : 0n;
		if (fee + minBalance > account.lamports) return TransactionError.InsufficientFundsForFee;
		accounts.store(
			payer,
			createAccount({
				lamports: account.lamports - fee,
				data: account.data,
				owner: account.owner,
				executable: account.executable,
				rentEpoch: account.rentEpoch,
			}),
		);
		return null;
	}
}

function turnedAway(error: TransactionError): Run {
	return { error, facts: noFacts(NO_SIGNATURE, 0n, []), ran: null, payer: null };
}

function noFacts(signature: Uint8Array, fee: bigint, logs: readonly string[]): TransactionFacts {
	return {
		signature,
		logs,
		innerInstructions: [],
		computeUnitsConsumed: 0,
		returnData: NO_RETURN_DATA,
		fee,
	};
}

function describe(
	execution: Execution,
	message: SanitizedMessage,
	signature: Uint8Array,
	log: LogCollector,
): Run {
	const { error, context, fee, payer, computeUnitsConsumed } = execution;
	if (context === null) {
		return { error, facts: noFacts(NO_SIGNATURE, fee, log.messages), ran: null, payer };
	}
	const facts: TransactionFacts = {
		signature,
		logs: log.messages,
		innerInstructions: innerInstructions(context, message),
		computeUnitsConsumed,
		returnData: context.getReturnData(),
		fee,
	};
	return { error, facts, ran: { context, message }, payer };
}

/** The writable accounts afterwards, those of them that `isWanted`. */
function postAccounts(
	{ ran }: Run,
	isWanted: (key: Pubkey, account: AccountSharedData) => boolean,
): KeyedAccountSharedData[] {
	const found: KeyedAccountSharedData[] = [];
	if (ran === null) return found;
	const { list } = ran.context.accounts;
	const { accountKeys } = ran.message;
	for (let i = 0; i < accountKeys.length; i++) {
		if (!ran.message.isWritable(i)) continue;
		const account = list[i]!.toAccountSharedData();
		if (isWanted(accountKeys[i]!, account)) found.push([accountKeys[i]!, account]);
	}
	return found;
}
