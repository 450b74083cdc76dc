import { describe, expect, it } from 'vitest';
import { FeatureSet, reservedAccountKeys } from './features.ts';
import { Hash } from './hash.ts';
import { programIds, sysvarIds } from './ids.ts';
import type { CompiledInstruction, VersionedMessage } from './message.ts';
import { Pubkey } from './pubkey.ts';
import { NO_LOADED_ADDRESSES, SanitizedMessage, validateAccountLocks } from './sanitized-message.ts';
import { TransactionError } from './transaction-error.ts';

const reserved = reservedAccountKeys(FeatureSet.mainnet());
const key = (n: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(n));
const ix = (programIdIndex: number, accounts: number[] = [], data: number[] = []): CompiledInstruction => ({
	programIdIndex,
	accounts: Uint8Array.from(accounts),
	data: Uint8Array.from(data),
});

function make(
	accountKeys: Pubkey[],
	header: [number, number, number],
	instructions: CompiledInstruction[],
	loaded = NO_LOADED_ADDRESSES,
): SanitizedMessage {
	const message: VersionedMessage = {
		version: 0,
		header: {
			numRequiredSignatures: header[0],
			numReadonlySignedAccounts: header[1],
			numReadonlyUnsignedAccounts: header[2],
		},
		accountKeys,
		recentBlockhash: Hash.default,
		instructions,
		addressTableLookups: [],
	};
	return new SanitizedMessage(message, loaded, reserved);
}

const flags = (message: SanitizedMessage, ask: (index: number) => boolean): boolean[] =>
	message.accountKeys.map((_, i) => ask.call(message, i));

describe('SanitizedMessage', () => {
	it('reads signer and writable off the header and the loaded addresses', () => {
		const message = make([1, 2, 3, 4, 5].map(key), [3, 1, 1], [ix(4, [0, 3, 6])], {
			writable: [key(10), key(11)],
			readonly: [key(12)],
		});
		expect(flags(message, message.isSigner)).toEqual([true, true, true, false, false, false, false, false]);
		expect(flags(message, message.isWritable)).toEqual([true, true, false, true, false, true, true, false]);
		expect(flags(message, message.isRequestedWritable)).toEqual(flags(message, message.isWritable));
		expect(flags(message, message.isInvoked)).toEqual([
			false,
			false,
			false,
			false,
			true,
			false,
			false,
			false,
		]);
		expect(flags(message, message.isInstructionAccount)).toEqual([
			true,
			false,
			false,
			true,
			false,
			false,
			true,
			false,
		]);
		expect(message.numReadonlyAccounts).toBe(3);
		expect(message.numWriteLocks).toBe(5);
		expect(message.feePayer).toBe(message.accountKeys[0]);
	});
	it('demotes reserved keys, static and loaded', () => {
		const message = make([key(1), sysvarIds.clock, programIds.vote, programIds.incinerator], [1, 0, 0], [], {
			writable: [sysvarIds.rent, key(9)],
			readonly: [],
		});
		expect(flags(message, message.isWritable)).toEqual([true, false, false, true, false, true]);
		expect(flags(message, message.isRequestedWritable)).toEqual([true, true, true, true, true, true]);
	});
	it('demotes an invoked program, but not where the upgradeable loader is present', () => {
		expect(make([key(1), key(2)], [1, 0, 0], [ix(1)]).isWritable(1)).toBe(false);
		const withLoader = make([key(1), key(2), programIds.bpfLoaderUpgradeable], [1, 0, 1], [ix(1)]);
		expect(withLoader.isWritable(1)).toBe(true);
		const loadedLoader = make([key(1), key(2)], [1, 0, 0], [ix(1)], {
			writable: [],
			readonly: [programIds.bpfLoaderUpgradeable],
		});
		expect(loadedLoader.isWritable(1)).toBe(true);
	});
	it('says false for an index that is no account', () => {
		const message = make([key(1), key(2)], [1, 0, 0], [ix(1)]);
		for (const ask of [message.isSigner, message.isWritable, message.isInvoked]) {
			expect(ask.call(message, 2)).toBe(false);
			expect(ask.call(message, -1)).toBe(false);
		}
	});
	it('lists the signers an instruction is given', () => {
		const message = make([1, 2, 3, 4].map(key), [2, 0, 1], [ix(3, [1, 2, 0, 1])]);
		expect(message.getIxSigners(0)).toEqual([key(2), key(1), key(2)]);
		expect(message.getIxSigners(1)).toEqual([]);
	});
	it('counts signatures by kind', () => {
		const message = make(
			[key(1), programIds.secp256k1Program, programIds.ed25519Program, programIds.secp256r1Program],
			[1, 0, 3],
			[ix(1, [], [2]), ix(1, [], [3, 9]), ix(2, [], [4]), ix(3, [], [5]), ix(2)],
		);
		expect(message.getSignatureDetails()).toEqual({
			numTransactionSignatures: 1,
			numSecp256k1InstructionSignatures: 5,
			numEd25519InstructionSignatures: 4,
			numSecp256r1InstructionSignatures: 5,
		});
	});
});

