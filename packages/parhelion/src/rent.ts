/**
 * The price of an account's existence, as the original's `Rent`.
 *
 * Source: solana-rent; node-litesvm sysvar/rent.rs.
 */
import { ACCOUNT_STORAGE_OVERHEAD, Rent as RuntimeRent, U64_MAX } from '@parhelion/sdk';
import { debugList, debugStruct, debugTuple } from './rust-debug.ts';
import { toU64, toUsize } from './to-integer.ts';

/** Rust's `f64 as u64`. */
function truncate(value: number): bigint {
	if (!(value > 0)) return 0n;
	return value >= 2 ** 64 ? U64_MAX : BigInt(Math.trunc(value));
}

/** Rent by byte; the setters throw RangeError for a number out of range. */
export class Rent {
	#lamportsPerByteYear: bigint;
	#exemptionThreshold: number;
	#burnPercent: number;

	constructor(lamportsPerByteYear: bigint, exemptionThreshold: number, burnPercent: number) {
		this.#lamportsPerByteYear = toU64(lamportsPerByteYear);
		this.#exemptionThreshold = exemptionThreshold;
		this.#burnPercent = burnPercent & 0xff;
	}

	/** 6960 lamports a byte, threshold 1, 50 percent burned. */
	static default(): Rent {
		const { lamportsPerByte, exemptionThreshold, burnPercent } = RuntimeRent.default();
		return new Rent(lamportsPerByte, exemptionThreshold, burnPercent);
	}

	/** A rent of nothing. */
	static free(): Rent {
		const rent = Rent.default();
		rent.lamportsPerByteYear = 0n;
		return rent;
	}

	/** The default: since SIMD-0194 the number of slots has no say. */
	static withSlotsPerEpoch(_slotsPerEpoch: bigint): Rent {
		return Rent.default();
	}

	/** Lamports for a byte (since SIMD-0194, with a threshold of 1; before that for a byte and a year). */
	get lamportsPerByteYear(): bigint {
		return this.#lamportsPerByteYear;
	}
	set lamportsPerByteYear(value: bigint) {
		this.#lamportsPerByteYear = toU64(value);
	}

	/** How many times the rate an account must hold to be exempt. */
	get exemptionThreshold(): number {
		return this.#exemptionThreshold;
	}
	set exemptionThreshold(value: number) {
		this.#exemptionThreshold = value;
	}

	/** Percent (u8), without effect. */
	get burnPercent(): number {
		return this.#burnPercent;
	}
	set burnPercent(value: number) {
		this.#burnPercent = value & 0xff;
	}

	/** How much of a rent is burned, and how much is left. */
	calculateBurn(rentCollected: bigint): [bigint, bigint] {
		const product = toU64(rentCollected) * BigInt(this.#burnPercent);
		const burned = (product > U64_MAX ? U64_MAX : product) / 100n;
		return [burned, rentCollected > burned ? rentCollected - burned : 0n];
	}

	/** Lamports an account of `dataLen` bytes must hold. RangeError above 10 MiB. */
	minimumBalance(dataLen: bigint): bigint {
		const minimum = this.toRuntimeRent().tryMinimumBalance(Number(toUsize(dataLen)));
		if (minimum === null) throw new RangeError('maximum permitted data length exceeded');
		return minimum;
	}

	/** Whether `balance` lamports suffice for `dataLen` bytes. */
	isExempt(balance: bigint, dataLen: bigint): boolean {
		return toU64(balance) >= this.minimumBalance(dataLen);
	}

	/** The rent due after `yearsElapsed`, or `null` for an account that is exempt. */
	due(balance: bigint, dataLen: bigint, yearsElapsed: number): bigint | null {
		return this.isExempt(balance, dataLen) ? null : this.dueAmount(dataLen, yearsElapsed);
	}

	/** The rent due after `yearsElapsed` for an account that is not exempt. */
	dueAmount(dataLen: bigint, yearsElapsed: number): bigint {
		const bytes = BigInt(ACCOUNT_STORAGE_OVERHEAD) + toUsize(dataLen);
		return truncate(Number(BigInt.asUintN(64, bytes * this.#lamportsPerByteYear)) * yearsElapsed);
	}

	/** The same as the runtime takes it. Not in the original. */
	toRuntimeRent(): RuntimeRent {
		return new RuntimeRent(this.#lamportsPerByteYear, this.#exemptionThreshold, this.#burnPercent);
	}

	toString(): string {
		const threshold = new Uint8Array(8);
		new DataView(threshold.buffer).setFloat64(0, this.#exemptionThreshold, true);
		return debugTuple(
			'Rent',
			debugStruct('Rent', {
				lamports_per_byte: this.#lamportsPerByteYear,
				exemption_threshold: debugList(threshold),
				burn_percent: this.#burnPercent,
			}),
		);
	}
}
