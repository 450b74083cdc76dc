/**
 * The file that the loaders take, byte by byte.
 *
 * Owns headers, the dynamic tables of V0, the symbol table, and the order of all. The same input gives the same bytes.
 * Source: solana-sbpf `elf.rs` and `elf_parser`; SIMD-0189 for V3.
 */

import type { Code } from './code.ts';
import type { DebugSection } from './data.ts';
import * as elf from './elf-format.ts';
import { alignUp, type Layout } from './layout.ts';

/** A symbol of the output, by its address in the file's sections. */
export interface OutputSymbol {
	readonly name: string;
	readonly binding: number;
	readonly type: number;
	readonly part: 'text' | 'rodata';
	readonly address: number;
	readonly size: number;
}

/** Everything that goes into the file. */
export interface ProgramParts {
	readonly layout: Layout;
	readonly code: Code;
	readonly rodata: Uint8Array;
	readonly debug: readonly DebugSection[];
	readonly symbols: readonly OutputSymbol[];
	/** Bytes from the start of the text. */
	readonly entryOffset: number;
}

interface Section {
	readonly name: string;
	readonly type: number;
	readonly flags: number;
	readonly address: number;
	readonly bytes: Uint8Array;
	readonly align: number;
	readonly offset: number;
	readonly entrySize?: number;
	/** Name of the section this one refers to. */
	readonly link?: string;
	readonly info?: number;
}

interface Segment {
	readonly type: number;
	readonly flags: number;
	readonly offset: number;
	readonly address: number;
	readonly size: number;
	readonly align: number;
}

/** Bytes of section names that the V0 loader reads, and of symbol names where it is asked for labels. */
const MAX_SECTION_NAME = { 0: 15, 3: Number.POSITIVE_INFINITY } as const;
const MAX_SYMBOL_NAME = { 0: 63, 3: 254 } as const;
const PAGE = 4096;

/** The ELF file of a program. */
export function writeElf(parts: ProgramParts): Uint8Array {
	const { layout, code, rodata } = parts;
	const sections: Section[] = [];
	const segments: Segment[] = [];
	const isV0 = layout.version === 0;
	const text: Section = {
		name: '.text',
		type: elf.SHT_PROGBITS,
		flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR,
		address: isV0 ? layout.textOffset : layout.textAddress,
		bytes: code.text,
		align: 8,
		offset: layout.textOffset,
	};
	const data: Section = {
		name: '.rodata',
		type: elf.SHT_PROGBITS,
		flags: elf.SHF_ALLOC,
		address: isV0 ? layout.rodataOffset : layout.rodataAddress,
		bytes: rodata,
		align: isV0 ? 16 : 8,
		offset: layout.rodataOffset,
	};
	if (isV0) {
		sections.push(text);
		segments.push(load(text, elf.PF_R | elf.PF_X, PAGE));
		if (rodata.length > 0) {
			sections.push(data);
			segments.push(load(data, elf.PF_R, PAGE));
		}
		const dynamic = dynamicSections(code, layout, endOf(sections));
		sections.push(...dynamic);
		const [table] = dynamic;
		if (table !== undefined) {
			const size = endOf(dynamic) - table.offset;
			const { offset, address } = table;
			segments.push({ type: elf.PT_LOAD, flags: elf.PF_R | elf.PF_W, offset, address, size, align: PAGE });
			segments.push({ ...load(table, elf.PF_R | elf.PF_W, 8), type: elf.PT_DYNAMIC });
		}
	} else {
		sections.push(data, text);
		segments.push(load(data, elf.PF_R, 8), load(text, elf.PF_X, 8));
	}
	for (const debug of parts.debug) {
		const strings = debug.entrySize > 0 ? elf.SHF_MERGE | elf.SHF_STRINGS : 0;
		append(sections, {
			name: debug.name,
			type: elf.SHT_PROGBITS,
			flags: strings,
			bytes: debug.bytes,
			align: debug.align,
			entrySize: debug.entrySize,
		});
	}
	appendSymbols(sections, parts.symbols, MAX_SYMBOL_NAME[layout.version]);
	return assembleFile(sections, segments, layout, parts.entryOffset);
}

function load(section: Section, flags: number, align: number): Segment {
	const { offset, address, bytes } = section;
	return { type: elf.PT_LOAD, flags, offset, address, size: bytes.length, align };
}

function endOf(sections: readonly Section[]): number {
	const last = sections[sections.length - 1]!;
	return last.offset + last.bytes.length;
}

/** Puts a section that is no part of memory behind the others. */
function append(sections: Section[], section: Omit<Section, 'offset' | 'address'>): void {
	sections.push({ ...section, address: 0, offset: alignUp(endOf(sections), section.align) });
}

/**
 * `.dynamic`, `.dynsym`, `.dynstr` and `.rel.dyn`, from which the V0 loader learns the syscalls; nothing where none is
 * called. Addresses equal offsets.
 */
