/**
 * The face of `crypto`: hashes, signatures, the groups and fields that programs may compute in. The sole importer of
 * `@noble/*`.
 */

export * from './big-mod-exp.ts';
export { blake3 } from './blake3.ts';
export * from './bls-proof-of-possession.ts';
export * from './bls12-381.ts';
export * from './bn254.ts';
export * from './bn254-compression.ts';
export * from './curve25519.ts';
export * from './ed25519.ts';
export {
	ED25519_INPUT_HEADER,
	ED25519_INPUT_MESSAGE,
	type Ed25519Kernel,
	ed25519KernelModule,
	writeEd25519Input,
} from './ed25519-kernel.ts';
export { type FastPaths, setFastPaths } from './fast-paths.ts';
export * from './hashes.ts';
export type { Endianness } from './integers.ts';
export { LATTICE_BYTES, LATTICE_WORDS, LatticeSum } from './lattice.ts';
export { type NodeCrypto, nodeFastPaths } from './node-fast-paths.ts';
export { computeIsOnCurve, isOnCurve } from './on-curve.ts';
export * from './poseidon.ts';
export * from './secp256k1.ts';
export * from './secp256r1.ts';
export * from './sha256-chain.ts';
export { type ProofVerificationError, proofVerificationErrorDebug } from './zk/proof-errors.ts';
export { ZK_PROOFS, type ZkProof } from './zk/proofs.ts';
