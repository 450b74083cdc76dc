/**
 * What the program needs: everything that can be reached from the entry point.
 *
 * Owns marking sections and pieces, and the errors that only concern what is needed: undefined symbols, writable
 * data, static constructors.
 */
import * as elf from './elf-format.ts';
import type { ErrorList } from './errors.ts';
import type { MergePool } from './merge.ts';
import type { InputSection, InputSymbol, ObjectFile, Relocation } from './object.ts';
import type { SymbolTable, Target } from './resolve.ts';

/** Where in its section a relocation points to: the symbol, and the addend where the symbol is a whole section. */
export function pointedOffset(target: Target & { kind: 'section' }, addend: number): number {
	return target.isSection ? target.value + addend : target.value;
}

/** The addend that stands in place, in bytes. */
export function addendOf(section: InputSection, relocation: Relocation): number {
	const { bytes } = section;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const { offset, type } = relocation;
	switch (type) {
		case elf.R_BPF_64_32:
			return offset + 8 <= bytes.length ? (view.getInt32(offset + 4, true) + 1) * 8 : 0;
		case elf.R_BPF_64_64: {
			// An `lddw` holds its value in two slots.
			if ((section.flags & elf.SHF_EXECINSTR) !== 0) {
				if (offset + 16 > bytes.length) return 0;
				return view.getInt32(offset + 12, true) * 0x1_0000_0000 + view.getUint32(offset + 4, true);
			}
			return offset + 8 <= bytes.length ? Number(view.getBigInt64(offset, true)) : 0;
		}
		case elf.R_BPF_64_ABS64:
			return offset + 8 <= bytes.length ? Number(view.getBigInt64(offset, true)) : 0;
		default:
			return view.getUint32(offset, true);
	}
}

/** Marks what `entry` reaches and reports what it reaches in vain. */
export function collect(
	table: SymbolTable,
	entry: { readonly object: ObjectFile; readonly symbol: InputSymbol },
	merge: MergePool,
	errors: ErrorList,
): void {
	const work: InputSection[] = [];
	const mark = (section: InputSection): void => {
		if (section.live) return;
		section.live = true;
		work.push(section);
	};
	if (entry.symbol.section !== null) mark(entry.symbol.section);
	for (let section = work.pop(); section !== undefined; section = work.pop()) {
		checkKind(section, errors);
		for (const relocation of section.relocations) {
			const target = table.target(section.object, relocation.symbol);
			if (target.kind === 'section') {
				const pieces = merge.input(target.section);
				if (pieces !== null) {
					pieces.live[pieces.pieceAt(pointedOffset(target, addendOf(section, relocation)))] = 1;
				}
				mark(target.section);
			} else if (target.kind === 'common') {
				errors.add({ kind: 'WritableData', object: target.object, detail: `\`${target.name}\`` });
			} else if (target.kind === 'undefined' && !target.weak) {
				const around = section.object.functionAt(section, relocation.offset);
				errors.add({
					kind: 'UndefinedSymbol',
					object: section.object.name,
					section: section.name,
					offset: relocation.offset,
					symbol: target.name,
					...(around === undefined ? {} : { function: around.name }),
				});
			}
		}
	}
	for (const object of table.objects) checkConstructors(object, errors);
}

/** Whether the section is program memory that its program may write, which there is none of. */
function isWritable(section: InputSection): boolean {
	if (section.type === elf.SHT_NOBITS) return true;
	return (section.flags & elf.SHF_WRITE) !== 0 && !section.name.startsWith('.data.rel.ro');
}

function checkKind(section: InputSection, errors: ErrorList): void {
	if (section.size === 0 || (section.flags & elf.SHF_ALLOC) === 0) return;
	if (!isWritable(section) || errors.isFull) return;
	const symbols = section.object.symbols.filter(
		(symbol) => symbol.section === section && symbol.name !== '' && symbol.type !== elf.STT_SECTION,
	);
	const names = symbols.slice(0, 3).map((symbol) => `\`${symbol.name}\``);
	if (symbols.length > 3) names.push(`${symbols.length - 3} more`);
	errors.add({
		kind: 'WritableData',
		object: section.object.name,
		section: section.name,
		detail: names.length === 0 ? `${section.size} bytes` : names.join(', '),
	});
}

/** Sections that name functions to be run before and after a program. */
const CONSTRUCTORS = /^\.(init_array|fini_array|ctors|dtors|preinit_array)(\.|$)/;

function checkConstructors(object: ObjectFile, errors: ErrorList): void {
	if (!object.sections.some((section) => section.live)) return;
	for (const section of object.sections) {
		if (section.size === 0 || section.discarded || !CONSTRUCTORS.test(section.name)) continue;
		errors.add({
			kind: 'StaticConstructor',
			object: object.name,
			section: section.name,
			detail: section.name,
		});
	}
}
