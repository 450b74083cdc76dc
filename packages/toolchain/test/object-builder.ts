/** Builds relocatable objects byte by byte, for tests that need no compiler. */
import { assembleText, INSN_SIZE } from '@parhelion/sbpf';

/** A section to build. */
export interface SectionSpec {
	readonly name: string;
	readonly type?: number;
	readonly flags?: number;
	readonly align?: number;
	readonly entrySize?: number;
	readonly bytes?: Uint8Array;
	/** For a section without bytes. */
	readonly size?: number;
	/** Offset, type, name of the symbol. */
	readonly relocations?: readonly (readonly [offset: number, type: number, symbol: string])[];
}

/** A symbol to build; undefined without a section, and `COMMON` for that. */
export interface SymbolSpec {
	readonly name: string;
	readonly section?: string;
	readonly value?: number;
	readonly size?: number;
	/** 0 local, 1 global (the default), 2 weak. */
	readonly binding?: number;
	/** 0 none, 1 object, 2 function (the default for a defined one). */
	readonly type?: number;
}

/** An object to build. */
export interface ObjectSpec {
	readonly sections: readonly SectionSpec[];
	readonly symbols: readonly SymbolSpec[];
	/** Names of the sections of a group, and the symbol that names it. */
	readonly groups?: readonly { readonly signature: string; readonly sections: readonly string[] }[];
	readonly machine?: number;
	readonly type?: number;
}

export const TEXT = 6;
export const RODATA = 2;
export const STRINGS = 0x32;
export const CONSTANTS = 0x12;
export const NOBITS = 8;
const COMMON = 0xfff2;

/** The instructions of `source`, with an `lddw` or `call -1` where an address comes in. */
export function code(source: string): Uint8Array {
	const assembled = assembleText(source, 3);
	if (!assembled.ok) throw new Error(assembled.error);
	return assembled.value.text.slice();
}

/** Where the instruction with index `n` starts, an `lddw` counted as two. */
export function slot(n: number): number {
	return n * INSN_SIZE;
}

