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
	base58Decode,
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
	MAX_TX_ACCOUNT_LOCKS,
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
	checkNonceTransaction,
	checkTransaction,
	collectAccountsToStore,
	DEFAULT_LAMPORTS_PER_SIGNATURE,
	enabledBuiltins,
	type FeeDetails,
	loadAddresses,
	NO_FEE,
	programdataAddress,
	TransactionBatchProcessor,
	type TransactionProcessingCallback,
	type TransactionProcessingEnvironment,
	type TransactionProcessingResult,
	totalFee,
	verifyNonceAccount,
} from '@parhelion/svm';
import { AccountsDb } from './accounts-db.ts';
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
import { Emitter } from './events.ts';
import { addFees, depositFees } from './fee-distribution.ts';
import { type Genesis, resolveGenesis, transferInstruction } from './genesis.ts';
import { NO_SIGNATURE, outcomeOf, simulationFailure, turnedAway } from './outcome.ts';
import { StatusCache } from './status-cache.ts';
import {
	type SysvarStore,
	updateClock,
	updateEpochSchedule,
	updateLastRestartSlot,
	updateRecentBlockhashes,
	updateRent,
	updateSlotHashes,
	updateSlotHistory,
	updateStakeHistory,
} from './sysvar-accounts.ts';
import { collectTokenBalances } from './token-balances.ts';
import { TransactionHistory } from './transaction-history.ts';
import { verifySignatures, verifyTransaction } from './verify-transaction.ts';

/** Slots after which a slot of a cluster with one validator is rooted. */
const ROOT_DEPTH = 32n;
/** The accounts a transaction may lock before `increase_tx_account_lock_limit`. */
const OLD_ACCOUNT_LOCK_LIMIT = 64;

/** The chain at its open slot. */
export class Bank implements TransactionProcessingCallback, SysvarStore {
	readonly featureSet: FeatureSet;
	readonly epochSchedule: EpochSchedule;
	readonly rent: Rent;
	readonly genesisHash: Hash;
	/** Collects the fees. */
	readonly identity: Pubkey;
	/** Pays for {@link airdrop}. */
	readonly faucet: Keypair;
	readonly events: Emitter<BankEvents> = new Emitter();

	readonly #accounts: AccountsDb = new AccountsDb();
	readonly #blockhashes: BlockhashQueue = new BlockhashQueue();
	readonly #statuses: StatusCache = new StatusCache();
	readonly #history: TransactionHistory;
	readonly #blockTimes: Map<Slot, UnixTimestamp> = new Map();
	readonly #processor: TransactionBatchProcessor;
	readonly #features: RuntimeFeatures;
	readonly #reservedKeys: ReadonlySet<string>;
	readonly #unixTimestamp: (slot: Slot) => UnixTimestamp;
	readonly #firstSlot: Slot;
	readonly #logBytesLimit: number | null;
	readonly #historyLimit: number;
	#environment: TransactionProcessingEnvironment;
	#slot: Slot;
	#parentSlot: Slot;
	#bankHash: Hash;
	#clock: Clock;
	#transactionCount = 0n;
	#signatureCount = 0n;
	#capitalization: Lamports = 0n;
	/** What the open slot's transactions paid. */
	#fees: FeeDetails = NO_FEE;

