/**
 * Owns the sum of multiples that is the identity exactly if a proof holds: over points that come with the proof, over the
 * base points of commitments, and over the generators of range proofs.
 *
 * Source: crate `solana-zk-sdk` 7.0, `encryption/pedersen.rs` (`G`, `H`), `range_proof/generators.rs`.
 */
import { ristretto255 } from '@noble/curves/ed25519.js';
import { sha3_512, shake256 } from '@noble/hashes/sha3.js';
import { SLOTS, type ZkKernel, zkKernel } from './kernel.ts';
import { reduceScalar } from './scalar.ts';

/** Where fixed points are made. */
const SCRATCH_SLOT = SLOTS - 1;

/** The points of a kernel that are the same for all proofs, made when first needed. */
class FixedPoints {
	private readonly kernel: ZkKernel;
	/** A stream of uniform bytes for either kind of generators. */
	private readonly chains = ['G', 'H'].map((label) =>
		shake256.create().update(Uint8Array.from(`GeneratorsChain${label}`, (c) => c.charCodeAt(0))),
	);
	private generators = 0;

	constructor(kernel: ZkKernel) {
		this.kernel = kernel;
		const base = ristretto255.Point.BASE.toBytes();
		kernel.decode(SCRATCH_SLOT, base);
		kernel.setBase(0, SCRATCH_SLOT);
		kernel.map(SCRATCH_SLOT, sha3_512(base));
		kernel.setBase(1, SCRATCH_SLOT);
	}

	/** Makes the first `count` generators be there, one of either kind in turn. */
	requireGenerators(count: number): void {
		for (; this.generators < count; this.generators++) {
			this.kernel.map(SCRATCH_SLOT, this.chains[this.generators % 2]!.xof(64));
			this.kernel.setGenerator(this.generators, SCRATCH_SLOT);
		}
	}
}

const fixedPoints = new WeakMap<ZkKernel, FixedPoints>();

/** Whether an encoding is that of the identity: all zero. */
export function isIdentity(encoding: Uint8Array): boolean {
	return encoding.every((byte) => byte === 0);
}

/** A point in the sum: its slot. */
export type PointSlot = number & { readonly __flavour?: 'PointSlot' };

/** A sum under construction. Scalars need not be reduced. */
export class PointSum {
	private readonly kernel: ZkKernel;
	private readonly variables: bigint[] = [];
	private readonly bases: [bigint, bigint] = [0n, 0n];
	private readonly generators: bigint[] = [];

	/** On the shared kernel unless told otherwise: then one sum at a time. */
	constructor(kernel: ZkKernel = zkKernel()) {
		this.kernel = kernel;
	}

	/** Takes an element in, so far with the multiple zero; null where 32 bytes encode none. */
	decode(encoding: Uint8Array): PointSlot | null {
		const slot = this.variables.length;
		if (!this.kernel.decode(slot, encoding)) return null;
		this.variables.push(0n);
		return slot;
	}

	add(scalar: bigint, point: PointSlot): void {
		this.variables[point]! += scalar;
	}

	/** Adds a multiple of the base point of amounts. */
	addG(scalar: bigint): void {
		this.bases[0] += scalar;
	}

	/** Adds a multiple of the base point of openings. */
	addH(scalar: bigint): void {
		this.bases[1] += scalar;
	}

	/** Adds multiples of the two generators of the next bit. */
	addGenerators(scalarOfG: bigint, scalarOfH: bigint): void {
		this.generators.push(scalarOfG, scalarOfH);
	}

	isIdentity(): boolean {
		const { kernel, bases } = this;
		let fixed = fixedPoints.get(kernel);
		if (fixed === undefined) {
			fixed = new FixedPoints(kernel);
			fixedPoints.set(kernel, fixed);
		}
		fixed.requireGenerators(this.generators.length);
		return kernel.sumIsIdentity(
			this.variables.map(reduceScalar),
			[reduceScalar(bases[0]), reduceScalar(bases[1])],
			this.generators.map(reduceScalar),
		);
	}
}
