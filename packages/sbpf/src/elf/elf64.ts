/**
 * The parsed structure of an ELF file, as the lenient parser wants it.
 *
 * Owns the checks of headers, section order and overlaps, the names of sections, and where the symbol,
 * dynamic symbol and relocation tables lie. Reads the file as it was given; relocation writes elsewhere.
 * Every table is walked once, so the work is linear in the size of the file.
 * Source: solana-sbpf `elf_parser/mod.rs` (`Elf64::parse` and the functions it calls).
 */
import { catchFault } from '@parhelion/sdk';
import {
	DT_NUM,
	DT_REL,
	DT_RELENT,
	DT_RELSZ,
	DT_SYMTAB,
	DYN_SIZE,
	EHDR_SIZE,
	ELFCLASS64,
	ELFDATA2LSB,
	ELFMAG,
	EV_CURRENT,
	PHDR_SIZE,
	PT_DYNAMIC,
	PT_LOAD,
	REL_SIZE,
	SECTION_NAME_LENGTH_MAXIMUM,
	SHDR_SIZE,
	SHN_UNDEF,
	SHT_DYNAMIC,
	SHT_DYNSYM,
	SHT_NOBITS,
	SHT_NULL,
	SHT_STRTAB,
	SHT_SYMTAB,
	SYM_SIZE,
	SYMBOL_NAME_LENGTH_MAXIMUM,
} from './consts.ts';
import {
	checkedAdd,
	checkedSub,
	checkNoOverlap,
	Elf64Ehdr,
	type Elf64Phdr,
	type Elf64Shdr,
	FILE_HEADER_RANGE,
	minimum,
	programHeaders,
	rangeContains,
	sectionHeaders,
	sliceFromBytes,
	type Table,
	type U64Range,
} from './headers.ts';
import { elfFault, outOfBounds, parserFault, stringTooLong } from './parser-fault.ts';

/** A section header with the name of its section, one character a byte. */
export interface NamedSection {
	readonly name: string;
	readonly header: Elf64Shdr;
}

/** A parsed file. Tables point into {@link Elf64.bytes}. */
export interface Elf64 {
	readonly bytes: Uint8Array;
	readonly view: DataView;
	readonly fileHeader: Elf64Ehdr;
	readonly sections: readonly NamedSection[];
	/** `.symtab`, `.strtab` and `.dynstr`, where the file has them. */
	readonly symbolSection: Elf64Shdr | null;
	readonly symbolNamesSection: Elf64Shdr | null;
	readonly dynamicSymbolNamesSection: Elf64Shdr | null;
	/** Relocations of the dynamic section, {@link REL_SIZE} bytes each. */
	readonly dynamicRelocations: Table | null;
	/** Symbols of the dynamic section, {@link SYM_SIZE} bytes each. */
	readonly dynamicSymbols: Table | null;
}

/** A view over all of `bytes`. */
export function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Parses `bytes`.
 *
 * @throws Fault<ElfError> the first check that fails, in upstream's order.
 */
export function parseElf64(bytes: Uint8Array): Elf64 {
	const view = viewOf(bytes);
	const fileHeader = parseFileHeader(view);
	if (
		fileHeader.magic !== ELFMAG ||
		fileHeader.eiClass !== ELFCLASS64 ||
		fileHeader.eiData !== ELFDATA2LSB ||
		fileHeader.eiVersion !== EV_CURRENT ||
		fileHeader.eVersion !== EV_CURRENT ||
		fileHeader.eEhsize !== EHDR_SIZE ||
		fileHeader.ePhentsize !== PHDR_SIZE ||
		fileHeader.eShentsize !== SHDR_SIZE ||
		fileHeader.eShstrndx >= fileHeader.eShnum
	) {
		throw parserFault('InvalidFileHeader');
	}

	const programHeaderRange = tableRange(fileHeader.ePhoff, fileHeader.ePhnum, PHDR_SIZE);
	checkNoOverlap(FILE_HEADER_RANGE, programHeaderRange);
	const phdrs = programHeaders(view, sliceFromBytes(bytes.length, programHeaderRange, PHDR_SIZE));
	const sectionHeaderTable = parseSectionHeaderTable(view, fileHeader, programHeaderRange);
	const shdrs = sectionHeaders(view, sectionHeaderTable.table);

	if (shdrs[0]?.shType !== SHT_NULL) throw parserFault('InvalidSectionHeader');
	checkProgramHeaders(phdrs, bytes.length);
	checkSectionOrder(shdrs, [FILE_HEADER_RANGE, programHeaderRange, sectionHeaderTable.range], bytes.length);

	const named = nameSections(bytes, shdrs, fileHeader.eShstrndx);
	return { bytes, view, fileHeader, ...named, ...parseDynamic(view, phdrs, shdrs) };
}

