import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CliError } from './cli-error.ts';
import { readConfigFile } from './config/config-file.ts';
import { readAccountFile, readInputFile, readInputText, writeOutputFile } from './files.ts';
import { readKeypairFile } from './keypair-file.ts';
import { readProgramFile } from './program-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'parhelion-files-'));
const LIMIT = { bytes: 1000, words: 'this can have' };
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of `bytes` zeros. */
function sparse(name: string, bytes: number): string {
	const path = join(folder, name);
	writeFileSync(path, '');
	truncateSync(path, bytes);
	return path;
}

describe('a file that the user names', () => {
	it('is read up to its limit, and no further', () => {
		expect(readInputFile(sparse('full', 1000), LIMIT)).toEqual(new Uint8Array(1000));
		const path = sparse('over', 1001);
		expect(() => readInputFile(path, LIMIT)).toThrow(
			new CliError(`${path}: 1,001 bytes are more than this can have, which is 1,000`),
		);
		expect(() => readInputText(path, LIMIT, '--flag it')).toThrow('--flag it: 1,001 bytes');
	});

	it.skipIf(process.platform === 'win32')('is read up to its limit where it has no size, too', () => {
		expect(() => readInputFile('/dev/zero', LIMIT)).toThrow('it has more than this can have, which is 1,000');
		expect(readInputFile('/dev/null', LIMIT)).toEqual(new Uint8Array(0));
	});

	it.each([
		['a program', readProgramFile],
		['an account', readAccountFile],
		['a key pair', readKeypairFile],
		['a configuration', (path: string) => readConfigFile(path, {})],
	])('has a limit as %s', (_what, read) => {
		expect(() => read(sparse('huge', 2 ** 27))).toThrow(/huge: 134,217,728 bytes are more than a/);
		expect(() => read(join(folder, 'nowhere'))).toThrow(/nowhere: there is no such file/);
		expect(() => read(folder)).toThrow(/: it is a folder/);
	});

	it('is made with its folders, or it is said why not', () => {
		const path = join(folder, 'a', 'b', 'c.txt');
		writeOutputFile(path, 'text');
		expect(readInputText(path, LIMIT)).toBe('text');
		expect(() => writeOutputFile(join(path, 'd'), '')).toThrow(CliError);
	});

	it('is an account, or what is wrong with it comes with its name', () => {
		const path = join(folder, 'account.json');
		writeFileSync(path, '{"pubkey":7}');
		expect(() => readAccountFile(path, `--account ${path}`)).toThrow(
			/^--account .*account\.json: that is no account/,
		);
	});
});
