/**
 * The runtime library as objects that the linker takes in when a program needs them.
 *
 * Owns turning assembled functions into objects; the functions themselves stand in `sources.ts`.
 */
import { assembleText, hashSymbolName, INSN_SIZE } from '@parhelion/sbpf';
import { InvariantError } from '@parhelion/sdk';
import {
	R_BPF_64_32,
	SHF_ALLOC,
	SHF_EXECINSTR,
	SHT_PROGBITS,
	STB_GLOBAL,
	STB_WEAK,
	STT_FUNC,
	STT_NOTYPE,
} from '../linker/elf-format.ts';
import { InputSection, type InputSymbol, ObjectFile } from '../linker/object.ts';
import type { LazyObject } from '../linker/resolve.ts';
import { RUNTIME_FUNCTIONS, type RuntimeFunction } from './sources.ts';

const CALL = 0x85;

/** The library's functions, each an object of its own. */
export function runtimeLibrary(): readonly LazyObject[] {
	return RUNTIME_FUNCTIONS.map((fn) => ({ defines: fn.names, load: () => runtimeObject(fn) }));
}

/** Assembles `fn`. Every instruction in it is the same in all versions that are linked for. */
function runtimeObject(fn: RuntimeFunction): ObjectFile {
	const [name = ''] = fn.names;
	const object = new ObjectFile(`runtime library(${name})`, true);
	const assembled = assembleText(fn.source, 0);
	if (!assembled.ok) throw new InvariantError(`runtime library, ${name}: ${assembled.error}`);
	const bytes = assembled.value.text.slice();
	const section = new InputSection(object, {
		name: `.text.${name}`,
		type: SHT_PROGBITS,
		flags: SHF_ALLOC | SHF_EXECINSTR,
		align: INSN_SIZE,
		entrySize: 0,
		bytes,
		size: bytes.length,
	});
	const symbols: InputSymbol[] = [
		...fn.names.map((alias): InputSymbol => {
			const place = { section, value: 0, size: bytes.length };
			return { name: alias, binding: STB_WEAK, type: STT_FUNC, kind: 'defined', ...place };
		}),
		...fn.calls.map((callee): InputSymbol => {
			const nowhere = { section: null, value: 0, size: 0 };
			return { name: callee, binding: STB_GLOBAL, type: STT_NOTYPE, kind: 'undefined', ...nowhere };
		}),
	];
	const encoder = new TextEncoder();
	const view = new DataView(bytes.buffer);
	const callees = new Map(fn.calls.map((callee, i) => [hashSymbolName(encoder.encode(callee)), i]));
	const relocations: { offset: number; type: number; symbol: number }[] = [];
	for (let offset = 0; offset < bytes.length; offset += INSN_SIZE) {
		if (bytes[offset] !== CALL) continue;
		const callee = callees.get(view.getUint32(offset + 4, true));
		if (callee === undefined) throw new InvariantError(`runtime library, ${name}: undeclared call`);
		view.setInt32(offset + 4, -1, true);
		relocations.push({ offset, type: R_BPF_64_32, symbol: fn.names.length + callee });
	}
	section.relocations = relocations;
	object.sections = [section];
	object.symbols = symbols;
	return object;
}
