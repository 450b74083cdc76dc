/**
 * Reads the arguments of flags.
 */
import { isIP } from 'node:net';
import { Pubkey } from '@parhelion/sdk';
import { UsageError } from './flag.ts';

/** A whole number from `min` to `max`. */
export function integer(what: string, min: number, max: number): (text: string) => number {
	return (text) => {
		const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
		if (!(value >= min && value <= max)) throw new UsageError(`${what} is from ${min} to ${max}.`);
		return value;
	};
}

/** A whole number from `min` to 2^63 - 1. */
export function bigInteger(what: string, min: bigint): (text: string) => bigint {
	return (text) => {
		const value = /^\d{1,19}$/.test(text) ? BigInt(text) : -1n;
		if (value < min || value >= 1n << 63n) throw new UsageError(`${what} is a whole number from ${min} on.`);
		return value;
	};
}

export const port: (text: string) => number = integer('A port', 0, 65_535);

/** `MIN-MAX`, or one port. */
export function portRange(text: string): readonly [number, number] {
	const [first, last = first, ...more] = text.split('-').map(port);
	if (first === undefined || last === undefined || more.length > 0 || last < first) {
		throw new UsageError('Ports are written MIN-MAX, as in 8000-8030.');
	}
	return [first, last];
}

/** A base58 address. */
export function address(text: string): Pubkey {
	const pubkey = Pubkey.tryFromBase58(text);
	if (pubkey === null) throw new UsageError('An address is 32 bytes in base58.');
	return pubkey;
}

/** `on` or `off`. */
export function onOff(text: string): boolean {
	if (text !== 'on' && text !== 'off') throw new UsageError('That is on or off.');
	return text === 'on';
}

/** Anything but nothing. */
export function nonEmpty(what: string): (text: string) => string {
	return (text) => {
		if (text === '') throw new UsageError(`${what} is missing.`);
		return text;
	};
}

/** An address of this machine to listen on. */
export function bindAddress(text: string): string {
	if (isIP(text) === 0 && !/^[A-Za-z0-9.-]{1,253}$/.test(text)) {
		throw new UsageError('An address to listen on is an IP address or a host name.');
	}
	return text;
}

/** Lamports of so many SOL, which may have a fraction of nine digits. */
export function sol(text: string): bigint {
	const parts = /^(\d{1,10})(?:\.(\d{1,9}))?$/.exec(text);
	if (parts === null) throw new UsageError('An amount of SOL is a number with at most nine decimals.');
	const lamports = BigInt(parts[1] ?? '0') * 1_000_000_000n + BigInt((parts[2] ?? '').padEnd(9, '0'));
	if (lamports >= 1n << 63n) throw new UsageError('That is more SOL than fits an account.');
	return lamports;
}

/** The public clusters by the names that the Solana tools know them by. */
export const CLUSTER_URLS: Readonly<Record<string, string>> = {
	'mainnet-beta': 'https://api.mainnet-beta.solana.com',
	testnet: 'https://api.testnet.solana.com',
	devnet: 'https://api.devnet.solana.com',
	localhost: 'http://localhost:8899',
};

/** The URL of a cluster's JSON-RPC: a name of {@link CLUSTER_URLS}, its first letter, or a URL. */
export function clusterUrl(text: string): string {
	const moniker = text === 'mainnet' ? 'mainnet-beta' : text;
	for (const [name, url] of Object.entries(CLUSTER_URLS)) {
		if (moniker === name || moniker === name[0]) return url;
	}
	const parsed = URL.canParse(text) ? new URL(text) : null;
	if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
		throw new UsageError(`A cluster is an http(s) URL or one of ${Object.keys(CLUSTER_URLS).join(', ')}.`);
	}
	return text;
}
