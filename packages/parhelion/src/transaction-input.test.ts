import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiteSVM } from './lite-svm.ts';
import { decodeInput } from './transaction-input.ts';

const address = '1nc1nerator11111111111111111111111111111111';

describe('decodeInput', () => {
	it('names the signers that are missing', () => {
		const unsigned = { messageBytes: new Uint8Array(4), signatures: { [address]: null, other: null } };
		expect(() => decodeInput(unsigned, true)).toThrow(
			`Transaction is missing signatures for addresses: ${address}, other.`,
		);
	});

	it('refuses a transaction without signers, and one of an unknown version', () => {
		expect(() => decodeInput({ messageBytes: [1], signatures: {} }, false)).toThrow(TypeError);
		expect(() => decodeInput({ messageBytes: [0x85], signatures: { [address]: null } }, false)).toThrow(
			RangeError,
		);
	});

	it('gives null for a message that does not decode', () => {
		expect(decodeInput({ messageBytes: [1, 2], signatures: { [address]: null } }, false)).toBeNull();
		expect(decodeInput({ messageBytes: [], signatures: { [address]: null } }, false)).toBeNull();
	});
});

describe('random wire bytes', () => {
	it('are answered with an error, and change nothing', () => {
		const svm = new LiteSVM();
		const before = svm.getProgramAccounts('Feature111111111111111111111111111111111111').length;
		const bytes = fc.oneof(
			fc.uint8Array({ maxLength: 400 }),
			// Something like a transaction: one signature, a header, a few keys.
			fc.uint8Array({ minLength: 150, maxLength: 400 }).map((tail) => {
				const like = Uint8Array.from([1, ...new Uint8Array(64), 1, 0, 1, 2, ...tail]);
				return like;
			}),
		);
		fc.assert(
			fc.property(bytes, fc.boolean(), (input, sigverify) => {
				svm.withSigverify(sigverify);
				expect('err' in svm.sendTransaction(input)).toBe(true);
				expect('err' in svm.simulateTransaction(input)).toBe(true);
			}),
			{ numRuns: 300 },
		);
		expect(svm.getProgramAccounts('Feature111111111111111111111111111111111111').length).toBe(before);
	});
});
