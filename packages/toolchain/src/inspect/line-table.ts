/**
 * The line table of DWARF: which source line an instruction comes from.
 *
 * Owns the state machine of `.debug_line`, versions 2 to 5. A unit that cannot be read is left out; work and memory are
 * linear in the size of the section. Source: DWARF 4 and 5, section 6.2.
 */
import type { ElfReport } from './read-elf.ts';

/** A place in a source file. */
export interface SourceLine {
	readonly file: string;
	readonly line: number;
}

/** Thrown where a unit ends too early or holds what is not known. */
class UnreadableUnit extends Error {
	override readonly name = 'UnreadableUnit';
}

/** Rows that are kept: a few for each instruction of the largest program. */
const MAX_ROWS = 4_000_000;
const MAX_FILES = 1 << 16;
const MAX_NAME = 1024;
const EXTENDED_END_SEQUENCE = 1;
const EXTENDED_SET_ADDRESS = 2;
const CONTENT_PATH = 1;
const decoder = new TextDecoder();

class Reader {
	readonly bytes: Uint8Array;
	readonly #view: DataView;
	at: number;
	readonly end: number;

	constructor(bytes: Uint8Array, at: number, end: number) {
		this.bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		this.at = at;
		this.end = Math.min(end, bytes.length);
	}

	#take(size: number): number {
		const at = this.at;
		if (at + size > this.end) throw new UnreadableUnit();
		this.at += size;
		return at;
	}
	u8(): number {
		return this.#view.getUint8(this.#take(1));
	}
	i8(): number {
		return this.#view.getInt8(this.#take(1));
	}
	u16(): number {
		return this.#view.getUint16(this.#take(2), true);
	}
	u32(): number {
		return this.#view.getUint32(this.#take(4), true);
	}
	u64(): number {
		return Number(this.#view.getBigUint64(this.#take(8), true));
	}
	skip(size: number): void {
		this.#take(size);
	}
	uleb(): number {
		let value = 0;
		for (let factor = 1; ; factor *= 128) {
			const byte = this.u8();
			if (factor < Number.MAX_SAFE_INTEGER) value += (byte & 0x7f) * factor;
			if (byte < 0x80) return value;
		}
	}
	sleb(): number {
		let value = 0n;
		for (let shift = 0n; ; shift += 7n) {
			const byte = this.u8();
			if (shift < 64n) value |= BigInt(byte & 0x7f) << shift;
			if (byte >= 0x80) continue;
			return Number(BigInt.asIntN(Number(shift < 63n ? shift + 7n : 64n), value));
		}
	}
	text(): string {
		const end = this.bytes.indexOf(0, this.at);
		if (end === -1 || end >= this.end) throw new UnreadableUnit();
		const text = decoder.decode(this.bytes.subarray(this.at, Math.min(end, this.at + MAX_NAME)));
		this.at = end + 1;
		return text;
	}
}

/** Addresses with their source lines. */
export class LineTable {
	/** Starts of ranges, ascending; a line of 0 ends a range. */
	readonly #addresses: number[] = [];
	readonly #lines: SourceLine[] = [];

	private constructor(rows: readonly Row[]) {
		for (const { address, file, line } of [...rows].sort(
			(a, b) => a.address - b.address || a.order - b.order,
		)) {
			this.#addresses.push(address);
			this.#lines.push({ file, line });
		}
	}

	/** Reads the table of a file; empty where it has none. Addresses are those of the file's sections. */
	static of(report: ElfReport): LineTable {
		const section = (name: string): Uint8Array =>
			report.sections.find((candidate) => candidate.name === name)?.bytes ?? new Uint8Array(0);
		const lines = section('.debug_line');
		const strings = { lineStr: section('.debug_line_str'), str: section('.debug_str') };
		const rows: Row[] = [];
		for (let at = 0; at < lines.length; ) {
			const from = at;
			try {
				const start = new Reader(lines, at, lines.length);
				const short = start.u32();
				const wide = short === 0xffff_ffff;
				at = (wide ? start.u64() : short) + start.at;
				readUnit(new Reader(lines, start.at, at), wide, strings, rows);
			} catch (error) {
				if (!(error instanceof UnreadableUnit)) throw error;
				// Without a length there is no telling where the next unit starts.
				if (at === from) break;
			}
		}
		return new LineTable(rows);
	}

	/** How many rows there are. */
	get size(): number {
		return this.#addresses.length;
	}

	/** The line of the instruction at `address`, or `null`. */
	lookup(address: number): SourceLine | null {
		let low = 0;
		let high = this.#addresses.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#addresses[middle]! <= address) low = middle + 1;
			else high = middle;
		}
		const found = this.#lines[low - 1];
		return found === undefined || found.line === 0 ? null : found;
	}
}

interface Row extends SourceLine {
	readonly address: number;
	readonly order: number;
}

interface Strings {
	readonly lineStr: Uint8Array;
	readonly str: Uint8Array;
}