describe('getDurableNonce', () => {
	const system = programIds.systemProgram;
	const advance = [4, 0, 0, 0];
	it('names the first account of a leading AdvanceNonceAccount', () => {
		const message = make([key(1), key(2), system], [1, 0, 1], [ix(2, [1, 0], [...advance, 7]), ix(2)]);
		expect(message.getDurableNonce()).toEqual(key(2));
	});
	it.each<[string, SanitizedMessage]>([
		['no instruction', make([key(1), key(2), system], [1, 0, 1], [])],
		['another program', make([key(1), key(2), key(3)], [1, 0, 1], [ix(2, [1], advance)])],
		['another instruction', make([key(1), key(2), system], [1, 0, 1], [ix(2, [1], [5, 0, 0, 0])])],
		['short data', make([key(1), key(2), system], [1, 0, 1], [ix(2, [1], [4, 0, 0])])],
		['no accounts', make([key(1), key(2), system], [1, 0, 1], [ix(2, [], advance)])],
		['a read-only nonce', make([key(1), key(2), system], [1, 0, 2], [ix(2, [1], advance)])],
		['not the first instruction', make([key(1), key(2), system], [1, 0, 1], [ix(2), ix(2, [1], advance)])],
		[
			'a nonce from a lookup table',
			make([key(1), system], [1, 0, 1], [ix(1, [2], advance)], { writable: [key(5)], readonly: [] }),
		],
	])('is null with %s', (_name, message) => {
		expect(message.getDurableNonce()).toBeNull();
	});
});

describe('validateAccountLocks', () => {
	it('refuses an address that occurs twice, also between static and loaded', () => {
		for (const count of [2, 20]) {
			const many = Array.from({ length: count }, (_, i) => key(i + 1));
			expect(validateAccountLocks(make(many, [1, 0, 0], []), 64)).toBeNull();
			const loaded = { writable: [], readonly: [key(1)] };
			expect(validateAccountLocks(make(many, [1, 0, 0], [], loaded), 64)).toEqual(
				TransactionError.AccountLoadedTwice,
			);
			expect(validateAccountLocks(make([...many, key(count)], [1, 0, 0], []), 64)).toEqual(
				TransactionError.AccountLoadedTwice,
			);
		}
	});
	it('refuses more accounts than the limit, after duplicates', () => {
		const many = Array.from({ length: 65 }, (_, i) => key(i + 1));
		expect(validateAccountLocks(make(many, [1, 0, 0], []), 64)).toEqual(TransactionError.TooManyAccountLocks);
		expect(validateAccountLocks(make(many, [1, 0, 0], []), 65)).toBeNull();
		expect(validateAccountLocks(make([...many, key(1)], [1, 0, 0], []), 64)).toEqual(
			TransactionError.AccountLoadedTwice,
		);
	});
});
