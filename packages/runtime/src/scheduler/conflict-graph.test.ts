import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConflictGraph, GraphNode, LockedAccount } from './conflict-graph.ts';

/** A transaction of a test. */
class Task<T> extends GraphNode<Task<T>> {
	readonly item: T;
	readonly accounts: readonly LockedAccount<Task<T>>[];
	readonly #isWritten: readonly boolean[];

	constructor(item: T, accounts: readonly LockedAccount<Task<T>>[], isWritten: readonly boolean[]) {
		super();
		this.item = item;
		this.accounts = accounts;
		this.#isWritten = isWritten;
	}

	isWritable(index: number): boolean {
		return this.#isWritten[index]!;
	}
}

/** Makes transactions by their locks: `+a` writes account a, `-a` reads it. */
function tasks<T>(): (item: T, locks: string) => Task<T> {
	const known = new Map<string, LockedAccount<Task<T>>>();
	return (item, locks) => {
		const parts = locks.split(' ').filter((part) => part !== '');
		const named = parts.map((part) => {
			const name = part.slice(1);
			const account = known.get(name) ?? new LockedAccount<Task<T>>();
			known.set(name, account);
			return account;
		});
		return new Task(
			item,
			named,
			parts.map((part) => part[0] === '+'),
		);
	};
}

function takeAll<T>(graph: ConflictGraph<Task<T>>): Task<T>[] {
	const taken: Task<T>[] = [];
	for (let ready = graph.take(); ready !== null; ready = graph.take()) taken.push(ready);
	return taken;
}

const items = (taken: readonly Task<string>[]): string[] => taken.map(({ item }) => item);

