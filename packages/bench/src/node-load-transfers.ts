/** Signed transfers, no two of them the same: what the clients of a load send, and what the bare Bank gets beside them. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { sha256 } from '@parhelion/crypto';
import { transferInstruction } from '@parhelion/runtime';
import {
	base58Encode,
	compileLegacyMessage,
	encodeMessage,
	encodeTransaction,
	Hash,
	Pubkey,
} from '@parhelion/sdk';

/** What precedes the seed in the PKCS #8 form of an Ed25519 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
/** More than the least that an account must hold, so that a transfer may make its receiver. */
const LAMPORTS = 1_000_000n;

const bytesOf = (name: string): Uint8Array => sha256(new TextEncoder().encode(name));

/** An address that is the same in every run. */
export function namedAddress(name: string): Pubkey {
	return Pubkey.fromBytes(bytesOf(name));
}

/** A signed transaction and its signature in base58. */
export interface SignedTransfer {
	readonly wire: Uint8Array;
	readonly signature: string;
}

/** Pays. */
export class Payer {
	readonly pubkey: Pubkey;
	readonly #key;
	#serial = 0n;

	constructor(name: string) {
		const der = Buffer.concat([PKCS8_PREFIX, bytesOf(name)]);
		// Node's own signing is several times as fast as ours, and the clients shall not be what is measured.
		this.#key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
		this.pubkey = Pubkey.fromBytes(
			createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).subarray(-32),
		);
	}

	/** A transfer that this payer has not signed before. */
	transfer(to: Pubkey, blockhash: string): SignedTransfer {
		const instruction = transferInstruction(this.pubkey, to, LAMPORTS + ++this.#serial);
		const message = compileLegacyMessage(this.pubkey, [instruction], Hash.fromBase58(blockhash));
		const signature = sign(null, encodeMessage(message), this.#key);
		return {
			wire: encodeTransaction({ signatures: [signature], message }),
			signature: base58Encode(signature),
		};
	}
}