/** The file header; ValueOutOfBounds where the file is shorter. Source: `Elf64::parse_file_header`. */
export function parseFileHeader(view: DataView): Elf64Ehdr {
	if (view.byteLength < EHDR_SIZE) throw outOfBounds();
	return new Elf64Ehdr(view);
}

function tableRange(offset: bigint, count: number, size: number): U64Range {
	return { start: offset, end: checkedAdd(BigInt(count * size), offset) };
}

/**
 * Where the section headers lie. Faults: ValueOutOfBounds, Overlap, ValueOutOfBounds, InvalidAlignment.
 * Source: `Elf64::parse_section_header_table`.
 */
export function parseSectionHeaderTable(
	view: DataView,
	fileHeader: Elf64Ehdr,
	programHeaderRange: U64Range,
): { readonly range: U64Range; readonly table: Table } {
	const range = tableRange(fileHeader.eShoff, fileHeader.eShnum, SHDR_SIZE);
	checkNoOverlap(FILE_HEADER_RANGE, range);
	checkNoOverlap(programHeaderRange, range);
	return { range, table: sliceFromBytes(view.byteLength, range, SHDR_SIZE) };
}

/** Loadable segments must ascend by address and lie in the file. */
function checkProgramHeaders(phdrs: readonly Elf64Phdr[], fileLength: number): void {
	let vaddr = 0n;
	for (const phdr of phdrs) {
		if (phdr.pType !== PT_LOAD) continue;
		if (phdr.pVaddr < vaddr) throw elfFault({ kind: 'InvalidProgramHeader' });
		if (checkedAdd(phdr.pOffset, phdr.pFilesz) > BigInt(fileLength)) throw outOfBounds();
		vaddr = phdr.pVaddr;
	}
}

/** Sections with bytes must ascend by offset, lie in the file and leave all headers alone. */
function checkSectionOrder(
	shdrs: readonly Elf64Shdr[],
	headers: readonly U64Range[],
	fileLength: number,
): void {
	let offset = 0n;
	for (const shdr of shdrs) {
		if (shdr.shType === SHT_NOBITS) continue;
		const start = shdr.shOffset;
		const range = { start, end: checkedAdd(start, shdr.shSize) };
		for (const header of headers) checkNoOverlap(range, header);
		if (start < offset) throw parserFault('SectionNotInOrder');
		offset = range.end;
		if (offset > BigInt(fileLength)) throw outOfBounds();
	}
}

