import { queryObjects } from 'node:v8';
import { expect, it } from 'vitest';
import { machine } from '../../test/machine-harness.ts';
import { Arena } from '../memory/arena.ts';
import { WasmProgram } from './compiled-program.ts';

/** With `callx`, for which the program has a map in the arena. */
const SOURCE = 'lddw r2, 0x100000028\ncallx r2\nexit\nmov64 r0, 7\nexit';

function runInItsOwnArena(): void {
	const { vm, executable } = machine(SOURCE, { version: 0, arena: new Arena() });
	executable.compiled = WasmProgram.compile(executable);
	expect(executable.compiled).not.toBeNull();
	vm.executeProgram(executable, 'jit');
}

it('an arena goes with its programs, though the thread does not come back to its event loop', () => {
	const arenas = (): number => queryObjects(Arena, { format: 'count' });
	const before = arenas();
	for (let i = 0; i < 20; i++) runInItsOwnArena();
	// It collects first. The last ones may still be on the stack.
	expect(arenas() - before).toBeLessThan(4);
});
