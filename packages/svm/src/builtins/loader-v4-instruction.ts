/**
 * The instructions of loader v4, read and written.
 *
 * Source: solana-loader-v4-interface 3.1.0, instruction.rs; solana-bincode (`limited_deserialize`).
 */

import {
	type AccountMeta,
	ByteReader,
	ByteWriter,
	catchFault,
	Fault,
	type Instruction,
	InstructionError,
	type Pubkey,
	programIds,
} from '@parhelion/sdk';

/** Most bytes of instruction data that are read: upstream's `PACKET_DATA_SIZE`. */
const MAX_INSTRUCTION_BYTES = 1232;

/** Upstream's `LoaderV4Instruction`, in the order of the u32 that begins the data. */
export type LoaderV4Instruction =
	| { readonly kind: 'Write'; readonly offset: number; readonly bytes: Uint8Array }
	| {
			readonly kind: 'Copy';
			readonly destinationOffset: number;
			readonly sourceOffset: number;
			readonly length: number;
	  }
	| { readonly kind: 'SetProgramLength'; readonly newSize: number }
	| { readonly kind: 'Deploy' }
	| { readonly kind: 'Retract' }
	| { readonly kind: 'TransferAuthority' }
	| { readonly kind: 'Finalize' };

/** Fails with `InvalidInstructionData`; bytes behind the instruction are ignored. */
export function decodeLoaderV4Instruction(data: Uint8Array): LoaderV4Instruction {
	const decoded = catchFault((): LoaderV4Instruction => {
		const reader = new ByteReader(data.subarray(0, MAX_INSTRUCTION_BYTES));
		switch (reader.u32()) {
			case 0:
				return { kind: 'Write', offset: reader.u32(), bytes: reader.take(reader.length64()) };
			case 1:
				return {
					kind: 'Copy',
					destinationOffset: reader.u32(),
					sourceOffset: reader.u32(),
					length: reader.u32(),
				};
			case 2:
				return { kind: 'SetProgramLength', newSize: reader.u32() };
			case 3:
				return { kind: 'Deploy' };
			case 4:
				return { kind: 'Retract' };
			case 5:
				return { kind: 'TransferAuthority' };
			case 6:
				return { kind: 'Finalize' };
			default:
				throw new Fault(InstructionError.InvalidInstructionData);
		}
	});
	if (!decoded.ok) throw new Fault(InstructionError.InvalidInstructionData);
	return decoded.value;
}

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
