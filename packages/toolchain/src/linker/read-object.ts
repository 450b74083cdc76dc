/**
 * The bytes of an ET_REL EM_BPF file into an {@link ObjectFile}.
 *
 * Owns every check of the file's structure: whatever the bytes say, reading ends in an object or in one error, in
 * time and memory linear in the size of the file. Refuses RELA, 32-bit and big-endian objects.
 * Source: the System V ABI.
 */
import { Fault } from '@parhelion/sdk';
import * as elf from './elf-format.ts';
import type { LinkError, LinkErrorKind } from './errors.ts';
import { type Group, InputSection, type InputSymbol, ObjectFile, type Relocation } from './object.ts';

/** Bytes of names that an object may have for each byte of its own: names may overlap in the string table. */
const NAME_BYTES_PER_BYTE = 16;
const MAX_ALIGN = 4096;

/**
 * Reads the object `bytes`, called `name` in errors.
 *
 * @throws Fault<LinkError[]> NotRelocatable, WrongMachine, Bitcode, Unsupported, UnknownFormat or CorruptObject.
 */
export function readObject(name: string, bytes: Uint8Array): ObjectFile {
	return new ObjectReader(name, bytes).read();
}

/** Whether `bytes` start as LLVM bitcode does, bare or wrapped. */
export function isBitcode(bytes: Uint8Array): boolean {
	const bare = bytes[0] === 0x42 && bytes[1] === 0x43 && bytes[2] === 0xc0 && bytes[3] === 0xde;
	const wrapped = bytes[0] === 0xde && bytes[1] === 0xc0 && bytes[2] === 0x17 && bytes[3] === 0x0b;
	return bare || wrapped;
}

interface SectionHeader {
	readonly name: number;
	readonly type: number;
	readonly flags: number;
	readonly offset: number;
	readonly size: number;
	readonly link: number;
	readonly info: number;
	readonly align: number;
	readonly entrySize: number;
}

class ObjectReader {
	readonly #object: ObjectFile;
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	readonly #names: Map<number, string> = new Map();
	#nameBudget: number;

	constructor(name: string, bytes: Uint8Array) {
		this.#object = new ObjectFile(name);
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		this.#nameBudget = NAME_BYTES_PER_BYTE * bytes.length;
	}

	read(): ObjectFile {
		const headers = this.#headers();
		const sections = this.#sections(headers);
		const tables = headers.flatMap((header, i) => (header.type === elf.SHT_SYMTAB ? [i] : []));
		if (tables.length > 1) throw this.#corrupt('more than one symbol table');
		const table = tables[0];
		const symbols = table === undefined ? [] : this.#symbols(headers, table, sections);
		this.#object.sections = sections.filter((section) => section !== null);
		this.#object.symbols = symbols;
		this.#object.groups = this.#groups(headers, sections, symbols);
		this.#relocations(headers, sections, symbols.length, table);
		return this.#object;
	}

