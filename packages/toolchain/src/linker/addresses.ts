/**
 * The address that a relocation stands for.
 *
 * Owns the step from a symbol and an addend to a place in the program, through merged pieces where there are any.
 */

import { pointedOffset } from './collect.ts';
import { SHF_EXECINSTR } from './elf-format.ts';
import type { Layout } from './layout.ts';
import type { MergePool } from './merge.ts';
import type { Target } from './resolve.ts';

/** A place in the output: `offset` bytes into the text or the read-only data. */
export interface Place {
	readonly part: 'text' | 'rodata';
	readonly offset: number;
}

/** Where `target` plus `addend` lies, or `null` where that is no part of the program. */
export function placeOf(
	target: Target & { kind: 'section' },
	addend: number,
	merge: MergePool,
): Place | null {
	const { section } = target;
	if (!section.live) return null;
	const pieces = merge.input(section);
	if (pieces !== null) {
		const pointed = pointedOffset(target, addend);
		const at = pieces.outputOffset(pointed);
		return at < 0 ? null : { part: 'rodata', offset: at + target.value + addend - pointed };
	}
	// Only empty sections have no place; their symbols may lie anywhere.
	const base = Math.max(section.outputOffset, 0);
	const part = (section.flags & SHF_EXECINSTR) !== 0 ? 'text' : 'rodata';
	return { part, offset: base + target.value + addend };
}

/** The address in the program's memory of `place`. */
export function addressOf(place: Place, layout: Layout): number {
	return place.offset + (place.part === 'text' ? layout.textAddress : layout.rodataAddress);
}
