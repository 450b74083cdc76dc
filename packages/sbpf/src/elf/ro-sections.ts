/**
 * Merging the read-only sections of a lenient ELF into the one region programs see.
 *
 * Source: solana-sbpf `elf.rs` (`Executable::parse_ro_sections`, `Section`).
 */
import type { Config } from '../config.ts';
import { MM_REGION_SIZE } from '../isa/ebpf.ts';
import type { NamedSection } from './elf64.ts';
import { outOfBounds } from './parser-fault.ts';

const RO_SECTION_NAMES: ReadonlySet<string> = new Set(['.text', '.rodata', '.data.rel.ro', '.eh_frame']);

/** The merged sections: where they are mapped and what they hold. */
export interface RoSection {
	/** Virtual address of the first byte. */
	readonly vmAddr: number;
	readonly bytes: Uint8Array;
	/** Whether `bytes` is a copy of its own, rather than a part of the file it was merged from. */
	readonly owned: boolean;
}

/**
 * Merges the read-only ones of `sections`, whose bytes are taken from `file` (relocated already, and
 * known to hold every section). Without `optimizeRodata` everything from address 0 of the file on is
 * mapped, holes zeroed; with it the hole before the first section is left out, and sections that lie in
 * one piece are borrowed from the file.
 *
 * @throws Fault<ElfError> ValueOutOfBounds for a section that is displaced (where broken files are
 * refused), too far up, or overlapping, and for a result larger than the file.
 */
export function parseRoSections(
	config: Config,
	sections: readonly NamedSection[],
	file: Uint8Array,
): RoSection {
	let lowest = Number.POSITIVE_INFINITY;
	let highest = 0;
	let fillLength = 0;
	let invalidOffsets = false;
	let first = 0;
	let last = 0;
	const slices: { readonly addr: number; readonly data: Uint8Array }[] = [];

	for (const [i, { name, header }] of sections.entries()) {
		if (!RO_SECTION_NAMES.has(name)) continue;
		if (slices.length === 0) first = i;
		last = i;
		if (header.shAddr !== header.shOffset) invalidOffsets = true;
		// The end of the region is the start of the stack.
		if ((config.rejectBrokenElfs && invalidOffsets) || header.shAddr > BigInt(MM_REGION_SIZE)) {
			throw outOfBounds();
		}
		const range = header.fileRange();
		if (range.end > file.length) throw outOfBounds();
		const data = file.subarray(range.start, range.end);
		const addr = Number(header.shAddr);
		lowest = Math.min(lowest, addr);
		highest = Math.max(highest, addr + data.length);
		fillLength += data.length;
		slices.push({ addr, data });
	}
	if (config.rejectBrokenElfs && lowest + fillLength > highest) throw outOfBounds();

	const contiguous = !invalidOffsets && last + 1 - first === slices.length;
	if (config.optimizeRodata && contiguous) {
		return { vmAddr: mappedAddress(lowest), bytes: file.subarray(lowest, highest), owned: false };
	}
	const base = config.optimizeRodata ? lowest : 0;
	const length = highest - base;
	if (length > file.length) throw outOfBounds();
	const bytes = new Uint8Array(length);
	for (const { addr, data } of slices) bytes.set(data, addr - base);
	return { vmAddr: mappedAddress(base), bytes, owned: true };
}

/** A file's address in the program's memory; a linker may have moved it there already. */
function mappedAddress(addr: number): number {
	return addr >= MM_REGION_SIZE ? addr : addr + MM_REGION_SIZE;
}
