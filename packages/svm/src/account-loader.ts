/**
 * Owns loading a transaction's accounts, with every check upstream makes before anything runs, in its order:
 * nonce, fee payer, then per account its size, then the programs.
 *
 * Source: solana-svm 4.3.0, account_loader.rs (`validate_fee_payer`, `load_transaction_accounts`) and
 * transaction_processor.rs (`validate_transaction_nonce`, `validate_transaction_fee_payer`).
 */

import {
	type AccountSharedData,
	constructInstructionsData,
	createAccount,
	err,
	NONCE_STATE_SIZE,
	ok,
	type Pubkey,
	programIds,
	RENT_EXEMPT_RENT_EPOCH,
	type Rent,
	type Result,
	type SanitizedMessage,
	sysvarIds,
	TransactionError,
} from '@parhelion/sdk';
import { totalFee } from './fee.ts';
import { advanceNonceForTransaction, systemAccountKind } from './nonce.ts';
import { programCacheEntryOwner } from './program-cache-entry.ts';
import { programdataAddress } from './program-loader.ts';
import { checkStaticAccountRentStateTransition, updateRentExemptStatusForAccount } from './rent-state.ts';
import { type NonceInfo, RollbackAccounts } from './rollback-accounts.ts';
import type { KeyedAccountSharedData } from './transaction-accounts.ts';
import type {
	CheckedTransactionDetails,
	TransactionProcessingCallback,
	TransactionProcessingEnvironment,
} from './transaction-processing-result.ts';

/** Bytes every account counts in addition to its data (SIMD-0186). */
export const TRANSACTION_ACCOUNT_BASE_SIZE = 64;
/** Bytes a lookup table counts: 8192 at most, and 56 of metadata (SIMD-0186). */
export const ADDRESS_LOOKUP_TABLE_BASE_SIZE = 8248;

/** The account put in the place of one that does not exist. */
const MISSING_ACCOUNT: AccountSharedData = createAccount({ rentEpoch: RENT_EXEMPT_RENT_EPOCH });

/** The fee payer with the fee taken off, and what to store if the transaction fails. */
export interface ValidatedFeePayer {
	readonly account: AccountSharedData;
	readonly rollbackAccounts: RollbackAccounts;
}

/** An account that exists, or `null`. */
export function loadAccount(
	callback: TransactionProcessingCallback,
	pubkey: Pubkey,
): AccountSharedData | null {
	const account = callback.getAccountSharedData(pubkey);
	return account === null || account.lamports === 0n ? null : account;
}

/**
 * Takes the fee off the payer, and advances the nonce, if there is one.
 *
 * Fails for a nonce with `AccountNotFound`, `BlockhashNotFound`; then with `AccountNotFound`,
 * `InvalidAccountForFee`, `InsufficientFundsForFee`, `InsufficientFundsForRent`.
 */
export function validateNonceAndFeePayer(
	callback: TransactionProcessingCallback,
	message: SanitizedMessage,
	checked: CheckedTransactionDetails,
	environment: TransactionProcessingEnvironment,
	strictNonceSizeCheck: boolean,
): Result<ValidatedFeePayer, TransactionError> {
	let nonce: NonceInfo | null = null;
	if (checked.nonceAddress !== null) {
		const advanced = validateNonce(
			callback,
			message,
			checked.nonceAddress,
			environment,
			strictNonceSizeCheck,
		);
		if (!advanced.ok) return advanced;
		nonce = advanced.value;
	}
	const loaded = loadAccount(callback, message.feePayer);
	if (loaded === null) return err(TransactionError.AccountNotFound);
	const marked = updateRentExemptStatusForAccount(environment.rent, loaded);
	const relax = environment.runtimeFeatures.relaxPostExecMinBalanceCheck;
	const payer = validateFeePayer(marked, 0, environment.rent, totalFee(checked.feeDetails), relax);
	if (!payer.ok) return payer;
	return ok({
		account: payer.value,
		rollbackAccounts: RollbackAccounts.create(nonce, message.feePayer, payer.value, loaded.rentEpoch),
	});
}

/**
 * The payer with `fee` lamports taken off. Fails with `AccountNotFound`, `InvalidAccountForFee`,
 * `InsufficientFundsForFee`, `InsufficientFundsForRent`.
 */
export function validateFeePayer(
	payer: AccountSharedData,
	payerIndex: number,
	rent: Rent,
	fee: bigint,
	relax: boolean,
): Result<AccountSharedData, TransactionError> {
	if (payer.lamports === 0n) return err(TransactionError.AccountNotFound);
	const kind = systemAccountKind(payer);
	if (kind === null) return err(TransactionError.InvalidAccountForFee);
	const minBalance = kind === 'Nonce' ? rent.minimumBalance(NONCE_STATE_SIZE) : 0n;
	if (payer.lamports < minBalance + fee) return err(TransactionError.InsufficientFundsForFee);
	const lamports = payer.lamports - fee;
	const rentError = checkStaticAccountRentStateTransition(
		payer.lamports,
		lamports,
		payer.data.length,
		rent,
		payerIndex,
		relax,
	);
	if (rentError !== null) return err(rentError);
	return ok({
		lamports,
		data: payer.data,
		owner: payer.owner,
		executable: payer.executable,
		rentEpoch: payer.rentEpoch,
	});
}

