/**
 * ELF headers as views over the file: a field is decoded when it is asked for.
 *
 * Owns the decoding of file, program and section headers, and the 64-bit range arithmetic over them.
 * Sizes and offsets stay `bigint` until a check has shown that they lie in the file: a header may say
 * anything up to 2^64, and where a sum wraps is part of the protocol.
 * Source: solana-sbpf `elf_parser/types.rs`, `elf_parser/mod.rs` (`Elf64Phdr`, `Elf64Shdr`).
 */
import {
	EHDR_SIZE,
	PHDR_SIZE,
	PT_LOAD,
	SHDR_SIZE,
	SHF_ALLOC,
	SHF_WRITE,
	SHT_NOBITS,
	TABLE_ALIGN,
	U64_MAX,
} from './consts.ts';
import { outOfBounds, parserFault } from './parser-fault.ts';

/** A half-open range of unsigned 64-bit values; empty where `end <= start`. */
export interface U64Range {
	readonly start: bigint;
	readonly end: bigint;
}

/** A half-open range inside the file. */
export interface FileRange {
	readonly start: number;
	readonly end: number;
}

/** A table inside the file: `count` entries from byte `offset` on. */
export interface Table {
	readonly offset: number;
	readonly count: number;
}

const EMPTY_RANGE: FileRange = Object.freeze({ start: 0, end: 0 });

/** `a + b`; faults with ValueOutOfBounds past 2^64. */
export function checkedAdd(a: bigint, b: bigint): bigint {
	const sum = a + b;
	if (sum > U64_MAX) throw outOfBounds();
	return sum;
}

/** `a - b`; faults with ValueOutOfBounds below zero. */
export function checkedSub(a: bigint, b: bigint): bigint {
	if (b > a) throw outOfBounds();
	return a - b;
}

/** `a + b`, at most 2^64 - 1. */
export function saturatingAdd(a: bigint, b: bigint): bigint {
	return minimum(a + b, U64_MAX);
}

/** The smaller of two. */
export function minimum(a: bigint, b: bigint): bigint {
	if (a < b) return a;
	return b;
}

/** Whether `value` lies in `range`. */
export function rangeContains(range: U64Range, value: bigint): boolean {
	return range.start <= value && value < range.end;
}

/** Faults with Overlap unless one range ends before the other starts. */
export function checkNoOverlap(a: U64Range, b: U64Range): void {
	if (a.end <= b.start || b.end <= a.start) return;
	throw parserFault('Overlap');
}

/**
 * The table of `size`-byte entries that fills `range` of a file of `fileLength` bytes.
 * Faults: InvalidSize, ValueOutOfBounds, InvalidAlignment, in this order.
 * Source: `Elf64::slice_from_bytes`.
 */
export function sliceFromBytes(fileLength: number, range: U64Range, size: number): Table {
	const length = range.end > range.start ? range.end - range.start : 0n;
	if (length % BigInt(size) !== 0n) throw parserFault('InvalidSize');
	if (range.start > range.end || range.end > BigInt(fileLength)) throw outOfBounds();
	const offset = Number(range.start);
	if (offset % TABLE_ALIGN !== 0) throw parserFault('InvalidAlignment');
	return { offset, count: Number(length) / size };
}

/** The file header. */
export class Elf64Ehdr {
	readonly #view: DataView;
	constructor(view: DataView) {
		this.#view = view;
	}
	get magic(): number {
		return this.#view.getUint32(0, true);
	}
	get eiClass(): number {
		return this.#view.getUint8(4);
	}
	get eiData(): number {
		return this.#view.getUint8(5);
	}
	get eiVersion(): number {
		return this.#view.getUint8(6);
	}
	get eiOsabi(): number {
		return this.#view.getUint8(7);
	}
	/** The ABI version and the seven bytes of padding after it. */
	get eiAbiversionAndPad(): bigint {
		return this.#view.getBigUint64(8, true);
	}
	get eType(): number {
		return this.#view.getUint16(16, true);
	}
	get eMachine(): number {
		return this.#view.getUint16(18, true);
	}
	get eVersion(): number {
		return this.#view.getUint32(20, true);
	}
	get eEntry(): bigint {
		return this.#view.getBigUint64(24, true);
	}
	get ePhoff(): bigint {
		return this.#view.getBigUint64(32, true);
	}
	get eShoff(): bigint {
		return this.#view.getBigUint64(40, true);
	}
	get eEhsize(): number {
		return this.#view.getUint16(52, true);
	}
	get ePhentsize(): number {
		return this.#view.getUint16(54, true);
	}
	get ePhnum(): number {
		return this.#view.getUint16(56, true);
	}
	get eShentsize(): number {
		return this.#view.getUint16(58, true);
	}
	get eShnum(): number {
		return this.#view.getUint16(60, true);
	}
	get eShstrndx(): number {
		return this.#view.getUint16(62, true);
	}
}

