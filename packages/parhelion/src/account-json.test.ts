import { describe, expect, it } from 'vitest';
import { LiteSVM } from './node.ts';

const ADDRESS = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const CLI = `{
  "pubkey": "${ADDRESS}",
  "account": {
    "lamports": 419811862193,
    "data": [
      "AQIDBA==",
      "base64"
    ],
    "owner": "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    "executable": false,
    "rentEpoch": 18446744073709551615,
    "space": 4
  }
}`;

describe('The account JSON of the Solana CLI', () => {
	it('is loaded, and written again', () => {
		const svm = new LiteSVM();
		expect(svm.loadAccountJson(CLI)).toBe(ADDRESS);
		const account = svm.getAccount(ADDRESS);
		expect(account).toMatchObject({ exists: true, lamports: 419_811_862_193n, executable: false });
		expect(account.exists && [...account.data]).toEqual([1, 2, 3, 4]);
		const dumped = svm.dumpAccountJson(ADDRESS);
		expect(JSON.parse(dumped)).toEqual(JSON.parse(CLI));
		expect(dumped).toContain('"rentEpoch": 18446744073709551615');
		const copy = new LiteSVM();
		copy.loadAccountJson(dumped);
		expect(copy.dumpAccountJson(ADDRESS)).toBe(dumped);
	});

	it('is loaded as a parsed value, in base58, and with lamports beyond 2^53', () => {
		const svm = new LiteSVM();
		svm.loadAccountJson(JSON.parse(CLI));
		expect(svm.getBalance(ADDRESS)).toBe(419_811_862_193n);
		svm.loadAccountJson(CLI.replace('419811862193', '9007199254740993').replace(/\[[^\]]*\]/, '"Ldp"'));
		expect(svm.getBalance(ADDRESS)).toBe(9_007_199_254_740_993n);
		const account = svm.getAccount(ADDRESS);
		expect(account.exists && [...account.data]).toEqual([1, 2, 3]);
	});

	it('says what is wrong with another', () => {
		const svm = new LiteSVM();
		const load = (from: string | RegExp, to: string) => () => svm.loadAccountJson(CLI.replace(from, to));
		expect(() => svm.loadAccountJson('{')).toThrow(SyntaxError);
		expect(() => svm.loadAccountJson('[1]')).toThrow(/what "solana account ADDRESS --output json" prints/);
		expect(load('base64', 'base64+zstd')).toThrow(/encoding base64\+zstd is not read/);
		expect(load('AQIDBA==', '!')).toThrow(/no base64/);
		expect(load('419811862193', '-1')).toThrow('account.lamports: expected an integer of 0 or more');
		expect(load('419811862193', '1.5')).toThrow(RangeError);
		expect(load('false', '"no"')).toThrow('account.executable: expected a boolean, got a string');
		expect(load(ADDRESS, 'abc')).toThrow('pubkey: expected a base58 address of 32 bytes, got "abc"');
		expect(load('"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"', '5')).toThrow(/account.owner/);
		expect(() => svm.dumpAccountJson(ADDRESS)).toThrow(/there is no account/);
	});
});
