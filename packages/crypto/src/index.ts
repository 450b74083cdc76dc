export * from './ed25519.ts';
export { type FastPaths, setFastPaths } from './fast-paths.ts';
export * from './hashes.ts';
export * from './on-curve.ts';
export * from './secp256k1.ts';
export * from './secp256r1.ts';