function validateNonce(
	callback: TransactionProcessingCallback,
	message: SanitizedMessage,
	nonceAddress: Pubkey,
	environment: TransactionProcessingEnvironment,
	strictSizeCheck: boolean,
): Result<NonceInfo, TransactionError> {
	const account = loadAccount(callback, nonceAddress);
	if (account === null) return err(TransactionError.AccountNotFound);
	if (strictSizeCheck && account.data.length !== NONCE_STATE_SIZE)
		return err(TransactionError.BlockhashNotFound);
	const advanced = advanceNonceForTransaction(
		account,
		message,
		environment.blockhash,
		environment.blockhashLamportsPerSignature,
	);
	return advanced === null
		? err(TransactionError.BlockhashNotFound)
		: ok({ address: nonceAddress, account: advanced });
}

/** The outcome of {@link loadTransactionAccounts}. */
export interface AccountsLoad {
	/** `null` where loading failed. */
	readonly accounts: readonly KeyedAccountSharedData[] | null;
	/** Why loading failed. */
	readonly error: TransactionError | null;
	/** Bytes counted up to the end or the failure, at most the limit. */
	readonly loadedAccountsDataSize: number;
}

/** Adds up what a transaction loads. */
class LoadedTransactionDataSize {
	private size = 0;
	private readonly limit: number;

	constructor(limit: number) {
		this.limit = limit;
	}

	/** Counts `bytes`; false beyond the limit. */
	increase(bytes: number): boolean {
		this.size += bytes;
		return this.size <= this.limit;
	}

	get capped(): number {
		return Math.min(this.size, this.limit);
	}
}

/**
 * Loads every account of the message; the fee payer is already there.
 *
 * Fails with `MaxLoadedAccountsDataSizeExceeded` (lookup tables, then account by account), then for the
 * program of each instruction `ProgramAccountNotFound`, `InvalidProgramForExecution`.
 */
export function loadTransactionAccounts(
	callback: TransactionProcessingCallback,
	message: SanitizedMessage,
	feePayer: AccountSharedData,
	rent: Rent,
	sizeLimit: number,
): AccountsLoad {
	const size = new LoadedTransactionDataSize(sizeLimit);
	const accounts: KeyedAccountSharedData[] = [];
	const error = load(callback, message, feePayer, rent, size, accounts);
	return { accounts: error === null ? accounts : null, error, loadedAccountsDataSize: size.capped };
}

function load(
	callback: TransactionProcessingCallback,
	message: SanitizedMessage,
	feePayer: AccountSharedData,
	rent: Rent,
	size: LoadedTransactionDataSize,
	accounts: KeyedAccountSharedData[],
): TransactionError | null {
	const keys = message.accountKeys;
	if (!size.increase(message.numLookupTables * ADDRESS_LOOKUP_TABLE_BASE_SIZE)) {
		return TransactionError.MaxLoadedAccountsDataSizeExceeded;
	}
	/** Programdata accounts counted beside the message's own. */
	const counted: string[] = [];
	for (let i = 0; i < keys.length; i++) {
		const key = keys[i]!;
		let account: AccountSharedData;
		let loadedSize: number;
		if (i === 0) {
			account = feePayer;
			loadedSize = TRANSACTION_ACCOUNT_BASE_SIZE + account.data.length;
		} else if (key.equals(sysvarIds.instructions)) {
			const built = constructInstructionsAccount(message);
			if (built === null) return TransactionError.MaxLoadedAccountsDataSizeExceeded;
			account = built;
			loadedSize = 0;
		} else {
			const loaded = loadAccount(callback, key);
			if (loaded === null) {
				account = MISSING_ACCOUNT;
				loadedSize = 0;
			} else {
				account = message.isWritable(i) ? updateRentExemptStatusForAccount(rent, loaded) : loaded;
				loadedSize = TRANSACTION_ACCOUNT_BASE_SIZE + account.data.length;
			}
		}
		if (!size.increase(loadedSize)) return TransactionError.MaxLoadedAccountsDataSizeExceeded;
		if (account.owner.equals(programIds.bpfLoaderUpgradeable)) {
			const address = programdataAddress(account.data);
			// Programdata counts once: not where the message names it, not where another program led to it.
			if (address !== null && !includes(keys, address) && !counted.includes(address.key)) {
				const programdata = loadAccount(callback, address);
				if (programdata !== null) {
					if (!size.increase(TRANSACTION_ACCOUNT_BASE_SIZE + programdata.data.length)) {
						return TransactionError.MaxLoadedAccountsDataSizeExceeded;
					}
					counted.push(address.key);
				}
			}
		}
		accounts.push([key, account]);
	}
	const instructions = message.instructions;
	for (let i = 0; i < instructions.length; i++) {
		const [key, loaded] = accounts[instructions[i]!.programIdIndex]!;
		// The instructions sysvar is made up above; whether it could be a program is for the bank to say.
		const program = key.equals(sysvarIds.instructions) ? loadAccount(callback, key) : loaded;
		if (program === null || program === MISSING_ACCOUNT) return TransactionError.ProgramAccountNotFound;
		if (programCacheEntryOwner(program.owner) === null) return TransactionError.InvalidProgramForExecution;
	}
	return null;
}

function includes(keys: readonly Pubkey[], key: Pubkey): boolean {
	for (let i = 0; i < keys.length; i++) if (keys[i]!.key === key.key) return true;
	return false;
}

/** The instructions sysvar of a message, or `null` where it would be too large. */
export function constructInstructionsAccount(message: SanitizedMessage): AccountSharedData | null {
	const data = constructInstructionsData(message);
	return data.ok ? createAccount({ data: data.value, owner: sysvarIds.owner }) : null;
}
