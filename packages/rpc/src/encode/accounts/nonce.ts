/** The `jsonParsed` form of nonce accounts. Source: solana-account-decoder 4.3.0 `parse_nonce.rs`. */
import { decodeNonceVersions } from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';
import { feeCalculator } from './sysvar.ts';

/** The parsed form of an initialised nonce account; null of any other account of the System program. */
export function parseNonce(data: Uint8Array): Json {
	const decoded = decodeNonceVersions(data);
	if (!decoded.ok || decoded.value.state.kind === 'Uninitialized') return null;
	const { authority, durableNonce, lamportsPerSignature } = decoded.value.state.data;
	return {
		type: 'initialized',
		info: {
			authority: authority.toBase58(),
			blockhash: durableNonce.toBase58(),
			feeCalculator: feeCalculator(lamportsPerSignature),
		},
	};
}
