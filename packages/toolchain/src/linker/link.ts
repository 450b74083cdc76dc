/**
 * Objects and archives into a program: the face of the linker.
 *
 * Owns the order of the steps: read, resolve, collect, lay out, write, verify. Pure: the same input gives the same
 * bytes, nothing outside is asked, and whatever the input is the answer is a program or a list of errors.
 */
import { defaultConfig, errorDebug, INSN_SIZE, verify } from '@parhelion/sbpf';
import { catchFault, err, Fault, ok, type Result } from '@parhelion/sdk';
import { type DepthFinding, depthFinding } from '../inspect/call-depth.ts';
import { functionNames } from '../inspect/function-names.ts';
import { loadProgram, MAX_PROGRAM_SIZE } from '../inspect/load-program.ts';
import { runtimeLibrary } from '../runtime/runtime-library.ts';
import { isArchive, readArchive } from './archive.ts';
import { assembleObject } from './assembly.ts';
import { writeCode } from './code.ts';
import { collect } from './collect.ts';
import { writeData, writeDebug } from './data.ts';
import { SHF_EXECINSTR, STB_LOCAL } from './elf-format.ts';
import { writeElf } from './elf-writer.ts';
import { ErrorList, type LinkError } from './errors.ts';
import { layOut, type TargetVersion } from './layout.ts';
import { type LinkMap, linkMap, outputSymbols } from './link-map.ts';
import { MergePool } from './merge.ts';
import type { ObjectFile } from './object.ts';
import { readObject } from './read-object.ts';
import { type LazyObject, SymbolTable } from './resolve.ts';

/** An object file, an archive, or assembly text, and the name it has in messages. */
export type LinkInput =
	| { readonly name: string; readonly bytes: Uint8Array }
	| { readonly name: string; readonly assembly: string };

/** What a link may be told. */
export interface LinkOptions {
	/** The names of the syscalls that the program's loader lends. */
	readonly syscalls: readonly string[];
	/** The program's version; 0 unless told. */
	readonly version?: TargetVersion;
	/** The function the program starts at; `entrypoint` unless told. */
	readonly entry?: string;
	/** Whether debug information is left out. */
	readonly strip?: boolean;
	/** Bytes that the file may have at most; what fits an account of the upgradeable loader unless told. */
	readonly maxSize?: number;
}

/** A linked program. */
export interface LinkedProgram {
	readonly elf: Uint8Array;
	readonly version: TargetVersion;
	readonly map: LinkMap;
	/** What may go wrong when the program runs, in words. */
	readonly warnings: readonly string[];
}

/** Members of Rust libraries that hold no code. */
const METADATA_MEMBER = /^lib\.rmeta$|\.rmeta$/;

/** Links `inputs` into a program that the loaders accept. Errors: as many of {@link LinkError} as could be found. */
export function link(
	inputs: readonly LinkInput[],
	options: LinkOptions,
): Result<LinkedProgram, readonly LinkError[]> {
	const linked = catchFault<LinkedProgram, LinkError[]>(() => linkOrThrow(inputs, options));
	return linked.ok ? ok(linked.value) : err(linked.error);
}

