/**
 * What a link put where, and what it left out.
 *
 * Owns the map as data and as text; both are the same for the same input.
 */
import { SHF_ALLOC, SHF_EXECINSTR, STT_FUNC, STT_NOTYPE, STT_OBJECT } from './elf-format.ts';
import type { OutputSymbol } from './elf-writer.ts';
import type { Layout } from './layout.ts';
import type { MergePool } from './merge.ts';
import type { InputSection, ObjectFile } from './object.ts';

/** A section of an input in its place; addresses are those of the program's memory. */
export interface MapEntry {
	readonly address: number;
	readonly size: number;
	readonly section: string;
	readonly object: string;
}

/** A named function or object of the program. */
export interface MapSymbol {
	readonly address: number;
	readonly size: number;
	readonly name: string;
	readonly object: string;
	readonly kind: 'function' | 'object';
}

/** What went where. */
export interface LinkMap {
	readonly version: 0 | 3;
	readonly entry: number;
	readonly textSize: number;
	readonly rodataSize: number;
	readonly placed: readonly MapEntry[];
	readonly symbols: readonly MapSymbol[];
	/** The syscalls that the program calls. */
	readonly syscalls: readonly string[];
	/** Sections that nothing needs, with the input they came from. */
	readonly dropped: readonly { readonly section: string; readonly object: string; readonly size: number }[];
}

/** The symbols of the output by address in the file's sections, with the objects they came from. */
export function outputSymbols(
	objects: readonly ObjectFile[],
	layout: Layout,
	merge: MergePool,
): (OutputSymbol & { readonly object: string; readonly memory: number })[] {
	const found: (OutputSymbol & { readonly object: string; readonly memory: number })[] = [];
	for (const object of objects) {
		for (const symbol of object.symbols) {
			const { section, name, type } = symbol;
			if (section === null || !section.live || name === '' || section.outputOffset < 0) continue;
			if (type !== STT_FUNC && type !== STT_OBJECT && type !== STT_NOTYPE) continue;
			if (merge.input(section) !== null || name.startsWith('.L')) continue;
			const isText = (section.flags & SHF_EXECINSTR) !== 0;
			const offset = section.outputOffset + symbol.value;
			const memory = offset + (isText ? layout.textAddress : layout.rodataAddress);
			const inFile = offset + (isText ? layout.textOffset : layout.rodataOffset);
			found.push({
				name,
				binding: symbol.binding,
				type,
				part: isText ? 'text' : 'rodata',
				address: layout.version === 0 ? inFile : memory,
				memory,
				size: symbol.size,
				object: object.name,
			});
		}
	}
	return found.sort((a, b) => a.address - b.address);
}

/** The map of a finished link. */
export function linkMap(
	objects: readonly ObjectFile[],
	layout: Layout,
	symbols: readonly (OutputSymbol & { readonly object: string; readonly memory: number })[],
	syscalls: readonly string[],
	entry: number,
): LinkMap {
	const entryOf = (section: InputSection, base: number): MapEntry => ({
		address: base + section.outputOffset,
		size: section.size,
		section: section.name,
		object: section.object.name,
	});
	return {
		version: layout.version,
		entry,
		textSize: layout.textSize,
		rodataSize: layout.rodataSize,
		placed: [
			...layout.textSections.map((section) => entryOf(section, layout.textAddress)),
			...layout.rodataSections.map((section) => entryOf(section, layout.rodataAddress)),
		],
		symbols: symbols.map(({ memory, size, name, object, type }) => ({
			address: memory,
			size,
			name,
			object,
			kind: type === STT_FUNC ? 'function' : 'object',
		})),
		syscalls,
		dropped: objects.flatMap((object) =>
			object.sections
				.filter((section) => !section.live && section.size > 0 && (section.flags & SHF_ALLOC) !== 0)
				.map((section) => ({ section: section.name, object: object.name, size: section.size })),
		),
	};
}

/** The map as text: sections, symbols, syscalls, what was dropped. */
export function linkMapText(map: LinkMap): string {
	const line = (address: number, size: number, ...rest: string[]): string =>
		`${address.toString(16).padStart(12, '0')} ${size.toString(16).padStart(8, ' ')}  ${rest.join('  ')}`;
	return [
		`sBPF V${map.version}, entry point ${map.entry.toString(16)}, ${map.textSize} bytes of code, ${map.rodataSize} of read-only data`,
		'',
		'     address     size  section  object',
		...map.placed.map((entry) => line(entry.address, entry.size, entry.section, entry.object)),
		'',
		'     address     size  symbol  object',
		...map.symbols.map((symbol) => line(symbol.address, symbol.size, symbol.name, symbol.object)),
		'',
		`syscalls: ${map.syscalls.length === 0 ? 'none' : map.syscalls.join(', ')}`,
		'',
		'dropped, for nothing needs it:',
		...map.dropped.map(
			(entry) => `${' '.repeat(13)}${entry.size.toString(16).padStart(8)}  ${entry.section}  ${entry.object}`,
		),
		'',
	].join('\n');
}
