import { describe, expect, it } from 'vitest';
import { Transcript } from './merlin.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('Transcript', () => {
	it("yields the challenges of the Rust crate's own test, and of a run of it over long messages", () => {
		const transcript = Transcript.create('test protocol');
		transcript.appendMessage('some label', text('some data'));
		expect(hex(transcript.challengeBytes('challenge', 32))).toBe(
			'd5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615',
		);
		transcript.appendMessage('long', new Uint8Array(1000).fill(99));
		transcript.appendU64('n', 0x0123456789abcdefn);
		expect(hex(transcript.challengeBytes('again', 200))).toBe(
			'f6e2883742c299173fce83104fc154e8239ac48ccb38b519b53202bb2e17f71389c76ea65a8e90678582b3f9d3ef1224bdce7be9a96237c9f06314bac68654c58670d43f1ff24060cda184ddfd28d2ce4613477fe1b026d13415b837b4781a08c9b90bdd8545feff9a983aae69c777e5ecc8448a302aa0857afbff61fd84ccc960b6ac863e4ba2856f275fb7d3b760b12d2ebdd6a1983871fa8fdb68d008378692ad7e0d254fb96433e84a190f0f78d662019261aec5fe39e5a3c2effb9b15156ea91fb65f0794fb',
		);
	});
	it('starts anew for each instruction', () => {
		const first = Transcript.forInstruction('zero-ciphertext-instruction');
		first.appendText('dom-sep', 'something');
		const challenge = first.challengeScalar('c');
		const second = Transcript.forInstruction('zero-ciphertext-instruction');
		expect(second.challengeScalar('c')).not.toBe(challenge);
		const third = Transcript.forInstruction('zero-ciphertext-instruction');
		third.appendText('dom-sep', 'something');
		expect(third.challengeScalar('c')).toBe(challenge);
	});
});
