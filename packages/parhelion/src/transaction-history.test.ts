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

	it('refuses a capacity no Map can have', () => {
		expect(() => new TransactionHistory<number>().setCapacity(1n << 60n)).toThrow(RangeError);
	});
});
