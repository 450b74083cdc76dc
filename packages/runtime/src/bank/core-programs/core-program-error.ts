/**
 * Why a program could not be replaced.
 *
 * Source: solana-runtime 4.3.0 (bank/builtins/core_bpf_migration/error.rs).
 */
import type { Hash, InstructionError, Pubkey, WireError } from '@parhelion/sdk';

/** Upstream's `CoreBpfMigrationError`. */
export type CoreBpfMigrationError =
	| { readonly kind: 'InstructionError'; readonly error: InstructionError; readonly message: string }
	| { readonly kind: 'BincodeError'; readonly error: WireError }
	| {
			readonly kind:
				| 'AccountNotFound'
				| 'AccountExists'
				| 'IncorrectOwner'
				| 'ProgramAccountNotExecutable'
				| 'ProgramHasDataAccount'
				| 'ProgramHasNoDataAccount'
				| 'InvalidProgramAccount'
				| 'InvalidProgramDataAccount'
				| 'InvalidBufferAccount';
			readonly pubkey: Pubkey;
	  }
	| {
			readonly kind: 'UpgradeAuthorityMismatch';
			readonly expected: Pubkey;
			readonly actual: Pubkey | null;
	  }
	| { readonly kind: 'BuildHashMismatch'; readonly expected: Hash; readonly actual: Hash };
