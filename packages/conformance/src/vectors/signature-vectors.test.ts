/**
 * Other people's signature vectors on every backend, and on the oracle through its precompiles.
 */
import crypto from 'node:crypto';
import {
	ed25519VerifyStrict,
	nodeFastPaths,
	secp256k1Recover,
	secp256r1Verify,
	setFastPaths,
	sha256,
} from '@parhelion/crypto';
import { compileLegacyMessage, Hash, Pubkey, programIds } from '@parhelion/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OracleBank } from '../oracle-bank.ts';
import { cctvVectors, type SignatureVector, wycheproofVectors } from './signature-vectors.ts';

const wycheproof = wycheproofVectors('ed25519_test.json');
const cctv = cctvVectors();
const r1 = wycheproofVectors('ecdsa_secp256r1_sha256_p1363_test.json');
const k1 = wycheproofVectors('ecdsa_secp256k1_sha256_p1363_test.json');
if (wycheproof === null) console.log('skipped: no vectors of Wycheproof (PARHELION_WYCHEPROOF)');
if (cctv === null) console.log('skipped: no vectors of CCTV (PARHELION_CCTV)');

const payer = Pubkey.fromBytes(sha256(new TextEncoder().encode('signature vectors')));

/** Key, signature and message in a precompile's instruction, all of them in its own data. */
function instructionData(key: Uint8Array, { signature, message }: SignatureVector): Uint8Array {
	const keyAt = 16;
	const signatureAt = keyAt + key.length;
	const messageAt = signatureAt + 64;
	const own = 0xffff;
	const words = [signatureAt, own, keyAt, own, messageAt, message.length, own];
	const offsets = words.flatMap((word) => [word & 0xff, word >> 8]);
	return Uint8Array.from([1, 0, ...offsets, ...key, ...signature, ...message]);
}

/** Whether both sides' precompiles take the instruction; the two must agree in every detail. */
function precompileTakes(bank: OracleBank, programId: Pubkey, data: Uint8Array): boolean {
	const message = compileLegacyMessage(payer, [{ programId, accounts: [], data }], Hash.default);
	const transaction = { signatures: [new Uint8Array(64)], message };
	const theirs = bank.sendToOracle(transaction);
	expect(bank.sendToOurs(transaction)).toEqual(theirs);
	return theirs.outcome === 'ok';
}

function newBank(): OracleBank {
	const bank = new OracleBank();
	bank.set(payer, 2n ** 60n);
	return bank;
}

/** The names of those for which `verdict` is not what they say. */
function disagreements(
	vectors: readonly SignatureVector[],
	verdict: (vector: SignatureVector) => boolean,
): string[] {
	return vectors.filter((vector) => verdict(vector) !== vector.isValid).map(({ name }) => name);
}

describe.skipIf(wycheproof === null || cctv === null)('Ed25519: Wycheproof and CCTV', () => {
	const all = [...(wycheproof ?? []), ...(cctv ?? [])];
	beforeAll(() => setFastPaths(nodeFastPaths(crypto)));
	afterAll(() => setFastPaths({}));

	it('are there, the good and the bad', () => {
		expect([wycheproof?.length, cctv?.length]).toEqual([151, 914]);
		expect(all.filter(({ isValid }) => isValid).length).toBeGreaterThan(80);
	});
	it.each(['wasm', 'platform', 'portable'] as const)('come to what they say on the backend %s', (backend) => {
		const verdict = ({ signature, message, publicKey }: SignatureVector): boolean =>
			ed25519VerifyStrict(signature, message, publicKey, backend);
		expect(disagreements(all, verdict)).toEqual([]);
	});
	it('come to the same when each key is asked about so often that it gets a table', () => {
		for (let use = 0; use < 6; use++) {
			for (const vector of all) {
				const { signature, message, publicKey, isValid, name } = vector;
				for (let again = 0; again < 6; again++) {
					const verdict = ed25519VerifyStrict(signature, message, publicKey, 'wasm');
					if (verdict !== isValid) expect.fail(`use ${use}: ${name}`);
				}
			}
		}
	});
	it('come to what they say on the oracle, and on ours in the same words', () => {
		const bank = newBank();
		const fits = all.filter(({ signature, message }) => signature.length === 64 && message.length <= 900);
		expect(fits.length).toBeGreaterThan(1000);
		const verdict = (vector: SignatureVector): boolean =>
			precompileTakes(bank, programIds.ed25519Program, instructionData(vector.publicKey, vector));
		expect(disagreements(fits, verdict)).toEqual([]);
	});
});

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

describe.skipIf(r1 === null)('secp256r1: Wycheproof', () => {
	/** Those of 64 bytes; the precompile refuses what has a high S. */
	const fits = (r1 ?? [])
		.filter(({ signature }) => signature.length === 64)
		.map((vector) => {
			const s = BigInt(`0x${Buffer.from(vector.signature.subarray(32)).toString('hex')}`);
			return { ...vector, isValid: vector.isValid && s <= P256_ORDER / 2n };
		});
	const compressed = ({ publicKey }: SignatureVector): Uint8Array =>
		Uint8Array.from([2 | (publicKey[64]! & 1), ...publicKey.subarray(1, 33)]);

	it('comes to what it says', () => {
		expect(fits.length).toBeGreaterThan(200);
		const verdict = (vector: SignatureVector): boolean =>
			secp256r1Verify(vector.signature, vector.message, compressed(vector)).ok;
		expect(disagreements(fits, verdict)).toEqual([]);
	});
	it('comes to it on the oracle, and on ours in the same words', () => {
		const bank = newBank();
		const verdict = (vector: SignatureVector): boolean =>
			precompileTakes(bank, programIds.secp256r1Program, instructionData(compressed(vector), vector));
		expect(disagreements(fits, verdict)).toEqual([]);
	});
});

describe.skipIf(k1 === null)('secp256k1: Wycheproof', () => {
	it('recovers the key of a good signature, and of a bad one never', () => {
		const fits = (k1 ?? []).filter(({ signature }) => signature.length === 64);
		expect(fits.length).toBeGreaterThan(200);
		const verdict = ({ publicKey, message, signature }: SignatureVector): boolean =>
			[0, 1, 2, 3].some((id) => {
				const recovered = secp256k1Recover(sha256(message), id, signature);
				return recovered.ok && Buffer.compare(recovered.value, publicKey.subarray(1)) === 0;
			});
		expect(disagreements(fits, verdict)).toEqual([]);
	});
});
