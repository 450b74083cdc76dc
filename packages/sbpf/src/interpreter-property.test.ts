import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode, machine, type Setup } from '../test/machine-harness.ts';
import { type ReferenceRegion, runReference } from '../test/reference-machine.ts';
import { stackSize } from './config.ts';
import { FunctionRegistry, hashSymbolName } from './function-registry.ts';
import { ALL_INSTRUCTIONS, accessesMemory, type Instruction, isAvailable } from './isa/table.ts';
import type { MemoryRegion } from './memory/memory-region.ts';
import { SBPF_VERSIONS, type SBPFVersion } from './program.ts';

const HEAP_BYTES = 512;
const INPUT_BYTES = 256;

const edges = [0n, 1n, 2n, 7n, 31n, 32n, 33n, 63n, 64n, 0x7fffn, 0xffffn, 0x7fff_ffffn, 0x8000_0000n];
const bigEdges = [0xffff_ffffn, 0x1_0000_0000n, 0x1f_ffff_ffff_ffffn, 0x20_0000_0000_0000n, 2n ** 63n - 1n];
const topEdges = [2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - 2n, 2n ** 64n - 0x8000_0000n, 2n ** 64n - 0x8000n];
/** Values that find carries, signs and borders. */
const word = fc.oneof(
	fc.constantFrom(...edges, ...bigEdges, ...topEdges),
	fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
	fc.bigInt({ min: 0n, max: 2n ** 32n }),
);
/** Addresses at and around every border of the regions. */
const address = fc
	.tuple(
		fc.constantFrom(
			0n,
			0x1_0000_0000n,
			0x2_0000_0000n,
			0x3_0000_0000n,
			0x4_0000_0000n,
			0x5_0000_0000n,
			2n ** 63n,
		),
		fc.constantFrom(0n, 4096n, 8192n, 256n, 512n, 0x4_0000n, 0x8_0000n, 0xffff_ffffn, -1n),
		fc.integer({ min: -9, max: 9 }),
	)
	.map(([base, offset, delta]) => BigInt.asUintN(64, base + offset + BigInt(delta)));
const value = fc.oneof({ weight: 3, arbitrary: word }, { weight: 2, arbitrary: address });
const immediate = fc.oneof(
	fc.constantFrom(0, 1, -1, 16, 31, 32, 63, 64, 0x7fff_ffff, -0x8000_0000),
	fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
);
const displacement = fc.oneof(
	fc.constantFrom(0, 1, -1, 8, -8, 0x7fff, -0x8000),
	fc.integer({ min: -0x8000, max: 0x7fff }),
);

/** The loader's one function: mixes its arguments, so that a wrong one is seen. */
const mix = (args: readonly bigint[]): bigint =>
	args.reduce((sum, arg, i) => BigInt.asUintN(64, sum * 31n + arg + BigInt(i)), 7n);
const SYSCALL_KEY = hashSymbolName(new TextEncoder().encode('mix'));