function readUnit(reader: Reader, wide: boolean, strings: Strings, rows: Row[]): void {
	const version = reader.u16();
	if (version < 2 || version > 5) throw new UnreadableUnit();
	if (version >= 5) reader.skip(2);
	const headerLength = wide ? reader.u64() : reader.u32();
	const program = reader.at + headerLength;
	const minimumLength = reader.u8();
	if (version >= 4) reader.skip(1);
	reader.skip(1);
	const lineBase = reader.i8();
	const lineRange = reader.u8();
	const opcodeBase = reader.u8();
	const lengths = Array.from({ length: Math.max(opcodeBase - 1, 0) }, () => reader.u8());
	const files = version >= 5 ? filesOfV5(reader, wide, strings) : filesOfV4(reader);
	if (lineRange === 0 || program > reader.end) throw new UnreadableUnit();
	reader.at = program;

	let address = 0;
	let line = 1;
	let file = 1;
	const add = (atLine: number): void => {
		if (rows.length === MAX_ROWS) throw new UnreadableUnit();
		rows.push({ address, file: files[file] ?? '', line: atLine, order: rows.length });
	};
	while (reader.at < reader.end) {
		const opcode = reader.u8();
		if (opcode >= opcodeBase) {
			const adjusted = opcode - opcodeBase;
			address += Math.floor(adjusted / lineRange) * minimumLength;
			line += lineBase + (adjusted % lineRange);
			add(line);
			continue;
		}
		switch (opcode) {
			case 0: {
				const next = reader.uleb() + reader.at;
				const extended = reader.u8();
				if (extended === EXTENDED_SET_ADDRESS) address = reader.u64();
				else if (extended === EXTENDED_END_SEQUENCE) {
					add(0);
					address = 0;
					line = 1;
					file = 1;
				}
				if (next < reader.at || next > reader.end) throw new UnreadableUnit();
				reader.at = next;
				break;
			}
			case 1:
				add(line);
				break;
			case 2:
				address += reader.uleb() * minimumLength;
				break;
			case 3:
				line += reader.sleb();
				break;
			case 4:
				file = reader.uleb();
				break;
			case 8:
				address += Math.floor((255 - opcodeBase) / lineRange) * minimumLength;
				break;
			case 9:
				address += reader.u16();
				break;
			default:
				for (let i = lengths[opcode - 1] ?? 0; i > 0; i--) reader.uleb();
		}
	}
}

/** Directories, then files, each list ended by an empty name. Files count from 1, directory 0 is the unit's. */
function filesOfV4(reader: Reader): string[] {
	const folders = [''];
	for (let name = reader.text(); name !== ''; name = reader.text()) folders.push(name);
	const files = [''];
	for (let name = reader.text(); name !== ''; name = reader.text()) {
		const folder = folders[reader.uleb()] ?? '';
		reader.uleb();
		reader.uleb();
		files.push(joined(folder, name));
	}
	return files;
}

/** Lists whose entries describe themselves. Files and directories count from 0. */
function filesOfV5(reader: Reader, wide: boolean, strings: Strings): string[] {
	const folders = entriesOfV5(reader, wide, strings).map((entry) => entry.path);
	return entriesOfV5(reader, wide, strings).map((entry) => {
		// The first directory is the one of the compilation, which is no part of the names.
		return joined(entry.folder === 0 ? '' : (folders[entry.folder] ?? ''), entry.path);
	});
}

function entriesOfV5(
	reader: Reader,
	wide: boolean,
	strings: Strings,
): { readonly path: string; readonly folder: number }[] {
	const formats = Array.from({ length: reader.u8() }, () => [reader.uleb(), reader.uleb()] as const);
	const count = reader.uleb();
	if (count > MAX_FILES || (formats.length === 0 && count > 0)) throw new UnreadableUnit();
	return Array.from({ length: count }, () => {
		let path = '';
		let folder = 0;
		for (const [content, form] of formats) {
			const value = readForm(reader, form, wide, strings);
			if (content === CONTENT_PATH) path = String(value);
			else if (content === 2) folder = Number(value);
		}
		return { path, folder };
	});
}

function readForm(reader: Reader, form: number, wide: boolean, strings: Strings): string | number {
	switch (form) {
		case 0x08:
			return reader.text();
		case 0x1f:
		case 0x0e: {
			const section = form === 0x1f ? strings.lineStr : strings.str;
			return new Reader(section, wide ? reader.u64() : reader.u32(), section.length).text();
		}
		case 0x0b:
			return reader.u8();
		case 0x05:
			return reader.u16();
		case 0x06:
			return reader.u32();
		case 0x07:
			return reader.u64();
		case 0x0f:
			return reader.uleb();
		case 0x1e:
			reader.skip(16);
			return 0;
		case 0x09:
			reader.skip(reader.uleb());
			return 0;
		default:
			throw new UnreadableUnit();
	}
}

function joined(folder: string, name: string): string {
	return folder === '' || name.startsWith('/') ? name : `${folder}/${name}`;
}
