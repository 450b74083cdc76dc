/**
 * From the values of a test to the fields of a row.
 */
import type { JsonObject } from '../row.ts';
import {
	bytesOf,
	integer,
	isObject,
	list,
	object,
	type RustObject,
	string,
	Unsupported,
	type Value,
	variant,
} from './values.ts';

/** `u32::MAX` and the like. */
export function maximum(type: string): bigint {
	const match = /^([ui])(8|16|32|64|size)$/.exec(type);
	if (match === null) throw new Unsupported(`${type}::MAX`);
	const bits = match[2] === 'size' ? 64 : Number(match[2]);
	return (1n << BigInt(match[1] === 'u' ? bits : bits - 1)) - 1n;
}

/** A range of versions. */
export function versions(min: string, max: string): Value {
	return { kind: 'range', start: variant(min), end: variant(max) };
}

/** The settings of a row. */
export function configFields(config: Value): JsonObject {
	const settings = Array.from(object(config, 'config').settings, ([name, value]) => [
		name,
		settingJson(value),
	]);
	return { config: { enabled_sbpf_versions: ['V0', 'V4'], ...Object.fromEntries(settings) } };
}

function settingJson(value: Value): unknown {
	if (isObject(value, 'range'))
		return [object(value.start, 'variant').name, object(value.end, 'variant').name];
	return typeof value === 'bigint' ? Number(value) : value;
}

/** The settings and syscalls of a row. */
export function loaderFields({ config, syscalls }: Extract<RustObject, { kind: 'loader' }>): JsonObject {
	return { ...configFields(config), syscalls };
}

/** `("name" => syscalls::Implementation, ...)`. */
export function syscallFields(pairs: Value): JsonObject[] {
	const items = list(pairs);
	// A single pair without a comma is no tuple.
	const all = typeof items[0] === 'string' ? [items] : items.map((item) => list(item));
	return all.map(([name, impl]) => ({ name: string(name), impl: object(impl, 'variant').name }));
}

/** A program from text. */
export function assembled([source, loader]: readonly Value[]): Value {
	const fields = { ...loaderFields(object(loader, 'loader')), asm: string(source) };
	return { kind: 'program', fields };
}

/** What the assembler says to `source`. */
export function asmAnswer(source: string, config: Value): Value {
	return { kind: 'answer', suite: 'asm', row: { ...configFields(config), asm: source } };
}

/** What the way in `api` says to a file. */
export function elfAnswer(api: string, bytes: Value | undefined, loader: Value | undefined): Value {
	const values = isObject(bytes, 'slice') ? bytes.array.slice(bytes.start) : list(bytes);
	const elf = Buffer.from(bytesOf(values)).toString('base64');
	const settings = loader === undefined ? {} : loaderFields(object(loader, 'loader'));
	return { kind: 'answer', suite: 'elf', row: { ...settings, elf_base64: elf, api } };
}

/** An instruction as suite `asm` shows it. */
export function insnFields(insn: Value): JsonObject {
	const [ptr, opc, dst, src, off, imm] = list(insn).map((field) => Number(BigInt.asIntN(64, integer(field))));
	return { ptr, opc, dst, src, off, imm };
}

/** Writes 32 bits, lowest byte first. */
export function writeWord(target: Value | undefined, value: bigint): void {
	const { array, start } = isObject(target, 'slice') ? target : { array: list(target), start: 0 };
	for (let i = 0; i < 4; i++) array[start + i] = (value >> BigInt(8 * i)) & 0xffn;
}

/** A 64-bit value as rows have it. */
export function hex(value: bigint): string {
	return `0x${BigInt.asUintN(64, value).toString(16)}`;
}
