/** Lookup tables as accounts. */
import { encodeLookupTableMeta, type Pubkey, programIds } from '@parhelion/sdk';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type LookupTable, type SetStep, set } from '../case.ts';
import { SOL, U64_MAX } from './common.ts';

/** The slot at which every world starts; tables of later slots are not there yet. */
export const FIRST_SLOT = 434_000_000n;

/** The data of a table. */
export function tableData(
	addresses: readonly Pubkey[],
	authority: Pubkey | null,
	deactivationSlot: bigint = U64_MAX,
	lastExtendedSlot = 0n,
	lastExtendedSlotStartIndex = 0,
): Uint8Array {
	const meta = encodeLookupTableMeta({
		deactivationSlot,
		lastExtendedSlot,
		lastExtendedSlotStartIndex,
		authority,
	});
	const data = new Uint8Array(meta.length + 32 * addresses.length);
	data.set(meta);
	for (const [i, key] of addresses.entries()) data.set(key.bytes, meta.length + 32 * i);
	return data;
}

/** A table with these addresses, now and then broken. */
export function randomTable(
	random: Random,
	name: string,
	addresses: readonly Pubkey[],
): { table: LookupTable; step: SetStep } {
	const key = address(name);
	let data = tableData(addresses, null, random.oneIn(20) ? random.pick([0n, 1n, FIRST_SLOT]) : U64_MAX);
	if (random.oneIn(40)) data = data.slice(0, random.int(data.length));
	const owner = random.oneIn(40) ? programIds.systemProgram : programIds.addressLookupTable;
	return { table: { key, addresses }, step: set(key, { lamports: SOL, data, owner }) };
}
