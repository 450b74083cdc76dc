/**
 * Owns the data of the Instructions sysvar, which is made anew for each transaction.
 * Source: crate `solana-instructions-sysvar`, `construct_instructions_data`, `store_current_index_checked`.
 */
import { ByteWriter } from '../bytes.ts';
import { err, ok, type Result } from '../result.ts';
import type { SanitizedMessage } from '../sanitized-message.ts';

const IS_SIGNER = 1;
const IS_WRITABLE = 2;

/**
 * The account data for a message: a u16 count, a u16 offset for each instruction, the instructions, and at the end the
 * u16 index of the current one (0). Error: an instruction that begins beyond 65535 has no offset.
 */
export function constructInstructionsData(
	message: SanitizedMessage,
): Result<Uint8Array, 'InstructionIndexOutOfBounds'> {
	const { instructions, accountKeys } = message;
	let size = 2 + 2 * instructions.length + 2;
	for (const { accounts, data } of instructions) size += 2 + 33 * accounts.length + 32 + 2 + data.length;
	const writer = new ByteWriter(size).u16(instructions.length);
	let offset = 2 + 2 * instructions.length;
	for (const { accounts, data } of instructions) {
		if (offset > 0xffff) return err('InstructionIndexOutOfBounds');
		writer.u16(offset);
		offset += 2 + 33 * accounts.length + 32 + 2 + data.length;
	}
	for (const { programIdIndex, accounts, data } of instructions) {
		writer.u16(accounts.length);
		for (let i = 0; i < accounts.length; i++) {
			const index = accounts[i]!;
			writer.u8((message.isSigner(index) ? IS_SIGNER : 0) | (message.isWritable(index) ? IS_WRITABLE : 0));
			writer.raw(accountKeys[index]!.bytes);
		}
		writer.raw(accountKeys[programIdIndex]!.bytes).u16(data.length).raw(data);
	}
	return ok(writer.u16(0).finish());
}

/** Writes the index (u16) of the instruction now running into the data; false where it has no room for it. */
export function storeCurrentIndex(data: Uint8Array, instructionIndex: number): boolean {
	const at = data.length - 2;
	if (at < 0) return false;
	data[at] = instructionIndex;
	data[at + 1] = instructionIndex >>> 8;
	return true;
}
