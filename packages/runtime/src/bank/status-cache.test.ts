import { Hash, TransactionError } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ancestors } from '../accounts-db/ancestors.ts';
import { MAX_RECENT_BLOCKHASHES } from './blockhash-queue.ts';
import { StatusCache } from './status-cache.ts';

const hash = (n: number): Hash => Hash.fromBytes(new Uint8Array(32).fill(n, 0, 1).fill(n >> 8, 1, 2));
const at = (...slots: bigint[]): Ancestors => Ancestors.of(slots);

describe('status cache', () => {
	it('tells a fork only of what was processed on it', () => {
		const cache = new StatusCache();
		cache.insert(hash(1), hash(9), 2n, null);
		cache.insert(hash(1), hash(9), 3n, TransactionError.AccountNotFound);
		expect(cache.getStatus(hash(9), hash(1), at(1n, 2n))).toMatchObject({ slot: 2n, err: null });
		expect(cache.getStatus(hash(9), hash(1), at(1n, 3n))?.err).toEqual({ kind: 'AccountNotFound' });
		expect(cache.getStatus(hash(9), hash(1), at(1n, 4n))).toBeUndefined();
		expect(cache.getStatus(hash(9), hash(2), at(1n, 2n))).toBeUndefined();
		expect(cache.getStatus(hash(8), hash(1), at(1n, 2n))).toBeUndefined();
	});

	it('tells everybody of a rooted slot', () => {
		const cache = new StatusCache();
		cache.insert(hash(1), hash(9), 2n, null);
		cache.addRoot(2n);
		expect(cache.getStatus(hash(9), hash(1), at(7n))).toMatchObject({ slot: 2n, err: null });
		expect(() => cache.addRoot(2n)).toThrow('is rooted after');
	});

	it('forgets a slot whose fork is dropped, and nothing of another', () => {
		const cache = new StatusCache();
		cache.insert(hash(1), hash(9), 2n, null);
		cache.insert(hash(1), hash(9), 3n, null);
		cache.insert(hash(1), hash(8), 3n, null);
		cache.clearSlot(3n);
		expect(cache.getStatus(hash(9), hash(1), at(3n))).toBeUndefined();
		expect(cache.getStatus(hash(9), hash(1), at(2n))?.slot).toBe(2n);
		expect(cache.size).toBe(1);
		cache.clearSlot(2n);
		expect(cache.size).toBe(0);
	});

	it('knows a message again that was asked for before a revert and added after it', () => {
		const cache = new StatusCache();
		cache.addRoot(1n);
		cache.insert(hash(1), hash(8), 2n, null);
		cache.addRoot(2n);
		const rooted = cache.rooted();
		const message = hash(9);
		cache.insert(hash(1), message, 3n, null);
		expect(cache.getStatus(message, hash(1), at(3n))?.slot).toBe(3n);
		cache.revertTo(rooted);
		cache.insert(hash(1), message, 4n, null);
		expect(cache.getStatus(hash(9), hash(1), at(4n))?.slot).toBe(4n);
		expect(cache.size).toBe(2);
	});

	it('knows by 20 bytes what came out of a snapshot, and by 32 what came after', () => {
		const cache = new StatusCache();
		const message = Hash.fromBytes(new Uint8Array(32).map((_, i) => 7 * i));
		const other = Hash.fromBytes(new Uint8Array(32).map((_, i) => (i === 8 ? 0 : 7 * i)));
		const delta = (slot: bigint, keyIndex: number, isRoot: boolean) => ({
			slot,
			isRoot,
			statuses: [
				{
					blockhash: hash(1),
					keyIndex,
					messages: [[message.bytes.slice(keyIndex, keyIndex + 20), null]] as const,
				},
			],
		});
		cache.append([delta(5n, 9, true), delta(6n, 2, false)]);
		expect(cache.getStatus(message, hash(1), at(9n))?.slot).toBe(5n);
		expect(cache.getStatus(message, hash(2), at(9n))).toBeUndefined();
		// Differs before the bytes that are kept of the first, and within those of the second.
		expect(cache.getStatus(other, hash(1), at(9n))?.slot).toBe(5n);
		cache.insert(hash(1), other, 7n, null);
		expect(cache.getStatus(other, hash(1), at(7n))?.slot).toBe(7n);
		cache.clearSlot(7n);
		expect(cache.size).toBe(2);
		for (let slot = 6n; slot < 305n; slot++) cache.addRoot(slot);
		expect(cache.appended.map(({ slot }) => slot)).toEqual([5n]);
		for (let slot = 305n; slot < 307n; slot++) cache.addRoot(slot);
		expect(cache.size).toBe(2);
		expect(cache.appended).toEqual([]);
		cache.addRoot(307n);
		expect(cache.size).toBe(0);
	});

	it('is what a map would be, however many messages there are and whatever forks are dropped', () => {
		const action = fc.record({
			slot: fc.integer({ min: 1, max: 6 }),
			blockhash: fc.integer({ min: 1, max: 2 }),
			message: fc.integer({ min: 0, max: 400 }),
			fails: fc.boolean(),
			drop: fc.integer({ min: 0, max: 60 }),
		});
		fc.assert(
			fc.property(fc.array(action, { maxLength: 700 }), (actions) => {
				const cache = new StatusCache();
				const model = new Map<string, TransactionError | null>();
				for (const { slot, blockhash, message, fails, drop } of actions) {
					const name = `${slot} ${blockhash} ${message}`;
					if (drop === 0) {
						cache.clearSlot(BigInt(slot));
						for (const known of model.keys()) if (known.startsWith(`${slot} `)) model.delete(known);
					} else if (!model.has(name)) {
						const err = fails ? TransactionError.AccountNotFound : null;
						cache.insert(hash(blockhash), hash(message), BigInt(slot), err);
						model.set(name, err);
					}
				}
				const messages = new Set<string>();
				for (let slot = 1; slot <= 6; slot++) {
					let inSlot = 0;
					for (let blockhash = 1; blockhash <= 2; blockhash++) {
						for (let message = 0; message <= 400; message += 1) {
							const found = cache.getStatus(hash(message), hash(blockhash), at(BigInt(slot)));
							const expected = model.get(`${slot} ${blockhash} ${message}`);
							expect(found?.err).toEqual(expected);
							if (expected === undefined) continue;
							inSlot++;
							messages.add(`${blockhash} ${message}`);
						}
					}
					expect([...cache.processedIn(BigInt(slot))].length).toBe(inSlot);
				}
				expect(cache.size).toBe(messages.size);
			}),
			{ numRuns: 20 },
		);
	});

	it('stays bounded: a blockhash goes with the last root that used it', () => {
		const cache = new StatusCache();
		const roots = 3 * MAX_RECENT_BLOCKHASHES;
		for (let slot = 1; slot <= roots; slot++) {
			cache.insert(hash(slot), hash(slot), BigInt(slot), null);
			cache.addRoot(BigInt(slot));
		}
		expect(cache.size).toBe(MAX_RECENT_BLOCKHASHES);
		expect(cache.getStatus(hash(roots), hash(roots), at())).toBeDefined();
		expect(cache.getStatus(hash(1), hash(1), at())).toBeUndefined();
	});
});
