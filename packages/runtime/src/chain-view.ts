/** What of a chain is asked of the bank of its open slot. */
import type {
	AccountSharedData,
	Clock,
	Epoch,
	EpochSchedule,
	FeatureSet,
	Hash,
	Lamports,
	Pubkey,
	Rent,
	Result,
	SanitizedMessage,
	SanitizedTransaction,
	Slot,
	TransactionError,
	VersionedMessage,
	VersionedTransaction,
} from '@parhelion/sdk';
import type { Bank } from './bank/bank.ts';
import type { BankEvents } from './bank/bank-events.ts';
import type { EpochInfo, SimulateOptions, SimulationOutcome } from './bank/bank-types.ts';
import {
	feeOf,
	resolveMessage,
	sanitizeTransaction,
	simulateTransaction,
} from './bank/transaction-processing.ts';
import { verifySignatures } from './bank/verify-transaction.ts';
import type { Emitter } from './events.ts';

/** The questions that change nothing. */
export abstract class ChainView {
	/** The bank of the open slot. */
	abstract get bank(): Bank;

	get events(): Emitter<BankEvents> {
		return this.bank.shared.events;
	}

	get slot(): Slot {
		return this.bank.slot;
	}

	get parentSlot(): Slot {
		return this.bank.parentSlot;
	}

	/** Blocks below the open one. */
	get blockHeight(): bigint {
		return this.bank.blockHeight;
	}

	get epoch(): Epoch {
		return this.bank.epoch;
	}

	get featureSet(): FeatureSet {
		return this.bank.featureSet;
	}

	get epochSchedule(): EpochSchedule {
		return this.bank.epochSchedule;
	}

	get rent(): Rent {
		return this.bank.rent;
	}

	get genesisHash(): Hash {
		return this.bank.shared.genesisHash;
	}

	/** Transactions committed since genesis. */
	get transactionCount(): bigint {
		return this.bank.transactionCount;
	}

	/** Accounts that exist. Takes a look-up for each that is not rooted. */
	get accountCount(): number {
		return this.bank.shared.accountsDb.accountCount(this.bank.ancestors);
	}

	/** Lamports that exist. */
	get capitalization(): Lamports {
		return this.bank.capitalization;
	}

	/** The clock sysvar. */
	clock(): Clock {
		return this.bank.clock();
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

	// Accounts.

	getAccount(pubkey: Pubkey): AccountSharedData | null {
		return this.bank.getAccount(pubkey);
	}

	/** Lamports; 0 for an account that does not exist. */
	getBalance(pubkey: Pubkey): Lamports {
		return this.bank.getBalance(pubkey);
	}

	/** The accounts that `program` owns. */
	getProgramAccounts(program: Pubkey): Iterable<readonly [Pubkey, AccountSharedData]> {
		return this.bank.getProgramAccounts(program);
	}

	/** Lamports an account of `dataLength` bytes must hold. RangeError above 10 MiB. */
	minimumBalanceForRentExemption(dataLength: number): Lamports {
		return this.bank.minimumBalanceForRentExemption(dataLength);
	}

	// Blockhashes and fees.

	lastBlockhash(): Hash {
		return this.bank.lastBlockhash();
	}

	/** Whether a transaction may still name `hash`. */
	isBlockhashValid(hash: Hash): boolean {
		return this.bank.isBlockhashValid(hash);
	}

	/** The last block height at which a transaction may name `hash`; `null` for an unknown hash. */
	lastValidBlockHeight(hash: Hash): bigint | null {
		return this.bank.lastValidBlockHeight(hash);
	}

	/** Resolves a message: `SanitizeFailure`, then the address loader's errors. */
	sanitizeMessage(message: VersionedMessage): Result<SanitizedMessage, TransactionError> {
		return resolveMessage(this.bank, message);
	}

	/**
	 * Lamports a message would cost; `null` if its blockhash is neither known nor a nonce, or the message is not
	 * valid.
	 */
	getFeeForMessage(message: SanitizedMessage | VersionedMessage): Lamports | null {
		return feeOf(this.bank, message);
	}

	// Transactions that change nothing.

	/** Checks the form of a transaction and resolves its addresses; errors as {@link sanitizeTransaction}. */
	sanitize(transaction: VersionedTransaction): Result<SanitizedTransaction, TransactionError> {
		return sanitizeTransaction(this.bank, transaction, false);
	}

	/** Whether all signatures fit. */
	verifySignatures(transaction: VersionedTransaction): boolean {
		return verifySignatures(transaction);
	}

	/** Runs a transaction and commits nothing. Errors as `processTransaction` of a bank; signatures only if asked to. */
	simulateTransaction(transaction: VersionedTransaction, options: SimulateOptions = {}): SimulationOutcome {
		return simulateTransaction(this.bank, transaction, options);
	}
}
