/**
 * Which accounts transactions that run now hold: many readers, or one writer.
 *
 * Source: solana-accounts-db 4.3.0 (account_locks.rs).
 */
import { type SanitizedMessage, TransactionError } from '@parhelion/sdk';

/** The locks held. A negative count stands for one writer, a positive one for so many readers. */
export class AccountLocks {
	readonly #held: Map<string, number> = new Map();

	/** Takes all of a message's locks, or none and says `AccountInUse`. */
	tryLock(message: SanitizedMessage): TransactionError | null {
		const { accountKeys } = message;
		for (let i = 0; i < accountKeys.length; i++) {
			const held = this.#held.get(accountKeys[i]!.key);
			if (held !== undefined && (held < 0 || message.isWritable(i))) return TransactionError.AccountInUse;
		}
		for (let i = 0; i < accountKeys.length; i++) {
			const { key } = accountKeys[i]!;
			this.#held.set(key, message.isWritable(i) ? -1 : (this.#held.get(key) ?? 0) + 1);
		}
		return null;
	}

	/** Gives back the locks that {@link tryLock} took for the message. */
	unlock(message: SanitizedMessage): void {
		for (const { key } of message.accountKeys) {
			const held = this.#held.get(key);
			if (held === undefined) throw new RangeError('unlock: the message holds no lock');
			if (held > 1) this.#held.set(key, held - 1);
			else this.#held.delete(key);
		}
	}

	isLockedForWriting(key: string): boolean {
		return (this.#held.get(key) ?? 0) < 0;
	}

	isLockedForReading(key: string): boolean {
		return (this.#held.get(key) ?? 0) > 0;
	}
}
