/**
 * Writes token amounts for people. Sources: solana-account-decoder 4.3.0 `parse_token.rs`
 * (`token_amount_to_ui_amount_v3`), spl-token-2022-interface 3.1 `interest_bearing_mint` and `scaled_ui_amount`.
 */
import { Float64, type Json } from '../json/write.ts';
import { findExtension, type MintState } from './token-state.ts';

const INTEREST_BEARING_CONFIG = 10;
const SCALED_UI_AMOUNT = 25;
const SECONDS_PER_YEAR = 60 * 60 * 24 * 365.24;
const ONE_IN_BASIS_POINTS = 10_000;
/** The largest power of ten below 2^64. */
const MAX_DECIMALS_OF_USIZE = 19;

/** What the amounts of a mint are shown with. */
export interface MintDisplay {
	readonly decimals: number;
	/** Turns an amount into text, where the mint has an extension that does so. */
	readonly toUiAmount: ((amount: bigint) => string) | null;
}

/** How to show amounts of `mint` at the time `unixTimestamp` (seconds). */
export function mintDisplay(mint: MintState, unixTimestamp: bigint): MintDisplay {
	const { decimals } = mint;
	const interest = findExtension(mint.extensions, INTEREST_BEARING_CONFIG);
	if (interest !== null && interest.length === 52) {
		return { decimals, toUiAmount: (amount) => withInterest(amount, decimals, interest, unixTimestamp) };
	}
	const scaled = findExtension(mint.extensions, SCALED_UI_AMOUNT);
	if (scaled !== null && scaled.length === 56) {
		return { decimals, toUiAmount: (amount) => withMultiplier(amount, decimals, scaled, unixTimestamp) };
	}
	return { decimals, toUiAmount: null };
}

function dataView(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function withInterest(amount: bigint, decimals: number, config: Uint8Array, now: bigint): string {
	const view = dataView(config);
	const initialized = view.getBigInt64(32, true);
	const averageRate = view.getInt16(40, true);
	const updated = view.getBigInt64(42, true);
	const currentRate = view.getInt16(50, true);
	const grow = (rate: number, seconds: bigint): number =>
		Math.exp(Number(BigInt(rate) * seconds) / SECONDS_PER_YEAR / ONE_IN_BASIS_POINTS);
	const scale =
		(grow(averageRate, updated - initialized) * grow(currentRate, now - updated)) / 10 ** decimals;
	return trimmed(Number(amount) * scale, decimals);
}

function withMultiplier(amount: bigint, decimals: number, config: Uint8Array, now: bigint): string {
	const view = dataView(config);
	const multiplier =
		now >= view.getBigInt64(40, true) ? view.getFloat64(48, true) : view.getFloat64(32, true);
	return trimmed(Math.trunc(Number(amount) * multiplier) / 10 ** decimals, decimals);
}

/** `value` with `decimals` places, without the zeroes at the end. */
function trimmed(value: number, decimals: number): string {
	if (Number.isNaN(value)) return 'NaN';
	if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
	// toFixed stops at 1e21 and at 100 places; above 1e21 an f64 is an integer anyway.
	const text =
		Math.abs(value) < 1e21
			? value.toFixed(Math.min(decimals, 100))
			: `${BigInt(value)}${decimals > 0 ? '.0' : ''}`;
	return decimals > 0 ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

/** `amount` shifted by `decimals` places, without the zeroes at the end. */
export function formatTokenAmount(amount: bigint, decimals: number): string {
	if (decimals === 0) return String(amount);
	const digits = String(amount).padStart(decimals + 1, '0');
	const whole = digits.slice(0, -decimals);
	const fraction = digits.slice(-decimals).replace(/0+$/, '');
	return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** `UiTokenAmount`: the amount as integer, as decimal text and (deprecated) as float. */
export function encodeTokenAmount(amount: bigint, display: MintDisplay): { readonly [key: string]: Json } {
	const { decimals, toUiAmount } = display;
	let uiAmount: Json = null;
	let uiAmountString: string;
	if (toUiAmount !== null) {
		uiAmountString = toUiAmount(amount);
		uiAmount = new Float64(Number(uiAmountString));
	} else {
		uiAmountString = formatTokenAmount(amount, decimals);
		if (decimals <= MAX_DECIMALS_OF_USIZE) uiAmount = new Float64(Number(amount) / 10 ** decimals);
	}
	return { uiAmount, decimals, amount: String(amount), uiAmountString };
}
