import { catchFault } from '@parhelion/sdk';
import { expect, test } from 'vitest';
import type { ElfError } from './errors.ts';
import {
	FunctionRegistry,
	hashSymbolName,
	hashTargetPc,
	registerFunctionHashedLegacy,
} from './function-registry.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const collision = (key: number): unknown => ({ ok: false, error: { kind: 'SymbolHashCollision', key } });

test('the key of a name is the one deployed programs carry', () => {
	expect(hashSymbolName(bytes('entrypoint'))).toBe(0x71e3cf81);
	expect(hashSymbolName(bytes('abort'))).toBe(0xb6fc1a11);
	expect(hashSymbolName(bytes('sol_log_'))).toBe(0x207559bd);
	expect(hashSymbolName(bytes('sol_panic_'))).toBe(0x686093bb);
	expect(hashSymbolName(bytes('sol_invoke_signed_c'))).toBe(0xa22b9c85);
	expect(hashSymbolName(new Uint8Array(0))).toBe(0);
});

test('a name is hashed in each length of its tail', () => {
	const keys = ['abcd', 'abcde', 'abcdef', 'abcdefg'].map((name) => hashSymbolName(bytes(name)));
	expect(keys).toEqual([0x43ed676a, 0xe89b9af6, 0x6181c085, 0x883c9b06]);
});

test('a key is taken once, unless for the same value', () => {
	const registry = new FunctionRegistry<number>();
	registry.registerFunction(7, bytes('first'), 70);
	registry.registerFunction(7, bytes('second'), 70);
	expect(registry.lookupByKey(7)).toEqual({ name: bytes('first'), value: 70 });
	expect(catchFault<void, ElfError>(() => registry.registerFunction(7, bytes('third'), 71))).toEqual(
		collision(7),
	);
	expect(registry.size).toBe(1);
});

test('functions come by ascending key, and the lowest key wins a name', () => {
	const registry = new FunctionRegistry<string>();
	registry.registerFunction(0xffff_ffff, bytes('f'), 'high');
	registry.registerFunction(2, bytes('f'), 'low');
	expect(registry.keys()).toEqual([2, 0xffff_ffff]);
	registry.registerFunction(10, bytes('g'), 'middle');
	expect(Array.from(registry.entries(), ([key]) => key)).toEqual([2, 10, 0xffff_ffff]);
	expect(registry.lookupByName(bytes('f'))?.value).toBe('low');
	expect(registry.unregisterFunction(2)).toBe(true);
	expect(registry.unregisterFunction(2)).toBe(false);
	expect(registry.lookupByName(bytes('f'))?.value).toBe('high');
	expect(registry.lookupByName(bytes('h'))).toBeUndefined();
});

test('a legacy function goes under the hash of its slot and keeps its name only with labels', () => {
	const none = { has: () => false };
	const registry = new FunctionRegistry<number>();
	expect(registerFunctionHashedLegacy(registry, none, false, true, bytes('f'), 3)).toBe(hashTargetPc(3));
	expect(registry.lookupByKey(hashTargetPc(3))).toEqual({ name: new Uint8Array(0), value: 3 });
	expect(registerFunctionHashedLegacy(registry, none, true, true, bytes('g'), 4)).toBe(hashTargetPc(4));
	expect(registry.lookupByKey(hashTargetPc(4))?.name).toEqual(bytes('g'));
	expect(registerFunctionHashedLegacy(registry, none, false, true, bytes('entrypoint'), 5)).toBe(0x71e3cf81);
	expect(registry.lookupByKey(0x71e3cf81)?.name).toEqual(bytes('entrypoint'));
	expect(registerFunctionHashedLegacy(registry, none, false, false, bytes('h'), 6)).toBe(6);
});

test('a legacy function must not hide one of the loader', () => {
	const all = { has: () => true };
	const registry = new FunctionRegistry<number>();
	expect(catchFault(() => registerFunctionHashedLegacy(registry, all, false, true, bytes('f'), 3))).toEqual(
		collision(hashTargetPc(3)),
	);
	expect(registry.size).toBe(0);
	expect(registerFunctionHashedLegacy(registry, all, false, false, bytes('f'), 3)).toBe(3);
});
