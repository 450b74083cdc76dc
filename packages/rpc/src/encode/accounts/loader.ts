/** The `jsonParsed` form of the upgradeable loader's accounts. Source: solana-account-decoder 4.3.0 `parse_bpf_loader.rs`. */
import {
	decodeUpgradeableLoaderState,
	UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';
import { base64Encode } from '../base64.ts';

/** Bytes that an authority takes; upstream counts without it where there is none. */
const AUTHORITY_LENGTH = 32;

function code(data: Uint8Array, metadata: number, hasAuthority: boolean): Json {
	return [base64Encode(data.subarray(metadata - (hasAuthority ? 0 : AUTHORITY_LENGTH))), 'base64'];
}

/** The parsed form of a buffer, program or programdata account; null where it does not decode. */
export function parseUpgradeableLoader(data: Uint8Array): Json {
	const decoded = decodeUpgradeableLoaderState(data);
	if (!decoded.ok) return null;
	const state = decoded.value;
	switch (state.kind) {
		case 'Uninitialized':
			return { type: 'uninitialized' };
		case 'Buffer': {
			const authority = state.authorityAddress?.toBase58() ?? null;
			return {
				type: 'buffer',
				info: {
					authority,
					data: code(data, UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA, authority !== null),
				},
			};
		}
		case 'Program':
			return { type: 'program', info: { programData: state.programdataAddress.toBase58() } };
		case 'ProgramData': {
			const authority = state.upgradeAuthorityAddress?.toBase58() ?? null;
			return {
				type: 'programData',
				info: {
					slot: state.slot,
					authority,
					data: code(data, UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA, authority !== null),
				},
			};
		}
	}
}
