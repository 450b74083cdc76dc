/**
 * Builds small ELF files for tests: the lenient form (sections, dynamic section, relocations) and the
 * strict one (two segments). Offsets of everything are kept, so that a test can break one field.
 */

/** One instruction slot. */
export function insn(opcode: number, dst = 0, src = 0, off = 0, imm = 0): number[] {
	const bytes = new Uint8Array(8);
	const view = new DataView(bytes.buffer);
	bytes[0] = opcode;
	bytes[1] = (src << 4) | dst;
	view.setInt16(2, off, true);
	view.setInt32(4, imm, true);
	return [...bytes];
}

export const EXIT: number[] = insn(0x95);
export const MOV64_IMM = (dst: number, imm: number): number[] => insn(0xb7, dst, 0, 0, imm);
export const CALL_IMM = (imm: number, src = 0): number[] => insn(0x85, 0, src, 0, imm);
export const LDDW = (dst: number, low: number, high = 0): number[] => [
	...insn(0x18, dst, 0, 0, low | 0),
	...insn(0, 0, 0, 0, high | 0),
];

export const R_BPF_64_64 = 1;
export const R_BPF_64_RELATIVE = 8;
export const R_BPF_64_32 = 10;
/** `st_info` of a global function and of a symbol without type. */
export const FUNC = 0x12;
export const NOTYPE = 0x10;

export interface SectionSpec {
	readonly name: string;
	readonly data: readonly number[] | Uint8Array;
	readonly type?: number;
	readonly flags?: number;
	/** Virtual address; the offset in the file where absent. */
	readonly addr?: bigint;
}

export interface SymbolSpec {
	readonly name: string;
	/** Relative to the start of `.text`, unless it is a bigint. */
	readonly value: number | bigint;
	readonly info: number;
}

export interface RelocationSpec {
	/** Relative to the start of `section` (`.text` where absent). */
	readonly offset: number;
	readonly section?: string;
	readonly type: number;
	readonly symbol?: number;
}

export interface LenientSpec {
	readonly text?: readonly number[];
	/** Slot of the entry point. */
	readonly entry?: number;
	readonly flags?: number;
	/** Sections after `.text`. */
	readonly sections?: readonly SectionSpec[];
	/** Dynamic symbols after the empty one. */
	readonly dynamicSymbols?: readonly SymbolSpec[];
	readonly relocations?: readonly RelocationSpec[];
	/** Symbols of `.symtab` after the empty one. */
	readonly symbols?: readonly SymbolSpec[];
	/** Leaves out the PT_DYNAMIC segment. */
	readonly noDynamicSegment?: boolean;
}

/** A built file and where its parts lie. */
export class BuiltElf {
	readonly bytes: Uint8Array;
	readonly view: DataView;
	/** Offset in the file of each section's header and of its bytes. */
	readonly headerOf: ReadonlyMap<string, number>;
	readonly offsetOf: ReadonlyMap<string, number>;

	constructor(
		bytes: Uint8Array,
		headerOf: ReadonlyMap<string, number>,
		offsetOf: ReadonlyMap<string, number>,
	) {
		this.bytes = bytes;
		this.view = new DataView(bytes.buffer);
		this.headerOf = headerOf;
		this.offsetOf = offsetOf;
	}

	/** Overwrites bytes of the file. */
	u8(offset: number, value: number): this {
		this.view.setUint8(offset, value);
		return this;
	}
	u16(offset: number, value: number): this {
		this.view.setUint16(offset, value, true);
		return this;
	}
	u32(offset: number, value: number): this {
		this.view.setUint32(offset, value, true);
		return this;
	}
	u64(offset: number, value: bigint): this {
		this.view.setBigUint64(offset, value, true);
		return this;
	}
	/** Where a field of a section's header lies. */
	header(name: string, field: 'name' | 'type' | 'flags' | 'addr' | 'offset' | 'size'): number {
		const at = { name: 0, type: 4, flags: 8, addr: 16, offset: 24, size: 32 }[field];
		return this.headerOf.get(name)! + at;
	}
	/** Where the value of a dynamic tag lies. */
	dynamic(tag: number): number {
		let at = this.offsetOf.get('.dynamic')!;
		while (this.view.getBigUint64(at, true) !== BigInt(tag)) at += 16;
		return at + 8;
	}
	/** Where byte `at` of a section lies. */
	at(name: string, at: number): number {
		return this.offsetOf.get(name)! + at;
	}
}

