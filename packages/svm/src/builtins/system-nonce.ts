/**
 * The nonce instructions of the System program.
 *
 * Source: solana-system-program 4.3.0, system_instruction.rs; solana-nonce 3.4, versions.rs.
 */

import {
	decodeNonceVersions,
	encodeNonceVersions,
	Fault,
	InstructionError,
	type Lamports,
	type NonceState,
	type NonceVersions,
	type Pubkey,
	programIds,
	type Rent,
	U64_MAX,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { durableNonce } from '../nonce.ts';
import { SystemError } from './system-instruction.ts';

/** Fails with `InvalidAccountData`. */
function getState(account: BorrowedInstructionAccount): NonceVersions {
	const versions = decodeNonceVersions(account.getData());
	if (!versions.ok) throw new Fault(InstructionError.InvalidAccountData);
	return versions.value;
}

function current(state: NonceState): Uint8Array {
	return encodeNonceVersions({ version: 'Current', state });
}

/** A state that was made with the blockhash now in force. */
function initialized(authority: Pubkey, invokeContext: InvokeContext): Uint8Array {
	const { blockhash, blockhashLamportsPerSignature } = invokeContext.environmentConfig;
	return current({
		kind: 'Initialized',
		data: {
			authority,
			durableNonce: durableNonce(blockhash),
			lamportsPerSignature: blockhashLamportsPerSignature,
		},
	});
}

function requireWritable(
	account: BorrowedInstructionAccount,
	what: string,
	invokeContext: InvokeContext,
): void {
	if (account.isWritable()) return;
	invokeContext.icMsg(`${what} nonce account: Account ${account.getKey().toBase58()} must be writeable`);
	throw new Fault(InstructionError.InvalidArgument);
}

function invalidState(
	account: BorrowedInstructionAccount,
	what: string,
	invokeContext: InvokeContext,
): never {
	invokeContext.icMsg(`${what} nonce account: Account ${account.getKey().toBase58()} state is invalid`);
	throw new Fault(InstructionError.InvalidAccountData);
}

function onlyOncePerSlot(what: string, invokeContext: InvokeContext): never {
	invokeContext.icMsg(`${what} nonce account: nonce can only advance once per slot`);
	throw new Fault(SystemError.NonceBlockhashNotExpired);
}

/**
 * Sets the nonce to that of the last blockhash.
 *
 * Fails with `InvalidArgument` (read-only), `InvalidAccountData`, `MissingRequiredSignature`,
 * `NonceBlockhashNotExpired`.
 */
export function advanceNonceAccount(
	account: BorrowedInstructionAccount,
	instruction: InstructionContext,
	invokeContext: InvokeContext,
): void {
	requireWritable(account, 'Advance', invokeContext);
	const { state } = getState(account);
	if (state.kind === 'Uninitialized') invalidState(account, 'Advance', invokeContext);
	const { authority } = state.data;
	if (!instruction.isSignedBy(authority)) {
		invokeContext.icMsg(`Advance nonce account: Account ${authority.toBase58()} must be a signer`);
		throw new Fault(InstructionError.MissingRequiredSignature);
	}
	if (state.data.durableNonce.equals(durableNonce(invokeContext.environmentConfig.blockhash))) {
		onlyOncePerSlot('Advance', invokeContext);
	}
	account.setState(initialized(authority, invokeContext));
}

/**
 * Takes lamports from the nonce account (index 0) to another (index 1); all of them end it.
 *
 * Fails with `InvalidArgument` (read-only), `InvalidAccountData`, `InsufficientFunds`,
 * `NonceBlockhashNotExpired`, `MissingRequiredSignature`, then as the lamport changes.
 */
export function withdrawNonceAccount(
	instruction: InstructionContext,
	lamports: Lamports,
	rent: Rent,
	invokeContext: InvokeContext,
): void {
	const from = instruction.tryBorrowInstructionAccount(0);
	requireWritable(from, 'Withdraw', invokeContext);
	const { state } = getState(from);
	const checkSigner = (signer: Pubkey): void => {
		if (instruction.isSignedBy(signer)) return;
		invokeContext.icMsg(`Withdraw nonce account: Account ${signer.toBase58()} must sign`);
		throw new Fault(InstructionError.MissingRequiredSignature);
	};
	const checkFunds = (need: Lamports): void => {
		if (need <= from.getLamports()) return;
		invokeContext.icMsg(`Withdraw nonce account: insufficient lamports ${from.getLamports()}, need ${need}`);
		throw new Fault(InstructionError.InsufficientFunds);
	};
	if (state.kind === 'Uninitialized') {
		checkFunds(lamports);
		checkSigner(from.getKey());
	} else if (lamports === from.getLamports()) {
		if (state.data.durableNonce.equals(durableNonce(invokeContext.environmentConfig.blockhash))) {
			onlyOncePerSlot('Withdraw', invokeContext);
		}
		checkSigner(state.data.authority);
		from.setState(current({ kind: 'Uninitialized' }));
	} else {
		const amount = lamports + rent.minimumBalance(from.getData().length);
		if (amount > U64_MAX) throw new Fault(InstructionError.InsufficientFunds);
		checkFunds(amount);
		checkSigner(state.data.authority);
	}
	from.checkedSubLamports(lamports);
	from.drop();
	const to = instruction.tryBorrowInstructionAccount(1);
	to.checkedAddLamports(lamports);
	to.drop();
}

/** Fails with `InvalidArgument` (read-only), `InvalidAccountData`, `InsufficientFunds`, then as `setState`. */
export function initializeNonceAccount(
	account: BorrowedInstructionAccount,
	authority: Pubkey,
	rent: Rent,
	invokeContext: InvokeContext,
): void {
	requireWritable(account, 'Initialize', invokeContext);
	if (getState(account).state.kind === 'Initialized') invalidState(account, 'Initialize', invokeContext);
	const minBalance = rent.minimumBalance(account.getData().length);
	if (account.getLamports() < minBalance) {
		invokeContext.icMsg(
			`Initialize nonce account: insufficient lamports ${account.getLamports()}, need ${minBalance}`,
		);
		throw new Fault(InstructionError.InsufficientFunds);
	}
	account.setState(initialized(authority, invokeContext));
}

/** Fails with `InvalidArgument` (read-only), `InvalidAccountData`, `MissingRequiredSignature`, then as `setState`. */
export function authorizeNonceAccount(
	account: BorrowedInstructionAccount,
	newAuthority: Pubkey,
	instruction: InstructionContext,
	invokeContext: InvokeContext,
): void {
	requireWritable(account, 'Authorize', invokeContext);
	const { version, state } = getState(account);
	if (state.kind === 'Uninitialized') invalidState(account, 'Authorize', invokeContext);
	const { authority } = state.data;
	if (!instruction.isSignedBy(authority)) {
		invokeContext.icMsg(`Authorize nonce account: Account ${authority.toBase58()} must sign`);
		throw new Fault(InstructionError.MissingRequiredSignature);
	}
	const data = { ...state.data, authority: newAuthority };
	account.setState(encodeNonceVersions({ version, state: { kind: 'Initialized', data } }));
}

/**
 * Takes a nonce of the legacy version over to the current one. Fails with `InvalidAccountOwner`,
 * `InvalidArgument` (read-only; current or uninitialised), `InvalidAccountData`, then as `setState`.
 */
export function upgradeNonceAccount(account: BorrowedInstructionAccount): void {
	if (!account.getOwner().equals(programIds.systemProgram)) {
		throw new Fault(InstructionError.InvalidAccountOwner);
	}
	if (!account.isWritable()) throw new Fault(InstructionError.InvalidArgument);
	const { version, state } = getState(account);
	if (version === 'Current' || state.kind === 'Uninitialized')
		throw new Fault(InstructionError.InvalidArgument);
	const data = { ...state.data, durableNonce: durableNonce(state.data.durableNonce) };
	account.setState(current({ kind: 'Initialized', data }));
}
