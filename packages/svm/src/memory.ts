/**
 * Owns the translation of program addresses for syscalls: length and alignment checks around
 * {@link MemoryMapping}, and the order of checks of upstream's `translate_mut!`.
 *
 * A translated address is an offset into the arena. Offsets stay valid while the arena grows; typed views
 * of it do not, so callers fetch `arena.u8` after translating.
 *
 * Source: solana-program-runtime 4.3.0, memory.rs; solana-syscalls 4.3.0, lib.rs (`translate_mut!`).
 */

import type { MemoryMapping } from '@parhelion/sbpf';
import { memoryFault, syscallFault } from './program-error.ts';
import { saturatingMul, type U64 } from './u64.ts';

export const ACCESS_LOAD = 0;
export const ACCESS_STORE = 1;
type Access = typeof ACCESS_LOAD | typeof ACCESS_STORE;

/** Rust's `isize::MAX`: no slice is longer. */
const ISIZE_MAX = 0x7fff_ffff_ffff_ffffn;

/** Maps `len` bytes at `addr`. Fails with `AccessViolation`, `StackAccessViolation`. */
export function translate(mapping: MemoryMapping, access: Access, addr: U64, len: U64): number {
	return typeof addr === 'number' && typeof len === 'number'
		? mapping.mapNumber(access, addr, len)
		: mapping.map(access, BigInt(addr), BigInt(len));
}

/**
 * Maps one value of `size` bytes for reading. Fails as {@link translate}, then with `UnalignedPointer`.
 *
 * @param align alignment the arena offset must have, 1 where it is not to be checked.
 */
export function translateType(mapping: MemoryMapping, addr: U64, size: number, align: number): number {
	const host = translate(mapping, ACCESS_LOAD, addr, size);
	if (host % align !== 0) throw memoryFault('UnalignedPointer');
	return host;
}

/**
 * Maps `count` values of `size` bytes for reading; 0 where there are none, whatever the address.
 *
 * Fails with `InvalidLength`, as {@link translate}, with `UnalignedPointer`.
 */
export function translateSlice(
	mapping: MemoryMapping,
	addr: U64,
	count: U64,
	size: number,
	align: number,
): number {
	return translateSliceAs(mapping, ACCESS_LOAD, addr, count, size, align);
}

/** As {@link translateSlice}, for reading or writing. */
export function translateSliceAs(
	mapping: MemoryMapping,
	access: Access,
	addr: U64,
	count: U64,
	size: number,
	align: number,
): number {
	if (count === 0) return 0;
	const total = saturatingMul(count, size);
	if (typeof total === 'bigint' && total > ISIZE_MAX) throw memoryFault('InvalidLength');
	const host = translate(mapping, access, addr, total);
	if (host % align !== 0) throw memoryFault('UnalignedPointer');
	return host;
}

function translateTouching(mapping: MemoryMapping, addr: U64, len: U64): number {
	return typeof addr === 'number' && typeof len === 'number'
		? mapping.mapNumberWithAccessViolationHandler(ACCESS_STORE, addr, len)
		: mapping.mapWithAccessViolationHandler(ACCESS_STORE, BigInt(addr), BigInt(len));
}

/** Lets the access violation handler make `len` bytes at `addr` writable. Fails as {@link translate}. */
export function touch(mapping: MemoryMapping, addr: U64, len: U64): void {
	if (len !== 0) translateTouching(mapping, addr, len);
}

/**
 * Maps one value or slice of `len` bytes for writing, growing the account there if need be; 0 where `len`
 * is. Fails as {@link translate}, then with `UnalignedPointer`.
 */
export function translateMut(mapping: MemoryMapping, addr: U64, len: U64, align: number): number {
	if (len === 0) return 0;
	// After touching, translating once more would find the same place.
	const host = translateTouching(mapping, addr, len);
	if (host % align !== 0) throw memoryFault('UnalignedPointer');
	return host;
}

/** What {@link translateMutAll} is to map: bytes at an address. */
export interface MutRequest {
	readonly addr: U64;
	readonly len: U64;
	readonly align: number;
}

/**
 * Maps several places for writing: all are touched, then all are translated, then no two may overlap.
 *
 * Fails as {@link translate}, with `InvalidLength`, `UnalignedPointer`, `CopyOverlapping`.
 */
export function translateMutAll(mapping: MemoryMapping, requests: readonly MutRequest[]): number[] {
	for (const { addr, len } of requests) touch(mapping, addr, len);
	const hosts = requests.map(({ addr, len, align }) =>
		translateSliceAs(mapping, ACCESS_STORE, addr, len, 1, align),
	);
	for (let i = 0; i < hosts.length; i++) {
		for (let j = i + 1; j < hosts.length; j++) {
			// Whatever was mapped is no longer than the arena, hence a number.
			if (!isNonoverlapping(hosts[i]!, requests[i]!.len as number, hosts[j]!, requests[j]!.len as number)) {
				throw syscallFault({ kind: 'CopyOverlapping' });
			}
		}
	}
	return hosts;
}

/** Whether the distance of two ranges is at least the length of the lower one. */
export function isNonoverlapping(src: number, srcLen: number, dst: number, dstLen: number): boolean {
	return src > dst ? src - dst >= dstLen : dst - src >= srcLen;
}

/** As {@link isNonoverlapping}, for addresses and lengths a program made up. */
export function isNonoverlappingU64(src: U64, dst: U64, len: U64): boolean {
	if (typeof src === 'number' && typeof dst === 'number' && typeof len === 'number') {
		return isNonoverlapping(src, len, dst, len);
	}
	const a = BigInt(src);
	const b = BigInt(dst);
	return (a > b ? a - b : b - a) >= BigInt(len);
}
