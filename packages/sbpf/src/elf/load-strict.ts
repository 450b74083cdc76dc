/**
 * Loading an ELF from V3 on: one fixed form of headers, no relocation.
 *
 * Source: solana-sbpf `elf.rs` (`Executable::load_with_strict_parser`); SIMD-0189.
 */
import type { Config } from '../config.ts';
import { FunctionRegistry } from '../function-registry.ts';
import { INSN_SIZE, MM_BYTECODE_START, MM_REGION_SIZE, MM_RODATA_START } from '../isa/ebpf.ts';
import {
	EHDR_SIZE,
	ELFCLASS64,
	ELFDATA2LSB,
	ELFMAG,
	ELFOSABI_NONE,
	EM_BPF,
	EV_CURRENT,
	PF_R,
	PF_X,
	PHDR_SIZE,
	PT_LOAD,
	SHN_UNDEF,
	STT_FUNC,
	SYM_SIZE,
} from './consts.ts';
import {
	getStringInSection,
	latin1,
	parseFileHeader,
	parseSectionHeaderTable,
	sliceFromSection,
	viewOf,
} from './elf64.ts';
import {
	type Elf64Ehdr,
	type Elf64Phdr,
	type Elf64Shdr,
	programHeaders,
	rangeContains,
	sectionHeaders,
	type U64Range,
} from './headers.ts';
import type { LoadedElf } from './load-lenient.ts';
import { elfFault, outOfBounds, parserFault } from './parser-fault.ts';

const STRICT_SECTION_NAME_LENGTH_MAXIMUM = 64;
const STRICT_SYMBOL_NAME_LENGTH_MAXIMUM = 255;

interface ExpectedHeader {
	readonly flags: number;
	readonly vaddr: number;
}
const RODATA_HEADER: ExpectedHeader = { flags: PF_R, vaddr: MM_RODATA_START };
const BYTECODE_HEADER: ExpectedHeader = { flags: PF_X, vaddr: MM_BYTECODE_START };

/**
 * Loads `bytes`; what the program needs of them is copied.
 *
 * @throws Fault<ElfError> ValueOutOfBounds for a file shorter than its header; "invalid file header";
 * InvalidProgramHeader; "invalid file header" for an entry point outside the bytecode; then, where labels
 * are kept, what is wrong with the section headers, names and symbols (upstream panics on most of these).
 */
export function loadWithStrictParser(bytes: Uint8Array, config: Config): LoadedElf {
	const view = viewOf(bytes);
	const header = parseFileHeader(view);
	const headersEnd = EHDR_SIZE + PHDR_SIZE * header.ePhnum;
	if (!isStrictFileHeader(header) || headersEnd > bytes.length) throw parserFault('InvalidFileHeader');

	const phdrs = programHeaders(view, { offset: EHDR_SIZE, count: header.ePhnum });
	// A program without read-only data starts with its bytecode.
	const hasRodata = phdrs[0]!.pFlags === PF_R;
	if (hasRodata && phdrs.length < 2) throw parserFault('InvalidFileHeader');
	const expected = hasRodata ? [RODATA_HEADER, BYTECODE_HEADER] : [BYTECODE_HEADER];
	let offset = BigInt(headersEnd);
	for (const [i, wanted] of expected.entries()) {
		const phdr = phdrs[i]!;
		if (!isStrictProgramHeader(phdr, wanted, offset, BigInt(bytes.length))) {
			throw elfFault({ kind: 'InvalidProgramHeader' });
		}
		offset += phdr.pFilesz;
	}

	const bytecode = phdrs[hasRodata ? 1 : 0]!;
	const entry = header.eEntry;
	const lastEntryByte = entry + BigInt(INSN_SIZE - 1);
	if (!rangeContains(bytecode.vmRange(), lastEntryByte) || entry % BigInt(INSN_SIZE) !== 0n) {
		throw parserFault('InvalidFileHeader');
	}
	const functionRegistry = new FunctionRegistry<number>();
	if (config.enableSymbolAndSectionLabels) {
		registerLabels(functionRegistry, bytes, view, header, {
			start: BigInt(EHDR_SIZE),
			end: BigInt(headersEnd),
		});
	}

	const rodata = hasRodata ? phdrs[0]!.fileRange() : { start: headersEnd, end: headersEnd };
	const text = bytecode.fileRange();
	// Both lie one behind the other, so one copy holds them.
	const retained = bytes.slice(rodata.start, text.end);
	return {
		roSection: { vmAddr: MM_RODATA_START, bytes: retained.subarray(0, rodata.end - rodata.start) },
		textBytes: retained.subarray(text.start - rodata.start),
		textSectionVaddr: MM_BYTECODE_START,
		textSectionOffset: text.start,
		entryPc: (Number(entry) - MM_BYTECODE_START) / INSN_SIZE,
		functionRegistry,
		retainedBytes: retained.length,
	};
}

