/** Someone who pays in tests, and transactions that they sign. */
import { ed25519PublicKey, ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	encodeMessage,
	encodeTransaction,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import type { LiteSVM } from '../src/lite-svm.ts';

const SEED = new Uint8Array(32).fill(3);

export const PAYER: Pubkey = Pubkey.fromBytes(ed25519PublicKey(SEED));

/** A transaction on the wire. */
export function signed(svm: LiteSVM, instructions: readonly Instruction[]): Uint8Array {
	const message = compileLegacyMessage(PAYER, instructions, Hash.fromBase58(svm.latestBlockhash()));
	return encodeTransaction({ signatures: [ed25519Sign(encodeMessage(message), SEED)], message });
}

export function memo(text: string): Instruction {
	return { programId: programIds.memoV3, accounts: [], data: new TextEncoder().encode(text) };
}
