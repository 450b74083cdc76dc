/**
 * Reads addresses, hashes and signatures out of text, with upstream's errors. Sources: solana-rpc 4.3.0
 * `rpc.rs` (`verify_pubkey`, `verify_hash`, `verify_signature`), crates solana-address, solana-hash,
 * solana-signature (`FromStr`).
 */
import {
	base58Decode,
	base58Decode64,
	Hash,
	MAX_BASE58_LEN_32,
	MAX_BASE58_LEN_64,
	Pubkey,
} from '@parhelion/sdk';
import { failInvalidParams } from '../rpc-error.ts';

/** Why text is not `maxLength` characters of base58 or fewer that decode to the right size. */
function whyNot(text: string, maxLength: number): 'WrongSize' | 'Invalid' {
	if (Buffer.byteLength(text) > maxLength) return 'WrongSize';
	return base58Decode(text) === null ? 'Invalid' : 'WrongSize';
}

/** An address. Ends the call with `Invalid param: WrongSize` or `Invalid param: Invalid`. */
export function verifyPubkey(text: string): Pubkey {
	return Pubkey.tryFromBase58(text) ?? failInvalidParams(`Invalid param: ${whyNot(text, MAX_BASE58_LEN_32)}`);
}

/** A blockhash. Ends the call with `<prefix>WrongSize` or `<prefix>Invalid`. */
export function verifyHash(text: string, prefix = 'Invalid param: '): Hash {
	return Hash.tryFromBase58(text) ?? failInvalidParams(`${prefix}${whyNot(text, MAX_BASE58_LEN_32)}`);
}

/** A signature, 64 bytes. Ends the call with `Invalid param: WrongSize` or `Invalid param: Invalid`. */
export function verifySignature(text: string): Uint8Array {
	return base58Decode64(text) ?? failInvalidParams(`Invalid param: ${whyNot(text, MAX_BASE58_LEN_64)}`);
}
