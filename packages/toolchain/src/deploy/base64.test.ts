import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';

it('writes and reads base64 as Node does', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
			const text = Buffer.from(bytes).toString('base64');
			expect(toBase64(bytes)).toBe(text);
			expect(fromBase64(text)).toEqual(bytes);
		}),
	);
});

it.each(['a', 'aGk', 'a===', '====', 'aG!=', 'aGk=aGk=', 'aGké', 7, null, undefined])(
	'refuses %j',
	(text) => {
		expect(fromBase64(text)).toBeNull();
	},
);
