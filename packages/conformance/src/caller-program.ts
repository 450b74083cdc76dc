/** A program file that invokes another program and ends with what that gives. */
import type { Pubkey } from '@parhelion/sdk';
import { programFile } from './oracle/elf.ts';

/** Sizes of `SolInstruction` and `SolAccountMeta`. */
const INSTRUCTION_SIZE = 40;
const META_SIZE = 16;
const KEY_SIZE = 32;

/**
 * The ELF of a program that invokes `callee` with `data`, and ends with 0. `programs` are handed on for the callee to
 * invoke in turn; other accounts cannot be.
 */
export function callerFile(
	callee: Pubkey,
	data: Uint8Array = new Uint8Array(0),
	programs: readonly Pubkey[] = [],
): Uint8Array {
	// Read-only data lies at address 0: the instruction, the metas, the keys (the callee's first), the data.
	const keysAt = INSTRUCTION_SIZE + META_SIZE * programs.length;
	const dataAt = keysAt + KEY_SIZE * (programs.length + 1);
	const rodata = new Uint8Array(dataAt + data.length);
	const view = new DataView(rodata.buffer);
	const instruction = [keysAt, INSTRUCTION_SIZE, programs.length, dataAt, data.length];
	for (const [i, word] of instruction.entries()) view.setBigUint64(8 * i, BigInt(word), true);
	rodata.set(callee.bytes, keysAt);
	for (const [i, program] of programs.entries()) {
		const keyAt = keysAt + KEY_SIZE * (i + 1);
		view.setBigUint64(INSTRUCTION_SIZE + META_SIZE * i, BigInt(keyAt), true);
		rodata.set(program.bytes, keyAt);
	}
	rodata.set(data, dataAt);
	const source = ['mov64 r1, 0', 'mov64 r2, 0', 'mov64 r3, 0', 'mov64 r4, 0', 'mov64 r5, 0'];
	source.push('syscall sol_invoke_signed_c', 'mov64 r0, 0', 'exit');
	return programFile(source.join('\n'), rodata);
}