	#headers(): SectionHeader[] {
		const view = this.#view;
		const length = this.#bytes.length;
		if (isBitcode(this.#bytes)) throw this.#fault('Bitcode');
		if (length < elf.EHDR_SIZE || view.getUint32(0, true) !== elf.ELF_MAGIC) {
			throw this.#fault('UnknownFormat', length < 4 ? 'the file is empty' : 'its first bytes are unknown');
		}
		if (view.getUint8(4) !== elf.ELFCLASS64 || view.getUint8(5) !== elf.ELFDATA2LSB) {
			throw this.#fault('WrongMachine', 'not a 64-bit little-endian file');
		}
		if (view.getUint16(18, true) !== elf.EM_BPF) {
			throw this.#fault('WrongMachine', `machine ${view.getUint16(18, true)}`);
		}
		if (view.getUint16(16, true) !== elf.ET_REL) {
			throw this.#fault('NotRelocatable', `ELF type ${view.getUint16(16, true)}`);
		}
		const offset = this.#u64(40);
		let count = view.getUint16(60, true);
		if (count === 0 && offset === 0) return [];
		if (view.getUint16(58, true) !== elf.SHDR_SIZE) throw this.#corrupt('section headers of an odd size');
		// A file of very many sections keeps their number in the first of them.
		if (count === 0 && offset + elf.SHDR_SIZE <= length) count = this.#u64(offset + 32);
		if (offset + count * elf.SHDR_SIZE > length) throw this.#corrupt('section headers outside of the file');
		return Array.from({ length: count }, (_, i) => this.#header(offset + i * elf.SHDR_SIZE));
	}

	#header(at: number): SectionHeader {
		const view = this.#view;
		return {
			name: view.getUint32(at, true),
			type: view.getUint32(at + 4, true),
			flags: view.getUint32(at + 8, true),
			offset: this.#u64(at + 24),
			size: this.#u64(at + 32),
			link: view.getUint32(at + 40, true),
			info: view.getUint32(at + 44, true),
			align: this.#u64(at + 48),
			entrySize: this.#u64(at + 56),
		};
	}

	/** The sections that hold something for the output, by index; `null` for tables and the like. */
	#sections(headers: readonly SectionHeader[]): (InputSection | null)[] {
		let namesIndex = this.#view.getUint16(62, true);
		if (namesIndex === elf.SHN_XINDEX) namesIndex = headers[0]?.link ?? 0;
		const names = headers[namesIndex];
		let total = 0;
		return headers.map((header, i) => {
			if (i === 0) return null;
			if (header.type === elf.SHT_RELA) throw this.#fault('Unsupported', 'relocations with addends (RELA)');
			const hasBytes = header.type !== elf.SHT_NOBITS;
			if (hasBytes && header.offset + header.size > this.#bytes.length) {
				throw this.#corrupt(`section ${i} reaches outside of the file`);
			}
			// Sections that share their bytes would make a small file stand for a large one.
			if (hasBytes) total += header.size;
			if (total > this.#bytes.length) throw this.#corrupt(`section ${i} overlaps another`);
			const holdsData =
				header.type === elf.SHT_PROGBITS ||
				header.type === elf.SHT_NOBITS ||
				header.type === elf.SHT_INIT_ARRAY ||
				header.type === elf.SHT_FINI_ARRAY;
			if (!holdsData) return null;
			if (names === undefined) throw this.#corrupt('no section names');
			const name = this.#string(names, header.name);
			const align = Math.max(header.align, 1);
			if (align > MAX_ALIGN || (align & (align - 1)) !== 0) {
				throw this.#corrupt(`section ${name} with alignment ${header.align}`);
			}
			if ((header.flags & elf.SHF_COMPRESSED) !== 0) throw this.#fault('Unsupported', `compressed ${name}`);
			const bytes = hasBytes
				? this.#bytes.subarray(header.offset, header.offset + header.size)
				: new Uint8Array(0);
			const { type, flags, entrySize, size } = header;
			return new InputSection(this.#object, { name, type, flags, align, entrySize, bytes, size });
		});
	}

	#symbols(
		headers: readonly SectionHeader[],
		table: number,
		sections: readonly (InputSection | null)[],
	): InputSymbol[] {
		const header = headers[table]!;
		if (header.size % elf.SYM_SIZE !== 0) throw this.#corrupt('a symbol table of odd size');
		const names = headers[header.link];
		if (names === undefined) throw this.#corrupt('no symbol names');
		const wide = headers.find((other) => other.type === elf.SHT_SYMTAB_SHNDX && other.link === table);
		const view = this.#view;
		const count = header.size / elf.SYM_SIZE;
		return Array.from({ length: count }, (_, i): InputSymbol => {
			const at = header.offset + i * elf.SYM_SIZE;
			const info = view.getUint8(at + 4);
			let index = view.getUint16(at + 6, true);
			if (index === elf.SHN_XINDEX) {
				if (wide === undefined || (i + 1) * 4 > wide.size) throw this.#corrupt(`symbol ${i} has no section`);
				index = view.getUint32(wide.offset + i * 4, true);
			} else if (index >= elf.SHN_LORESERVE && index !== elf.SHN_ABS && index !== elf.SHN_COMMON) {
				throw this.#corrupt(`symbol ${i} in reserved section ${index}`);
			}
			const value = this.#u64(at + 8);
			const size = this.#u64(at + 16);
			const base = {
				name: this.#string(names, view.getUint32(at, true)),
				binding: info >> 4,
				type: info & 0xf,
				value,
				size,
			};
			if (base.binding > elf.STB_WEAK) throw this.#fault('Unsupported', `symbol binding ${base.binding}`);
			if (index === elf.SHN_UNDEF) return { ...base, kind: 'undefined', section: null };
			if (index === elf.SHN_ABS) return { ...base, kind: 'absolute', section: null };
			if (index === elf.SHN_COMMON) return { ...base, kind: 'common', section: null };
			if (index >= sections.length)
				throw this.#corrupt(`symbol ${i} in section ${index}, which is not there`);
			const section = sections[index] ?? null;
			// Symbols of sections that are no part of a program, such as `.llvm_addrsig`.
			if (section === null) return { ...base, kind: 'absolute', section: null };
			if (value > section.size) {
				throw this.#corrupt(`symbol ${base.name} lies outside of its section ${section.name}`);
			}
			return { ...base, kind: 'defined', section };
		});
	}

	#groups(
		headers: readonly SectionHeader[],
		sections: readonly (InputSection | null)[],
		symbols: readonly InputSymbol[],
	): Group[] {
		const groups: Group[] = [];
		for (const header of headers) {
			if (header.type !== elf.SHT_GROUP) continue;
			if (header.size < 4 || header.size % 4 !== 0) throw this.#corrupt('a section group of odd size');
			if (this.#view.getUint32(header.offset, true) !== elf.GRP_COMDAT) continue;
			const symbol = symbols[header.info];
			if (symbol === undefined) throw this.#corrupt('a section group without a signature');
			const members: InputSection[] = [];
			for (let at = 4; at < header.size; at += 4) {
				const section = sections[this.#view.getUint32(header.offset + at, true)];
				if (section) members.push(section);
			}
			groups.push({ signature: symbol.name || (symbol.section?.name ?? ''), members });
		}
		return groups;
	}

	#relocations(
		headers: readonly SectionHeader[],
		sections: readonly (InputSection | null)[],
		symbolCount: number,
		symbolTable: number | undefined,
	): void {
		const view = this.#view;
		const seen = new Set<InputSection>();
		for (const header of headers) {
			if (header.type !== elf.SHT_REL) continue;
			const section = sections[header.info];
			if (!section) continue;
			if (header.link !== symbolTable) throw this.#corrupt(`relocations of ${section.name} without symbols`);
			if (header.size % elf.REL_SIZE !== 0) throw this.#corrupt(`relocations of ${section.name} of odd size`);
			// Two tables for one section would let a small file ask for much work.
			if (seen.has(section)) throw this.#corrupt(`two relocation tables for ${section.name}`);
			seen.add(section);
			const relocations: Relocation[] = [];
			const end = header.offset + header.size;
			for (let at = header.offset; at < end; at += elf.REL_SIZE) {
				const symbol = view.getUint32(at + 12, true);
				const offset = this.#u64(at);
				if (symbol >= symbolCount) throw this.#corrupt(`relocation of ${section.name} by symbol ${symbol}`);
				if (offset + 4 > section.bytes.length) {
					throw this.#corrupt(`relocation outside of ${section.name} at ${offset}`);
				}
				relocations.push({ offset, type: view.getUint32(at + 8, true), symbol });
			}
			section.relocations = relocations;
		}
	}

	/** The name at `offset` of a string table. */
	#string(table: SectionHeader, offset: number): string {
		if (table.type !== elf.SHT_STRTAB) throw this.#corrupt('names in a section that holds no strings');
		if (offset >= table.size) {
			if (offset === 0) return '';
			throw this.#corrupt('a name outside of the string table');
		}
		const start = table.offset + offset;
		const known = this.#names.get(start);
		if (known !== undefined) return known;
		const end = this.#bytes.indexOf(0, start);
		if (end === -1 || end >= table.offset + table.size) throw this.#corrupt('a name without an end');
		this.#nameBudget -= end - start;
		if (this.#nameBudget < 0) throw this.#corrupt('names overlap without measure');
		const name = decodeName(this.#bytes.subarray(start, end));
		this.#names.set(start, name);
		return name;
	}

	/** A 64-bit field; past 2^53 any value will do that no file reaches. */
	#u64(at: number): number {
		const high = this.#view.getUint32(at + 4, true);
		return Math.min(high, 0x1f_ffff) * 0x1_0000_0000 + this.#view.getUint32(at, true);
	}

	#fault(kind: LinkErrorKind, detail?: string): Fault<LinkError[]> {
		const error = { kind, object: this.#object.name };
		return new Fault<LinkError[]>([detail === undefined ? error : { ...error, detail }]);
	}

	#corrupt(detail: string): Fault<LinkError[]> {
		return this.#fault('CorruptObject', detail);
	}
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function decodeName(bytes: Uint8Array): string {
	return decoder.decode(bytes);
}
