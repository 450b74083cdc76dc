/**
 * Owns the group operations on edwards25519 and ristretto255 that programs may ask for. Nothing is
 * constant-time; the inputs are public.
 *
 * Source: crate `solana-curve25519` (`edwards.rs`, `ristretto.rs`, `scalar.rs`) over `curve25519-dalek` 4:
 * `CompressedEdwardsY::decompress` takes y mod p and any sign bit; `CompressedRistretto::decompress` and
 * `Scalar::from_canonical_bytes` take canonical encodings only.
 */
import type { Curve25519Group } from './curve25519-group.ts';
import { compileGroups } from './curve25519-kernel.ts';
import { portableEdwards25519Group, portableRistretto255Group } from './curve25519-portable.ts';
import { isOnCurve } from './on-curve.ts';

export type { Curve25519Group } from './curve25519-group.ts';

type Groups = readonly [edwards: Curve25519Group, ristretto: Curve25519Group];

let groups: Groups | undefined;

/** Compiled when first asked for. */
function theGroups(): Groups {
	groups ??= compileGroups() ?? [portableEdwards25519Group, portableRistretto255Group];
	return groups;
}

function groupAt(index: 0 | 1): Curve25519Group {
	return {
		validate: (point) => (index === 0 ? isOnCurve(point) : theGroups()[1].validate(point)),
		add: (left, right) => theGroups()[index].add(left, right),
		subtract: (left, right) => theGroups()[index].subtract(left, right),
		multiply: (scalar, point) => theGroups()[index].multiply(scalar, point),
		multiscalarMultiply: (scalars, points) => theGroups()[index].multiscalarMultiply(scalars, points),
	};
}

/** edwards25519 with its points of small order, encoded as compressed y. */
export const edwards25519Group: Curve25519Group = groupAt(0);

/** ristretto255, the group of prime order. */
export const ristretto255Group: Curve25519Group = groupAt(1);
