/**
 * Owns the sysvars that are one u64: Fees (deprecated) and LastRestartSlot.
 * Sources: crates `solana-sysvar` (`fees.rs`) and `solana-last-restart-slot`.
 */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import type { Lamports, Slot } from '../numbers.ts';
import { catchFault, type Result } from '../result.ts';

/** The fee of a signature. */
export interface Fees {
	readonly lamportsPerSignature: Lamports;
}

/** The slot of the cluster's last restart, 0 where it never restarted. */
export interface LastRestartSlot {
	readonly lastRestartSlot: Slot;
}

/** Bytes of the account. */
export const FEES_SIZE = 8;
/** Bytes of the account. */
export const LAST_RESTART_SLOT_SIZE = 8;

/** The bincode bytes of fees. */
export function encodeFees(fees: Fees): Uint8Array {
	return new ByteWriter(FEES_SIZE).u64(fees.lamportsPerSignature).finish();
}

/** Reads fees; bytes after them are ignored. */
export function decodeFees(data: Uint8Array): Result<Fees, WireError> {
	return catchFault(() => ({ lamportsPerSignature: new ByteReader(data).u64() }));
}

/** The bincode bytes of a last restart slot. */
export function encodeLastRestartSlot(value: LastRestartSlot): Uint8Array {
	return new ByteWriter(LAST_RESTART_SLOT_SIZE).u64(value.lastRestartSlot).finish();
}

/** Reads a last restart slot; bytes after it are ignored. */
export function decodeLastRestartSlot(data: Uint8Array): Result<LastRestartSlot, WireError> {
	return catchFault(() => ({ lastRestartSlot: new ByteReader(data).u64() }));
}
