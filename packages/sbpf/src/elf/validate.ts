/**
 * What the lenient loader demands of a parsed file before it touches a byte.
 *
 * Source: solana-sbpf `elf.rs` (`Executable::validate`).
 */
import { ELFCLASS64, ELFDATA2LSB, ELFOSABI_NONE, EM_BPF, EM_SBPF, ET_DYN } from './consts.ts';
import { type Elf64, getSection, type NamedSection } from './elf64.ts';
import { checkedAdd, rangeContains } from './headers.ts';
import { elfFault, outOfBounds, utf8Lossy } from './parser-fault.ts';

/**
 * Checks machine, type, the single `.text`, the absence of writable data, the bounds of all sections
 * and of the entry point.
 *
 * @throws Fault<ElfError> WrongClass, WrongEndianess, WrongAbi, WrongMachine, WrongType,
 * NotOneTextSection, WritableSectionNotSupported, ValueOutOfBounds, EntrypointOutOfBounds.
 */
export function validateElf64(elf: Elf64): void {
	const header = elf.fileHeader;
	if (header.eiClass !== ELFCLASS64) throw elfFault({ kind: 'WrongClass' });
	if (header.eiData !== ELFDATA2LSB) throw elfFault({ kind: 'WrongEndianess' });
	if (header.eiOsabi !== ELFOSABI_NONE) throw elfFault({ kind: 'WrongAbi' });
	if (header.eMachine !== EM_BPF && header.eMachine !== EM_SBPF) throw elfFault({ kind: 'WrongMachine' });
	if (header.eType !== ET_DYN) throw elfFault({ kind: 'WrongType' });

	let textSections = 0;
	for (const section of elf.sections) if (section.name === '.text') textSections++;
	if (textSections !== 1) throw elfFault({ kind: 'NotOneTextSection' });

	for (const section of elf.sections) {
		if (!isWritableData(section)) continue;
		const name = utf8Lossy(Uint8Array.from(section.name, (char) => char.charCodeAt(0)));
		throw elfFault({ kind: 'WritableSectionNotSupported', name });
	}

	const fileLength = BigInt(elf.bytes.length);
	for (const { header: section } of elf.sections) {
		if (checkedAdd(section.shOffset, section.shSize) > fileLength) throw outOfBounds();
	}
	if (!rangeContains(getSection(elf, '.text').vmRange(), header.eEntry)) {
		throw elfFault({ kind: 'EntrypointOutOfBounds' });
	}
}

function isWritableData({ name, header }: NamedSection): boolean {
	if (name.startsWith('.bss')) return true;
	return name.startsWith('.data') && !name.startsWith('.data.rel') && header.isWritable();
}
