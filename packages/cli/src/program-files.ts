/**
 * Programs as files, for the commands that make, show and deploy them.
 */
import { dirname, join } from 'node:path';
import { MAX_ACCOUNT_DATA_LEN, SYSCALLS } from '@parhelion/svm';
import { readInputFile } from './files.ts';
import { defaultCacheFolder } from './upstream/account-cache.ts';

/** The syscalls that a program may call. */
export const SYSCALL_NAMES: readonly string[] = SYSCALLS.map(({ name }) => name);

/** Where builds keep their results. */
export function defaultBuildCache(): string {
	return join(dirname(defaultCacheFolder()), 'builds');
}

/** The bytes of a program's file, which messages call `name`. A `CliError` where they cannot be had. */
export function readProgramFile(path: string, name: string = path): Uint8Array {
	return readInputFile(path, { bytes: MAX_ACCOUNT_DATA_LEN, words: 'an account can hold' }, name);
}
