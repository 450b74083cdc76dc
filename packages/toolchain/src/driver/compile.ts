/**
 * Sources into objects: compiler, optimiser, legaliser, code generator.
 *
 * Owns the flags. `-mcpu=v2` for every version of programs: the 32-bit arithmetic of newer BPF means something else on
 * the Solana VM. The legaliser runs last before the code generator.
 */
import { fileURLToPath } from 'node:url';
import { err, ok, type Result } from '@parhelion/sdk';
import { legalise } from '../legaliser/legalise.ts';
import type { BuildError } from './build-error.ts';
import type { BuildCache } from './cache.ts';
import { type LlvmTools, missingTool } from './find-tools.ts';
import { runTool } from './run-tool.ts';

/** How hard the compilers try. */
export type OptimisationLevel = '0' | '1' | '2' | '3' | 's' | 'z';

/** What a compilation may be told. */
export interface CompileOptions {
	readonly optimisation: OptimisationLevel;
	/** Whether debug information is made. */
	readonly debug: boolean;
	/** Further arguments to clang, such as `-I` and `-D`. */
	readonly flags: readonly string[];
}

/** A compiled source. */
export interface CompiledObject {
	readonly name: string;
	readonly bytes: Uint8Array;
	/** The LLVM assembly that the code generator was given. */
	readonly ir: string;
}

/** Headers for programs in C, beside the sources of this room. */
const INCLUDE = fileURLToPath(new URL('../../include', import.meta.url));
const C_FLAGS = [
	'-target',
	'bpf',
	'-mcpu=v2',
	'-ffreestanding',
	'-fno-stack-protector',
	'-fno-asynchronous-unwind-tables',
	'-ffunction-sections',
	'-fdata-sections',
	'-isystem',
	INCLUDE,
];
/** C++ without what needs a runtime that nobody brings. */
const CPP_FLAGS = ['-std=gnu++20', '-nostdinc++', '-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics'];
const LLC_FLAGS = [
	'-march=bpfel',
	'-mcpu=v2',
	'-function-sections',
	'-data-sections',
	'-bpf-stack-size=4096',
	'-filetype=obj',
];
/** A program runs on one thread, so that atomic operations are plain ones. */
const C_PASSES = ['function(lower-atomic)'];
/** Types of C++ crash the code generator, which makes BTF of them; the line table remains. */
const CPP_PASSES = [...C_PASSES, 'strip-nonlinetable-debuginfo'];
const IS_CPP = /\.(?:cc|cpp|cxx|c\+\+|C)$/;

/** Compiles sources with one set of tools and one cache. */
export class Compiler {
	readonly #llvm: LlvmTools;
	readonly #cache: BuildCache;
	readonly #options: CompileOptions;

	constructor(llvm: LlvmTools, cache: BuildCache, options: CompileOptions) {
		this.#llvm = llvm;
		this.#cache = cache;
		this.#options = options;
	}

	/** Compiles the C or C++ file at `path`. */
	compileC(path: string): Result<CompiledObject, BuildError> {
		const { clang } = this.#llvm;
		if (clang === null) return err(missingTool('clang', 'clang'));
		const { optimisation, debug, flags } = this.#options;
		const args = [
			...C_FLAGS,
			...(IS_CPP.test(path) ? CPP_FLAGS : ['-std=gnu17']),
			`-O${optimisation}`,
			...(debug ? ['-gdwarf-4'] : []),
			...flags,
		];
		// What the preprocessor leaves decides the result, whichever headers it came from.
		const preprocessed = runTool(clang, [...args, '-E', path]);
		if (preprocessed.status !== 0) return failed('clang', preprocessed.stderr);
		const ir = this.#cache.get([this.#llvm.version, 'clang', ...args, path, preprocessed.stdout], () => {
			const made = runTool(clang, [...args, '-S', '-emit-llvm', '-o', '-', path]);
			if (made.status !== 0) return failed('clang', made.stderr);
			if (made.stderr !== '') process.stderr.write(made.stderr);
			return ok(made.stdout);
		});
		return ir.ok ? this.compileIr(path, ir.value, IS_CPP.test(path) ? CPP_PASSES : C_PASSES) : ir;
	}

	/** Compiles a module that a Rust compiler merged out of all crates: everything but `entry` may go. */
	compileRustModule(name: string, bitcode: Uint8Array, entry: string): Result<CompiledObject, BuildError> {
		const level = this.#options.optimisation;
		const passes = ['internalize', 'globaldce', ...C_PASSES, `default<O${level}>`];
		return this.compileIr(name, bitcode, passes, [`-internalize-public-api-list=${entry}`]);
	}

	/** Compiles LLVM assembly or bitcode, after `passes`. */
	compileIr(
		name: string,
		source: Uint8Array,
		passes: readonly string[],
		optFlags: readonly string[] = [],
	): Result<CompiledObject, BuildError> {
		const { llc, opt, version } = this.#llvm;
		const optArgs = ['-S', `-passes=${passes.join(',')}`, ...optFlags, '-o', '-', '-'];
		const optimised = this.#cache.get([version, ...optArgs, source], () => {
			const made = runTool(opt, optArgs, { stdin: source });
			return made.status === 0 ? ok(made.stdout) : failed('opt', made.stderr);
		});
		if (!optimised.ok) return optimised;
		// Not kept: it takes less time than to tell whether the legaliser is still the same.
		const ir = legalise(new TextDecoder().decode(optimised.value));
		const level = /[123]/.test(this.#options.optimisation) ? this.#options.optimisation : '2';
		const llcArgs = [...LLC_FLAGS, `-O${level}`, '-o', '-', '-'];
		const object = this.#cache.get([version, ...llcArgs, ir], () => {
			const made = runTool(llc, llcArgs, { stdin: ir });
			return made.status === 0 ? ok(made.stdout) : failed('llc', made.stderr);
		});
		if (!object.ok) return object;
		return ok({ name, bytes: object.value, ir });
	}

	/** Compiles LLVM assembly or bitcode. */
	compileIrFile(name: string, source: Uint8Array): Result<CompiledObject, BuildError> {
		return this.compileIr(name, source, C_PASSES);
	}
}

function failed(tool: string, output: string): { readonly ok: false; readonly error: BuildError } {
	return err({ kind: 'CompilerFailed', tool, output });
}
