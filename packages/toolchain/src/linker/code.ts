/**
 * The instructions of the program: each looked at once, and given the addresses it asks for.
 *
 * Owns the audit of code (what a compiler for another BPF emits runs wrongly here, or not at all), calls of functions
 * and syscalls in both versions' forms, and addresses in `lddw`. Refuses to judge what the verifier will.
 */
import { FRAME_PTR_REG, hashSymbolName, INSN_SIZE, instructionTable } from '@parhelion/sbpf';
import { addressOf, placeOf } from './addresses.ts';
import { addendOf } from './collect.ts';
import { R_BPF_64_32, R_BPF_64_64 } from './elf-format.ts';
import type { ErrorList, LinkErrorKind } from './errors.ts';
import type { Layout } from './layout.ts';
import type { MergePool } from './merge.ts';
import type { InputSection, Relocation } from './object.ts';
import type { SymbolTable, Target } from './resolve.ts';

const LDDW = 0x18;
const CALL = 0x85;
const CALLX = 0x8d;
const EXIT = 0x95;
const MOV64_REG = 0xbf;
const ADD64_IMM = 0x07;
/** The lower three bits of an opcode. */
const CLASS_LDX = 1;
const CLASS_ST = 2;
const CLASS_STX = 3;
const CLASS_ALU32 = 4;
const CLASS_JMP = 5;
const CLASS_JMP32 = 6;
const CLASS_ALU64 = 7;
/** Byte swaps share the class of 32-bit arithmetic. */
const LE = 0xd4;
const BE = 0xdc;
const BSWAP = 0xd7;
const STACK_FRAME_SIZE = 4096;

/** A call of a syscall that the V0 loader fills in. */
export interface SyscallCall {
	/** Bytes from the start of the text. */
	readonly offset: number;
	readonly name: string;
}

/** The finished text, and the syscalls it calls by a dynamic relocation. */
export interface Code {
	readonly text: Uint8Array;
	readonly syscallCalls: readonly SyscallCall[];
	/** Every syscall the program calls, sorted. */
	readonly syscalls: readonly string[];
}

/** Writes the text of `layout`; what is wrong with it goes to `errors`. */
export function writeCode(
	layout: Layout,
	table: SymbolTable,
	merge: MergePool,
	syscalls: ReadonlySet<string>,
	errors: ErrorList,
): Code {
	return new CodeWriter(layout, table, merge, syscalls, errors).write();
}

class CodeWriter {
	readonly #layout: Layout;
	readonly #table: SymbolTable;
	readonly #merge: MergePool;
	readonly #errors: ErrorList;
	readonly #text: Uint8Array;
	readonly #view: DataView;
	readonly #syscallCalls: SyscallCall[] = [];
	readonly #syscalls: Set<string> = new Set();
	readonly #syscallByHash: ReadonlyMap<number, string>;
	readonly #keys: Map<string, number> = new Map();
	#section!: InputSection;
	/** Offset below the frame's end of what each register holds, where the linear walk knows it. */
	readonly #frameOffsets: (number | undefined)[] = new Array(11).fill(undefined);

	constructor(
		layout: Layout,
		table: SymbolTable,
		merge: MergePool,
		syscalls: ReadonlySet<string>,
		errors: ErrorList,
	) {
		this.#layout = layout;
		this.#table = table;
		this.#merge = merge;
		this.#errors = errors;
		this.#text = new Uint8Array(layout.textSize);
		this.#view = new DataView(this.#text.buffer);
		const encoder = new TextEncoder();
		for (const name of syscalls) this.#keys.set(name, hashSymbolName(encoder.encode(name)));
		this.#syscallByHash = new Map([...this.#keys].map(([name, key]) => [key, name]));
	}

