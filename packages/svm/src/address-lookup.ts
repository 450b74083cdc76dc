/**
 * Owns resolving the lookups of a v0 message against address lookup tables.
 *
 * Source: solana-accounts-db 4.3.0, `load_lookup_table_addresses_into`; solana-runtime 4.3.0,
 * bank/address_lookup_table.rs.
 */

import {
	AddressLookupTable,
	addressLookupErrorToTransactionError,
	err,
	type LoadedAddresses,
	type MessageAddressTableLookup,
	ok,
	type Pubkey,
	programIds,
	type Result,
	type Slot,
	type SlotHashes,
	TransactionError,
} from '@parhelion/sdk';
import type { GetAccount } from './program-loader.ts';

/**
 * The addresses that lookups stand for at `currentSlot`.
 *
 * `slotHashes` is the sysvar, `null` where it is missing. Fails with `AccountNotFound` (no slot hashes), then
 * table by table `AddressLookupTableNotFound` (also when deactivated), `InvalidAddressLookupTableOwner`,
 * `InvalidAddressLookupTableData`, `InvalidAddressLookupTableIndex`.
 */
export function loadAddresses(
	lookups: readonly MessageAddressTableLookup[],
	getAccount: GetAccount,
	currentSlot: Slot,
	slotHashes: SlotHashes | null,
): Result<LoadedAddresses, TransactionError> {
	if (slotHashes === null) return err(TransactionError.AccountNotFound);
	const writable: Pubkey[] = [];
	const readonly: Pubkey[] = [];
	for (const lookup of lookups) {
		const account = getAccount(lookup.accountKey);
		if (account === null) return err(TransactionError.AddressLookupTableNotFound);
		if (!account.owner.equals(programIds.addressLookupTable)) {
			return err(TransactionError.InvalidAddressLookupTableOwner);
		}
		const table = AddressLookupTable.deserialize(account.data);
		if (!table.ok) return err(TransactionError.InvalidAddressLookupTableData);
		const toWrite = table.value.lookup(currentSlot, lookup.writableIndexes, slotHashes);
		if (!toWrite.ok) return err(addressLookupErrorToTransactionError(toWrite.error));
		const toRead = table.value.lookup(currentSlot, lookup.readonlyIndexes, slotHashes);
		if (!toRead.ok) return err(addressLookupErrorToTransactionError(toRead.error));
		for (const address of toWrite.value) writable.push(address);
		for (const address of toRead.value) readonly.push(address);
	}
	return ok({ writable, readonly });
}
