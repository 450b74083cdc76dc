/**
 * Owns how the signatures of many transactions are checked by several threads: a window of inputs in memory that all of
 * them see, from which each takes the next one that nobody took.
 *
 * Who runs the transactions takes part: it checks inputs as long as the one it needs is pending, and where all are taken
 * it checks that one itself. It never waits, so that nothing is lost with a thread that is slow, was never started or has
 * crashed.
 *
 * The words of a window: the count of its inputs, the number of the next, then of each input its offset in bytes, the
 * bytes of its message and its verdict. signature-worker.mjs reads and writes the same.
 */
import {
	ED25519_INPUT_HEADER,
	ED25519_INPUT_MESSAGE,
	ed25519VerifyStrict,
	isStrictEd25519Input,
	writeEd25519Input,
} from '@parhelion/crypto';
import { verifySignatures } from '@parhelion/runtime';
import { encodeMessage, type VersionedTransaction } from '@parhelion/sdk';

const COUNT = 0;
const NEXT = 1;
const INPUTS = 2;
const INPUT_WORDS = 3;
const OFFSET = 0;
const LENGTH = 1;
const VERDICT = 2;
const PENDING = 0;
const GOOD = 1;
const BAD = 2;

interface Input {
	readonly signature: Uint8Array;
	readonly message: Uint8Array;
	readonly publicKey: Uint8Array;
}

/** What is to be asked about a transaction: inputs `from` to before `to`; or at once, as one that is not shared. */
type Question = { readonly from: number; readonly to: number } | 'bad' | 'alone';

/** The signatures of some transactions. */
export class SignatureWindow {
	/** What the threads share. */
	readonly shared: SharedArrayBuffer;
	readonly #words: Int32Array;
	readonly #inputs: Input[] = [];
	readonly #questions: Question[];

	/** `null` stands for bytes that are no transaction. */
	constructor(transactions: readonly (VersionedTransaction | null)[]) {
		this.#questions = transactions.map((transaction) => this.#ask(transaction));
		const inputs = this.#inputs;
		const head = 4 * (INPUTS + INPUT_WORDS * inputs.length);
		let size = head;
		for (const { message } of inputs) size += ED25519_INPUT_HEADER + message.length;
		this.shared = new SharedArrayBuffer(size);
		const words = new Int32Array(this.shared, 0, head >> 2);
		const bytes = new Uint8Array(this.shared);
		words[COUNT] = inputs.length;
		let at = head;
		for (const [i, { signature, message, publicKey }] of inputs.entries()) {
			const word = INPUTS + INPUT_WORDS * i;
			words[word + OFFSET] = at;
			words[word + LENGTH] = message.length;
			writeEd25519Input(bytes, at, signature, message, publicKey);
			at += ED25519_INPUT_HEADER + message.length;
		}
		this.#words = words;
	}

	#ask(transaction: VersionedTransaction | null): Question {
		if (transaction === null) return 'bad';
		const { signatures } = transaction;
		const keys = transaction.message.accountKeys;
		const message = encodeMessage(transaction.message);
		if (message.length > ED25519_INPUT_MESSAGE) return 'alone';
		const from = this.#inputs.length;
		const count = Math.min(signatures.length, keys.length);
		for (let i = 0; i < count; i++) {
			const signature = signatures[i]!;
			const publicKey = keys[i]!.bytes;
			if (!isStrictEd25519Input(signature, publicKey)) {
				this.#inputs.length = from;
				return 'bad';
			}
			this.#inputs.push({ signature, message, publicKey });
		}
		return { from, to: this.#inputs.length };
	}

	/** How many signatures other threads can check. */
	get size(): number {
		return this.#inputs.length;
	}

	/** Whether every signature of transaction `i` fits the key of its place, as `verifySignatures` has it. */
	verify(i: number, transaction: VersionedTransaction): boolean {
		const question = this.#questions[i]!;
		if (question === 'bad') return false;
		if (question === 'alone') return verifySignatures(transaction);
		for (let input = question.from; input < question.to; input++) {
			if (!this.#isGood(input)) return false;
		}
		return true;
	}

	#isGood(input: number): boolean {
		const word = INPUTS + INPUT_WORDS * input + VERDICT;
		for (;;) {
			const verdict = Atomics.load(this.#words, word);
			if (verdict !== PENDING) return verdict === GOOD;
			const next = Atomics.add(this.#words, NEXT, 1);
			this.#check(next < this.#inputs.length ? next : input);
		}
	}

	#check(input: number): void {
		const { signature, message, publicKey } = this.#inputs[input]!;
		const verdict = ed25519VerifyStrict(signature, message, publicKey) ? GOOD : BAD;
		Atomics.store(this.#words, INPUTS + INPUT_WORDS * input + VERDICT, verdict);
	}
}
