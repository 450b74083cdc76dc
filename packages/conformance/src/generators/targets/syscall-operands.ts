/**
 * Calls of the syscalls over pairing-friendly curves and prime fields, with operands of all kinds: right ones, points
 * outside the group, every spoiled encoding, odd lengths, bad addresses.
 */
import type { Endianness } from '@parhelion/crypto';
import { MM_HEAP_START, MM_STACK_START } from '@parhelion/sbpf';
import {
	bls12381G1Points,
	bls12381G2Points,
	bn254G1Points,
	bn254G2Points,
	type PointSource,
	poseidonElement,
} from '../../oracle/point-encodings.ts';
import type { Random } from '../../oracle/random.ts';
import { type Call, type Rodata, times } from '../../oracle/syscall-calls.ts';

/** Makes one call; its operands go to the read-only data. */
export type CallGenerator = (random: Random, rodata: Rodata) => Call;

/** Where a result goes: the heap as a rule, else the stack, read-only memory or nowhere. */
function resultAddress(random: Random): number | bigint {
	if (!random.oneIn(20)) return MM_HEAP_START;
	return random.pick([MM_STACK_START + 64, 0, MM_HEAP_START + 32 * 1024 - 16, random.u64()]);
}

/** An operand's address, seldom another one. */
const operandAddress = (random: Random, at: number): number | bigint =>
	random.oneIn(40) ? random.u64() : at;

const size = (random: Random, length: number): number | bigint =>
	random.oneIn(25) ? random.pick([0, 31, 63, length + 1, 1 << 20, random.u64()]) : length;

const ENDIANNESS: readonly Endianness[] = ['BE', 'LE'];

/** A scalar in a byte order. */
function scalar(random: Random, points: PointSource, endianness: Endianness): Uint8Array {
	const bytes = points.scalar(random);
	return endianness === 'BE' ? bytes : bytes.slice().reverse();
}

/** Cuts or stretches an operand now and then. */
function ofAnyLength(random: Random, bytes: Uint8Array): Uint8Array {
	if (!random.oneIn(8)) return bytes;
	const out = new Uint8Array(random.pick([0, 1, 32, 64, 65, 96, 97, 128, 129, 160, 191, 256]));
	out.set(bytes.subarray(0, out.length));
	return out;
}

export function bn254GroupOp(random: Random, rodata: Rodata): Call {
	const endianness = random.pick(ENDIANNESS);
	const operation = random.oneIn(30) ? random.pick([1, 5, 7, 127, 256]) : random.pick([0, 2, 3, 4, 6]);
	const g1 = (): Uint8Array => bn254G1Points.point(random, endianness);
	const g2 = (): Uint8Array => bn254G2Points.point(random, endianness);
	const operands = (): Uint8Array[] => {
		switch (operation) {
			case 0:
				return [g1(), g1()];
			case 2:
				return [g1(), scalar(random, bn254G1Points, endianness)];
			case 4:
				return [g2(), g2()];
			case 6:
				return [g2(), scalar(random, bn254G2Points, endianness)];
			default:
				return random.oneIn(3) ? pairs(random, endianness) : times(random.int(3), () => [g1(), g2()]).flat();
		}
	};
	const input = ofAnyLength(random, new Uint8Array(Buffer.concat(operands())));
	return {
		name: 'sol_alt_bn128_group_op',
		args: [
			endianness === 'LE' ? operation | 0x80 : operation,
			operandAddress(random, rodata.put(random, input)),
			size(random, input.length),
			resultAddress(random),
		],
		output: 128,
	};
}

/** Two pairs whose pairings cancel: P with Q, and -P with Q. */
function pairs(random: Random, endianness: Endianness): Uint8Array[] {
	const p = (value: number): Uint8Array => {
		// The generator of G1 and its negative.
		const y = value === 2 ? '02' : '45';
		const high = '30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd';
		const hex = `${'00'.repeat(31)}01${value === 2 ? '00'.repeat(31) : high}${y}`;
		const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
		if (endianness === 'BE') return bytes;
		return new Uint8Array(Buffer.concat([bytes.slice(0, 32).reverse(), bytes.slice(32).reverse()]));
	};
	const q = bn254G2Points.point(random, endianness);
	return [p(2), q, p(-2), q];
}

export function bn254Compression(random: Random, rodata: Rodata): Call {
	const endianness = random.pick(ENDIANNESS);
	const operation = random.oneIn(30) ? 4 : random.int(4);
	const points = operation < 2 ? bn254G1Points : bn254G2Points;
	const made = operation % 2 === 0 ? points.point(random, endianness) : points.compressed(random, endianness);
	const input = ofAnyLength(random, made);
	return {
		name: 'sol_alt_bn128_compression',
		args: [
			endianness === 'LE' ? operation | 0x80 : operation,
			operandAddress(random, rodata.put(random, input)),
			size(random, input.length),
			resultAddress(random),
		],
		output: 128,
	};
}

