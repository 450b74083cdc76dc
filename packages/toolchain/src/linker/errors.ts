/**
 * What can be wrong with the inputs of a link.
 *
 * Owns the one error type, the table of its kinds with their texts, and the collector that the steps of a link
 * report to. A link reports as many errors as it can find at once.
 */
import { Fault } from '@parhelion/sdk';

/** What is wrong. */
export type LinkErrorKind =
	| 'NoInput'
	| 'UnknownFormat'
	| 'Bitcode'
	| 'WrongMachine'
	| 'NotRelocatable'
	| 'CorruptObject'
	| 'CorruptArchive'
	| 'Unsupported'
	| 'UnknownRelocation'
	| 'RelocationOutOfRange'
	| 'UndefinedSymbol'
	| 'DuplicateSymbol'
	| 'NoEntrypoint'
	| 'UnknownSyscall'
	| 'SyscallAddress'
	| 'WritableData'
	| 'StaticConstructor'
	| 'WrongCpu'
	| 'Atomic'
	| 'UnknownInstruction'
	| 'FrameTooLarge'
	| 'BadCall'
	| 'Rejected'
	| 'EndlessRecursion'
	| 'ProgramTooLarge'
	| 'Assembly';

/** The texts of a kind; `{detail}` and `{symbol}` are filled in. */
export interface LinkErrorTexts {
	/** What is wrong. */
	readonly text: string;
	/** What to do about it, where that is not plain. */
	readonly hint: string | null;
}

/** Every kind with its texts. */
export const LINK_ERRORS: Readonly<Record<LinkErrorKind, LinkErrorTexts>> = {
	NoInput: { text: 'there is nothing to link', hint: null },
	UnknownFormat: {
		text: 'neither an ELF object nor an archive: {detail}',
		hint: 'give .o files of a BPF compiler, or .a archives of them',
	},
	Bitcode: {
		text: 'is LLVM bitcode, not machine code',
		hint: 'compile it with llc first, or let the build driver do it',
	},
	WrongMachine: { text: 'is an object for another machine: {detail}', hint: 'compile with -target bpf' },
	NotRelocatable: { text: 'is no relocatable object: {detail}', hint: 'compile with -c' },
	CorruptObject: { text: 'the object is corrupt: {detail}', hint: null },
	CorruptArchive: { text: 'the archive is corrupt: {detail}', hint: null },
	Unsupported: { text: '{detail}', hint: null },
	UnknownRelocation: { text: 'relocation of a kind that no BPF code has: {detail}', hint: null },
	RelocationOutOfRange: { text: 'relocation cannot be expressed: {detail}', hint: null },
	UndefinedSymbol: {
		text: 'undefined symbol {symbol}',
		hint: 'neither an input nor the runtime library defines it, and no syscall has that name',
	},
	DuplicateSymbol: { text: 'duplicate symbol {symbol}: {detail}', hint: null },
	NoEntrypoint: {
		text: 'no function is called {symbol}',
		hint: 'a program needs a global function `entrypoint`',
	},
	UnknownSyscall: {
		text: 'call of syscall hash {detail}, which has no known name',
		hint: 'a syscall of your own must be given to the linker by name',
	},
	SyscallAddress: {
		text: 'the address of syscall {symbol} is taken',
		hint: 'a syscall can only be called; wrap it in a function',
	},
	WritableData: {
		text: 'writable data: {detail}',
		hint: 'a program has no mutable statics; make it const, or keep state on the stack, the heap or in an account',
	},
	StaticConstructor: {
		text: 'static constructors or destructors: {detail}',
		hint: 'nothing runs them; make the object constexpr or build it in the entry point',
	},
	WrongCpu: {
		text: 'instruction {detail} shows a wrong -mcpu',
		hint: 'compile with -mcpu=v2: newer BPF code runs wrongly on the Solana VM',
	},
	Atomic: {
		text: 'atomic instruction {detail}',
		hint: 'the Solana VM has no atomics; a program runs on one thread, plain loads and stores do',
	},
	UnknownInstruction: { text: 'instruction {detail} does not exist in this version', hint: null },
	FrameTooLarge: {
		text: 'stack access at {detail} lies outside of the 4096 bytes of a frame',
		hint: 'compile with -mllvm -bpf-stack-size=4096, or put large objects on the heap',
	},
	BadCall: { text: 'call that leads nowhere: {detail}', hint: null },
	Rejected: { text: 'the program would be refused: {detail}', hint: null },
	EndlessRecursion: {
		text: 'endless recursion: {detail}',
		hint: 'make it a loop, or give it a way out',
	},
	Assembly: { text: '{detail}', hint: null },
	ProgramTooLarge: {
		text: 'the program is too large: {detail}',
		hint: 'strip debug information, optimise for size, or split the program',
	},
};

/** One thing that is wrong, and where. */
export interface LinkError {
	readonly kind: LinkErrorKind;
	/** The input it was found in; `archive.a(member.o)` for a member. */
	readonly object?: string;
	readonly section?: string;
	readonly symbol?: string;
	/** The function around it. */
	readonly function?: string;
	/** Bytes from the start of the section. */
	readonly offset?: number;
	readonly detail?: string;
}

/** `error` in one line: where, what, and what to do. */
export function linkErrorText(error: LinkError): string {
	const { text, hint } = LINK_ERRORS[error.kind];
	const what = text
		.replace('{detail}', () => error.detail ?? '')
		.replace('{symbol}', () => `\`${error.symbol ?? ''}\``);
	const where = [
		error.object,
		error.section === undefined
			? undefined
			: error.section + (error.offset === undefined ? '' : `+0x${error.offset.toString(16)}`),
		error.function === undefined ? undefined : `in ${error.function}`,
	].filter((part) => part !== undefined);
	const place = where.length === 0 ? '' : `${where.join(': ')}: `;
	return place + what + (hint === null ? '' : ` (${hint})`);
}

/** So many errors are reported at most; a broken object could have one in each byte. */
const MAX_ERRORS = 100;

/** Errors of a link as they are found. */
export class ErrorList {
	readonly errors: LinkError[] = [];

	/** Whether more would be left out: what is dear to find out need not be. */
	get isFull(): boolean {
		return this.errors.length >= MAX_ERRORS;
	}

	/** Records `error`; the first {@link MAX_ERRORS} are kept. */
	add(error: LinkError): void {
		if (!this.isFull) this.errors.push(error);
	}

	/** Ends the link where anything was found so far. @throws Fault<LinkError[]> */
	check(): void {
		if (this.errors.length > 0) throw new Fault<LinkError[]>(this.errors);
	}
}
