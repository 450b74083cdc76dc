/**
 * One instruction into assembly text.
 *
 * Owns the notation of operands. Which blocks have labels is the analysis's knowledge and comes in.
 * Source: solana-sbpf `disassembler.rs`, `disassemble_instruction`.
 */
import type { FunctionRegistry } from '../function-registry.ts';
import type { Insn } from '../isa/insn.ts';
import { INSTRUCTIONS } from '../isa/instructions.ts';
import { type Instruction, instructionTable } from '../isa/table.ts';
import {
	type BuiltinProgram,
	type ContextObject,
	calculateCallImmTargetPc,
	callxUsesDstReg,
	callxUsesSrcReg,
	type SBPFVersion,
	staticSyscalls,
} from '../program.ts';

/** The basic blocks that start at a slot. */
export interface LabelledBlocks {
	get(pc: number): { readonly label: string } | undefined;
}

/** Printed in every version, even in those without them; as upstream does. */
const PRINTED_ALWAYS: readonly Instruction[] = [
	{ name: 'LD_DW_IMM', ...INSTRUCTIONS.LD_DW_IMM },
	{ name: 'LE', ...INSTRUCTIONS.LE },
	{ name: 'HOR64_IMM', ...INSTRUCTIONS.HOR64_IMM },
];

/**
 * The text of `insn`, an `lddw` merged. `pc` is its index among the instructions, by which upstream finds
 * the target of a relative call; jumps go by `insn.ptr`.
 */
export function disassembleInstruction<C extends ContextObject>(
	insn: Insn,
	pc: number,
	blocks: LabelledBlocks,
	functionRegistry: FunctionRegistry<number>,
	loader: BuiltinProgram<C>,
	version: SBPFVersion,
): string {
	const row =
		instructionTable(version).rows[insn.opc] ?? PRINTED_ALWAYS.find((always) => always.opcode === insn.opc);
	if (row === undefined) return `unknown opcode=0x${insn.opc.toString(16)}`;
	const name = row.mnemonic;
	const { dst, src, imm } = insn;
	switch (row.shape) {
		case 'lddw':
			return `${name} r${dst}, 0x${BigInt.asUintN(64, imm).toString(16)}`;
		case 'load':
			return `${name} r${dst}, [r${src}${signedOffset(insn.off)}]`;
		case 'storeImm':
			return `${name} [r${dst}${signedOffset(insn.off)}], ${imm}`;
		case 'storeReg':
			return `${name} [r${dst}${signedOffset(insn.off)}], r${src}`;
		case 'aluImm':
			return `${name} r${dst}, ${imm}`;
		case 'aluReg':
			return `${name} r${dst}, r${src}`;
		case 'aluUnary':
			return `${name} r${dst}`;
		case 'endian':
			return `${name}${imm} r${dst}`;
		case 'jump':
			return `${name} ${label(blocks, insn)}`;
		case 'jumpImm':
			return `${name} r${dst}, ${imm}, ${label(blocks, insn)}`;
		case 'jumpReg':
			return `${name} r${dst}, r${src}, ${label(blocks, insn)}`;
		case 'callImm':
			return call(insn, pc, functionRegistry, loader, version);
		case 'callReg': {
			const register = callxUsesSrcReg(version) ? src : callxUsesDstReg(version) ? dst : imm & 0xffn;
			return `${name} r${register}`;
		}
		case 'exit':
			return name;
	}
}

function call<C extends ContextObject>(
	insn: Insn,
	pc: number,
	functionRegistry: FunctionRegistry<number>,
	loader: BuiltinProgram<C>,
	version: SBPFVersion,
): string {
	const target = calculateCallImmTargetPc(version, pc, Number(insn.imm));
	const fn = functionRegistry.lookupByKey(target);
	if ((fn === undefined && !staticSyscalls(version)) || insn.src === 0) {
		const syscall = loader.functions.lookupByKey(Number(BigInt.asUintN(32, insn.imm)));
		return `syscall ${syscall === undefined ? insn.imm : text(syscall.name)}`;
	}
	return `call ${fn === undefined ? insn.imm : text(fn.name)}`;
}

function text(name: Uint8Array): string {
	return new TextDecoder('utf-8', { ignoreBOM: true }).decode(name);
}

function label(blocks: LabelledBlocks, insn: Insn): string {
	return blocks.get(insn.ptr + insn.off + 1)?.label ?? '[invalid]';
}

function signedOffset(off: number): string {
	return off < 0 ? `-0x${(-off).toString(16)}` : `+0x${off.toString(16)}`;
}
