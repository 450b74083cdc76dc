/**
 * The instructions of loader v4 as they are read; sdk has them as a client writes them.
 *
 * Source: solana-loader-v4-interface 3.1.0, instruction.rs; solana-bincode (`limited_deserialize`).
 */

import { ByteReader, catchFault, Fault, InstructionError } from '@parhelion/sdk';

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
