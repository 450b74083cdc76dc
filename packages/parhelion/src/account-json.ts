/**
 * Accounts as the Solana CLI writes them (`solana account ADDRESS --output json`), as `solana-test-validator`
 * and Anchor read them.
 *
 * Source: solana-account-decoder-client-types `UiAccount`, solana-cli-output `CliAccount`.
 */
import { type AccountSharedData, base58Decode, createAccount, type Pubkey, U64_MAX } from '@parhelion/sdk';
import { expectBoolean, toPubkey, wrongType } from './expect-type.ts';
import { toU64 } from './to-integer.ts';

/** Integers of so many digits may be beyond 2^53: `rentEpoch` is 2^64 - 1 as a rule. */
const LONG_INTEGER = /([:[,]\s*)(\d{16,})(?=\s*[,}\]])/g;

function field(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
		? Reflect.get(value, name)
		: undefined;
}

function integer(value: unknown, name: string): bigint {
	if (typeof value === 'bigint') return toU64(value);
	if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return toU64(BigInt(value));
	if (typeof value !== 'number' || value < 0) throw wrongType(name, 'an integer of 0 or more', value);
	// What JavaScript's own parser made of 2^64 - 1 is 2^64.
	if (value >= 2 ** 64) return U64_MAX;
	if (!Number.isInteger(value)) throw new RangeError(`${name}: ${value} is no integer`);
	return BigInt(value);
}

function decodeBase64(text: string): Uint8Array {
	try {
		return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
	} catch {
		throw new RangeError('account.data: the text is no base64');
	}
}

function accountData(data: unknown): Uint8Array {
	const [text, encoding] = Array.isArray(data) ? data : [data, 'base58'];
	if (typeof text !== 'string') throw wrongType('account.data', '[text, "base64"]', data);
	switch (encoding) {
		case 'base64':
			return decodeBase64(text);
		case 'base58': {
			const bytes = text === '' ? new Uint8Array(0) : base58Decode(text);
			if (bytes === null) throw new RangeError('account.data: the text is no base58');
			return bytes;
		}
		default:
			throw new RangeError(
				`account.data: the encoding ${String(encoding).slice(0, 20)} is not read; dump the account with --output json`,
			);
	}
}

/**
 * The account in a JSON text or value of the CLI.
 *
 * TypeError for a field of another type, SyntaxError for text that is no JSON, RangeError for a value that does
 * not decode.
 */
export function parseAccountJson(json: unknown): readonly [Pubkey, AccountSharedData] {
	const value: unknown = typeof json === 'string' ? JSON.parse(json.replace(LONG_INTEGER, '$1"$2"')) : json;
	const account = field(value, 'account');
	if (typeof account !== 'object' || account === null) {
		throw wrongType('json', 'what "solana account ADDRESS --output json" prints', value);
	}
	const rentEpoch = field(account, 'rentEpoch');
	return [
		toPubkey(field(value, 'pubkey'), 'pubkey'),
		createAccount({
			lamports: integer(field(account, 'lamports'), 'account.lamports'),
			data: accountData(field(account, 'data')),
			owner: toPubkey(field(account, 'owner'), 'account.owner'),
			executable: expectBoolean(field(account, 'executable'), 'account.executable'),
			rentEpoch: rentEpoch === undefined ? U64_MAX : integer(rentEpoch, 'account.rentEpoch'),
		}),
	];
}

/** The account as the CLI would print it. */
export function accountToJson(address: Pubkey, account: AccountSharedData): string {
	let binary = '';
	for (const byte of account.data) binary += String.fromCharCode(byte);
	const text = JSON.stringify(
		{
			pubkey: address.toBase58(),
			account: {
				lamports: '@lamports',
				data: [btoa(binary), 'base64'],
				owner: account.owner.toBase58(),
				executable: account.executable,
				rentEpoch: '@rentEpoch',
				space: account.data.length,
			},
		},
		null,
		2,
	);
	// Integers of 64 bits, which JSON.stringify has no form for.
	return text
		.replace('"@lamports"', String(account.lamports))
		.replace('"@rentEpoch"', String(account.rentEpoch));
}
