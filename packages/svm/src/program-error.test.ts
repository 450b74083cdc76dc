import type { EbpfError } from '@parhelion/sbpf';
import { InstructionError, programIds } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import {
	asEbpfError,
	asInstructionError,
	cpiFault,
	memoryFault,
	type ProgramError,
	programErrorText,
	syscallFault,
} from './program-error.ts';

const violation: EbpfError = {
	kind: 'AccessViolation',
	access: 'Store',
	vmAddr: 0x1_0000_0000n,
	len: 8n,
	region: 'program',
};

describe('errors of a program', () => {
	it('of the same name are told apart', () => {
		const ofSyscall = syscallFault({ kind: 'ArithmeticOverflow' }).error;
		expect(asInstructionError(ofSyscall)).toBeNull();
		expect(asEbpfError(ofSyscall)).toBeNull();
		expect(asInstructionError(InstructionError.ArithmeticOverflow)).toBe(InstructionError.ArithmeticOverflow);
		expect(asInstructionError(InstructionError.Custom(7))).toEqual({ kind: 'Custom', code: 7 });
		expect(asInstructionError(violation)).toBeNull();
		expect(asEbpfError(violation)).toBe(violation);
	});

	const rows: readonly (readonly [ProgramError, string])[] = [
		[InstructionError.Custom(10), 'custom program error: 0xa'],
		[violation, 'Access violation writing 8 bytes at address 0x100000000 (in program region)'],
		[
			{ kind: 'SyscallError', error: InstructionError.InvalidArgument },
			'Syscall error: invalid program argument',
		],
		[memoryFault('UnalignedPointer').error, 'Unaligned pointer'],
		[memoryFault('InvalidLength').error, 'InvalidLength'],
		[
			syscallFault({ kind: 'Panic', file: 'lib.rs', line: 3, column: 2n ** 64n - 1n }).error,
			'SBF program Panicked in lib.rs at 3:18446744073709551615',
		],
		[
			syscallFault({
				kind: 'InvalidString',
				utf8: { validUpTo: 1, errorLen: 1 },
				bytes: Uint8Array.of(97, 255),
			}).error,
			'invalid utf-8 sequence of 1 bytes from index 1: [97, 255]',
		],
		[
			syscallFault({ kind: 'BadSeeds', error: 'MaxSeedLengthExceeded' }).error,
			'Could not create program address with signer seeds: Length of the seed is too long for address generation',
		],
		[
			syscallFault({ kind: 'ReturnDataTooLarge', len: 2000, max: 1024 }).error,
			'Return data too large (2000 > 1024)',
		],
		[
			cpiFault({ kind: 'MaxInstructionAccountInfosExceeded', numAccountInfos: 300, maxAccountInfos: 255 })
				.error,
			"Invoked an instruction with too many account info's (300 > 255)",
		],
		[
			cpiFault({ kind: 'ProgramNotSupported', programId: programIds.nativeLoader }).error,
			'Program NativeLoader1111111111111111111111111111111 not supported by inner instructions',
		],
	];
	it.each(rows.map(([error, text]) => [text, error] as const))('%s', (text, error) =>
		expect(programErrorText(error)).toBe(text),
	);
});
