/** Owns the state of accounts of the upgradeable loader (v3). Source: crate `solana-loader-v3-interface`. */
import { ByteReader, ByteWriter, type WireError } from './bytes.ts';
import type { Slot } from './numbers.ts';
import type { Pubkey } from './pubkey.ts';
import { catchFault, Fault, type Result } from './result.ts';

/** Upstream's `UpgradeableLoaderState`. */
export type UpgradeableLoaderState =
	| { readonly kind: 'Uninitialized' }
	| { readonly kind: 'Buffer'; readonly authorityAddress: Pubkey | null }
	| { readonly kind: 'Program'; readonly programdataAddress: Pubkey }
	| { readonly kind: 'ProgramData'; readonly slot: Slot; readonly upgradeAuthorityAddress: Pubkey | null };

/** Sizes in bytes; the ELF of a buffer or of program data begins after its metadata, whatever the authority. */
export const UPGRADEABLE_LOADER_SIZE_OF_UNINITIALIZED = 4;
export const UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA = 37;
export const UPGRADEABLE_LOADER_SIZE_OF_PROGRAM = 36;
export const UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA = 45;

/** The bincode bytes: shorter than the metadata size where there is no authority. */
export function encodeUpgradeableLoaderState(state: UpgradeableLoaderState): Uint8Array {
	const writer = new ByteWriter(UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA);
	switch (state.kind) {
		case 'Uninitialized':
			return writer.u32(0).finish();
		case 'Buffer':
			return writer
				.u32(1)
				.option(state.authorityAddress, (w, key) => w.raw(key.bytes))
				.finish();
		case 'Program':
			return writer.u32(2).raw(state.programdataAddress.bytes).finish();
		case 'ProgramData':
			return writer
				.u32(3)
				.u64(state.slot)
				.option(state.upgradeAuthorityAddress, (w, key) => w.raw(key.bytes))
				.finish();
	}
}

/** Reads a loader state; bytes after it (the ELF) are ignored. */
export function decodeUpgradeableLoaderState(data: Uint8Array): Result<UpgradeableLoaderState, WireError> {
	return catchFault((): UpgradeableLoaderState => {
		const reader = new ByteReader(data);
		const tag = reader.u32();
		switch (tag) {
			case 0:
				return { kind: 'Uninitialized' };
			case 1:
				return { kind: 'Buffer', authorityAddress: reader.option((r) => r.pubkey()) };
			case 2:
				return { kind: 'Program', programdataAddress: reader.pubkey() };
			case 3: {
				const slot = reader.u64();
				return { kind: 'ProgramData', slot, upgradeAuthorityAddress: reader.option((r) => r.pubkey()) };
			}
			default:
				throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
		}
	});
}
