/**
 * Owns the errors a program's run can end with besides {@link InstructionError}: those of syscalls, of
 * CPI and of memory translation, one row a variant with its Display text; and the one place that tells
 * the unions apart.
 *
 * `room` keeps variants apart that share a name across unions (`ArithmeticOverflow`).
 *
 * Source: solana-syscalls 4.3.0 lib.rs (SyscallError), solana-program-runtime 4.3.0 cpi.rs (CpiError),
 * memory.rs (MemoryTranslationError); crates `solana-address` (PubkeyError), `solana-poseidon`
 * (PoseidonSyscallError).
 */

import { type EbpfError, ebpfErrorText } from '@parhelion/sbpf';
import { Fault, InstructionError, instructionErrorText, type Pubkey } from '@parhelion/sdk';
import type { PubkeyError } from './pda.ts';
import type { U64 } from './u64.ts';
import { type Utf8Error, utf8ErrorText } from './utf8.ts';

const PUBKEY_ERROR_TEXT: Readonly<Record<PubkeyError, string>> = {
	MaxSeedLengthExceeded: 'Length of the seed is too long for address generation',
	InvalidSeeds: 'Provided seeds do not result in a valid address',
	IllegalOwner: 'Provided owner is not allowed',
};

/** What every error of this module carries. */
interface Room<R extends string> {
	readonly room: R;
}

/** Why a syscall stopped the program. */
export type SyscallError = Room<'syscall'> &
	(
		| { readonly kind: 'InvalidString'; readonly utf8: Utf8Error; readonly bytes: Uint8Array }
		| { readonly kind: 'Abort' }
		| { readonly kind: 'Panic'; readonly file: string; readonly line: U64; readonly column: U64 }
		| { readonly kind: 'InvokeContextBorrowFailed' }
		| { readonly kind: 'BadSeeds'; readonly error: PubkeyError }
		| { readonly kind: 'UnalignedPointer' }
		| { readonly kind: 'CopyOverlapping' }
		| { readonly kind: 'ReturnDataTooLarge'; readonly len: U64; readonly max: number }
		| { readonly kind: 'TooManySlices' }
		| { readonly kind: 'InvalidLength' }
		| { readonly kind: 'InvalidAttribute' }
		| { readonly kind: 'InvalidPointer' }
		| { readonly kind: 'ArithmeticOverflow' }
	);

/** Why a cross-program invocation did not start. */
export type CpiError = Room<'cpi'> &
	(
		| { readonly kind: 'InvalidPointer' }
		| { readonly kind: 'TooManySigners' }
		| { readonly kind: 'BadSeeds'; readonly error: PubkeyError }
		| { readonly kind: 'InvalidLength' }
		| {
				readonly kind: 'MaxInstructionAccountsExceeded';
				readonly numAccounts: U64;
				readonly maxAccounts: number;
		  }
		| { readonly kind: 'MaxInstructionDataLenExceeded'; readonly dataLen: U64; readonly maxDataLen: number }
		| {
				readonly kind: 'MaxInstructionAccountInfosExceeded';
				readonly numAccountInfos: U64;
				readonly maxAccountInfos: number;
		  }
		| { readonly kind: 'ProgramNotSupported'; readonly programId: Pubkey }
	);

/** Why an address could not be used as asked for. */
export type MemoryTranslationError = Room<'memory'> &
	({ readonly kind: 'UnalignedPointer' } | { readonly kind: 'InvalidLength' });

/** Why Poseidon does not hash, where that stops the program. */
export type PoseidonError = Room<'poseidon'> &
	({ readonly kind: 'InvalidParameters' } | { readonly kind: 'InvalidEndianness' });

/** Everything a program's entrypoint may throw. */
export type ProgramError =
	| InstructionError
	| SyscallError
	| CpiError
	| MemoryTranslationError
	| PoseidonError
	| EbpfError;

type Fields<E> = E extends unknown ? Omit<E, 'room'> : never;

/** A syscall error on its way up. */
export function syscallFault(error: Fields<SyscallError>): Fault<SyscallError> {
	return new Fault({ room: 'syscall', ...error } as SyscallError);
}

