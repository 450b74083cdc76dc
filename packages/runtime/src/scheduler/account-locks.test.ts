import {
	compileLegacyMessage,
	Hash,
	NO_LOADED_ADDRESSES,
	Pubkey,
	SanitizedMessage,
	TransactionError,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountLocks } from './account-locks.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));

function message(payer: Pubkey, account: Pubkey, isWritable: boolean): SanitizedMessage {
	const accounts = [{ pubkey: account, isSigner: false, isWritable }];
	const instruction = { programId: key(99), accounts, data: new Uint8Array() };
	return new SanitizedMessage(
		compileLegacyMessage(payer, [instruction], Hash.default),
		NO_LOADED_ADDRESSES,
		new Set(),
	);
}

describe('account locks', () => {
	it('lets many read or one write', () => {
		const locks = new AccountLocks();
		const [first, second] = [message(key(1), key(5), false), message(key(2), key(5), false)];
		const writer = message(key(3), key(5), true);
		expect([locks.tryLock(first), locks.tryLock(second)]).toEqual([null, null]);
		expect(locks.tryLock(writer)).toBe(TransactionError.AccountInUse);
		expect(locks.isLockedForWriting(key(3).key)).toBe(false);
		locks.unlock(first);
		expect(locks.tryLock(writer)).toBe(TransactionError.AccountInUse);
		locks.unlock(second);
		expect(locks.tryLock(writer)).toBeNull();
		expect(locks.isLockedForWriting(key(5).key)).toBe(true);
		expect(locks.tryLock(first)).toBe(TransactionError.AccountInUse);
	});

	it('refuses to unlock what is not locked', () => {
		expect(() => new AccountLocks().unlock(message(key(1), key(5), true))).toThrow(RangeError);
	});
});
