import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { proofVerificationErrorDebug } from './proof-errors.ts';
import { ZK_PROOFS, type ZkProof } from './proofs.ts';

interface Golden {
	readonly proof: string;
	readonly name: string;
	readonly data: string;
}

/**
 * One run of the `build_*_proof_data` functions of the crate solana-zk-sdk 7.0.1, which draw their randomness from the
 * system; the crate accepts them all.
 */
const GOLDEN = JSON.parse(
	readFileSync(new URL('golden-proofs.json', import.meta.url), 'utf8'),
) as readonly Golden[];

const bytesOf = (golden: Golden): Uint8Array => Uint8Array.from(Buffer.from(golden.data, 'hex'));

function proofOf(golden: Golden, proofs: readonly ZkProof[] = ZK_PROOFS): ZkProof {
	return proofs.find(({ name }) => name === golden.proof)!;
}

function goldenOf(name: string): { proof: ZkProof; data: Uint8Array } {
	const golden = GOLDEN.find(({ proof }) => proof === name)!;
	return { proof: proofOf(golden), data: bytesOf(golden) };
}

/** What becomes of a golden proof with 32 bytes replaced. */
function withUnit(name: string, at: number, unit: Uint8Array): string {
	const { proof, data } = goldenOf(name);
	data.set(unit, at);
	const error = proof.verify(data);
	return error === null ? 'ok' : proofVerificationErrorDebug(error);
}

const ZERO = new Uint8Array(32);
const NO_POINT = new Uint8Array(32).fill(0xff);
const BASE_POINT = Uint8Array.from(
	Buffer.from('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', 'hex'),
);

describe('every kind of proof', () => {
	it('has a golden one', () => {
		expect(new Set(GOLDEN.map(({ proof }) => proof))).toEqual(new Set(ZK_PROOFS.map(({ name }) => name)));
	});
	it.each(GOLDEN)('is accepted: $proof, $name', (golden) => {
		expect(proofOf(golden).verify(bytesOf(golden))).toBeNull();
	});
	it.each(ZK_PROOFS)(
		'binds every bit of the last byte of each part: $name',
		({ name, length, contextLength }) => {
			const { proof, data } = goldenOf(name);
			for (const at of [0, contextLength - 1, contextLength, length - 32, length - 1]) {
				for (let bit = 0; bit < 8; bit++) {
					const changed = data.slice();
					changed[at]! ^= 1 << bit;
					expect(proof.verify(changed)).not.toBeNull();
				}
			}
		},
	);
	it.each(ZK_PROOFS)('wants its length: $name', ({ verify, length }) => {
		expect(() => verify(new Uint8Array(length - 1))).toThrow(RangeError);
		expect(() => verify(new Uint8Array(length + 1))).toThrow(RangeError);
	});
});

describe('where WebAssembly may not be compiled', () => {
	afterEach(() => {
		vi.unstubAllGlobals();
		vi.resetModules();
	});
	it('proofs are judged alike', async () => {
		vi.resetModules();
		vi.stubGlobal('WebAssembly', undefined);
		const { ZK_PROOFS: portable } = await import('./proofs.ts');
		for (const golden of GOLDEN.filter(({ proof }) => !/U128|U256/.test(proof))) {
			const proof = proofOf(golden, portable);
			const data = bytesOf(golden);
			expect(proof.verify(data)).toBeNull();
			data[0]! ^= 2;
			expect(proof.verify(data)).toEqual(proofOf(golden).verify(data));
		}
	}, 60_000);
});

describe('why a sigma proof is refused', () => {
	it('tells keys, ciphertexts and the proof apart', () => {
		expect(withUnit('ZeroCiphertext', 0, NO_POINT)).toBe('ElGamal(PubkeyDeserialization)');
		expect(withUnit('ZeroCiphertext', 32, NO_POINT)).toBe('ElGamal(CiphertextDeserialization)');
		expect(withUnit('ZeroCiphertext', 96, NO_POINT)).toBe('SigmaProof(ZeroCiphertext, Deserialization)');
		expect(withUnit('ZeroCiphertext', 160, NO_POINT)).toBe('SigmaProof(ZeroCiphertext, Deserialization)');
		expect(withUnit('PubkeyValidity', 32, BASE_POINT)).toBe('SigmaProof(PubkeyValidity, AlgebraicRelation)');
	});
	it('tells the identity in the statement from that in the proof', () => {
		expect(withUnit('CiphertextCommitmentEquality', 96, ZERO)).toBe('SigmaProof(Equality, IdentityPoint)');
		expect(withUnit('CiphertextCommitmentEquality', 128, ZERO)).toBe(
			'SigmaProof(Equality, Transcript(ValidationError))',
		);
		expect(withUnit('ZeroCiphertext', 128, ZERO)).toBe('SigmaProof(ZeroCiphertext, AlgebraicRelation)');
	});
	it('lets the last key and the second ciphertext be the identity', () => {
		expect(withUnit('GroupedCiphertext2HandlesValidity', 0, ZERO)).toBe(
			'SigmaProof(ValidityProof, IdentityPoint)',
		);
		expect(withUnit('BatchedGroupedCiphertext3HandlesValidity', 64, BASE_POINT)).toBe(
			'SigmaProof(ValidityProof, AlgebraicRelation)',
		);
		expect(withUnit('CiphertextCiphertextEquality', 128, ZERO)).toBe(
			'SigmaProof(Equality, AlgebraicRelation)',
		);
	});
});

describe('why a range proof is refused', () => {
	const NAME = 'BatchedRangeProofU64';
	const lengths = (...bits: number[]): string => {
		const { proof, data } = goldenOf(NAME);
		data.set(bits, 256);
		return proofVerificationErrorDebug(proof.verify(data)!);
	};
	it('starts with the commitments', () => {
		expect(withUnit(NAME, 0, NO_POINT)).toBe('ProofContext');
		expect(withUnit(NAME, 0, ZERO)).toBe('IllegalCommitmentLength');
		expect(withUnit(NAME, 64, BASE_POINT)).toBe('ProofContext');
	});
	it('goes on with the lengths', () => {
		expect(lengths(0)).toBe('IllegalAmountBitLength');
		expect(lengths(65)).toBe('IllegalAmountBitLength');
		expect(lengths(63)).toBe('IllegalCommitmentLength');
		expect(lengths(64, 1)).toBe('ProofContext');
	});
	it('ends with the proof', () => {
		expect(withUnit(NAME, 264, ZERO)).toBe('RangeProof(Transcript(ValidationError))');
		expect(withUnit(NAME, 264 + 4 * 32, NO_POINT)).toBe('RangeProof(Deserialization)');
		expect(withUnit(NAME, 264 + 7 * 32, NO_POINT)).toBe('RangeProof(MultiscalarMul)');
		expect(withUnit(NAME, 264, BASE_POINT)).toBe('RangeProof(AlgebraicRelation)');
	});
});
