import { Hash } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { keypairFromSeed } from '../../genesis/local-genesis.ts';
import { decodeShred, type Shred } from './shred.ts';
import { maxShredSlot, type ShredFilter, shouldDiscardShred } from './shred-filter.ts';
import { makeShreds } from './shredder.ts';

const made = makeShreds(
	{
		slot: 1000n,
		parentSlot: 998n,
		version: 4711,
		referenceTick: 0,
		leader: keypairFromSeed(new Uint8Array(32).fill(3)),
	},
	new Uint8Array(40_000).fill(1),
	{ isLastInSlot: true, chainedMerkleRoot: Hash.default, nextShredIndex: 32, nextCodeIndex: 32 },
);
if (!made.ok) throw new Error(made.error.kind);
const { shreds } = made.value;
const data = shreds.filter(({ type }) => type === 'Data');
const code = shreds.filter(({ type }) => type === 'Code');

const FILTER: ShredFilter = {
	root: 900n,
	slotsInEpoch: 432_000n,
	shredVersion: 4711,
	maxDataShredsPerSlot: 32_768,
	maxCodeShredsPerSlot: 32_768,
};

/** The shred with other bytes from `offset` on; its signature no longer fits, which is not looked at here. */
function changed(shred: Shred, offset: number, ...bytes: number[]): Shred {
	const payload = shred.payload.slice();
	payload.set(bytes, offset);
	const result = decodeShred(payload);
	if (!result.ok) throw new Error(result.error.kind);
	return result.value;
}

describe('the filter of shreds', () => {
	const verdict = (shred: Shred, filter: Partial<ShredFilter> = {}): string | null =>
		shouldDiscardShred(shred, { ...FILTER, ...filter });

	it('keeps the shreds that a leader makes', () => {
		expect(shreds.map((shred) => verdict(shred))).toEqual(shreds.map(() => null));
	});

	it('discards those of other clusters and of slots that cannot matter', () => {
		expect(verdict(data[0]!, { shredVersion: 1 })).toBe('shred_version_mismatch');
		expect(verdict(data[0]!, { root: 998n })).toBeNull();
		expect(verdict(data[0]!, { root: 999n })).toBe('slot_out_of_range');
		expect(verdict(code[0]!, { root: 999n })).toBeNull();
		expect(verdict(code[0]!, { root: 1000n })).toBe('slot_out_of_range');
		expect(verdict(data[0]!, { root: 500n, slotsInEpoch: 32n })).toBeNull();
		expect(verdict(data[0]!, { root: 499n, slotsInEpoch: 32n })).toBe('slot_out_of_range');
		expect(maxShredSlot(10n, 2000n)).toBe(1010n);
		expect(maxShredSlot(0xffff_ffff_ffff_ffffn, 0n)).toBe(0xffff_ffff_ffff_ffffn);
	});

	it('discards those beyond the slot’s limit', () => {
		expect(verdict(data[0]!, { maxDataShredsPerSlot: 32 })).toBe('index_out_of_bounds');
		expect(verdict(code[0]!, { maxCodeShredsPerSlot: 32 })).toBe('index_out_of_bounds');
	});

	it('discards batches of another form', () => {
		expect(verdict(changed(code[0]!, 83, 31))).toBe('misaligned_erasure_config');
		expect(verdict(changed(code[0]!, 85, 33))).toBe('misaligned_erasure_config');
		expect(verdict(changed(data[3]!, 85, 0x40))).toBe('unexpected_data_complete_shred');
		expect(verdict(changed(data[31]!, 79, 33, 0))).toBe('misaligned_fec_set');
		expect(verdict(changed(data[0]!, 79, 0, 0))).toBe('misaligned_fec_set');
		// complete and last where a batch would end, had it begun elsewhere
		expect(verdict(changed(changed(data[4]!, 85, 0xc0), 79, 5, 0))).toBe('misaligned_last_data_index');
	});
});