/** Names every section and finds the three that are known by name. Source: `Elf64::parse_sections`. */
function nameSections(
	bytes: Uint8Array,
	shdrs: readonly Elf64Shdr[],
	namesIndex: number,
): Pick<Elf64, 'sections' | 'symbolSection' | 'symbolNamesSection' | 'dynamicSymbolNamesSection'> {
	const namesSection = namesIndex === SHN_UNDEF ? undefined : shdrs[namesIndex];
	if (namesSection === undefined) throw parserFault('NoSectionNameStringTable');
	const known = new Map<string, Elf64Shdr>();
	const sections = shdrs.map((header): NamedSection => {
		const name = latin1(getStringInSection(bytes, namesSection, header.shName, SECTION_NAME_LENGTH_MAXIMUM));
		if (name === '.symtab' || name === '.strtab' || name === '.dynstr') {
			if (known.has(name)) throw parserFault('InvalidSectionHeader');
			known.set(name, header);
		}
		return { name, header };
	});
	return {
		sections,
		symbolSection: known.get('.symtab') ?? null,
		symbolNamesSection: known.get('.strtab') ?? null,
		dynamicSymbolNamesSection: known.get('.dynstr') ?? null,
	};
}

/** Reads the dynamic section, if there is one. Source: `Elf64::parse_dynamic`. */
function parseDynamic(
	view: DataView,
	phdrs: readonly Elf64Phdr[],
	shdrs: readonly Elf64Shdr[],
): Pick<Elf64, 'dynamicRelocations' | 'dynamicSymbols'> {
	const table = findDynamicTable(view, phdrs, shdrs);
	if (table === null) return { dynamicRelocations: null, dynamicSymbols: null };
	const values = new BigUint64Array(DT_NUM);
	for (let i = 0, at = table.offset; i < table.count; i++, at += DYN_SIZE) {
		const tagHigh = view.getUint32(at + 4, true);
		const tag = view.getUint32(at, true);
		if (tagHigh !== 0 || tag >= DT_NUM) continue;
		if (tag === 0) break;
		values[tag] = view.getBigUint64(at + 8, true);
	}
	return {
		dynamicRelocations: parseDynamicRelocations(view, values, phdrs, shdrs),
		dynamicSymbols: parseDynamicSymbols(view, values[DT_SYMTAB]!, shdrs),
	};
}

/** The PT_DYNAMIC segment; where it is missing or broken, the first SHT_DYNAMIC section. */
function findDynamicTable(
	view: DataView,
	phdrs: readonly Elf64Phdr[],
	shdrs: readonly Elf64Shdr[],
): Table | null {
	const phdr = phdrs.find((header) => header.pType === PT_DYNAMIC);
	if (phdr !== undefined) {
		const segment = catchFault(() =>
			sliceFromBytes(view.byteLength, sizedRange(phdr.pOffset, phdr.pFilesz), DYN_SIZE),
		);
		if (segment.ok) return segment.value;
	}
	const shdr = shdrs.find((header) => header.shType === SHT_DYNAMIC);
	if (shdr === undefined) return null;
	return asInvalidDynamicTable(() => sliceFromSection(view.byteLength, shdr, DYN_SIZE));
}

/** Source: `Elf64::parse_dynamic_relocations`. */
function parseDynamicRelocations(
	view: DataView,
	values: BigUint64Array,
	phdrs: readonly Elf64Phdr[],
	shdrs: readonly Elf64Shdr[],
): Table | null {
	const vaddr = values[DT_REL]!;
	if (vaddr === 0n) return null;
	const size = values[DT_RELSZ]!;
	if (values[DT_RELENT] !== BigInt(REL_SIZE) || size === 0n) throw parserFault('InvalidDynamicSectionTable');

	let offset: bigint;
	const phdr = phdrs.find((header) => {
		const start = header.pVaddr;
		return rangeContains({ start, end: checkedAdd(start, header.pMemsz) }, vaddr);
	});
	if (phdr !== undefined) {
		offset = checkedAdd(checkedSub(vaddr, phdr.pVaddr), phdr.pOffset);
	} else {
		// Toolchains up to rust-bpf-sysroot v0.13 put the address outside every segment.
		const shdr = shdrs.find((header) => header.shAddr === vaddr);
		if (shdr === undefined) throw parserFault('InvalidDynamicSectionTable');
		offset = shdr.shOffset;
	}
	const range = sizedRange(offset, size);
	return asInvalidDynamicTable(() => sliceFromBytes(view.byteLength, range, REL_SIZE));
}

