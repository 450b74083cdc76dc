import { compileLegacyMessage, Hash, Pubkey, type VersionedTransaction } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from './entry.ts';
import { EntryRecorder } from './entry-recorder.ts';
import { verifyEntries, verifyTicks } from './entry-verification.ts';

const START = Hash.fromBytes(new Uint8Array(32).fill(7));

function transaction(byte: number): VersionedTransaction {
	const message = compileLegacyMessage(Pubkey.fromBytes(new Uint8Array(32).fill(1)), [], START);
	return { signatures: [new Uint8Array(64).fill(byte)], message };
}

describe('EntryRecorder', () => {
	it('makes blocks that hold, whatever is recorded when', () => {
		const step = fc.oneof(
			fc.record({ kind: fc.constant('record' as const), count: fc.integer({ min: 1, max: 4 }) }),
			fc.record({ kind: fc.constant('advance' as const), count: fc.nat(12) }),
			fc.record({ kind: fc.constant('tick' as const), count: fc.constant(0) }),
		);
		fc.assert(
			fc.property(
				fc.option(fc.integer({ min: 2, max: 9 })),
				fc.integer({ min: 1, max: 6 }),
				fc.array(step, { maxLength: 50 }),
				(hashesPerTick, ticksPerSlot, steps) => {
					const recorder = new EntryRecorder({ startHash: START, hashesPerTick, ticksPerSlot });
					const entries: Entry[] = [];
					const push = (entry: Entry | null): void => {
						if (entry !== null) entries.push(entry);
					};
					for (const [i, { kind, count }] of steps.entries()) {
						// in low power mode nobody hashes between ticks
						if (kind === 'advance' && hashesPerTick !== null) recorder.advance(count);
						else if (kind === 'tick') push(recorder.tick());
						else if (kind === 'record') {
							const { room } = recorder;
							const made = recorder.record(Array.from({ length: count }, () => transaction(i)));
							expect([made.ok, recorder.room]).toEqual([room > 0, Math.max(0, room - 1)]);
							if (made.ok) entries.push(...made.value);
							else expect(made.error).toBe('MaxHeightReached');
						}
					}
					while (!recorder.isComplete) push(recorder.tick());
					expect(recorder.tick()).toBeNull();
					expect(verifyEntries(entries, START)).toBe(true);
					expect(entries.at(-1)?.hash.equals(recorder.hash)).toBe(true);
					const verdict = verifyTicks(
						entries,
						{
							tickHeight: 0n,
							maxTickHeight: BigInt(ticksPerSlot),
							hashesPerTick: BigInt(hashesPerTick ?? 0),
							tickHashCount: 0n,
						},
						true,
					);
					expect(verdict).toEqual({ ok: true, value: 0n });
				},
			),
			{ numRuns: 100 },
		);
	});

	it('says why it does not record', () => {
		const recorder = new EntryRecorder({ startHash: START, hashesPerTick: 4, ticksPerSlot: 1 });
		expect(recorder.record([])).toEqual({ ok: false, error: 'EmptyRecord' });
		expect(recorder.advance(100)).toBe(true);
		expect(recorder.record([transaction(1)])).toEqual({ ok: false, error: 'MaxHeightReached' });
		expect(recorder.tick()?.numHashes).toBe(4n);
		expect(recorder.isComplete).toBe(true);
		expect(recorder.advance(100)).toBe(false);
		expect(() => new EntryRecorder({ startHash: START, hashesPerTick: null, ticksPerSlot: 0 })).toThrow(
			RangeError,
		);
	});
});
