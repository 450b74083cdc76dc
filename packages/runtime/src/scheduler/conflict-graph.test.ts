import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConflictGraph, type Locks, type Ready } from './conflict-graph.ts';

/** A transaction by its locks: `+a` writes account a, `-a` reads it. */
function locks(text: string): Locks {
	const parts = text.split(' ').filter((part) => part !== '');
	return { keys: parts.map((part) => part.slice(1)), isWritable: (i) => parts[i]![0] === '+' };
}

function takeAll<T>(graph: ConflictGraph<T>): Ready<T>[] {
	const taken: Ready<T>[] = [];
	for (let ready = graph.take(); ready !== null; ready = graph.take()) taken.push(ready);
	return taken;
}

const items = (taken: readonly Ready<string>[]): string[] => taken.map(({ item }) => item);

describe('conflict graph', () => {
	it('lets readers run side by side, a writer after them, and readers after the writer', () => {
		const graph = new ConflictGraph<string>();
		graph.insert('r1', locks('-a'));
		graph.insert('r2', locks('-a'));
		graph.insert('w', locks('+a'));
		graph.insert('r3', locks('-a'));
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

	it('puts a higher priority first and among equals who came first', () => {
		const graph = new ConflictGraph<string>();
		graph.insert('low', locks('+a'), 1n);
		graph.insert('high', locks('+b'), 9n);
		graph.insert('high too', locks('+c'), 9n);
		expect(items(takeAll(graph))).toEqual(['high', 'high too', 'low']);
	});

	it('keeps the order of those that conflict, whatever their priority', () => {
		const graph = new ConflictGraph<string>();
		graph.insert('first', locks('+a'), 1n);
		graph.insert('second', locks('+a'), 9n);
		expect(items(takeAll(graph))).toEqual(['first']);
	});

	it('waits for all of several others', () => {
		const graph = new ConflictGraph<string>();
		graph.insert('a', locks('+a'));
		graph.insert('b', locks('+b'));
		graph.insert('both', locks('+a +b'));
		const [a, b] = takeAll(graph);
		graph.complete(a!);
		expect(graph.take()).toBeNull();
		graph.complete(b!);
		expect(graph.take()?.item).toBe('both');
		expect(graph.pending).toBe(1);
	});

	it('refuses to complete what was not taken, or twice', () => {
		const graph = new ConflictGraph<string>();
		graph.insert('a', locks('+a'));
		expect(() => graph.complete({ item: 'a' })).toThrow(RangeError);
		const ready = graph.take()!;
		graph.complete(ready);
		expect(() => graph.complete(ready)).toThrow(RangeError);
	});

	it('gives what one by one gives, for any number of workers and any order of completion', () => {
		const transaction = fc.record({
			locks: fc.uniqueArray(fc.record({ key: fc.integer({ min: 0, max: 7 }), write: fc.boolean() }), {
				selector: (lock) => lock.key,
				minLength: 1,
				maxLength: 4,
			}),
			priority: fc.bigInt({ min: 0n, max: 3n }),
		});
		fc.assert(
			fc.property(
				fc.array(transaction, { maxLength: 40 }),
				fc.integer({ min: 1, max: 5 }),
				fc.infiniteStream(fc.nat()),
				(transactions, workers, choices) => {
					/** Each writes to its accounts what it read, with its number. */
					const apply = (state: Map<number, number>, i: number): void => {
						let mixed = i + 1;
						for (const { key } of transactions[i]!.locks) {
							mixed = (Math.imul(mixed, 31) + (state.get(key) ?? 0)) | 0;
						}
						for (const { key, write } of transactions[i]!.locks) if (write) state.set(key, mixed ^ key);
					};
					const serial = new Map<number, number>();
					for (let i = 0; i < transactions.length; i++) apply(serial, i);

					const graph = new ConflictGraph<number>();
					for (const [i, { locks: held, priority }] of transactions.entries()) {
						graph.insert(
							i,
							{ keys: held.map(({ key }) => `${key}`), isWritable: (at) => held[at]!.write },
							priority,
						);
					}
					const parallel = new Map<number, number>();
					const running: Ready<number>[] = [];
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

	it('does work in proportion to the locks, with an account that everybody reads', () => {
		const graph = new ConflictGraph<number>();
		const count = 50_000;
		for (let i = 0; i < count; i++) graph.insert(i, locks(`-program +${i % 100}`));
		graph.insert(count, locks('+program'));
		let order = 0;
		for (let ready = graph.take(); ready !== null; ready = graph.take()) {
			order++;
			graph.complete(ready);
		}
		expect(order).toBe(count + 1);
	});
});
