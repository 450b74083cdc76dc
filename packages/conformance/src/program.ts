/**
 * The program of a row: text to assemble, bare instructions, or an ELF file.
 */
import {
	assembleText,
	type BuiltinProgram,
	Executable,
	FunctionRegistry,
	type SBPFVersion,
} from '@parhelion/sbpf';
import { err, ok, type Result } from '@parhelion/sdk';
import { errorFields } from './errors.ts';
import { type JsonObject, type Row, RowError } from './row.ts';
import { configOf, loaderOf, versionOf } from './settings.ts';
import type { TestContextObject } from './test-syscalls.ts';

/** A row's executable, or the fields of the error it could not be made for. */
export type LoadedProgram = Result<Executable<TestContextObject>, JsonObject>;

/** The program made last, under all that it was made of. */
let last: { readonly key: string; readonly program: LoadedProgram } = {
	key: '',
	program: err({ err: 'no program yet' }),
};

/**
 * Makes the executable of `asm`, `text_bytes` or `elf_base64`. Rows that differ in their input alone and follow
 * each other get one executable, which is compiled once.
 */
export function programOf(row: Row): LoadedProgram {
	const key = JSON.stringify(PROGRAM_FIELDS.map((name) => row.get(name) ?? null));
	if (key !== last.key) last = { key, program: makeProgram(row) };
	return last.program;
}

const PROGRAM_FIELDS = ['sbpf_version', 'config', 'syscalls', 'asm', 'text_bytes', 'elf_base64'];

function makeProgram(row: Row): LoadedProgram {
	const isElf = !row.has('asm') && !row.has('text_bytes');
	// An ELF file names its version itself; the row's only says which one the case is about.
	const config = configOf(row, isElf ? null : versionOf(row));
	const loader = loaderOf(row, config);
	if (isElf) return elfProgram(row, loader);
	const version = versionOf(row) ?? config.enabledSbpfVersions.max;
	return row.has('asm') ? assembledProgram(row, loader, version) : bareProgram(row, loader, version);
}

function elfProgram(row: Row, loader: BuiltinProgram<TestContextObject>): LoadedProgram {
	if (!row.has('elf_base64')) throw new RowError('a program is needed: asm, text_bytes or elf_base64');
	const loaded = Executable.load(row.base64('elf_base64'), loader);
	return loaded.ok ? loaded : err(errorFields(loaded.error));
}

function assembledProgram(
	row: Row,
	loader: BuiltinProgram<TestContextObject>,
	version: SBPFVersion,
): LoadedProgram {
	const assembled = assembleText(row.text('asm'), version);
	if (!assembled.ok) return err({ err: assembled.error });
	const { text, functionRegistry } = assembled.value;
	return fromTextBytes(text, loader, version, functionRegistry);
}

function bareProgram(
	row: Row,
	loader: BuiltinProgram<TestContextObject>,
	version: SBPFVersion,
): LoadedProgram {
	return fromTextBytes(row.hex('text_bytes'), loader, version, new FunctionRegistry());
}

function fromTextBytes(
	text: Uint8Array,
	loader: BuiltinProgram<TestContextObject>,
	version: SBPFVersion,
	functionRegistry: FunctionRegistry<number>,
): LoadedProgram {
	const executable = Executable.fromTextBytes(text, loader, version, functionRegistry);
	return executable.ok ? ok(executable.value) : err(errorFields(executable.error));
}