	write(): Code {
		const text = this.#text;
		// What pads functions apart is never reached, yet must be an instruction.
		for (let at = 0; at < text.length; at += INSN_SIZE) text[at] = EXIT;
		for (const section of this.#layout.textSections) this.#writeSection(section);
		return { text, syscallCalls: this.#syscallCalls, syscalls: [...this.#syscalls].sort() };
	}

	#writeSection(section: InputSection): void {
		this.#section = section;
		const { bytes, size, outputOffset } = section;
		if (size % INSN_SIZE !== 0 || bytes.length !== size) {
			this.#error('CorruptObject', 0, 'code that is no whole number of instructions');
			return;
		}
		this.#text.set(bytes, outputOffset);
		const relocations = [...section.relocations].sort((a, b) => a.offset - b.offset);
		let next = 0;
		for (let at = 0; at < size; ) {
			const relocation = relocations[next];
			const opcode = bytes[at]!;
			const length = opcode === LDDW ? 2 * INSN_SIZE : INSN_SIZE;
			if (at + length > size) {
				this.#error('CorruptObject', at, 'an lddw without its second half');
				return;
			}
			if (relocation !== undefined && relocation.offset < at + length) {
				next++;
				if (relocation.offset === at) this.#relocate(relocation, opcode);
				else this.#error('CorruptObject', at, 'a relocation inside an instruction');
			} else {
				if (opcode === CALL) this.#callWithoutSymbol(at);
				this.#audit(at, opcode);
			}
			at += length;
		}
	}

	#relocate(relocation: Relocation, opcode: number): void {
		const { offset, type } = relocation;
		const target = this.#table.target(this.#section.object, relocation.symbol);
		const addend = addendOf(this.#section, relocation);
		if (type === R_BPF_64_32 && opcode === CALL) this.#call(offset, target, addend);
		else if (type === R_BPF_64_64 && opcode === LDDW) this.#loadAddress(offset, target, addend);
		else this.#error('UnknownRelocation', offset, `type ${type} on opcode 0x${hex(opcode)}`);
	}

	#call(offset: number, target: Target, addend: number): void {
		if (target.kind === 'syscall') {
			this.#callSyscall(offset, target.name);
			return;
		}
		const place = target.kind === 'section' ? placeOf(target, addend, this.#merge) : null;
		if (place === null || place.part !== 'text' || place.offset % INSN_SIZE !== 0) {
			const name = target.kind === 'absolute' ? `address ${target.value}` : target.name;
			this.#error('BadCall', offset, `${name} is no function`);
			return;
		}
		this.#callSlot(offset, place.offset / INSN_SIZE);
	}

	/** A call of the instruction in slot `target`: both versions take the distance, V3 tells it from a syscall by src. */
	#callSlot(offset: number, target: number): void {
		const at = this.#section.outputOffset + offset;
		const distance = target - at / INSN_SIZE - 1;
		if (target < 0 || target * INSN_SIZE >= this.#text.length) {
			this.#error('BadCall', offset, `slot ${target} is outside of the program`);
		} else if (distance === -1 && this.#layout.version === 0) {
			this.#error('BadCall', offset, 'a call of itself, which V0 takes for a syscall');
		}
		this.#text[at + 1] = 0x10;
		this.#view.setInt32(at + 4, distance, true);
	}

