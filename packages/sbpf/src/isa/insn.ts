/**
 * One decoded instruction.
 *
 * Owns reading it from and writing it to the eight bytes of its slot. For tools; loops that must be fast
 * read the bytes themselves.
 * Source: solana-sbpf `ebpf.rs`, `Insn`.
 */
import { INSN_SIZE } from './ebpf.ts';

/** An instruction: `ptr` is its slot, `imm` is signed and 64 bits wide once `lddw` is merged. */
export interface Insn {
	readonly ptr: number;
	readonly opc: number;
	readonly dst: number;
	readonly src: number;
	readonly off: number;
	readonly imm: bigint;
}

/**
 * Reads slot `pc` of `prog`.
 *
 * @throws RangeError where the program ends before that slot does.
 */
export function getInsn(prog: Uint8Array, pc: number): Insn {
	const view = new DataView(prog.buffer, prog.byteOffset, prog.byteLength);
	const at = pc * INSN_SIZE;
	const registers = view.getUint8(at + 1);
	return {
		ptr: pc,
		opc: view.getUint8(at),
		dst: registers & 0x0f,
		src: registers >> 4,
		off: view.getInt16(at + 2, true),
		imm: BigInt(view.getInt32(at + 4, true)),
	};
}

/**
 * Joins the `lddw` in slot `insn.ptr` of `prog` with the upper half that its next slot holds.
 *
 * @throws RangeError where the program ends before that slot does.
 */
export function augmentLddw(prog: Uint8Array, insn: Insn): Insn {
	const upper = getInsn(prog, insn.ptr + 1).imm;
	return { ...insn, imm: BigInt.asIntN(64, BigInt.asUintN(32, insn.imm) | (upper << 32n)) };
}

/** Writes `insn` into its slot of `prog`; of `imm` the lower 32 bits. */
export function putInsn(prog: Uint8Array, insn: Insn): void {
	const view = new DataView(prog.buffer, prog.byteOffset, prog.byteLength);
	const at = insn.ptr * INSN_SIZE;
	view.setUint8(at, insn.opc);
	view.setUint8(at + 1, (insn.src << 4) | insn.dst);
	view.setInt16(at + 2, insn.off, true);
	view.setInt32(at + 4, Number(BigInt.asIntN(32, insn.imm)), true);
}
