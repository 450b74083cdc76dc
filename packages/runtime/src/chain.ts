/**
 * The chain as one node makes and sees it: the forks, the open slot on the newest, the history that clients ask for.
 *
 * Owns: opening and completing slots, proof of history of the blocks it makes, rooting, the transactions and block
 * times that it remembers. Refuses: time (someone calls {@link Chain.advanceSlot}), any wire format.
 *
 * Every question is answered from the open slot. With one validator there is one fork, and a slot is rooted once
 * {@link ROOT_DEPTH} others stand on it.
 */
import { ed25519Sign } from '@parhelion/crypto';
import {
	type AccountSharedData,
	type Clock,
	compileLegacyMessage,
	createAccount,
	type Epoch,
	type EpochSchedule,
	encodeMessage,
	type FeatureSet,
	type Hash,
	type Lamports,
	type Pubkey,
	programIds,
	type Rent,
	type Result,
	type SanitizedMessage,
	type SanitizedTransaction,
	type Slot,
	type TransactionError,
	type UnixTimestamp,
	type VersionedMessage,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { programdataAddress } from '@parhelion/svm';
import { AccountsDb } from './accounts-db/accounts-db.ts';
import { MemoryStorage } from './accounts-db/memory-storage.ts';
import { Bank } from './bank/bank.ts';
import type { BankEvents } from './bank/bank-events.ts';
import { BankForks } from './bank/bank-forks.ts';
import type {
	CommittedTransaction,
	EpochInfo,
	GenesisOptions,
	Keypair,
	ProcessOptions,
	SignatureStatus,
	SimulateOptions,
	SimulationOutcome,
	TransactionOutcome,
} from './bank/bank-types.ts';
import type { SlotLeader } from './bank/leader-schedule.ts';
import {
	feeOf,
	processTransaction,
	resolveMessage,
	sanitizeTransaction,
	simulateTransaction,
} from './bank/transaction-processing.ts';
import { verifySignatures } from './bank/verify-transaction.ts';
import type { Emitter } from './events.ts';
import { resolveGenesis, transferInstruction } from './genesis/local-genesis.ts';
import { hashTransactions } from './ledger/entry.ts';
import { Poh } from './ledger/poh.ts';
import { BlockTimes, TransactionHistory } from './ledger/transaction-history.ts';

/** Slots after which a slot of a cluster with one validator is rooted. */
const ROOT_DEPTH = 32n;

/** A chain with one validator. */
export class Chain {
	/** Collects the fees. */
	readonly identity: Pubkey;
	/** Pays for {@link airdrop}. */
	readonly faucet: Keypair;
	readonly forks: BankForks;
	readonly #leader: SlotLeader;
	readonly #history: TransactionHistory;
	readonly #blockTimes: BlockTimes;
	#bank: Bank;
	#poh: Poh;

	private constructor(options: GenesisOptions) {
		const genesis = resolveGenesis(options);
		this.identity = genesis.identity;
		this.faucet = genesis.faucet;
		this.#leader = { id: genesis.identity, voteAddress: genesis.identity };
		this.#history = new TransactionHistory(genesis.historyLimit);
		this.#blockTimes = new BlockTimes(genesis.historyLimit + Number(ROOT_DEPTH));
		const accountsDb = new AccountsDb({ storage: new MemoryStorage() });
		this.#bank = Bank.newFromGenesis(genesis.config, this.#leader, accountsDb, {
			unixTimestamp: genesis.unixTimestamp,
			logBytesLimit: genesis.logBytesLimit,
			history: genesis.historyLimit > 0 ? this.#history : null,
		});
		this.forks = new BankForks(this.#bank);
		this.#poh = new Poh(this.#bank.lastBlockhash(), null);
		this.#blockTimes.set(0n, this.#bank.clock().unixTimestamp);
	}

	/**
	 * A chain with its genesis slot open. Its programs can be invoked from the next slot on, as on any cluster:
	 * {@link advanceSlot} first. RangeError for a program with an unknown loader.
	 */
	static genesis(options: GenesisOptions = {}): Chain {
		return new Chain(options);
	}

	// Where the chain stands.

	/** The bank of the open slot. */
	get bank(): Bank {
		return this.#bank;
	}

	get events(): Emitter<BankEvents> {
		return this.#bank.shared.events;
	}

	get slot(): Slot {
		return this.#bank.slot;
	}

	get parentSlot(): Slot {
		return this.#bank.parentSlot;
	}

	/** The newest slot that can no longer be undone. */
	get root(): Slot {
		return this.forks.root;
	}

	/** Blocks below the open one. */
	get blockHeight(): bigint {
		return this.#bank.blockHeight;
	}

	get epoch(): Epoch {
		return this.#bank.epoch;
	}

	get featureSet(): FeatureSet {
		return this.#bank.featureSet;
	}

	get epochSchedule(): EpochSchedule {
		return this.#bank.epochSchedule;
	}

	get rent(): Rent {
		return this.#bank.rent;
	}

	get genesisHash(): Hash {
		return this.#bank.shared.genesisHash;
	}

	/** Transactions committed since genesis. */
	get transactionCount(): bigint {
		return this.#bank.transactionCount;
	}

	/** Accounts that exist. Takes a look-up for each that is not rooted. */
	get accountCount(): number {
		return this.#bank.shared.accountsDb.accountCount(this.#bank.ancestors);
	}

	/** Lamports that exist. */
	get capitalization(): Lamports {
		return this.#bank.capitalization;
	}

	/** The clock sysvar. */
	clock(): Clock {
		return this.#bank.clock();
	}

	epochInfo(): EpochInfo {
		const [epoch, slotIndex] = this.epochSchedule.getEpochAndSlotIndex(this.slot);
		return {
			epoch,
			slotIndex,
			slotsInEpoch: this.epochSchedule.getSlotsInEpoch(epoch),
			absoluteSlot: this.slot,
			blockHeight: this.blockHeight,
			transactionCount: this.transactionCount,
		};
	}

	/** When `slot` was opened, in seconds since 1970; `null` if unknown. */
	getBlockTime(slot: Slot): UnixTimestamp | null {
		return this.#blockTimes.get(slot);
	}

	// Accounts.

	getAccount(pubkey: Pubkey): AccountSharedData | null {
		return this.#bank.getAccount(pubkey);
	}

	/** Lamports; 0 for an account that does not exist. */
	getBalance(pubkey: Pubkey): Lamports {
		return this.#bank.getBalance(pubkey);
	}

	/** The accounts that `program` owns. */
	getProgramAccounts(program: Pubkey): Iterable<readonly [Pubkey, AccountSharedData]> {
		return this.#bank.getProgramAccounts(program);
	}

	/** Stores an account past all rules; `null`, or an account without lamports, deletes it. */
	setAccount(pubkey: Pubkey, account: AccountSharedData | null): void {
		const stored = createAccount(account ?? {});
		// Once by what was there and once by what is there: either may be a program's code.
		this.#forgetPrograms(pubkey);
		this.#bank.overwrite(pubkey, stored);
		this.#forgetPrograms(pubkey);
	}

	/** Drops what is cached of a program whose account, or whose programdata, is written past the rules. */
	#forgetPrograms(pubkey: Pubkey): void {
		const { processor } = this.#bank;
		processor.invalidateProgram(pubkey);
		const loader = programIds.bpfLoaderUpgradeable;
		if (this.getAccount(pubkey)?.owner.equals(loader) !== true) return;
		for (const [programId, { data }] of this.#bank.getProgramAccounts(loader)) {
			if (programdataAddress(data)?.equals(pubkey) === true) processor.invalidateProgram(programId);
		}
	}

	/** Lamports an account of `dataLength` bytes must hold. RangeError above 10 MiB. */
	minimumBalanceForRentExemption(dataLength: number): Lamports {
		return this.#bank.minimumBalanceForRentExemption(dataLength);
	}

	// Blockhashes and fees.

	lastBlockhash(): Hash {
		return this.#bank.lastBlockhash();
	}

	/** Whether a transaction may still name `hash`. */
	isBlockhashValid(hash: Hash): boolean {
		return this.#bank.isBlockhashValid(hash);
	}

	/** The last block height at which a transaction may name `hash`; `null` for an unknown hash. */
	lastValidBlockHeight(hash: Hash): bigint | null {
		return this.#bank.lastValidBlockHeight(hash);
	}

	/** Resolves a message: `SanitizeFailure`, then the address loader's errors. */
	sanitizeMessage(message: VersionedMessage): Result<SanitizedMessage, TransactionError> {
		return resolveMessage(this.#bank, message);
	}

	/**
	 * Lamports a message would cost; `null` if its blockhash is neither known nor a nonce, or the message is not
	 * valid.
	 */
	getFeeForMessage(message: SanitizedMessage | VersionedMessage): Lamports | null {
		return feeOf(this.#bank, message);
	}

	// Transactions.

	/** Checks the form of a transaction and resolves its addresses; errors as {@link sanitizeTransaction}. */
	sanitize(transaction: VersionedTransaction): Result<SanitizedTransaction, TransactionError> {
		return sanitizeTransaction(this.#bank, transaction, false);
	}

	/** Whether all signatures fit. */
	verifySignatures(transaction: VersionedTransaction): boolean {
		return verifySignatures(transaction);
	}

	/** Processes a transaction in the open slot and commits what it did; errors as `processTransaction` of a bank. */
	processTransaction(transaction: VersionedTransaction, options: ProcessOptions = {}): TransactionOutcome {
		const outcome = processTransaction(this.#bank, transaction, options);
		if (outcome.committed) this.#poh.record(hashTransactions([transaction]));
		return outcome;
	}

	/** Runs a transaction and commits nothing. Errors as {@link processTransaction}; signatures only if asked to. */
	simulateTransaction(transaction: VersionedTransaction, options: SimulateOptions = {}): SimulationOutcome {
		return simulateTransaction(this.#bank, transaction, options);
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
			confirmations: isRooted ? null : Number(this.slot - slot),
			confirmationStatus: isRooted ? 'finalized' : slot < this.slot ? 'confirmed' : 'processed',
		};
	}

	/** The committed transaction with this signature (64 bytes, or base58); `null` if it is unknown. */
	getTransaction(signature: Uint8Array | string): CommittedTransaction | null {
		return this.#history.get(signature);
	}

	// Time.

	/** Completes the open slot, opens the next and roots the slot that is deep enough. */
	advanceSlot(): void {
		const parent = this.#bank;
		while (!parent.isComplete) parent.registerTick(this.#poh.tick()!.hash);
		parent.freeze();
		this.#bank = this.forks.insert(Bank.newFromParent(parent, this.#leader, parent.slot + 1n));
		if (this.#bank.blockHeight >= ROOT_DEPTH) {
			this.forks.setRoot(this.slot - ROOT_DEPTH);
			this.#bank.shared.accountsDb.flushSync();
		}
		this.#blockTimes.set(this.slot, this.clock().unixTimestamp);
		if (this.events.has('slot')) {
			this.events.emit('slot', { slot: this.slot, parent: parent.slot, root: this.root });
		}
	}
}
