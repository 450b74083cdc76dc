/** What a call for a block that is not there ends with. Upstream: `check_blockstore_root`, `check_slot_cleaned_up`. */
import type { Chain } from '@parhelion/runtime';
import type { Slot } from '@parhelion/sdk';
import { fail, RpcCustomError } from './rpc-error.ts';

/** Ends the call for a slot up to the root: -32004 (the root itself), -32001 (no longer there), -32007 (skipped). */
export function failMissingBlock({ root, firstAvailableSlot }: Chain, slot: Slot): never {
	if (slot >= root) return fail(RpcCustomError.blockNotAvailable(slot));
	if (slot < firstAvailableSlot) return fail(RpcCustomError.blockCleanedUp(slot, firstAvailableSlot));
	return fail(RpcCustomError.slotSkipped(slot));
}