/** A CPI error on its way up. */
export function cpiFault(error: Fields<CpiError>): Fault<CpiError> {
	return new Fault({ room: 'cpi', ...error } as CpiError);
}

/** A translation error on its way up. */
export function memoryFault(kind: MemoryTranslationError['kind']): Fault<MemoryTranslationError> {
	return new Fault({ room: 'memory', kind });
}

/** An error of Poseidon on its way up. */
export function poseidonFault(kind: PoseidonError['kind']): Fault<PoseidonError> {
	return new Fault({ room: 'poseidon', kind });
}

/** `error` if it is an {@link InstructionError}, else `null`. */
export function asInstructionError(error: ProgramError): InstructionError | null {
	return !('room' in error) && Object.hasOwn(InstructionError, error.kind)
		? (error as InstructionError)
		: null;
}

/** `error` if it is one of the machine itself, else `null`. */
export function asEbpfError(error: ProgramError): EbpfError | null {
	return 'room' in error || asInstructionError(error) !== null ? null : (error as EbpfError);
}

/** The Display text of any program error, as `Program ... failed: ` logs it. */
export function programErrorText(error: ProgramError): string {
	if ('room' in error) {
		switch (error.room) {
			case 'syscall':
				return syscallErrorText(error);
			case 'cpi':
				return cpiErrorText(error);
			case 'memory':
				return error.kind === 'UnalignedPointer' ? 'Unaligned pointer' : 'InvalidLength';
			case 'poseidon':
				return error.kind === 'InvalidParameters' ? 'Invalid parameters.' : 'Invalid endianness.';
		}
	}
	const instructionError = asInstructionError(error);
	if (instructionError !== null) return instructionErrorText(instructionError);
	return ebpfErrorText(error as EbpfError, (foreign) => programErrorText(foreign as ProgramError));
}

function badSeedsText(error: PubkeyError): string {
	return `Could not create program address with signer seeds: ${PUBKEY_ERROR_TEXT[error]}`;
}

function syscallErrorText(error: SyscallError): string {
	switch (error.kind) {
		case 'InvalidString':
			return `${utf8ErrorText(error.utf8)}: [${error.bytes.join(', ')}]`;
		case 'Abort':
			return 'SBF program panicked';
		case 'Panic':
			return `SBF program Panicked in ${error.file} at ${error.line}:${error.column}`;
		case 'InvokeContextBorrowFailed':
			return 'Cannot borrow invoke context';
		case 'BadSeeds':
			return badSeedsText(error.error);
		case 'UnalignedPointer':
			return 'Unaligned pointer';
		case 'CopyOverlapping':
			return 'Overlapping copy';
		case 'ReturnDataTooLarge':
			return `Return data too large (${error.len} > ${error.max})`;
		case 'TooManySlices':
			return 'Hashing too many sequences';
		case 'InvalidLength':
			return 'InvalidLength';
		case 'InvalidAttribute':
			return 'InvalidAttribute';
		case 'InvalidPointer':
			return 'Invalid pointer';
		case 'ArithmeticOverflow':
			return 'Arithmetic overflow';
	}
}

function cpiErrorText(error: CpiError): string {
	switch (error.kind) {
		case 'InvalidPointer':
			return 'Invalid pointer';
		case 'TooManySigners':
			return 'Too many signers';
		case 'BadSeeds':
			return badSeedsText(error.error);
		case 'InvalidLength':
			return 'InvalidLength';
		case 'MaxInstructionAccountsExceeded':
			return `Invoked an instruction with too many accounts (${error.numAccounts} > ${error.maxAccounts})`;
		case 'MaxInstructionDataLenExceeded':
			return `Invoked an instruction with data that is too large (${error.dataLen} > ${error.maxDataLen})`;
		case 'MaxInstructionAccountInfosExceeded':
			return `Invoked an instruction with too many account info's (${error.numAccountInfos} > ${error.maxAccountInfos})`;
		case 'ProgramNotSupported':
			return `Program ${error.programId.toBase58()} not supported by inner instructions`;
	}
}
