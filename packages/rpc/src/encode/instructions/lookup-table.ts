/** Instructions of the Address Lookup Table program. Source: solana-transaction-status 4.3.0 `parse_address_lookup_table.rs`. */
import type { ByteReader } from '@parhelion/sdk';
import { address, bincodeParser, type InstructionParser, type Rows } from './row.ts';

const TABLE = ['lookupTableAccount', 'lookupTableAuthority'];

function addresses(data: ByteReader): string[] {
	const list: string[] = [];
	// Ends by a fault where the data holds fewer than it claims.
	for (let left = data.length64(); left > 0; left--) list.push(address(data));
	return list;
}

const ROWS: Rows = Object.freeze({
	0: {
		type: 'createLookupTable',
		accounts: [...TABLE, 'payerAccount', 'systemProgram'],
		info: (data) => ({ recentSlot: data.u64(), bumpSeed: data.u8() }),
	},
	1: { type: 'freezeLookupTable', accounts: TABLE },
	2: {
		type: 'extendLookupTable',
		accounts: TABLE,
		info: (data, accounts) => ({
			newAddresses: addresses(data),
			payerAccount: accounts.length >= 4 ? accounts[2] : undefined,
			systemProgram: accounts.length >= 4 ? accounts[3] : undefined,
		}),
	},
	3: { type: 'deactivateLookupTable', accounts: TABLE },
	4: { type: 'closeLookupTable', accounts: [...TABLE, 'recipient'] },
});

export const parseLookupTable: InstructionParser = bincodeParser(ROWS);
