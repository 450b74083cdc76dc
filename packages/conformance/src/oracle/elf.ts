/**
 * Makes a program file of assembly text: the strict form of V3, with read-only data at address 0.
 *
 * Layout by SIMD-0189: file header, two program headers, read-only data, bytecode.
 */
import { assembleText, MM_BYTECODE_START } from '@parhelion/sbpf';

const EHDR_SIZE = 64;
const PHDR_SIZE = 56;
const PF_R = 4;
const PF_X = 1;

function padded(bytes: Uint8Array): Uint8Array {
	const out = new Uint8Array(Math.max(8, Math.ceil(bytes.length / 8) * 8));
	out.set(bytes);
	return out;
}

/** The ELF file of a V3 program. Labels of the assembler name functions; the first instruction is the entry. */
export function programFile(source: string, rodata: Uint8Array = new Uint8Array(0)): Uint8Array {
	const assembled = assembleText(source, 3);
	if (!assembled.ok) throw new SyntaxError(assembled.error);
	const { text } = assembled.value;
	const data = padded(rodata);
	const start = EHDR_SIZE + 2 * PHDR_SIZE;
	const file = new Uint8Array(start + data.length + text.length);
	const view = new DataView(file.buffer);
	file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
	view.setUint16(16, 3, true); // e_type: ET_DYN
	view.setUint16(18, 247, true); // e_machine: EM_BPF
	view.setUint32(20, 1, true); // e_version
	view.setBigUint64(24, BigInt(MM_BYTECODE_START), true); // e_entry
	view.setBigUint64(32, BigInt(EHDR_SIZE), true); // e_phoff
	view.setUint32(48, 3, true); // e_flags: the version
	view.setUint16(52, EHDR_SIZE, true);
	view.setUint16(54, PHDR_SIZE, true);
	view.setUint16(56, 2, true); // e_phnum
	const segment = (index: number, flags: number, offset: number, vaddr: number, size: number): void => {
		const at = EHDR_SIZE + index * PHDR_SIZE;
		view.setUint32(at, 1, true); // PT_LOAD
		view.setUint32(at + 4, flags, true);
		view.setBigUint64(at + 8, BigInt(offset), true);
		view.setBigUint64(at + 16, BigInt(vaddr), true);
		view.setBigUint64(at + 24, BigInt(vaddr), true);
		view.setBigUint64(at + 32, BigInt(size), true);
		view.setBigUint64(at + 40, BigInt(size), true);
	};
	segment(0, PF_R, start, 0, data.length);
	segment(1, PF_X, start + data.length, MM_BYTECODE_START, text.length);
	file.set(data, start);
	file.set(text, start + data.length);
	return file;
}
