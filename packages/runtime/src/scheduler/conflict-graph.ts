/**
 * In which order transactions may run side by side: one waits for those before it that it conflicts with, and among
 * those that wait for nobody the one with the highest priority goes first, then the one that came first.
 *
 * The order of insertion is the order in which conflicting transactions run, so whatever the number of workers, each
 * transaction sees what it would see if all ran one by one. Work and memory grow with the number of locks: edges lead
 * only from the last writer of an account and from its readers since.
 *
 * Source of the idea: solana-core 4.3.0 banking stage (prio-graph), solana-unified-scheduler-logic 4.3.0.
 */

/** What of a transaction matters for its order. */
export interface Locks {
	/** The accounts, as `pubkey.key`; none twice. */
	readonly keys: readonly string[];
	/** Whether the account at the index is written. */
	isWritable(index: number): boolean;
}

class Node<T> {
	readonly item: T;
	readonly locks: Locks;
	readonly priority: bigint;
	readonly sequence: number;
	/** Nodes that wait for this one. */
	readonly dependents: Node<T>[] = [];
	/** Nodes that this one waits for. */
	blockers = 0;
	isDone = false;

	constructor(item: T, locks: Locks, priority: bigint, sequence: number) {
		this.item = item;
		this.locks = locks;
		this.priority = priority;
		this.sequence = sequence;
	}
}

/** Those not yet complete whom a later transaction with the same account has to wait for. */
interface Holders<T> {
	/** The last one that writes it. */
	writer: Node<T> | null;
	/** Those that read it after the writer. */
	readonly readers: Set<Node<T>>;
}

/** A transaction that may run; give it back to {@link ConflictGraph.complete}. */
export interface Ready<T> {
	readonly item: T;
}

/** Transactions, and which wait for which. */
export class ConflictGraph<T> {
	readonly #holders: Map<string, Holders<T>> = new Map();
	readonly #ready: Node<T>[] = [];
	#sequence = 0;
	#pending = 0;

	/** Transactions inserted and not yet complete. */
	get pending(): number {
		return this.#pending;
	}

	/** Transactions that wait for nobody and were not taken. */
	get readyCount(): number {
		return this.#ready.length;
	}

	/** Adds a transaction after all that were added before. A higher `priority` goes first among those that may run. */
	insert(item: T, locks: Locks, priority = 0n): void {
		const node = new Node(item, locks, priority, this.#sequence++);
		const { keys } = locks;
		for (let i = 0; i < keys.length; i++) {
			const key = keys[i]!;
			let holders = this.#holders.get(key);
			if (holders === undefined) {
				holders = { writer: null, readers: new Set() };
				this.#holders.set(key, holders);
			}
			if (!locks.isWritable(i)) {
				if (holders.writer !== null) wait(node, holders.writer);
				holders.readers.add(node);
				continue;
			}
			// Readers wait for the writer before them: to wait for them is to wait for it.
			if (holders.readers.size > 0) for (const reader of holders.readers) wait(node, reader);
			else if (holders.writer !== null) wait(node, holders.writer);
			holders.writer = node;
			holders.readers.clear();
		}
		this.#pending++;
		if (node.blockers === 0) push(this.#ready, node);
	}

	/** The next transaction that may run, or `null` if there is none now. */
	take(): Ready<T> | null {
		return pop(this.#ready);
	}

	/** Says that a transaction that was taken has run; those that waited for it alone become ready. */
	complete(ready: Ready<T>): void {
		if (!(ready instanceof Node) || ready.isDone) {
			throw new RangeError('complete: not a transaction that was taken and is not complete');
		}
		const node: Node<T> = ready;
		node.isDone = true;
		this.#pending--;
		for (const dependent of node.dependents) {
			if (--dependent.blockers === 0) push(this.#ready, dependent);
		}
		for (const key of node.locks.keys) {
			const holders = this.#holders.get(key);
			if (holders === undefined) continue;
			if (holders.writer === node) holders.writer = null;
			holders.readers.delete(node);
			if (holders.writer === null && holders.readers.size === 0) this.#holders.delete(key);
		}
	}
}

function wait<T>(node: Node<T>, blocker: Node<T>): void {
	blocker.dependents.push(node);
	node.blockers++;
}

/** Whether `a` goes before `b`. */
function isBefore<T>(a: Node<T>, b: Node<T>): boolean {
	return a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority;
}

/** Adds to a binary heap. */
function push<T>(heap: Node<T>[], node: Node<T>): void {
	let at = heap.push(node) - 1;
	while (at > 0) {
		const parent = (at - 1) >> 1;
		if (!isBefore(node, heap[parent]!)) break;
		heap[at] = heap[parent]!;
		at = parent;
	}
	heap[at] = node;
}

/** Takes the first out of a binary heap. */
function pop<T>(heap: Node<T>[]): Node<T> | null {
	const first = heap[0];
	if (first === undefined) return null;
	const last = heap.pop()!;
	if (heap.length === 0) return first;
	let at = 0;
	for (;;) {
		let child = 2 * at + 1;
		if (child >= heap.length) break;
		if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
		if (!isBefore(heap[child]!, last)) break;
		heap[at] = heap[child]!;
		at = child;
	}
	heap[at] = last;
	return first;
}
