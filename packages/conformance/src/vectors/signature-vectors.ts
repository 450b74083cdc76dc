/**
 * Reads other people's signature vectors: Wycheproof (C2SP/wycheproof) and the edge cases of Ed25519 of C2SP/CCTV.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cctvFolder, wycheproofFolder } from './folders.ts';

/** One case. */
export interface SignatureVector {
	readonly name: string;
	readonly publicKey: Uint8Array;
	readonly message: Uint8Array;
	readonly signature: Uint8Array;
	/** By the vectors' own account: for CCTV, under `verify_strict`. */
	readonly isValid: boolean;
}

const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

interface WycheproofFile {
	readonly testGroups: readonly {
		readonly publicKey: { readonly pk?: string; readonly uncompressed?: string };
		readonly tests: readonly {
			readonly tcId: number;
			readonly comment: string;
			readonly msg: string;
			readonly sig: string;
			readonly result: string;
		}[];
	}[];
}

/** The cases of a file of Wycheproof; `null` where there is none. An ECDSA key is its uncompressed point. */
export function wycheproofVectors(file: string): SignatureVector[] | null {
	const folder = wycheproofFolder();
	if (folder === null) return null;
	const { testGroups }: WycheproofFile = JSON.parse(readFileSync(join(folder, file), 'utf8'));
	return testGroups.flatMap(({ publicKey, tests }) =>
		tests.map(({ tcId, comment, msg, sig, result }) => ({
			name: `${tcId} ${comment}`,
			publicKey: fromHex(publicKey.pk ?? publicKey.uncompressed ?? ''),
			message: fromHex(msg),
			signature: fromHex(sig),
			isValid: result === 'valid',
		})),
	);
}

interface CctvVector {
	readonly number: number;
	readonly key: string;
	readonly sig: string;
	readonly msg: string;
	readonly flags: readonly string[] | null;
}

/** The only edge cases that a strict verification lets pass (CCTV's README on dalek's `verify_strict`). */
const STRICT_FLAGS: ReadonlySet<string> = new Set(['low_order_component_A', 'low_order_component_R']);

/** The cases of CCTV; `null` where there are none. */
export function cctvVectors(): SignatureVector[] | null {
	const folder = cctvFolder();
	if (folder === null) return null;
	const vectors: readonly CctvVector[] = JSON.parse(
		readFileSync(join(folder, 'ed25519vectors.json'), 'utf8'),
	);
	return vectors.map(({ number, key, sig, msg, flags }) => ({
		name: `${number} ${(flags ?? []).join(' ')}`,
		publicKey: fromHex(key),
		message: new TextEncoder().encode(msg),
		signature: fromHex(sig),
		isValid: (flags ?? []).every((flag) => STRICT_FLAGS.has(flag)),
	}));
}