function linkOrThrow(inputs: readonly LinkInput[], options: LinkOptions): LinkedProgram {
	const errors = new ErrorList();
	const version = options.version ?? 0;
	const entryName = options.entry ?? 'entrypoint';
	const maxSize = options.maxSize ?? MAX_PROGRAM_SIZE;
	const syscalls = new Set(options.syscalls);
	if (inputs.length === 0) errors.add({ kind: 'NoInput' });

	const table = new SymbolTable(syscalls, errors);
	const objects = readInputs(inputs, table, errors);
	errors.check();
	for (const lazy of runtimeLibrary()) table.addLazy(lazy);
	table.addAll(objects, [entryName]);

	const entry = table.lookup(entryName);
	const entrySection = entry?.symbol.section;
	if (entry === undefined || !entrySection || (entrySection.flags & SHF_EXECINSTR) === 0) {
		errors.add({ kind: 'NoEntrypoint', symbol: entryName });
		throw new Fault<LinkError[]>(errors.errors);
	}
	const merge = new MergePool();
	collect(table, entry, merge, errors);
	errors.check();

	const layout = layOut(table.objects, merge, version, syscalls, maxSize, errors);
	const code = writeCode(layout, table, merge, syscalls, errors);
	const rodata = writeData(layout, table, merge, errors);
	const debug = options.strip ? [] : writeDebug(table.objects, layout, table, merge, errors);
	errors.check();

	const entryOffset = entrySection.outputOffset + entry.symbol.value;
	const symbols = outputSymbols(table.objects, layout, merge);
	const verified = verify(code.text, defaultConfig(), version);
	if (!verified.ok) {
		const detail = errorDebug({ kind: 'VerifierError', error: verified.error });
		// Where the verifier stopped.
		const place =
			'pc' in verified.error && typeof verified.error.pc === 'number'
				? placeOf(verified.error.pc, symbols, layout.textAddress)
				: {};
		errors.add({ kind: 'Rejected', ...place, detail });
		errors.check();
	}
	const elf = writeElf({ layout, code, rodata, debug, symbols, entryOffset });
	if (elf.length > maxSize) {
		const detail = `${elf.length} bytes of ${maxSize} at most, ${elf.length - layout.textSize - layout.rodataSize} of them no code or data`;
		errors.add({ kind: 'ProgramTooLarge', detail });
		errors.check();
	}
	const finding = depthOf(elf, options.syscalls, errors);
	if (finding?.isCertain) {
		const { detail, pc } = finding;
		errors.add({ kind: 'EndlessRecursion', ...placeOf(pc, symbols, layout.textAddress), detail });
		errors.check();
	}
	const warnings = finding === null ? [] : [finding.detail];
	const map = linkMap(table.objects, layout, symbols, code.syscalls, layout.textAddress + entryOffset);
	return { elf, version, map, warnings };
}

/** Reads `inputs`; objects come back, members of archives wait in `table`. */
function readInputs(inputs: readonly LinkInput[], table: SymbolTable, errors: ErrorList): ObjectFile[] {
	const objects: ObjectFile[] = [];
	const attempt = (body: () => void): void => {
		const done = catchFault<void, LinkError[]>(body);
		if (!done.ok) for (const error of done.error) errors.add(error);
	};
	for (const input of inputs) {
		const { name } = input;
		attempt(() => {
			if ('assembly' in input) {
				objects.push(assembleObject(name, input.assembly));
				return;
			}
			const { bytes } = input;
			if (!isArchive(bytes)) {
				objects.push(readObject(name, bytes));
				return;
			}
			for (const member of readArchive(name, bytes)) {
				if (METADATA_MEMBER.test(member.name)) continue;
				attempt(() => table.addLazy(lazyObject(readObject(`${name}(${member.name})`, member.bytes))));
			}
		});
	}
	return objects;
}

function lazyObject(object: ObjectFile): LazyObject {
	const defines = object.symbols
		.filter(({ binding, kind, name }) => binding !== STB_LOCAL && kind !== 'undefined' && name !== '')
		.map((symbol) => symbol.name);
	return { defines, load: () => object };
}

/** Whether calls of the finished program may go too deep. */
function depthOf(elf: Uint8Array, syscalls: readonly string[], errors: ErrorList): DepthFinding | null {
	const loaded = loadProgram(elf, syscalls);
	if (!loaded.ok) {
		errors.add({ kind: 'Rejected', detail: errorDebug({ kind: 'ElfError', error: loaded.error }) });
		throw new Fault<LinkError[]>(errors.errors);
	}
	const names = functionNames(elf, loaded.value);
	return depthFinding(loaded.value, (start) => names.get(start) ?? `function_${start}`);
}

/** A slot by the function around it. */
function placeOf(
	pc: number,
	symbols: readonly {
		readonly name: string;
		readonly object: string;
		readonly memory: number;
		readonly part: string;
	}[],
	textAddress: number,
): Partial<LinkError> {
	const offset = pc * INSN_SIZE;
	const around = symbols.findLast(
		(symbol) => symbol.part === 'text' && symbol.memory <= textAddress + offset,
	);
	if (around === undefined) return {};
	return { object: around.object, function: around.name, section: '.text', offset };
}
