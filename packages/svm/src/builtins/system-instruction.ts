/**
 * Owns the instructions of the System program as they are encoded, and its errors.
 *
 * Source: solana-system-interface 3.3 (instruction.rs, error.rs); solana-bincode 3.1 `limited_deserialize`.
 */

import { ByteReader, Fault, InstructionError, type Lamports, type Pubkey } from '@parhelion/sdk';
import { findUtf8Error } from '../utf8.ts';

/** Instruction data beyond this many bytes is never read (a packet of the network). */
const PACKET_DATA_SIZE = 1232;

/** An address derived from a base by a seed: {@link seed} is UTF-8. */
export interface SeededAddress {
	readonly base: Pubkey;
	readonly seed: Uint8Array;
	readonly owner: Pubkey;
}

/** An instruction of the System program; accounts are by position (see `system-processor.ts`). */
export type SystemInstruction =
	| {
			readonly kind: 'CreateAccount';
			readonly lamports: Lamports;
			readonly space: bigint;
			readonly owner: Pubkey;
	  }
	| { readonly kind: 'Assign'; readonly owner: Pubkey }
	| { readonly kind: 'Transfer'; readonly lamports: Lamports }
	| ({
			readonly kind: 'CreateAccountWithSeed';
			readonly lamports: Lamports;
			readonly space: bigint;
	  } & SeededAddress)
	| { readonly kind: 'AdvanceNonceAccount' }
	| { readonly kind: 'WithdrawNonceAccount'; readonly lamports: Lamports }
	| { readonly kind: 'InitializeNonceAccount'; readonly authority: Pubkey }
	| { readonly kind: 'AuthorizeNonceAccount'; readonly authority: Pubkey }
	| { readonly kind: 'Allocate'; readonly space: bigint }
	| ({ readonly kind: 'AllocateWithSeed'; readonly space: bigint } & SeededAddress)
	| ({ readonly kind: 'AssignWithSeed' } & SeededAddress)
	| {
			readonly kind: 'TransferWithSeed';
			readonly lamports: Lamports;
			readonly fromSeed: Uint8Array;
			readonly fromOwner: Pubkey;
	  }
	| { readonly kind: 'UpgradeNonceAccount' }
	| {
			readonly kind: 'CreateAccountAllowPrefund';
			readonly lamports: Lamports;
			readonly space: bigint;
			readonly owner: Pubkey;
	  };

/** Names of the System program's errors. */
export type SystemErrorName =
	| 'AccountAlreadyInUse'
	| 'ResultWithNegativeLamports'
	| 'InvalidProgramId'
	| 'InvalidAccountDataLength'
	| 'MaxSeedLengthExceeded'
	| 'AddressWithSeedMismatch'
	| 'NonceNoRecentBlockhashes'
	| 'NonceBlockhashNotExpired'
	| 'NonceUnexpectedBlockhashValue';

/** The errors of the System program, each as the number an instruction fails with. */
export const SystemError: Readonly<Record<SystemErrorName, InstructionError>> = Object.freeze({
	AccountAlreadyInUse: InstructionError.Custom(0),
	ResultWithNegativeLamports: InstructionError.Custom(1),
	InvalidProgramId: InstructionError.Custom(2),
	InvalidAccountDataLength: InstructionError.Custom(3),
	MaxSeedLengthExceeded: InstructionError.Custom(4),
	AddressWithSeedMismatch: InstructionError.Custom(5),
	NonceNoRecentBlockhashes: InstructionError.Custom(6),
	NonceBlockhashNotExpired: InstructionError.Custom(7),
	NonceUnexpectedBlockhashValue: InstructionError.Custom(8),
});

function seedText(reader: ByteReader): Uint8Array {
	const seed = reader.take(reader.length64());
	if (findUtf8Error(seed) !== null) throw new Fault(InstructionError.InvalidInstructionData);
	return seed;
}

function read(reader: ByteReader): SystemInstruction {
	switch (reader.u32()) {
		case 0:
			return {
				kind: 'CreateAccount',
				lamports: reader.u64(),
				space: reader.u64(),
				owner: reader.pubkey(),
			};
		case 1:
			return { kind: 'Assign', owner: reader.pubkey() };
		case 2:
			return { kind: 'Transfer', lamports: reader.u64() };
		case 3: {
			const base = reader.pubkey();
			const seed = seedText(reader);
			const lamports = reader.u64();
			const space = reader.u64();
			return { kind: 'CreateAccountWithSeed', base, seed, lamports, space, owner: reader.pubkey() };
		}
		case 4:
			return { kind: 'AdvanceNonceAccount' };
		case 5:
			return { kind: 'WithdrawNonceAccount', lamports: reader.u64() };
		case 6:
			return { kind: 'InitializeNonceAccount', authority: reader.pubkey() };
		case 7:
			return { kind: 'AuthorizeNonceAccount', authority: reader.pubkey() };
		case 8:
			return { kind: 'Allocate', space: reader.u64() };
		case 9: {
			const base = reader.pubkey();
			const seed = seedText(reader);
			const space = reader.u64();
			return { kind: 'AllocateWithSeed', base, seed, space, owner: reader.pubkey() };
		}
		case 10: {
			const base = reader.pubkey();
			const seed = seedText(reader);
			return { kind: 'AssignWithSeed', base, seed, owner: reader.pubkey() };
		}
		case 11: {
			const lamports = reader.u64();
			const fromSeed = seedText(reader);
			return { kind: 'TransferWithSeed', lamports, fromSeed, fromOwner: reader.pubkey() };
		}
		case 12:
			return { kind: 'UpgradeNonceAccount' };
		case 13:
			return {
				kind: 'CreateAccountAllowPrefund',
				lamports: reader.u64(),
				space: reader.u64(),
				owner: reader.pubkey(),
			};
		default:
			throw new Fault(InstructionError.InvalidInstructionData);
	}
}

/** Reads an instruction; bytes after it are ignored. Fails with `InvalidInstructionData`. */
export function decodeSystemInstruction(data: Uint8Array): SystemInstruction {
	const reader = new ByteReader(data.length > PACKET_DATA_SIZE ? data.subarray(0, PACKET_DATA_SIZE) : data);
	try {
		return read(reader);
	} catch (thrown) {
		if (!(thrown instanceof Fault)) throw thrown;
		throw new Fault(InstructionError.InvalidInstructionData);
	}
}
