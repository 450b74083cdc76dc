import { sha256 } from '@parhelion/crypto';
import { Hash } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Poh, type PohEntry } from './poh.ts';

const ZERO = Hash.default;

/** The chain computed the plain way, as upstream's test does. */
function follows(start: Hash, entries: readonly (readonly [PohEntry, Hash | null])[]): boolean {
	let current: Uint8Array = start.bytes;
	for (const [{ numHashes, hash }, mixin] of entries) {
		for (let i = 1; i < numHashes; i++) current = sha256(current);
		current = mixin === null ? sha256(current) : sha256(current, mixin.bytes);
		if (!Hash.fromBytes(current).equals(hash)) return false;
	}
	return true;
}

// The cases are those of solana-entry poh.rs.
describe('proof of history', () => {
	it('in low power mode ticks whenever it is asked to', () => {
		const poh = new Poh(ZERO, null);
		const entries = [
			[poh.tick()!, null],
			[poh.record(ZERO)!, ZERO],
			[poh.record(ZERO)!, ZERO],
			[poh.tick()!, null],
		] as const;
		expect(follows(ZERO, entries)).toBe(true);
		expect(poh.tickNumber).toBe(2);
		expect(poh.hashesPerTick).toBeNull();
	});

	it('stops one hash before the tick, and ticks only then', () => {
		const poh = new Poh(ZERO, 2);
		expect(poh.remainingHashesInSlot(2)).toBe(4);
		expect(poh.tick()).toBeNull();
		expect(poh.remainingHashesUntilTick).toBe(1);
		expect(poh.advance(1_000_000)).toBe(true);
		expect(poh.remainingHashesUntilTick).toBe(1);
		expect(poh.remainingHashesInSlot(2)).toBe(3);
		expect(poh.tick()?.numHashes).toBe(2);
		expect(poh.remainingHashesUntilTick).toBe(2);
		expect(poh.remainingHashesInSlot(2)).toBe(2);
	});

	it('does not record where a tick is due', () => {
		const poh = new Poh(ZERO, 10);
		expect(poh.advance(9)).toBe(true);
		expect(poh.remainingHashesInSlot(2)).toBe(11);
		expect(poh.record(ZERO)).toBeNull();
		expect(poh.tick()?.numHashes).toBe(10);
		expect(poh.record(ZERO)?.numHashes).toBe(1);
		expect(poh.remainingHashesUntilTick).toBe(9);
		expect(poh.remainingHashesInSlot(2)).toBe(9);
	});

	it('gives a chain that follows, whatever is done in whatever order', () => {
		const step = fc.oneof(
			fc.record({ do: fc.constant('advance' as const), count: fc.nat(12) }),
			fc.record({ do: fc.constant('tick' as const), count: fc.constant(0) }),
			fc.record({ do: fc.constant('record' as const), count: fc.nat(255) }),
		);
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 9 }), fc.array(step, { maxLength: 40 }), (perTick, steps) => {
				const poh = new Poh(ZERO, perTick);
				const entries: [PohEntry, Hash | null][] = [];
				for (const { do: what, count } of steps) {
					const mixin = Hash.fromBytes(new Uint8Array(32).fill(count));
					if (what === 'advance') poh.advance(count);
					const made = what === 'tick' ? poh.tick() : what === 'record' ? poh.record(mixin) : null;
					if (made !== null) entries.push([made, what === 'record' ? mixin : null]);
				}
				expect(follows(ZERO, entries)).toBe(true);
				// between ticks there are always as many hashes as a tick takes
				let since = 0;
				for (const [{ numHashes }, mixin] of entries) {
					since += numHashes;
					if (mixin === null) {
						expect(since).toBe(perTick);
						since = 0;
					}
				}
			}),
			{ numRuns: 100 },
		);
	});

	it('refuses a tick of fewer than two hashes', () => {
		for (const count of [0, 1, -1, 1.5]) expect(() => new Poh(ZERO, count)).toThrow(RangeError);
		expect(() => new Poh(ZERO, 2).remainingHashesInSlot(3)).toThrow(RangeError);
	});
});
