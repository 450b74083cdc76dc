/**
 * The checks a program must pass before it may run.
 *
 * Owns the order of the checks, which decides the error a program with several faults is refused with.
 * Version differences come from the instruction table.
 * Source: solana-sbpf `verifier.rs`, `RequisiteVerifier`.
 */
import { err, ok, type Result } from '@parhelion/sdk';
import type { Config } from './config.ts';
import type { VerifierError } from './errors.ts';
import { FRAME_PTR_REG, INSN_SIZE } from './isa/ebpf.ts';
import { INSTRUCTIONS } from './isa/instructions.ts';
import {
	CHECK_CALLX,
	CHECK_ENDIAN,
	CHECK_FRAME_BUMP,
	CHECK_JUMP,
	CHECK_LDDW,
	CHECK_NONE,
	CHECK_NONZERO,
	CHECK_SHIFT32,
	CHECK_SHIFT64,
	instructionTable,
} from './isa/table.ts';
import { callxUsesDstReg, callxUsesSrcReg, manualStackFrameBump, type SBPFVersion } from './program.ts';

const ADD64_IMM = INSTRUCTIONS.ADD64_IMM.opcode;

/**
 * Verifies the text section `prog` (bytes) of a program of `version`, in time linear in its length.
 *
 * Errors in order: ProgramLengthNotMultiple, NoProgram; then for each instruction the one of its own check
 * (or UnknownOpCode), InvalidSourceRegister, CannotWriteR10 or InvalidDestinationRegister. After an `lddw`
 * register errors name its second slot, as upstream's do.
 */
export function verify(prog: Uint8Array, _config: Config, version: SBPFVersion): Result<void, VerifierError> {
	if (prog.length % INSN_SIZE !== 0) return err({ kind: 'ProgramLengthNotMultiple' });
	if (prog.length === 0) return err({ kind: 'NoProgram' });

	const { check, store } = instructionTable(version);
	const mayBumpFrame = manualStackFrameBump(version);
	const length = prog.length / INSN_SIZE;
	// The second slot of an `lddw` is never missing (LDDWCannotBeLast), so the walk ends on `length`
	// exactly and upstream's closing check cannot fail.
	for (let pc = 0; pc < length; pc++) {
		const at = pc * INSN_SIZE;
		const opcode = prog[at]!;
		const dst = prog[at + 1]! & 0x0f;
		const src = prog[at + 1]! >> 4;

		switch (check[opcode]) {
			case CHECK_NONE:
				break;
			case CHECK_JUMP: {
				const off = ((prog[at + 2]! | (prog[at + 3]! << 8)) << 16) >> 16;
				const target = pc + 1 + off;
				if (target < 0 || target >= length) {
					return err({ kind: 'JumpOutOfCode', target: BigInt.asUintN(64, BigInt(target)), pc });
				}
				if (prog[target * INSN_SIZE] === 0) return err({ kind: 'JumpToMiddleOfLDDW', target, pc });
				break;
			}
			case CHECK_LDDW:
				if (pc + 1 >= length) return err({ kind: 'LDDWCannotBeLast' });
				if (prog[at + INSN_SIZE] !== 0) return err({ kind: 'IncompleteLDDW', pc });
				pc++;
				break;
			case CHECK_NONZERO:
				if (immediate(prog, at) === 0) return err({ kind: 'DivisionByZero', pc });
				break;
			case CHECK_SHIFT32:
			case CHECK_SHIFT64: {
				const bits = check[opcode] === CHECK_SHIFT32 ? 32 : 64;
				const imm = immediate(prog, at);
				if (imm < 0 || imm >= bits) {
					return err({ kind: 'ShiftWithOverflow', shift: BigInt.asUintN(64, BigInt(imm)), bits, pc });
				}
				break;
			}
			case CHECK_ENDIAN: {
				const imm = immediate(prog, at);
				if (imm !== 16 && imm !== 32 && imm !== 64) return err({ kind: 'UnsupportedLEBEArgument', pc });
				break;
			}
			case CHECK_FRAME_BUMP:
				if (mayBumpFrame && dst === FRAME_PTR_REG && immediate(prog, at) % 64 !== 0) {
					return err({ kind: 'UnalignedImmediate', pc });
				}
				break;
			case CHECK_CALLX: {
				const register = callxUsesSrcReg(version)
					? src
					: callxUsesDstReg(version)
						? dst
						: immediate(prog, at);
				if (register < 0 || register >= 10) return err({ kind: 'InvalidRegister', pc });
				break;
			}
			default:
				return err({ kind: 'UnknownOpCode', opcode, pc });
		}

		if (src > 10) return err({ kind: 'InvalidSourceRegister', pc });
		if (dst >= FRAME_PTR_REG && !(dst === FRAME_PTR_REG && store[opcode] === 1)) {
			if (dst > FRAME_PTR_REG) return err({ kind: 'InvalidDestinationRegister', pc });
			if (!(mayBumpFrame && opcode === ADD64_IMM)) return err({ kind: 'CannotWriteR10', pc });
		}
	}
	return ok(undefined);
}

/** The immediate of the instruction at byte `at`, signed. */
function immediate(prog: Uint8Array, at: number): number {
	return prog[at + 4]! | (prog[at + 5]! << 8) | (prog[at + 6]! << 16) | (prog[at + 7]! << 24);
}
