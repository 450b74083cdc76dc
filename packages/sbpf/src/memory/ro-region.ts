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

/** Arena offsets by executable, for one arena. */
class RoSections {
	readonly #arena: Arena;
	readonly #hosts: WeakMap<object, number> = new WeakMap();
	readonly #collected: FinalizationRegistry<number>;

	constructor(arena: Arena) {
		this.#arena = arena;
		// The arena outlives its registry: a callback never frees into a collected one.
		this.#collected = new FinalizationRegistry((host) => arena.free(host));
	}

	host(executable: object, bytes: Uint8Array): number {
		const known = this.#hosts.get(executable);
		if (known !== undefined) return known;
		const host = this.#arena.put(bytes);
		this.#hosts.set(executable, host);
		this.#collected.register(executable, host, executable);
		return host;
	}

	release(executable: object): void {
		const host = this.#hosts.get(executable);
		if (host === undefined) return;
		this.#hosts.delete(executable);
		this.#collected.unregister(executable);
		this.#arena.free(host);
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
	return MemoryRegion.newReadonly(inArena.host(executable, bytes), bytes.length, vmAddr);
}

/** Gives the copy back at once: for a program that leaves the cache. No run of it may be in progress. */
export function releaseRoRegion<C extends ContextObject>(executable: Executable<C>, arena: Arena): void {
	sections.get(arena)?.release(executable);
}
