/**
 * Owns the instructions of loader v4 as a client builds them. Source: crate `solana-loader-v4-interface` 3.1.0,
 * instruction.rs.
 */
import { ByteWriter } from './bytes.ts';
import { programIds } from './ids.ts';
import type { AccountMeta, Instruction } from './message.ts';
import type { Pubkey } from './pubkey.ts';

function build(
	data: ByteWriter,
	program: Pubkey,
	authority: Pubkey,
	more: readonly AccountMeta[],
): Instruction {
	return {
		programId: programIds.loaderV4,
		accounts: [
			{ pubkey: program, isSigner: false, isWritable: true },
			{ pubkey: authority, isSigner: true, isWritable: false },
			...more,
		],
		data: data.finish(),
	};
}

/** The instructions as a client builds them, `authority` signing. */
export const loaderV4Instruction = {
	/** Puts `bytes` at `offset` of the ELF. */
	write(program: Pubkey, authority: Pubkey, offset: number, bytes: Uint8Array): Instruction {
		const data = new ByteWriter().u32(0).u32(offset).length64(bytes.length).raw(bytes);
		return build(data, program, authority, []);
	},
	/** Copies `length` bytes of the ELF in `source`. */
	copy(
		program: Pubkey,
		authority: Pubkey,
		source: Pubkey,
		destinationOffset: number,
		sourceOffset: number,
		length: number,
	): Instruction {
		const data = new ByteWriter().u32(1).u32(destinationOffset).u32(sourceOffset).u32(length);
		return build(data, program, authority, [{ pubkey: source, isSigner: false, isWritable: false }]);
	},
	/** Sets the bytes of the ELF; what `program` holds beyond the rent goes to `recipient`. */
	setProgramLength(program: Pubkey, authority: Pubkey, newSize: number, recipient: Pubkey): Instruction {
		const data = new ByteWriter().u32(2).u32(newSize);
		return build(data, program, authority, [{ pubkey: recipient, isSigner: false, isWritable: true }]);
	},
	/** Makes `program` runnable from the next slot on. */
	deploy(program: Pubkey, authority: Pubkey): Instruction {
		return build(new ByteWriter().u32(3), program, authority, []);
	},
	/** Undoes {@link deploy}. */
	retract(program: Pubkey, authority: Pubkey): Instruction {
		return build(new ByteWriter().u32(4), program, authority, []);
	},
	/** Hands `program` over to `newAuthority`, which signs too. */
	transferAuthority(program: Pubkey, authority: Pubkey, newAuthority: Pubkey): Instruction {
		const signer: AccountMeta = { pubkey: newAuthority, isSigner: true, isWritable: false };
		return build(new ByteWriter().u32(5), program, authority, [signer]);
	},
	/** Makes `program` immutable; `nextVersion` may be `program`. */
	finalize(program: Pubkey, authority: Pubkey, nextVersion: Pubkey): Instruction {
		const next: AccountMeta = { pubkey: nextVersion, isSigner: false, isWritable: false };
		return build(new ByteWriter().u32(6), program, authority, [next]);
	},
} as const;
