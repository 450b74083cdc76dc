/**
 * From a path to a program: the face of the driver.
 *
 * Owns what a path means (a source, an object, a folder of sources, a Cargo package), the order of the steps, and what
 * is handed out besides the program.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { err, ok, type Result } from '@parhelion/sdk';
import { disassembleProgram } from '../inspect/disassembly.ts';
import type { TargetVersion } from '../linker/layout.ts';
import { type LinkedProgram, type LinkInput, link } from '../linker/link.ts';
import { linkMapText } from '../linker/link-map.ts';
import { isBitcode } from '../linker/read-object.ts';
import type { BuildError } from './build-error.ts';
import { BuildCache } from './cache.ts';
import { buildPackage } from './cargo.ts';
import { Compiler, type OptimisationLevel } from './compile.ts';
import { findTools, type LlvmTools, missingTool, type Toolchain } from './find-tools.ts';
import { runTool } from './run-tool.ts';

/** What a build is told. */
export interface BuildOptions {
	/** The syscalls that programs may call. */
	readonly syscalls: readonly string[];
	/** The program's version; 0 unless told. */
	readonly version?: TargetVersion;
	/** 2 unless told. */
	readonly optimisation?: OptimisationLevel;
	/** Whether debug information is left out. */
	readonly strip?: boolean;
	/** Further arguments to clang or cargo. */
	readonly flags?: readonly string[];
	/** Where results are kept for the next time; `null` for nowhere. */
	readonly cacheFolder?: string | null;
	readonly entry?: string;
	/** Whether Solana's own command builds Rust packages, where it is installed. Stock compilers unless told. */
	readonly preferSolana?: boolean;
	/** The compilers; those of the machine unless told. */
	readonly tools?: Toolchain;
}

/** What a build made. */
export interface BuiltProgram {
	readonly elf: Uint8Array;
	/** `null` where a tool that is not ours did the link. */
	readonly linked: LinkedProgram | null;
	/** The LLVM assembly of each source, as the code generator was given it. */
	readonly ir: readonly { readonly name: string; readonly text: string }[];
}

/** What a build can be asked to hand out. */
export const EMIT_KINDS = ['ir', 'asm', 'elf', 'map'] as const;
export type EmitKind = (typeof EMIT_KINDS)[number];

/**
 * One product of a build: the program's file, its assembly text, the LLVM assembly of all sources, the link map.
 * Error: there is none, as where another linker made the program.
 */
export function emitted(
	program: BuiltProgram,
	kind: EmitKind,
	syscalls: readonly string[],
): Result<Uint8Array | string, string> {
	switch (kind) {
		case 'elf':
			return ok(program.elf);
		case 'asm':
			return disassembleProgram(program.elf, syscalls);
		case 'ir':
			if (program.ir.length === 0) return err('no source of this program went through LLVM');
			return ok(program.ir.map(({ name, text }) => `; ${name}\n${text}`).join('\n'));
		case 'map':
			if (program.linked === null) return err('another linker made this program, and no map');
			return ok(linkMapText(program.linked.map));
	}
}

const C_SOURCE = /\.(?:c|cc|cpp|cxx|c\+\+|C)$/;
const IR_SOURCE = /\.(?:ll|bc)$/;
const ASSEMBLY = /\.(?:s|asm)$/i;
const OBJECT = /\.(?:o|a|rlib)$/;

/** Builds the program at `path`. Errors: {@link BuildError}, the first that stops it. */
export function build(path: string, options: BuildOptions): Result<BuiltProgram, BuildError> {
	const stats = statSync(path, { throwIfNoEntry: false });
	if (stats === undefined) return badInput(`${path}: there is no such file or folder`);
	if (basename(path) === 'Cargo.toml') return buildCargo(dirname(resolve(path)), options);
	if (!stats.isDirectory()) return buildFiles([path], options);
	const names = readdirSync(path);
	if (names.includes('Cargo.toml')) return buildCargo(resolve(path), options);
	const sources = sourcesOf(path, names);
	if (sources.length === 0) {
		return badInput(`${path}: neither a Cargo package nor a folder with sources in C, C++ or assembly`);
	}
	return buildFiles(sources, options);
}

/** The sources of a folder, and of `src` in it, by name. */
function sourcesOf(folder: string, names: readonly string[]): string[] {
	const isSource = (name: string): boolean =>
		C_SOURCE.test(name) || ASSEMBLY.test(name) || IR_SOURCE.test(name);
	const own = names.filter(isSource).map((name) => join(folder, name));
	const src = join(folder, 'src');
	const below = statSync(src, { throwIfNoEntry: false })?.isDirectory()
		? readdirSync(src).filter(isSource)
		: [];
	return [...own, ...below.map((name) => join(src, name))].sort();
}

