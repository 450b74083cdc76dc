/**
 * A slot and the hash of its bank, as the original's `SlotHash`.
 *
 * Source: node-litesvm sysvar/slot_hashes.rs, util.rs (`try_parse_hash`).
 */
import { Hash } from '@parhelion/sdk';

/** A slot and its hash in base58: what `setSlotHashes` takes. */
export interface SlotHashInput {
	readonly slot: bigint;
	readonly hash: string;
}

/** A slot and its hash in base58. */
export class SlotHash {
	#slot: bigint;
	#hash: string;
	constructor(slot: bigint, hash: string) {
		this.#slot = slot;
		this.#hash = hash;
	}
	get slot(): bigint {
		return this.#slot;
	}
	set slot(slot: bigint) {
		this.#slot = slot;
	}
	get hash(): string {
		return this.#hash;
	}
	set hash(hash: string) {
		this.#hash = hash;
	}
}

/** The hash of `text`. RangeError if it is no base58 text of 32 bytes. */
export function parseHash(text: string): Hash {
	const hash = Hash.tryFromBase58(text);
	if (hash === null) {
		throw new RangeError(
			`Failed to parse blockhash: ${String(text).slice(0, 64)} is no base58 text of 32 bytes`,
		);
	}
	return hash;
}
