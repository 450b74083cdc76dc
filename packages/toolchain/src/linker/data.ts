/**
 * The read-only data of the program, and the debug sections, with their addresses filled in.
 *
 * Owns relocations in data: eight bytes in what the program sees, four or eight in what a debugger sees. A debug entry
 * about code that was dropped is pointed at no code.
 */
import { addressOf, placeOf } from './addresses.ts';
import { addendOf } from './collect.ts';
import {
	R_BPF_64_64,
	R_BPF_64_ABS32,
	R_BPF_64_ABS64,
	R_BPF_64_NODYLD32,
	SHF_ALLOC,
	SHT_PROGBITS,
} from './elf-format.ts';
import type { ErrorList } from './errors.ts';
import { alignUp, type Layout } from './layout.ts';
import type { MergePool } from './merge.ts';
import type { InputSection, ObjectFile, Relocation } from './object.ts';
import type { SymbolTable, Target } from './resolve.ts';

/** Writes the read-only data of `layout`; what cannot be expressed goes to `errors`. */
export function writeData(
	layout: Layout,
	table: SymbolTable,
	merge: MergePool,
	errors: ErrorList,
): Uint8Array {
	const output = new Uint8Array(layout.rodataSize);
	const view = new DataView(output.buffer);
	for (const merged of merge.sections()) merged.write(output);
	for (const section of layout.rodataSections) {
		output.set(section.bytes, section.outputOffset);
		for (const relocation of section.relocations) {
			const { offset, type } = relocation;
			const where = { object: section.object.name, section: section.name, offset };
			if ((type !== R_BPF_64_ABS64 && type !== R_BPF_64_64) || offset + 8 > section.bytes.length) {
				errors.add({ kind: 'UnknownRelocation', ...where, detail: `type ${type} in data` });
				continue;
			}
			const target = table.target(section.object, relocation.symbol);
			if (target.kind === 'syscall') {
				errors.add({ kind: 'SyscallAddress', ...where, symbol: target.name });
				continue;
			}
			const addend = addendOf(section, relocation);
			const value = dataAddress(layout, target, addend, merge);
			if (value === null || value < 0) {
				errors.add({ kind: 'RelocationOutOfRange', ...where, detail: `addend ${addend}` });
				continue;
			}
			view.setBigUint64(section.outputOffset + offset, BigInt(value), true);
		}
	}
	return output;
}

function dataAddress(layout: Layout, target: Target, addend: number, merge: MergePool): number | null {
	if (target.kind === 'absolute') return target.value + addend;
	if (target.kind !== 'section') return addend;
	const place = placeOf(target, addend, merge);
	return place === null ? null : addressOf(place, layout);
}

/** A debug section of the output. */
export interface DebugSection {
	readonly name: string;
	readonly bytes: Uint8Array;
	/** Bytes of one string where it holds strings, else 0. */
	readonly entrySize: number;
	readonly align: number;
}

/** Lists of address ranges end with a pair of zeros, so that what was dropped is marked by ones. */
const RANGE_LISTS: ReadonlySet<string> = new Set(['.debug_ranges', '.debug_loc']);

/**
 * The debug sections of all objects that take part, joined by name and relocated. Addresses are those of the file's
 * sections, as in any ELF.
 */
export function writeDebug(
	objects: readonly ObjectFile[],
	layout: Layout,
	table: SymbolTable,
	merge: MergePool,
	errors: ErrorList,
): DebugSection[] {
	const used = objects.filter((object) => object.sections.some((section) => section.live));
	const byName = new Map<string, InputSection[]>();
	for (const object of used) {
		for (const section of object.sections) {
			if (!isDebug(section)) continue;
			const known = byName.get(section.name);
			if (known === undefined) byName.set(section.name, [section]);
			else known.push(section);
		}
	}
	// Every section needs its place before the first is written, for they point to one another.
	const sizes = new Map([...byName].map(([name, inputs]) => [name, placeDebug(name, inputs, merge)]));
	return [...byName].map(([name, inputs]): DebugSection => {
		const bytes = new Uint8Array(sizes.get(name) ?? 0);
		for (const merged of merge.sections(name)) merged.write(bytes);
		for (const section of inputs) {
			if (merge.input(section) !== null) continue;
			bytes.set(section.bytes, section.outputOffset);
			for (const relocation of section.relocations) {
				relocateDebug(bytes, section, relocation, layout, table, merge, errors);
			}
		}
		const entrySize = inputs.every((section) => merge.input(section) !== null) ? inputs[0]!.entrySize : 0;
		return { name, bytes, entrySize, align: inputs.reduce((most, { align }) => Math.max(most, align), 1) };
	});
}

function isDebug(section: InputSection): boolean {
	return (
		section.name.startsWith('.debug_') &&
		(section.flags & SHF_ALLOC) === 0 &&
		section.type === SHT_PROGBITS &&
		section.size > 0 &&
		!section.discarded
	);
}

function placeDebug(name: string, inputs: readonly InputSection[], merge: MergePool): number {
	let at = 0;
	for (const section of inputs) {
		const pieces = merge.input(section);
		if (pieces !== null) {
			pieces.live.fill(1);
			continue;
		}
		at = alignUp(at, section.align);
		section.outputOffset = at;
		at += section.size;
	}
	for (const merged of merge.sections(name)) at = merged.layOut(at);
	return at;
}

function relocateDebug(
	output: Uint8Array,
	section: InputSection,
	relocation: Relocation,
	layout: Layout,
	table: SymbolTable,
	merge: MergePool,
	errors: ErrorList,
): void {
	const { offset, type } = relocation;
	const wide = type === R_BPF_64_ABS64;
	if (!wide && type !== R_BPF_64_ABS32 && type !== R_BPF_64_NODYLD32) {
		const where = { object: section.object.name, section: section.name, offset };
		errors.add({ kind: 'UnknownRelocation', ...where, detail: `type ${type} in debug information` });
		return;
	}
	if (offset + (wide ? 8 : 4) > section.bytes.length) return;
	const target = table.target(section.object, relocation.symbol);
	const addend = addendOf(section, relocation);
	const value = debugValue(target, addend, layout, merge) ?? (RANGE_LISTS.has(section.name) ? 1 : 0);
	const view = new DataView(output.buffer);
	const at = section.outputOffset + offset;
	if (wide) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
	else view.setUint32(at, value, true);
}

/** The value in a debug section: an offset into another debug section, or an address in the file's sections. */
function debugValue(target: Target, addend: number, layout: Layout, merge: MergePool): number | null {
	if (target.kind === 'absolute') return target.value + addend;
	if (target.kind !== 'section') return null;
	const { section } = target;
	if (isDebug(section)) {
		const pieces = merge.input(section);
		if (pieces !== null) return pieces.outputOffset(target.value + addend);
		return section.outputOffset < 0 ? null : section.outputOffset + target.value + addend;
	}
	const place = placeOf(target, addend, merge);
	if (place === null) return null;
	if (layout.version !== 0) return addressOf(place, layout);
	return place.offset + (place.part === 'text' ? layout.textOffset : layout.rodataOffset);
}
