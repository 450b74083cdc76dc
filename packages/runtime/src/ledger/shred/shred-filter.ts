/**
 * Owns which shreds from the network are looked at: those of this cluster, of slots that can matter, in batches of the
 * form that leaders make.
 *
 * Source: solana-ledger shred/filter.rs (`ShredFilterContext::should_discard_shred`, `max_shred_slot`), blockstore.rs
 * (`verify_shred_slots`).
 */
import { type Slot, saturatingAdd } from '@parhelion/sdk';
import { isDataComplete, isLastInSlot, type Shred, shredParent } from './shred.ts';
import { SHREDS_PER_FEC_BLOCK } from './shred-layout.ts';

/** What a node takes shreds by. */
export interface ShredFilter {
	/** The root's slot. */
	readonly root: Slot;
	/** The slots of the root's epoch. */
	readonly slotsInEpoch: bigint;
	readonly shredVersion: number;
	/** Of the slot of the shred. */
	readonly maxDataShredsPerSlot: number;
	readonly maxCodeShredsPerSlot: number;
}

/** Why a shred is discarded; the names are those of upstream's counters. */
export type ShredDiscard =
	| 'shred_version_mismatch'
	| 'slot_out_of_range'
	| 'index_out_of_bounds'
	| 'misaligned_erasure_config'
	| 'unexpected_data_complete_shred'
	| 'misaligned_last_data_index'
	| 'misaligned_fec_set';

/** Slots ahead of the root that count even in short epochs. */
const MAX_SHRED_DISTANCE_MINIMUM = 500n;

/** The last slot that shreds are taken for: half an epoch ahead of the root. */
export function maxShredSlot(root: Slot, slotsInEpoch: bigint): Slot {
	const half = slotsInEpoch / 2n;
	return saturatingAdd(root, half > MAX_SHRED_DISTANCE_MINIMUM ? half : MAX_SHRED_DISTANCE_MINIMUM);
}

/** Whether a block may have this parent: the root or a later one; slot 0 is its own. */
function areSlotsPossible(slot: Slot, parent: Slot, root: Slot): boolean {
	if (slot === 0n && parent === 0n && root === 0n) return true;
	return root <= parent && parent < slot;
}

/** Why to discard a shred, or null to keep it. The checks come in upstream's order. */
export function shouldDiscardShred(shred: Shred, filter: ShredFilter): ShredDiscard | null {
	if (shred.version !== filter.shredVersion) return 'shred_version_mismatch';
	const { slot, index, fecSetIndex } = shred;
	if (slot > maxShredSlot(filter.root, filter.slotsInEpoch)) return 'slot_out_of_range';
	if (shred.type === 'Code') {
		if (index >= filter.maxCodeShredsPerSlot) return 'index_out_of_bounds';
		if (slot <= filter.root) return 'slot_out_of_range';
		if (shred.numDataShreds !== SHREDS_PER_FEC_BLOCK || shred.numCodingShreds !== SHREDS_PER_FEC_BLOCK) {
			return 'misaligned_erasure_config';
		}
	} else {
		if (index >= filter.maxDataShredsPerSlot) return 'index_out_of_bounds';
		if (!areSlotsPossible(slot, shredParent(shred), filter.root)) return 'slot_out_of_range';
		if (isDataComplete(shred) && index !== fecSetIndex + SHREDS_PER_FEC_BLOCK - 1) {
			return 'unexpected_data_complete_shred';
		}
		if (isLastInSlot(shred) && (index + 1) % SHREDS_PER_FEC_BLOCK !== 0) return 'misaligned_last_data_index';
	}
	const isInBatch = index >= fecSetIndex && index < fecSetIndex + SHREDS_PER_FEC_BLOCK;
	return isInBatch && fecSetIndex % SHREDS_PER_FEC_BLOCK === 0 ? null : 'misaligned_fec_set';
}
