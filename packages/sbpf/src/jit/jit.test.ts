import { describe, expect, it } from 'vitest';
import { assembleText } from '../asm/assembler.ts';
import { defaultConfig } from '../config.ts';
import { Executable } from '../executable.ts';
import { MM_HEAP_START, MM_INPUT_START, MM_STACK_START } from '../isa/ebpf.ts';
import { Arena } from '../memory/arena.ts';
import { MemoryMapping } from '../memory/memory-mapping.ts';
import { MemoryRegion } from '../memory/memory-region.ts';
import { BuiltinProgram, type ContextObject, SBPF_VERSIONS, type SBPFVersion } from '../program.ts';
import { EbpfVm } from '../vm.ts';
import { WasmProgram } from './compiled-program.ts';

class Context implements ContextObject {
	mapping: MemoryMapping | null = null;
	constructor(public remaining: number) {}
	consume(n: number) {
		this.remaining = Math.max(0, this.remaining - n);
	}
	getRemaining() {
		return this.remaining;
	}
	activeMapping() {
		return this.mapping!;
	}
}

export function runBoth(asm: string, version: SBPFVersion, input: Uint8Array, budget: number) {
	const loader = new BuiltinProgram<Context>({ ...defaultConfig(), alignedMemoryMapping: true });
	const assembled = assembleText(asm, version);
	if (!assembled.ok) throw new Error(String(assembled.error));
	const ex = Executable.fromTextBytes(
		assembled.value.text,
		loader,
		version,
		assembled.value.functionRegistry,
	);
	if (!ex.ok) throw new Error(JSON.stringify(ex.error));
	const verified = ex.value.verify();
	if (!verified.ok) throw new Error(JSON.stringify(verified.error));
	return (['interpreted', 'jit'] as const).map((mode) => {
		const arena = new Arena(32);
		const config = loader.config;
		const stackSize = config.stackFrameSize * config.maxCallDepth;
		const gap = version === 0 && config.enableStackFrameGaps ? config.stackFrameSize : 0;
		const inputHost = arena.put(input);
		const stackHost = arena.alloc(stackSize);
		const regions = [
			MemoryRegion.newGapped(stackHost, stackSize, MM_STACK_START, gap),
			MemoryRegion.newWritable(arena.alloc(4096), 4096, MM_HEAP_START),
			MemoryRegion.newWritable(inputHost, input.length, MM_INPUT_START),
		];
		const context = new Context(budget);
		context.mapping = new MemoryMapping(arena, regions, config, version);
		context.mapping.initialize();
		const vm = new EbpfVm(loader, version, context, stackSize);
		vm.registers[1] = BigInt(MM_INPUT_START);
		if (mode === 'jit') ex.value.compiled ??= WasmProgram.compile(ex.value);
		const t0 = performance.now();
		const { instructionCount, result } = vm.executeProgram(ex.value, mode);
		const t1 = performance.now();
		if (instructionCount > 1e6)
			console.log(mode, (((t1 - t0) * 1e6) / instructionCount).toFixed(3), 'ns/insn');
		return {
			instructionCount,
			result,
			pc: result.ok ? 0n : vm.registers[11],
			input: Buffer.from(arena.u8.slice(inputHost, inputHost + input.length)).toString('hex'),
			stack: Buffer.from(arena.u8.slice(stackHost, stackHost + stackSize)).toString('base64'),
		};
	});
}

const PROGRAMS: Record<string, string> = {
	constant: 'mov64 r0, 42\nexit',
	loop: 'mov64 r0, 0\nmov64 r2, 100\nadd64 r0, r2\nsub64 r2, 1\njne r2, 0, -3\nexit',
	memory: 'ldxdw r2, [r1+0]\nadd64 r2, 5\nstxdw [r1+8], r2\nldxb r0, [r1+8]\nstxw [r1+16], r0\nexit',
	stack:
		'mov64 r2, 7\nstxdw [r10-8], r2\nmov64 r3, r10\nadd64 r3, -8\nldxdw r0, [r3+0]\nldxdw r4, [r10-16]\nadd64 r0, r4\nexit',
	call: 'mov64 r1, 5\nmov64 r6, 9\ncall function_fib\nadd64 r0, r6\nexit\nfunction_fib:\njgt r1, 1, +2\nmov64 r0, r1\nexit\nmov64 r6, r1\nsub64 r1, 1\ncall function_fib\nmov64 r7, r0\nmov64 r1, r6\nsub64 r1, 2\ncall function_fib\nadd64 r0, r7\nexit',
	recursion: 'call function_f\nexit\nfunction_f:\nadd64 r0, 1\ncall function_f\nexit',
	violation: 'ldxdw r0, [r1+1000]\nexit',
	straddle: 'ldxdw r0, [r1+0]\nldxdw r2, [r1+500]\nexit',
	division: 'mov64 r2, 0\nmov64 r0, 9\ndiv64 r0, r2\nexit',
	diamond: 'ldxb r2, [r1+0]\njeq r2, 1, +2\nmov64 r0, 1\nja +1\nmov64 r0, 2\nadd64 r0, 10\nexit',
	irreducible:
		'mov64 r3, 20\nldxb r2, [r1+0]\njeq r2, 0, +3\nadd64 r0, 1\nsub64 r3, 1\njeq r3, 0, +3\nadd64 r0, 100\nsub64 r3, 1\njne r3, 0, -6\nexit',
	overrun: 'mov64 r0, 1\njeq r0, 1, +0\nexit',
};

describe('compiled and interpreted', () => {
	for (const version of SBPF_VERSIONS) {
		for (const [name, asm] of Object.entries(PROGRAMS)) {
			it(`v${version} ${name}`, () => {
				for (const budget of [0, 1, 2, 3, 4, 5, 6, 7, 10, 50, 100, 1000]) {
					for (const first of [0, 1]) {
						const input = new Uint8Array(64).fill(first);
						const [a, b] = runBoth(asm, version, input, budget);
						expect(b).toEqual(a);
					}
				}
			});
		}
	}
});
