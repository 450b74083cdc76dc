/**
 * The id of the set of features this release knows: the SHA-256 over their ids in order. Source: crate
 * agave-feature-set, `ID`; solana-version, `Version::feature_set`.
 */
import { sha256 } from '@parhelion/crypto';
import { FEATURES, Pubkey } from '@parhelion/sdk';

/** The first four bytes of the id as a little-endian number: what versions are compared by. */
export function featureSetId(): number {
	const ids = FEATURES.map(({ id }) => Pubkey.fromBase58(id));
	ids.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
	const digest = sha256(...ids.map(({ bytes }) => bytes));
	return new DataView(digest.buffer, digest.byteOffset, digest.byteLength).getUint32(0, true);
}
