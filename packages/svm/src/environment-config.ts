/**
 * Owns what an `InvokeContext` is told about the chain around its transaction.
 *
 * Source: solana-program-runtime 4.3.0, invoke_context.rs (`EnvironmentConfig`), loaded_programs.rs
 * (`ProgramRuntimeEnvironments`); solana-svm-callback 4.3.0.
 */

import type { Hash, InstructionError, Pubkey, RuntimeFeatures } from '@parhelion/sdk';
import type { InvokeContext } from './invoke-context.ts';
import type { JitMode } from './jit-tier.ts';
import type { ProgramRuntimeEnvironment } from './program-cache-entry.ts';
import type { SysvarCache } from './sysvar-cache.ts';

/** Stake figures, asked for by `sol_get_epoch_stake`. */
export interface InvokeContextCallback {
	/** Lamports staked in the current epoch. */
	getEpochStake(): bigint;
	/** Lamports delegated to a vote account in the current epoch. */
	getEpochStakeForVoteAccount(voteAddress: Pubkey): bigint;
}

/**
 * Told of every invocation: of a transaction's instruction, of a CPI, of a precompile. A `Fault` that it throws ends
 * the program, and with it the transaction; anything else it throws leaves the machine half-way. Not in upstream.
 */
export interface InvocationHook {
	/** The invocation is on the stack; its program has not begun. */
	before(context: InvokeContext): void;
	/** The program has ended, with `error` if it failed; the invocation is still on the stack. */
	after(context: InvokeContext, error: InstructionError | null): void;
}

/** The environments in force for running and for deploying programs. */
export interface ProgramRuntimeEnvironments {
	readonly execution: ProgramRuntimeEnvironment;
	readonly deployment: ProgramRuntimeEnvironment;
}

/** What stays the same for all transactions of a batch. */
export interface EnvironmentConfig {
	/** The last blockhash, with which a nonce advances. */
	readonly blockhash: Hash;
	readonly blockhashLamportsPerSignature: bigint;
	readonly alpenglowMigrationSucceeded: boolean;
	readonly epochStakeCallback: InvokeContextCallback;
	readonly featureSet: RuntimeFeatures;
	readonly programRuntimeEnvironments: ProgramRuntimeEnvironments;
	readonly sysvarCache: SysvarCache;
	/** Whether programs are compiled. */
	readonly jit: JitMode;
	/** Nobody is told where there is none. */
	readonly invocationHook?: InvocationHook | null;
}
