/**
 * Where everything that is needed lies in the program.
 *
 * Owns the order of sections in `.text` and `.rodata`, their alignment, and the addresses of both versions' layouts.
 *
 * V0: file headers, text, read-only data; an address in the file plus 2^32 is the address in memory. V3: read-only data
 * at address 0, text at 2^32, one right behind the other in the file. Source: SIMD-0189; solana-sbpf `elf.rs`.
 */
import { hashSymbolName, hashTargetPc, INSN_SIZE, MM_BYTECODE_START } from '@parhelion/sbpf';
import { EHDR_SIZE, PHDR_SIZE, SHF_ALLOC, SHF_EXECINSTR, STT_FUNC } from './elf-format.ts';
import type { ErrorList } from './errors.ts';
import type { MergePool } from './merge.ts';
import type { InputSection, ObjectFile } from './object.ts';

/** The versions that programs are linked for. */
export type TargetVersion = 0 | 3;

/** Where a program's two parts lie. Offsets in bytes from the start of the file. */
export interface Layout {
	readonly version: TargetVersion;
	readonly textSections: readonly InputSection[];
	readonly textOffset: number;
	readonly textSize: number;
	readonly rodataSections: readonly InputSection[];
	readonly rodataOffset: number;
	readonly rodataSize: number;
	/** Address in memory of the first byte of each. */
	readonly textAddress: number;
	readonly rodataAddress: number;
}

/** Nothing of V3's read-only data lies at address 0, which programs take for no address at all. */
const NULL_GUARD = 8;
/** The most that the loaders' headers take; V3's fixed form has exactly two program headers. */
const V0_PROGRAM_HEADERS = 4;
const V3_PROGRAM_HEADERS = 2;
const ROUNDS = 1000;

/** Places everything marked as needed in `objects`. */
export function layOut(
	objects: readonly ObjectFile[],
	merge: MergePool,
	version: TargetVersion,
	syscalls: ReadonlySet<string>,
	maxSize: number,
	errors: ErrorList,
): Layout {
	const live = objects.flatMap((object) =>
		object.sections.filter((section) => section.live && isData(section)),
	);
	const textSections = live.filter((section) => (section.flags & SHF_EXECINSTR) !== 0);
	const rodataSections = live.filter(
		(section) => (section.flags & SHF_EXECINSTR) === 0 && merge.input(section) === null,
	);
	const textSize =
		version === 0 ? placeWithoutCollisions(textSections, syscalls) : place(textSections, 0, noPadding);
	let rodataSize = place(rodataSections, version === 0 ? 0 : NULL_GUARD, noPadding);
	for (const merged of merge.sections()) rodataSize = merged.layOut(rodataSize);
	if (textSize + rodataSize > maxSize) {
		const detail = `${textSize} bytes of code and ${rodataSize} of data, of ${maxSize} at most`;
		errors.add({ kind: 'ProgramTooLarge', detail });
	}
	errors.check();
	const common = { version, textSections, textSize, rodataSections };
	if (version === 0) {
		const textOffset = EHDR_SIZE + V0_PROGRAM_HEADERS * PHDR_SIZE;
		const rodataAlign = rodataSections.reduce((align, section) => Math.max(align, section.align), 16);
		const rodataOffset = alignUp(textOffset + textSize, rodataAlign);
		return {
			...common,
			textOffset,
			textAddress: MM_BYTECODE_START + textOffset,
			rodataOffset,
			rodataSize,
			rodataAddress: MM_BYTECODE_START + rodataOffset,
		};
	}
	rodataSize = alignUp(rodataSize, INSN_SIZE);
	const rodataOffset = EHDR_SIZE + V3_PROGRAM_HEADERS * PHDR_SIZE;
	return {
		...common,
		textOffset: rodataOffset + rodataSize,
		textAddress: MM_BYTECODE_START,
		rodataOffset,
		rodataSize,
		rodataAddress: 0,
	};
}

/** `value` rounded up to a multiple of `align`. */
export function alignUp(value: number, align: number): number {
	return Math.ceil(value / align) * align;
}

function isData(section: InputSection): boolean {
	return section.size > 0 && (section.flags & SHF_ALLOC) !== 0;
}

const noPadding: ReadonlyMap<InputSection, number> = new Map();

/** Places sections one behind the other from `start` on, each behind its padding; returns the end. */
function place(
	sections: readonly InputSection[],
	start: number,
	padding: ReadonlyMap<InputSection, number>,
): number {
	let at = start;
	for (const section of sections) {
		const isCode = (section.flags & SHF_EXECINSTR) !== 0;
		at = alignUp(
			at + (padding.get(section) ?? 0),
			isCode ? Math.max(section.align, INSN_SIZE) : section.align,
		);
		section.outputOffset = at;
		at += section.size;
	}
	return at;
}

/**
 * V0 calls go by the hash of the slot they lead to, which must differ from those of all other functions and
 * syscalls; a function with an unlucky slot is moved by one.
 */
function placeWithoutCollisions(sections: readonly InputSection[], syscalls: ReadonlySet<string>): number {
	const encoder = new TextEncoder();
	const reserved = new Set([...syscalls, 'entrypoint'].map((name) => hashSymbolName(encoder.encode(name))));
	const functions = functionOffsets(sections);
	const padding = new Map<InputSection, number>();
	let end = place(sections, 0, padding);
	for (let round = 0; round < ROUNDS; round++) {
		const unlucky = firstCollision(sections, functions, reserved);
		if (unlucky === null) return end;
		padding.set(unlucky, (padding.get(unlucky) ?? 0) + INSN_SIZE);
		end = place(sections, 0, padding);
	}
	return end;
}

/** Where functions start in each section. */
function functionOffsets(sections: readonly InputSection[]): ReadonlyMap<InputSection, readonly number[]> {
	const offsets = new Map<InputSection, Set<number>>(sections.map((section) => [section, new Set([0])]));
	for (const object of new Set(sections.map((section) => section.object))) {
		for (const symbol of object.symbols) {
			if (symbol.section !== null && symbol.type === STT_FUNC) offsets.get(symbol.section)?.add(symbol.value);
		}
	}
	return new Map([...offsets].map(([section, set]) => [section, [...set]]));
}

function firstCollision(
	sections: readonly InputSection[],
	functions: ReadonlyMap<InputSection, readonly number[]>,
	reserved: ReadonlySet<number>,
): InputSection | null {
	const taken = new Set(reserved);
	for (const section of sections) {
		for (const offset of functions.get(section) ?? []) {
			const key = hashTargetPc(Math.floor((section.outputOffset + offset) / INSN_SIZE));
			if (taken.has(key)) return section;
			taken.add(key);
		}
	}
	return null;
}
