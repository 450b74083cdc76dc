/**
 * The errors of the bytecode machine: one row a variant, with its arguments and its text.
 *
 * Owns the three unions, their Display text and their Rust Debug spelling. Arguments that upstream
 * holds as 64-bit addresses or values are `bigint`; slots, indices and offsets are numbers.
 * Source: solana-sbpf `error.rs` (`EbpfError`), `elf.rs` (`ElfError`), `verifier.rs` (`VerifierError`).
 */
import { debugString } from './rust-debug.ts';

/** Why a verifier refuses a program; `pc` is the slot of the instruction at fault. */
export type VerifierError =
	| { readonly kind: 'ProgramLengthNotMultiple' }
	| { readonly kind: 'ProgramTooLarge'; readonly len: number }
	| { readonly kind: 'NoProgram' }
	| { readonly kind: 'DivisionByZero'; readonly pc: number }
	| { readonly kind: 'UnsupportedLEBEArgument'; readonly pc: number }
	| { readonly kind: 'LDDWCannotBeLast' }
	| { readonly kind: 'IncompleteLDDW'; readonly pc: number }
	| { readonly kind: 'InfiniteLoop'; readonly pc: number }
	| { readonly kind: 'JumpOutOfCode'; readonly target: bigint; readonly pc: number }
	| { readonly kind: 'JumpToMiddleOfLDDW'; readonly target: number; readonly pc: number }
	| { readonly kind: 'InvalidSourceRegister'; readonly pc: number }
	| { readonly kind: 'CannotWriteR10'; readonly pc: number }
	| { readonly kind: 'InvalidDestinationRegister'; readonly pc: number }
	| { readonly kind: 'UnknownOpCode'; readonly opcode: number; readonly pc: number }
	| { readonly kind: 'ShiftWithOverflow'; readonly shift: bigint; readonly bits: number; readonly pc: number }
	| { readonly kind: 'InvalidRegister'; readonly pc: number }
	| { readonly kind: 'InvalidFunction'; readonly pc: number }
	| { readonly kind: 'InvalidSyscall'; readonly key: number }
	| { readonly kind: 'UnalignedImmediate'; readonly pc: number };

/** Why a file or a text section is no program. */
export type ElfError =
	| { readonly kind: 'FailedToParse'; readonly message: string }
	| { readonly kind: 'EntrypointOutOfBounds' }
	| { readonly kind: 'InvalidEntrypoint' }
	| { readonly kind: 'FailedToGetSection'; readonly name: string }
	| {
			readonly kind: 'UnresolvedSymbol';
			readonly name: string;
			readonly pc: bigint;
			readonly fileOffset: bigint;
	  }
	| { readonly kind: 'SectionNotFound'; readonly name: string }
	| { readonly kind: 'RelativeJumpOutOfBounds'; readonly pc: number }
	| { readonly kind: 'SymbolHashCollision'; readonly key: number }
	| { readonly kind: 'WrongEndianess' }
	| { readonly kind: 'WrongAbi' }
	| { readonly kind: 'WrongMachine' }
	| { readonly kind: 'WrongClass' }
	| { readonly kind: 'NotOneTextSection' }
	| { readonly kind: 'WritableSectionNotSupported'; readonly name: string }
	| { readonly kind: 'AddressOutsideLoadableSection'; readonly vmAddr: bigint }
	| { readonly kind: 'InvalidVirtualAddress'; readonly vmAddr: bigint }
	| { readonly kind: 'UnknownRelocation'; readonly type: number }
	| { readonly kind: 'FailedToReadRelocationInfo' }
	| { readonly kind: 'WrongType' }
	| { readonly kind: 'UnknownSymbol'; readonly index: number }
	| { readonly kind: 'ValueOutOfBounds' }
	| { readonly kind: 'UnsupportedSBPFVersion' }
	| { readonly kind: 'InvalidProgramHeader' };

/** Reading or writing, in upstream's words. */
export type AccessTypeName = 'Load' | 'Store';

