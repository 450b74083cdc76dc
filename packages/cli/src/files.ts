/**
 * Files that the user names: read and written, with words for what is wrong with them.
 */
import { closeSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { KeyedAccount } from '@parhelion/runtime';
import { parseAccountJson } from 'parhelion/node';
import { CliError } from './cli-error.ts';

/** How large a file may be, and why: "more than an account can hold". */
export interface SizeLimit {
	readonly bytes: number;
	readonly words: string;
}

/** The largest account: 10 MiB in base64, and the words around it. */
const ACCOUNT_FILE: SizeLimit = { bytes: 16 * 1024 * 1024, words: 'an account file can have' };

/** Why a file cannot be read or written, in words. */
export function fileReason(thrown: unknown): string {
	const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
	switch (code) {
		case 'ENOENT':
			return 'there is no such file';
		case 'EACCES':
		case 'EPERM':
			return 'it may not be read';
		case 'EISDIR':
			return 'it is a folder';
		case 'ENOTDIR':
			return 'it is no folder';
		case 'EROFS':
			return 'its device is read-only';
		case 'ENOSPC':
			return 'no room is left on its device';
		default:
			return thrown instanceof Error ? thrown.message : String(thrown);
	}
}

/** The bytes of a file; messages call it `name`. A `CliError` where they cannot be had, or are too many. */
export function readInputFile(path: string, limit: SizeLimit, name: string = path): Uint8Array {
	try {
		// What a pipe or a device holds has no size before it is read.
		const { size } = statSync(path);
		const bytes = size > limit.bytes ? null : readUpTo(path, limit.bytes);
		if (bytes !== null) return bytes;
		const [has, most] = [size, limit.bytes].map((count) => count.toLocaleString('en-US'));
		const told = size > limit.bytes ? `${has} bytes are` : 'it has';
		throw new CliError(`${name}: ${told} more than ${limit.words}, which is ${most}`);
	} catch (thrown) {
		if (thrown instanceof CliError) throw thrown;
		throw new CliError(`${name}: ${fileReason(thrown)}`);
	}
}

/** What a file holds; `null` where that is more than `limit` bytes. */
function readUpTo(path: string, limit: number): Uint8Array | null {
	const file = openSync(path, 'r');
	try {
		const parts: Uint8Array[] = [];
		let length = 0;
		for (;;) {
			const part = new Uint8Array(64 * 1024);
			const count = readSync(file, part);
			if (count === 0) break;
			parts.push(part.subarray(0, count));
			length += count;
			if (length > limit) return null;
		}
		// A plain array: the `slice` of a `Buffer` shares its memory with who copies by it.
		return new Uint8Array(Buffer.concat(parts));
	} finally {
		closeSync(file);
	}
}

/** The same as text. */
export function readInputText(path: string, limit: SizeLimit, name: string = path): string {
	return new TextDecoder().decode(readInputFile(path, limit, name));
}

/** An account in a file. A `CliError` where there is none. */
export function readAccountFile(path: string, name: string = path): KeyedAccount {
	const text = readInputText(path, ACCOUNT_FILE, name);
	try {
		return parseAccountJson(text);
	} catch (thrown) {
		throw new CliError(
			`${name}: that is no account as "solana account --output json" writes it: ${fileReason(thrown)}`,
		);
	}
}

/** Writes a file, and the folders it is in. A `CliError` where that cannot be done. */
export function writeOutputFile(path: string, content: Uint8Array | string): void {
	try {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, content);
	} catch (thrown) {
		throw new CliError(`${path}: ${fileReason(thrown)}`);
	}
}
