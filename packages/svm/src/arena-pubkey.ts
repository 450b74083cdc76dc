/**
 * Owns addresses inside the arena: comparing and writing them by words. Where these are aligned, as in a program's
 * parameters they are, an array of words is faster than the view.
 */

import type { Arena } from '@parhelion/sbpf';
import type { Pubkey } from '@parhelion/sdk';

const WORDS = 8;

/** Whether the 32 bytes at arena offset `host` are `key`. */
export function isPubkeyAt(arena: Arena, host: number, key: Pubkey): boolean {
	if ((host & 3) === 0) {
		const { i32 } = arena;
		const { words } = key;
		const from = host >> 2;
		for (let i = 0; i < WORDS; i++) if (i32[from + i] !== words[i]) return false;
		return true;
	}
	const { view } = arena;
	const { words } = key;
	for (let i = 0; i < WORDS; i++) if (view.getInt32(host + 4 * i, true) !== words[i]) return false;
	return true;
}

/** Writes `key` at arena offset `host`. */
export function putPubkey(arena: Arena, host: number, key: Pubkey): void {
	if ((host & 3) === 0) {
		const { i32 } = arena;
		const { words } = key;
		const to = host >> 2;
		for (let i = 0; i < WORDS; i++) i32[to + i] = words[i]!;
		return;
	}
	const { view } = arena;
	const { words } = key;
	for (let i = 0; i < WORDS; i++) view.setInt32(host + 4 * i, words[i]!, true);
}
