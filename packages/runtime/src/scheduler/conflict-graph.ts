/**
 * In which order transactions may run side by side: one waits for those before it that it conflicts with, and among
 * those that wait for nobody the one with the highest priority goes first, then the one that came first.
 *
 * The order of insertion is the order in which conflicting transactions run, so whatever the number of workers, each
 * transaction sees what it would see if all ran one by one. Work and memory grow with the number of locks: edges lead
 * only from the last writer of an account and from its readers since.
 *
 * A worker that runs what it took in the order in which it took it need not wait for itself: whoever waits for
 * transactions of one worker alone may follow them there at once, with their results where they are made.
 *
 * Source of the idea: solana-core 4.3.0 banking stage (prio-graph), solana-unified-scheduler-logic 4.3.0,
 * solana-scheduling-utils (thread-aware account locks).
 */

/** What of a transaction matters for its order. */
export interface Locks<T> {
	/** The accounts; none twice. */
	readonly accounts: readonly LockedAccount<T>[];
	/** Whether the account at the index is written. */
	isWritable(index: number): boolean;
}

const NOBODY = -1;
const SEVERAL = -2;
const NONE: readonly never[] = [];

class Node<T> {
	readonly item: T;
	readonly locks: Locks<T>;
	readonly priority: bigint;
	readonly sequence: number;
	/** Nodes that wait for this one. */
	dependents: Node<T>[] | null = null;
	/** Nodes that this one waits for. */
	blockers = 0;
	/** Those of them that no worker has taken. */
	blockersElsewhere = 0;
	/** The worker that has taken the rest of them: {@link NOBODY}, or {@link SEVERAL}. */
	blockingWorker: number = NOBODY;
	/** Who has taken this one. */
	worker: number = NOBODY;
	isTaken = false;
	isDone = false;

	constructor(item: T, locks: Locks<T>, priority: bigint, sequence: number) {
		this.item = item;
		this.locks = locks;
		this.priority = priority;
		this.sequence = sequence;
	}
}

/** An account: those not yet complete whom a later transaction with it has to wait for. */
export class LockedAccount<T> {
	/** The last one that writes it. */
	writer: Node<T> | null = null;
	/** Those that read it after the writer. */
	readers: Set<Node<T>> | null = null;
}

/** A transaction that may run; give it back to {@link ConflictGraph.complete}. */
export interface Ready<T> {
	readonly item: T;
}

/** Transactions, and which wait for which. */
export class ConflictGraph<T> {
	readonly #ready: Node<T>[] = [];
	/** By worker, those that may follow what it has taken. Some wait for nobody by now, or were taken. */
	readonly #following: Node<T>[][] = [];
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
	insert(item: T, locks: Locks<T>, priority = 0n): void {
		const node = new Node(item, locks, priority, this.#sequence++);
		const { accounts } = locks;
		for (let i = 0; i < accounts.length; i++) {
			const account = accounts[i]!;
			if (!locks.isWritable(i)) {
				if (account.writer !== null) wait(node, account.writer);
				account.readers ??= new Set();
				account.readers.add(node);
				continue;
			}
			// Readers wait for the writer before them: to wait for them is to wait for it.
			if (account.readers !== null && account.readers.size > 0) {
				for (const reader of account.readers) wait(node, reader);
				account.readers.clear();
			} else if (account.writer !== null) wait(node, account.writer);
			account.writer = node;
		}
		this.#pending++;
		if (node.blockers === 0) push(this.#ready, node);
		else this.#offerToFollow(node);
	}

	/**
	 * The next transaction that may run, or `null` if there is none now. A `worker` (0 and up) that is named runs in order
	 * what it takes.
	 */
	take(worker: number = NOBODY): Ready<T> | null {
		const following = this.#following[worker] ?? [];
		// Those that wait for nobody by now are among the ready.
		while (following.length > 0 && (following[0]!.isTaken || following[0]!.blockers === 0)) pop(following);
		const [follower, ready] = [following[0], this.#ready[0]];
		const heap =
			follower !== undefined && (ready === undefined || isBefore(follower, ready)) ? following : this.#ready;
		const node = pop(heap);
		if (node === null) return null;
		node.isTaken = true;
		node.worker = worker;
		if (worker !== NOBODY) {
			for (const dependent of node.dependents ?? NONE) {
				dependent.blockersElsewhere--;
				addBlockingWorker(dependent, worker);
				this.#offerToFollow(dependent);
			}
		}
		return node;
	}

	/** Says that a transaction that was taken has run; those that waited for it alone become ready. */
	complete(ready: Ready<T>): void {
		if (!(ready instanceof Node) || !ready.isTaken || ready.isDone) {
			throw new RangeError('complete: not a transaction that was taken and is not complete');
		}
		const node: Node<T> = ready;
		node.isDone = true;
		this.#pending--;
		for (const dependent of node.dependents ?? NONE) {
			dependent.blockers--;
			if (node.worker === NOBODY) dependent.blockersElsewhere--;
			if (dependent.isTaken) continue;
			if (dependent.blockers === 0) push(this.#ready, dependent);
			else if (node.worker === NOBODY) this.#offerToFollow(dependent);
		}
		for (const account of node.locks.accounts) {
			if (account.writer === node) account.writer = null;
			account.readers?.delete(node);
		}
	}

	/** Lets a node run after those it waits for, if one worker has taken all of them. */
	#offerToFollow(node: Node<T>): void {
		if (node.blockersElsewhere > 0 || node.blockingWorker < 0) return;
		this.#following[node.blockingWorker] ??= [];
		push(this.#following[node.blockingWorker]!, node);
	}
}

function wait<T>(node: Node<T>, blocker: Node<T>): void {
	blocker.dependents ??= [];
	blocker.dependents.push(node);
	node.blockers++;
	if (blocker.worker === NOBODY) node.blockersElsewhere++;
	else addBlockingWorker(node, blocker.worker);
}

function addBlockingWorker<T>(node: Node<T>, worker: number): void {
	if (node.blockingWorker === NOBODY) node.blockingWorker = worker;
	else if (node.blockingWorker !== worker) node.blockingWorker = SEVERAL;
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
