/**
 * Owns the head of a program account of loader v4: eight bytes of slot, 32 of an address, eight of status; the
 * ELF follows. Source: crate `solana-loader-v4-interface` 3.1.0, state.rs, where it is a C struct, no bincode.
 */
import type { Slot } from './numbers.ts';
import { Pubkey } from './pubkey.ts';

/** Bytes before the ELF. */
export const LOADER_V4_PROGRAM_DATA_OFFSET = 48;

/** Status of a program: in maintenance, runnable, runnable for ever. The numbers are those in the account. */
export const LoaderV4Status = { Retracted: 0n, Deployed: 1n, Finalized: 2n } as const;

/** Upstream's `LoaderV4State`. */
export interface LoaderV4State {
	/** Slot of the last deployment; 0 before the first. */
	readonly slot: Slot;
	/** Who may manage the program; once it is finalized, its successor. */
	readonly authorityAddressOrNextVersion: Pubkey;
	/** One of {@link LoaderV4Status}. Another number is none of them: upstream leaves open what it does then. */
	readonly status: bigint;
}

/** The bytes of a state. */
export function encodeLoaderV4State(state: LoaderV4State): Uint8Array {
	const bytes = new Uint8Array(LOADER_V4_PROGRAM_DATA_OFFSET);
	const view = new DataView(bytes.buffer);
	view.setBigUint64(0, state.slot, true);
	bytes.set(state.authorityAddressOrNextVersion.bytes, 8);
	view.setBigUint64(40, state.status, true);
	return bytes;
}

/** Reads the state at the head of a program account; null where the account is shorter. */
export function decodeLoaderV4State(data: Uint8Array): LoaderV4State | null {
	if (data.length < LOADER_V4_PROGRAM_DATA_OFFSET) return null;
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	return {
		slot: view.getBigUint64(0, true),
		authorityAddressOrNextVersion: Pubkey.fromBytes(data, 8),
		status: view.getBigUint64(40, true),
	};
}
