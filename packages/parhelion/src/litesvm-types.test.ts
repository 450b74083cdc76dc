/**
 * The types of `parhelion/litesvm` stand in for those of the npm package `litesvm`: what compiles against it
 * compiles against ours. The compiler is the judge of the types (`npm run typecheck` covers tests); running this
 * asks for the names.
 */
import * as theirs from 'litesvm';
import { describe, expect, it } from 'vitest';
import * as ours from './litesvm.ts';

/** The names of members that ours lacks, or whose calls take other arguments than theirs. */
type Refused<Theirs, Ours> = {
	[Name in keyof Theirs]: Name extends keyof Ours
		? Theirs[Name] extends (...args: infer Args) => unknown
			? Ours[Name] extends (...args: Args) => unknown
				? never
				: Name
			: Theirs[Name] extends Ours[Name]
				? never
				: Name
		: Name;
}[keyof Theirs];

/** The names of methods whose result cannot be used as theirs. */
type Unlike<Theirs, Ours> = {
	[Name in keyof Theirs]: Theirs[Name] extends (...args: never) => infer Wanted
		? Ours[Name & keyof Ours] extends (...args: never) => infer Given
			? Given extends Wanted
				? never
				: Name
			: Name
		: never;
}[keyof Theirs];

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
function proven<_Claim extends true>(): void {}

/** `default` is what a bundler makes of a CommonJS module. */
type Names = Exclude<keyof typeof theirs, 'default'>;
/** A private member of theirs makes these two nominal: no other class is assignable, whatever it can do. */
type Nominal = 'LiteSVM' | 'SimulatedTransactionInfo';
/** The instances of the other classes. */
type Instances<Library> = {
	[Name in Exclude<Names, Nominal | 'SlotHistoryCheck'> & keyof Library]: Library[Name] extends abstract new (
		...args: never
	) => infer Instance
		? Instance
		: never;
};
/** The classes that callers make instances of. */
type Made =
	| 'Account'
	| 'Clock'
	| 'ComputeBudget'
	| 'EpochRewards'
	| 'EpochSchedule'
	| 'FeatureSet'
	| 'LiteSVM'
	| 'Rent';
type Makes<Name extends Made> = (typeof theirs)[Name] extends new (
	...args: infer Args
) => unknown
	? (typeof ours)[Name] extends new (
			...args: Args
		) => unknown
		? never
		: Name
	: Name;
type NotMade = { [Name in Made]: Makes<Name> }[Made];
/** Methods that take one of the library's own classes: ours takes ours. */
type TakesClass =
	| 'setClock'
	| 'setEpochRewards'
	| 'setEpochSchedule'
	| 'setRent'
	| 'setSlotHistory'
	| 'setStakeHistory'
	| 'withComputeBudget'
	| 'withFeatureSet';

// What follows is for the compiler alone: a claim that does not hold does not compile.

// Every class without private members: an instance of ours is one of theirs.
proven<Same<Instances<typeof ours> extends Instances<typeof theirs> ? true : false, true>>();
// The constructors of ours take what those of theirs take.
proven<Same<NotMade, never>>();
// Every call of a method of the two nominal classes compiles.
proven<Same<Refused<theirs.LiteSVM, ours.LiteSVM>, TakesClass>>();
proven<Same<Refused<theirs.SimulatedTransactionInfo, ours.SimulatedTransactionInfo>, never>>();
proven<Same<Unlike<theirs.SimulatedTransactionInfo, ours.SimulatedTransactionInfo>, never>>();
// Results are theirs, but for the methods that return one of the nominal classes themselves.
type Generic = 'setTransactionMessageLifetimeUsingLatestBlockhash';
type Chained = Extract<keyof theirs.LiteSVM, `with${string}`>;
proven<
	Same<Exclude<Unlike<theirs.LiteSVM, ours.LiteSVM>, Chained | Generic | 'simulateTransaction'>, never>
>();
proven<Same<Refused<typeof theirs.LiteSVM, typeof ours.LiteSVM>, 'prototype'>>();

describe('parhelion/litesvm', () => {
	it('has every export of the original', () => {
		const names = Object.keys(theirs).filter((name) => name !== 'default' && name !== '__esModule');
		expect(names.filter((name) => !(name in ours))).toEqual([]);
		expect(names.length).toBeGreaterThanOrEqual(17);
		proven<Same<Exclude<Names, keyof typeof ours>, never>>();
	});

	it('has every method of each of its classes', () => {
		const members = (type: { prototype: object }): string[] =>
			Object.getOwnPropertyNames(type.prototype).filter((name) => name !== 'inner');
		const has = (type: { prototype: object }, name: string): boolean => name in type.prototype;
		const missing = Object.entries(theirs).flatMap(([name, type]) =>
			typeof type !== 'function'
				? []
				: members(type)
						.filter((member) => !has(Reflect.get(ours, name), member))
						.map((member) => `${name}.${member}`),
		);
		expect(missing).toEqual([]);
	});
});
