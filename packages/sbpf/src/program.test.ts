import { catchFault } from '@parhelion/sdk';
import { expect, test } from 'vitest';
import { defaultConfig, stackSize } from './config.ts';
import { hashSymbolName } from './function-registry.ts';
import {
	BuiltinProgram,
	calculateCallImmTargetPc,
	disableLddw,
	enableJmp32,
	manualStackFrameBump,
	SBPF_VERSIONS,
	sbpfVersionFromElfFlags,
	stackFrameGaps,
	staticSyscalls,
} from './program.ts';

test('each version has the changes of its SIMDs, and V2 alone those that were taken back', () => {
	const having = (predicate: (version: 0 | 1 | 2 | 3 | 4) => boolean): number[] =>
		SBPF_VERSIONS.filter(predicate);
	expect(having(stackFrameGaps)).toEqual([0]);
	expect(having(manualStackFrameBump)).toEqual([1, 2]);
	expect(having(disableLddw)).toEqual([2]);
	expect(having(staticSyscalls)).toEqual([3, 4]);
	expect(having(enableJmp32)).toEqual([3, 4]);
});

test('flags beyond the last version name none', () => {
	expect([0, 1, 2, 3, 4, 5, 0x20, 0xffff_ffff].map(sbpfVersionFromElfFlags)).toEqual([
		0,
		1,
		2,
		3,
		4,
		null,
		null,
		null,
	]);
});

test('a call goes by its immediate before V3 and relative to its slot from then on', () => {
	expect(calculateCallImmTargetPc(0, 5, -1)).toBe(0xffff_ffff);
	expect(calculateCallImmTargetPc(2, 5, 9)).toBe(9);
	expect(calculateCallImmTargetPc(3, 5, 9)).toBe(15);
	expect(calculateCallImmTargetPc(4, 0, -2)).toBe(0xffff_ffff);
});

test('a loader lends one function under a name', () => {
	const loader = BuiltinProgram.newMock();
	const first = (): void => {};
	loader.registerFunction('log', first);
	loader.registerFunction('log', first);
	expect(loader.functions.lookupByKey(hashSymbolName(new TextEncoder().encode('log')))?.value).toBe(first);
	expect(catchFault(() => loader.registerFunction('log', () => {}))).toMatchObject({
		error: { kind: 'SymbolHashCollision' },
	});
	expect(loader.unregisterFunction('log')).toBe(true);
	expect(loader.unregisterFunction('log')).toBe(false);
});

test('settings are those of upstream where none are given, and cannot change', () => {
	const config = defaultConfig({ maxCallDepth: 2 });
	expect(stackSize(config)).toBe(8192);
	expect(config.enabledSbpfVersions).toEqual({ min: 0, max: 4 });
	expect(Object.isFrozen(config)).toBe(true);
	expect(stackSize(defaultConfig())).toBe(262_144);
});
