/**
 * The committed transactions by signature and the times of slots, as many as the limits allow; the oldest go
 * first.
 *
 * All that a chain in memory remembers, and what a chain on a ledger need not fetch from there.
 */
import { base58Decode, Queue, type Slot, type UnixTimestamp } from '@parhelion/sdk';
import type { CommittedTransaction } from '../bank/bank-types.ts';

/**
 * The key of a signature of 64 bytes for a `Map`: a string of one character a byte. Spelled out, since spreading
 * the bytes takes four times as long.
 */
export function signatureKey(s: Uint8Array): string {
	// biome-ignore format: a column of 64 lines reads worse
	return String.fromCharCode(
		s[0]!, s[1]!, s[2]!, s[3]!, s[4]!, s[5]!, s[6]!, s[7]!,
		s[8]!, s[9]!, s[10]!, s[11]!, s[12]!, s[13]!, s[14]!, s[15]!,
		s[16]!, s[17]!, s[18]!, s[19]!, s[20]!, s[21]!, s[22]!, s[23]!,
		s[24]!, s[25]!, s[26]!, s[27]!, s[28]!, s[29]!, s[30]!, s[31]!,
		s[32]!, s[33]!, s[34]!, s[35]!, s[36]!, s[37]!, s[38]!, s[39]!,
		s[40]!, s[41]!, s[42]!, s[43]!, s[44]!, s[45]!, s[46]!, s[47]!,
		s[48]!, s[49]!, s[50]!, s[51]!, s[52]!, s[53]!, s[54]!, s[55]!,
		s[56]!, s[57]!, s[58]!, s[59]!, s[60]!, s[61]!, s[62]!, s[63]!,
	);
}

/** Bytes of transactions kept: a program may log megabytes in each. */
const MAX_BYTES = 512 * 1024 * 1024;
/** About what a transaction takes beside its logs and inner instructions: message, balances, keys. */
const BASE_BYTES = 2048;
/** About what an object or a string takes besides its content. */
const ITEM_BYTES = 64;

/** About how many bytes a transaction takes. */
function sizeOf({ meta }: CommittedTransaction): number {
	let size = BASE_BYTES;
	for (const message of meta.logMessages) size += ITEM_BYTES + message.length;
	for (const instructions of meta.innerInstructions) {
		for (const { instruction } of instructions) {
			size += ITEM_BYTES + instruction.data.length + instruction.accounts.length;
		}
	}
	return size;
}

interface Kept {
	/** Of the signature. */
	readonly key: string;
	readonly transaction: CommittedTransaction;
}

/** Committed transactions, oldest first; of slots that ascend. */
export class TransactionHistory {
	readonly #kept: Queue<Kept> = new Queue();
	/** The newest of each signature: where signatures are not checked many may have the same. */
	readonly #bySignature: Map<string, CommittedTransaction> = new Map();
	readonly #limit: number;
	readonly #maxBytes: number;
	readonly #onForgotten: (transaction: CommittedTransaction) => void;
	#bytes = 0;

	/**
	 * `limit` is a number of transactions, 0 keeps none; `maxBytes` bounds what they take, the newest apart;
	 * `onForgotten` is told of each that goes.
	 */
	constructor(
		limit: number,
		maxBytes: number = MAX_BYTES,
		onForgotten: (transaction: CommittedTransaction) => void = () => {},
	) {
		this.#limit = limit;
		this.#maxBytes = maxBytes;
		this.#onForgotten = onForgotten;
	}

	/** Whether some of them have the same signature. */
	get hasRepeats(): boolean {
		return this.#kept.size > this.#bySignature.size;
	}

	add(transaction: CommittedTransaction): void {
		if (this.#limit === 0) return;
		this.#bytes += sizeOf(transaction);
		const kept = this.#kept;
		while (kept.size > 0 && (kept.size >= this.#limit || this.#bytes > this.#maxBytes)) this.#forgetOldest();
		const key = signatureKey(transaction.signature);
		kept.push({ key, transaction });
		this.#bySignature.set(key, transaction);
	}

	#forgetOldest(): void {
		const { key, transaction } = this.#kept.shift()!;
		if (this.#bySignature.get(key) === transaction) this.#bySignature.delete(key);
		this.#bytes -= sizeOf(transaction);
		this.#onForgotten(transaction);
	}

	/** Takes out what slots above `slot` hold. */
	revertTo(slot: Slot): void {
		while (this.#kept.size > 0 && this.#kept.last!.transaction.slot > slot) {
			const { key, transaction } = this.#kept.pop()!;
			this.#bySignature.delete(key);
			this.#bytes -= sizeOf(transaction);
		}
		// Of a signature that came again one from before is the newest once more.
		if (this.hasRepeats) {
			for (const { key, transaction } of this.#kept) this.#bySignature.set(key, transaction);
		}
	}

	/** The newest with a signature: 64 bytes, or base58. */
	get(signature: Uint8Array | string): CommittedTransaction | null {
		const bytes = typeof signature === 'string' ? base58Decode(signature) : signature;
		if (bytes === null || bytes.length !== 64) return null;
		return this.#bySignature.get(signatureKey(bytes)) ?? null;
	}
}

/** When slots were opened, which ascend; the oldest go first. */
export class BlockTimes {
	readonly #bySlot: Map<Slot, UnixTimestamp> = new Map();
	readonly #slots: Queue<Slot> = new Queue();
	readonly #limit: number;

	/** `limit` is a number of slots. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	set(slot: Slot, time: UnixTimestamp): void {
		const { size } = this.#bySlot;
		this.#bySlot.set(slot, time);
		if (this.#bySlot.size > size) this.#slots.push(slot);
		if (this.#slots.size > this.#limit) this.#bySlot.delete(this.#slots.shift()!);
	}

	/** Forgets slots above `slot`. */
	revertTo(slot: Slot): void {
		while (this.#slots.size > 0 && this.#slots.last! > slot) this.#bySlot.delete(this.#slots.pop()!);
	}

	/** Seconds since 1970, or `null` if unknown. */
	get(slot: Slot): UnixTimestamp | null {
		return this.#bySlot.get(slot) ?? null;
	}
}