/** Source: `Elf64::parse_dynamic_symbol_table`. */
function parseDynamicSymbols(view: DataView, vaddr: bigint, shdrs: readonly Elf64Shdr[]): Table | null {
	if (vaddr === 0n) return null;
	const shdr = shdrs.find((header) => header.shAddr === vaddr);
	if (shdr === undefined) throw parserFault('InvalidDynamicSectionTable');
	return symbolTableOfSection(view.byteLength, shdr);
}

function asInvalidDynamicTable(slice: () => Table): Table {
	const result = catchFault(slice);
	if (!result.ok) throw parserFault('InvalidDynamicSectionTable');
	return result.value;
}

function sizedRange(start: bigint, size: bigint): U64Range {
	return { start, end: checkedAdd(start, size) };
}

/** The table that fills a section. Source: `Elf64::slice_from_section_header`. */
export function sliceFromSection(fileLength: number, header: Elf64Shdr, size: number): Table {
	return sliceFromBytes(fileLength, sizedRange(header.shOffset, header.shSize), size);
}

/**
 * The symbols of a section. Faults: InvalidSectionHeader where it is no symbol table, then those of
 * {@link sliceFromSection}. Source: `Elf64::get_symbol_table_of_section`.
 */
export function symbolTableOfSection(fileLength: number, header: Elf64Shdr): Table {
	if (header.shType !== SHT_SYMTAB && header.shType !== SHT_DYNSYM) throw parserFault('InvalidSectionHeader');
	return sliceFromSection(fileLength, header, SYM_SIZE);
}

/**
 * The bytes of the name at `offset` in a string table, its terminator left out.
 * Faults: InvalidSectionHeader, ValueOutOfBounds, and "longer than" where none of the first `maximum`
 * bytes is zero. Source: `Elf64::get_string_in_section`.
 */
export function getStringInSection(
	bytes: Uint8Array,
	header: Elf64Shdr,
	offset: number,
	maximum: number,
): Uint8Array {
	if (header.shType !== SHT_STRTAB) throw parserFault('InvalidSectionHeader');
	const sectionStart = header.shOffset;
	const start = checkedAdd(sectionStart, BigInt(offset));
	const sectionEnd = checkedAdd(sectionStart, header.shSize);
	const end = minimum(sectionEnd, checkedAdd(start, BigInt(maximum)));
	if (start > end || end > BigInt(bytes.length)) throw outOfBounds();
	const unterminated = bytes.subarray(Number(start), Number(end));
	const length = unterminated.indexOf(0);
	if (length === -1) throw stringTooLong(unterminated, maximum);
	return unterminated.subarray(0, length);
}

/** The name of a dynamic symbol; faults also where the file has no `.dynstr`. */
export function dynamicSymbolName(elf: Elf64, nameOffset: number): Uint8Array {
	if (elf.dynamicSymbolNamesSection === null) throw parserFault('NoDynamicStringTable');
	return getStringInSection(elf.bytes, elf.dynamicSymbolNamesSection, nameOffset, SYMBOL_NAME_LENGTH_MAXIMUM);
}

/** The name of a symbol; faults also where the file has no `.strtab`. */
export function symbolName(elf: Elf64, nameOffset: number): Uint8Array {
	if (elf.symbolNamesSection === null) throw parserFault('NoStringTable');
	return getStringInSection(elf.bytes, elf.symbolNamesSection, nameOffset, SYMBOL_NAME_LENGTH_MAXIMUM);
}

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
	return String.fromCharCode(...bytes);
}

/** The one section named `name`; SectionNotFound where there is none. Source: `elf.rs`, `get_section`. */
export function getSection(elf: Elf64, name: string): Elf64Shdr {
	const section = elf.sections.find((candidate) => candidate.name === name);
	if (section === undefined) throw elfFault({ kind: 'SectionNotFound', name });
	return section.header;
}