function dynamicSections(code: Code, layout: Layout, start: number): Section[] {
	if (code.syscallCalls.length === 0) return [];
	const names = [...new Set(code.syscallCalls.map((call) => call.name))].sort();
	const strings = new StringTable();
	const dynsym = new Uint8Array((names.length + 1) * elf.SYM_SIZE);
	const symbols = new DataView(dynsym.buffer);
	for (const [i, name] of names.entries()) {
		symbols.setUint32((i + 1) * elf.SYM_SIZE, strings.add(name), true);
		symbols.setUint8((i + 1) * elf.SYM_SIZE + 4, elf.STB_GLOBAL << 4);
	}
	const index = new Map(names.map((name, i) => [name, i + 1]));
	const relocations = new Uint8Array(code.syscallCalls.length * elf.REL_SIZE);
	const rel = new DataView(relocations.buffer);
	for (const [i, call] of code.syscallCalls.entries()) {
		rel.setUint32(i * elf.REL_SIZE, layout.textOffset + call.offset, true);
		rel.setUint32(i * elf.REL_SIZE + 8, elf.R_BPF_64_32, true);
		rel.setUint32(i * elf.REL_SIZE + 12, index.get(call.name)!, true);
	}
	const dynstr = strings.bytes();
	const entries = 8;
	const dynamicOffset = alignUp(start, 8);
	const dynsymOffset = dynamicOffset + entries * elf.DYN_SIZE;
	const dynstrOffset = dynsymOffset + dynsym.length;
	const relOffset = alignUp(dynstrOffset + dynstr.length, 8);
	const dynamic = new Uint8Array(entries * elf.DYN_SIZE);
	const table = new DataView(dynamic.buffer);
	const rows: readonly (readonly [tag: number, value: number])[] = [
		[elf.DT_TEXTREL, 0],
		[elf.DT_REL, relOffset],
		[elf.DT_RELSZ, relocations.length],
		[elf.DT_RELENT, elf.REL_SIZE],
		[elf.DT_SYMTAB, dynsymOffset],
		[elf.DT_SYMENT, elf.SYM_SIZE],
		[elf.DT_STRTAB, dynstrOffset],
		[elf.DT_NULL, 0],
	];
	for (const [i, [tag, value]] of rows.entries()) {
		table.setUint32(i * elf.DYN_SIZE, tag, true);
		table.setUint32(i * elf.DYN_SIZE + 8, value, true);
	}
	const at = (offset: number): { offset: number; address: number } => ({ offset, address: offset });
	const alloc = elf.SHF_ALLOC;
	return [
		{
			name: '.dynamic',
			type: elf.SHT_DYNAMIC,
			flags: alloc | elf.SHF_WRITE,
			bytes: dynamic,
			align: 8,
			entrySize: elf.DYN_SIZE,
			link: '.dynstr',
			...at(dynamicOffset),
		},
		{
			name: '.dynsym',
			type: elf.SHT_DYNSYM,
			flags: alloc,
			bytes: dynsym,
			align: 8,
			entrySize: elf.SYM_SIZE,
			link: '.dynstr',
			info: 1,
			...at(dynsymOffset),
		},
		{ name: '.dynstr', type: elf.SHT_STRTAB, flags: alloc, bytes: dynstr, align: 1, ...at(dynstrOffset) },
		{
			name: '.rel.dyn',
			type: elf.SHT_REL,
			flags: alloc,
			bytes: relocations,
			align: 8,
			entrySize: elf.REL_SIZE,
			link: '.dynsym',
			...at(relOffset),
		},
	];
}

function appendSymbols(sections: Section[], symbols: readonly OutputSymbol[], maxName: number): void {
	const strings = new StringTable();
	const isLocal = (symbol: OutputSymbol): boolean => symbol.binding === elf.STB_LOCAL;
	const ordered = [...symbols.filter(isLocal), ...symbols.filter((symbol) => !isLocal(symbol))];
	const bytes = new Uint8Array((ordered.length + 1) * elf.SYM_SIZE);
	const view = new DataView(bytes.buffer);
	const indexOf = { text: 0, rodata: 0 };
	for (const [i, section] of sections.entries()) {
		if (section.name === '.text') indexOf.text = i + 1;
		if (section.name === '.rodata') indexOf.rodata = i + 1;
	}
	for (const [i, symbol] of ordered.entries()) {
		const at = (i + 1) * elf.SYM_SIZE;
		view.setUint32(at, strings.add(symbol.name, maxName), true);
		view.setUint8(at + 4, (symbol.binding << 4) | symbol.type);
		view.setUint16(at + 6, indexOf[symbol.part], true);
		view.setBigUint64(at + 8, BigInt(symbol.address), true);
		view.setBigUint64(at + 16, BigInt(symbol.size), true);
	}
	append(sections, {
		name: '.symtab',
		type: elf.SHT_SYMTAB,
		flags: 0,
		bytes,
		align: 8,
		entrySize: elf.SYM_SIZE,
		link: '.strtab',
		info: 1 + symbols.filter(isLocal).length,
	});
	append(sections, { name: '.strtab', type: elf.SHT_STRTAB, flags: 0, bytes: strings.bytes(), align: 1 });
}

