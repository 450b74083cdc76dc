/**
 * The bank: the state of the chain at the slot now open, and the way a transaction changes it.
 *
 * Owns: accounts, recent blockhashes, the status of recent messages, sysvars, fees, the order of the checks.
 * Refuses: forks, votes and blocks, which come with the ledger; how a transaction runs is `svm`'s.
 *
 * Source: solana-runtime bank.rs, bank/check_transactions.rs, bank/fee_distribution.rs.
 */
import { ed25519Sign, sha256 } from '@parhelion/crypto';
import {
	type AccountSharedData,
	ByteWriter,
	type Clock,
	catchFault,
	compileLegacyMessage,
	createAccount,
	type Epoch,
	type EpochSchedule,
	encodeMessage,
	err,
	type FeatureSet,
	Hash,
	type Lamports,
	type LoadedAddresses,
	NO_LOADED_ADDRESSES,
	ok,
	type Pubkey,
	programIds,
	type Rent,
	type Result,
	type RuntimeFeatures,
	reservedAccountKeys,
	resolveRuntimeFeatures,
	SanitizedMessage,
	type SanitizedTransaction,
	type Slot,
	sanitizeMessage,
	TransactionError,
	type UnixTimestamp,
	type VersionedMessage,
	type VersionedTransaction,
} from '@parhelion/sdk';
import {
	type CheckedTransactionDetails,
	collectAccountsToStore,
	DEFAULT_LAMPORTS_PER_SIGNATURE,
	enabledBuiltins,
	type FeeDetails,
	loadAddresses,
	NO_FEE,
	TransactionBatchProcessor,
	type TransactionProcessingCallback,
	type TransactionProcessingEnvironment,
	type TransactionProcessingResult,
} from '@parhelion/svm';
import { type Balances, collectBalances } from './balances.ts';
import { BankAccounts } from './bank-accounts.ts';
import type {
	BankEvents,
	CommittedTransaction,
	EpochInfo,
	GenesisOptions,
	Keypair,
	ProcessOptions,
	SignatureStatus,
	SimulateOptions,
	SimulationOutcome,
	TransactionOutcome,
} from './bank-types.ts';
import { BlockhashQueue, MAX_PROCESSING_AGE, MAX_TRANSACTION_FORWARDING_DELAY } from './blockhash-queue.ts';
import { type CheckContext, checkProcessable, feeForMessage } from './check-transactions.ts';
import { Emitter } from './events.ts';
import { addFees, depositFees } from './fee-distribution.ts';
import { type Genesis, resolveGenesis, transferInstruction } from './genesis.ts';
import { NO_SIGNATURE, outcomeOf, simulationFailure, turnedAway } from './outcome.ts';
import { StatusCache } from './status-cache.ts';
import {
	nextClock,
	updateClock,
	updateEpochSchedule,
	updateLastRestartSlot,
	updateRecentBlockhashes,
	updateRent,
	updateSlotHashes,
	updateSlotHistory,
	updateStakeHistory,
} from './sysvar-accounts.ts';
import { BlockTimes, TransactionHistory } from './transaction-history.ts';
import { verifySignatures, verifyTransaction } from './verify-transaction.ts';

/** Slots after which a slot of a cluster with one validator is rooted. */
const ROOT_DEPTH = 32n;

/** The chain at its open slot. */
export class Bank implements TransactionProcessingCallback {
	readonly featureSet: FeatureSet;
	readonly epochSchedule: EpochSchedule;
	readonly rent: Rent;
	readonly genesisHash: Hash;
	/** Collects the fees. */
	readonly identity: Pubkey;
	/** Pays for {@link airdrop}. */
	readonly faucet: Keypair;
	readonly events: Emitter<BankEvents> = new Emitter();

