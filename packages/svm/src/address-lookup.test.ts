import {
	type AccountSharedData,
	createAccount,
	encodeLookupTableMeta,
	Hash,
	type Pubkey,
	programIds,
	SlotHashes,
	TransactionError,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { key } from '../test/memory-bank.ts';
import { loadAddresses } from './address-lookup.ts';

const NEVER = 2n ** 64n - 1n;
const slotHashes = new SlotHashes([[9n, Hash.default]]);
const addresses = [key(1), key(2), key(3)];

function table(deactivationSlot = NEVER, owner: Pubkey = programIds.addressLookupTable): AccountSharedData {
	const meta = encodeLookupTableMeta({
		deactivationSlot,
		lastExtendedSlot: 5n,
		lastExtendedSlotStartIndex: 2,
		authority: null,
	});
	const data = new Uint8Array(56 + 32 * addresses.length);
	data.set(meta);
	for (const [i, address] of addresses.entries()) data.set(address.bytes, 56 + 32 * i);
	return createAccount({ lamports: 1n, data, owner });
}

function load(account: AccountSharedData | null, writable: number[], readonly: number[] = [], slot = 10n) {
	const lookup = {
		accountKey: key('table'),
		writableIndexes: Uint8Array.from(writable),
		readonlyIndexes: Uint8Array.from(readonly),
	};
	return loadAddresses([lookup, lookup], () => account, slot, slotHashes);
}

describe('lookups', () => {
	it('give the addresses of all tables, writable ones first', () => {
		expect(load(table(), [2, 0], [1])).toEqual({
			ok: true,
			value: { writable: [key(3), key(1), key(3), key(1)], readonly: [key(2), key(2)] },
		});
	});

	it('do not see what was added in this slot', () => {
		expect(load(table(), [2], [], 5n)).toMatchObject({
			error: TransactionError.InvalidAddressLookupTableIndex,
		});
		expect(load(table(), [1], [], 5n).ok).toBe(true);
	});

	it.each([
		['no table', null, [0], TransactionError.AddressLookupTableNotFound],
		[
			'a table of another program',
			table(NEVER, programIds.systemProgram),
			[0],
			TransactionError.InvalidAddressLookupTableOwner,
		],
		[
			'a table without data',
			createAccount({ lamports: 1n, owner: programIds.addressLookupTable }),
			[0],
			TransactionError.InvalidAddressLookupTableData,
		],
		['a table that was deactivated', table(3n), [0], TransactionError.AddressLookupTableNotFound],
		['an index beyond the table', table(), [3], TransactionError.InvalidAddressLookupTableIndex],
	])('fail for %s', (_, account, indexes, error) => {
		expect(load(account, indexes)).toEqual({ ok: false, error });
	});

	it('still see a table that is being deactivated', () => {
		expect(load(table(9n), [0]).ok).toBe(true);
		expect(load(table(10n), [0]).ok).toBe(true);
	});

	it('fail without the slot hashes', () => {
		expect(loadAddresses([], () => null, 1n, null)).toEqual({
			ok: false,
			error: TransactionError.AccountNotFound,
		});
	});
});
