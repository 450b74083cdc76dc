/**
 * A program that is loaded: its text, its read-only memory, its functions, the loader it belongs to.
 *
 * Owns the choice of the ELF parser by version and the face of loading and verifying. Refuses mapping
 * (`memory/`) and running (`vm.ts`). Hostile bytes end in an error value, never in an exception.
 * Source: solana-sbpf `elf.rs` (`Executable`), `vm.rs` (static constructors).
 */
import { catchFault, err, ok, type Result } from '@parhelion/sdk';
import type { Config } from './config.ts';
import { viewOf } from './elf/elf64.ts';
import { type LoadedElf, loadWithLenientParser } from './elf/load-lenient.ts';
import { loadWithStrictParser } from './elf/load-strict.ts';
import { elfFault, outOfBounds } from './elf/parser-fault.ts';
import type { EbpfError, ElfError } from './errors.ts';
import { type FunctionRegistry, registerFunctionHashedLegacy } from './function-registry.ts';
import { MM_BYTECODE_START, MM_RODATA_START } from './isa/ebpf.ts';
import {
	type BuiltinProgram,
	type ContextObject,
	enableLowerRodataVaddr,
	enableStricterElfHeaders,
	type SBPFVersion,
	sbpfVersionFromElfFlags,
	staticSyscalls,
} from './program.ts';
import { verify } from './verifier.ts';
import type { CompiledProgram } from './vm.ts';

/** Where `e_flags` lies in the file header. */
const E_FLAGS_OFFSET = 48;
/** Bytes an executable weighs beyond its sections and functions. */
const OVERHEAD_BYTES = 256;
const ENTRYPOINT: Uint8Array = new TextEncoder().encode('entrypoint');

/** A loaded program. Nothing of it changes but {@link Executable.compiled} and {@link Executable.heat}; its bytes must not be written to. */
export class Executable<C extends ContextObject> {
	readonly loader: BuiltinProgram<C>;
	readonly config: Config;
	readonly sbpfVersion: SBPFVersion;
	/** The instructions. */
	readonly textBytes: Uint8Array;
	/** Virtual address of the first instruction. */
	readonly textSectionVaddr: number;
	/** Where the instructions lie in the file. */
	readonly textSectionOffset: number;
	/** Slot of the instruction the program starts at. */
	readonly entryPc: number;
	/** The program's functions: slots by key. */
	readonly functionRegistry: FunctionRegistry<number>;
	/** The read-only region: its virtual address and bytes; before V3 the text is part of it. */
	readonly roSection: { readonly vmAddr: number; readonly bytes: Uint8Array };
	/** What the compiler made of it, if it did. */
	compiled: CompiledProgram<C> | null = null;
	/** Instructions interpreted so far: what tells whether compiling pays. */
	heat = 0;
	readonly #retainedBytes: number;

	private constructor(loader: BuiltinProgram<C>, sbpfVersion: SBPFVersion, parts: LoadedElf) {
		this.loader = loader;
		this.config = loader.config;
		this.sbpfVersion = sbpfVersion;
		this.textBytes = parts.textBytes;
		this.textSectionVaddr = parts.textSectionVaddr;
		this.textSectionOffset = parts.textSectionOffset;
		this.entryPc = parts.entryPc;
		this.functionRegistry = parts.functionRegistry;
		this.roSection = parts.roSection;
		this.#retainedBytes = parts.retainedBytes;
	}

	/**
	 * Loads an ELF file. `elf` is copied, and read once: linear in its size, whatever it holds.
	 *
	 * Errors in order: ValueOutOfBounds for a file that ends before its flags, UnsupportedSBPFVersion,
	 * then those of the strict parser (from V3 on) or the lenient one.
	 */
	static load<C extends ContextObject>(
		elf: Uint8Array,
		loader: BuiltinProgram<C>,
	): Result<Executable<C>, ElfError> {
		return catchFault(() => {
			const version = sbpfVersionOf(elf);
			const { min, max } = loader.config.enabledSbpfVersions;
			if (version === null || version < min || version > max) {
				throw elfFault({ kind: 'UnsupportedSBPFVersion' });
			}
			const parts = enableStricterElfHeaders(version)
				? loadWithStrictParser(elf, loader.config)
				: loadWithLenientParser(elf, loader);
			return new Executable(loader, version, parts);
		});
	}

	/**
	 * Makes an executable of bare instructions. It starts at the function named `entrypoint`, or at slot 0,
	 * which is then registered under that name in `functionRegistry` (the executable keeps the registry).
	 *
	 * Errors: SymbolHashCollision, where the loader or another function holds the key of the entry point.
	 */
	static fromTextBytes<C extends ContextObject>(
		text: Uint8Array,
		loader: BuiltinProgram<C>,
		sbpfVersion: SBPFVersion,
		functionRegistry: FunctionRegistry<number>,
	): Result<Executable<C>, ElfError> {
		return catchFault(() => {
			const known = functionRegistry.lookupByName(ENTRYPOINT);
			if (known === undefined) {
				const labels = loader.config.enableSymbolAndSectionLabels;
				const hashed = !staticSyscalls(sbpfVersion);
				registerFunctionHashedLegacy(functionRegistry, loader.functions, labels, hashed, ENTRYPOINT, 0);
			}
			const bytes = new Uint8Array(text);
			const vmAddr = enableLowerRodataVaddr(sbpfVersion) ? MM_RODATA_START : MM_BYTECODE_START;
			return new Executable(loader, sbpfVersion, {
				roSection: { vmAddr, bytes },
				textBytes: bytes,
				textSectionVaddr: MM_BYTECODE_START,
				textSectionOffset: 0,
				entryPc: known?.value ?? 0,
				functionRegistry,
				retainedBytes: bytes.length,
			});
		});
	}

	/** Bytes the program takes in memory, about. */
	get memSize(): number {
		return OVERHEAD_BYTES + this.#retainedBytes + this.functionRegistry.memSize();
	}

	/** Whether the text passes the verifier; its errors come as `VerifierError`. */
	verify(): Result<void, EbpfError> {
		const result = verify(this.textBytes, this.config, this.sbpfVersion);
		return result.ok ? ok(undefined) : err({ kind: 'VerifierError', error: result.error });
	}
}

/**
 * The version a file asks for, `null` for one from the future.
 *
 * @throws Fault<ElfError> ValueOutOfBounds where the file ends before its flags.
 */
function sbpfVersionOf(elf: Uint8Array): SBPFVersion | null {
	if (elf.length < E_FLAGS_OFFSET + 4) throw outOfBounds();
	return sbpfVersionFromElfFlags(viewOf(elf).getUint32(E_FLAGS_OFFSET, true));
}
