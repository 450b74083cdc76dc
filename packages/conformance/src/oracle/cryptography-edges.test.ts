/**
 * BN254 and BLS12-381 at every edge of their encodings: flags, infinity and what is almost infinity, orders and their
 * neighbours, points outside the groups, the most pairs; on the SVM and on the oracle.
 */
import { MM_HEAP_START } from '@parhelion/sbpf';
import { expect, it } from 'vitest';
import { programFile } from './elf.ts';
import { address, Pair } from './harness.ts';
import {
	BLS_G1,
	BLS_G1_OUTSIDE,
	BLS_G2,
	BLS_G2_OUTSIDE,
	BLS_R,
	BN254_G1,
	BN254_G2,
	BN254_R,
} from './point-encodings.ts';
import { Random } from './random.ts';
import { callingProgram, Rodata, times } from './syscall-calls.ts';

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** `bytes` with bits of one byte flipped. */
function flipped(bytes: Uint8Array, at: number, bits: number): Uint8Array {
	const out = bytes.slice();
	out[at] = out[at]! ^ bits;
	return out;
}

/** The order, its neighbours, and zero. */
function aroundOrder(order: Uint8Array): Uint8Array[] {
	return [order, flipped(order, 31, 1), flipped(order, 31, 3), new Uint8Array(32)];
}

/** A call whose operands are bytes or numbers and whose result goes to the heap. */
type Edge = readonly [name: string, output: number, ...args: (number | Uint8Array)[]];

const FLAGS = [0x20, 0x40, 0x60, 0x80, 0xa0, 0xc0, 0xe0];

/** Points whose top bits are flags, points that are infinity, and points that are almost. */
function blsEdges(id: number, base: Uint8Array, outside: readonly Uint8Array[]): Edge[] {
	const size = base.length;
	const zeroes = new Uint8Array(size);
	const infinity = flipped(zeroes, 0, 0x40);
	const points = [
		base,
		zeroes,
		infinity,
		flipped(infinity, size - 1, 1),
		flipped(infinity, 0, 1),
		...outside,
		...FLAGS.map((flags) => flipped(base, 0, flags)),
		...FLAGS.map((flags) => flipped(base, size / 2, flags)),
	];
	const x = flipped(base.slice(0, size / 2), 0, 0x80);
	const compressed = [
		x,
		...FLAGS.map((flags) => flipped(x, 0, flags)),
		...FLAGS.flatMap((flags) =>
			[0, 1].map((last) => {
				const bytes = new Uint8Array(size / 2);
				bytes[0] = flags;
				bytes[bytes.length - 1] = last;
				return bytes;
			}),
		),
		...outside.flatMap((point) => [0x80, 0xa0].map((flags) => flipped(point.slice(0, size / 2), 0, flags))),
	];
	return [
		...points.flatMap((point): Edge[] => [
			['sol_curve_validate_point', 0, id, point],
			['sol_curve_group_op', size, id, 0, point, point],
			['sol_curve_group_op', size, id, 1, point, point],
			['sol_curve_group_op', size, id, 1, infinity, point],
			['sol_curve_group_op', size, id, 1, point, infinity],
		]),
		...aroundOrder(BLS_R).map((scalar): Edge => ['sol_curve_group_op', size, id, 2, scalar, base]),
		...compressed.map((bytes): Edge => ['sol_curve_decompress', size, id, bytes]),
	];
}

/** Coordinates with flags and signs; those that are compressed need not be on the curve. */
function bn254Edges(): Edge[] {
	const ys = [0, 1, 2, 3].map((flags) => flipped(BN254_G1, 32, flags << 6));
	const word = (...bytes: number[]): Uint8Array => {
		const out = new Uint8Array(32);
		out.set(bytes);
		return out;
	};
	// The greatest number below half the order of the field, and the one above it.
	const half = new Uint8Array(
		Buffer.from('183227397098d014dc2822db40c0ac2ecbc0b548b438e5469e10460b6c3e7ea3', 'hex'),
	);
	const parts = [word(), word(0x20), word(0x10), half, flipped(half, 31, 7)];
	const g1 = [...ys, joined(word(), word(0x80)), joined(word(), word(0x40))];
	const g2 = parts.flatMap((c1) => parts.map((c0) => joined(word(1), word(2), c1, c0)));
	const alt = (name: string, output: number, operation: number, input: Uint8Array): Edge => [
		name,
		output,
		operation,
		input,
		input.length,
	];
	return [
		...g1.flatMap((point) => [
			alt('sol_alt_bn128_group_op', 64, 0, point),
			alt('sol_alt_bn128_group_op', 64, 2, point),
			alt('sol_alt_bn128_group_op', 32, 3, joined(point, BN254_G2)),
			alt('sol_alt_bn128_compression', 32, 0, point),
			alt('sol_alt_bn128_compression', 64, 1, point.slice(32)),
			alt('sol_alt_bn128_compression', 64, 0x81, point.slice(32).reverse()),
		]),
		...parts.map((y) => alt('sol_alt_bn128_compression', 32, 0, joined(word(1), y))),
		...g2.map((point) => alt('sol_alt_bn128_compression', 64, 2, point)),
		...[0, 0x40, 0x80, 0xc0].flatMap((flags) => [
			alt('sol_alt_bn128_compression', 128, 3, flipped(BN254_G2.slice(0, 64), 0, flags)),
			alt('sol_alt_bn128_group_op', 128, 4, joined(BN254_G2, flipped(BN254_G2, 64, flags))),
			alt('sol_alt_bn128_group_op', 32, 3, joined(BN254_G1, flipped(BN254_G2, 64, flags))),
		]),
		...aroundOrder(BN254_R).flatMap((scalar) => [
			alt('sol_alt_bn128_group_op', 64, 2, joined(BN254_G1, scalar)),
			alt('sol_alt_bn128_group_op', 128, 6, joined(BN254_G2, scalar)),
		]),
	];
}

/** As many pairs as may be, and one more. */
function pairingEdges(): Edge[] {
	return [0, 1, 8, 9].map(
		(count): Edge => [
			'sol_curve_pairing_map',
			576,
			0x84,
			count,
			joined(...times(count, () => BLS_G1)),
			joined(...times(count, () => BLS_G2)),
		],
	);
}

it('edges agree with the oracle', () => {
	const edges = [
		...blsEdges(0x85, BLS_G1, BLS_G1_OUTSIDE),
		...blsEdges(0x86, BLS_G2, BLS_G2_OUTSIDE),
		...bn254Edges(),
		...pairingEdges(),
	];
	const random = new Random(1);
	const pair = new Pair();
	const programId = address('program');
	for (const [name, output, ...args] of edges) {
		const rodata = new Rodata();
		const values = args.map((arg) => (typeof arg === 'number' ? arg : rodata.put(random, arg)));
		const source = callingProgram([{ name, args: [...values, MM_HEAP_START], output }], rodata);
		pair.addProgram(programId, programFile(source, Uint8Array.from(rodata.bytes)));
		const { ours, oracle } = pair.run([{ programId, accounts: [], data: new Uint8Array(0) }]);
		const operands = args.map((arg) => (typeof arg === 'number' ? arg : Buffer.from(arg).toString('hex')));
		expect(ours, `${name} ${operands.join(' ')}`).toEqual(oracle);
		expect(oracle.outcome).toBe('ok');
	}
});
