/**
 * The compilers of this machine.
 *
 * Owns where they are looked for, what they must be able to do, and which packages bring them. Nothing is started that
 * does more than print its version.
 */
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { BuildError } from './build-error.ts';
import { runTool } from './run-tool.ts';

/** clang with the LLVM tools of the same release. */
export interface LlvmTools {
	/** `null` where only the code generator is there, which is enough for Rust. */
	readonly clang: string | null;
	readonly llc: string;
	readonly opt: string;
	readonly major: number;
	/** What `llc --version` says, for the cache. */
	readonly version: string;
}

/** A Rust compiler whose target for BPF has its core library. */
export interface RustTools {
	readonly rustc: string;
	readonly cargo: string;
	readonly version: string;
	readonly llvmMajor: number;
}

/** Everything that was found. */
export interface Toolchain {
	readonly llvm: LlvmTools | null;
	readonly rust: RustTools | null;
	/** Solana's own command, which brings its compilers. */
	readonly cargoBuildSbf: string | null;
}

/** The releases of LLVM that are known to work, newest first. */
const LLVM_MAJORS = [22, 21, 20, 19] as const;
export const RUST_TARGET = 'bpfel-unknown-none';

/** Which packages bring what, on Debian and where else there is a plain answer. */
const INSTALL: Readonly<Record<'clang' | 'llvm' | 'rust', readonly string[]>> = {
	clang: ['apt-get install clang-22 llvm-22    (Debian, Ubuntu; clang-19 llvm-19 will do)'],
	llvm: ['apt-get install llvm-22    (Debian, Ubuntu)'],
	rust: [
		'apt-get install rustc-web cargo-web libstd-rust-web-dev-bpf llvm-22    (Debian)',
		"or Solana's tools: https://docs.anza.xyz/cli/install, which bring cargo-build-sbf",
	],
};

/** The error that says how to get `what`. */
export function missingTool(what: string, packages: keyof typeof INSTALL): BuildError {
	return { kind: 'MissingTool', what, install: INSTALL[packages] };
}

/** Looks for compilers in `path`, in its order. */
export function findTools(path: string = process.env['PATH'] ?? ''): Toolchain {
	const folders = path.split(delimiter).filter((folder) => folder !== '');
	const commands = listCommands(folders);
	return {
		llvm: findLlvm(commands),
		rust: findRust(commands),
		cargoBuildSbf: commands.get('cargo-build-sbf')?.[0] ?? null,
	};
}

/** Every file of the folders by name, in the order of the folders. */
function listCommands(folders: readonly string[]): Map<string, string[]> {
	const commands = new Map<string, string[]>();
	for (const folder of new Set(folders)) {
		let names: string[];
		try {
			names = readdirSync(folder);
		} catch {
			// A path may name folders that are not there.
			continue;
		}
		for (const file of names) {
			const name = file.replace(/\.exe$/i, '');
			const known = commands.get(name);
			if (known === undefined) commands.set(name, [join(folder, file)]);
			else known.push(join(folder, file));
		}
	}
	return commands;
}

function findLlvm(commands: ReadonlyMap<string, readonly string[]>): LlvmTools | null {
	let withoutClang: LlvmTools | null = null;
	for (const major of LLVM_MAJORS) {
		const llc = commandOf(commands, 'llc', major);
		const opt = commandOf(commands, 'opt', major);
		if (llc === null || opt === null || !/\bbpfel\b/.test(llc.text)) continue;
		const clang = commandOf(commands, 'clang', major);
		const found = { clang: clang?.path ?? null, llc: llc.path, opt: opt.path, major, version: llc.text };
		if (clang !== null) return found;
		withoutClang ??= found;
	}
	return withoutClang;
}

/** `name-22`, or a plain `name` that says it is of release 22. */
function commandOf(
	commands: ReadonlyMap<string, readonly string[]>,
	name: string,
	major: number,
): { readonly path: string; readonly text: string } | null {
	for (const path of [...(commands.get(`${name}-${major}`) ?? []), ...(commands.get(name) ?? [])]) {
		const { status, stdout } = runTool(path, ['--version']);
		const text = new TextDecoder().decode(stdout);
		if (status === 0 && new RegExp(`version ${major}\\.`).test(text)) return { path, text };
	}
	return null;
}

function findRust(commands: ReadonlyMap<string, readonly string[]>): RustTools | null {
	for (const rustc of commands.get('rustc') ?? []) {
		const described = runTool(rustc, ['-vV']);
		const libraries = runTool(rustc, ['--print', 'target-libdir', '--target', RUST_TARGET]);
		if (described.status !== 0 || libraries.status !== 0) continue;
		if (!hasCore(new TextDecoder().decode(libraries.stdout).trim())) continue;
		const version = new TextDecoder().decode(described.stdout);
		const folder = rustc.slice(0, rustc.length - 'rustc'.length);
		const cargo =
			commands.get('cargo')?.find((path) => path.startsWith(folder)) ?? commands.get('cargo')?.[0];
		if (cargo === undefined) continue;
		const llvmMajor = Number(/LLVM version: (\d+)/.exec(version)?.[1] ?? 0);
		return { rustc, cargo, version, llvmMajor };
	}
	return null;
}

/** Whether the core library of the target is there: rustup has the target, but not this. */
function hasCore(folder: string): boolean {
	try {
		return readdirSync(folder).some((name) => /^libcore-.*\.rlib$/.test(name));
	} catch {
		return false;
	}
}