	/** A call that the compiler finished: of a slot nearby, or of a syscall by the hash of its name. */
	#callWithoutSymbol(offset: number): void {
		const at = this.#section.outputOffset + offset;
		const imm = this.#view.getInt32(at + 4, true);
		if (this.#text[at + 1]! >> 4 === 1) {
			const inside = offset / INSN_SIZE + 1 + imm;
			if (inside < 0 || inside * INSN_SIZE >= this.#section.size) {
				this.#error('BadCall', offset, `${imm} slots lead out of the section`);
				return;
			}
			this.#callSlot(offset, this.#section.outputOffset / INSN_SIZE + inside);
			return;
		}
		const name = this.#syscallByHash.get(imm >>> 0);
		if (name === undefined) this.#error('UnknownSyscall', offset, `0x${hex(imm >>> 0)}`);
		else this.#callSyscall(offset, name);
	}

	#callSyscall(offset: number, name: string): void {
		const at = this.#section.outputOffset + offset;
		this.#syscalls.add(name);
		if (this.#layout.version === 0) {
			this.#text[at + 1] = 0x10;
			this.#view.setInt32(at + 4, -1, true);
			this.#syscallCalls.push({ offset: at, name });
		} else {
			this.#text[at + 1] = 0;
			this.#view.setUint32(at + 4, this.#keys.get(name) ?? 0, true);
		}
	}

	#loadAddress(offset: number, target: Target, addend: number): void {
		const value = this.#address(offset, target, addend);
		if (value === null) return;
		const at = this.#section.outputOffset + offset;
		this.#text[at + 1]! &= 0x0f;
		this.#view.setUint32(at + 4, value % 0x1_0000_0000, true);
		this.#view.setUint32(at + 12, Math.floor(value / 0x1_0000_0000), true);
	}

	#address(offset: number, target: Target, addend: number): number | null {
		if (target.kind === 'syscall') {
			this.#errors.add({ ...this.#where('SyscallAddress', offset), symbol: target.name });
			return null;
		}
		const value =
			target.kind === 'section'
				? addressIn(this.#layout, placeOf(target, addend, this.#merge))
				: target.kind === 'absolute'
					? target.value + addend
					: addend;
		if (value === null || value < 0) {
			this.#error('RelocationOutOfRange', offset, `addend ${addend}`);
			return null;
		}
		return value;
	}

	#audit(offset: number, opcode: number): void {
		const at = this.#section.outputOffset + offset;
		const registers = this.#text[at + 1]!;
		const dst = registers & 0x0f;
		const src = registers >> 4;
		const off = this.#view.getInt16(at + 2, true);
		const kind = this.#section.object.isHandWritten ? null : auditOpcode(opcode, off, this.#layout.version);
		if (kind !== null) this.#error(kind, offset, `0x${hex(opcode)}${off === 0 ? '' : ` with offset ${off}`}`);
		if (opcode === CALLX && this.#layout.version === 0) {
			// The compiler names the register as destination, V0 as immediate.
			this.#text[at + 1] = 0;
			this.#view.setInt32(at + 4, dst, true);
		}
		this.#auditFrame(offset, opcode, dst, src, off);
	}

	/** Follows pointers into the frame from one instruction to the next; a jump or call ends what is known. */
	#auditFrame(offset: number, opcode: number, dst: number, src: number, off: number): void {
		const frame = this.#frameOffsets;
		const kind = opcode & 7;
		const base = kind === CLASS_LDX ? src : kind === CLASS_ST || kind === CLASS_STX ? dst : -1;
		const known = base === FRAME_PTR_REG ? 0 : frame[base];
		if (known !== undefined && base >= 0) {
			const size = [4, 2, 1, 8][(opcode >> 3) & 3]!;
			const from = known + off;
			if (from < -STACK_FRAME_SIZE || from + size > 0)
				this.#error('FrameTooLarge', offset, `r10${signed(from)}`);
		}
		if (opcode === MOV64_REG) frame[dst] = src === FRAME_PTR_REG ? 0 : frame[src];
		else if (opcode === ADD64_IMM && frame[dst] !== undefined) {
			frame[dst] += this.#view.getInt32(this.#section.outputOffset + offset + 4, true);
		} else if (kind === CLASS_JMP || kind === CLASS_JMP32) frame.fill(undefined);
		else if (kind === CLASS_LDX || kind === CLASS_ALU64 || kind === CLASS_ALU32 || opcode === LDDW) {
			frame[dst] = undefined;
		}
	}

	#error(kind: LinkErrorKind, offset: number, detail: string): void {
		if (!this.#errors.isFull) this.#errors.add({ ...this.#where(kind, offset), detail });
	}

	#where(
		kind: LinkErrorKind,
		offset: number,
	): {
		kind: LinkErrorKind;
		object: string;
		section: string;
		offset: number;
		function?: string;
	} {
		const section = this.#section;
		const around = section.object.functionAt(section, offset);
		const place = { kind, object: section.object.name, section: section.name, offset };
		return around === undefined ? place : { ...place, function: around.name };
	}
}

function addressIn(layout: Layout, place: ReturnType<typeof placeOf>): number | null {
	return place === null ? null : addressOf(place, layout);
}

/** What is wrong with an instruction that a BPF compiler emitted, if anything. */
function auditOpcode(opcode: number, off: number, version: 0 | 3): LinkErrorKind | null {
	const kind = opcode & 7;
	const mode = opcode & 0xe0;
	switch (kind) {
		case CLASS_ALU32:
			return opcode === LE || opcode === BE ? null : 'WrongCpu';
		case CLASS_ALU64:
			if (opcode === BSWAP || off !== 0) return 'WrongCpu';
			break;
		case CLASS_JMP32:
			if (version === 0 || opcode === 0x06) return 'WrongCpu';
			break;
		case CLASS_LDX:
			if (mode === 0x80) return 'WrongCpu';
			break;
		case CLASS_STX:
			if (mode === 0xc0) return 'Atomic';
			break;
	}
	return instructionTable(version).rows[opcode] === undefined ? 'UnknownInstruction' : null;
}

function hex(value: number): string {
	return value.toString(16).padStart(2, '0');
}

function signed(value: number): string {
	return value < 0 ? `${value}` : `+${value}`;
}
