import { Hash, TransactionError } from '@parhelion/sdk';
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
		for (let slot = 6n; slot < 307n; slot++) cache.addRoot(slot);
		expect(cache.size).toBe(2);
		cache.addRoot(307n);
		expect(cache.size).toBe(0);
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
