/**
 * A rooted slot that a chain in memory can go back to: taking it costs no copy of accounts, going back costs what was
 * written since.
 */
import { type AccountSharedData, bytesEqual, InvariantError, type Pubkey, type Slot } from '@parhelion/sdk';
import type { Bank } from './bank/bank.ts';
import type { ChainReverted } from './bank/bank-events.ts';
import type { BankForks } from './bank/bank-forks.ts';
import { forgetPrograms } from './bank/overwrite-account.ts';
import type { RootedStatuses } from './bank/status-cache.ts';

/** A state of a chain. */
export interface ChainSnapshot {
	/** Its newest block. */
	readonly slot: Slot;
	/** The bank of that block. */
	readonly bank: Bank;
	readonly statuses: RootedStatuses;
}

/** The root as it is now, whose accounts are in the storage. */
export function takeSnapshot({ rootBank: bank }: BankForks): ChainSnapshot {
	const { accountsDb, statusCache } = bank.shared;
	accountsDb.keepRoot();
	return { slot: bank.slot, bank, statuses: statusCache.rooted() };
}

/** Makes the bank of a snapshot the only one; answers the accounts that are not as they were in the bank `from`. */
export function revertBanks(
	forks: BankForks,
	{ slot, bank, statuses }: ChainSnapshot,
	from: Bank,
): ChainReverted['accounts'] {
	const { accountsDb, statusCache, slots, programCache } = bank.shared;
	if (from.shared !== bank.shared) throw new InvariantError('a snapshot of another chain');
	const before = new Map<Pubkey, AccountSharedData | null>();
	for (const pubkey of accountsDb.writtenSince(slot)) {
		before.set(pubkey, from.getAccount(pubkey));
		// Once by what was there and once by what is there: either may be a program's code.
		forgetPrograms(from, pubkey);
	}
	accountsDb.revertTo(slot);
	statusCache.revertTo(statuses);
	slots.revertTo(slot, bank.ancestors);
	forks.revertTo(bank);
	const later = [...programCache.flattened()].map((entry) => entry.deploymentSlot).filter((at) => at > slot);
	for (const deploymentSlot of new Set(later)) programCache.pruneByDeploymentSlot(deploymentSlot);
	programCache.latestRootSlot = slot;
	const reverted: [Pubkey, AccountSharedData | null][] = [];
	for (const [pubkey, old] of before) {
		forgetPrograms(bank, pubkey);
		const account = bank.getAccount(pubkey);
		if (!isSame(old, account)) reverted.push([pubkey, account]);
	}
	return reverted;
}

function isSame(a: AccountSharedData | null, b: AccountSharedData | null): boolean {
	if (a === null || b === null || a === b) return a === b;
	return (
		a.lamports === b.lamports &&
		a.owner.equals(b.owner) &&
		a.executable === b.executable &&
		bytesEqual(a.data, b.data)
	);
}