	readonly #accounts: BankAccounts;
	readonly #blockhashes: BlockhashQueue = new BlockhashQueue();
	readonly #statuses: StatusCache = new StatusCache();
	readonly #history: TransactionHistory;
	readonly #blockTimes: BlockTimes;
	readonly #processor: TransactionBatchProcessor;
	readonly #features: RuntimeFeatures;
	readonly #reservedKeys: ReadonlySet<string>;
	readonly #checks: CheckContext;
	readonly #genesis: Genesis;
	#environment: TransactionProcessingEnvironment;
	#slot: Slot;
	#parentSlot: Slot;
	#bankHash: Hash;
	#clock: Clock;
	#transactionCount = 0n;
	#signatureCount = 0n;
	/** What the open slot's transactions paid. */
	#fees: FeeDetails = NO_FEE;

	private constructor(genesis: Genesis) {
		this.#genesis = genesis;
		this.featureSet = genesis.featureSet;
		this.epochSchedule = genesis.epochSchedule;
		this.rent = genesis.rent;
		this.genesisHash = genesis.hash;
		this.identity = genesis.identity;
		this.faucet = genesis.faucet;
		this.#history = new TransactionHistory(genesis.historyLimit);
		this.#blockTimes = new BlockTimes(genesis.historyLimit + Number(ROOT_DEPTH));
		this.#features = resolveRuntimeFeatures(genesis.featureSet);
		this.#reservedKeys = reservedAccountKeys(genesis.featureSet);
		this.#slot = genesis.slot;
		this.#parentSlot = genesis.slot;
		this.#bankHash = genesis.hash;
		this.#clock = nextClock(genesis.slot, genesis.creationTime, null, genesis.epochSchedule);
		this.#processor = new TransactionBatchProcessor(genesis.slot, this.#clock.epoch);
		for (const { programId, name, entrypoint } of enabledBuiltins(genesis.featureSet)) {
			this.#processor.addBuiltin(programId, name, entrypoint);
		}
		const accounts = new BankAccounts(genesis.rent, genesis.slot, this.#processor, this.events);
		this.#accounts = accounts;
		this.#checks = {
			features: this.#features,
			blockhashes: this.#blockhashes,
			statuses: this.#statuses,
			getAccount: (pubkey) => accounts.getAccount(pubkey),
		};
		for (const [pubkey, account] of genesis.accounts) accounts.store(pubkey, account);
		this.#blockhashes.genesisHash(genesis.hash, DEFAULT_LAMPORTS_PER_SIGNATURE);
		this.#environment = this.#makeEnvironment();
		updateStakeHistory(accounts);
		updateClock(accounts, this.#clock);
		updateRent(accounts);
		updateEpochSchedule(accounts, genesis.epochSchedule);
		updateRecentBlockhashes(accounts, this.#blockhashes);
		updateLastRestartSlot(accounts);
		updateSlotHashes(accounts, genesis.slot, genesis.hash);
		this.#processor.resetAndFillSysvarCacheEntries(this);
		this.#blockTimes.set(genesis.slot, this.#clock.unixTimestamp);
	}

	/**
	 * A chain with its genesis slot open. Its programs can be invoked from the next slot on, as on any cluster:
	 * {@link advanceSlot} first. RangeError for a program with an unknown loader.
	 */
	static genesis(options: GenesisOptions = {}): Bank {
		return new Bank(resolveGenesis(options));
	}

	/** {@link genesis} under the name that upstream's tests know. */
	static createForTests(options: GenesisOptions = {}): Bank {
		return Bank.genesis(options);
	}

	// Where the chain stands.

	get slot(): Slot {
		return this.#slot;
	}

	get parentSlot(): Slot {
		return this.#parentSlot;
	}

	/** The newest slot that can no longer be undone. */
	get root(): Slot {
		return this.blockHeight >= ROOT_DEPTH ? this.#slot - ROOT_DEPTH : this.#genesis.slot;
	}

	/** Blocks before the one now open. */
	get blockHeight(): bigint {
		return this.#slot - this.#genesis.slot;
	}

	get epoch(): Epoch {
		return this.#clock.epoch;
	}

	/** Transactions committed so far. */
	get transactionCount(): bigint {
		return this.#transactionCount;
	}

	/** Accounts that exist. */
	get accountCount(): number {
		return this.#accounts.size;
	}

	/** Lamports that exist. */
	get capitalization(): Lamports {
		return this.#accounts.capitalization;
	}

	/** The clock sysvar. */
	clock(): Clock {
		return this.#clock;
	}

	epochInfo(): EpochInfo {
		const [epoch, slotIndex] = this.epochSchedule.getEpochAndSlotIndex(this.#slot);
		return {
			epoch,
			slotIndex,
			slotsInEpoch: this.epochSchedule.getSlotsInEpoch(epoch),
			absoluteSlot: this.#slot,
			blockHeight: this.blockHeight,
			transactionCount: this.#transactionCount,
		};
	}

	/** When `slot` was opened, in seconds since 1970; `null` if unknown. */
	getBlockTime(slot: Slot): UnixTimestamp | null {
		return this.#blockTimes.get(slot);
	}

	// Accounts.

	getAccount(pubkey: Pubkey): AccountSharedData | null {
		return this.#accounts.getAccount(pubkey);
	}

	/** The same account, under the name by which `svm` asks for it. */
	getAccountSharedData(pubkey: Pubkey): AccountSharedData | null {
		return this.#accounts.getAccount(pubkey);
	}

	/** Lamports; 0 for an account that does not exist. */
	getBalance(pubkey: Pubkey): Lamports {
		return this.#accounts.getBalance(pubkey);
	}

	/** The accounts that `program` owns. */
	getProgramAccounts(program: Pubkey): Iterable<readonly [Pubkey, AccountSharedData]> {
		return this.#accounts.programAccounts(program);
	}

	/** Stores an account past all rules; `null`, or an account without lamports, deletes it. */
	setAccount(pubkey: Pubkey, account: AccountSharedData | null): void {
		this.#accounts.set(pubkey, account);
	}

	/** Lamports an account of `dataLength` bytes must hold. RangeError above 10 MiB. */
	minimumBalanceForRentExemption(dataLength: number): Lamports {
		const minimum = this.rent.minimumBalance(dataLength);
		return minimum > 1n ? minimum : 1n;
	}

	// Stake, of which there is none yet.

	getEpochStake(): bigint {
		return 0n;
	}

	getEpochStakeForVoteAccount(_vote: Pubkey): bigint {
		return 0n;
	}

	// Blockhashes and fees.

	lastBlockhash(): Hash {
		return this.#blockhashes.lastHash();
	}

	/** Whether a transaction may still name `hash`. */
	isBlockhashValid(hash: Hash): boolean {
		return this.#blockhashes.isHashValidForAge(hash, MAX_PROCESSING_AGE);
	}

	/** The last block height at which a transaction may name `hash`; `null` for an unknown hash. */
	lastValidBlockHeight(hash: Hash): bigint | null {
		const age = this.#blockhashes.hashAge(hash);
		return age === null ? null : this.blockHeight + BigInt(MAX_PROCESSING_AGE - age);
	}

	/** Resolves a message: `SanitizeFailure`, then the address loader's errors. */
	sanitizeMessage(message: VersionedMessage): Result<SanitizedMessage, TransactionError> {
		if (sanitizeMessage(message) !== null) return err(TransactionError.SanitizeFailure);
		const loaded = this.#loadAddresses(message.version === 0 ? message.addressTableLookups : []);
		if (!loaded.ok) return loaded;
		return ok(new SanitizedMessage(message, loaded.value, this.#reservedKeys));
	}

	/**
	 * Lamports a message would cost; `null` if its blockhash is neither known nor a nonce, or the message is not
	 * valid.
	 */
	getFeeForMessage(message: SanitizedMessage | VersionedMessage): Lamports | null {
		if (message instanceof SanitizedMessage) return feeForMessage(this.#checks, message);
		const resolved = this.sanitizeMessage(message);
		return resolved.ok ? feeForMessage(this.#checks, resolved.value) : null;
	}

	// Transactions.

	/**
	 * Checks the form of a transaction and resolves its addresses; signatures are not checked.
	 *
	 * Errors in order: `UnsupportedVersion`, `SanitizeFailure`, the address loader's.
	 */
	sanitize(transaction: VersionedTransaction): Result<SanitizedTransaction, TransactionError> {
		return this.#verify(transaction, false);
	}

	/** Whether all signatures fit. */
	verifySignatures(transaction: VersionedTransaction): boolean {
		return verifySignatures(transaction);
	}

	/**
	 * Processes a transaction and commits what it did.
	 *
	 * Errors of a transaction that is turned away, in order: `UnsupportedVersion`, `SanitizeFailure`,
	 * `SignatureFailure`, the address loader's, `AccountLoadedTwice`, `TooManyAccountLocks`, the compute budget's,
	 * `BlockhashNotFound`, `AlreadyProcessed`, the fee payer's. Any later error is charged for.
	 */
	processTransaction(transaction: VersionedTransaction, options: ProcessOptions = {}): TransactionOutcome {
		const signature = transaction.signatures[0] ?? NO_SIGNATURE;
		const verified = this.#verify(transaction, options.skipSigVerify !== true);
		if (!verified.ok) return turnedAway(signature, this.#slot, verified.error);
		const { value: sanitized } = verified;
		const checked = checkProcessable(this.#checks, sanitized, MAX_PROCESSING_AGE, false);
		if (!checked.ok) return turnedAway(signature, this.#slot, checked.error);

		const { message } = sanitized;
		const isRecorded = this.#genesis.historyLimit > 0 || this.events.has('transaction');
		const before = isRecorded ? collectBalances(message, this.#checks.getAccount) : null;
		const result = this.#execute(sanitized, checked.value, false, true);
		if (result.kind === 'notLoaded') return turnedAway(signature, this.#slot, result.error);
		this.#commit(sanitized, result);

		const outcome = outcomeOf(signature, this.#slot, result);
		if (before !== null) this.#record(transaction, message, outcome, before);
		return outcome;
	}

	#record(
		transaction: VersionedTransaction,
		message: SanitizedMessage,
		outcome: TransactionOutcome,
		before: Balances,
	): void {
		const after = collectBalances(message, this.#checks.getAccount);
		const committed: CommittedTransaction = {
			signature: outcome.signature,
			slot: this.#slot,
			blockTime: this.#clock.unixTimestamp,
			transaction,
			accountKeys: message.accountKeys,
			meta: {
				err: outcome.err,
				fee: outcome.fee,
				preBalances: before.lamports,
				postBalances: after.lamports,
				preTokenBalances: before.tokens,
				postTokenBalances: after.tokens,
				innerInstructions: outcome.innerInstructions,
				logMessages: outcome.logs,
				loadedAddresses: message.loadedAddresses,
				returnData: outcome.returnData,
				computeUnitsConsumed: outcome.computeUnitsConsumed,
			},
		};
		this.#history.add(committed);
		this.events.emit('transaction', committed);
	}

	/** Runs a transaction and commits nothing. Errors as {@link processTransaction}; signatures only if asked to. */
	simulateTransaction(transaction: VersionedTransaction, options: SimulateOptions = {}): SimulationOutcome {
		let replacement: SimulationOutcome['replacementBlockhash'] = null;
		let simulated = transaction;
		if (options.replaceRecentBlockhash === true) {
			const blockhash = this.lastBlockhash();
			replacement = { blockhash, lastValidBlockHeight: this.lastValidBlockHeight(blockhash) ?? 0n };
			simulated = {
				signatures: transaction.signatures,
				message: { ...transaction.message, recentBlockhash: blockhash },
			};
		}
		const verified = this.#verify(simulated, options.sigVerify === true);
		if (!verified.ok) return simulationFailure(verified.error, NO_LOADED_ADDRESSES, replacement);
		const { message } = verified.value;
		const loadedAddresses = message.loadedAddresses;
		const maxAge = MAX_PROCESSING_AGE - MAX_TRANSACTION_FORWARDING_DELAY;
		const checked = checkProcessable(this.#checks, verified.value, maxAge, true);
		if (!checked.ok) return simulationFailure(checked.error, loadedAddresses, replacement);

		const before = collectBalances(message, this.#checks.getAccount);
		const result = this.#execute(verified.value, checked.value, true, options.innerInstructions === true);
		if (result.kind === 'notLoaded' || result.kind === 'noOp') {
			return simulationFailure(result.error, loadedAddresses, replacement);
		}
		const written = new Map(
			collectAccountsToStore(message, result).map(([key, account]) => [key.key, account]),
		);
		const after = collectBalances(message, (pubkey) => {
			const account = written.get(pubkey.key);
			if (account === undefined) return this.getAccount(pubkey);
			return account.lamports === 0n ? null : account;
		});
		const outcome = outcomeOf(NO_SIGNATURE, this.#slot, result);
		return {
			err: outcome.err,
			logs: outcome.logs,
			innerInstructions: options.innerInstructions === true ? outcome.innerInstructions : null,
			computeUnitsConsumed: outcome.computeUnitsConsumed,
			returnData: outcome.returnData,
			fee: outcome.fee,
			loadedAccountsDataSize: outcome.loadedAccountsDataSize,
			postAccounts: result.kind === 'executed' ? result.loadedTransaction.accounts : [],
			preBalances: before.lamports,
			postBalances: after.lamports,
			preTokenBalances: before.tokens,
			postTokenBalances: after.tokens,
			loadedAddresses,
			replacementBlockhash: replacement,
		};
	}

	/** Sends lamports from the faucet by a transaction of its own; a second one alike in a slot is a duplicate. */
	airdrop(to: Pubkey, lamports: Lamports): TransactionOutcome {
		const { pubkey, seed } = this.faucet;
		const instruction = transferInstruction(pubkey, to, lamports);
		const message = compileLegacyMessage(pubkey, [instruction], this.lastBlockhash());
		const signature = ed25519Sign(encodeMessage(message), seed);
		return this.processTransaction({ signatures: [signature], message }, { skipSigVerify: true });
	}

	/** How the transaction with this signature (64 bytes, or base58) ended; `null` if it is unknown. */
	getSignatureStatus(signature: Uint8Array | string): SignatureStatus | null {
		const transaction = this.getTransaction(signature);
		if (transaction === null) return null;
		const { slot } = transaction;
		const isRooted = this.blockHeight >= ROOT_DEPTH && slot <= this.root;
		return {
			slot,
			err: transaction.meta.err,
			confirmations: isRooted ? null : Number(this.#slot - slot),
			confirmationStatus: isRooted ? 'finalized' : slot < this.#slot ? 'confirmed' : 'processed',
		};
	}

	/** The committed transaction with this signature (64 bytes, or base58); `null` if it is unknown. */
	getTransaction(signature: Uint8Array | string): CommittedTransaction | null {
		return this.#history.get(signature);
	}

	// Time.

	/** Completes the open slot and opens the next: blockhash, fees, sysvars. */
	advanceSlot(): void {
		const accounts = this.#accounts;
		this.#distributeFees();
		updateSlotHistory(accounts, this.#slot);
		// What was sent there is gone at the end of the slot.
		if (this.getBalance(programIds.incinerator) > 0n) {
			accounts.store(programIds.incinerator, createAccount({}));
		}
		this.#bankHash = this.#hashBank();
		const blockhash = Hash.fromBytes(sha256(this.lastBlockhash().bytes, this.#bankHash.bytes));
		this.#blockhashes.registerHash(blockhash, DEFAULT_LAMPORTS_PER_SIGNATURE);
		updateRecentBlockhashes(accounts, this.#blockhashes);

		const parent = this.#clock;
		this.#parentSlot = this.#slot;
		this.#slot += 1n;
		this.#signatureCount = 0n;
		let time = this.#genesis.unixTimestamp(this.#slot);
		if (time < parent.unixTimestamp) time = parent.unixTimestamp;
		this.#clock = nextClock(this.#slot, time, parent, this.epochSchedule);
		this.#processor.setSlot(this.#slot, this.#clock.epoch);
		accounts.slot = this.#slot;
		updateSlotHashes(accounts, this.#parentSlot, this.#bankHash);
		if (this.#clock.epoch !== parent.epoch) updateStakeHistory(accounts);
		updateClock(accounts, this.#clock);
		this.#environment = this.#makeEnvironment();
		this.#statuses.purge(this.#slot);
		this.#blockTimes.set(this.#slot, time);
		if (this.events.has('slot')) {
			this.events.emit('slot', { slot: this.#slot, parent: this.#parentSlot, root: this.root });
		}
	}

	#makeEnvironment(): TransactionProcessingEnvironment {
		return {
			blockhash: this.lastBlockhash(),
			blockhashLamportsPerSignature: DEFAULT_LAMPORTS_PER_SIGNATURE,
			epochTotalStake: 0n,
			featureSet: this.featureSet,
			runtimeFeatures: this.#features,
			rent: this.rent,
		};
	}

	/** Stands for the slot's state in slot hashes; the accounts' lattice hash comes with the ledger. */
	#hashBank(): Hash {
		const preimage = new ByteWriter(72)
			.raw(this.#bankHash.bytes)
			.u64(this.#signatureCount)
			.raw(this.lastBlockhash().bytes)
			.finish();
		return Hash.fromBytes(sha256(preimage));
	}

	/** Pays the identity its part of the fees; the rest is burned. */
	#distributeFees(): void {
		const paid = depositFees(this.getAccount(this.identity), this.#fees, this.rent);
		this.#fees = NO_FEE;
		if (paid !== null) this.#accounts.store(this.identity, paid);
	}

	#loadAddresses(lookups: Parameters<typeof loadAddresses>[0]): Result<LoadedAddresses, TransactionError> {
		if (lookups.length === 0) return ok(NO_LOADED_ADDRESSES);
		const slotHashes = catchFault(() => this.#processor.sysvarCache.getSlotHashes());
		return loadAddresses(
			lookups,
			(pubkey) => this.getAccount(pubkey),
			this.#slot,
			slotHashes.ok ? slotHashes.value : null,
		);
	}

	#verify(
		transaction: VersionedTransaction,
		checkSignatures: boolean,
	): Result<SanitizedTransaction, TransactionError> {
		return verifyTransaction(transaction, {
			features: this.#features,
			addressLoader: (lookups) => this.#loadAddresses(lookups),
			reservedAccountKeys: this.#reservedKeys,
			checkSignatures,
		});
	}

	#execute(
		transaction: SanitizedTransaction,
		checked: CheckedTransactionDetails,
		strictNonceSizeCheck: boolean,
		recordInnerInstructions: boolean,
	): TransactionProcessingResult {
		return this.#processor.loadAndExecuteSanitizedTransaction(this, transaction, checked, this.#environment, {
			logBytesLimit: this.#genesis.logBytesLimit,
			recordLogs: true,
			recordInnerInstructions,
			recordReturnData: true,
			strictNonceSizeCheck,
		});
	}

	#commit(transaction: SanitizedTransaction, result: TransactionProcessingResult): void {
		const { message } = transaction;
		for (const [pubkey, account] of collectAccountsToStore(message, result)) {
			this.#accounts.store(pubkey, account);
		}
		let err: TransactionError | null;
		let fee: FeeDetails | null = null;
		if (result.kind === 'executed') {
			err = result.execution.status;
			fee = result.feeDetails;
			if (err === null) this.#processor.mergeModifiedPrograms(result.programsModified);
		} else {
			err = result.error;
			if (result.kind === 'feesOnly') fee = result.feeDetails;
		}
		if (fee !== null) this.#fees = addFees(this.#fees, fee);
		this.#statuses.insert(message.recentBlockhash, transaction.messageHash, this.#slot, err);
		this.#transactionCount += 1n;
		this.#signatureCount += BigInt(message.numTransactionSignatures);
	}
}
