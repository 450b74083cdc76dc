/**
 * The toolchain in process for Node: everything of `parhelion/toolchain`, and programs built from C, C++, Rust and
 * assembly with the compilers of the machine.
 */
import type { Result } from '@parhelion/sdk';
import {
	type BuildError,
	type BuildOptions,
	type BuiltProgram,
	build as buildPath,
	type EmitKind,
	emitted as emittedOf,
} from '@parhelion/toolchain/node';
import { useNodeCrypto } from './node-crypto.ts';
import { type SyscallOptions, syscallsOf } from './syscall-names.ts';

export {
	type BuildError,
	type BuiltProgram,
	buildErrorText,
	EMIT_KINDS,
	type EmitKind,
	findTools,
	type LlvmTools,
	type RustTools,
	TEMPLATE_NAMES,
	type TemplateFile,
	type TemplateName,
	type Toolchain,
	templateFiles,
} from '@parhelion/toolchain/node';
export * from './toolchain.ts';

useNodeCrypto();

/** What a build is told. */
export type LibraryBuildOptions = Omit<BuildOptions, 'syscalls'> & SyscallOptions;

/** Builds the program at `path`: a source, an object, a folder of sources, a Cargo package. Errors: the first that stops it. */
export function build(path: string, options: LibraryBuildOptions = {}): Result<BuiltProgram, BuildError> {
	return buildPath(path, { ...options, syscalls: syscallsOf(options) });
}

/** One product of a build: `ir`, `asm`, `elf` or `map`. Error: why there is none. */
export function emitted(
	program: BuiltProgram,
	kind: EmitKind,
	options: SyscallOptions = {},
): Result<Uint8Array | string, string> {
	return emittedOf(program, kind, syscallsOf(options));
}
