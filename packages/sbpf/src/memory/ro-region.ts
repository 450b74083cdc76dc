/**
 * The read-only data of an executable inside an arena.
 *
 * Owns the copy: made when the program is first mapped, shared by all its runs, given back when the
 * executable is collected or released.
 * Source: solana-sbpf `elf.rs`, `get_ro_region`.
 */
import type { Executable } from '../executable.ts';
import type { ContextObject } from '../program.ts';
import type { Arena } from './arena.ts';
import { MemoryRegion } from './memory-region.ts';

/** Regions by executable, for one arena; what is read-only can be in many mappings. */
class RoSections {
	readonly #arena: Arena;
	readonly #regions: WeakMap<object, MemoryRegion> = new WeakMap();

	constructor(arena: Arena) {
		this.#arena = arena;
	}

	region(executable: object, bytes: Uint8Array, vmAddr: number): MemoryRegion {
		const known = this.#regions.get(executable);
		if (known !== undefined) return known;
		const host = this.#arena.put(bytes);
		const region = MemoryRegion.newReadonly(host, bytes.length, vmAddr);
		this.#regions.set(executable, region);
		this.#arena.freeWith(executable, host);
		return region;
	}

	release(executable: object): void {
		const region = this.#regions.get(executable);
		if (region === undefined) return;
		this.#regions.delete(executable);
		this.#arena.forgetUser(executable);
		this.#arena.free(region.host);
	}
}

const sections: WeakMap<Arena, RoSections> = new WeakMap();

/** The region of `executable`'s read-only data. Its bytes are copied into the arena the first time. */
export function getRoRegion<C extends ContextObject>(executable: Executable<C>, arena: Arena): MemoryRegion {
	let inArena = sections.get(arena);
	if (inArena === undefined) {
		inArena = new RoSections(arena);
		sections.set(arena, inArena);
	}
	const { vmAddr, bytes } = executable.roSection;
	return inArena.region(executable, bytes, vmAddr);
}

/** Gives the copy back at once: for a program that leaves the cache. No run of it may be in progress. */
export function releaseRoRegion<C extends ContextObject>(executable: Executable<C>, arena: Arena): void {
	sections.get(arena)?.release(executable);
}
