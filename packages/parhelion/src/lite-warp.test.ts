import { describe, expect, it } from 'vitest';
import { LiteSVM } from './node.ts';

/** A chain at slot 1000 of epoch 5 (warm-up: 32, 64, .. slots), at the time 5000. */
function chain(): LiteSVM {
	const svm = new LiteSVM();
	const clock = svm.getClock();
	clock.slot = 1000n;
	clock.epoch = 5n - 1n;
	clock.unixTimestamp = 5000n;
	clock.epochStartTimestamp = 4900n;
	svm.setClock(clock);
	return svm;
}

describe('warp', () => {
	it('moves slot, epoch, time, blockhash, slot hashes and slot history together', () => {
		const svm = chain();
		const blockhash = svm.latestBlockhash();
		svm.warp({ slot: 3000n });
		const clock = svm.getClock();
		// Epoch 6 of the warm-up begins at slot 2016, epoch 7 at 4064.
		expect([clock.slot, clock.epoch, clock.leaderScheduleEpoch]).toEqual([3000n, 6n, 7n]);
		expect(clock.unixTimestamp).toBe(5000n + 800n);
		expect(clock.epochStartTimestamp).toBe(5800n - ((3000n * 400n) / 1000n - (2016n * 400n) / 1000n));
		expect(svm.latestBlockhash()).not.toBe(blockhash);
		expect(svm.isBlockhashValid(blockhash)).toBe(false);
		const hashes = svm.getSlotHashes();
		expect(hashes.length).toBe(512);
		expect(hashes[0]?.slot).toBe(2999n);
		expect(hashes[511]?.slot).toBe(2488n);
		expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(512);
		const history = svm.getSlotHistory();
		expect([999n, 1000n, 2999n, 3000n].map((slot) => history.check(slot))).toEqual([3, 2, 2, 0]);
	});

	it('keeps the slot hashes that a program has seen', () => {
		const svm = chain();
		svm.warp({ slot: 1010n });
		const seen = svm.getSlotHashes().find(({ slot }) => slot === 1005n)?.hash;
		svm.warp({ slot: 1100n });
		expect(svm.getSlotHashes().find(({ slot }) => slot === 1005n)?.hash).toBe(seen);
		svm.warp({ slot: 1600n });
		expect(svm.getSlotHashes().some(({ slot }) => slot === 1005n)).toBe(false);
	});

	it('goes to the first slot of an epoch, and to the slot of a time', () => {
		const svm = chain();
		svm.warp({ epoch: 6n });
		expect([svm.getClock().slot, svm.getClock().epoch]).toEqual([2016n, 6n]);
		const { unixTimestamp } = svm.getClock();
		expect(svm.getClock().epochStartTimestamp).toBe(unixTimestamp);
		svm.warpToTimestamp(unixTimestamp + 60n);
		expect([svm.getClock().slot, svm.getClock().unixTimestamp]).toEqual([2166n, unixTimestamp + 60n]);
		expect(svm.getClock().epochStartTimestamp).toBe(unixTimestamp);
		svm.warp({ slot: 2200n, unixTimestamp: 1_800_000_000n });
		expect(svm.getClock().unixTimestamp).toBe(1_800_000_000n);
	});

	it('loses no time over many small steps', () => {
		const svm = chain();
		for (let slot = 1001n; slot <= 1050n; slot++) svm.warp({ slot });
		expect(svm.getClock().unixTimestamp).toBe(5020n);
	});

	it('crosses years of slots at once', () => {
		const svm = chain();
		svm.warp({ slot: 500_000_000n });
		expect(svm.getSlotHashes()[0]?.slot).toBe(499_999_999n);
		const history = svm.getSlotHistory();
		expect(history.check(499_999_999n)).toBe(2);
		expect(history.oldest()).toBe(500_000_000n - 2n ** 20n);
		expect(history.check(history.oldest())).toBe(2);
	});

	it('refuses to go back, and says how it is done', () => {
		const svm = chain();
		expect(() => svm.warp({ slot: 999n })).toThrow(/cannot warp back from slot 1000 to 999: restore\(\)/);
		expect(() => svm.warp({ unixTimestamp: 4999n })).toThrow(/cannot warp back from the time/);
		expect(() => svm.warp({ epoch: 2n })).toThrow(RangeError);
		expect(() => svm.warp({ slot: 2n ** 64n })).toThrow(RangeError);
		expect(() => svm.warp({ slot: 5 as never })).toThrow(TypeError);
		expect(() => svm.warp({} as never)).toThrow('target: expected { slot }, { epoch } or { unixTimestamp }');
		expect(() => svm.warp(7n as never)).toThrow(/got a bigint/);
		expect(() => LiteSVM.default().warp({ slot: 5n })).toThrow(/withSysvars/);
		expect(svm.getClock().slot).toBe(1000n);
	});
});

describe('advanceBlockhash', () => {
	it('leaves the last 150 valid until they are expired', () => {
		const svm = new LiteSVM();
		const hashes = [svm.latestBlockhash()];
		for (let i = 0; i < 151; i++) {
			svm.advanceBlockhash();
			hashes.push(svm.latestBlockhash());
		}
		expect(new Set(hashes).size).toBe(152);
		expect(hashes.map((hash) => svm.isBlockhashValid(hash)).indexOf(true)).toBe(1);
		svm.expireBlockhash();
		expect(hashes.some((hash) => svm.isBlockhashValid(hash))).toBe(false);
	});
});
