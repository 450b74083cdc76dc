import { createAccount, Pubkey } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyTable } from './key-table.ts';
import { MemoryStorage } from './memory-storage.ts';
import { ReadCache } from './read-cache.ts';

function key(n: number): Pubkey {
	const bytes = new Uint8Array(32);
	new DataView(bytes.buffer).setUint32(0, n);
	return Pubkey.fromBytes(bytes);
}

const account = (lamports: number, size = 0) =>
	createAccount({ lamports: BigInt(lamports), data: new Uint8Array(size) });

describe('KeyTable', () => {
	it('equals a map over any insertions and removals, whatever collides', () => {
		// A seed for which nothing is special, and keys that differ in few bits.
		const step = fc.tuple(fc.nat(60), fc.boolean());
		fc.assert(
			fc.property(fc.array(step, { maxLength: 300 }), fc.integer(), (steps, seed) => {
				const table = new KeyTable(seed);
				const model = new Map<number, number>();
				for (const [n, isInsertion] of steps) {
					const { words } = key(n);
					if (isInsertion) {
						const number = table.insert(words);
						if (model.has(n)) expect(number).toBe(model.get(n));
						else expect([...model.values()]).not.toContain(number);
						model.set(n, number);
					} else {
						expect(table.remove(words)).toBe(model.get(n) ?? -1);
						model.delete(n);
					}
				}
				expect(table.size).toBe(model.size);
				for (let n = 0; n <= 60; n++) expect(table.find(key(n).words)).toBe(model.get(n) ?? -1);
			}),
		);
	});

	it('grows', () => {
		const table = new KeyTable();
		for (let n = 0; n < 20_000; n++) expect(table.insert(key(n).words)).toBe(n);
		for (let n = 0; n < 20_000; n += 2) table.remove(key(n).words);
		for (let n = 0; n < 20_000; n++) expect(table.find(key(n).words)).toBe(n % 2 === 0 ? -1 : n);
	});
});

describe('MemoryStorage', () => {
	it('takes the newest slot of a load whose slots come in any order', () => {
		const storage = new MemoryStorage();
		storage.commit({ root: 1n, entries: [[key(9), account(1)]], checkpoint: null });
		storage.beginLoad();
		storage.load(5n, [
			[key(2), account(2)],
			[key(3), account(3)],
			[key(4), null],
		]);
		storage.load(3n, [
			[key(3), account(1)],
			[key(3), null],
			[key(4), account(1)],
		]);
		storage.load(6n, [
			[key(2), null],
			[key(3), account(6)],
			[key(3), account(7)],
		]);
		storage.load(1n, [[key(2), account(1)]]);
		storage.endLoad(8n, null);
		expect([...storage.accounts()].map(([pubkey, { lamports }]) => [pubkey, lamports])).toEqual([
			[key(3), 7n],
		]);
		expect(storage.root).toBe(8n);
	});

	it('gives back the memory of accounts that grew, shrank and went', () => {
		const storage = new MemoryStorage();
		for (let root = 1n; root <= 30n; root++) {
			storage.commit({
				root,
				entries: Array.from({ length: 2000 }, (_, n) => [
					key(n),
					account(1, 500 + ((n * Number(root)) % 900)),
				]),
				checkpoint: null,
			});
		}
		storage.shrink();
		const held = storage.byteLength;
		// 2,000 accounts of at most 1,400 bytes; half of each chunk may be dead.
		expect(held).toBeLessThan(2000 * 1500 * 2 + (3 << 20));
		const entries = Array.from({ length: 2000 }, (_, n) => [key(n), null] as const);
		storage.commit({ root: 31n, entries, checkpoint: null });
		expect(storage.shrink()).toBeGreaterThanOrEqual(0);
		expect(storage.byteLength).toBeLessThan(3 << 20);
		expect(storage.accountCount).toBe(0);
	});

	it('hands out copies: what is committed later does not change an account that was read', () => {
		const storage = new MemoryStorage();
		const first = createAccount({ lamports: 1n, data: Uint8Array.of(1, 2, 3) });
		storage.commit({ root: 1n, entries: [[key(1), first]], checkpoint: null });
		const read = storage.get(key(1));
		const second = createAccount({ lamports: 2n, data: Uint8Array.of(7, 8, 9) });
		storage.commit({ root: 2n, entries: [[key(1), second]], checkpoint: null });
		expect(read).toEqual(first);
		expect(storage.get(key(1))).toEqual(second);
	});
});

describe('ReadCache', () => {
	it('holds no more than its bytes and keeps what is asked for again and again', () => {
		const cache = new ReadCache(100 * 1000);
		for (let n = 0; n < 20; n++) cache.set(`hot${n}`, account(n, 360));
		for (let n = 0; n < 2000; n++) {
			for (let hot = 0; hot < 20; hot++) expect(cache.get(`hot${hot}`)?.lamports).toBe(BigInt(hot));
			cache.set(`cold${n}`, account(n, 360));
			expect(cache.bytes).toBeLessThanOrEqual(100 * 1000);
		}
		expect(cache.size).toBe(100);
	});

	it('keeps no account that would push out a quarter of the others', () => {
		const cache = new ReadCache(100_000);
		cache.set('a', account(1, 10));
		cache.set('a', account(1, 30_000));
		expect([cache.get('a'), cache.size, cache.bytes]).toEqual([undefined, 0, 0]);
	});

	it('equals a map in what it has not evicted', () => {
		const step = fc.tuple(fc.nat(30), fc.option(fc.nat(600)));
		fc.assert(
			fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
				const cache = new ReadCache(8000);
				const model = new Map<string, number>();
				for (const [n, size] of steps) {
					if (size === null) {
						cache.delete(`${n}`);
						model.delete(`${n}`);
					} else {
						cache.set(`${n}`, account(1, size));
						model.set(`${n}`, size);
					}
					const found = cache.get(`${(n * 7) % 31}`);
					if (found !== undefined) expect(found.data.length).toBe(model.get(`${(n * 7) % 31}`));
					expect(cache.bytes).toBeLessThanOrEqual(8000);
				}
			}),
		);
	});
});