/** Runs `text` on both machines and compares everything a program or its host can see. */
function compare(
	text: Uint8Array,
	version: SBPFVersion,
	registers: readonly bigint[],
	budget: number,
	config: Setup['config'] = {},
	functions: ReadonlyMap<number, number> = new Map(),
): void {
	const registry = new FunctionRegistry<number>();
	for (const [key, pc] of functions) registry.registerFunction(key, new Uint8Array(0), pc);
	registry.registerFunction(0xffff_fff1, new TextEncoder().encode('entrypoint'), 0);
	const input = Uint8Array.from({ length: INPUT_BYTES }, (_, i) => (i * 37 + 11) & 0xff);
	const tested = machine(text, {
		version,
		config,
		budget,
		input,
		heapBytes: HEAP_BYTES,
		registers,
		functions: registry,
		syscalls: { mix: (vm) => vm.setReturn(mix([1, 2, 3, 4, 5].map((i) => vm.arg(i)))) },
	});
	const { executable, arena, vm } = tested;
	const stackBytes = stackSize(executable.config);
	const { stack, heap, mapping } = tested;
	const expectBytes = (region: MemoryRegion, bytes: Uint8Array): void => {
		const actual = arena.u8.subarray(region.host, region.host + region.len);
		// Comparing a stack byte by byte takes the test library long; a difference is worth it.
		if (Buffer.compare(actual, bytes) !== 0) expect(actual).toEqual(bytes);
	};
	const gaps = executable.config.enableStackFrameGaps;
	const regions: ReferenceRegion[] = [
		{ start: BigInt(executable.roSection.vmAddr), bytes: text.slice(), writable: false, gap: 0 },
		{
			start: 0x2_0000_0000n,
			bytes: new Uint8Array(stackBytes),
			writable: true,
			gap: version === 0 && gaps ? 4096 : 0,
		},
		{ start: 0x3_0000_0000n, bytes: new Uint8Array(HEAP_BYTES), writable: true, gap: 0 },
		{ start: 0x4_0000_0000n, bytes: input.slice(), writable: true, gap: 0 },
	];
	const expected = runReference({
		text,
		textAddress: 0x1_0000_0000n,
		version,
		entryPc: 0,
		registers: Array.from(vm.registers),
		regions,
		budget,
		gaps,
		functions,
		syscalls: new Map([[SYSCALL_KEY, mix]]),
	});
	const { instructionCount, result } = tested.run();
	const error = result.ok ? null : result.error;
	expect(error).toEqual(expected.error);
	expect(instructionCount).toBe(expected.executed);
	expect(Array.from(vm.registers.subarray(0, 11))).toEqual(expected.registers);
	if (result.ok) expect(result.value).toBe(expected.registers[0]);
	expectBytes(stack, regions[1]!.bytes);
	expectBytes(heap, regions[2]!.bytes);
	expectBytes(mapping.regions.at(-1)!, regions[3]!.bytes);
	if (executable.config.enableRegisterTracing) {
		expect(vm.registerTrace.map((entry) => Array.from(entry))).toEqual(expected.trace);
	}
	tested.dispose();
}

const registerFile = fc.array(value, { minLength: 11, maxLength: 11 });

describe.each(SBPF_VERSIONS.map((version) => ({ version, name: `V${version}` })))(
	'$name, instruction by instruction',
	({ version }) => {
		const rows = ALL_INSTRUCTIONS.filter((row) => isAvailable(row, version) && row.name !== 'LD_DW_IMM');
		it.each(rows)('$name does what the reference does', (row) => {
			const operands = fc.record({
				dst: fc.integer({ min: 0, max: 10 }),
				src: fc.integer({ min: 0, max: 10 }),
				off: row.shape.startsWith('jump') ? fc.integer({ min: -1, max: 2 }) : displacement,
				imm: immediateFor(row),
				registers: registerFile,
			});
			fc.assert(
				fc.property(operands, ({ dst, src, off, imm, registers }) => {
					const text = [
						...encode(row.opcode, dst, src, off, imm),
						...encode(0xb7, 9, 0, 0, 1),
						...encode(0x95),
					];
					compare(Uint8Array.from(text), version, registers, 6);
				}),
				{ numRuns: 60 },
			);
		});

		// What the window of the first access lets through decides about the second: every distance from every border.
		const accesses = rows.filter((row) => accessesMemory(row.shape));
		it.each(accesses)('$name does so also where its window is open already', (row) => {
			const near = fc.record({
				region: fc.constantFrom(0x2_0000_0000n, 0x3_0000_0000n, 0x4_0000_0000n, 0x1_0000_0000n, 0n),
				border: fc.constantFrom(0n, 24n, 256n, 512n, 4096n, 8192n, 0x4_0000n),
				opening: fc.integer({ min: 0, max: 15 }),
				distance: fc.integer({ min: -12, max: 12 }),
				off: displacement,
				registers: registerFile,
			});
			fc.assert(
				fc.property(near, ({ region, border, opening, distance, off, registers }) => {
					const access = (base: number, by: number): number[] =>
						row.shape === 'load' ? encode(row.opcode, 5, base, by) : encode(row.opcode, base, 5, by, -7);
					const text = [...access(1, opening), ...access(2, off), ...access(3, 0), ...encode(0x95)];
					const at = BigInt.asUintN(64, region + border + BigInt(distance));
					const set = registers.slice();
					set[1] = region;
					set[2] = BigInt.asUintN(64, at - BigInt(off));
					set[3] = at;
					const config = { enableStackFrameGaps: distance % 2 === 0 };
					compare(Uint8Array.from(text), version, set, 6, config);
				}),
				{ numRuns: 150 },
			);
		});
	},
);

