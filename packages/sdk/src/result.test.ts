import { describe, expect, it } from 'vitest';
import { catchFault, Fault } from './result.ts';

describe('catchFault', () => {
	it('turns a thrown Fault into its error', () => {
		expect(
			catchFault(() => {
				throw new Fault('X');
			}),
		).toEqual({ ok: false, error: 'X' });
	});
	it('lets a bug fly on', () => {
		expect(() =>
			catchFault(() => {
				throw new TypeError('bug');
			}),
		).toThrow(TypeError);
	});
});