function assembleFile(
	sections: Section[],
	segments: readonly Segment[],
	layout: Layout,
	entryOffset: number,
): Uint8Array {
	const names = new StringTable();
	const nameOffsets = sections.map(({ name }) => names.add(name, MAX_SECTION_NAME[layout.version]));
	nameOffsets.push(names.add('.shstrtab'));
	append(sections, { name: '.shstrtab', type: elf.SHT_STRTAB, flags: 0, bytes: names.bytes(), align: 1 });
	const headersOffset = alignUp(endOf(sections), 8);
	const file = new Uint8Array(headersOffset + (sections.length + 1) * elf.SHDR_SIZE);
	const view = new DataView(file.buffer);
	const entryBase = layout.version === 0 ? layout.textOffset : layout.textAddress;

	view.setUint32(0, elf.ELF_MAGIC, true);
	file.set([elf.ELFCLASS64, elf.ELFDATA2LSB, elf.EV_CURRENT], 4);
	view.setUint16(16, elf.ET_DYN, true);
	view.setUint16(18, elf.EM_BPF, true);
	view.setUint32(20, elf.EV_CURRENT, true);
	view.setBigUint64(24, BigInt(entryBase + entryOffset), true);
	view.setBigUint64(32, BigInt(elf.EHDR_SIZE), true);
	view.setBigUint64(40, BigInt(headersOffset), true);
	view.setUint32(48, layout.version, true);
	view.setUint16(52, elf.EHDR_SIZE, true);
	view.setUint16(54, elf.PHDR_SIZE, true);
	view.setUint16(56, segments.length, true);
	view.setUint16(58, elf.SHDR_SIZE, true);
	view.setUint16(60, sections.length + 1, true);
	view.setUint16(62, sections.length, true);

	for (const [i, segment] of segments.entries()) {
		const at = elf.EHDR_SIZE + i * elf.PHDR_SIZE;
		view.setUint32(at, segment.type, true);
		view.setUint32(at + 4, segment.flags, true);
		view.setBigUint64(at + 8, BigInt(segment.offset), true);
		view.setBigUint64(at + 16, BigInt(segment.address), true);
		view.setBigUint64(at + 24, BigInt(segment.address), true);
		view.setBigUint64(at + 32, BigInt(segment.size), true);
		view.setBigUint64(at + 40, BigInt(segment.size), true);
		view.setBigUint64(at + 48, BigInt(segment.align), true);
	}
	const indexOf = new Map(sections.map((section, i) => [section.name, i + 1]));
	for (const [i, section] of sections.entries()) {
		file.set(section.bytes, section.offset);
		const at = headersOffset + (i + 1) * elf.SHDR_SIZE;
		view.setUint32(at, nameOffsets[i]!, true);
		view.setUint32(at + 4, section.type, true);
		view.setUint32(at + 8, section.flags, true);
		view.setBigUint64(at + 16, BigInt(section.address), true);
		view.setBigUint64(at + 24, BigInt(section.offset), true);
		view.setBigUint64(at + 32, BigInt(section.bytes.length), true);
		view.setUint32(at + 40, section.link === undefined ? 0 : (indexOf.get(section.link) ?? 0), true);
		view.setUint32(at + 44, section.info ?? 0, true);
		view.setBigUint64(at + 48, BigInt(section.align), true);
		view.setBigUint64(at + 56, BigInt(section.entrySize ?? 0), true);
	}
	return file;
}

/** Names with zeros behind them, each once. */
class StringTable {
	readonly #parts: Uint8Array[] = [new Uint8Array(1)];
	readonly #offsets: Map<string, number> = new Map([['', 0]]);
	#size = 1;

	/** Where `name` starts; of a longer one the characters that fit into `maximum` bytes are kept. */
	add(name: string, maximum = Number.POSITIVE_INFINITY): number {
		const known = this.#offsets.get(name);
		if (known !== undefined) return known;
		const room = new Uint8Array(Math.min(3 * name.length, maximum));
		const { written } = new TextEncoder().encodeInto(name, room);
		const offset = this.#size;
		const part = new Uint8Array(written + 1);
		part.set(room.subarray(0, written));
		this.#parts.push(part);
		this.#size += part.length;
		this.#offsets.set(name, offset);
		return offset;
	}

	bytes(): Uint8Array {
		const joined = new Uint8Array(this.#size);
		let at = 0;
		for (const part of this.#parts) {
			joined.set(part, at);
			at += part.length;
		}
		return joined;
	}
}