describe('conflict graph', () => {
	it('lets readers run side by side, a writer after them, and readers after the writer', () => {
		const graph = new ConflictGraph<Task<string>>();
		const task = tasks<string>();
		graph.insert(task('r1', '-a'));
		graph.insert(task('r2', '-a'));
		graph.insert(task('w', '+a'));
		graph.insert(task('r3', '-a'));
		const first = takeAll(graph);
		expect(items(first)).toEqual(['r1', 'r2']);
		graph.complete(first[1]!);
		expect(graph.take()).toBeNull();
		graph.complete(first[0]!);
		const second = takeAll(graph);
		expect(items(second)).toEqual(['w']);
		graph.complete(second[0]!);
		expect(items(takeAll(graph))).toEqual(['r3']);
	});

	it('takes who came first', () => {
		const graph = new ConflictGraph<Task<string>>();
		const task = tasks<string>();
		for (const name of ['a', 'b', 'c', 'd']) graph.insert(task(name, `+${name} -program`));
		expect(items(takeAll(graph))).toEqual(['a', 'b', 'c', 'd']);
	});

	it('lets nobody wait for an account that nobody can write', () => {
		const graph = new ConflictGraph<Task<string>>();
		const task = tasks<string>();
		const writer = task('writer', '+sysvar');
		for (const account of writer.accounts) account.isReserved = true;
		graph.insert(writer);
		graph.insert(task('reader', '-sysvar'));
		expect(items(takeAll(graph))).toEqual(['writer', 'reader']);
	});

	it('waits for all of several others', () => {
		const graph = new ConflictGraph<Task<string>>();
		const task = tasks<string>();
		graph.insert(task('a', '+a'));
		graph.insert(task('b', '+b'));
		graph.insert(task('both', '+a +b'));
		const [a, b] = takeAll(graph);
		graph.complete(a!);
		expect(graph.take()).toBeNull();
		graph.complete(b!);
		expect(graph.take()?.item).toBe('both');
		expect(graph.pending).toBe(1);
	});

	it('refuses to complete what was not taken, or twice', () => {
		const graph = new ConflictGraph<Task<string>>();
		const task = tasks<string>();
		graph.insert(task('a', '+a'));
		expect(() => graph.complete(task('b', '+b'))).toThrow(RangeError);
		const ready = graph.take()!;
		graph.complete(ready);
		expect(() => graph.complete(ready)).toThrow(RangeError);
	});

	it('gives what one by one gives, for any number of workers and any order of completion', () => {
		const lock = fc.record({ key: fc.integer({ min: 0, max: 7 }), write: fc.boolean() });
		const transaction = fc.uniqueArray(lock, { selector: ({ key }) => key, minLength: 1, maxLength: 4 });
		fc.assert(
			fc.property(
				fc.array(transaction, { maxLength: 40 }),
				fc.integer({ min: 1, max: 5 }),
				fc.infiniteStream(fc.nat()),
				(transactions, workers, choices) => {
					/** Each writes to its accounts what it read, with its number. */
					const apply = (state: Map<number, number>, i: number): void => {
						let mixed = i + 1;
						for (const { key } of transactions[i]!) {
							mixed = (Math.imul(mixed, 31) + (state.get(key) ?? 0)) | 0;
						}
						for (const { key, write } of transactions[i]!) if (write) state.set(key, mixed ^ key);
					};
					const serial = new Map<number, number>();
					for (let i = 0; i < transactions.length; i++) apply(serial, i);

					const graph = new ConflictGraph<Task<number>>();
					const task = tasks<number>();
					for (const [i, held] of transactions.entries()) {
						const text = held.map(({ key, write }) => `${write ? '+' : '-'}${key}`).join(' ');
						graph.insert(task(i, text));
					}
					const parallel = new Map<number, number>();
					const running: Task<number>[] = [];
					let done = 0;
					while (done < transactions.length) {
						for (let next = graph.take(); next !== null; next = graph.take()) {
							running.push(next);
							if (running.length === workers) break;
						}
						const [ended] = running.splice(choices.next().value! % running.length, 1);
						apply(parallel, ended!.item);
						graph.complete(ended!);
						done++;
					}
					expect([...parallel].sort()).toEqual([...serial].sort());
					expect([graph.pending, graph.readyCount]).toEqual([0, 0]);
				},
			),
			{ numRuns: 500 },
		);
	});

	it('lets a worker follow itself, and nobody else', () => {
		const graph = new ConflictGraph<Task<string>>();
		const task = tasks<string>();
		graph.insert(task('a', '+a'));
		graph.insert(task('b', '+b'));
		graph.insert(task('after a', '+a'));
		graph.insert(task('after both', '+a +b'));
		const a = graph.take(0)!;
		const b = graph.take(1)!;
		expect([a.item, b.item]).toEqual(['a', 'b']);
		expect(graph.take(1)).toBeNull();
		const follower = graph.take(0)!;
		expect(follower.item).toBe('after a');
		expect([graph.take(0), graph.take(1)]).toEqual([null, null]);
		graph.complete(b);
		expect(graph.take(1)).toBeNull();
		for (const done of [a, follower]) graph.complete(done);
		expect(graph.take(1)?.item).toBe('after both');
	});

	it('gives what one by one gives to workers that take ahead and run in the order of taking', () => {
		const lock = fc.record({ key: fc.integer({ min: 0, max: 7 }), write: fc.boolean() });
		const transaction = fc.uniqueArray(lock, { selector: ({ key }) => key, minLength: 1, maxLength: 4 });
		fc.assert(
			fc.property(
				fc.array(transaction, { maxLength: 40 }),
				fc.integer({ min: 1, max: 4 }),
				fc.infiniteStream(fc.nat()),
				(transactions, workers, choices) => {
					const graph = new ConflictGraph<Task<number>>();
					const task = tasks<number>();
					for (const [i, held] of transactions.entries()) {
						graph.insert(task(i, held.map(({ key, write }) => `${write ? '+' : '-'}${key}`).join(' ')));
					}
					const queues: Task<number>[][] = Array.from({ length: workers }, () => []);
					const order: number[] = [];
					while (order.length < transactions.length) {
						const worker = choices.next().value! % workers;
						const taken = choices.next().value! % 3 > 0 ? graph.take(worker) : null;
						if (taken !== null) queues[worker]!.push(taken);
						const runner = choices.next().value! % workers;
						const run = choices.next().value! % 2 > 0 ? queues[runner]!.shift() : undefined;
						if (run === undefined) continue;
						order.push(run.item);
						graph.complete(run);
					}
					const doConflict = (a: number, b: number): boolean =>
						transactions[a]!.some(({ key, write }) =>
							transactions[b]!.some((other) => other.key === key && (write || other.write)),
						);
					for (const [at, later] of order.entries()) {
						for (const earlier of order.slice(at + 1)) {
							expect(earlier < later && doConflict(earlier, later)).toBe(false);
						}
					}
				},
			),
			{ numRuns: 500 },
		);
	});

	it('does work in proportion to the locks, with an account that everybody reads', () => {
		const graph = new ConflictGraph<Task<number>>();
		const task = tasks<number>();
		const count = 50_000;
		for (let i = 0; i < count; i++) graph.insert(task(i, `-program +${i % 100}`));
		graph.insert(task(count, '+program'));
		let order = 0;
		for (let ready = graph.take(); ready !== null; ready = graph.take()) {
			order++;
			graph.complete(ready);
		}
		expect(order).toBe(count + 1);
	});
});
