import { Pubkey, programIds } from '@parhelion/sdk';
import { expect, it } from 'vitest';
import {
	ACCOUNT_TYPE_ACCOUNT,
	ACCOUNT_TYPE_MINT,
	isTokenAccountData,
	isTokenProgram,
	MULTISIG_SIZE,
	TOKEN_ACCOUNT_SIZE,
} from './generic-token.ts';

/** Bytes of an account in `state`; of `accountType` where it is long enough for extensions. */
function bytes(length: number, state: number, accountType = ACCOUNT_TYPE_ACCOUNT): Uint8Array {
	const data = new Uint8Array(length);
	data[108] = state;
	if (length > TOKEN_ACCOUNT_SIZE) data[TOKEN_ACCOUNT_SIZE] = accountType;
	return data;
}

it('knows token accounts by length, type and state', () => {
	for (const length of [TOKEN_ACCOUNT_SIZE, TOKEN_ACCOUNT_SIZE + 1, 170, MULTISIG_SIZE - 1, 10_000]) {
		expect(isTokenAccountData(bytes(length, 1))).toBe(true);
		expect(isTokenAccountData(bytes(length, 2))).toBe(true);
		expect(isTokenAccountData(bytes(length, 0))).toBe(false);
	}
});

it('takes neither mints nor multisignature owners nor anything shorter for token accounts', () => {
	expect(isTokenAccountData(bytes(170, 1, ACCOUNT_TYPE_MINT))).toBe(false);
	for (const length of [0, 82, 109, TOKEN_ACCOUNT_SIZE - 1, MULTISIG_SIZE]) {
		expect(isTokenAccountData(bytes(length, 1))).toBe(false);
	}
});

it('knows both token programs and no other', () => {
	expect([programIds.splToken, programIds.splToken2022].every(isTokenProgram)).toBe(true);
	expect([programIds.associatedToken, Pubkey.default].some(isTokenProgram)).toBe(false);
});
