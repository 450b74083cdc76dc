/**
 * The curve syscalls with points of all kinds (of prime order, small order, not canonical, none at all), on
 * the SVM and on the oracle.
 */
import { edwards25519Group, ristretto255Group } from '@parhelion/crypto';
import { MM_HEAP_START } from '@parhelion/sbpf';
import { expect, it } from 'vitest';
import { programFile } from './elf.ts';
import { address, Pair } from './harness.ts';
import { Random } from './random.ts';

const PROGRAMS = Number(process.env['PARHELION_FUZZ_PROGRAMS'] ?? 40);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

const L = bytesOf('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/** Encodings at the edges: identity, order two and eight, sign bit on x = 0, y from p on, all ones. */
const EDGES = [
	`01${'00'.repeat(31)}`,
	`01${'00'.repeat(30)}80`,
	`ec${'ff'.repeat(30)}7f`,
	'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
	'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
	`ed${'ff'.repeat(30)}7f`,
	`ee${'ff'.repeat(30)}7f`,
	`ee${'ff'.repeat(30)}ff`,
	`f3${'ff'.repeat(30)}7f`,
	'ff'.repeat(32),
	'00'.repeat(32),
	'5866666666666666666666666666666666666666666666666666666666666666',
	'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
].map(bytesOf);

const BASES = [EDGES[11]!, EDGES[12]!];

/** 32 bytes below the order of the group as a rule. */
function scalar(random: Random): Uint8Array {
	if (random.oneIn(12)) return L;
	if (random.oneIn(12)) return random.bytes(32);
	const bytes = random.oneIn(5) ? new Uint8Array(32) : random.bytes(32);
	if (random.oneIn(4)) bytes[0] = random.int(4);
	bytes[31] = bytes[31]! & 0x0f;
	return bytes;
}

function point(random: Random, curve: number): Uint8Array {
	if (random.oneIn(6)) return random.pick(EDGES);
	if (random.oneIn(8)) return random.bytes(32);
	const group = curve === 0 ? edwards25519Group : ristretto255Group;
	const made = group.multiply(scalar(random), BASES[curve] ?? BASES[0]!) ?? EDGES[0]!;
	// Of composite order: with a point of small order added.
	return (random.oneIn(4) ? group.add(made, random.pick(EDGES)) : null) ?? made;
}

it('the curve syscalls agree with the oracle', () => {
	const random = new Random(SEED);
	const pair = new Pair();
	const program = address('program');
	for (let i = 0; i < PROGRAMS; i++) {
		const rodata: number[] = [];
		const put = (...operands: Uint8Array[]): number => {
			const at = rodata.length;
			for (const bytes of operands) rodata.push(...bytes);
			return at;
		};
		const lines: string[] = [];
		const call = (name: string, ...args: (number | bigint)[]): void => {
			for (const [k, arg] of args.entries()) lines.push(`lddw r${k + 1}, ${arg}`);
			lines.push(`syscall ${name}`, 'mov64 r1, r0', `lddw r6, ${MM_HEAP_START}`);
			for (let k = 0; k < 4; k++) lines.push(`ldxdw r${k + 2}, [r6+${8 * k}]`);
			lines.push('syscall sol_log_64_');
		};
		for (let k = 0; k < 6; k++) {
			const curve = random.oneIn(30) ? random.pick([2, 4, 7, 128]) : random.int(2);
			switch (random.int(3)) {
				case 0:
					call('sol_curve_validate_point', curve, put(point(random, curve)));
					break;
				case 1: {
					const operation = random.oneIn(30) ? 3 : random.int(3);
					const left = put(operation === 2 ? scalar(random) : point(random, curve));
					const right = put(point(random, curve));
					call('sol_curve_group_op', curve, operation, left, right, MM_HEAP_START);
					break;
				}
				default: {
					const count = random.pick([0, 1, 2, 3, 5, 9]);
					const scalars = put(...Array.from({ length: count }, () => scalar(random)));
					const points = put(...Array.from({ length: count }, () => point(random, curve)));
					const claimed = random.oneIn(30) ? 513 : count;
					call('sol_curve_multiscalar_mul', curve, scalars, points, claimed, MM_HEAP_START);
				}
			}
		}
		lines.push('mov64 r0, 0', 'exit');
		pair.addProgram(program, programFile(lines.join('\n'), Uint8Array.from(rodata)));
		const { ours, compiled, oracle } = pair.run([
			{ programId: program, accounts: [], data: new Uint8Array(0) },
		]);
		expect(ours, `seed ${SEED}, program ${i}:\n${lines.join('\n')}`).toEqual(oracle);
		expect(compiled, `seed ${SEED}, program ${i}:\n${lines.join('\n')}`).toEqual(oracle);
	}
});
