/**
 * Relocation of a lenient ELF, in place, and the registry of its functions.
 *
 * Owns the rewriting of relative calls into calls by key, the three relocation types, and the labels of
 * the symbol table. Symbols and relocations are read from the file as it was given; writes go to a copy.
 * Source: solana-sbpf `elf.rs` (`Executable::relocate`).
 */
import { catchFault } from '@parhelion/sdk';
import type { Config } from '../config.ts';
import { type FunctionRegistry, hashSymbolName, registerFunctionHashedLegacy } from '../function-registry.ts';
import { INSN_SIZE } from '../isa/ebpf.ts';
import { INSTRUCTIONS } from '../isa/instructions.ts';
import { R_BPF_64_32, R_BPF_64_64, R_BPF_64_RELATIVE, REL_SIZE, STT_FUNC, SYM_SIZE } from './consts.ts';
import {
	dynamicSymbolName,
	type Elf64,
	getSection,
	symbolName,
	symbolTableOfSection,
	viewOf,
} from './elf64.ts';
import type { FileRange, Table } from './headers.ts';
import { elfFault, outOfBounds, utf8Lossy } from './parser-fault.ts';

const CALL_IMM = INSTRUCTIONS.CALL_IMM.opcode;
/** Where the immediate lies in an instruction. */
const IMM_OFFSET = 4;
/** A binding-insensitive mask: what is left of `st_info` of a global or local function is its type. */
const LABEL_INFO_MASK = 0xef;

const NO_NAME = new Uint8Array(0);

/** What relocation asks of a loader: its settings and the keys of the functions it lends. */
export interface RelocationLoader {
	readonly config: Config;
	readonly functions: { has(key: number): boolean };
}

/** A name of the dynamic symbol table and the key of a syscall of that name. */
interface DynamicName {
	readonly bytes: Uint8Array;
	readonly syscallKey: number;
}

/**
 * Relocates `file`, a copy of the bytes of `elf`, and registers its functions in `registry`.
 * The file must have passed {@link validateElf64}.
 *
 * @throws Fault<ElfError> RelativeJumpOutOfBounds or SymbolHashCollision in a call; then for each
 * relocation in turn ValueOutOfBounds, UnknownSymbol, InvalidVirtualAddress, SymbolHashCollision,
 * UnresolvedSymbol or UnknownRelocation; then, where labels are kept, ValueOutOfBounds, UnknownSymbol or
 * SymbolHashCollision in a symbol.
 */
export function relocateElf64(
	registry: FunctionRegistry<number>,
	loader: RelocationLoader,
	elf: Elf64,
	file: Uint8Array,
): void {
	const relocator = new Relocator(registry, loader, elf, file);
	relocator.fixRelativeCalls();
	relocator.applyRelocations();
	if (loader.config.enableSymbolAndSectionLabels) relocator.registerLabels();
}

class Relocator {
	readonly #registry: FunctionRegistry<number>;
	readonly #loader: RelocationLoader;
	readonly #elf: Elf64;
	readonly #file: Uint8Array;
	readonly #view: DataView;
	/** `.text` in the file, and its first and past-the-last virtual address. */
	readonly #text: FileRange;
	readonly #textAddr: number;
	readonly #textAddrEnd: number;
	/** Keys of targets that are registered under no name of their own. */
	readonly #keyOfTarget: Map<number, number> = new Map();
	readonly #dynamicNames: Map<number, DynamicName> = new Map();

	constructor(registry: FunctionRegistry<number>, loader: RelocationLoader, elf: Elf64, file: Uint8Array) {
		this.#registry = registry;
		this.#loader = loader;
		this.#elf = elf;
		this.#file = file;
		this.#view = viewOf(file);
		const section = getSection(elf, '.text');
		this.#text = section.fileRange();
		const vmRange = section.vmRange();
		this.#textAddr = Number(vmRange.start);
		this.#textAddrEnd = Number(vmRange.end);
	}

	/** Turns calls relative to the instruction into calls by the key of their target. */
	fixRelativeCalls(): void {
		const { start, end } = this.#text;
		const count = Math.floor((end - start) / INSN_SIZE);
		const labels = this.#loader.config.enableSymbolAndSectionLabels;
		const file = this.#file;
		for (let i = 0, at = start; i < count; i++, at += INSN_SIZE) {
			if (file[at] !== CALL_IMM) continue;
			const imm = this.#view.getInt32(at + IMM_OFFSET, true);
			if (imm === -1) continue;
			const target = i + 1 + imm;
			if (target < 0 || target >= count) throw elfFault({ kind: 'RelativeJumpOutOfBounds', pc: i });
			let key = this.#keyOfTarget.get(target);
			if (key === undefined) {
				const name = labels ? new TextEncoder().encode(`function_${target}`) : NO_NAME;
				key = this.#register(name, target);
				this.#keyOfTarget.set(target, key);
			}
			this.#view.setUint32(at + IMM_OFFSET, key, true);
		}
	}

	applyRelocations(): void {
		const table = this.#elf.dynamicRelocations;
		if (table === null) return;
		const view = this.#elf.view;
		for (let i = 0, at = table.offset; i < table.count; i++, at += REL_SIZE) {
			const offset = readU64(view, at);
			const type = view.getUint32(at + 8, true);
			const symbolIndex = view.getUint32(at + 12, true);
			if (type === R_BPF_64_64) this.#relocate64(offset, symbolIndex);
			else if (type === R_BPF_64_RELATIVE) this.#relocateRelative(offset);
			else if (type === R_BPF_64_32) this.#relocate32(offset, symbolIndex, at);
			else throw elfFault({ kind: 'UnknownRelocation', type });
		}
	}

