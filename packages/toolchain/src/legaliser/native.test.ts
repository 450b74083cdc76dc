import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bothEngines, TEST_SYSCALLS } from '../../test/machine.ts';
import { buildFiles } from '../driver/build.ts';
import { buildErrorText } from '../driver/build-error.ts';
import { findTools } from '../driver/find-tools.ts';
import { runTool } from '../driver/run-tool.ts';

const tools = findTools();
const clang = tools.llvm?.clang ?? null;
const title = clang === null ? ' (skipped: no clang with LLVM tools is installed)' : '';
const file = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'parhelion-native-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Widths that the legaliser treats alike, at their ends and in between. */
const DIVIDED = [8, 16, 32, 33, 64, 65, 100, 127, 128];
const WIDE = DIVIDED.filter((bits) => bits > 64);
/** What the legaliser rewrites: an operation, and the widths that it has in the code of compilers. */
const OPERATIONS: readonly (readonly [operation: string, widths: readonly number[]])[] = [
	['mul', [...WIDE, 192, 256]],
	['sdiv', DIVIDED],
	['srem', DIVIDED],
	['udiv', WIDE],
	['urem', WIDE],
	['shl', WIDE],
	['lshr', WIDE],
	['ashr', WIDE],
	['umul.with.overflow', [32, 64, 65, 100, 128]],
	['smul.with.overflow', [32, 64, 65, 100, 128]],
	['fshl', [64, 128]],
	['fshr', [64, 128]],
];

/** A module that does every operation of {@link OPERATIONS} with two numbers of the input; how many bytes it writes. */
function everyOperation(): { readonly text: string; readonly size: number } {
	const declarations: string[] = [];
	const body: string[] = [];
	let size = 0;
	const store = (value: string, bits: number): void => {
		body.push(`%at${size} = getelementptr i8, ptr %out, i64 ${size}`);
		body.push(`store i${bits} ${value}, ptr %at${size}, align 1`);
		size += bits / 8;
	};
	for (const [operation, widths] of OPERATIONS) {
		for (const bits of widths) {
			const name = `${operation}.${bits}`;
			const [a, b, result] = ['a', 'b', 'r'].map((part) => `%${part}.${name}`) as [string, string, string];
			const whole = bits > 128 ? 256 : 128;
			const part = (value: string): string =>
				bits === 256 ? `or i256 ${value}, 0` : `trunc i256 ${value} to i${bits}`;
			body.push(`${a} = ${part('%x')}`, `%b0.${name} = ${part('%y')}`);
			if (operation.endsWith('div') || operation.endsWith('rem')) {
				// Neither zero nor minus one, which have no defined result.
				body.push(
					`%b1.${name} = or i${bits} %b0.${name}, 1`,
					`%m.${name} = icmp eq i${bits} %b1.${name}, -1`,
				);
				body.push(`${b} = select i1 %m.${name}, i${bits} 3, i${bits} %b1.${name}`);
			} else if (/^(?:shl|[al]shr)$/.test(operation)) {
				// Less than the width: more has no defined result.
				body.push(`%b1.${name} = trunc i256 %y to i64`, `%b2.${name} = urem i64 %b1.${name}, ${bits}`);
				body.push(`${b} = zext i64 %b2.${name} to i${bits}`);
			} else body.push(`${b} = or i${bits} %b0.${name}, 0`);
			const type = `i${bits}`;
			let raw = result;
			if (operation.includes('overflow')) {
				declarations.push(`declare { ${type}, i1 } @llvm.${operation}.${type}(${type}, ${type})`);
				body.push(
					`%pair.${name} = call { ${type}, i1 } @llvm.${operation}.${type}(${type} ${a}, ${type} ${b})`,
					`${result} = extractvalue { ${type}, i1 } %pair.${name}, 0`,
					`%o.${name} = extractvalue { ${type}, i1 } %pair.${name}, 1`,
					`%flag.${name} = zext i1 %o.${name} to i8`,
				);
				store(`%flag.${name}`, 8);
			} else if (operation.startsWith('fsh')) {
				declarations.push(`declare ${type} @llvm.${operation}.${type}(${type}, ${type}, ${type})`);
				body.push(
					`${result} = call ${type} @llvm.${operation}.${type}(${type} ${a}, ${type} ${b}, ${type} ${b})`,
				);
			} else body.push(`${result} = ${operation} ${type} ${a}, ${b}`);
			if (bits !== whole) {
				raw = `%whole.${name}`;
				body.push(`${raw} = zext ${type} ${result} to i${whole}`);
			}
			store(raw, whole);
		}
	}
	const text = [
		...new Set(declarations),
		'define void @compute(ptr %in, ptr %out) {',
		'%x = load i256, ptr %in, align 1',
		'%second = getelementptr i8, ptr %in, i64 32',
		'%y = load i256, ptr %second, align 1',
		...body,
		'ret void',
		'}',
	].join('\n');
	return { text, size };
}

const IN = 64;
const OUT = 512;

