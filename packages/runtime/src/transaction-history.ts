/**
 * The committed transactions by signature, as many as the limit allows; the oldest go first.
 *
 * Stands in for the ledger's `TransactionStatus` column until there is a ledger.
 */
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

	get(signature: Uint8Array): CommittedTransaction | undefined {
		return this.#bySignature.get(signatureKey(signature));
	}
}
