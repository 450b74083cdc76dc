/**
 * Any ELF-64 file as a list of what is in it, for people to look at.
 *
 * Owns a reader that refuses only what it cannot show: it is no judge of whether a program loads (`verify-report.ts`).
 * Objects and programs are read alike. Work and memory are linear in the size of the file.
 */
import { err, ok, type Result } from '@parhelion/sdk';
import * as elf from '../linker/elf-format.ts';

/** A section; `bytes` is empty for one that takes no room in the file. */
export interface ElfSection {
	readonly name: string;
	readonly type: number;
	readonly flags: number;
	readonly address: number;
	readonly offset: number;
	readonly size: number;
	readonly link: number;
	readonly info: number;
	readonly bytes: Uint8Array;
}

/** A symbol; `section` is empty for an undefined or absolute one. */
export interface ElfSymbol {
	readonly name: string;
	readonly kind: 'none' | 'object' | 'function' | 'section' | 'file' | 'other';
	readonly binding: 'local' | 'global' | 'weak' | 'other';
	readonly section: string;
	readonly value: number;
	readonly size: number;
	/** The table it stands in. */
	readonly table: string;
}

/** A relocation of `section` (by name; empty in the dynamic table). */
export interface ElfRelocation {
	readonly section: string;
	readonly offset: number;
	readonly type: string;
	readonly symbol: string;
}

/** What a program is made of. */
export interface ElfReport {
	readonly type: 'object' | 'program' | 'other';
	readonly machine: number;
	/** `e_flags`: the version of an sBPF program. */
	readonly flags: number;
	readonly entry: number;
	readonly size: number;
	readonly sections: readonly ElfSection[];
	readonly symbols: readonly ElfSymbol[];
	readonly relocations: readonly ElfRelocation[];
}

const KINDS = ['none', 'object', 'function', 'section', 'file'] as const;
const BINDINGS = ['local', 'global', 'weak'] as const;
const RELOCATION_NAMES: ReadonlyMap<number, string> = new Map([
	[elf.R_BPF_64_64, 'R_BPF_64_64'],
	[elf.R_BPF_64_ABS64, 'R_BPF_64_ABS64'],
	[elf.R_BPF_64_ABS32, 'R_BPF_64_ABS32'],
	[elf.R_BPF_64_NODYLD32, 'R_BPF_64_NODYLD32'],
	[8, 'R_BPF_64_RELATIVE'],
	[elf.R_BPF_64_32, 'R_BPF_64_32'],
]);
/** Bytes of a name that are shown. */
const MAX_NAME = 1024;

/** Reads `bytes`. The error says in words what is no ELF file. */
export function readElf(bytes: Uint8Array): Result<ElfReport, string> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < elf.EHDR_SIZE || view.getUint32(0, true) !== elf.ELF_MAGIC) return err('no ELF file');
	if (bytes[4] !== elf.ELFCLASS64 || bytes[5] !== elf.ELFDATA2LSB)
		return err('no 64-bit little-endian ELF file');
	const u64 = (at: number): number => Number(view.getBigUint64(at, true));
	const headers = u64(40);
	const count = view.getUint16(60, true);
	if (
		count > 0 &&
		(view.getUint16(58, true) !== elf.SHDR_SIZE || headers + count * elf.SHDR_SIZE > bytes.length)
	) {
		return err('section headers outside of the file');
	}
	const raw = Array.from({ length: count }, (_, i) => headers + i * elf.SHDR_SIZE);
	const slice = (at: number): Uint8Array => {
		const isEmpty = view.getUint32(at + 4, true) === elf.SHT_NOBITS;
		const offset = u64(at + 24);
		const size = u64(at + 32);
		return isEmpty || offset + size > bytes.length
			? bytes.subarray(0, 0)
			: bytes.subarray(offset, offset + size);
	};
	const namesAt = raw[view.getUint16(62, true)];
	const names = namesAt === undefined ? bytes.subarray(0, 0) : slice(namesAt);
	const sections = raw.map((at): ElfSection => {
		return {
			name: textAt(names, view.getUint32(at, true)),
			type: view.getUint32(at + 4, true),
			flags: view.getUint32(at + 8, true),
			address: u64(at + 16),
			offset: u64(at + 24),
			size: u64(at + 32),
			link: view.getUint32(at + 40, true),
			info: view.getUint32(at + 44, true),
			bytes: slice(at),
		};
	});
	const symbolTables = new Map<ElfSection, ElfSymbol[]>();
	for (const section of sections) {
		if (section.type !== elf.SHT_SYMTAB && section.type !== elf.SHT_DYNSYM) continue;
		symbolTables.set(section, readSymbols(section, sections));
	}
	const type = view.getUint16(16, true);
	return ok({
		type: type === elf.ET_REL ? 'object' : type === elf.ET_DYN ? 'program' : 'other',
		machine: view.getUint16(18, true),
		flags: view.getUint32(48, true),
		entry: u64(24),
		size: bytes.length,
		sections,
		symbols: [...symbolTables.values()].flat(),
		relocations: sections.flatMap((section) => readRelocations(section, sections, symbolTables)),
	});
}

