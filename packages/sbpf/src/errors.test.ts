import { expect, test } from 'vitest';
import { type EbpfError, ebpfErrorText, elfErrorText, errorDebug, verifierErrorText } from './errors.ts';

test('an error is spelt with its arguments in order', () => {
	expect(errorDebug({ kind: 'NoProgram' })).toBe('NoProgram');
	expect(errorDebug({ kind: 'CannotWriteR10', pc: 0 })).toBe('CannotWriteR10(0)');
	expect(errorDebug({ kind: 'ShiftWithOverflow', shift: 32n, bits: 32, pc: 4 })).toBe(
		'ShiftWithOverflow(32, 32, 4)',
	);
	expect(errorDebug({ pc: 1, kind: 'JumpOutOfCode', target: 2n ** 64n - 1n })).toBe(
		'JumpOutOfCode(18446744073709551615, 1)',
	);
});

test('names are quoted, access types are not, and errors nest', () => {
	const access: EbpfError = {
		kind: 'AccessViolation',
		access: 'Store',
		vmAddr: 16n,
		len: 8n,
		region: 'input',
	};
	expect(errorDebug(access)).toBe('AccessViolation(Store, 16, 8, "input")');
	expect(errorDebug({ kind: 'ElfError', error: { kind: 'SectionNotFound', name: 'a"\n' } })).toBe(
		'ElfError(SectionNotFound("a\\"\\n"))',
	);
	expect(errorDebug({ kind: 'SyscallError', error: access })).toBe(
		'SyscallError(AccessViolation(Store, 16, 8, "input"))',
	);
	expect(errorDebug({ kind: 'LibcInvocationFailed', fn: 'mmap', args: ['a'], code: 1 })).toBe(
		'LibcInvocationFailed("mmap", ["a"], 1)',
	);
});

test('an error of another room is spelt by its kind', () => {
	expect(errorDebug({ kind: 'InvalidLength', len: 3 })).toBe('InvalidLength');
	expect(errorDebug({ kind: 'toString' })).toBe('toString');
	expect(errorDebug(null)).toBe('null');
});

test('texts are the ones the log shows', () => {
	expect(
		ebpfErrorText({
			kind: 'AccessViolation',
			access: 'Load',
			vmAddr: 0x200000fffn,
			len: 8n,
			region: 'stack',
		}),
	).toBe('Access violation reading 8 bytes at address 0x200000fff (in stack region)');
	expect(
		ebpfErrorText({ kind: 'StackAccessViolation', access: 'Load', vmAddr: 0x200001000n, len: 8n, frame: -1 }),
	).toBe('Access violation in stack frame -1 at address 0x200001000 of size 8');
	expect(ebpfErrorText({ kind: 'ExceededMaxInstructions' })).toBe('exceeded CUs meter at BPF instruction');
	expect(ebpfErrorText({ kind: 'VerifierError', error: { kind: 'UnknownOpCode', opcode: 6, pc: 0 } })).toBe(
		'Verifier error: unknown eBPF opcode 0x6 (insn #0)',
	);
	expect(verifierErrorText({ kind: 'ShiftWithOverflow', shift: 64n, bits: 32, pc: 2 })).toBe(
		'Shift with overflow of 64-bit value by 32 (insn #2)',
	);
	expect(elfErrorText({ kind: 'UnresolvedSymbol', name: 'log', pc: 39n, fileOffset: 312n })).toBe(
		'Unresolved symbol (log) at instruction #39 (ELF file offset 0x138)',
	);
});

test('the room that failed writes the text of a syscall error', () => {
	const error: EbpfError = { kind: 'SyscallError', error: { kind: 'Abort' } };
	expect(ebpfErrorText(error, () => 'SBF program panicked')).toBe('Syscall error: SBF program panicked');
	expect(ebpfErrorText(error)).toBe('Syscall error: Abort');
});