const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));

/** Names in one table, each once, after an empty one. */
class StringTable {
	readonly bytes: number[] = [0];
	readonly #offsets = new Map<string, number>([['', 0]]);
	add(name: string): number {
		let offset = this.#offsets.get(name);
		if (offset === undefined) {
			offset = this.bytes.length;
			this.#offsets.set(name, offset);
			this.bytes.push(...ascii(name), 0);
		}
		return offset;
	}
}

const u16 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
const u64 = (value: bigint | number): number[] => {
	const bytes = new Uint8Array(8);
	new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
	return [...bytes];
};

const HEADERS_SIZE = 64 + 2 * 56;

/** A file of the versions before V3: `.text` first, right behind the headers. */
export function buildLenientElf(spec: LenientSpec = {}): BuiltElf {
	const text = spec.text ?? EXIT;
	const textOffset = HEADERS_SIZE;
	const dynstr = new StringTable();
	const strtab = new StringTable();
	const symbolTable = (symbols: readonly SymbolSpec[], names: StringTable): number[] => {
		const bytes = [...new Uint8Array(24)];
		for (const { name, value, info } of symbols) {
			const absolute = typeof value === 'bigint' ? value : BigInt(textOffset + value);
			bytes.push(...u32(names.add(name)), info, 0, ...u16(1), ...u64(absolute), ...u64(0));
		}
		return bytes;
	};
	const dynsymBytes = symbolTable(spec.dynamicSymbols ?? [], dynstr);
	const symtabBytes = symbolTable(spec.symbols ?? [], strtab);
	const relocations = spec.relocations ?? [];

	const sections: { spec: SectionSpec; offset: number; size: number }[] = [];
	let end = textOffset;
	const place = (section: SectionSpec, size = section.data.length): number => {
		if (section.type !== 8) end = Math.ceil(end / 8) * 8;
		const offset = end;
		sections.push({ spec: section, offset, size });
		if (section.type !== 8) end += size;
		return offset;
	};
	place({ name: '.text', data: text, type: 1, flags: 6 });
	for (const section of spec.sections ?? []) place(section);
	const dynsymOffset = place({ name: '.dynsym', data: dynsymBytes, type: 11, flags: 2 });
	place({ name: '.dynstr', data: dynstr.bytes, type: 3, flags: 2 });
	const relOffset = place({ name: '.rel.dyn', data: [], type: 9, flags: 2 }, relocations.length * 16);
	const offsetOf = new Map(sections.map((section) => [section.spec.name, section.offset]));
	const relBytes = relocations.flatMap(({ offset, section, type, symbol }) => [
		...u64(offsetOf.get(section ?? '.text')! + offset),
		...u32(type),
		...u32(symbol ?? 0),
	]);
	sections.at(-1)!.spec = { name: '.rel.dyn', data: relBytes, type: 9, flags: 2 };
	const tags: [tag: number, value: number][] = [[6, dynsymOffset]];
	if (relocations.length > 0) tags.push([17, relOffset], [18, relBytes.length], [19, 16]);
	const dynamic = [...tags.flatMap(([tag, value]) => [...u64(tag), ...u64(value)]), ...u64(0), ...u64(0)];
	const dynamicOffset = place({ name: '.dynamic', data: dynamic, type: 6, flags: 3 });
	place({ name: '.symtab', data: symtabBytes, type: 2 });
	place({ name: '.strtab', data: strtab.bytes, type: 3 });
	const shstrtab = new StringTable();
	for (const section of sections) shstrtab.add(section.spec.name);
	shstrtab.add('.shstrtab');
	place({ name: '.shstrtab', data: shstrtab.bytes, type: 3 });
	for (const section of sections) offsetOf.set(section.spec.name, section.offset);

	const sectionHeaders = Math.ceil(end / 8) * 8;
	const bytes = new Uint8Array(sectionHeaders + (sections.length + 1) * 64);
	const loadSize = dynamicOffset + dynamic.length - textOffset;
	bytes.set([
		...[0x7f, ...ascii('ELF'), 2, 1, 1, 0, ...new Uint8Array(8)],
		...[...u16(3), ...u16(247), ...u32(1), ...u64(textOffset + (spec.entry ?? 0) * 8), ...u64(64)],
		...[...u64(sectionHeaders), ...u32(spec.flags ?? 0), ...u16(64), ...u16(56), ...u16(2)],
		...[...u16(64), ...u16(sections.length + 1), ...u16(sections.length)],
		...programHeader(1, 5, textOffset, textOffset, loadSize),
		...programHeader(spec.noDynamicSegment ? 0 : 2, 6, dynamicOffset, dynamicOffset, dynamic.length),
	]);
	const headerOf = new Map<string, number>();
	for (const [i, { spec: section, offset, size }] of sections.entries()) {
		if (section.type !== 8) bytes.set(section.data, offset);
		const at = sectionHeaders + (i + 1) * 64;
		headerOf.set(section.name, at);
		bytes.set(
			[
				...[...u32(shstrtab.add(section.name)), ...u32(section.type ?? 1), ...u64(section.flags ?? 2)],
				...[...u64(section.addr ?? offset), ...u64(offset), ...u64(size)],
			],
			at,
		);
	}
	return new BuiltElf(bytes, headerOf, offsetOf);
}

