/**
 * The words the assembler understands, derived from the instruction table.
 *
 * Owns the spellings the table does not have: `add` for `add64`, `jeq64` for `jeq`, `be16` for `be` with
 * an immediate, `syscall` for a `call` to the loader. As upstream's assembler does, it knows every word
 * in every version and leaves refusing to the verifier; only loads and stores change their byte.
 * Source: solana-sbpf `assembler.rs`, `make_instruction_map`.
 */
import { INSTRUCTIONS, type OperandShape } from '../isa/instructions.ts';
import { ALL_INSTRUCTIONS, accessesMemory, type Instruction, isAvailable } from '../isa/table.ts';
import type { SBPFVersion } from '../program.ts';

/** Which operands a word takes; immediate and register forms of one word share their kind. */
export type MnemonicKind =
	| 'aluBinary'
	| 'aluUnary'
	| 'lddw'
	| 'load'
	| 'storeImm'
	| 'storeReg'
	| 'jump'
	| 'jumpConditional'
	| 'syscall'
	| 'callImm'
	| 'callReg'
	| 'endian'
	| 'exit';

/** What a word stands for: the byte of its immediate form and, for `endian`, the bits. */
export interface Mnemonic {
	readonly kind: MnemonicKind;
	readonly opcode: number;
	readonly bits: number;
}

/** The bit of an opcode that says its operand is a register. */
export const REGISTER_FORM = 0x08;

const KINDS: Readonly<Record<OperandShape, MnemonicKind>> = {
	lddw: 'lddw',
	load: 'load',
	storeImm: 'storeImm',
	storeReg: 'storeReg',
	aluImm: 'aluBinary',
	aluReg: 'aluBinary',
	aluUnary: 'aluUnary',
	endian: 'endian',
	jump: 'jump',
	jumpImm: 'jumpConditional',
	jumpReg: 'jumpConditional',
	callImm: 'callImm',
	callReg: 'callReg',
	exit: 'exit',
};

const compiled: (ReadonlyMap<string, Mnemonic> | undefined)[] = [];

/** The words of `version`, compiled on first use. */
export function mnemonics(version: SBPFVersion): ReadonlyMap<string, Mnemonic> {
	compiled[version] ??= compile(version);
	return compiled[version];
}

function compile(version: SBPFVersion): ReadonlyMap<string, Mnemonic> {
	const words = new Map<string, Mnemonic>();
	for (const row of ALL_INSTRUCTIONS) {
		if (accessesMemory(row.shape) && !isAvailable(row, version)) continue;
		const kind = KINDS[row.shape];
		const twoForms = kind === 'aluBinary' || kind === 'jumpConditional';
		const opcode = twoForms ? row.opcode & ~REGISTER_FORM : row.opcode;
		for (const [word, bits] of spellings(row, kind)) words.set(word, { kind, opcode, bits });
	}
	words.set('syscall', { kind: 'syscall', opcode: INSTRUCTIONS.CALL_IMM.opcode, bits: 0 });
	// No version has this instruction, yet upstream's assembler emits it.
	words.set('hor32', { kind: 'aluBinary', opcode: INSTRUCTIONS.HOR64_IMM.opcode & ~0x03, bits: 0 });
	return words;
}

function spellings(row: Instruction, kind: MnemonicKind): [word: string, bits: number][] {
	const { mnemonic, width } = row;
	if (kind === 'endian') return [16, 32, 64].map((bits) => [`${mnemonic}${bits}`, bits]);
	const words: [string, number][] = [[mnemonic, 0]];
	if ((kind === 'aluBinary' || kind === 'aluUnary') && width === 64) {
		words.push([mnemonic.replace(/64$/, ''), 0]);
	}
	if (kind === 'jumpConditional' && width === 64) words.push([`${mnemonic}64`, 0]);
	return words;
}