/** A group of BLS12-381 and its curve id in a byte order. */
function bls12381Group(random: Random): { points: PointSource; id: number; endianness: Endianness } {
	const endianness = random.pick(ENDIANNESS);
	const isG1 = random.oneIn(2);
	const id = (isG1 ? 5 : 6) | (endianness === 'BE' ? 0x80 : 0);
	return { points: isG1 ? bls12381G1Points : bls12381G2Points, id, endianness };
}

export function bls12381Op(random: Random, rodata: Rodata): Call {
	const { points, id, endianness } = bls12381Group(random);
	const curve = random.oneIn(40) ? random.pick([4, 7, 0x80, 0x84, 256]) : id;
	const point = (): number | bigint =>
		operandAddress(random, rodata.put(random, points.point(random, endianness)));
	switch (random.int(4)) {
		case 0:
			return { name: 'sol_curve_validate_point', args: [curve, point()], output: 0 };
		case 1: {
			const compressed = rodata.put(random, points.compressed(random, endianness));
			return {
				name: 'sol_curve_decompress',
				args: [curve, operandAddress(random, compressed), resultAddress(random)],
				output: 192,
			};
		}
		default: {
			const operation = random.oneIn(30) ? 3 : random.int(3);
			const left = operation === 2 ? rodata.put(random, scalar(random, points, endianness)) : point();
			const right = random.oneIn(10) && operation !== 2 ? left : point();
			return {
				name: 'sol_curve_group_op',
				args: [curve, operation, left, right, resultAddress(random)],
				output: 192,
			};
		}
	}
}

export function bls12381Pairing(random: Random, rodata: Rodata): Call {
	const endianness = random.pick(ENDIANNESS);
	const count = random.oneIn(12) ? 9 : random.pick([0, 1, 1, 2]);
	const g1 = times(count, () => bls12381G1Points.point(random, endianness));
	const g2 = times(count, () => bls12381G2Points.point(random, endianness));
	return {
		name: 'sol_curve_pairing_map',
		args: [
			random.oneIn(30) ? 5 : endianness === 'BE' ? 0x84 : 4,
			random.oneIn(30) ? random.u64() : count,
			operandAddress(random, rodata.put(random, ...g1)),
			operandAddress(random, rodata.put(random, ...g2)),
			resultAddress(random),
		],
		output: 576,
	};
}

export function poseidon(random: Random, rodata: Rodata): Call {
	const order = random.oneIn(40) ? random.pick([2, 1n << 32n]) : random.int(2);
	const endianness = ENDIANNESS[Number(order)] ?? 'BE';
	const count = random.oneIn(12) ? random.pick([0, 13, 1n << 40n]) : 1 + random.int(12);
	const slices = times(Math.min(Number(count), 13), () => {
		const element = poseidonElement(random, endianness);
		const cut = random.oneIn(40) ? element.subarray(0, random.pick([0, 1, 31])) : element;
		const address = rodata.put(random, cut);
		return random.oneIn(60) ? [random.u64(), size(random, 32)] : [address, cut.length];
	});
	return {
		name: 'sol_poseidon',
		args: [
			random.oneIn(40) ? random.pick([1, 1n << 33n]) : 0,
			order,
			operandAddress(random, rodata.words(random, ...slices.flat())),
			count,
			resultAddress(random),
		],
		output: 32,
	};
}

export function bigModExp(random: Random, rodata: Rodata): Call {
	const integer = (): [number | bigint, number | bigint] => {
		const length = random.oneIn(30) ? random.pick([512, 513]) : random.pick([0, 1, 2, 8, 31, 32, 33, 64, 65]);
		const bytes = random.bytes(length);
		if (random.oneIn(4)) bytes.fill(0, random.int(2));
		if (!random.oneIn(6) && length > 0) bytes[0] = bytes[0]! | 1;
		if (random.oneIn(12) && length > 0) bytes.fill(0, 1).fill(1, 0, 1);
		return [operandAddress(random, rodata.put(random, bytes)), random.oneIn(60) ? random.u64() : length];
	};
	return {
		name: 'sol_big_mod_exp',
		args: [
			operandAddress(random, rodata.words(random, ...integer(), ...integer(), ...integer())),
			resultAddress(random),
		],
		output: 64,
	};
}
