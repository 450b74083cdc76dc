/**
 * Owns the rent states of accounts and which changes between them a transaction may make.
 *
 * Source: solana-svm 4.3.0, rent_calculator.rs and transaction_account_state_info.rs (SIMD-0392).
 */

import {
	type AccountSharedData,
	type Lamports,
	programIds,
	RENT_EXEMPT_RENT_EPOCH,
	type Rent,
	type SanitizedMessage,
	TransactionError,
} from '@parhelion/sdk';
import type { TransactionAccount } from './transaction-accounts.ts';
import type { TransactionContext } from './transaction-context.ts';

/** No lamports. */
const UNINITIALIZED = 0;
/** Lamports, but fewer than the minimum balance. */
const RENT_PAYING = 1;
/** At least the minimum balance. */
const RENT_EXEMPT = 2;
type RentState = typeof UNINITIALIZED | typeof RENT_PAYING | typeof RENT_EXEMPT;

function rentState(lamports: Lamports, minBalance: Lamports): RentState {
	if (lamports === 0n) return UNINITIALIZED;
	return lamports >= minBalance ? RENT_EXEMPT : RENT_PAYING;
}

/** Before execution: with SIMD-0392 no account counts as rent paying. */
function preExecRentState(lamports: Lamports, minBalance: Lamports, relax: boolean): RentState {
	const state = rentState(lamports, minBalance);
	return state === RENT_PAYING && relax ? RENT_EXEMPT : state;
}

/** After execution: with relaxed criteria an exempt account stays so while it loses nothing. */
function postExecRentState(
	lamports: Lamports,
	minBalance: Lamports,
	pre: RentState,
	preLamports: Lamports,
	relaxed: boolean,
): RentState {
	const state = rentState(lamports, minBalance);
	return relaxed && state === RENT_PAYING && pre === RENT_EXEMPT && lamports >= preLamports
		? RENT_EXEMPT
		: state;
}

/** Whether a transaction may take an account from one state to another. */
function isTransitionAllowed(
	pre: RentState,
	preLamports: Lamports,
	preSize: number,
	post: RentState,
	postLamports: Lamports,
	postSize: number,
): boolean {
	if (post !== RENT_PAYING) return true;
	// An account may stay rent paying only if it was neither resized nor credited.
	return pre === RENT_PAYING && postSize === preSize && postLamports <= preLamports;
}

/** Checks a change of lamports alone: the fee payer's. Fails with `InsufficientFundsForRent`. */
export function checkStaticAccountRentStateTransition(
	preLamports: Lamports,
	postLamports: Lamports,
	dataSize: number,
	rent: Rent,
	accountIndex: number,
	relax: boolean,
): TransactionError | null {
	const minBalance = rent.minimumBalance(dataSize);
	const pre = preExecRentState(preLamports, minBalance, relax);
	const post = postExecRentState(postLamports, minBalance, pre, preLamports, relax);
	return isTransitionAllowed(pre, preLamports, dataSize, post, postLamports, dataSize)
		? null
		: TransactionError.InsufficientFundsForRent(accountIndex);
}

/** Checks one account after execution against how it was loaded. */
function isRentStateChangeAllowed(account: TransactionAccount, rent: Rent, relax: boolean): boolean {
	const before = account.loaded;
	const preSize = before.data.length;
	const postSize = account.data.length;
	const minBalance = rent.minimumBalance(postSize);
	const preMinBalance = preSize === postSize ? minBalance : rent.minimumBalance(preSize);
	const pre = preExecRentState(before.lamports, preMinBalance, relax);
	const relaxed = relax && preSize >= postSize && pre === RENT_EXEMPT && before.owner.equals(account.owner);
	const post = postExecRentState(account.lamports, minBalance, pre, before.lamports, relaxed);
	return isTransitionAllowed(pre, before.lamports, preSize, post, account.lamports, postSize);
}

/**
 * Checks the rent state of every writable account after execution (upstream: `verify_changes`); the
 * incinerator may be left in any. Fails with `InsufficientFundsForRent` of the first offender.
 */
export function verifyRentStateChanges(
	context: TransactionContext,
	message: SanitizedMessage,
	rent: Rent,
	relax: boolean,
): TransactionError | null {
	const list = context.accounts.list;
	for (let i = 0; i < list.length; i++) {
		const account = list[i]!;
		// What did not change has not left its state.
		if (!account.touched || !message.isWritable(i)) continue;
		if (!isRentStateChangeAllowed(account, rent, relax) && !account.key.equals(programIds.incinerator)) {
			return TransactionError.InsufficientFundsForRent(i);
		}
	}
	return null;
}

/** Bytes of data of the writable accounts left without lamports; the bank forgets them. */
export function uninitializedAccountsSize(context: TransactionContext, message: SanitizedMessage): number {
	let size = 0;
	const list = context.accounts.list;
	for (let i = 0; i < list.length; i++) {
		const account = list[i]!;
		if (account.lamports === 0n && message.isWritable(i)) size += account.data.length;
	}
	return size;
}

/** The account with the rent epoch of an exempt account, if it is one (and a copy if it was not so marked). */
export function updateRentExemptStatusForAccount(rent: Rent, account: AccountSharedData): AccountSharedData {
	if (account.rentEpoch === RENT_EXEMPT_RENT_EPOCH || !rent.isExempt(account.lamports, account.data.length)) {
		return account;
	}
	return {
		lamports: account.lamports,
		data: account.data,
		owner: account.owner,
		executable: account.executable,
		rentEpoch: RENT_EXEMPT_RENT_EPOCH,
	};
}
