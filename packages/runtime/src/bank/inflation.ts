/**
 * Owns the inflation curve and what it makes of an epoch.
 *
 * Sources: crate `solana-inflation` (`Inflation`), solana-runtime bank.rs (`get_inflation_num_slots`,
 * `slot_in_year_for_inflation`, `calculate_previous_epoch_inflation_rewards`), crate `solana-time-utils`.
 */
import type { ByteReader, ByteWriter } from '@parhelion/sdk';
import { exactPow } from './exact-pow.ts';

/** How the supply grows. All rates are fractions a year. */
export interface Inflation {
	/** Rate at year 0. */
	readonly initial: number;
	/** The rate is never below this. */
	readonly terminal: number;
	/** What part of the rate is lost each year. */
	readonly taper: number;
	/** What part of the new lamports goes to the foundation. */
	readonly foundation: number;
	/** Years for which the foundation gets it. */
	readonly foundationTerm: number;
	/** Stored, without a meaning. */
	readonly unused: number;
}

/** `Inflation::default`: 8 % falling by 15 % a year to 1.5 %, 5 % of it to the foundation for 7 years. */
export function defaultInflation(): Inflation {
	return { initial: 0.08, terminal: 0.015, taper: 0.15, foundation: 0.05, foundationTerm: 7, unused: 0 };
}

/** `Inflation::full`: the default without a foundation. */
export function fullInflation(): Inflation {
	return { ...defaultInflation(), foundation: 0, foundationTerm: 0 };
}

/** `Inflation::new_disabled`: no inflation. */
export function disabledInflation(): Inflation {
	return { initial: 0, terminal: 0, taper: 0, foundation: 0, foundationTerm: 0, unused: 0 };
}

/** `Inflation::new_fixed`: this rate for ever, all of it to validators. */
export function fixedInflation(validator: number): Inflation {
	return {
		initial: validator,
		terminal: validator,
		taper: 1,
		foundation: 0,
		foundationTerm: 0,
		unused: 0,
	};
}

/** `Inflation::pico`: 0.01 % a year. */
export function picoInflation(): Inflation {
	return fixedInflation(0.0001);
}

/** The rate at a year (a fraction counts). RangeError before year 0. */
export function totalInflation(inflation: Inflation, year: number): number {
	if (!(year >= 0)) throw new RangeError(`inflation begins with year 0, not ${year}`);
	const tapered = inflation.initial * exactPow(1 - inflation.taper, year);
	// not Math.max: what is no number counts as below
	if (tapered > inflation.terminal) return tapered;
	return inflation.terminal;
}

/** The part of {@link totalInflation} for the foundation. */
export function foundationInflation(inflation: Inflation, year: number): number {
	return year < inflation.foundationTerm ? totalInflation(inflation, year) * inflation.foundation : 0;
}

/** The part of {@link totalInflation} for validators. */
export function validatorInflation(inflation: Inflation, year: number): number {
	return totalInflation(inflation, year) - foundationInflation(inflation, year);
}

/** The taper from the activation of `double_disinflation_rate` on. */
const DOUBLE_DISINFLATION_TAPER = 0.3;

/** SIMD-0550, at `year`: the higher taper from now on, without a step in the rate. */
export function doubleDisinflation(inflation: Inflation, year: number): Inflation {
	const initial = totalInflation(inflation, year) / exactPow(1 - DOUBLE_DISINFLATION_TAPER, year);
	return { ...inflation, initial, taper: DOUBLE_DISINFLATION_TAPER };
}

/** Reads the six doubles of the stored form. */
export function readInflation(reader: ByteReader): Inflation {
	return {
		initial: reader.f64(),
		terminal: reader.f64(),
		taper: reader.f64(),
		foundation: reader.f64(),
		foundationTerm: reader.f64(),
		unused: reader.f64(),
	};
}

/** Writes the six doubles of the stored form. */
export function writeInflation(writer: ByteWriter, inflation: Inflation): void {
	writer
		.f64(inflation.initial)
		.f64(inflation.terminal)
		.f64(inflation.taper)
		.f64(inflation.foundation)
		.f64(inflation.foundationTerm)
		.f64(inflation.unused);
}
