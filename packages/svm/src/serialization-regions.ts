/**
 * Owns the regions that show account data to a program where `virtual_address_space_adjustments` gives
 * every account one of its own, and, with `account_data_direct_mapping`, the blocks of the arena that
 * stand for the data itself.
 *
 * Upstream maps the account's own buffer. Here account data lives outside the arena, so a directly mapped
 * account has a block: data is copied in when its region is made and copied back, where the program may
 * have written, before anything else looks at the account ({@link writeBackDirectMappings}: on CPI and at
 * the end of the program). In between nobody but the program sees either copy.
 *
 * Source: solana-program-runtime 4.3.0, serialization.rs (`modify_memory_region_of_account`,
 * `create_memory_region_of_account`); solana-transaction-context 4.3.0, `access_violation_handler`.
 */

import { type Arena, type MemoryMapping, MemoryRegion } from '@parhelion/sbpf';
import { InstructionError } from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from './borrowed-instruction-account.ts';
import type { TransactionAccount, TransactionAccounts } from './transaction-accounts.ts';

/** The feature switches that shape a program's parameters. */
export interface SerializationFeatures {
	readonly virtualAddressSpaceAdjustments: boolean;
	readonly accountDataDirectMapping: boolean;
	readonly directAccountPointersInProgramInput: boolean;
}

/** The block of the arena that stands for an account's data. */
export class DirectMapping {
	readonly indexInTransaction: number;
	/** Address of the account's region. */
	readonly vmAddr: number;
	/** Offset of the block. */
	host: number;
	/** Bytes of the block. */
	private capacity: number;
	/** Bytes from `host` on that hold data; the rest of the block is garbage. */
	private initialized = 0;

	constructor(arena: Arena, indexInTransaction: number, vmAddr: number, capacity: number) {
		this.indexInTransaction = indexInTransaction;
		this.vmAddr = vmAddr;
		this.capacity = capacity;
		this.host = arena.allocUnzeroed(capacity);
	}

	/** Fills the block with `data`. */
	fill(arena: Arena, data: Uint8Array): void {
		if (data.length > this.capacity) {
			arena.free(this.host);
			this.capacity = data.length;
			this.host = arena.allocUnzeroed(data.length);
		}
		arena.u8.set(data, this.host);
		this.initialized = data.length;
	}

	/** Extends the data to `len` bytes by zeros; `len` is within the address space reserved for it. */
	extend(arena: Arena, len: number): void {
		if (len <= this.initialized) return;
		arena.u8.fill(0, this.host + this.initialized, this.host + len);
		this.initialized = len;
	}

	/** Gives the block back. */
	free(arena: Arena): void {
		arena.free(this.host);
	}
}

/** Why the running program may not change the data of an account, or `null` if it may. */
export function dataChangeError(account: BorrowedInstructionAccount): InstructionError | null {
	if (!account.isWritable()) return InstructionError.ReadonlyDataModified;
	if (!account.isOwnedByCurrentProgram()) return InstructionError.ExternalAccountDataModified;
	return null;
}

/** Adapts the region of a serialised account to the length of its data and to who may write it now. */
export function modifyMemoryRegionOfAccount(account: BorrowedInstructionAccount, region: MemoryRegion): void {
	const changeable = dataChangeError(account) === null;
	region.len = account.getData().length;
	region.writable = changeable;
	region.accessViolationHandlerPayload = changeable ? account.getIndexInTransaction() : null;
}

/** Makes the region of a directly mapped account and copies its data there. */
export function createMemoryRegionOfAccount(
	arena: Arena,
	account: BorrowedInstructionAccount,
	mapping: DirectMapping,
): MemoryRegion {
	const changeable = dataChangeError(account) === null;
	// Data still shared with the loaded account becomes writable by the handler, at the first store.
	const writable = changeable && !account.isShared();
	const data = writable ? account.getDataMut() : account.getData();
	mapping.fill(arena, data);
	const region = writable
		? MemoryRegion.newWritable(mapping.host, data.length, mapping.vmAddr)
		: MemoryRegion.newReadonly(mapping.host, data.length, mapping.vmAddr);
	if (changeable) region.accessViolationHandlerPayload = account.getIndexInTransaction();
	return region;
}

/** Points a region at its account's data after the access violation handler unshared or grew it. */
export function redirectToAccount(
	arena: Arena,
	mappings: readonly DirectMapping[],
	region: MemoryRegion,
	account: TransactionAccount,
): void {
	for (const mapping of mappings) {
		if (mapping.vmAddr !== region.vmAddr) continue;
		mapping.extend(arena, account.data.length);
		region.redirect(mapping.host, account.data.length, true);
		return;
	}
}

/** Copies back what the running program may have written to directly mapped accounts. */
export function writeBackDirectMappings(
	memoryMapping: MemoryMapping,
	mappings: readonly DirectMapping[],
	accounts: TransactionAccounts,
): void {
	for (const mapping of mappings) {
		const region = memoryMapping.regions[memoryMapping.findRegion(mapping.vmAddr)];
		if (region === undefined || region.vmAddr !== mapping.vmAddr || !region.writable) continue;
		const { host, len } = region;
		accounts.list[mapping.indexInTransaction]!.setDataFromSlice(
			memoryMapping.arena.u8.subarray(host, host + len),
		);
	}
}
