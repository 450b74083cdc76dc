/** Executables made of bare instructions, and verification. */
import { describe, expect, test } from 'vitest';
import { EXIT, insn, MOV64_IMM } from '../test/elf-builder.ts';
import { Executable } from './executable.ts';
import { FunctionRegistry, hashSymbolName } from './function-registry.ts';
import { MM_BYTECODE_START } from './isa/ebpf.ts';
import { BuiltinProgram, type ContextObject, SBPF_VERSIONS, type SBPFVersion } from './program.ts';

const ENTRYPOINT = new TextEncoder().encode('entrypoint');

function fromText(
	text: readonly number[],
	version: SBPFVersion,
	registry = new FunctionRegistry<number>(),
): Executable<ContextObject> {
	const result = Executable.fromTextBytes(
		Uint8Array.from(text),
		BuiltinProgram.newMock<ContextObject>(),
		version,
		registry,
	);
	if (!result.ok) throw new Error(result.error.kind);
	return result.value;
}

describe('an executable of bare instructions', () => {
	test('starts at slot 0 and registers it, by hash before V3 and by slot from then on', () => {
		for (const version of SBPF_VERSIONS) {
			const executable = fromText(EXIT, version);
			expect(executable.entryPc).toBe(0);
			expect(executable.textSectionVaddr).toBe(MM_BYTECODE_START);
			expect(executable.roSection.vmAddr).toBe(version < 3 ? MM_BYTECODE_START : 0);
			expect([...executable.roSection.bytes]).toEqual(EXIT);
			const key = version < 3 ? hashSymbolName(ENTRYPOINT) : 0;
			expect(executable.functionRegistry.lookupByKey(key)).toEqual({ name: ENTRYPOINT, value: 0 });
		}
	});

	test('starts at the function named entrypoint', () => {
		const registry = new FunctionRegistry<number>();
		registry.registerFunction(5, ENTRYPOINT, 1);
		const executable = fromText([...EXIT, ...EXIT], 0, registry);
		expect(executable.entryPc).toBe(1);
		expect(executable.functionRegistry.size).toBe(1);
	});

	test('collides with a loader that lends the entry point', () => {
		const loader = BuiltinProgram.newMock<ContextObject>();
		loader.registerFunction('entrypoint', () => {});
		const load = (version: SBPFVersion) =>
			Executable.fromTextBytes(Uint8Array.from(EXIT), loader, version, new FunctionRegistry());
		expect(load(0)).toEqual({ ok: false, error: { kind: 'SymbolHashCollision', key: 0x71e3cf81 } });
		expect(load(3).ok).toBe(true);
	});

	test('collides with another function in its first slot', () => {
		const registry = new FunctionRegistry<number>();
		registry.registerFunction(0, new Uint8Array(0), 1);
		const result = Executable.fromTextBytes(
			Uint8Array.from([...EXIT, ...EXIT]),
			BuiltinProgram.newMock(),
			3,
			registry,
		);
		expect(result).toEqual({ ok: false, error: { kind: 'SymbolHashCollision', key: 0 } });
	});

	test('keeps its own copy of the text', () => {
		const text = Uint8Array.from(EXIT);
		const result = Executable.fromTextBytes(text, BuiltinProgram.newMock(), 0, new FunctionRegistry());
		text.fill(0);
		expect(result.ok && [...result.value.textBytes]).toEqual(EXIT);
	});
});

describe('verification', () => {
	test('passes a program that obeys the rules of its version', () => {
		for (const version of SBPF_VERSIONS) {
			expect(fromText([...MOV64_IMM(0, 1), ...EXIT], version).verify()).toEqual({
				ok: true,
				value: undefined,
			});
		}
	});

	test('wraps what the verifier finds', () => {
		const executable = fromText([...MOV64_IMM(10, 1), ...EXIT], 0);
		expect(executable.verify()).toEqual({
			ok: false,
			error: { kind: 'VerifierError', error: { kind: 'CannotWriteR10', pc: 0 } },
		});
	});

	test('goes by the version', () => {
		const le = [...insn(0xd4, 0, 0, 0, 16), ...EXIT];
		expect(fromText(le, 0).verify().ok).toBe(true);
		expect(fromText(le, 2).verify().ok).toBe(false);
	});
});
