/**
 * Owns the kernel in plain JavaScript: the readable form of native/ristretto.c, and what runs where WebAssembly may not be
 * compiled.
 */
import { pippenger } from '@noble/curves/abstract/curve.js';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { keccakP } from '@noble/hashes/sha3.js';
import type { ZkKernel } from './kernel.ts';

const Point = ristretto255.Point;
type Point = InstanceType<typeof Point>;

/** A {@link ZkKernel} on big integers. */
export class PortableKernel implements ZkKernel {
	private readonly points: Point[] = [];
	private readonly bases: Point[] = [];
	private readonly generators: Point[] = [];

	decode(slot: number, encoding: Uint8Array): boolean {
		try {
			this.points[slot] = Point.fromBytes(encoding);
			return true;
		} catch {
			return false;
		}
	}

	map(slot: number, uniform: Uint8Array): void {
		this.points[slot] = ristretto255_hasher.deriveToCurve!(uniform);
	}

	setBase(index: number, slot: number): void {
		this.bases[index] = this.points[slot]!;
	}

	setGenerator(index: number, slot: number): void {
		this.generators[index] = this.points[slot]!;
	}

	sumIsIdentity(
		variables: readonly bigint[],
		bases: readonly [bigint, bigint],
		generators: readonly bigint[],
	): boolean {
		const points = [
			...this.points.slice(0, variables.length),
			...this.bases,
			...this.generators.slice(0, generators.length),
		];
		const sum = pippenger(Point, points, [...variables, ...bases, ...generators]);
		return sum.equals(Point.ZERO);
	}

	permute(lanes: Uint32Array): void {
		keccakP(lanes);
	}
}
