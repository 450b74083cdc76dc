/**
 * Programs as files: reading and writing them for the commands that make, show and deploy them.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MAX_ACCOUNT_DATA_LEN, SYSCALLS } from '@parhelion/svm';
import { CliError } from './cli-error.ts';
import { fileReason } from './keypair-file.ts';
import { defaultCacheFolder } from './upstream/account-cache.ts';

/** The syscalls that a program may call. */
export const SYSCALL_NAMES: readonly string[] = SYSCALLS.map(({ name }) => name);

/** Where builds keep their results. */
export function defaultBuildCache(): string {
	return join(dirname(defaultCacheFolder()), 'builds');
}

/** The bytes of a file that is no larger than an account. A `CliError` where they cannot be had. */
export function readProgramFile(path: string): Uint8Array {
	try {
		const { size } = statSync(path);
		if (size > MAX_ACCOUNT_DATA_LEN) {
			throw new CliError(
				`${path}: ${size.toLocaleString('en-US')} bytes are more than an account can hold, which is ${MAX_ACCOUNT_DATA_LEN.toLocaleString('en-US')}`,
			);
		}
		// A plain array: the `slice` of a `Buffer` shares its memory with who copies by it.
		return new Uint8Array(readFileSync(path));
	} catch (thrown) {
		if (thrown instanceof CliError) throw thrown;
		throw new CliError(`${path}: ${fileReason(thrown)}`);
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
