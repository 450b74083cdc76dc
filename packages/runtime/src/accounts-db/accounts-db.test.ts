import { createAccount, Pubkey } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from './accounts-db.ts';
import { Ancestors } from './ancestors.ts';
import { MemoryStorage } from './memory-storage.ts';

function key(n: number): Pubkey {
	const bytes = new Uint8Array(32);
	bytes[0] = n;
	bytes[1] = n >> 8;
	bytes[31] = 7;
	return Pubkey.fromBytes(bytes);
}

function account(lamports: number, owner = 0, size = 0) {
	return createAccount({
		lamports: BigInt(lamports),
		owner: key(60_000 + owner),
		data: new Uint8Array(size).fill(lamports),
	});
}

function database(readCacheBytes?: number) {
	const storage = new MemoryStorage();
	return {
		storage,
		db: new AccountsDb(readCacheBytes === undefined ? { storage } : { storage, readCacheBytes }),
	};
}

const at = (...slots: number[]): Ancestors => Ancestors.of(slots.map(BigInt));
const lamports = (db: AccountsDb, ancestors: Ancestors, n: number): bigint | null =>
	db.load(ancestors, key(n))?.lamports ?? null;

describe('AccountsDb', () => {
	it('shows a bank what its own fork wrote and nothing of another', () => {
		const { db } = database();
		db.store(1n, [[key(1), account(10)]]);
		db.store(2n, [[key(1), account(20)]]);
		db.store(3n, [[key(1), account(30)]]);
		expect(lamports(db, at(1, 2), 1)).toBe(20n);
		expect(lamports(db, at(1, 3), 1)).toBe(30n);
		expect(lamports(db, at(1), 1)).toBe(10n);
		expect(lamports(db, Ancestors.none, 1)).toBeNull();
	});

	it('shows everybody a rooted slot, before and after the flush', () => {
		const { db, storage } = database();
		db.store(1n, [[key(1), account(10)]]);
		db.addRoot(1n);
		expect(lamports(db, Ancestors.none, 1)).toBe(10n);
		expect(storage.accountCount).toBe(0);
		expect(db.flushSync()).toEqual({ root: 1n, slots: [1n], accounts: 1 });
		expect(storage.accountCount).toBe(1);
		expect(lamports(db, Ancestors.none, 1)).toBe(10n);
		expect(db.stats().cachedVersions).toBe(0);
	});

	it('hides an older version behind an account without lamports, and deletes it at the flush', () => {
		const { db, storage } = database();
		db.store(1n, [[key(1), account(10)]]);
		db.addRoot(1n);
		db.flushSync();
		db.store(2n, [[key(1), account(0, 3, 9)]]);
		expect(lamports(db, at(2), 1)).toBeNull();
		expect(lamports(db, Ancestors.none, 1)).toBe(10n);
		expect(db.accountCount(at(2))).toBe(0);
		db.addRoot(2n);
		db.flushSync();
		expect(storage.accountCount).toBe(0);
		expect(lamports(db, Ancestors.none, 1)).toBeNull();
	});

	it('writes of several roots the newest version of each account, once', () => {
		const { db, storage } = database();
		db.store(1n, [
			[key(1), account(10)],
			[key(2), account(2)],
		]);
		db.store(2n, [[key(1), account(20)]]);
		db.addRoot(1n);
		db.addRoot(2n);
		expect(db.flushSync()).toEqual({ root: 2n, slots: [1n, 2n], accounts: 2 });
		expect(storage.get(key(1))?.lamports).toBe(20n);
	});

	it('keeps the versions of a child while its parent is flushed', () => {
		const { db } = database();
		db.store(1n, [[key(1), account(10)]]);
		db.store(2n, [[key(1), account(20)]]);
		db.addRoot(1n);
		db.flushSync();
		expect(lamports(db, at(2), 1)).toBe(20n);
		expect(lamports(db, at(3), 1)).toBe(10n);
	});

	it('forgets the slots of a dropped fork', () => {
		const { db } = database();
		db.store(1n, [[key(1), account(10)]]);
		db.store(2n, [
			[key(1), account(20)],
			[key(2), account(5)],
		]);
		db.store(3n, [[key(1), account(30)]]);
		db.addRoot(1n);
		db.addRoot(3n);
		expect(db.purgeUnrooted()).toEqual([2n]);
		expect(lamports(db, at(2), 2)).toBeNull();
		expect(lamports(db, at(2), 1)).toBe(30n);
		expect(() => db.purgeSlot(3n)).toThrow(RangeError);
	});

	it('refuses writes below the root and roots that go back', () => {
		const { db } = database();
		db.addRoot(5n);
		expect(() => db.store(5n, [[key(1), account(1)]])).toThrow('slot 5 cannot be written: the root is at 5');
		expect(() => db.addRoot(5n)).toThrow(RangeError);
	});

	it('lists by owner what a bank sees, whoever owned it before', () => {
		const { db } = database();
		db.store(1n, [
			[key(1), account(1, 1)],
			[key(2), account(2, 1)],
			[key(3), account(3, 2)],
		]);
		db.addRoot(1n);
		db.flushSync();
		db.store(2n, [
			[key(1), account(1, 2)],
			[key(4), account(4, 1)],
			[key(2), null],
		]);
		const owned = (ancestors: Ancestors, owner: number): bigint[] =>
			[...db.scanByOwner(ancestors, key(60_000 + owner))].map(([, { lamports }]) => lamports).sort();
		expect(owned(Ancestors.none, 1)).toEqual([1n, 2n]);
		expect(owned(at(2), 1)).toEqual([4n]);
		expect(owned(at(2), 2)).toEqual([1n, 3n]);
		db.addRoot(2n);
		db.flushSync();
		expect(owned(Ancestors.none, 1)).toEqual([4n]);
		expect(owned(Ancestors.none, 2)).toEqual([1n, 3n]);
	});

	it('flushes no slot whose block could be lost', () => {
		const storage = new MemoryStorage();
		const db = new AccountsDb({ storage, isBlockDurable: (slot) => slot < 2n });
		db.store(1n, [[key(1), account(1)]]);
		db.addRoot(1n);
		db.flushSync();
		db.addRoot(2n);
		expect(() => db.flushSync()).toThrow('slot 2 is rooted before its block is durable');
		expect(storage.root).toBe(1n);
	});

	it('hands out a checkpoint only for the root that it was written with', () => {
		const { db } = database();
		db.addRoot(1n);
		db.writeCheckpoint(1n, Uint8Array.of(1, 2));
		expect(db.loadCheckpoint()).toEqual({ slot: 1n, fields: Uint8Array.of(1, 2) });
		db.addRoot(2n);
		expect(() => db.writeCheckpoint(1n, Uint8Array.of(3))).toThrow(RangeError);
		db.flushSync();
		expect(db.loadCheckpoint()).toBeNull();
	});

	it('keeps its slots when the storage refuses the flush, and writes them the next time', () => {
		const { db, storage } = database();
		db.store(1n, [[key(1), account(10)]]);
		db.addRoot(1n);
		const commit = storage.commit.bind(storage);
		storage.commit = () => {
			throw new Error('disk full');
		};
		expect(() => db.flushSync()).toThrow('disk full');
		expect(lamports(db, Ancestors.none, 1)).toBe(10n);
		expect(db.flushedRoot).toBeNull();
		storage.commit = commit;
		expect(db.flushSync().slots).toEqual([1n]);
	});

	it('serves loads and stores while a flush is under way, and refuses a second one', async () => {
		const { db, storage } = database();
		db.store(1n, [[key(1), account(10)]]);
		db.addRoot(1n);
		let finish = (): void => undefined;
		storage.commitAsync = async (batch) => {
			await new Promise<void>((resolve) => {
				finish = resolve;
			});
			storage.commit(batch);
		};
		const flushed = db.flush();
		db.store(2n, [[key(1), account(20)]]);
		db.addRoot(2n);
		expect(lamports(db, Ancestors.none, 1)).toBe(20n);
		await expect(db.flush()).rejects.toThrow('before the one before it had ended');
		finish();
		expect((await flushed).slots).toEqual([1n]);
		expect(lamports(db, Ancestors.none, 1)).toBe(20n);
		expect(storage.get(key(1))?.lamports).toBe(10n);
	});

	it('equals a plain model over random forks, roots, flushes and drops, with a cache that holds almost nothing', () => {
		const command = fc.record({
			kind: fc.constantFrom('store', 'store', 'store', 'root', 'flush', 'scan'),
			parent: fc.nat(3),
			writes: fc.array(fc.tuple(fc.nat(12), fc.nat(3), fc.nat(2), fc.nat(40)), { maxLength: 6 }),
		});
		fc.assert(
			fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
				const { db, storage } = database(4096);
				// The state after each slot that may still be built upon, whole.
				type State = Map<number, ReturnType<typeof account>>;
				let root = 0;
				const states = new Map<number, { state: State; ancestors: number[] }>([
					[0, { state: new Map(), ancestors: [] }],
				]);
				let slot = 0;
				const check = ({ state, ancestors }: { state: State; ancestors: number[] }): void => {
					const seen = at(...ancestors);
					for (let n = 0; n <= 12; n++) expect(db.load(seen, key(n))).toEqual(state.get(n) ?? null);
					expect(db.accountCount(seen)).toBe(state.size);
					for (let owner = 0; owner <= 2; owner++) {
						const expected = [...state]
							.filter(([, a]) => a.owner.equals(key(60_000 + owner)))
							.map(([n]) => n);
						const scanned = [...db.scanByOwner(seen, key(60_000 + owner))].map(([k]) => k.bytes[0]!);
						expect(scanned.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
					}
					const all = [...db.accounts(seen)].map(([k]) => k.bytes[0]!).sort((a, b) => a - b);
					expect(all).toEqual([...state.keys()].sort((a, b) => a - b));
				};
				for (const { kind, parent, writes } of commands) {
					const tips = [...states.keys()];
					const from = tips[parent % tips.length]!;
					const base = states.get(from)!;
					if (kind === 'store') {
						slot++;
						const state: State = new Map(base.state);
						for (const [n, amount, owner, size] of writes) {
							const made = account(amount, owner, size);
							db.store(BigInt(slot), [[key(n), made]]);
							if (amount === 0) state.delete(n);
							else state.set(n, made);
						}
						states.set(slot, { state, ancestors: [...base.ancestors, slot] });
					} else if (kind === 'root') {
						for (const ancestor of base.ancestors) if (ancestor > root) db.addRoot(BigInt(ancestor));
						if (from <= root) continue;
						root = from;
						for (const [other, { ancestors }] of [...states]) {
							if (other === root || ancestors.includes(root)) continue;
							states.delete(other);
							if (other > root) db.purgeSlot(BigInt(other));
						}
						db.purgeUnrooted();
					} else if (kind === 'flush') {
						db.flushSync();
						storage.shrink();
					}
					for (const each of states.values()) check(each);
				}
			}),
			{ numRuns: 60 },
		);
	});
});
