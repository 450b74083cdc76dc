import { describe, expect, it } from 'vitest';
import { TransactionHistory } from './transaction-history.ts';

/** The entries left after adding `count` numbered ones. */
function keptOf(history: TransactionHistory<number>, count: number): number[] {
	for (let i = 0; i < count; i++) history.add(String(i), i);
	return Array.from({ length: count }, (_, i) => i).filter((i) => history.has(String(i)));
}

describe('TransactionHistory', () => {
	it('holds 32 and forgets the oldest', () => {
		expect(keptOf(new TransactionHistory(), 40)).toEqual(Array.from({ length: 32 }, (_, i) => i + 8));
	});

	it('is switched off by a capacity below that of a new one', () => {
		const history = new TransactionHistory<number>();
		history.setCapacity(10n);
		expect(history.isEnabled).toBe(false);
		expect(keptOf(history, 3)).toEqual([]);
	});

	it('grows to what the hash table would', () => {
		const history = new TransactionHistory<number>();
		history.setCapacity(100n);
		expect(keptOf(history, 200).length).toBe(112);
	});

	it('replaces the outcome of a signature that comes again', () => {
		const history = new TransactionHistory<number>();
		history.add('a', 1);
		history.add('a', 2);
		expect(history.get('a')).toBe(2);
	});

	it('keeps the turn of a signature that comes again', () => {
		const history = new TransactionHistory<number>();
		history.add('a', 1);
		for (let i = 0; i < 31; i++) history.add(String(i), i);
		// Full: the oldest goes, which is the same.
		history.add('a', 2);
		history.add('1', 100);
		expect([history.has('0'), history.get('1'), history.get('a')]).toEqual([false, 100, 2]);
		history.add('new', 3);
		expect([...history.entries()].slice(0, 2)).toEqual([
			['1', 100],
			['2', 2],
		]);
	});

	it('goes on in a fork, in a copy and after its capacity has shrunk, each by itself', () => {
		const history = new TransactionHistory<number>();
		for (let i = 0; i < 40; i++) history.add(String(i), i);
		const keysOf = (one: TransactionHistory<number>): string[] => [...one.entries()].map(([key]) => key);
		const range = (from: number, to: number): string[] =>
			Array.from({ length: to - from }, (_, i) => String(from + i));
		const fork = history.fork();
		const copy = TransactionHistory.restore(history.capacityParts, history.entries());
		for (let i = 40; i < 42; i++) fork.add(String(i), i);
		for (let i = 40; i < 44; i++) copy.add(String(i), i);
		expect([keysOf(history), keysOf(fork), keysOf(copy)]).toEqual([
			range(8, 40),
			range(10, 42),
			range(12, 44),
		]);
		history.setCapacity(10n);
		history.add('40', 40);
		expect(keysOf(history)).toEqual([...range(9, 18), '40']);
		expect(keysOf(fork)).toEqual(range(10, 42));
	});

	it('refuses a capacity no Map can have', () => {
		expect(() => new TransactionHistory<number>().setCapacity(1n << 60n)).toThrow(RangeError);
	});
});
