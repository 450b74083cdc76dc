/**
 * The addresses that a message takes from lookup tables, as a bank sees the tables.
 *
 * Source: solana-runtime 4.3.0 (bank/address_lookup_table.rs).
 */
import {
	catchFault,
	type LoadedAddresses,
	NO_LOADED_ADDRESSES,
	ok,
	type Result,
	type TransactionError,
} from '@parhelion/sdk';
import { loadAddresses } from '@parhelion/svm';
import type { Bank } from './bank.ts';

/** Lookups of a v0 message. */
type Lookups = Parameters<typeof loadAddresses>[0];

/** Resolves lookups; errors in order as {@link loadAddresses}. */
export function resolveLookups(bank: Bank, lookups: Lookups): Result<LoadedAddresses, TransactionError> {
	if (lookups.length === 0) return ok(NO_LOADED_ADDRESSES);
	const slotHashes = catchFault(() => bank.processor.sysvarCache.getSlotHashes());
	return loadAddresses(
		lookups,
		(pubkey) => bank.getAccount(pubkey),
		bank.slot,
		slotHashes.ok ? slotHashes.value : null,
	);
}
