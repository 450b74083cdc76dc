/**
 * Loading an ELF of the versions before V3: parse, validate, relocate, merge.
 *
 * Source: solana-sbpf `elf.rs` (`Executable::load_with_lenient_parser`, `get_text_bytes`).
 */
import { FunctionRegistry, hashSymbolName, registerFunctionHashedLegacy } from '../function-registry.ts';
import { INSN_SIZE, MM_REGION_SIZE } from '../isa/ebpf.ts';
import { getSection, parseElf64 } from './elf64.ts';
import { elfFault, outOfBounds } from './parser-fault.ts';
import { type RelocationLoader, relocateElf64 } from './relocate.ts';
import { parseRoSections } from './ro-sections.ts';
import { validateElf64 } from './validate.ts';

/** What a parser finds in a file: the parts an executable is made of. */
export interface LoadedElf {
	/** Virtual address and bytes of the read-only region. */
	readonly roSection: { readonly vmAddr: number; readonly bytes: Uint8Array };
	readonly textBytes: Uint8Array;
	readonly textSectionVaddr: number;
	/** Where the text lies in the file. */
	readonly textSectionOffset: number;
	/** Slot of the first instruction that runs. */
	readonly entryPc: number;
	readonly functionRegistry: FunctionRegistry<number>;
	/** Bytes this program keeps alive. */
	readonly retainedBytes: number;
}

const ENTRYPOINT: Uint8Array = new TextEncoder().encode('entrypoint');

/**
 * Loads `bytes`, which are copied.
 *
 * @throws Fault<ElfError> what parsing, {@link validateElf64}, {@link relocateElf64} and
 * {@link parseRoSections} find, in this order; between them ValueOutOfBounds for a `.text` that is
 * displaced or too far up, and after relocation InvalidEntrypoint or SymbolHashCollision for the entry.
 */
export function loadWithLenientParser(bytes: Uint8Array, loader: RelocationLoader): LoadedElf {
	const { config } = loader;
	const elf = parseElf64(bytes);
	validateElf64(elf);

	const text = getSection(elf, '.text');
	if ((config.rejectBrokenElfs && text.shAddr !== text.shOffset) || text.shAddr > BigInt(MM_REGION_SIZE)) {
		throw outOfBounds();
	}
	const textAddr = Number(text.shAddr);
	const textSectionVaddr = textAddr + MM_REGION_SIZE;

	// Not by `slice`: that of a Buffer of Node shares the memory, and what follows writes to it.
	const file = new Uint8Array(bytes);
	const functionRegistry = new FunctionRegistry<number>();
	relocateElf64(functionRegistry, loader, elf, file);

	const entryOffset = Number(elf.fileHeader.eEntry) - textAddr;
	if (entryOffset % INSN_SIZE !== 0) throw elfFault({ kind: 'InvalidEntrypoint' });
	const entryPc = entryOffset / INSN_SIZE;
	functionRegistry.unregisterFunction(hashSymbolName(ENTRYPOINT));
	registerFunctionHashedLegacy(
		functionRegistry,
		loader.functions,
		config.enableSymbolAndSectionLabels,
		true,
		ENTRYPOINT,
		entryPc,
	);

	const roSection = parseRoSections(config, elf.sections, file);
	// Upstream checks here that the region starts in [2^32, 2^33); parseRoSections leaves no other case.
	const textRange = text.fileRange();
	const textLength = textRange.end - textRange.start;
	let textBytes: Uint8Array;
	if (roSection.owned) {
		// The merged copy, not the file, so that the two agree where sections overlap.
		const start = textSectionVaddr - roSection.vmAddr;
		// Upstream panics here; only a section at exactly 2^32 with `optimizeRodata` gets this far.
		if (start + textLength > roSection.bytes.length) throw outOfBounds();
		textBytes = roSection.bytes.subarray(start, start + textLength);
	} else {
		textBytes = file.subarray(textRange.start, textRange.end);
	}
	return {
		roSection: { vmAddr: roSection.vmAddr, bytes: roSection.bytes },
		textBytes,
		textSectionVaddr,
		textSectionOffset: textRange.start,
		entryPc,
		functionRegistry,
		retainedBytes: roSection.owned ? roSection.bytes.length : file.length,
	};
}
