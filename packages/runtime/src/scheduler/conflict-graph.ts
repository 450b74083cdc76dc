/**
 * In which order transactions may run side by side: one waits for those before it that it conflicts with (many readers
 * of an account or one writer), and among those that wait for nobody the one that came first goes first.
 *
 * The order of insertion is the order in which conflicting transactions run, so whatever the number of workers, each
 * transaction sees what it would see if all ran one by one; a leader inserts by priority (`priority.ts`). Work and memory
 * grow with the number of locks: edges lead only from the last writer of an account and from its readers since.
 *
 * A worker that runs what it took in the order in which it took it need not wait for itself: whoever waits for
 * transactions of one worker alone may follow them there at once, with their results where they are made.
 *
 * Source of the idea: solana-core 4.3.0 banking stage (prio-graph), solana-unified-scheduler-logic 4.3.0,
 * solana-scheduling-utils (thread-aware account locks).
 */

const NOBODY = -1;
const SEVERAL = -2;

/** An account: those not yet complete whom a later transaction with it has to wait for. */
export class LockedAccount<N extends GraphNode<N>> {
	/** Whether nobody can lock it for writing, so that nobody waits for it. */
	isReserved = false;
	/** The last one that writes it. */
	writer: N | null = null;
	/** Those that read it after the writer. */
	readers: Set<N> | null = null;
}

/** A transaction: its locks, and where it stands in its graph, which is the graph's business alone. */
export abstract class GraphNode<N extends GraphNode<N>> {
	/** The accounts; none twice. */
	abstract readonly accounts: readonly LockedAccount<N>[];
	/** Whether the account at the index is written. */
	abstract isWritable(index: number): boolean;
	sequence = 0;
	/** Nodes that wait for this one. */
	dependents: N[] | null = null;
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
}

/** Transactions, and which wait for which. */
export class ConflictGraph<N extends GraphNode<N>> {
	readonly #ready: N[] = [];
	/** By worker, those that may follow what it has taken. Some wait for nobody by now, or were taken. */
	readonly #following: N[][] = [];
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

	/** Adds a transaction, which no graph has had, after all that were added before. */
	insert(node: N): void {
		node.sequence = this.#sequence++;
		const { accounts } = node;
		for (let i = 0; i < accounts.length; i++) {
			const account = accounts[i]!;
			if (account.isReserved) continue;
			const { writer, readers } = account;
			if (!node.isWritable(i)) {
				if (writer !== null) wait(node, writer);
				if (readers === null) account.readers = new Set([node]);
				else readers.add(node);
				continue;
			}
			// Readers wait for the writer before them: to wait for them is to wait for it.
			if (readers !== null && readers.size > 0) {
				for (const reader of readers) wait(node, reader);
				readers.clear();
			} else if (writer !== null) wait(node, writer);
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
	take(worker: number = NOBODY): N | null {
		const node = pop(this.#heapFor(worker));
		if (node === null) return null;
		node.isTaken = true;
		node.worker = worker;
		const { dependents } = node;
		if (worker === NOBODY || dependents === null) return node;
		for (let i = 0; i < dependents.length; i++) {
			const dependent = dependents[i]!;
			dependent.blockersElsewhere--;
			addBlockingWorker(dependent, worker);
			this.#offerToFollow(dependent);
		}
		return node;
	}

	/** Where the next for a worker lies. */
	#heapFor(worker: number): N[] {
		const following = worker === NOBODY ? undefined : this.#following[worker];
		if (following === undefined) return this.#ready;
		// Those that wait for nobody by now are among the ready.
		while (following.length > 0 && (following[0]!.isTaken || following[0]!.blockers === 0)) pop(following);
		if (following.length === 0) return this.#ready;
		const ready = this.#ready[0];
		return ready === undefined || isBefore(following[0]!, ready) ? following : this.#ready;
	}

	/** Says that a transaction that was taken has run; those that waited for it alone become ready. */
	complete(node: N): void {
		if (!node.isTaken || node.isDone) {
			throw new RangeError('complete: not a transaction that was taken and is not complete');
		}
		node.isDone = true;
		this.#pending--;
		const { dependents, accounts, worker } = node;
		for (let i = 0; dependents !== null && i < dependents.length; i++) {
			const dependent = dependents[i]!;
			dependent.blockers--;
			if (worker === NOBODY) dependent.blockersElsewhere--;
			if (dependent.isTaken) continue;
			if (dependent.blockers === 0) push(this.#ready, dependent);
			else if (worker === NOBODY) this.#offerToFollow(dependent);
		}
		for (let i = 0; i < accounts.length; i++) {
			const account = accounts[i]!;
			if (account.writer === node) account.writer = null;
			account.readers?.delete(node);
		}
	}

	/** Lets a node run after those it waits for, if one worker has taken all of them. */
	#offerToFollow(node: N): void {
		if (node.blockersElsewhere > 0 || node.blockingWorker < 0) return;
		this.#following[node.blockingWorker] ??= [];
		push(this.#following[node.blockingWorker]!, node);
	}
}

function wait<N extends GraphNode<N>>(node: N, blocker: N): void {
	if (blocker.dependents === null) blocker.dependents = [node];
	else blocker.dependents.push(node);
	node.blockers++;
	if (blocker.worker === NOBODY) node.blockersElsewhere++;
	else addBlockingWorker(node, blocker.worker);
}

function addBlockingWorker<N extends GraphNode<N>>(node: N, worker: number): void {
	if (node.blockingWorker === NOBODY) node.blockingWorker = worker;
	else if (node.blockingWorker !== worker) node.blockingWorker = SEVERAL;
}

/** Whether `a` goes before `b`. */
function isBefore<N extends GraphNode<N>>(a: N, b: N): boolean {
	return a.sequence < b.sequence;
}

/** Adds to a binary heap. */
function push<N extends GraphNode<N>>(heap: N[], node: N): void {
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
function pop<N extends GraphNode<N>>(heap: N[]): N | null {
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
