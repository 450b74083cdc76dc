/** The largest of many amounts. Upstream's RPC keeps them in a heap of twenty (`NUM_LARGEST_ACCOUNTS`). */

const NUM_LARGEST_ACCOUNTS = 20;

interface Entry<T> {
	readonly amount: bigint;
	readonly key: string;
	readonly item: T;
}

/** The twenty largest entries; among equal amounts the greater key counts as larger. */
export class TopList<T> {
	/** Largest first. */
	private readonly list: Entry<T>[] = [];

	/** Takes the entry in where it is among the largest. */
	add(amount: bigint, key: string, item: T): void {
		const last = this.list[NUM_LARGEST_ACCOUNTS - 1];
		if (last !== undefined && !isLarger(amount, key, last)) return;
		let at = this.list.length;
		while (at > 0 && isLarger(amount, key, this.list[at - 1]!)) at--;
		this.list.splice(at, 0, { amount, key, item });
		if (this.list.length > NUM_LARGEST_ACCOUNTS) this.list.pop();
	}

	/** Largest first. */
	entries(): readonly Entry<T>[] {
		return this.list;
	}
}

function isLarger<T>(amount: bigint, key: string, than: Entry<T>): boolean {
	return amount === than.amount ? key > than.key : amount > than.amount;
}