/** Compiles `sources` for this machine; running it maps blocks of input to blocks of output. */
function native(
	name: string,
	sources: readonly string[],
	flags: readonly string[] = [],
): (inputs: Uint8Array) => Uint8Array {
	const program = join(folder, name);
	const built = runTool(clang!, ['-O1', '-Wno-override-module', ...flags, ...sources, '-o', program]);
	if (built.status !== 0) throw new Error(built.stderr);
	return (inputs) => {
		const run = runTool(program, [], { stdin: inputs });
		if (run.status !== 0) throw new Error(`the native program ended with ${run.status}`);
		return run.stdout;
	};
}

/** Blocks of input: words of every length, many of them near the limits. */
const word = fc.oneof(
	fc.bigInt(0n, (1n << 64n) - 1n),
	fc.bigInt(-20n, 20n).map((value) => BigInt.asUintN(64, value)),
	fc
		.tuple(fc.nat(63), fc.integer({ min: -1, max: 1 }))
		.map(([bit, by]) => BigInt.asUintN(64, (1n << BigInt(bit)) + BigInt(by))),
	fc.constantFrom(1n << 63n, (1n << 63n) - 1n, (1n << 64n) - 1n),
);
const block = fc
	.array(word, { minLength: 8, maxLength: 8 })
	.map((words) => new Uint8Array(BigUint64Array.from(words).buffer));

/** Builds the sources for sBPF and runs both engines over random blocks, of each of which `run` writes `size` bytes. */
function agree(
	sources: readonly string[],
	how: { readonly version: 0 | 3; readonly optimisation: '0' | '2' },
	run: (input: Uint8Array) => Uint8Array,
	size: number,
): void {
	const built = buildFiles(sources, { syscalls: TEST_SYSCALLS, tools, ...how });
	if (!built.ok) throw new Error(buildErrorText(built.error));
	const engines = bothEngines(built.value.elf);
	fc.assert(
		fc.property(fc.array(block, { minLength: 40, maxLength: 40 }), (blocks) => {
			const expected = run(Buffer.concat(blocks));
			for (const [i, input] of blocks.entries()) {
				const memory = new Uint8Array(IN + size);
				memory.set(input);
				for (const engine of engines) {
					const { outcome, input: after } = engine.run(memory);
					expect(outcome).toBe(0n);
					expect(hex(after.subarray(IN))).toBe(hex(expected.subarray(i * size, (i + 1) * size)));
				}
			}
		}),
		{ numRuns: 4 },
	);
}

describe.skipIf(clang === null).each([0, 3] as const)(
	`legalised code on sBPF V%i and the same source natively${title}`,
	(version) => {
		it.each([
			['cases.ll', '0'],
			['cases.ll', '2'],
			['aggregates.c', '0'],
			['aggregates.c', '2'],
		] as const)('agree on %s, at -O%s', (source, optimisation) => {
			const run = native(`${source}-${version}-${optimisation}`, [
				file(`test/native/${source}`),
				file('test/native/main.c'),
			]);
			agree(
				[file(`test/native/${source}`), file('test/native/entry.c')],
				{ version, optimisation },
				run,
				OUT,
			);
		});

		it.each(['0', '2'] as const)('agree on every operation that is rewritten, at -O%s', (optimisation) => {
			const { text, size } = everyOperation();
			const source = join(folder, `operations-${version}-${optimisation}.ll`);
			writeFileSync(source, text);
			const flag = `-DOUT=${size}`;
			const name = `operations-${version}-${optimisation}`;
			const run = native(name, [source, file('test/native/main.c')], [flag, '--rtlib=compiler-rt']);
			agree([source, file('test/native/entry.c')], { version, optimisation }, run, size);
		});

		it('agree on the 128-bit maths of C', () => {
			const flags = [
				'-DNATIVE',
				'-DIN=56',
				'-DOUT=160',
				'-I',
				file('include'),
				'-Wno-incompatible-library-redeclaration',
			];
			const run = native(
				`maths-${version}`,
				[file('programs/maths/maths.c'), file('test/native/main.c')],
				flags,
			);
			const built = buildFiles([file('programs/maths/maths.c')], { syscalls: TEST_SYSCALLS, version, tools });
			if (!built.ok) throw new Error(buildErrorText(built.error));
			const engines = bothEngines(built.value.elf);
			fc.assert(
				fc.property(fc.array(block, { minLength: 40, maxLength: 40 }), (blocks) => {
					const inputs = blocks.map((words) => words.subarray(0, 56));
					const expected = run(Buffer.concat(inputs));
					for (const [i, input] of inputs.entries()) {
						// No accounts, the length of the instruction, the instruction, the program's address.
						const memory = new Uint8Array(16 + 56 + 32);
						memory[8] = 56;
						memory.set(input, 16);
						for (const engine of engines) {
							const { outcome, returnData } = engine.run(memory);
							expect(outcome).toBe(0n);
							expect(hex(returnData)).toBe(hex(expected.subarray(i * 160, (i + 1) * 160)));
						}
					}
				}),
				{ numRuns: 4 },
			);
		});
	},
);

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString('hex');
}
