/**
 * The last transactions by signature.
 *
 * Source: litesvm history.rs.
 */
import { Queue } from '@parhelion/sdk';
import { RustMapCapacity } from './rust-map-capacity.ts';

/** Entries that a new history holds. */
const DEFAULT_CAPACITY = 32;
/** More entries than a JavaScript `Map` can hold are misuse. */
const MAX_CAPACITY = 2 ** 24;

/** Results by the key of their signature, oldest first, as many as the capacity. */
export class TransactionHistory<Outcome> {
	#entries: Map<string, Outcome> = new Map();
	/** The keys, in the order of the map: asked for its first key, a `Map` walks over all that were deleted. */
	#keys: Queue<string> = new Queue();
	/** Whether a fork has the same map and keys, so that they are copied before they are written to. */
	#isShared = false;
	#capacity: RustMapCapacity = new RustMapCapacity(DEFAULT_CAPACITY);

	/** The same history once more, in constant time; what either adds from now on is its own. */
	fork(): TransactionHistory<Outcome> {
		const copy = new TransactionHistory<Outcome>();
		copy.#entries = this.#entries;
		copy.#keys = this.#keys;
		copy.#capacity = this.#capacity.clone();
		copy.#isShared = true;
		this.#isShared = true;
		return copy;
	}

	/** The results with the keys of their signatures, oldest first. */
	entries(): Iterable<readonly [string, Outcome]> {
		return this.#entries;
	}

	/** What {@link restore} needs to make the capacity what it is. */
	get capacityParts(): readonly [number, number] {
		return this.#capacity.parts;
	}

	/** A history of these results, oldest first, with the capacity of another. RangeError above 2^25. */
	static restore<Outcome>(
		capacityParts: readonly [number, number],
		entries: Iterable<readonly [string, Outcome]>,
	): TransactionHistory<Outcome> {
		if (Math.max(...capacityParts) > 2 * MAX_CAPACITY) {
			throw new RangeError(`a transaction history of ${capacityParts} entries is too large`);
		}
		const history = new TransactionHistory<Outcome>();
		history.#capacity = RustMapCapacity.fromParts(capacityParts);
		history.#take(entries);
		return history;
	}

	/** Whether anything is kept at all. */
	get isEnabled(): boolean {
		return this.#capacity.value !== 0;
	}

	/** Keeps the oldest `capacity` entries, or makes room for more. RangeError above 2^24. */
	setCapacity(capacity: bigint): void {
		if (capacity > BigInt(MAX_CAPACITY)) {
			throw new RangeError(`a transaction history of ${capacity} entries is more than ${MAX_CAPACITY}`);
		}
		const wanted = Number(capacity);
		const current = this.#capacity.value;
		if (wanted <= current) {
			this.#take([...this.#entries].slice(0, wanted));
			this.#capacity.shrinkToFit(this.#entries.size);
		} else {
			this.#capacity.reserve(this.#entries.size, wanted - current);
		}
	}

	get(signatureKey: string): Outcome | undefined {
		return this.#entries.get(signatureKey);
	}

	has(signatureKey: string): boolean {
		return this.#entries.has(signatureKey);
	}

	/** Adds a result; a full history forgets its oldest first. */
	add(signatureKey: string, outcome: Outcome): void {
		const capacity = this.#capacity.value;
		if (capacity === 0) return;
		if (this.#isShared) this.#take(this.#entries);
		if (this.#entries.size === capacity) this.#entries.delete(this.#keys.shift()!);
		const { size } = this.#entries;
		this.#entries.set(signatureKey, outcome);
		// A signature that comes again keeps its turn.
		if (this.#entries.size > size) this.#keys.push(signatureKey);
	}

	/** Holds these entries from now on, and nobody else does. */
	#take(entries: Iterable<readonly [string, Outcome]>): void {
		this.#entries = new Map(entries);
		this.#keys = new Queue(this.#entries.keys());
		this.#isShared = false;
	}
}
