/**
 * The ZK Token proof program, retired before it was ever enabled: it does nothing, and charges nothing, for which the
 * runtime then refuses it (`BuiltinProgramsMustConsumeComputeUnits`).
 *
 * Source: solana-zk-token-proof-program 4.3.0.
 */

/** The entry point. CU: none. */
export function zkTokenProofEntrypoint(): void {}
