export * from './curve25519.ts';
/** The face of `crypto`: hashes, ed25519, the curve check, secp256k1 recovery. The sole importer of `@noble/*`. */
export * from './ed25519.ts';
export { type FastPaths, setFastPaths } from './fast-paths.ts';
export * from './hashes.ts';
export { type NodeCrypto, nodeFastPaths } from './node-fast-paths.ts';
export * from './on-curve.ts';
export * from './secp256k1.ts';
export * from './secp256r1.ts';
