/**
 * Owns {@link CallerAccount}: an account as the caller of a CPI sees it, found through the account info it
 * passed, with every check on the pointers in there.
 *
 * Fields of the caller's memory are kept as arena offsets, which growth of the arena does not move.
 *
 * Source: solana-program-runtime 4.3.0, cpi.rs (`CallerAccount`, `check_account_info_pointer`);
 * solana-account-info (`AccountInfo`, `#[repr(C)]`), Rust's `Rc<RefCell<T>>`.
 */

import { type MemoryMapping, MM_INPUT_START } from '@parhelion/sbpf';
import { Fault, InstructionError } from '@parhelion/sdk';
import type { InvokeContext } from './invoke-context.ts';
import { ACCESS_STORE, translate, translateSliceAs, translateType } from './memory.ts';
import type { MemoryContext, SerializedAccountMetadata } from './memory-context.ts';
import { cpiFault, memoryFault } from './program-error.ts';
import { MAX_PERMITTED_DATA_INCREASE } from './serialization-writer.ts';
import { readU64, saturatingAdd, type U64, unitsPer, wrappingAdd } from './u64.ts';

/** What the checks of a CPI need to know, fetched once. */
export interface CpiEnvironment {
	readonly invokeContext: InvokeContext;
	/** The caller's memory. */
	readonly memory: MemoryContext;
	readonly mapping: MemoryMapping;
	readonly checkAligned: boolean;
	readonly syscallParameterAddressRestrictions: boolean;
	readonly virtualAddressSpaceAdjustments: boolean;
	readonly accountDataDirectMapping: boolean;
}

/** An account in the caller's memory. */
export class CallerAccount {
	/** Offset of the lamports (u64). */
	readonly lamports: number;
	/** Offset of the owner (32 bytes). */
	readonly owner: number;
	/** Bytes of data when the caller started. */
	readonly originalDataLen: number;
	/** Address of the data. */
	readonly vmDataAddr: U64;
	/** Offset of the length field (u64) that the caller's program uses. */
	readonly refToLenInVm: number;
	/** Offset of the serialised data; with direct mapping there is none. */
	serializedHost: number;
	/** Bytes at {@link serializedHost}. */
	serializedLen: number;

	constructor(
		lamports: number,
		owner: number,
		originalDataLen: number,
		vmDataAddr: U64,
		refToLenInVm: number,
		serializedHost: number,
		serializedLen: number,
	) {
		this.lamports = lamports;
		this.owner = owner;
		this.originalDataLen = originalDataLen;
		this.vmDataAddr = vmDataAddr;
		this.refToLenInVm = refToLenInVm;
		this.serializedHost = serializedHost;
		this.serializedLen = serializedLen;
	}
}

/** Bytes of address space an account's data may take in the caller. */
export function addressSpaceReservedForAccount(isLoaderDeprecated: boolean, originalDataLen: number): number {
	return isLoaderDeprecated ? originalDataLen : originalDataLen + MAX_PERMITTED_DATA_INCREASE;
}

/** Fails (logged) with `InvalidPointer` unless the field of an account info points where it must. */
function checkAccountInfoPointer(env: CpiEnvironment, vmAddr: U64, expected: number, field: string): void {
	if (vmAddr === expected) return;
	env.invokeContext.icMsg(
		`Invalid account info pointer \`${field}': 0x${vmAddr.toString(16)} != 0x${expected.toString(16)}`,
	);
	throw cpiFault({ kind: 'InvalidPointer' });
}

/** Maps a value for writing without asking the access violation handler (`translate_type_mut_for_cpi`). */
export function translateTypeMutForCpi(
	mapping: MemoryMapping,
	addr: U64,
	size: number,
	align: number,
): number {
	const host = translate(mapping, ACCESS_STORE, addr, size);
	if (host % align !== 0) throw memoryFault('UnalignedPointer');
	return host;
}

/**
 * The arena offset of `len` bytes of an account's data; 0 with direct mapping.
 *
 * Fails with `InvalidRealloc`, `AccessViolation`.
 */
export function getSerializedData(
	env: CpiEnvironment,
	vmAddr: U64,
	originalDataLen: number,
	len: U64,
): number {
	if (
		env.syscallParameterAddressRestrictions &&
		len > addressSpaceReservedForAccount(!env.checkAligned, originalDataLen)
	) {
		throw new Fault(InstructionError.InvalidRealloc);
	}
	if (!env.virtualAddressSpaceAdjustments) {
		return translateSliceAs(env.mapping, ACCESS_STORE, vmAddr, len, 1, 1);
	}
	if (env.accountDataDirectMapping) return 0;
	// The region may be read-only to the program; its bytes lie in the one buffer all the same.
	const buffer = translate(env.mapping, ACCESS_STORE, MM_INPUT_START, 1);
	const host = buffer + Math.max(0, Number(vmAddr) - MM_INPUT_START);
	if (host + Number(len) > env.invokeContext.arena.byteLength) throw cpiFault({ kind: 'InvalidPointer' });
	return host;
}

/** Bytes before the value inside an `Rc<RefCell<T>>`: two counters and the borrow flag. */
const RC_REF_CELL_VALUE = 24;

