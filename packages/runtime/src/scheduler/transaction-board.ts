/**
 * The transactions that are on their way, in memory that all threads see, and what became of the check of their
 * signatures.
 *
 * The thread that runs a transaction needs the verdict and looks after it itself where nobody has; a thread that has
 * nothing to run checks those that wait, whoever will run them. So checks are spread over the threads even where all
 * transactions conflict. A place is used again for a later transaction; a verdict carries the number of its own, so that
 * one that comes late is lost.
 */
import {
	decodeTransaction,
	type SanitizedTransaction,
	V1_MAX_TRANSACTION_SIZE,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { verifySignatures } from '../bank/verify-transaction.ts';

/** Transactions that are on their way at once; a power of two. */
export const BOARD_PLACES = 1024;

const PLACE_BYTES: number = V1_MAX_TRANSACTION_SIZE;
/** Word before the places: how many transactions were ever put up. */
const POSTED = 0;
const HEADER_WORDS = 1;
const WORDS_OF_PLACE = 2;
const LENGTH = 0;
/** The number of the transaction, and in the lowest two bits what is known of its signatures. */
const VERDICT = 1;

const PENDING = 0;
const CLAIMED = 1;
const GOOD = 2;
const BAD = 3;

const WORDS = HEADER_WORDS + WORDS_OF_PLACE * BOARD_PLACES;

/** The memory of a board. */
export function newBoard(): SharedArrayBuffer {
	return new SharedArrayBuffer(4 * WORDS + PLACE_BYTES * BOARD_PLACES);
}

const tagged = (number: number, verdict: number): number => (number << 2) | verdict;

/** A thread's view of the board. Transactions are numbered from 0 in the order in which they are put up. */
export class TransactionBoard {
	readonly #words: Int32Array;
	readonly #bytes: Uint8Array;
	/** The next transaction whose signatures this thread may look at for others. */
	#cursor = 0;

	constructor(memory: SharedArrayBuffer) {
		this.#words = new Int32Array(memory, 0, WORDS);
		this.#bytes = new Uint8Array(memory, 4 * WORDS);
	}

	/** Puts up a transaction; the one that is {@link BOARD_PLACES} older must be done. Only one thread may. */
	post(
		number: number,
		{ signatures, message, messageBytes }: SanitizedTransaction,
		isVerified: boolean,
	): void {
		const place = number & (BOARD_PLACES - 1);
		const start = place * PLACE_BYTES;
		let at = start;
		const isV1 = message.version === 1;
		if (isV1) at = this.#put(messageBytes, at);
		// Fewer than 128: the count takes one byte.
		else this.#bytes[at++] = signatures.length;
		for (const signature of signatures) at = this.#put(signature, at);
		if (!isV1) at = this.#put(messageBytes, at);
		const word = HEADER_WORDS + WORDS_OF_PLACE * place;
		this.#words[word + LENGTH] = at - start;
		Atomics.store(this.#words, word + VERDICT, tagged(number, isVerified ? GOOD : PENDING));
		Atomics.store(this.#words, POSTED, (number + 1) | 0);
	}

	#put(bytes: Uint8Array, at: number): number {
		this.#bytes.set(bytes, at);
		return at + bytes.length;
	}

	/** A copy of the bytes of a transaction. */
	read(number: number): Uint8Array {
		const place = number & (BOARD_PLACES - 1);
		const length = this.#words[HEADER_WORDS + WORDS_OF_PLACE * place + LENGTH]!;
		const bytes = new Uint8Array(length);
		bytes.set(this.#bytes.subarray(place * PLACE_BYTES, place * PLACE_BYTES + length));
		return bytes;
	}

	/** Whether the signatures of a transaction that is put up are good; checks them if nobody has. */
	areSignaturesGood(number: number, transaction: VersionedTransaction): boolean {
		const word = this.#verdictOf(number);
		const verdict = Atomics.load(this.#words, word) & 3;
		if (verdict >= GOOD) return verdict === GOOD;
		// Nobody else need begin; whoever has begun is not waited for.
		Atomics.compareExchange(this.#words, word, tagged(number, PENDING), tagged(number, CLAIMED));
		const isGood = verifySignatures(transaction);
		Atomics.store(this.#words, word, tagged(number, isGood ? GOOD : BAD));
		return isGood;
	}

	/** Checks the signatures of one transaction that nobody looks at; false where there is none. */
	help(): boolean {
		const posted = Atomics.load(this.#words, POSTED);
		if ((posted - this.#cursor) >>> 0 > BOARD_PLACES) this.#cursor = (posted - BOARD_PLACES) | 0;
		while (this.#cursor !== posted) {
			const number = this.#cursor;
			this.#cursor = (number + 1) | 0;
			const word = this.#verdictOf(number);
			const [pending, claimed] = [tagged(number, PENDING), tagged(number, CLAIMED)];
			if (Atomics.compareExchange(this.#words, word, pending, claimed) !== pending) continue;
			// Where the place was given to another meanwhile these are the bytes of two: the exchange then fails.
			const decoded = decodeTransaction(this.read(number));
			const isGood = decoded.ok && verifySignatures(decoded.value);
			Atomics.compareExchange(this.#words, word, claimed, tagged(number, isGood ? GOOD : BAD));
			return true;
		}
		return false;
	}

	#verdictOf(number: number): number {
		return HEADER_WORDS + WORDS_OF_PLACE * (number & (BOARD_PLACES - 1)) + VERDICT;
	}
}