function immediateFor(row: Instruction): fc.Arbitrary<number> {
	if (row.shape === 'endian') return fc.constantFrom(16, 32, 64, 8);
	if (row.name === 'CALL_REG') return fc.integer({ min: 0, max: 10 });
	if (row.name === 'CALL_IMM') return fc.constantFrom(0, 1, -1, 2, SYSCALL_KEY, 5);
	return immediate;
}

/** An instruction of a random program: mostly harmless, mostly near the regions. */
function randomInstruction(version: SBPFVersion): fc.Arbitrary<number[]> {
	const rows = ALL_INSTRUCTIONS.filter((row) => isAvailable(row, version));
	const base = fc.record({
		row: fc.constantFrom(...rows),
		dst: fc.integer({ min: 0, max: 9 }),
		src: fc.integer({ min: 0, max: 10 }),
		off: fc.integer({ min: -24, max: 24 }),
		jump: fc.integer({ min: -6, max: 9 }),
		imm: immediate,
		upper: immediate,
		key: fc.constantFrom(SYSCALL_KEY, SYSCALL_KEY, 77, 78, 79, 3),
		near: fc.integer({ min: -5, max: 8 }),
		bits: fc.constantFrom(16, 32, 64),
	});
	return base.map(({ row, dst, src, off, jump, imm, upper, key, near, bits }) => {
		if (row.name === 'LD_DW_IMM')
			return [...encode(row.opcode, dst, 0, 0, imm), ...encode(0, 0, 0, 0, upper)];
		if (row.name === 'CALL_IMM') {
			const isSyscall = key === SYSCALL_KEY;
			if (version >= 3) return encode(row.opcode, 0, isSyscall ? 0 : 1, 0, isSyscall ? key : near);
			return encode(row.opcode, 0, 0, 0, key);
		}
		if (row.name === 'CALL_REG') return encode(row.opcode, dst, dst, 0, dst);
		if (row.shape.startsWith('jump')) return encode(row.opcode, dst, src, jump, imm);
		if (row.shape === 'endian') return encode(row.opcode, dst, 0, 0, bits);
		if (row.shape === 'load') return encode(row.opcode, dst, src, off, 0);
		return encode(row.opcode, dst, src, off, imm);
	});
}

describe.each(SBPF_VERSIONS.map((version) => ({ version, name: `V${version}` })))(
	'$name, random programs',
	({ version }) => {
		it.each([
			{ name: 'with stack gaps', config: { enableStackFrameGaps: true } },
			{ name: 'without stack gaps', config: { enableStackFrameGaps: false } },
			{ name: 'traced', config: { enableRegisterTracing: true } },
		])('agree with the reference at every budget, $name', ({ config }) => {
			const program = fc.record({
				instructions: fc.array(randomInstruction(version), { minLength: 1, maxLength: 40 }),
				registers: registerFile,
				budget: fc.integer({ min: 0, max: 300 }),
				target: fc.integer({ min: 0, max: 45 }),
			});
			fc.assert(
				fc.property(program, ({ instructions, registers, budget, target }) => {
					const text = Uint8Array.from([...instructions.flat(), ...encode(0x95)]);
					// Some registers point at code, so that callx lands; r10 is the machine's.
					const withCode = registers.map((value, i) =>
						i < 3 ? 0x1_0000_0000n + BigInt(8 * target + 3 * i) : value,
					);
					withCode[10] = 0x2_0000_1000n;
					const functions = new Map([
						[77, 0],
						[78, Math.min(target, text.length / 8)],
						[79, 4],
					]);
					compare(text, version, withCode, budget, config, functions);
				}),
				{ numRuns: 400 },
			);
		});
	},
);