/** Why a program stops. `SyscallError` carries an error of the room that lent the function. */
export type EbpfError =
	| { readonly kind: 'ElfError'; readonly error: ElfError }
	| { readonly kind: 'FunctionAlreadyRegistered'; readonly key: number }
	| { readonly kind: 'CallDepthExceeded' }
	| { readonly kind: 'ExitRootCallFrame' }
	| { readonly kind: 'DivideByZero' }
	| { readonly kind: 'DivideOverflow' }
	| { readonly kind: 'ExecutionOverrun' }
	| { readonly kind: 'CallOutsideTextSegment' }
	| { readonly kind: 'ExceededMaxInstructions' }
	| { readonly kind: 'JitNotCompiled' }
	| { readonly kind: 'InvalidMemoryRegion'; readonly index: number }
	| {
			readonly kind: 'AccessViolation';
			readonly access: AccessTypeName;
			readonly vmAddr: bigint;
			readonly len: bigint;
			readonly region: string;
	  }
	| {
			readonly kind: 'StackAccessViolation';
			readonly access: AccessTypeName;
			readonly vmAddr: bigint;
			readonly len: bigint;
			readonly frame: number;
	  }
	| { readonly kind: 'InvalidInstruction' }
	| { readonly kind: 'UnsupportedInstruction' }
	| { readonly kind: 'ExhaustedTextSegment'; readonly pc: number }
	| {
			readonly kind: 'LibcInvocationFailed';
			readonly fn: string;
			readonly args: readonly string[];
			readonly code: number;
	  }
	| { readonly kind: 'VerifierError'; readonly error: VerifierError }
	| { readonly kind: 'SyscallError'; readonly error: unknown };

/** Writes the text of an error of another room. */
export type ForeignErrorText = (error: unknown) => string;

type ArgumentName<E> = Exclude<keyof E & string, 'kind'>;
/** A variant: the fields of its arguments in upstream's order, and its Display text. */
type Row<E> = readonly [args: readonly ArgumentName<E>[], text: (e: E, foreign: ForeignErrorText) => string];
type Table<U extends { kind: string }> = { readonly [K in U['kind']]: Row<Extract<U, { kind: K }>> };

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

const VERIFIER_ERRORS: Table<VerifierError> = {
	ProgramLengthNotMultiple: [[], () => 'program length must be a multiple of 8 octets'],
	ProgramTooLarge: [['len'], () => 'Deprecated'],
	NoProgram: [[], () => 'no program set, call prog_set() to load one'],
	DivisionByZero: [['pc'], (e) => `division by 0 (insn #${e.pc})`],
	UnsupportedLEBEArgument: [['pc'], (e) => `unsupported argument for LE/BE (insn #${e.pc})`],
	LDDWCannotBeLast: [[], () => 'LD_DW instruction cannot be last in program'],
	IncompleteLDDW: [['pc'], (e) => `incomplete LD_DW instruction (insn #${e.pc})`],
	InfiniteLoop: [['pc'], (e) => `infinite loop (insn #${e.pc})`],
	JumpOutOfCode: [['target', 'pc'], (e) => `jump out of code to #${e.target} (insn #${e.pc})`],
	JumpToMiddleOfLDDW: [['target', 'pc'], (e) => `jump to middle of LD_DW at #${e.target} (insn #${e.pc})`],
	InvalidSourceRegister: [['pc'], (e) => `invalid source register (insn #${e.pc})`],
	CannotWriteR10: [['pc'], (e) => `cannot write into register r10 (insn #${e.pc})`],
	InvalidDestinationRegister: [['pc'], (e) => `invalid destination register (insn #${e.pc})`],
	UnknownOpCode: [['opcode', 'pc'], (e) => `unknown eBPF opcode ${hex(e.opcode)} (insn #${e.pc})`],
	ShiftWithOverflow: [
		['shift', 'bits', 'pc'],
		(e) => `Shift with overflow of ${e.shift}-bit value by ${e.bits} (insn #${e.pc})`,
	],
	InvalidRegister: [['pc'], (e) => `Invalid register specified at instruction ${e.pc}`],
	InvalidFunction: [['pc'], (e) => `Invalid function at instruction ${e.pc}`],
	InvalidSyscall: [['key'], (e) => `Invalid syscall code ${e.key}`],
	UnalignedImmediate: [['pc'], (e) => `Unaligned immediate (insn #${e.pc})`],
};

