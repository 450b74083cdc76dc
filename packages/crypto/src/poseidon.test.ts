import { describe, expect, it } from 'vitest';
import { sha256 } from './hashes.ts';
import { poseidonHash } from './poseidon.ts';
import { MAX_WIDTH, poseidonParameters } from './poseidon-parameters.ts';

/** Of all round constants and rows of the matrix in hex, joined by commas: computed from light-poseidon's tables. */
const FINGERPRINTS = [
	'2de06c8d4e3a5b61',
	'99c2887b58dc512c',
	'39ed1779b6f164bb',
	'892ed85cf5a42c38',
	'42ad96dbd077a3a7',
	'9b9979208269e372',
	'41561fc804bbc3da',
	'ce38be86b58431ec',
	'bef58aac91e14826',
	'287e15836ecd5b12',
	'08963fc0fdbb0ed4',
	'bb1f774e6ed90af0',
];

describe('the parameters', () => {
	it('are those of light-poseidon for every width', () => {
		const found: string[] = [];
		for (let width = 2; width <= MAX_WIDTH; width++) {
			const { roundConstants, mds } = poseidonParameters(width);
			const text = [...roundConstants, ...mds.flat()].map((value) => value.toString(16)).join();
			found.push(
				Buffer.from(sha256(new TextEncoder().encode(text)))
					.toString('hex')
					.slice(0, 16),
			);
		}
		expect(found).toEqual(FINGERPRINTS);
	});
});

describe('the hash', () => {
	const ones = new Uint8Array(32).fill(1);
	const twos = new Uint8Array(32).fill(2);
	const hex = (bytes: Uint8Array | null): string => Buffer.from(bytes!).toString('hex');
	const ONE = '05bface581ee6177cc19c6c56363a68882f11e8407ac639db991e0d27f1b75e6';
	const TWO = '0d54e1938f8a8c1c7deb5e0355f26319207b84fe9ca2ce1b26e735c829821990';

	it('is that of circom, in both byte orders', () => {
		expect(hex(poseidonHash([ones], 'BE'))).toBe(ONE);
		expect(hex(poseidonHash([ones, twos], 'BE'))).toBe(TWO);
		expect(hex(poseidonHash([ones, twos], 'LE')!.reverse())).toBe(TWO);
	});

	it('takes 1 to 12 elements of the field with 32 bytes each', () => {
		const many = (count: number): Uint8Array[] => Array.from({ length: count }, () => ones);
		expect(poseidonHash([], 'BE')).toBeNull();
		expect(poseidonHash(many(12), 'BE')).not.toBeNull();
		expect(poseidonHash(many(13), 'BE')).toBeNull();
		expect(poseidonHash([ones.subarray(1)], 'BE')).toBeNull();
		const order = new Uint8Array(
			Buffer.from('30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001', 'hex'),
		);
		expect(poseidonHash([order], 'BE')).toBeNull();
		order[31] = 0;
		expect(poseidonHash([order], 'BE')).not.toBeNull();
		expect(poseidonHash([order], 'LE')).not.toBeNull();
	});
});
