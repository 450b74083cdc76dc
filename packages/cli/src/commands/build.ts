/** `parhelion build`: sources into a program. */
import { basename, extname, join, resolve } from 'node:path';
import {
	type BuildOptions,
	type BuiltProgram,
	build,
	buildErrorText,
	buildFiles,
	EMIT_KINDS,
	type EmitKind,
	emitted,
	type OptimisationLevel,
	programPath,
} from '@parhelion/toolchain/node';
import { CliError, EXIT } from '../cli-error.ts';
import { writeOutputFile } from '../files.ts';
import { type FlagTable, list, one, toggle } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { ARCH_FLAG, ENTRY_FLAG, oneOf, outputFlag, type ProgramVersion } from '../flags/program-flags.ts';
import { processOutput } from '../output.ts';
import { defaultBuildCache, SYSCALL_NAMES } from '../program-files.ts';
import { printable } from '../style.ts';
import { type Command, defineCommand } from './command.ts';

interface BuildCommandOptions {
	readonly output?: string;
	readonly emit?: EmitKind;
	readonly arch?: ProgramVersion;
	readonly optimise?: OptimisationLevel;
	readonly strip?: boolean;
	readonly entry?: string;
	readonly solana?: boolean;
	readonly flag?: readonly string[];
	readonly cache?: string;
	readonly json?: boolean;
}

const LEVELS: readonly OptimisationLevel[] = ['0', '1', '2', '3', 's', 'z'];
const GROUP = 'Programs and accounts';
/** How each product's file ends. */
const ENDINGS: Readonly<Record<EmitKind, string>> = { elf: '.so', ir: '.ll', asm: '.s', map: '.map' };

const FLAGS: FlagTable<BuildCommandOptions> = {
	output: outputFlag('target/deploy/NAME.so; for --emit, the terminal'),
	emit: one('KIND', oneOf('What is handed out', EMIT_KINDS), {
		group: 'Output',
		help: 'hand out this instead: the LLVM assembly, the assembly text, the program or the link map',
		fallbackText: 'elf',
		completes: EMIT_KINDS,
	}),
	arch: ARCH_FLAG,
	optimise: one('LEVEL', oneOf('The level', LEVELS), {
		short: 'O',
		group: GROUP,
		help: 'how much the compiler optimises: 0 to 3, s, z',
		fallbackText: '2',
		completes: LEVELS,
	}),
	strip: toggle({ group: GROUP, help: 'leave out debug information' }),
	entry: ENTRY_FLAG,
	solana: toggle({
		group: GROUP,
		help: "build Rust packages with Solana's cargo-build-sbf, where it is there",
	}),
	flag: list(['ARGUMENT'], (text) => text, { group: GROUP, help: 'a further argument to clang or cargo' }),
	cache: one('DIR', (text) => text, {
		group: 'Output',
		help: 'folder where results of compilers are kept; an empty DIR keeps none',
		fallbackText: "the user's cache folder",
		completes: 'file',
	}),
	json: JSON_FLAG,
};

/** What the compilers are told. */
function buildOptions(options: BuildCommandOptions): BuildOptions {
	const { arch = 0, optimise = '2', strip = false, entry, solana = false, flag = [] } = options;
	const cache = options.cache ?? defaultBuildCache();
	return {
		syscalls: SYSCALL_NAMES,
		version: arch,
		optimisation: optimise,
		strip,
		flags: flag,
		cacheFolder: cache === '' ? null : cache,
		preferSolana: solana,
		...(entry === undefined ? {} : { entry }),
	};
}

function buildOrFail(paths: readonly string[], options: BuildOptions): BuiltProgram {
	const [first = '.'] = paths;
	const built = paths.length > 1 ? buildFiles(paths, options) : build(first, options);
	if (!built.ok) throw new CliError(printable(buildErrorText(built.error)));
	return built.value;
}

/** `target/deploy/NAME.so` of a folder; beside a file, its name with another ending. */
function defaultOutput(path: string): string {
	const full = resolve(path);
	const ending = extname(full);
	const folder = basename(full) === 'Cargo.toml' ? resolve(full, '..') : full;
	return ending === '' || folder !== full
		? join(folder, programPath(basename(folder)))
		: `${full.slice(0, -ending.length)}${ENDINGS.elf}`;
}

async function run(args: readonly string[], options: BuildCommandOptions): Promise<number> {
	const { print, printJson, note } = processOutput();
	const [first = '.'] = args;
	const { emit = 'elf', json = false } = options;
	const built = buildOrFail(args, buildOptions(options));
	for (const warning of built.linked?.warnings ?? []) note(printable(`warning: ${warning}`));
	const product = emitted(built, emit, SYSCALL_NAMES);
	if (!product.ok) throw new CliError(product.error);
	const output = options.output ?? (emit === 'elf' ? defaultOutput(first) : undefined);
	if (output === undefined) {
		print(printable(String(product.value).trimEnd()));
		return EXIT.ok;
	}
	writeOutputFile(output, product.value);
	const size = product.value.length;
	if (json) printJson({ output, kind: emit, size });
	else
		note(
			`${output}: ${size.toLocaleString('en-US')} ${typeof product.value === 'string' ? 'characters' : 'bytes'}`,
		);
	return EXIT.ok;
}

export const buildCommand: Command = defineCommand<BuildCommandOptions>({
	name: 'build',
	args: ['[path...]'],
	summary: 'build a program out of C, C++, assembly, objects or a Cargo package',
	flags: FLAGS,
	examples: [
		['parhelion build', 'the package or the sources in this folder'],
		['parhelion build hello.c --arch v3 -o hello.so', 'a C file, as a program of version 3'],
		['parhelion build hello.c --emit asm', 'to see what the machine gets'],
	],
	run,
});