	/** An `lddw` of a symbol's address. */
	#relocate64(offset: number, symbolIndex: number): void {
		const immLow = offset + IMM_OFFSET;
		const addend = this.#getU32(immLow);
		const symbol = this.#dynamicSymbol(symbolIndex);
		const view = this.#elf.view;
		// The sum saturates at 2^64 and moves up by 2^32 unless it has passed that already.
		let low = view.getUint32(symbol + 8, true) + addend;
		let high = view.getUint32(symbol + 12, true);
		if (low > 0xffff_ffff) {
			if (high === 0xffff_ffff) low = 0xffff_ffff;
			else high++;
		}
		this.#setU32(immLow, low);
		this.#setU32(immLow + INSN_SIZE, high === 0 ? 1 : high);
	}

	/** An `lddw` in `.text`, or a data word elsewhere, that holds an address in the file. */
	#relocateRelative(offset: number): void {
		const immLow = offset + IMM_OFFSET;
		if (offset >= this.#text.start && offset < this.#text.end) {
			const immHigh = immLow + INSN_SIZE;
			const low = this.#getU32(immLow);
			const high = this.#getU32(immHigh);
			if (low === 0 && high === 0) throw elfFault({ kind: 'InvalidVirtualAddress', vmAddr: 0n });
			if (high === 0) this.#setU32(immHigh, 1);
		} else {
			// Old toolchains kept the lower 32 bits only, in the upper half of the word.
			const addr = this.#getU32(immLow);
			this.#setU32(offset, addr);
			this.#setU32(immLow, 1);
		}
	}

	/** A call by name, of a function or of a syscall. */
	#relocate32(offset: number, symbolIndex: number, relocation: number): void {
		const view = this.#elf.view;
		const symbol = this.#dynamicSymbol(symbolIndex);
		const name = this.#dynamicName(view.getUint32(symbol, true));
		const value = readU64(view, symbol + 8);
		let key: number;
		if ((view.getUint8(symbol + 4) & 0xf) === STT_FUNC && value !== 0) {
			key = this.#register(name.bytes, this.#targetPc(value));
		} else {
			key = name.syscallKey;
			if (this.#loader.config.rejectBrokenElfs && !this.#loader.functions.has(key)) {
				const fileOffset = view.getBigUint64(relocation, true);
				const pc = fileOffset / BigInt(INSN_SIZE);
				throw elfFault({ kind: 'UnresolvedSymbol', name: utf8Lossy(name.bytes), pc, fileOffset });
			}
		}
		this.#setU32(offset + IMM_OFFSET, key);
	}

	/** Registers the functions of the symbol table under their names. */
	registerLabels(): void {
		const table = this.#symbolTable();
		if (table === null) return;
		const view = this.#elf.view;
		for (let i = 0, at = table.offset; i < table.count; i++, at += SYM_SIZE) {
			if ((view.getUint8(at + 4) & LABEL_INFO_MASK) !== STT_FUNC) continue;
			const target = this.#targetPc(readU64(view, at + 8));
			const index = view.getUint32(at, true);
			const name = catchFault(() => symbolName(this.#elf, index));
			if (!name.ok) throw elfFault({ kind: 'UnknownSymbol', index });
			this.#register(name.value.slice(), target);
		}
	}

	/** `.symtab`, where there is a sound one. */
	#symbolTable(): Table | null {
		const section = this.#elf.symbolSection;
		if (section === null) return null;
		const table = catchFault(() => symbolTableOfSection(this.#elf.bytes.length, section));
		return table.ok ? table.value : null;
	}

	#register(name: Uint8Array, target: number): number {
		const labels = this.#loader.config.enableSymbolAndSectionLabels;
		return registerFunctionHashedLegacy(this.#registry, this.#loader.functions, labels, true, name, target);
	}

	/** The slot of `.text` that an address falls in; ValueOutOfBounds outside of it. */
	#targetPc(addr: number): number {
		if (addr < this.#textAddr || addr >= this.#textAddrEnd) throw outOfBounds();
		return Math.floor((addr - this.#textAddr) / INSN_SIZE);
	}

	/** Where in the file a dynamic symbol lies; UnknownSymbol where there is none of that index. */
	#dynamicSymbol(index: number): number {
		const table = this.#elf.dynamicSymbols;
		if (table === null || index >= table.count) throw elfFault({ kind: 'UnknownSymbol', index });
		return table.offset + index * SYM_SIZE;
	}

	#dynamicName(index: number): DynamicName {
		const known = this.#dynamicNames.get(index);
		if (known !== undefined) return known;
		const found = catchFault(() => dynamicSymbolName(this.#elf, index));
		if (!found.ok) throw elfFault({ kind: 'UnknownSymbol', index });
		const bytes = found.value.slice();
		const name = { bytes, syscallKey: hashSymbolName(bytes) };
		this.#dynamicNames.set(index, name);
		return name;
	}

	#getU32(offset: number): number {
		if (offset + 4 > this.#file.length) throw outOfBounds();
		return this.#view.getUint32(offset, true);
	}

	#setU32(offset: number, value: number): void {
		if (offset + 4 > this.#file.length) throw outOfBounds();
		this.#view.setUint32(offset, value, true);
	}
}

/** A 64-bit value as a number; infinite from 2^53 on, which is past the end of anything in memory. */
function readU64(view: DataView, offset: number): number {
	const high = view.getUint32(offset + 4, true);
	return high < 0x20_0000 ? high * 0x1_0000_0000 + view.getUint32(offset, true) : Number.POSITIVE_INFINITY;
}
