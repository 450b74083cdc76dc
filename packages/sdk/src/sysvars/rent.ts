/** Owns the Rent sysvar and the minimum balance. Source: crate `solana-rent`. */
import { ByteReader, ByteWriter, type WireError } from '../bytes.ts';
import { type Lamports, U64_MAX } from '../numbers.ts';
import { catchFault, type Result } from '../result.ts';

/** Bytes of the account. */
export const RENT_SIZE = 17;
/** Lamports for a byte, where nothing else is configured. */
export const DEFAULT_LAMPORTS_PER_BYTE = 6960n;
/** Bytes an account costs beyond its data. */
export const ACCOUNT_STORAGE_OVERHEAD = 128;
/** The longest account data: 10 MiB. */
export const MAX_PERMITTED_DATA_LENGTH: number = 10 * 1024 * 1024;

/** The highest rate with a threshold of 1, and with one of 2, whose products cannot overflow. */
const MAX_LAMPORTS_PER_BYTE_1 = 1_759_197_129_867n;
const MAX_LAMPORTS_PER_BYTE_2 = 879_598_564_933n;
/** Up to this rate, twice (overhead + the longest data) times the rate is exact in a double. */
const MAX_EXACT_RATE = 400_000_000n;

/** What an account must hold to exist. */
export class Rent {
	readonly lamportsPerByte: Lamports;
	/** Years of rent (f64); 1 since SIMD-0194, before that 2. */
	readonly exemptionThreshold: number;
	/** u8, without effect. */
	readonly burnPercent: number;
	/** Rate times threshold as a number, or 0 where the exact path is needed. */
	private readonly exactRate: number;

	constructor(lamportsPerByte: Lamports, exemptionThreshold: number, burnPercent: number) {
		this.lamportsPerByte = lamportsPerByte;
		this.exemptionThreshold = exemptionThreshold;
		this.burnPercent = burnPercent;
		const whole = exemptionThreshold === 1 || exemptionThreshold === 2;
		this.exactRate =
			whole && lamportsPerByte <= MAX_EXACT_RATE ? Number(lamportsPerByte) * exemptionThreshold : 0;
	}

	/** 6960 lamports a byte, threshold 1, burn 50. */
	static default(): Rent {
		return new Rent(DEFAULT_LAMPORTS_PER_BYTE, 1, 50);
	}

	/** Charges nothing. */
	static free(): Rent {
		return new Rent(0n, 1, 50);
	}

	/** The default with another rate. */
	static withLamportsPerByte(lamportsPerByte: Lamports): Rent {
		return new Rent(lamportsPerByte, 1, 50);
	}

	/**
	 * The least balance of an account with `dataLength` bytes, or null beyond 10 MiB or at a rate that could overflow.
	 */
	tryMinimumBalance(dataLength: number): Lamports | null {
		if (!(dataLength >= 0 && dataLength <= MAX_PERMITTED_DATA_LENGTH)) return null;
		if (this.exactRate !== 0) return BigInt((ACCOUNT_STORAGE_OVERHEAD + dataLength) * this.exactRate);
		const bytes = BigInt(ACCOUNT_STORAGE_OVERHEAD + dataLength);
		const product = bytes * this.lamportsPerByte;
		if (this.exemptionThreshold === 1) {
			return this.lamportsPerByte > MAX_LAMPORTS_PER_BYTE_1 ? null : product;
		}
		if (this.exemptionThreshold === 2) {
			return this.lamportsPerByte > MAX_LAMPORTS_PER_BYTE_2 ? null : 2n * product;
		}
		return floatToU64(Number(BigInt.asUintN(64, product)) * this.exemptionThreshold);
	}

	/** As {@link tryMinimumBalance}; RangeError where that is null (upstream panics). */
	minimumBalance(dataLength: number): Lamports {
		const balance = this.tryMinimumBalance(dataLength);
		if (balance === null) {
			throw new RangeError(
				`no minimum balance for ${dataLength} bytes at ${this.lamportsPerByte} lamports a byte`,
			);
		}
		return balance;
	}

	/** Whether `balance` suffices for `dataLength` bytes. RangeError as {@link minimumBalance}. */
	isExempt(balance: Lamports, dataLength: number): boolean {
		return balance >= this.minimumBalance(dataLength);
	}
}

/** Rust's `f64 as u64`: truncates, saturates, NaN gives 0. */
function floatToU64(value: number): bigint {
	if (!(value > 0)) return 0n;
	if (value >= 2 ** 64) return U64_MAX;
	return BigInt(Math.trunc(value));
}

/** The bincode bytes of a rent. */
export function encodeRent(rent: Rent): Uint8Array {
	return new ByteWriter(RENT_SIZE)
		.u64(rent.lamportsPerByte)
		.f64(rent.exemptionThreshold)
		.u8(rent.burnPercent)
		.finish();
}

/** Reads a rent; bytes after it are ignored. */
export function decodeRent(data: Uint8Array): Result<Rent, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		return new Rent(reader.u64(), reader.f64(), reader.u8());
	});
}