const ELF_ERRORS: Table<ElfError> = {
	FailedToParse: [['message'], (e) => `Failed to parse ELF file: ${e.message}`],
	EntrypointOutOfBounds: [[], () => 'Entrypoint out of bounds'],
	InvalidEntrypoint: [[], () => 'Invalid entrypoint'],
	FailedToGetSection: [['name'], (e) => `Failed to get section ${e.name}`],
	UnresolvedSymbol: [
		['name', 'pc', 'fileOffset'],
		(e) => `Unresolved symbol (${e.name}) at instruction #${e.pc} (ELF file offset ${hex(e.fileOffset)})`,
	],
	SectionNotFound: [['name'], (e) => `Section not found: ${e.name}`],
	RelativeJumpOutOfBounds: [['pc'], (e) => `Relative jump out of bounds at instruction #${e.pc}`],
	SymbolHashCollision: [['key'], (e) => `Symbol hash collision ${hex(e.key)}`],
	WrongEndianess: [[], () => 'Incompatible ELF: wrong endianess'],
	WrongAbi: [[], () => 'Incompatible ELF: wrong ABI'],
	WrongMachine: [[], () => 'Incompatible ELF: wrong machine'],
	WrongClass: [[], () => 'Incompatible ELF: wrong class'],
	NotOneTextSection: [
		[],
		() => 'Multiple or no text sections, consider removing llc option: -function-sections',
	],
	WritableSectionNotSupported: [
		['name'],
		(e) => `Found writable section (${e.name}) in ELF, read-write data not supported`,
	],
	AddressOutsideLoadableSection: [
		['vmAddr'],
		(e) => `Relocation failed, no loadable section contains virtual address ${hex(e.vmAddr)}`,
	],
	InvalidVirtualAddress: [
		['vmAddr'],
		(e) => `Relocation failed, invalid referenced virtual address ${hex(e.vmAddr)}`,
	],
	UnknownRelocation: [['type'], (e) => `Relocation failed, unknown type ${e.type}`],
	FailedToReadRelocationInfo: [[], () => 'Failed to read relocation info'],
	WrongType: [[], () => 'Incompatible ELF: wrong type'],
	UnknownSymbol: [['index'], (e) => `Unknown symbol with index ${e.index}`],
	ValueOutOfBounds: [[], () => 'Offset or value is out of bounds'],
	UnsupportedSBPFVersion: [
		[],
		() => 'Detected sbpf_version required by the executable which are not enabled',
	],
	InvalidProgramHeader: [[], () => 'Invalid ELF program header'],
};

