import { assembleText, Executable, FunctionRegistry } from '@parhelion/sbpf';
import { FeatureSet, resolveRuntimeFeatures } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { newBudgetWithDefaults } from './execution-budget.ts';
import type { InvokeContext } from './invoke-context.ts';
import { JitCache, prepareExecution } from './jit-tier.ts';
import type { ProgramRuntimeEnvironment } from './program-cache-entry.ts';
import { createProgramRuntimeEnvironment } from './syscalls/index.ts';

function environment(): ProgramRuntimeEnvironment {
	const features = resolveRuntimeFeatures(FeatureSet.mainnet());
	return createProgramRuntimeEnvironment(features, newBudgetWithDefaults(false), false, false);
}

/** A program of five instructions that answers `value`. */
function program(value: number, loader: ProgramRuntimeEnvironment): Executable<InvokeContext> {
	const assembled = assembleText(`mov64 r0, ${value}\nmov64 r1, 1\nmov64 r2, 2\nadd64 r1, r2\nexit`, 0);
	if (!assembled.ok) throw new Error(assembled.error);
	const { text, functionRegistry } = assembled.value;
	const executable = Executable.fromTextBytes<InvokeContext>(text, loader, 0, functionRegistry);
	if (!executable.ok) throw new Error(executable.error.kind);
	return executable.value;
}

describe('the tier of a program', () => {
	const loader = environment();

	it('is the interpreter until it has executed sixteen times its length', () => {
		const cache = new JitCache();
		const executable = program(1, loader);
		executable.heat = 5 * 16 - 1;
		expect(prepareExecution(executable, 'auto', cache)).toBe('interpreted');
		expect(executable.compiled).toBeNull();
		executable.heat = 5 * 16;
		expect(prepareExecution(executable, 'auto', cache)).toBe('preferJit');
		expect(executable.compiled).not.toBeNull();
		expect(cache.counters.compiled).toBe(1);
	});

	it('is the compiler at once where that is asked for, and never where it is off', () => {
		const cache = new JitCache();
		const executable = program(2, loader);
		expect(prepareExecution(executable, 'off', cache)).toBe('interpreted');
		expect(executable.compiled).toBeNull();
		expect(prepareExecution(executable, 'eager', cache)).toBe('preferJit');
		expect(executable.compiled).not.toBeNull();
		expect(prepareExecution(executable, 'off', cache)).toBe('interpreted');
	});
});

describe('compiled programs', () => {
	it('are shared by executables of the same content, and by those only', () => {
		const cache = new JitCache();
		const loader = environment();
		for (const executable of [program(1, loader), program(1, loader), program(2, loader)]) {
			prepareExecution(executable, 'eager', cache);
		}
		expect(cache.counters).toMatchObject({ compiled: 2, shared: 1, evicted: 0 });
		prepareExecution(program(1, environment()), 'eager', cache);
		expect(cache.counters).toMatchObject({ compiled: 2, shared: 2 });
		const other = environment();
		other.registerFunction('a syscall of its own', () => {});
		prepareExecution(program(1, other), 'eager', cache);
		expect(cache.counters).toMatchObject({ compiled: 3, shared: 2 });
	});

	it('are taken over from another thread, which hears of each one', () => {
		const [here, there] = [new JitCache(), new JitCache()];
		here.listener = (module) => there.adopt(module);
		prepareExecution(program(1, environment()), 'eager', here);
		expect([...there.modules()]).toEqual([...here.modules()]);
		prepareExecution(program(1, environment()), 'eager', there);
		expect(there.counters).toMatchObject({ compiled: 0, shared: 1, bytes: here.counters.bytes });
	});

	it('are not shared where the same text calls other functions', () => {
		const cache = new JitCache();
		const loader = environment();
		// The call's immediate is a key: it means the function registered under it, if there is one.
		const assembled = assembleText('call 7\nexit\nmov64 r0, 1\nexit\nmov64 r0, 2\nexit', 0);
		if (!assembled.ok) throw new Error(assembled.error);
		const executables = [null, 2, 4].map((target) => {
			const functions = new FunctionRegistry<number>();
			if (target !== null) functions.registerFunction(7, new Uint8Array(0), target);
			const text = assembled.value.text.slice();
			text.set([0x85, 0, 0, 0, 7, 0, 0, 0]);
			const executable = Executable.fromTextBytes<InvokeContext>(text, loader, 0, functions);
			if (!executable.ok) throw new Error(executable.error.kind);
			return executable.value;
		});
		for (const executable of executables) prepareExecution(executable, 'eager', cache);
		expect(cache.counters).toMatchObject({ compiled: 3, shared: 0 });
	});

	it('go when they outgrow their bound, the least recently used first', () => {
		const loader = environment();
		const measured = new JitCache();
		prepareExecution(program(0, loader), 'eager', measured);
		const cache = new JitCache(measured.counters.bytes * 2.5);
		const [a, b, c] = [program(1, loader), program(2, loader), program(3, loader)] as const;
		prepareExecution(a, 'eager', cache);
		prepareExecution(b, 'eager', cache);
		prepareExecution(a, 'eager', cache);
		prepareExecution(c, 'eager', cache);
		expect([a, b, c].map((executable) => executable.compiled !== null)).toEqual([true, false, true]);
		expect(cache.counters).toMatchObject({ compiled: 3, evicted: 1 });
		expect(cache.counters.bytes).toBeLessThanOrEqual(measured.counters.bytes * 2.5);
		prepareExecution(b, 'eager', cache);
		expect(b.compiled).not.toBeNull();
		expect(a.compiled).toBeNull();
	});

	it('go when they are too many, however small', () => {
		const loader = environment();
		const cache = new JitCache(2 ** 30, 2);
		const executables = [1, 2, 3, 4].map((number) => program(number, loader));
		for (const executable of executables) prepareExecution(executable, 'eager', cache);
		expect(executables.map(({ compiled }) => compiled !== null)).toEqual([false, false, true, true]);
		expect(cache.counters).toMatchObject({ compiled: 4, evicted: 2 });
		expect([...cache.modules()]).toHaveLength(2);
	});

	it('are plain data that a worker can be sent', async () => {
		const executable = program(7, environment());
		prepareExecution(executable, 'eager', new JitCache());
		const { WasmProgram } = await import('@parhelion/sbpf');
		const compiled = executable.compiled;
		if (!(compiled instanceof WasmProgram)) throw new Error('not compiled');
		const { module, ...rest } = compiled.compiled;
		expect(structuredClone(rest)).toEqual(rest);
		expect(module).toBeInstanceOf(WebAssembly.Module);
	});
});
