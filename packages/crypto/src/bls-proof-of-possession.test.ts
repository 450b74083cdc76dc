import { describe, expect, it } from 'vitest';
import { blsProofOfPossession, blsVerifyProofOfPossession } from './bls-proof-of-possession.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const payload = text('ALPENGLOW and an address');
const { publicKey, proof } = blsProofOfPossession(0x1234_5678_9abc_def0n, payload);
const FIELD =
	0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
	const copy = bytes.slice();
	copy[at]! ^= bit;
	return copy;
}

/** The same coordinate with the field's order added, 48 bytes at `at`; null where that does not fit below the flags. */
function nonCanonical(bytes: Uint8Array, at: number): Uint8Array | null {
	const value = BigInt(`0x${Buffer.from(bytes.subarray(at, at + 48)).toString('hex')}`);
	const flags = at === 0 ? value >> 381n : 0n;
	const sum = (value & ((1n << 381n) - 1n)) + FIELD;
	if (at === 0 && sum >> 381n !== 0n) return null;
	const copy = bytes.slice();
	copy.set(Buffer.from(((flags << 381n) | sum).toString(16).padStart(96, '0'), 'hex'), at);
	return copy;
}

describe('blsVerifyProofOfPossession', () => {
	it('accepts a proof made with the secret', () => {
		expect(blsVerifyProofOfPossession(publicKey, proof, payload)).toBe(true);
	});

	it('refuses another payload, another key and another proof', () => {
		const other = blsProofOfPossession(77n, payload);
		expect(blsVerifyProofOfPossession(publicKey, proof, text('ALPENGLOW'))).toBe(false);
		expect(blsVerifyProofOfPossession(other.publicKey, proof, payload)).toBe(false);
		expect(blsVerifyProofOfPossession(publicKey, other.proof, payload)).toBe(false);
	});

	it('refuses changed flags, the points at infinity and wrong lengths', () => {
		for (const bit of [0x80, 0x40, 0x20]) {
			expect(blsVerifyProofOfPossession(flipped(publicKey, 0, bit), proof, payload)).toBe(false);
			expect(blsVerifyProofOfPossession(publicKey, flipped(proof, 0, bit), payload)).toBe(false);
		}
		const infinity = (size: number) => Uint8Array.of(0xc0, ...new Uint8Array(size - 1));
		expect(blsVerifyProofOfPossession(infinity(48), infinity(96), payload)).toBe(false);
		expect(blsVerifyProofOfPossession(publicKey, infinity(96), payload)).toBe(false);
		expect(blsVerifyProofOfPossession(publicKey.subarray(1), proof, payload)).toBe(false);
		expect(blsVerifyProofOfPossession(publicKey, proof.subarray(1), payload)).toBe(false);
	});

	it('refuses a coordinate at or above the order of the field', () => {
		// A secret whose key has a small enough coordinate.
		let secret = 1n;
		let made = blsProofOfPossession(secret, payload);
		while (nonCanonical(made.publicKey, 0) === null) made = blsProofOfPossession(++secret, payload);
		expect(blsVerifyProofOfPossession(made.publicKey, made.proof, payload)).toBe(true);
		expect(blsVerifyProofOfPossession(nonCanonical(made.publicKey, 0)!, made.proof, payload)).toBe(false);
		expect(blsVerifyProofOfPossession(publicKey, nonCanonical(proof, 48)!, payload)).toBe(false);
	});

	it('refuses a point outside the subgroup', () => {
		// x = 4 is on the curve of the keys, and not in the group of prime order.
		const outside = new Uint8Array(48);
		outside[0] = 0x80;
		outside[47] = 4;
		expect(blsVerifyProofOfPossession(outside, proof, payload)).toBe(false);
	});
});