const EBPF_ERRORS: Table<EbpfError> = {
	ElfError: [['error'], (e) => `ELF error: ${elfErrorText(e.error)}`],
	FunctionAlreadyRegistered: [['key'], (e) => `function #${e.key} was already registered`],
	CallDepthExceeded: [[], () => 'exceeded max BPF to BPF call depth'],
	ExitRootCallFrame: [[], () => 'attempted to exit root call frame'],
	DivideByZero: [[], () => 'divide by zero at BPF instruction'],
	DivideOverflow: [[], () => 'division overflow at BPF instruction'],
	ExecutionOverrun: [[], () => 'attempted to execute past the end of the text segment at BPF instruction'],
	CallOutsideTextSegment: [[], () => 'callx attempted to call outside of the text segment'],
	ExceededMaxInstructions: [[], () => 'exceeded CUs meter at BPF instruction'],
	JitNotCompiled: [[], () => 'program has not been JIT-compiled'],
	InvalidMemoryRegion: [['index'], (e) => `Invalid memory region at index ${e.index}`],
	AccessViolation: [
		['access', 'vmAddr', 'len', 'region'],
		(e) =>
			`Access violation ${accessText(e.access)} ${e.len} bytes at address ${hex(e.vmAddr)} (in ${e.region} region)`,
	],
	StackAccessViolation: [
		['access', 'vmAddr', 'len', 'frame'],
		(e) => `Access violation in stack frame ${e.frame} at address ${hex(e.vmAddr)} of size ${e.len}`,
	],
	InvalidInstruction: [[], () => 'invalid BPF instruction'],
	UnsupportedInstruction: [[], () => 'unsupported BPF instruction'],
	ExhaustedTextSegment: [['pc'], (e) => `Compilation exhausted text segment at BPF instruction ${e.pc}`],
	LibcInvocationFailed: [
		['fn', 'args', 'code'],
		(e) => `Libc calling ${e.fn} ${debugValue(e.args)} returned error code ${e.code}`,
	],
	VerifierError: [['error'], (e) => `Verifier error: ${verifierErrorText(e.error)}`],
	SyscallError: [['error'], (e, foreign) => `Syscall error: ${foreign(e.error)}`],
};

/** Fields whose Rust type is a string; a fieldless enum such as the access type is printed bare. */
const QUOTED: ReadonlySet<string> = new Set(['message', 'name', 'region', 'fn']);

function accessText(access: AccessTypeName): string {
	return access === 'Load' ? 'reading' : 'writing';
}

/** The text upstream's `Display` gives a verifier error. */
export function verifierErrorText(error: VerifierError): string {
	return rowText(VERIFIER_ERRORS, error, errorDebug);
}

/** The text upstream's `Display` gives an ELF error. */
export function elfErrorText(error: ElfError): string {
	return rowText(ELF_ERRORS, error, errorDebug);
}

/**
 * The text upstream's `Display` gives an execution error. `foreign` writes the error a lent function
 * failed with; without it that one is spelt as {@link errorDebug} does.
 */
export function ebpfErrorText(error: EbpfError, foreign: ForeignErrorText = errorDebug): string {
	return rowText(EBPF_ERRORS, error, foreign);
}

/** Any table, its rows reached by name. */
type AnyTable = Readonly<
	Record<string, readonly [readonly string[], (e: never, foreign: ForeignErrorText) => string]>
>;

function rowText(table: AnyTable, error: { readonly kind: string }, foreign: ForeignErrorText): string {
	const row = Object.hasOwn(table, error.kind) ? table[error.kind] : undefined;
	if (row === undefined) throw new TypeError(`no such error: ${error.kind}`);
	return row[1](error as never, foreign);
}

/**
 * The Rust `Debug` spelling of any error of this room, arguments in parentheses:
 * `CannotWriteR10(0)`, `ElfError(SectionNotFound(".text"))`. An error of another room is spelt by its
 * `kind`.
 */
export function errorDebug(error: unknown): string {
	if (typeof error !== 'object' || error === null) return debugValue(error);
	const { kind, ...fields } = error as { kind?: unknown };
	if (typeof kind !== 'string') return debugValue(String(error));
	const args = argumentNames(kind).map((name) => {
		const value: unknown = (fields as Readonly<Record<string, unknown>>)[name];
		if (typeof value === 'string' && !QUOTED.has(name)) return value;
		return debugValue(value);
	});
	return args.length === 0 ? kind : `${kind}(${args.join(', ')})`;
}

function argumentNames(kind: string): readonly string[] {
	for (const table of [EBPF_ERRORS, ELF_ERRORS, VERIFIER_ERRORS]) {
		if (Object.hasOwn(table, kind)) return (table as AnyTable)[kind]![0];
	}
	return [];
}

function debugValue(value: unknown): string {
	if (typeof value === 'string') return debugString(value);
	if (Array.isArray(value)) return `[${value.map(debugValue).join(', ')}]`;
	if (typeof value === 'object' && value !== null) return errorDebug(value);
	return String(value);
}