/** Translates one account info; answers the account. */
export type TranslateAccountInfo = (
	env: CpiEnvironment,
	vmAddr: U64,
	host: number,
	metadata: SerializedAccountMetadata,
) => CallerAccount;

/**
 * From Rust's `AccountInfo`: key 0, lamports 8 (Rc<RefCell<&mut u64>>), data 16 (Rc<RefCell<&mut [u8]>>),
 * owner 24.
 *
 * Fails with `InvalidPointer`, `AccessViolation`, `UnalignedPointer`, `ComputationalBudgetExceeded`,
 * `InvalidRealloc`, in the order of the fields.
 */
export const fromAccountInfo: TranslateAccountInfo = (env, _vmAddr, host, metadata) => {
	const { invokeContext, mapping, syscallParameterAddressRestrictions: restricted } = env;
	const { view } = invokeContext.arena;
	const align = env.checkAligned ? 8 : 1;
	const ownerAddr = readU64(view, host + 24);
	if (restricted) {
		checkAccountInfoPointer(env, readU64(view, host), metadata.vmKeyAddr, 'key');
		checkAccountInfoPointer(env, ownerAddr, metadata.vmOwnerAddr, 'owner');
	}

	const lamportsCell = wrappingAdd(readU64(view, host + 8), RC_REF_CELL_VALUE);
	const lamportsAddr = readU64(view, translateType(mapping, lamportsCell, 8, align));
	if (restricted) {
		if (lamportsCell >= MM_INPUT_START) throw cpiFault({ kind: 'InvalidPointer' });
		checkAccountInfoPointer(env, lamportsAddr, metadata.vmLamportsAddr, 'lamports');
	}
	const lamports = translateTypeMutForCpi(mapping, lamportsAddr, 8, align);
	const owner = translateTypeMutForCpi(mapping, ownerAddr, 32, 1);

	const dataCell = wrappingAdd(readU64(view, host + 16), RC_REF_CELL_VALUE);
	if (restricted && dataCell >= MM_INPUT_START) throw cpiFault({ kind: 'InvalidPointer' });
	const slice = translateType(mapping, dataCell, 16, align);
	const dataAddr = readU64(view, slice);
	const dataLen = readU64(view, slice + 8);
	if (restricted) checkAccountInfoPointer(env, dataAddr, metadata.vmDataAddr, 'data');
	else consumeBytes(env, dataLen);
	const vmLenAddr = saturatingAdd(dataCell, 8);
	if (restricted && vmLenAddr >= MM_INPUT_START) throw cpiFault({ kind: 'InvalidPointer' });
	const refToLenInVm = translateTypeMutForCpi(mapping, vmLenAddr, 8, 1);
	const len = restricted ? readU64(view, refToLenInVm) : dataLen;
	const serialized = getSerializedData(env, dataAddr, metadata.originalDataLen, len);
	return new CallerAccount(
		lamports,
		owner,
		metadata.originalDataLen,
		dataAddr,
		refToLenInVm,
		serialized,
		Number(len),
	);
};

/**
 * From C's `SolAccountInfo`: key 0, lamports 8, data length 16, data 24, owner 32.
 *
 * Fails as {@link fromAccountInfo}.
 */
export const fromSolAccountInfo: TranslateAccountInfo = (env, vmAddr, host, metadata) => {
	const { invokeContext, mapping, syscallParameterAddressRestrictions: restricted } = env;
	const { view } = invokeContext.arena;
	const lamportsAddr = readU64(view, host + 8);
	const dataLen = readU64(view, host + 16);
	const dataAddr = readU64(view, host + 24);
	const ownerAddr = readU64(view, host + 32);
	if (restricted) {
		checkAccountInfoPointer(env, readU64(view, host), metadata.vmKeyAddr, 'key');
		checkAccountInfoPointer(env, ownerAddr, metadata.vmOwnerAddr, 'owner');
		checkAccountInfoPointer(env, lamportsAddr, metadata.vmLamportsAddr, 'lamports');
		checkAccountInfoPointer(env, dataAddr, metadata.vmDataAddr, 'data');
	}
	const lamports = translateTypeMutForCpi(mapping, lamportsAddr, 8, env.checkAligned ? 8 : 1);
	const owner = translateTypeMutForCpi(mapping, ownerAddr, 32, 1);
	if (!restricted) consumeBytes(env, dataLen);
	const vmLenAddr = saturatingAdd(vmAddr, 16);
	if (restricted && vmLenAddr >= MM_INPUT_START) throw cpiFault({ kind: 'InvalidPointer' });
	const refToLenInVm = translateTypeMutForCpi(mapping, vmLenAddr, 8, 1);
	const len = restricted ? readU64(view, refToLenInVm) : dataLen;
	const serialized = getSerializedData(env, dataAddr, metadata.originalDataLen, len);
	return new CallerAccount(
		lamports,
		owner,
		metadata.originalDataLen,
		dataAddr,
		refToLenInVm,
		serialized,
		Number(len),
	);
};

/** Pays for `bytes` of data handed over. Fails with `ComputationalBudgetExceeded`. */
export function consumeBytes(env: CpiEnvironment, bytes: U64): void {
	const { invokeContext } = env;
	const perUnit = invokeContext.getExecutionCost().cpi_bytes_per_unit;
	invokeContext.computeMeter.consumeChecked(unitsPer(bytes, perUnit));
}
