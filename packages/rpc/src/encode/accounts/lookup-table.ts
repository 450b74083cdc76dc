/** The `jsonParsed` form of address lookup tables. Source: solana-account-decoder 4.3.0 `parse_address_lookup_table.rs`. */
import { AddressLookupTable } from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';

/** The parsed form of a table; null where it does not decode. */
export function parseLookupTable(data: Uint8Array): Json {
	const decoded = AddressLookupTable.deserialize(data);
	if (!decoded.ok) return decoded.error.kind === 'UninitializedAccount' ? { type: 'uninitialized' } : null;
	const table = decoded.value;
	const { meta } = table;
	return {
		type: 'lookupTable',
		info: {
			deactivationSlot: String(meta.deactivationSlot),
			lastExtendedSlot: String(meta.lastExtendedSlot),
			lastExtendedSlotStartIndex: meta.lastExtendedSlotStartIndex,
			authority: meta.authority?.toBase58(),
			addresses: Array.from({ length: table.length }, (_, index) => table.addressAt(index).toBase58()),
		},
	};
}
