/**
 * Sections that are a bag of pieces: strings that end with zero, and constants of one size.
 *
 * Owns splitting them, which pieces are needed, and laying out one copy of each. A piece is found by the offset that
 * a relocation names. Source: the System V ABI (`SHF_MERGE`, `SHF_STRINGS`).
 */
import { SHF_MERGE, SHF_STRINGS } from './elf-format.ts';
import type { InputSection } from './object.ts';

/** Whether the section's bytes may be merged: not where they hold addresses, or do not end as they should. */
export function isMergeable(section: InputSection): boolean {
	const { flags, entrySize, size, bytes } = section;
	if ((flags & SHF_MERGE) === 0 || section.relocations.length > 0) return false;
	if (entrySize === 0 || size === 0 || size % entrySize !== 0 || bytes.length !== size) return false;
	return (flags & SHF_STRINGS) === 0 || isZero(bytes, size - entrySize, entrySize);
}

function isZero(bytes: Uint8Array, at: number, length: number): boolean {
	for (let i = at; i < at + length; i++) if (bytes[i] !== 0) return false;
	return true;
}

/** A section split into pieces. */
export class MergeInput {
	readonly section: InputSection;
	/** Where the pieces start, ascending. */
	readonly starts: readonly number[];
	/** 1 for each piece that is needed. */
	readonly live: Uint8Array;
	/** Where the pieces lie in the output section. */
	readonly outputOffsets: Float64Array;

	constructor(section: InputSection) {
		this.section = section;
		this.starts = splitPieces(section);
		this.live = new Uint8Array(this.starts.length);
		this.outputOffsets = new Float64Array(this.starts.length).fill(-1);
	}

	/** The piece that holds the byte at `offset`; the last one for an offset past the end. */
	pieceAt(offset: number): number {
		let low = 0;
		let high = this.starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.starts[middle]! <= offset) low = middle;
			else high = middle - 1;
		}
		return low;
	}

	/** Where in the output section the byte at `offset` lies; -1 in a piece that was dropped. */
	outputOffset(offset: number): number {
		const piece = this.pieceAt(offset);
		const at = this.outputOffsets[piece]!;
		return at < 0 ? -1 : at + offset - this.starts[piece]!;
	}

	/** The bytes of a piece. */
	bytes(piece: number): Uint8Array {
		return this.section.bytes.subarray(this.starts[piece], this.starts[piece + 1] ?? this.section.size);
	}
}

function splitPieces(section: InputSection): number[] {
	const { bytes, size, entrySize } = section;
	const starts: number[] = [];
	if ((section.flags & SHF_STRINGS) === 0) {
		for (let at = 0; at < size; at += entrySize) starts.push(at);
		return starts;
	}
	for (let at = 0; at < size; ) {
		starts.push(at);
		if (entrySize === 1) at = bytes.indexOf(0, at) + 1;
		else {
			while (!isZero(bytes, at, entrySize)) at += entrySize;
			at += entrySize;
		}
	}
	return starts;
}

/** Sections of one kind, of whose pieces one copy is kept. */
export class MergedSection {
	readonly align: number;
	readonly inputs: MergeInput[] = [];
	/** The copies that are kept, in the order they were met, and where each starts. */
	#kept: { readonly bytes: Uint8Array; readonly offset: number }[] = [];

	constructor(align: number) {
		this.align = align;
	}

	/** Places the needed pieces from `start` on; returns the end. */
	layOut(start: number): number {
		const known = new Map<string, number>();
		let at = Math.ceil(start / this.align) * this.align;
		for (const input of this.inputs) {
			for (let piece = 0; piece < input.starts.length; piece++) {
				if (input.live[piece] === 0) continue;
				const bytes = input.bytes(piece);
				const key = latin1.decode(bytes);
				let offset = known.get(key);
				if (offset === undefined) {
					offset = Math.ceil(at / this.align) * this.align;
					known.set(key, offset);
					this.#kept.push({ bytes, offset });
					at = offset + bytes.length;
				}
				input.outputOffsets[piece] = offset;
			}
		}
		return at;
	}

	/** Copies the pieces to where they were placed. */
	write(output: Uint8Array): void {
		for (const { bytes, offset } of this.#kept) output.set(bytes, offset);
	}
}

/** `latin1` means windows-1252 here, which is one to one just as well. */
const latin1 = new TextDecoder('latin1');

/** The merged sections of a link, one for each kind of piece. */
export class MergePool {
	readonly #merged: Map<string, MergedSection> = new Map();
	readonly #inputs: Map<InputSection, MergeInput> = new Map();

	/** The pieces of `section`, or `null` where it is no bag of pieces. */
	input(section: InputSection): MergeInput | null {
		const known = this.#inputs.get(section);
		if (known !== undefined) return known;
		if (!isMergeable(section)) return null;
		const input = new MergeInput(section);
		this.#inputs.set(section, input);
		const { align, entrySize, flags } = section;
		const output = section.name.startsWith('.debug_') ? section.name : '';
		const key = `${output}|${align}|${entrySize}|${flags & SHF_STRINGS}`;
		let merged = this.#merged.get(key);
		if (merged === undefined) {
			merged = new MergedSection(align);
			this.#merged.set(key, merged);
		}
		merged.inputs.push(input);
		return input;
	}

	/** The merged sections that belong into program memory, or into the debug section `name`. */
	sections(name = ''): MergedSection[] {
		return [...this.#merged].filter(([key]) => key.startsWith(`${name}|`)).map(([, merged]) => merged);
	}
}
