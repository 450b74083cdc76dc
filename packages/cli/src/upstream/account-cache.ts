/**
 * Keeps accounts of other clusters on the disk: a folder a genesis hash, a file an address. Nothing that a server says
 * becomes part of a path: both names are written anew from their 32 bytes.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type AccountSharedData, type Hash, type Pubkey, programIds } from '@parhelion/sdk';
import { accountToJson, parseAccountJson } from 'parhelion/node';
import { member, toBigInt } from './json.ts';

/** An account as it was at a slot. */
export interface CachedAccount {
	readonly account: AccountSharedData;
	readonly slot: bigint;
}

/** Where programs of this user keep what they can fetch again. */
export function defaultCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
	if (process.platform === 'win32') {
		return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'parhelion', 'accounts');
	}
	return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'parhelion', 'accounts');
}

/** Milliseconds that code is used at least: it is large and seldom changes. */
const MIN_CODE_AGE = 3_600_000;

function isCode({ owner }: AccountSharedData): boolean {
	const { bpfLoader, bpfLoaderDeprecated, bpfLoaderUpgradeable } = programIds;
	return [bpfLoader, bpfLoaderDeprecated, bpfLoaderUpgradeable].some((loader) => owner.equals(loader));
}

/** The cache of one cluster. */
export class AccountCache {
	private readonly folder: string;
	/** Milliseconds. */
	private readonly maxAge: number;

	/** `maxAge`: milliseconds that an account may be old; programs may be an hour old in any case. */
	constructor(root: string, genesisHash: Hash, maxAge: number) {
		this.folder = join(root, genesisHash.toBase58());
		this.maxAge = maxAge;
	}

	/** The account, if it is here and young enough; a file that cannot be read is as none. */
	async get(pubkey: Pubkey, now: number = Date.now()): Promise<CachedAccount | null> {
		try {
			const text = await readFile(this.pathOf(pubkey), 'utf8');
			const [address, account] = parseAccountJson(text);
			const kept: unknown = JSON.parse(text);
			const slot = toBigInt(member(kept, 'slot'));
			const fetchedAt = Number(member(kept, 'fetchedAt'));
			// Where file names know no case, another address may stand here.
			if (!address.equals(pubkey) || slot === null) return null;
			const maxAge = isCode(account) ? Math.max(this.maxAge, MIN_CODE_AGE) : this.maxAge;
			return now - fetchedAt < maxAge ? { account, slot } : null;
		} catch {
			return null;
		}
	}

	/** Keeps the account. A disk that is full or read-only is no reason to fail: nothing is kept then. */
	async set(
		pubkey: Pubkey,
		account: AccountSharedData,
		slot: bigint,
		now: number = Date.now(),
	): Promise<void> {
		const path = this.pathOf(pubkey);
		const unfinished = `${path}.${randomUUID()}`;
		try {
			await mkdir(this.folder, { recursive: true });
			const head = `{\n  "slot": ${slot},\n  "fetchedAt": ${now},`;
			await writeFile(unfinished, accountToJson(pubkey, account).replace('{', head));
			await rename(unfinished, path);
		} catch {
			await rm(unfinished, { force: true }).catch(() => {});
		}
	}

	private pathOf(pubkey: Pubkey): string {
		return join(this.folder, `${pubkey.toBase58()}.json`);
	}
}