function programHeader(type: number, flags: number, offset: number, vaddr: number, size: number): number[] {
	return [...u32(type), ...u32(flags), ...[offset, vaddr, vaddr, size, size, 8].flatMap(u64)];
}

export interface StrictSpec {
	readonly rodata?: readonly number[];
	readonly text?: readonly number[];
	readonly entry?: number;
	readonly flags?: number;
	/** Symbols, `value` relative to the text; a file without has no section headers. */
	readonly symbols?: readonly { name: string; value: number; info: number }[];
}

/** Where the program headers of a strict file lie. */
export const STRICT_PHDR = (i: number): number => 64 + i * 56;

/** A file from V3 on. */
export function buildStrictElf(spec: StrictSpec = {}): BuiltElf {
	const text = spec.text ?? EXIT;
	const headers: number[] = [];
	const count = spec.rodata === undefined ? 1 : 2;
	const bodyOffset = 64 + 56 * count;
	const body: number[] = [];
	if (spec.rodata !== undefined) {
		headers.push(...programHeader(1, 4, bodyOffset, 0, spec.rodata.length));
		body.push(...spec.rodata);
	}
	const textVaddr = 0x1_0000_0000;
	headers.push(...programHeader(1, 1, bodyOffset + body.length, textVaddr, text.length));
	const offsetOf = new Map([['.text', bodyOffset + body.length]]);
	body.push(...text);

	const headerOf = new Map<string, number>();
	const sectionBytes: number[] = [];
	let sectionHeaders = 0;
	let sectionCount = 0;
	if (spec.symbols !== undefined) {
		const names = new StringTable();
		const symtab = [...new Uint8Array(24)];
		for (const { name, value, info } of spec.symbols) {
			symtab.push(...u32(names.add(name)), info, 0, ...u16(1), ...u64(textVaddr + value), ...u64(0));
		}
		for (const name of ['.symtab', '.strtab', '.shstrtab']) names.add(name);
		while (names.bytes.length % 8 !== 0) names.bytes.push(0);
		const symtabOffset = bodyOffset + body.length;
		const namesOffset = symtabOffset + symtab.length;
		sectionHeaders = namesOffset + names.bytes.length;
		sectionBytes.push(...symtab, ...names.bytes, ...new Uint8Array(64));
		const shdrs = [
			['.symtab', 2, symtabOffset, symtab.length],
			['.strtab', 3, namesOffset, names.bytes.length],
			['.shstrtab', 3, namesOffset, names.bytes.length],
		] as const;
		for (const [name, type, offset, size] of shdrs) {
			headerOf.set(name, bodyOffset + body.length + sectionBytes.length);
			offsetOf.set(name, offset);
			sectionBytes.push(...u32(names.add(name)), ...u32(type), ...[0, 0, offset, size].flatMap(u64));
			sectionBytes.push(...new Uint8Array(24));
		}
		sectionCount = 4;
	}
	const bytes = Uint8Array.from([
		...[0x7f, ...ascii('ELF'), 2, 1, 1, 0, ...new Uint8Array(8)],
		...[...u16(3), ...u16(247), ...u32(1), ...u64(textVaddr + (spec.entry ?? 0) * 8), ...u64(64)],
		...[...u64(sectionHeaders), ...u32(spec.flags ?? 3), ...u16(64), ...u16(56), ...u16(count)],
		...[...u16(64), ...u16(sectionCount), ...u16(sectionCount === 0 ? 0 : 3)],
		...headers,
		...body,
		...sectionBytes,
	]);
	return new BuiltElf(bytes, headerOf, offsetOf);
}
