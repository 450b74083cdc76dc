/**
 * Transactions before they are signed: who must sign, how large they are, and how much of a program fits one.
 */
import {
	compileLegacyMessage,
	encodeMessage,
	Hash,
	type Instruction,
	type LegacyMessage,
	type Pubkey,
} from '@parhelion/sdk';

/** Bytes of a transaction that nodes take. */
export const MAX_TRANSACTION_SIZE = 1232;
const SIGNATURE_SIZE = 64;
/** Lamports of a signature. */
export const SIGNATURE_FEE = 5000n;

/** A transaction, but for the blockhash and the signatures. */
export interface PlannedTransaction {
	readonly what: string;
	readonly payer: Pubkey;
	readonly instructions: readonly Instruction[];
	/** Who signs, in the order of the signatures. */
	readonly signers: readonly Pubkey[];
	/** Bytes on the wire. */
	readonly size: number;
}

/** A part of a program's file. */
export interface Chunk {
	readonly offset: number;
	readonly bytes: Uint8Array;
}

/** The message of a planned transaction with a blockhash. */
export function messageOf({ payer, instructions }: PlannedTransaction, blockhash: Hash): LegacyMessage {
	return compileLegacyMessage(payer, instructions, blockhash);
}

/** Plans a transaction that `payer` pays for. */
export function plannedTransaction(
	what: string,
	payer: Pubkey,
	instructions: readonly Instruction[],
): PlannedTransaction {
	const message = compileLegacyMessage(payer, instructions, Hash.default);
	const { numRequiredSignatures } = message.header;
	const size = 1 + numRequiredSignatures * SIGNATURE_SIZE + encodeMessage(message).length;
	return { what, payer, instructions, signers: message.accountKeys.slice(0, numRequiredSignatures), size };
}

/** Bytes that a write can carry. */
export function chunkSize(payer: Pubkey, write: (chunk: Chunk) => Instruction): number {
	const empty = plannedTransaction('', payer, [write({ offset: 0, bytes: new Uint8Array(0) })]);
	// The length of the instruction's data is one byte longer from 128 bytes on.
	return MAX_TRANSACTION_SIZE - empty.size - 1;
}

/** The parts of `wanted`, `size` bytes each, that differ from what `held` has in their place. */
export function differingChunks(wanted: Uint8Array, held: Uint8Array, size: number): Chunk[] {
	const chunks: Chunk[] = [];
	for (let offset = 0; offset < wanted.length; offset += size) {
		const bytes = wanted.subarray(offset, offset + size);
		const isHeld = bytes.every((byte, i) => byte === held[offset + i]);
		if (!isHeld) chunks.push({ offset, bytes });
	}
	return chunks;
}
