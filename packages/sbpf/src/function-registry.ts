/**
 * Functions by their 32-bit key: those of a program by slot or hash, those of a loader by hash.
 *
 * Owns the key of a name (murmur3, seed 0) and the rules of collision.
 * Source: solana-sbpf `program.rs` (`FunctionRegistry`) and `ebpf.rs` (`hash_symbol_name`).
 */
import { Fault } from '@parhelion/sdk';
import type { ElfError } from './errors.ts';

/** One function: its name as bytes (empty where labels are off) and what it stands for. */
export interface FunctionEntry<T> {
	readonly name: Uint8Array;
	readonly value: T;
}

const EMPTY_NAME = new Uint8Array(0);
const ENTRYPOINT_NAME: Uint8Array = new TextEncoder().encode('entrypoint');

/** The key of a symbol: murmur3 (x86, 32 bits, seed 0) of its name. */
export function hashSymbolName(name: Uint8Array): number {
	const blocksEnd = name.length & ~3;
	let state = 0;
	for (let i = 0; i < blocksEnd; i += 4) {
		const block = name[i]! | (name[i + 1]! << 8) | (name[i + 2]! << 16) | (name[i + 3]! << 24);
		state ^= preMix(block);
		state = (state << 13) | (state >>> 19);
		state = (Math.imul(state, 5) + 0xe6546b64) | 0;
	}
	let tail = 0;
	for (let i = name.length - 1; i >= blocksEnd; i--) tail = (tail << 8) | name[i]!;
	state ^= preMix(tail) ^ name.length;
	state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
	state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
	return (state ^ (state >>> 16)) >>> 0;
}

function preMix(block: number): number {
	const mixed = Math.imul(block, 0xcc9e2d51);
	return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** The key of the function at slot `pc` in programs that call by hash: murmur3 of the slot as u64. */
export function hashTargetPc(pc: number): number {
	const bytes = new Uint8Array(8);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, pc % 0x1_0000_0000, true);
	view.setUint32(4, Math.floor(pc / 0x1_0000_0000), true);
	return hashSymbolName(bytes);
}

/** Functions by key. Iteration goes by ascending key, as upstream's ordered map does. */
export class FunctionRegistry<T> {
	readonly #map: Map<number, FunctionEntry<T>> = new Map();
	#sortedKeys: number[] | null = [];

	/** How many functions there are. */
	get size(): number {
		return this.#map.size;
	}

	/**
	 * Registers `value` under `key`. A key that is taken keeps its first name, and may be registered
	 * again only with the same value.
	 *
	 * @throws Fault<ElfError> SymbolHashCollision where the key holds another value.
	 */
	registerFunction(key: number, name: Uint8Array, value: T): void {
		const held = this.#map.get(key);
		if (held === undefined) {
			this.#map.set(key, { name, value });
			this.#sortedKeys = null;
		} else if (held.value !== value) {
			throw new Fault<ElfError>({ kind: 'SymbolHashCollision', key });
		}
	}

	/** Removes `key`; `false` where it was not there. */
	unregisterFunction(key: number): boolean {
		if (!this.#map.delete(key)) return false;
		this.#sortedKeys = null;
		return true;
	}

	/** All keys, ascending. */
	keys(): readonly number[] {
		this.#sortedKeys ??= Array.from(this.#map.keys()).sort((a, b) => a - b);
		return this.#sortedKeys;
	}

	/** All functions by ascending key. */
	*entries(): IterableIterator<[number, FunctionEntry<T>]> {
		for (const key of this.keys()) yield [key, this.#map.get(key)!];
	}

	/** Whether `key` is registered. */
	has(key: number): boolean {
		return this.#map.has(key);
	}

	/** The function under `key`. */
	lookupByKey(key: number): FunctionEntry<T> | undefined {
		return this.#map.get(key);
	}

	/** The function of the lowest key that bears `name`. Linear. */
	lookupByName(name: Uint8Array): FunctionEntry<T> | undefined {
		for (const key of this.keys()) {
			const entry = this.#map.get(key)!;
			if (bytesEqual(entry.name, name)) return entry;
		}
		return undefined;
	}

	/** Bytes upstream would count for a registry of function addresses of this content. */
	memSize(): number {
		let size = 24;
		for (const entry of this.#map.values()) size += 8 + 24 + entry.name.length;
		return size;
	}
}

/**
 * Registers a program's function by the rules of the versions before V3 and returns its key: the hash
 * of its slot (of the word `entrypoint` for that name) where calls go by hash, else the slot itself.
 * Names are kept only where `keepLabels` says so; `entrypoint` keeps its name always.
 * Source: `FunctionRegistry::register_function_hashed_legacy`.
 *
 * @throws Fault<ElfError> SymbolHashCollision where a loader's function or another target holds the key.
 */
export function registerFunctionHashedLegacy(
	registry: FunctionRegistry<number>,
	loaderFunctions: { has(key: number): boolean },
	keepLabels: boolean,
	hashSymbol: boolean,
	name: Uint8Array,
	pc: number,
): number {
	const isEntrypoint = bytesEqual(name, ENTRYPOINT_NAME);
	let key: number;
	if (hashSymbol) {
		key = isEntrypoint ? hashSymbolName(ENTRYPOINT_NAME) : hashTargetPc(pc);
		if (loaderFunctions.has(key)) throw new Fault<ElfError>({ kind: 'SymbolHashCollision', key });
	} else {
		key = pc >>> 0;
	}
	registry.registerFunction(key, keepLabels || isEntrypoint ? name : EMPTY_NAME, pc);
	return key;
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}