/** The bytes of the object. */
export function buildObject(spec: ObjectSpec): Uint8Array {
	const strings: number[] = [0];
	const name = (text: string): number => {
		if (text === '') return 0;
		const at = strings.length;
		strings.push(...new TextEncoder().encode(text), 0);
		return at;
	};
	const sectionIndex = new Map(spec.sections.map((section, i) => [section.name, i + 1]));
	const locals = spec.symbols.filter((symbol) => symbol.binding === 0);
	const symbols = [...locals, ...spec.symbols.filter((symbol) => symbol.binding !== 0)];
	const symbolIndex = new Map(symbols.map((symbol, i) => [symbol.name, i + 1]));
	const symtab = new Uint8Array((symbols.length + 1) * 24);
	const view = new DataView(symtab.buffer);
	for (const [i, symbol] of symbols.entries()) {
		const at = (i + 1) * 24;
		const isDefined = symbol.section !== undefined;
		const type = symbol.type ?? (isDefined ? 2 : 0);
		view.setUint32(at, type === 3 ? 0 : name(symbol.name), true);
		view.setUint8(at + 4, ((symbol.binding ?? 1) << 4) | type);
		const index = symbol.section === 'COMMON' ? COMMON : isDefined ? sectionIndex.get(symbol.section) : 0;
		if (index === undefined) throw new Error(`no section ${symbol.section}`);
		view.setUint16(at + 6, index, true);
		view.setBigUint64(at + 8, BigInt(symbol.value ?? 0), true);
		view.setBigUint64(at + 16, BigInt(symbol.size ?? 0), true);
	}
	type Raw = {
		name: string;
		type: number;
		flags: number;
		link: number;
		info: number;
		align: number;
		entrySize: number;
		bytes: Uint8Array;
		size: number;
	};
	const raw: Raw[] = spec.sections.map((section) => ({
		name: section.name,
		type: section.type ?? 1,
		flags: section.flags ?? (section.name.startsWith('.text') ? TEXT : RODATA),
		link: 0,
		info: 0,
		align: section.align ?? 8,
		entrySize: section.entrySize ?? 0,
		bytes: section.bytes ?? new Uint8Array(0),
		size: section.size ?? section.bytes?.length ?? 0,
	}));
	const groups = spec.groups ?? [];
	const rels = spec.sections.filter((section) => section.relocations !== undefined);
	const symtabIndex = 1 + raw.length + groups.length + rels.length;
	for (const group of groups) {
		const words = [1, ...group.sections.map((member) => sectionIndex.get(member)!)];
		const bytes = new Uint8Array(new Uint32Array(words).buffer);
		const info = symbolIndex.get(group.signature)!;
		raw.push({
			name: '.group',
			type: 17,
			flags: 0,
			link: symtabIndex,
			info,
			align: 4,
			entrySize: 4,
			bytes,
			size: bytes.length,
		});
	}
	for (const section of rels) {
		const bytes = new Uint8Array(section.relocations!.length * 16);
		const rel = new DataView(bytes.buffer);
		for (const [i, [offset, type, symbol]] of section.relocations!.entries()) {
			rel.setUint32(i * 16, offset, true);
			rel.setUint32(i * 16 + 8, type, true);
			rel.setUint32(i * 16 + 12, symbolIndex.get(symbol) ?? 0xffff, true);
		}
		const info = sectionIndex.get(section.name)!;
		raw.push({
			name: `.rel${section.name}`,
			type: 9,
			flags: 0,
			link: symtabIndex,
			info,
			align: 8,
			entrySize: 16,
			bytes,
			size: bytes.length,
		});
	}
	raw.push({
		name: '.symtab',
		type: 2,
		flags: 0,
		link: symtabIndex + 1,
		info: locals.length + 1,
		align: 8,
		entrySize: 24,
		bytes: symtab,
		size: symtab.length,
	});
	const names = raw.map((section) => name(section.name));
	const ownName = name('.strtab');
	raw.push({
		name: '.strtab',
		type: 3,
		flags: 0,
		link: 0,
		info: 0,
		align: 1,
		entrySize: 0,
		bytes: Uint8Array.from(strings),
		size: strings.length,
	});
	names.push(ownName);

	let end = 64;
	const offsets = raw.map((section) => {
		end = Math.ceil(end / 8) * 8;
		const at = end;
		end += section.bytes.length;
		return at;
	});
	const headers = Math.ceil(end / 8) * 8;
	const file = new Uint8Array(headers + (raw.length + 1) * 64);
	const out = new DataView(file.buffer);
	out.setUint32(0, 0x464c457f, true);
	file.set([2, 1, 1], 4);
	out.setUint16(16, spec.type ?? 1, true);
	out.setUint16(18, spec.machine ?? 247, true);
	out.setUint32(20, 1, true);
	out.setBigUint64(40, BigInt(headers), true);
	out.setUint16(52, 64, true);
	out.setUint16(58, 64, true);
	out.setUint16(60, raw.length + 1, true);
	out.setUint16(62, raw.length, true);
	for (const [i, section] of raw.entries()) {
		file.set(section.bytes, offsets[i]!);
		const at = headers + (i + 1) * 64;
		out.setUint32(at, names[i]!, true);
		out.setUint32(at + 4, section.type, true);
		out.setUint32(at + 8, section.flags, true);
		out.setBigUint64(at + 24, BigInt(offsets[i]!), true);
		out.setBigUint64(at + 32, BigInt(section.size), true);
		out.setUint32(at + 40, section.link, true);
		out.setUint32(at + 44, section.info, true);
		out.setBigUint64(at + 48, BigInt(section.align), true);
		out.setBigUint64(at + 56, BigInt(section.entrySize), true);
	}
	return file;
}

/** An archive of `members`, with long names in their table. */
export function buildArchive(
	members: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Uint8Array {
	const parts: Uint8Array[] = [new TextEncoder().encode('!<arch>\n')];
	const add = (name: string, bytes: Uint8Array): void => {
		const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`;
		parts.push(new TextEncoder().encode(header), bytes);
		if (bytes.length % 2 === 1) parts.push(Uint8Array.of(10));
	};
	let longNames = '';
	const fields = members.map(({ name }) => {
		if (name.length < 16) return `${name}/`;
		const at = longNames.length;
		longNames += `${name}/\n`;
		return `/${at}`;
	});
	add('/', new Uint8Array(4));
	if (longNames !== '') add('//', new TextEncoder().encode(longNames));
	for (const [i, member] of members.entries()) add(fields[i]!, member.bytes);
	const archive = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
	let at = 0;
	for (const part of parts) {
		archive.set(part, at);
		at += part.length;
	}
	return archive;
}
