/**
 * What becomes of a slot in the end, in all that the banks of a chain share: it is rooted with those below it, or its fork
 * is dropped and so is what it wrote. `BankForks` decides and tells.
 *
 * Source: solana-runtime 4.3.0 (bank.rs: `squash`, `prune_program_cache`, `prune_program_cache_by_deployment_slot`),
 * solana-accounts-db accounts_db.rs (`remove_unrooted_slots`).
 */
import type { Slot } from '@parhelion/sdk';
import type { Bank } from './bank.ts';

/**
 * Roots the slots of a frozen bank and of those it stands on; answers those that were not rooted before, ascending
 * (`squash`). For {@link Bank.squash}, which then lets go of its parent.
 */
export function rootSlots(bank: Bank): Slot[] {
	const { accountsDb, statusCache, slots, programCache } = bank.shared;
	const rooted: Slot[] = [];
	let oldest = bank;
	for (let below: Bank | null = bank; below !== null; below = below.parent) {
		rooted.push(below.slot);
		oldest = below;
	}
	rooted.reverse();
	// The oldest is the root before; at genesis it is not rooted yet.
	if (accountsDb.root !== null && accountsDb.root >= rooted[0]!) rooted.shift();
	for (const slot of rooted) {
		accountsDb.addRoot(slot);
		statusCache.addRoot(slot);
	}
	// Nobody needs programs any more that were verified for the rules of an epoch that has ended.
	const endsEpoch = bank.epoch !== oldest.epoch;
	const environment = endsEpoch ? bank.processor.programRuntimeEnvironments(bank.features).execution : null;
	programCache.prune(bank.slot, environment);
	for (const slot of rooted) if (slot !== bank.slot) slots.remove(slot);
	slots.remove(slots.root);
	slots.root = bank.slot;
	slots.add(bank.slot, bank.ancestors);
	return rooted;
}

/** Forgets what a bank wrote (`remove_unrooted_slots`): its fork was dropped, or it could not be opened. */
export function discardSlot({ shared, slot }: Bank): void {
	const { accountsDb, statusCache, slots, programCache } = shared;
	accountsDb.purgeSlot(slot);
	statusCache.clearSlot(slot);
	programCache.pruneByDeploymentSlot(slot);
	slots.remove(slot);
}
