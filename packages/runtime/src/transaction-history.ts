/**
 * The committed transactions by signature and the times of slots, as many as the limit allows; the oldest go first.
 *
 * Stands in for the ledger's columns (`TransactionStatus`, `Blocktime`) until there is a ledger.
 */
import { base58Decode, type Slot, type UnixTimestamp } from '@parhelion/sdk';
import type { CommittedTransaction } from './bank-types.ts';

/** The key of a signature: a string of one character a byte. */
export function signatureKey(signature: Uint8Array): string {
	return String.fromCharCode(...signature.subarray(0, 64));
}

/** Committed transactions, oldest first. */
export class TransactionHistory {
	readonly #bySignature: Map<string, CommittedTransaction> = new Map();
	readonly #limit: number;

	/** `limit` is a number of transactions; 0 keeps none. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	add(transaction: CommittedTransaction): void {
		if (this.#limit === 0) return;
		if (this.#bySignature.size >= this.#limit) {
			for (const oldest of this.#bySignature.keys()) {
				this.#bySignature.delete(oldest);
				break;
			}
		}
		this.#bySignature.set(signatureKey(transaction.signature), transaction);
	}

	/** By signature: 64 bytes, or base58. */
	get(signature: Uint8Array | string): CommittedTransaction | null {
		const bytes = typeof signature === 'string' ? base58Decode(signature) : signature;
		if (bytes === null || bytes.length !== 64) return null;
		return this.#bySignature.get(signatureKey(bytes)) ?? null;
	}
}

/** When slots were opened; the oldest go first. */
export class BlockTimes {
	readonly #bySlot: Map<Slot, UnixTimestamp> = new Map();
	readonly #limit: number;

	/** `limit` is a number of slots. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	set(slot: Slot, time: UnixTimestamp): void {
		this.#bySlot.set(slot, time);
		if (this.#bySlot.size <= this.#limit) return;
		for (const oldest of this.#bySlot.keys()) {
			this.#bySlot.delete(oldest);
			break;
		}
	}

	/** Seconds since 1970, or `null` if unknown. */
	get(slot: Slot): UnixTimestamp | null {
		return this.#bySlot.get(slot) ?? null;
	}
}