	private constructor(genesis: Genesis) {
		this.featureSet = genesis.featureSet;
		this.epochSchedule = genesis.epochSchedule;
		this.rent = genesis.rent;
		this.genesisHash = genesis.hash;
		this.identity = genesis.identity;
		this.faucet = genesis.faucet;
		this.#history = new TransactionHistory(genesis.historyLimit);
		this.#historyLimit = genesis.historyLimit;
		this.#features = resolveRuntimeFeatures(genesis.featureSet);
		this.#reservedKeys = reservedAccountKeys(genesis.featureSet);
		this.#unixTimestamp = genesis.unixTimestamp;
		this.#firstSlot = genesis.slot;
		this.#logBytesLimit = genesis.logBytesLimit;
		this.#slot = genesis.slot;
		this.#parentSlot = genesis.slot;
		this.#bankHash = genesis.hash;
		for (const [pubkey, account] of genesis.accounts) this.#store(pubkey, account);

		const epoch = this.epochSchedule.getEpoch(genesis.slot);
		this.#processor = new TransactionBatchProcessor(genesis.slot, epoch);
		for (const { programId, name, entrypoint } of enabledBuiltins(genesis.featureSet)) {
			this.#processor.addBuiltin(programId, name, entrypoint);
		}
		this.#blockhashes.genesisHash(genesis.hash, DEFAULT_LAMPORTS_PER_SIGNATURE);
		this.#environment = this.#makeEnvironment();
		this.#clock = this.#makeClock(genesis.creationTime, epoch);
		updateStakeHistory(this);
		updateClock(this, this.#clock);
		updateRent(this);
		updateEpochSchedule(this, this.epochSchedule);
		updateRecentBlockhashes(this, this.#blockhashes);
		updateLastRestartSlot(this);
		updateSlotHashes(this, this.#parentSlot, this.#bankHash);
		this.#processor.resetAndFillSysvarCacheEntries(this);
		this.#blockTimes.set(this.#slot, this.#clock.unixTimestamp);
	}

	/** A chain with its first slot open. RangeError for a program with an unknown loader. */
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
		return this.#slot >= this.#firstSlot + ROOT_DEPTH ? this.#slot - ROOT_DEPTH : this.#firstSlot;
	}

	/** Blocks before the one now open. */
	get blockHeight(): bigint {
		return this.#slot - this.#firstSlot;
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
		return this.#capitalization;
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
		return this.#blockTimes.get(slot) ?? null;
	}

	// Accounts.

	getAccount(pubkey: Pubkey): AccountSharedData | null {
		return this.#accounts.get(pubkey) ?? null;
	}

	/** The same account, under the name by which `svm` asks for it. */
	getAccountSharedData(pubkey: Pubkey): AccountSharedData | null {
		return this.#accounts.get(pubkey) ?? null;
	}

	/** Lamports; 0 for an account that does not exist. */
	getBalance(pubkey: Pubkey): Lamports {
		return this.#accounts.get(pubkey)?.lamports ?? 0n;
	}

	/** The accounts that `program` owns. */
	getProgramAccounts(program: Pubkey): Iterable<readonly [Pubkey, AccountSharedData]> {
		return this.#accounts.programAccounts(program);
	}

	/** Stores an account past all rules; `null`, or an account without lamports, deletes it. */
	setAccount(pubkey: Pubkey, account: AccountSharedData | null): void {
		const stored = account ?? createAccount({});
		// Once by what was there and once by what is there: either may be a program's code.
		this.#forgetPrograms(pubkey);
		this.#store(pubkey, stored);
		this.#forgetPrograms(pubkey);
		this.#processor.sysvarCache.setSysvar(pubkey, stored.data);
	}

	/** Stores a sysvar; for the writers of sysvars. */
	storeSysvar(pubkey: Pubkey, account: AccountSharedData): void {
		this.#store(pubkey, account);
		this.#processor.sysvarCache.setSysvar(pubkey, account.data);
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
		let sanitized: SanitizedMessage;
		if (message instanceof SanitizedMessage) sanitized = message;
		else {
			const resolved = this.sanitizeMessage(message);
			if (!resolved.ok) return null;
			sanitized = resolved.value;
		}
		if (this.#blockhashes.get(sanitized.recentBlockhash) === undefined) {
			const nonce = sanitized.getDurableNonce();
			const account = nonce === null ? null : this.getAccount(nonce);
			if (account === null || verifyNonceAccount(account, sanitized.recentBlockhash) === null) return null;
		}
		const checked = checkTransaction(sanitized, this.#features, DEFAULT_LAMPORTS_PER_SIGNATURE, null);
		return checked.ok ? totalFee(checked.value.feeDetails) : null;
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
		const checked = this.#check(sanitized, MAX_PROCESSING_AGE, false);
		if (!checked.ok) return turnedAway(signature, this.#slot, checked.error);

		const { message } = sanitized;
		const records = this.#historyLimit > 0 || this.events.has('transaction');
		const preBalances = records ? this.#balances(message) : [];
		const preTokenBalances = records ? collectTokenBalances(message, (key) => this.getAccount(key)) : [];
		const result = this.#execute(sanitized, checked.value, false, true);
		if (result.kind === 'notLoaded') return turnedAway(signature, this.#slot, result.error);
		this.#commit(sanitized, result);

		const outcome = outcomeOf(signature, this.#slot, result);
		if (records) {
			const committed: CommittedTransaction = {
				signature,
				slot: this.#slot,
				blockTime: this.#clock.unixTimestamp,
				transaction,
				accountKeys: message.accountKeys,
				meta: {
					err: outcome.err,
					fee: outcome.fee,
					preBalances,
					postBalances: this.#balances(message),
					preTokenBalances,
					postTokenBalances: collectTokenBalances(message, (key) => this.getAccount(key)),
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
		return outcome;
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
		const checked = this.#check(verified.value, maxAge, true);
		if (!checked.ok) return simulationFailure(checked.error, loadedAddresses, replacement);

		const preBalances = this.#balances(message);
		const preTokenBalances = collectTokenBalances(message, (key) => this.getAccount(key));
		const result = this.#execute(verified.value, checked.value, true, options.innerInstructions === true);
		if (result.kind === 'notLoaded' || result.kind === 'noOp') {
			return simulationFailure(result.error, loadedAddresses, replacement);
		}
		const stored = new Map(
			collectAccountsToStore(message, result).map(([key, account]) => [key.key, account]),
		);
		const after = (key: Pubkey): AccountSharedData | null => stored.get(key.key) ?? this.getAccount(key);
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
			preBalances,
			postBalances: message.accountKeys.map((key) => after(key)?.lamports ?? 0n),
			preTokenBalances,
			postTokenBalances: collectTokenBalances(message, after),
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
		const isRooted = slot <= this.root && this.#slot >= this.#firstSlot + ROOT_DEPTH;
		return {
			slot,
			err: transaction.meta.err,
			confirmations: isRooted ? null : Number(this.#slot - slot),
			confirmationStatus: isRooted ? 'finalized' : slot < this.#slot ? 'confirmed' : 'processed',
		};
	}

	/** The committed transaction with this signature (64 bytes, or base58); `null` if it is unknown. */
	getTransaction(signature: Uint8Array | string): CommittedTransaction | null {
		const bytes = typeof signature === 'string' ? base58Decode(signature) : signature;
		if (bytes === null || bytes.length !== 64) return null;
		return this.#history.get(bytes) ?? null;
	}

	// Time.

	/** Completes the open slot and opens the next: blockhash, fees, sysvars. */
	advanceSlot(): void {
		this.#distributeFees();
		updateSlotHistory(this, this.#slot);
		if (this.#accounts.has(programIds.incinerator)) this.#store(programIds.incinerator, createAccount({}));
		this.#bankHash = this.#hashBank();
		const blockhash = Hash.fromBytes(sha256(this.lastBlockhash().bytes, this.#bankHash.bytes));
		this.#blockhashes.registerHash(blockhash, DEFAULT_LAMPORTS_PER_SIGNATURE);
		updateRecentBlockhashes(this, this.#blockhashes);

		const parentEpoch = this.epoch;
		this.#parentSlot = this.#slot;
		this.#slot += 1n;
		this.#signatureCount = 0n;
		const epoch = this.epochSchedule.getEpoch(this.#slot);
		this.#processor.setSlot(this.#slot, epoch);
		updateSlotHashes(this, this.#parentSlot, this.#bankHash);
		if (epoch !== parentEpoch) updateStakeHistory(this);
		let time = this.#unixTimestamp(this.#slot);
		if (time < this.#clock.unixTimestamp) time = this.#clock.unixTimestamp;
		this.#clock = this.#makeClock(time, parentEpoch);
		updateClock(this, this.#clock);
		this.#environment = this.#makeEnvironment();
		this.#statuses.purge(this.#slot);
		this.#blockTimes.set(this.#slot, time);
		if (this.#blockTimes.size > this.#historyLimit + Number(ROOT_DEPTH)) {
			for (const oldest of this.#blockTimes.keys()) {
				this.#blockTimes.delete(oldest);
				break;
			}
		}
		if (this.events.has('slot')) {
			this.events.emit('slot', { slot: this.#slot, parent: this.#parentSlot, root: this.root });
		}
	}

	#makeClock(unixTimestamp: UnixTimestamp, parentEpoch: Epoch): Clock {
		const epoch = this.epochSchedule.getEpoch(this.#slot);
		const isFirstOfEpoch = this.#slot === this.#firstSlot || epoch !== parentEpoch;
		return {
			slot: this.#slot,
			epochStartTimestamp: isFirstOfEpoch ? unixTimestamp : this.#clock.epochStartTimestamp,
			epoch,
			leaderScheduleEpoch: this.epochSchedule.getLeaderScheduleEpoch(this.#slot),
			unixTimestamp,
		};
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
		if (paid !== null) this.#store(this.identity, paid);
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

	/** Locks, compute budget, age, status: upstream's `check_transactions`. */
	#check(
		transaction: SanitizedTransaction,
		maxAge: number,
		strictNonceSizeCheck: boolean,
	): Result<CheckedTransactionDetails, TransactionError> {
		const limit = this.#features.increaseTxAccountLockLimit ? MAX_TX_ACCOUNT_LOCKS : OLD_ACCOUNT_LOCK_LIMIT;
		const lockError = transaction.validateAccountLocks(limit);
		if (lockError !== null) return err(lockError);
		const { message } = transaction;
		const checked = checkTransaction(message, this.#features, DEFAULT_LAMPORTS_PER_SIGNATURE, null);
		if (!checked.ok) return checked;
		let nonceAddress: Pubkey | null = null;
		if (!this.#blockhashes.isHashValidForAge(message.recentBlockhash, maxAge)) {
			nonceAddress = checkNonceTransaction(
				message,
				(pubkey) => this.getAccount(pubkey),
				this.lastBlockhash(),
				strictNonceSizeCheck,
			);
			if (nonceAddress === null) return err(TransactionError.BlockhashNotFound);
		}
		if (this.#statuses.getStatus(transaction.messageHash, message.recentBlockhash) !== undefined) {
			return err(TransactionError.AlreadyProcessed);
		}
		return ok({ ...checked.value, nonceAddress });
	}

	#execute(
		transaction: SanitizedTransaction,
		checked: CheckedTransactionDetails,
		strictNonceSizeCheck: boolean,
		recordInnerInstructions: boolean,
	): TransactionProcessingResult {
		return this.#processor.loadAndExecuteSanitizedTransaction(this, transaction, checked, this.#environment, {
			logBytesLimit: this.#logBytesLimit,
			recordLogs: true,
			recordInnerInstructions,
			recordReturnData: true,
			strictNonceSizeCheck,
		});
	}

	#commit(transaction: SanitizedTransaction, result: TransactionProcessingResult): void {
		const { message } = transaction;
		for (const [pubkey, account] of collectAccountsToStore(message, result)) this.#store(pubkey, account);
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

	#balances(message: SanitizedMessage): Lamports[] {
		return message.accountKeys.map((key) => this.getBalance(key));
	}

	#store(pubkey: Pubkey, account: AccountSharedData): void {
		const before = this.#accounts.get(pubkey);
		this.#capitalization += account.lamports - (before?.lamports ?? 0n);
		const exists = account.lamports !== 0n;
		if (exists) this.#accounts.store(pubkey, account);
		else this.#accounts.delete(pubkey);
		if (this.events.has('account')) {
			this.events.emit('account', { slot: this.#slot, pubkey, account: exists ? account : null });
		}
	}

	/** Drops what is cached of a program whose account, or whose programdata, is written past the rules. */
	#forgetPrograms(pubkey: Pubkey): void {
		this.#processor.invalidateProgram(pubkey);
		const loader = programIds.bpfLoaderUpgradeable;
		if (this.getAccount(pubkey)?.owner.equals(loader) !== true) return;
		for (const [programId, account] of this.#accounts.programAccounts(loader)) {
			if (programdataAddress(account.data)?.equals(pubkey) === true)
				this.#processor.invalidateProgram(programId);
		}
	}
}