/** The bytes the file header takes. */
export const FILE_HEADER_RANGE: U64Range = Object.freeze({ start: 0n, end: BigInt(EHDR_SIZE) });

/** A program header. */
export class Elf64Phdr {
	readonly #view: DataView;
	readonly #offset: number;
	constructor(view: DataView, offset: number) {
		this.#view = view;
		this.#offset = offset;
	}
	get pType(): number {
		return this.#view.getUint32(this.#offset, true);
	}
	get pFlags(): number {
		return this.#view.getUint32(this.#offset + 4, true);
	}
	get pOffset(): bigint {
		return this.#view.getBigUint64(this.#offset + 8, true);
	}
	get pVaddr(): bigint {
		return this.#view.getBigUint64(this.#offset + 16, true);
	}
	get pPaddr(): bigint {
		return this.#view.getBigUint64(this.#offset + 24, true);
	}
	get pFilesz(): bigint {
		return this.#view.getBigUint64(this.#offset + 32, true);
	}
	get pMemsz(): bigint {
		return this.#view.getBigUint64(this.#offset + 40, true);
	}
	/** Where the segment lies in the file; empty unless it is loadable. Only for one known to lie in it. */
	fileRange(): FileRange {
		if (this.pType !== PT_LOAD) return EMPTY_RANGE;
		const start = Number(this.pOffset);
		return { start, end: start + Number(this.pFilesz) };
	}
	/** The virtual addresses of the segment. */
	vmRange(): U64Range {
		const start = this.pVaddr;
		return { start, end: saturatingAdd(start, this.pMemsz) };
	}
}

/** A section header. */
export class Elf64Shdr {
	readonly #view: DataView;
	readonly #offset: number;
	constructor(view: DataView, offset: number) {
		this.#view = view;
		this.#offset = offset;
	}
	get shName(): number {
		return this.#view.getUint32(this.#offset, true);
	}
	get shType(): number {
		return this.#view.getUint32(this.#offset + 4, true);
	}
	get shAddr(): bigint {
		return this.#view.getBigUint64(this.#offset + 16, true);
	}
	get shOffset(): bigint {
		return this.#view.getBigUint64(this.#offset + 24, true);
	}
	get shSize(): bigint {
		return this.#view.getBigUint64(this.#offset + 32, true);
	}
	/** Whether the section is both in memory and writable. */
	isWritable(): boolean {
		// The flags are 64 bits wide; both that matter are in the lowest byte.
		const flags = this.#view.getUint8(this.#offset + 8);
		return (flags & (SHF_ALLOC | SHF_WRITE)) === (SHF_ALLOC | SHF_WRITE);
	}
	/** Where the section lies in the file; empty where it has no bytes. Only for one known to lie in it. */
	fileRange(): FileRange {
		if (this.shType === SHT_NOBITS) return EMPTY_RANGE;
		const start = Number(this.shOffset);
		return { start, end: start + Number(this.shSize) };
	}
	/** The virtual addresses of the section. */
	vmRange(): U64Range {
		const start = this.shAddr;
		return { start, end: saturatingAdd(start, this.shSize) };
	}
}

/** The program headers of `table`. */
export function programHeaders(view: DataView, table: Table): Elf64Phdr[] {
	return Array.from({ length: table.count }, (_, i) => new Elf64Phdr(view, table.offset + i * PHDR_SIZE));
}

/** The section headers of `table`. */
export function sectionHeaders(view: DataView, table: Table): Elf64Shdr[] {
	return Array.from({ length: table.count }, (_, i) => new Elf64Shdr(view, table.offset + i * SHDR_SIZE));
}
