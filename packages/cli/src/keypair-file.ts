/**
 * Key pair files as the Solana tools write them: a JSON array of 64 bytes, the secret first. What is in them is never
 * printed.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Keypair, keypairFromSeed } from '@parhelion/runtime';
import { Pubkey } from '@parhelion/sdk';
import { CliError } from './cli-error.ts';
import { fileReason, readInputText, type SizeLimit } from './files.ts';

const SEED_SIZE = 32;
const KEYPAIR_SIZE = 64;
/** 64 numbers take no more than 400. */
const KEYPAIR_FILE: SizeLimit = { bytes: 4096, words: 'a key pair file can have' };
/** Owner only. */
const SECRET_FILE_MODE = 0o600;

function parseKeypair(text: string): Keypair | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return null;
	}
	if (!Array.isArray(value) || value.length !== KEYPAIR_SIZE) return null;
	if (!value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)) return null;
	const bytes = Uint8Array.from(value as number[]);
	const keypair = keypairFromSeed(bytes.subarray(0, SEED_SIZE));
	return keypair.pubkey.equals(Pubkey.fromBytes(bytes, SEED_SIZE)) ? keypair : null;
}

/** The key pair in a file. A `CliError` where there is none. */
export function readKeypairFile(path: string): Keypair {
	const keypair = parseKeypair(readInputText(path, KEYPAIR_FILE));
	if (keypair === null) throw new CliError(`${path}: that is no key pair file, a JSON array of 64 bytes`);
	return keypair;
}

/** An address: base58, or that of a key pair file. A `CliError` where it is neither. */
export function addressOrKeypairFile(text: string, flag: string): Pubkey {
	const pubkey = Pubkey.tryFromBase58(text);
	if (pubkey !== null) return pubkey;
	try {
		return readKeypairFile(text).pubkey;
	} catch (thrown) {
		throw new CliError(`${flag}: ${text} is no address, and no key pair file either (${fileReason(thrown)})`);
	}
}

/** The key pair in `folder`/`name`, made and written there if there is none yet. */
export function keypairIn(folder: string, name: string): Keypair {
	const path = join(folder, name);
	const made = keypairFromSeed(randomBytes(SEED_SIZE));
	const text = JSON.stringify([...made.seed, ...made.pubkey.bytes]);
	try {
		mkdirSync(folder, { recursive: true });
		writeFileSync(path, text, { flag: 'wx', mode: SECRET_FILE_MODE });
		return made;
	} catch (thrown) {
		const exists = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
		if (!exists) throw new CliError(`${path}: ${fileReason(thrown)}`);
		return readKeypairFile(path);
	}
}

/** The address of the key pair that the Solana tools use by themselves; null where there is none. */
export function defaultClientAddress(home: string = homedir()): Pubkey | null {
	try {
		return readKeypairFile(join(home, '.config', 'solana', 'id.json')).pubkey;
	} catch {
		return null;
	}
}