/** Builds a program out of sources, objects and archives. */
export function buildFiles(
	paths: readonly string[],
	options: BuildOptions,
): Result<BuiltProgram, BuildError> {
	const inputs: LinkInput[] = [];
	const ir: { name: string; text: string }[] = [];
	let compiler: Compiler | null = null;
	for (const path of paths) {
		const isObject = OBJECT.test(path);
		if (!isObject && ![ASSEMBLY, C_SOURCE, IR_SOURCE].some((source) => source.test(path))) {
			return badInput(
				`${path}: a file ending in ${extname(path) || 'nothing'} is no source that can be built`,
			);
		}
		const read = readInput(path);
		if (!read.ok) return read;
		const bytes = read.value;
		if (isObject) {
			inputs.push({ name: path, bytes });
			continue;
		}
		if (ASSEMBLY.test(path)) {
			inputs.push({ name: path, assembly: new TextDecoder().decode(bytes) });
			continue;
		}
		if (compiler === null) {
			const { llvm } = options.tools ?? findTools();
			if (llvm === null) return err(missingTool('clang with the LLVM tools', 'clang'));
			compiler = compilerFor(llvm, options);
		}
		const compiled = C_SOURCE.test(path) ? compiler.compileC(path) : compiler.compileIrFile(path, bytes);
		if (!compiled.ok) return compiled;
		inputs.push(compiled.value);
		ir.push({ name: compiled.value.name, text: compiled.value.ir });
	}
	return linkBuilt(inputs, ir, options);
}

/** The bytes of a file, as a plain array. Error: `BadInput`. */
function readInput(path: string): Result<Uint8Array, BuildError> {
	try {
		return ok(new Uint8Array(readFileSync(path)));
	} catch (thrown) {
		const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
		return badInput(`${path}: ${code === 'ENOENT' ? 'there is no such file' : 'this file cannot be read'}`);
	}
}

function compilerFor(llvm: LlvmTools, options: BuildOptions): Compiler {
	return new Compiler(llvm, new BuildCache(options.cacheFolder ?? null), {
		optimisation: options.optimisation ?? '2',
		debug: !options.strip,
		flags: options.flags ?? [],
	});
}

function buildCargo(folder: string, options: BuildOptions): Result<BuiltProgram, BuildError> {
	const tools = options.tools ?? findTools();
	const useSolana = tools.cargoBuildSbf !== null && (options.preferSolana || tools.rust === null);
	if (useSolana) return buildWithSolana(tools.cargoBuildSbf, folder, options);
	if (tools.rust === null) return err(missingTool('A Rust compiler with the core library for BPF', 'rust'));
	if (tools.llvm === null) return err(missingTool('The code generator of LLVM', 'llvm'));
	if (tools.llvm.major < tools.rust.llvmMajor) {
		return err(missingTool(`LLVM ${tools.rust.llvmMajor}, which the Rust compiler is made with,`, 'llvm'));
	}
	const compiler = compilerFor(tools.llvm, options);
	// The stand-in's path is part of what cargo knows a build by, so that it must stay the same.
	const built = buildPackage(folder, tools.rust, join(folder, 'target', 'parhelion'), options.flags ?? []);
	if (!built.ok) return built;
	const inputs: LinkInput[] = [];
	const ir: { name: string; text: string }[] = [];
	for (const input of built.value) {
		if (!isBitcode(input.bytes)) {
			inputs.push(input);
			continue;
		}
		const entry = options.entry ?? 'entrypoint';
		const compiled = compiler.compileRustModule(basename(input.name), input.bytes, entry);
		if (!compiled.ok) return compiled;
		inputs.push(compiled.value);
		ir.push({ name: compiled.value.name, text: compiled.value.ir });
	}
	return linkBuilt(inputs, ir, options);
}

/** Solana's own command compiles and links; its program is taken as it is. */
function buildWithSolana(
	command: string,
	folder: string,
	options: BuildOptions,
): Result<BuiltProgram, BuildError> {
	const out = mkdtempSync(join(tmpdir(), 'parhelion-'));
	try {
		const arch = options.version === 3 ? ['--arch', 'v3'] : [];
		const manifest = ['--manifest-path', join(folder, 'Cargo.toml')];
		const args = [...manifest, '--sbf-out-dir', out, ...arch, ...(options.flags ?? [])];
		const run = runTool(command, args, { cwd: folder });
		if (run.status !== 0) return err({ kind: 'CompilerFailed', tool: 'cargo-build-sbf', output: run.stderr });
		const program = readdirSync(out).find((name) => name.endsWith('.so'));
		if (program === undefined) return badInput(`${folder}: cargo-build-sbf made no program`);
		return ok({ elf: readFileSync(join(out, program)), linked: null, ir: [] });
	} finally {
		rmSync(out, { recursive: true, force: true });
	}
}

function linkBuilt(
	inputs: readonly LinkInput[],
	ir: readonly { readonly name: string; readonly text: string }[],
	options: BuildOptions,
): Result<BuiltProgram, BuildError> {
	const { syscalls, version, strip, entry } = options;
	const linked = link(inputs, {
		syscalls,
		...(version === undefined ? {} : { version }),
		...(strip === undefined ? {} : { strip }),
		...(entry === undefined ? {} : { entry }),
	});
	if (!linked.ok) return err({ kind: 'LinkFailed', errors: linked.error });
	return ok({ elf: linked.value.elf, linked: linked.value, ir });
}

function badInput(detail: string): { readonly ok: false; readonly error: BuildError } {
	return err({ kind: 'BadInput', detail });
}