/** Type, entry point, section header table and flags are free; everything else is fixed. */
function isStrictFileHeader(header: Elf64Ehdr): boolean {
	return (
		header.magic === ELFMAG &&
		header.eiClass === ELFCLASS64 &&
		header.eiData === ELFDATA2LSB &&
		header.eiVersion === EV_CURRENT &&
		header.eiOsabi === ELFOSABI_NONE &&
		header.eiAbiversionAndPad === 0n &&
		header.eMachine === EM_BPF &&
		header.eVersion === EV_CURRENT &&
		header.ePhoff === BigInt(EHDR_SIZE) &&
		header.eEhsize === EHDR_SIZE &&
		header.ePhentsize === PHDR_SIZE &&
		header.ePhnum !== 0
	);
}

/**
 * Segments follow one another without gaps, in whole slots, each at its one address. Offsets are whole
 * slots because all sizes before them are.
 */
function isStrictProgramHeader(
	phdr: Elf64Phdr,
	wanted: ExpectedHeader,
	offset: bigint,
	fileLength: bigint,
): boolean {
	const slot = BigInt(INSN_SIZE);
	const vaddr = BigInt(wanted.vaddr);
	return (
		phdr.pType === PT_LOAD &&
		phdr.pFlags === wanted.flags &&
		phdr.pOffset === offset &&
		offset < fileLength &&
		phdr.pVaddr === vaddr &&
		phdr.pPaddr === vaddr &&
		phdr.pFilesz === phdr.pMemsz &&
		phdr.pFilesz <= fileLength - offset &&
		phdr.pFilesz % slot === 0n &&
		phdr.pMemsz < BigInt(MM_REGION_SIZE)
	);
}

/** Registers the functions of the symbol table under their names, by slot. */
function registerLabels(
	registry: FunctionRegistry<number>,
	bytes: Uint8Array,
	view: DataView,
	header: Elf64Ehdr,
	programHeaderRange: U64Range,
): void {
	const shdrs = sectionHeaders(view, parseSectionHeaderTable(view, header, programHeaderRange).table);
	if (header.eShstrndx === SHN_UNDEF) throw parserFault('NoSectionNameStringTable');
	const names = shdrs[header.eShstrndx];
	if (names === undefined) throw outOfBounds();
	let symbolNames: Elf64Shdr | null = null;
	let symbols: Elf64Shdr | null = null;
	for (const shdr of shdrs) {
		const name = latin1(getStringInSection(bytes, names, shdr.shName, STRICT_SECTION_NAME_LENGTH_MAXIMUM));
		if (name === '.strtab') symbolNames = shdr;
		if (name === '.symtab') symbols = shdr;
	}
	if (symbolNames === null && symbols === null) return;
	if (symbolNames === null || symbols === null) throw parserFault('InvalidSectionHeader');

	const table = sliceFromSection(bytes.length, symbols, SYM_SIZE);
	for (let i = 0, at = table.offset; i < table.count; i++, at += SYM_SIZE) {
		if ((view.getUint8(at + 4) & STT_FUNC) === 0) continue;
		const value = view.getBigUint64(at + 8, true);
		const start = BigInt(MM_BYTECODE_START);
		const pc = value < start ? 0n : (value - start) / BigInt(INSN_SIZE);
		const nameOffset = view.getUint32(at, true);
		const name = getStringInSection(bytes, symbolNames, nameOffset, STRICT_SYMBOL_NAME_LENGTH_MAXIMUM);
		registry.registerFunction(Number(BigInt.asUintN(32, pc)), name.slice(), Number(pc));
	}
}