function readSymbols(table: ElfSection, sections: readonly ElfSection[]): ElfSymbol[] {
	const { bytes } = table;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const names = sections[table.link]?.bytes ?? bytes.subarray(0, 0);
	const count = Math.floor(bytes.length / elf.SYM_SIZE);
	return Array.from({ length: count }, (_, i): ElfSymbol => {
		const at = i * elf.SYM_SIZE;
		const info = view.getUint8(at + 4);
		return {
			name: textAt(names, view.getUint32(at, true)),
			kind: KINDS[info & 0xf] ?? 'other',
			binding: BINDINGS[info >> 4] ?? 'other',
			section: sections[view.getUint16(at + 6, true)]?.name ?? '',
			value: Number(view.getBigUint64(at + 8, true)),
			size: Number(view.getBigUint64(at + 16, true)),
			table: table.name,
		};
	});
}

function readRelocations(
	table: ElfSection,
	sections: readonly ElfSection[],
	symbolTables: ReadonlyMap<ElfSection, readonly ElfSymbol[]>,
): ElfRelocation[] {
	if (table.type !== elf.SHT_REL) return [];
	const { bytes } = table;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const linked = sections[table.link];
	const symbols = linked === undefined ? undefined : symbolTables.get(linked);
	const count = Math.floor(bytes.length / elf.REL_SIZE);
	return Array.from({ length: count }, (_, i): ElfRelocation => {
		const at = i * elf.REL_SIZE;
		const type = view.getUint32(at + 8, true);
		const symbol = symbols?.[view.getUint32(at + 12, true)];
		return {
			section: table.info === 0 ? '' : (sections[table.info]?.name ?? ''),
			offset: Number(view.getBigUint64(at, true)),
			type: RELOCATION_NAMES.get(type) ?? `type ${type}`,
			symbol: symbol === undefined ? '' : symbol.kind === 'section' ? symbol.section : symbol.name,
		};
	});
}

function textAt(names: Uint8Array, offset: number): string {
	if (offset >= names.length) return '';
	const end = names.indexOf(0, offset);
	const stop = Math.min(end === -1 ? names.length : end, offset + MAX_NAME);
	return new TextDecoder().decode(names.subarray(offset, stop));
}

/** The functions of a program by size, largest first. */
export function functionSizes(
	report: ElfReport,
): { readonly name: string; readonly address: number; readonly size: number }[] {
	return report.symbols
		.filter((symbol) => symbol.kind === 'function' && symbol.section !== '' && symbol.table === '.symtab')
		.map(({ name, value, size }) => ({ name, address: value, size }))
		.sort((a, b) => b.size - a.size || a.address - b.address);
}
