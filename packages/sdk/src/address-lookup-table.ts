/** Owns the state of address lookup tables and how a lookup reads it. Source: crate `solana-address-lookup-table-interface`. */
import { ByteReader, ByteWriter, type WireError } from './bytes.ts';
import { InstructionError } from './instruction-error.ts';
import { type Slot, U64_MAX } from './numbers.ts';
import { Pubkey } from './pubkey.ts';
import { catchFault, err, Fault, ok, type Result } from './result.ts';
import { SLOT_HASHES_MAX_ENTRIES, type SlotHashes } from './sysvars/slot-hashes.ts';
import { TransactionError } from './transaction-error.ts';

/** Where the addresses begin in the account's data. */
export const LOOKUP_TABLE_META_SIZE = 56;

/** What stands before the addresses. */
export interface LookupTableMeta {
	/** u64::MAX where the table was never deactivated. */
	readonly deactivationSlot: Slot;
	readonly lastExtendedSlot: Slot;
	/** Where the addresses of the last extension begin (u8). */
	readonly lastExtendedSlotStartIndex: number;
	/** Null where the table is frozen. */
	readonly authority: Pubkey | null;
}

/** Upstream's `LookupTableStatus`. */
export type LookupTableStatus =
	| { readonly kind: 'Activated' }
	| { readonly kind: 'Deactivating'; readonly remainingBlocks: number }
	| { readonly kind: 'Deactivated' };

/** Upstream's `AddressLookupError` as the runtime raises it. */
export type AddressLookupError =
	| 'LookupTableAccountNotFound'
	| 'InvalidAccountOwner'
	| 'InvalidAccountData'
	| 'InvalidLookupIndex';

/** The transaction error an address lookup error becomes. */
export function addressLookupErrorToTransactionError(error: AddressLookupError): TransactionError {
	switch (error) {
		case 'LookupTableAccountNotFound':
			return TransactionError.AddressLookupTableNotFound;
		case 'InvalidAccountOwner':
			return TransactionError.InvalidAddressLookupTableOwner;
		case 'InvalidAccountData':
			return TransactionError.InvalidAddressLookupTableData;
		case 'InvalidLookupIndex':
			return TransactionError.InvalidAddressLookupTableIndex;
	}
}

/** How far the deactivation of a table is. */
export function lookupTableStatus(
	meta: LookupTableMeta,
	currentSlot: Slot,
	slotHashes: SlotHashes,
): LookupTableStatus {
	if (meta.deactivationSlot === U64_MAX) return { kind: 'Activated' };
	if (meta.deactivationSlot === currentSlot) {
		return { kind: 'Deactivating', remainingBlocks: SLOT_HASHES_MAX_ENTRIES + 1 };
	}
	const position = slotHashes.position(meta.deactivationSlot);
	if (position === null) return { kind: 'Deactivated' };
	return { kind: 'Deactivating', remainingBlocks: Math.max(0, SLOT_HASHES_MAX_ENTRIES - position) };
}

/** A table as it stands in an account; shares memory with the account's data. */
export class AddressLookupTable {
	readonly meta: LookupTableMeta;
	private readonly addressBytes: Uint8Array;

	private constructor(meta: LookupTableMeta, addressBytes: Uint8Array) {
		this.meta = meta;
		this.addressBytes = addressBytes;
	}

	/**
	 * Reads a table. Errors: `InvalidAccountData` (the meta does not decode), `UninitializedAccount`, `InvalidAccountData`
	 * (shorter than the meta, or addresses that are no multiple of 32 bytes).
	 */
	static deserialize(data: Uint8Array): Result<AddressLookupTable, InstructionError> {
		const decoded = decodeLookupTableMeta(data);
		if (!decoded.ok) return err(InstructionError.InvalidAccountData);
		if (decoded.value === null) return err(InstructionError.UninitializedAccount);
		const rest = data.length - LOOKUP_TABLE_META_SIZE;
		if (rest < 0 || rest % 32 !== 0) return err(InstructionError.InvalidAccountData);
		return ok(new AddressLookupTable(decoded.value, data.subarray(LOOKUP_TABLE_META_SIZE)));
	}

	/** How many addresses the table holds. */
	get length(): number {
		return this.addressBytes.length / 32;
	}

	/** The address at an index below {@link length}. */
	addressAt(index: number): Pubkey {
		return Pubkey.fromBytes(this.addressBytes, index * 32);
	}

	/** How many addresses a lookup may use now. Error: `LookupTableAccountNotFound` where the table is deactivated. */
	getActiveAddressesLength(currentSlot: Slot, slotHashes: SlotHashes): Result<number, AddressLookupError> {
		if (lookupTableStatus(this.meta, currentSlot, slotHashes).kind === 'Deactivated') {
			return err('LookupTableAccountNotFound');
		}
		// What was added in this very slot does not count yet.
		return ok(currentSlot > this.meta.lastExtendedSlot ? this.length : this.meta.lastExtendedSlotStartIndex);
	}

	/**
	 * The addresses at `indexes`. Errors in order: `LookupTableAccountNotFound` (deactivated), `InvalidAccountData` (the
	 * meta claims more addresses than there are), `InvalidLookupIndex`.
	 */
	lookup(
		currentSlot: Slot,
		indexes: Uint8Array,
		slotHashes: SlotHashes,
	): Result<Pubkey[], AddressLookupError> {
		const active = this.getActiveAddressesLength(currentSlot, slotHashes);
		if (!active.ok) return active;
		if (active.value > this.length) return err('InvalidAccountData');
		const addresses: Pubkey[] = [];
		for (const index of indexes) {
			if (index >= active.value) return err('InvalidLookupIndex');
			addresses.push(this.addressAt(index));
		}
		return ok(addresses);
	}
}

/** Reads the state of a table account; null where it is uninitialised. */
export function decodeLookupTableMeta(data: Uint8Array): Result<LookupTableMeta | null, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		const tag = reader.u32();
		if (tag > 1) throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
		if (tag === 0) return null;
		const meta: LookupTableMeta = {
			deactivationSlot: reader.u64(),
			lastExtendedSlot: reader.u64(),
			lastExtendedSlotStartIndex: reader.u8(),
			authority: reader.option((r) => r.pubkey()),
		};
		reader.u16();
		return meta;
	});
}

/** The first 56 bytes of a table account; what the encoding leaves over is zero. */
export function encodeLookupTableMeta(meta: LookupTableMeta): Uint8Array {
	const writer = new ByteWriter(LOOKUP_TABLE_META_SIZE)
		.u32(1)
		.u64(meta.deactivationSlot)
		.u64(meta.lastExtendedSlot)
		.u8(meta.lastExtendedSlotStartIndex)
		.option(meta.authority, (w, key) => w.raw(key.bytes))
		.u16(0);
	return writer.zeroes(LOOKUP_TABLE_META_SIZE - writer.length).finish();
}
