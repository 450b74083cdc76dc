/**
 * Calls of the curve25519 syscalls with points of all kinds: of prime order, small order, not canonical, none at all.
 */
import { edwards25519Group, ristretto255Group } from '@parhelion/crypto';
import { MM_HEAP_START } from '@parhelion/sbpf';
import type { Random } from '../../oracle/random.ts';
import { type Call, type Rodata, times } from '../../oracle/syscall-calls.ts';

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

/** One call. */
export function curve25519(random: Random, rodata: Rodata): Call {
	const put = (...operands: Uint8Array[]): number => rodata.put(random, ...operands);
	const curve = random.oneIn(30) ? random.pick([2, 4, 7, 128]) : random.int(2);
	switch (random.int(3)) {
		case 0:
			return { name: 'sol_curve_validate_point', args: [curve, put(point(random, curve))], output: 0 };
		case 1: {
			const operation = random.oneIn(30) ? 3 : random.int(3);
			const left = put(operation === 2 ? scalar(random) : point(random, curve));
			const right = put(point(random, curve));
			return {
				name: 'sol_curve_group_op',
				args: [curve, operation, left, right, MM_HEAP_START],
				output: 32,
			};
		}
		default: {
			const count = random.pick([0, 1, 2, 3, 5, 9]);
			const scalars = put(...times(count, () => scalar(random)));
			const points = put(...times(count, () => point(random, curve)));
			const claimed = random.oneIn(30) ? 513 : count;
			return {
				name: 'sol_curve_multiscalar_mul',
				args: [curve, scalars, points, claimed, MM_HEAP_START],
				output: 32,
			};
		}
	}
}
