/**
 * A relocatable object as the linker sees it: sections with their relocations, symbols, groups.
 *
 * Owns the shapes and the state that the steps of a link leave on a section. Where they come from is the
 * reader's matter (`read-object.ts`, `../runtime/runtime-library.ts`).
 */

import { STT_FUNC } from './elf-format.ts';

/** One place that holds an address. */
export interface Relocation {
	/** Bytes from the start of the section. */
	readonly offset: number;
	readonly type: number;
	/** Index into the object's symbols. */
	readonly symbol: number;
}

/** A section of an input. */
export class InputSection {
	readonly object: ObjectFile;
	readonly name: string;
	readonly type: number;
	readonly flags: number;
	readonly align: number;
	readonly entrySize: number;
	/** The bytes as the object has them; empty for a section without. */
	readonly bytes: Uint8Array;
	readonly size: number;
	relocations: readonly Relocation[] = [];
	/** Whether something that is needed needs it. */
	live = false;
	/** Whether it belongs to a group of which another object's copy was taken. */
	discarded = false;
	/** Where its bytes lie in the output section; unset for a section that is merged piece by piece. */
	outputOffset = -1;

	constructor(
		object: ObjectFile,
		header: {
			readonly name: string;
			readonly type: number;
			readonly flags: number;
			readonly align: number;
			readonly entrySize: number;
			readonly bytes: Uint8Array;
			readonly size: number;
		},
	) {
		this.object = object;
		this.name = header.name;
		this.type = header.type;
		this.flags = header.flags;
		this.align = header.align;
		this.entrySize = header.entrySize;
		this.bytes = header.bytes;
		this.size = header.size;
	}
}

/** A symbol of an input. Its section is `null` where it is undefined or absolute. */
export interface InputSymbol {
	readonly name: string;
	readonly binding: number;
	readonly type: number;
	readonly kind: 'undefined' | 'defined' | 'absolute' | 'common';
	readonly section: InputSection | null;
	/** Bytes from the start of the section; the value itself for an absolute symbol. */
	readonly value: number;
	readonly size: number;
}

/** Sections of which one copy is kept among all inputs. */
export interface Group {
	readonly signature: string;
	readonly members: readonly InputSection[];
}

/** A relocatable object. */
export class ObjectFile {
	readonly name: string;
	/** Whether someone wrote the instructions for this machine; code of compilers is audited for being meant for another. */
	readonly isHandWritten: boolean;
	sections: readonly InputSection[] = [];
	symbols: readonly InputSymbol[] = [];
	groups: readonly Group[] = [];
	readonly #functions: Map<InputSection, readonly InputSymbol[]> = new Map();

	constructor(name: string, isHandWritten = false) {
		this.name = name;
		this.isHandWritten = isHandWritten;
	}

	/** The function of `section` that the byte at `offset` belongs to, by its symbols. */
	functionAt(section: InputSection, offset: number): InputSymbol | undefined {
		let functions = this.#functions.get(section);
		if (functions === undefined) {
			functions = this.symbols
				.filter((symbol) => symbol.section === section && symbol.type === STT_FUNC && symbol.name !== '')
				.sort((a, b) => a.value - b.value);
			this.#functions.set(section, functions);
		}
		return functions.findLast((symbol) => symbol.value <= offset);
	}
}
