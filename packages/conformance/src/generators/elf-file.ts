/**
 * Wraps a generated program into a program file, as the loader of its version wants it.
 *
 * Before V3: sections, with relocations that name the syscalls. From V3 on (SIMD-0189): one segment.
 */
import { INSN_SIZE, MM_BYTECODE_START } from '@parhelion/sbpf';
import { encodeProgram, type GuestProgram } from './guest-program.ts';

const EHDR_SIZE = 64;
const PHDR_SIZE = 56;
const SHDR_SIZE = 64;
/** Where the text of a file with sections begins. */
const TEXT_OFFSET: number = EHDR_SIZE + 2 * PHDR_SIZE;

const SHT_PROGBITS = 1;
const SHT_STRTAB = 3;
const SHT_DYNAMIC = 6;
const SHT_REL = 9;
const SHT_DYNSYM = 11;
const SHF_ALLOC = 2;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const R_BPF_64_32 = 10;
const GLOBAL_NOTYPE = 0x10;
const DT_SYMTAB = 6;
const DT_REL = 17;
const DT_RELSZ = 18;
const DT_RELENT = 19;

/** The file; `null` where a jump does not reach its target. */
export function programFile(program: GuestProgram): Uint8Array | null {
	return program.version >= 3 ? strictFile(program) : lenientFile(program);
}

const u16 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
const u64 = (value: number): number[] => [...u32(value % 2 ** 32), ...u32(Math.floor(value / 2 ** 32))];

function fileHeader(
	version: number,
	entry: number,
	sections: { offset: number; count: number },
	segments: number,
): number[] {
	const { offset, count } = sections;
	return [
		...[0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
		...[...u16(3), ...u16(247), ...u32(1), ...u64(entry), ...u64(EHDR_SIZE), ...u64(offset), ...u32(version)],
		...[...u16(EHDR_SIZE), ...u16(PHDR_SIZE), ...u16(segments)],
		...[...u16(SHDR_SIZE), ...u16(count), ...u16(Math.max(0, count - 1))],
	];
}

function programHeader(type: number, flags: number, offset: number, vaddr: number, size: number): number[] {
	return [...u32(type), ...u32(flags), ...[offset, vaddr, vaddr, size, size, 8].flatMap(u64)];
}

function strictFile(program: GuestProgram): Uint8Array | null {
	const encoded = encodeProgram(program, true);
	if (encoded === null) return null;
	const { text, entryPc } = encoded;
	const entry = MM_BYTECODE_START + entryPc * INSN_SIZE;
	return Uint8Array.from([
		...fileHeader(program.version, entry, { offset: 0, count: 0 }, 1),
		...programHeader(PT_LOAD, 1, EHDR_SIZE + PHDR_SIZE, MM_BYTECODE_START, text.length),
		...text,
	]);
}

/** A section and its bytes. */
interface Section {
	readonly name: string;
	readonly type: number;
	readonly flags: number;
	readonly bytes: readonly number[];
	offset: number;
}

/** Names, one after the other, each ended by 0. */
class Strings {
	readonly bytes: number[] = [0];
	add(name: string): number {
		const at = this.bytes.length;
		this.bytes.push(...new TextEncoder().encode(name), 0);
		return at;
	}
}

function lenientFile(program: GuestProgram): Uint8Array | null {
	const encoded = encodeProgram(program, true, MM_BYTECODE_START + TEXT_OFFSET);
	if (encoded === null) return null;
	const names = new Strings();
	const symbols: number[] = new Array<number>(24).fill(0);
	const indices = new Map<string, number>();
	const relocations: number[] = [];
	for (const [pc, syscall] of encoded.relocations) {
		let index = indices.get(syscall);
		if (index === undefined) {
			index = symbols.length / 24;
			indices.set(syscall, index);
			symbols.push(...u32(names.add(syscall)), GLOBAL_NOTYPE, 0, ...u16(0), ...u64(0), ...u64(0));
		}
		relocations.push(...u64(TEXT_OFFSET + pc * INSN_SIZE), ...u32(R_BPF_64_32), ...u32(index));
	}
	let end = TEXT_OFFSET;
	const sections: Section[] = [];
	const place = (name: string, type: number, flags: number, bytes: readonly number[]): Section => {
		end = Math.ceil(end / 8) * 8;
		const section = { name, type, flags, bytes, offset: end };
		sections.push(section);
		end += bytes.length;
		return section;
	};
	place('.text', SHT_PROGBITS, SHF_ALLOC | 4, Array.from(encoded.text));
	const dynsym = place('.dynsym', SHT_DYNSYM, SHF_ALLOC, symbols);
	place('.dynstr', SHT_STRTAB, SHF_ALLOC, names.bytes);
	const rel = place('.rel.dyn', SHT_REL, SHF_ALLOC, relocations);
	const tags: (readonly [number, number])[] = [[DT_SYMTAB, dynsym.offset]];
	if (relocations.length > 0)
		tags.push([DT_REL, rel.offset], [DT_RELSZ, relocations.length], [DT_RELENT, 16]);
	const dynamic = place('.dynamic', SHT_DYNAMIC, SHF_ALLOC | 1, [...tags, [0, 0]].flat().flatMap(u64));
	const titles = new Strings();
	const titleOf = [...sections.map(({ name }) => name), '.shstrtab'].map((name) => titles.add(name));
	place('.shstrtab', SHT_STRTAB, 0, titles.bytes);

	const headers = Math.ceil(end / 8) * 8;
	const file = new Uint8Array(headers + (sections.length + 1) * SHDR_SIZE);
	const loaded = dynamic.offset + dynamic.bytes.length - TEXT_OFFSET;
	const entry = TEXT_OFFSET + encoded.entryPc * INSN_SIZE;
	file.set([
		...fileHeader(program.version, entry, { offset: headers, count: sections.length + 1 }, 2),
		...programHeader(PT_LOAD, 5, TEXT_OFFSET, TEXT_OFFSET, loaded),
		...programHeader(PT_DYNAMIC, 6, dynamic.offset, dynamic.offset, dynamic.bytes.length),
	]);
	for (const [i, { type, flags, bytes, offset }] of sections.entries()) {
		file.set(bytes, offset);
		const address = type === SHT_STRTAB && flags === 0 ? 0 : offset;
		file.set(
			[...u32(titleOf[i]!), ...u32(type), ...[flags, address, offset, bytes.length].flatMap(u64)],
			headers + (i + 1) * SHDR_SIZE,
		);
	}
	return file;
}
