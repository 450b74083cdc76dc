/**
 * What stands for the npm package `litesvm` in other people's tests: `parhelion/litesvm` on the engine that
 * `PARHELION_ENGINE` names.
 *
 * Exports one thing more: the numbers of `TransactionErrorFieldless`, which the original's own tests import from its
 * insides, where they are a `const enum` that TypeScript inlines.
 */
import { LiteSVM as PlainLiteSVM } from 'parhelion/litesvm';

export * from 'parhelion/litesvm';
export { TransactionErrorFieldless } from 'parhelion/node';

const mode = process.env['PARHELION_ENGINE'] === 'interpreter' ? 'off' : 'eager';

/** The class under test, on one engine. */
export class LiteSVM extends PlainLiteSVM {
	constructor() {
		super();
		this.withJit(mode);
	}

	static override default(): PlainLiteSVM {
		return PlainLiteSVM.default().withJit(mode);
	}
}
