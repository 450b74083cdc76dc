/**
 * Owns durable nonces as the runtime uses them: deriving one from a blockhash, telling nonce accounts from
 * wallets, and advancing the nonce of a transaction that names one as its blockhash.
 *
 * Source: solana-nonce 3.4, solana-nonce-account 4.3.0; solana-svm 4.3.0, transaction_processor.rs
 * (`validate_transaction_nonce`).
 */

import { sha256 } from '@parhelion/crypto';
import {
	type AccountSharedData,
	decodeNonceVersions,
	durableNonceFromBlockhash,
	encodeNonceVersions,
	type Hash,
	type Lamports,
	NONCE_STATE_SIZE,
	type NonceData,
	programIds,
	type SanitizedMessage,
	verifyRecentBlockhash,
} from '@parhelion/sdk';

let lastBlockhash: Hash | null = null;
let lastNonce: Hash | null = null;

/** The durable nonce of a blockhash. The last one is kept: a slot asks for the same again and again. */
export function durableNonce(blockhash: Hash): Hash {
	if (lastNonce !== null && lastBlockhash?.equals(blockhash) === true) return lastNonce;
	lastNonce = durableNonceFromBlockhash(blockhash, sha256);
	lastBlockhash = blockhash;
	return lastNonce;
}

/** What an account of the System program is, by its data. */
export type SystemAccountKind = 'System' | 'Nonce';

/** The kind of an account that may pay fees; `null` for any other. */
export function systemAccountKind(account: AccountSharedData): SystemAccountKind | null {
	if (!account.owner.equals(programIds.systemProgram)) return null;
	const data = account.data;
	if (data.length === 0) return 'System';
	if (data.length !== NONCE_STATE_SIZE) return null;
	const isKnownVersion = data[0]! <= 1 && data[1] === 0 && data[2] === 0 && data[3] === 0;
	const isInitialized = data[4] === 1 && data[5] === 0 && data[6] === 0 && data[7] === 0;
	return isKnownVersion && isInitialized ? 'Nonce' : null;
}

/** The data of a nonce account that a transaction with this blockhash may use, or `null`. */
export function verifyNonceAccount(account: AccountSharedData, recentBlockhash: Hash): NonceData | null {
	if (!account.owner.equals(programIds.systemProgram)) return null;
	const versions = decodeNonceVersions(account.data);
	return versions.ok ? verifyRecentBlockhash(versions.value, recentBlockhash) : null;
}

/**
 * The nonce account with its nonce advanced to `blockhash`, or `null` where the transaction may not use it: it
 * does not match, was used in this slot already, or its authority does not sign the first instruction.
 */
export function advanceNonceForTransaction(
	account: AccountSharedData,
	message: SanitizedMessage,
	blockhash: Hash,
	lamportsPerSignature: Lamports,
): AccountSharedData | null {
	const nonce = verifyNonceAccount(account, message.recentBlockhash);
	if (nonce === null) return null;
	const next = durableNonce(blockhash);
	if (nonce.durableNonce.equals(next)) return null;
	if (!message.getIxSigners(0).some((signer) => signer.equals(nonce.authority))) return null;
	const data = account.data.slice();
	data.set(
		encodeNonceVersions({
			version: 'Current',
			state: {
				kind: 'Initialized',
				data: { authority: nonce.authority, durableNonce: next, lamportsPerSignature },
			},
		}),
	);
	return {
		lamports: account.lamports,
		data,
		owner: account.owner,
		executable: account.executable,
		rentEpoch: account.rentEpoch,
	};
}
