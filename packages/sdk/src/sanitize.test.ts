import { describe, expect, it } from 'vitest';
import { Hash } from './hash.ts';
import { programIds } from './ids.ts';
import type {
	CompiledInstruction,
	LegacyMessage,
	V0Message,
	V1Message,
	VersionedMessage,
} from './message.ts';
import { Pubkey } from './pubkey.ts';
import {
	isWithinRuntimeLimits,
	sanitizeMessage,
	sanitizeSignatures,
	sanitizeVersionedTransaction,
	validateV1Message,
} from './sanitize.ts';
import { isSimpleVoteTransaction, sanitizeTransaction } from './sanitized-transaction.ts';
import { TransactionError } from './transaction-error.ts';

const keys = (count: number): Pubkey[] =>
	Array.from({ length: count }, (_, i) => Pubkey.fromBytes(new Uint8Array(32).fill(i + 1)));
const ix = (programIdIndex: number, accounts: number[] = [], data: number[] = []): CompiledInstruction => ({
	programIdIndex,
	accounts: Uint8Array.from(accounts),
	data: Uint8Array.from(data),
});
const header = (required: number, readonlySigned: number, readonlyUnsigned: number) => ({
	numRequiredSignatures: required,
	numReadonlySignedAccounts: readonlySigned,
	numReadonlyUnsignedAccounts: readonlyUnsigned,
});
const legacy = (fields: Partial<LegacyMessage> = {}): LegacyMessage => ({
	version: 'legacy',
	header: header(1, 0, 1),
	accountKeys: keys(3),
	recentBlockhash: Hash.default,
	instructions: [ix(2, [0, 1])],
	...fields,
});
const v0 = (fields: Partial<V0Message> = {}): V0Message => ({
	...legacy(),
	version: 0,
	addressTableLookups: [],
	...fields,
});
const lookup = (writable: number[], readonly: number[]) => ({
	accountKey: Pubkey.default,
	writableIndexes: Uint8Array.from(writable),
	readonlyIndexes: Uint8Array.from(readonly),
});
const noConfig = {
	priorityFee: null,
	computeUnitLimit: null,
	loadedAccountsDataSizeLimit: null,
	heapSize: null,
};
const v1 = (fields: Partial<V1Message> = {}): V1Message => ({
	...legacy(),
	version: 1,
	config: noConfig,
	...fields,
});

describe('sanitizeMessage', () => {
	it.each<[string, VersionedMessage]>([
		['legacy', legacy()],
		['v0', v0()],
		['v1', v1()],
		['legacy without instructions', legacy({ instructions: [] })],
		[
			'v0 whose instruction uses loaded accounts',
			v0({
				addressTableLookups: [lookup([0], [1, 2])],
				instructions: [ix(1, [3, 4, 5])],
			}),
		],
	])('takes %s', (_name, message) => {
		expect(sanitizeMessage(message)).toBeNull();
	});

	it.each<[string, Partial<LegacyMessage>, string, string]>([
		[
			'signers and read-only keys overlap',
			{ header: header(3, 0, 1) },
			'IndexOutOfBounds',
			'IndexOutOfBounds',
		],
		['no signer', { header: header(0, 0, 1) }, 'IndexOutOfBounds', 'InvalidValue'],
		['no writable signer', { header: header(1, 1, 1) }, 'IndexOutOfBounds', 'InvalidValue'],
		['no keys at all', { header: header(0, 0, 0), accountKeys: [] }, 'IndexOutOfBounds', 'InvalidValue'],
		['a program index beyond the keys', { instructions: [ix(3)] }, 'IndexOutOfBounds', 'IndexOutOfBounds'],
		['the payer as program', { instructions: [ix(0)] }, 'IndexOutOfBounds', 'IndexOutOfBounds'],
		['an account beyond the keys', { instructions: [ix(2, [3])] }, 'IndexOutOfBounds', 'IndexOutOfBounds'],
		[
			'a later bad instruction',
			{ instructions: [ix(2), ix(1, [255])] },
			'IndexOutOfBounds',
			'IndexOutOfBounds',
		],
	])('refuses %s', (_name, fields, legacyError, v0Error) => {
		expect(sanitizeMessage(legacy(fields))).toBe(legacyError);
		expect(sanitizeMessage({ ...v0(), ...fields, version: 0 })).toBe(v0Error);
		expect(sanitizeMessage({ ...v1(), ...fields, version: 1 })).not.toBeNull();
	});

	it('refuses bad lookups of v0', () => {
		expect(sanitizeMessage(v0({ addressTableLookups: [lookup([], [])] }))).toBe('InvalidValue');
		const many = Array.from({ length: 127 }, (_, i) => i);
		expect(sanitizeMessage(v0({ addressTableLookups: [lookup(many, many)] }))).toBe('IndexOutOfBounds');
		const fit = Array.from({ length: 126 }, (_, i) => i);
		expect(sanitizeMessage(v0({ addressTableLookups: [lookup(fit, many)] }))).toBeNull();
		// A program may not come from a table.
		expect(sanitizeMessage(v0({ addressTableLookups: [lookup([0], [])], instructions: [ix(3)] }))).toBe(
			'IndexOutOfBounds',
		);
	});
});

describe('validateV1Message', () => {
	const big = (count: number) => Array.from({ length: count }, () => ix(2));
	it.each<[Partial<V1Message>, string, string]>([
		[{ header: header(13, 0, 0), accountKeys: keys(13) }, 'TooManySignatures', 'IndexOutOfBounds'],
		[{ instructions: big(65) }, 'TooManyInstructions', 'IndexOutOfBounds'],
		[{ accountKeys: keys(65) }, 'TooManyAddresses', 'IndexOutOfBounds'],
		[{ header: header(2, 0, 2) }, 'NotEnoughAddressesForSignatures', 'IndexOutOfBounds'],
		[{ header: header(1, 1, 0) }, 'ZeroSigners', 'InvalidValue'],
		[{ accountKeys: [...keys(2), keys(1)[0]!] }, 'DuplicateAddresses', 'InvalidValue'],
		[{ config: { ...noConfig, heapSize: 1024 } }, 'InvalidHeapSize', 'InvalidValue'],
		[{ config: { ...noConfig, heapSize: 32 * 1024 + 1 } }, 'InvalidHeapSize', 'InvalidValue'],
		[{ config: { ...noConfig, heapSize: 257 * 1024 } }, 'InvalidHeapSize', 'InvalidValue'],
		[{ instructions: [ix(3)] }, 'InvalidInstructionAccountIndex', 'IndexOutOfBounds'],
		[{ instructions: [ix(0)] }, 'InvalidInstructionAccountIndex', 'IndexOutOfBounds'],
		[
			{ instructions: [{ ...ix(2), accounts: new Uint8Array(256) }] },
			'InstructionAccountsTooLarge',
			'InvalidValue',
		],
		[
			{ instructions: [{ ...ix(2), data: new Uint8Array(65_536) }] },
			'InstructionDataTooLarge',
			'InvalidValue',
		],
		[{ instructions: [ix(2, [3])] }, 'InvalidInstructionAccountIndex', 'IndexOutOfBounds'],
	])('refuses %j as %s', (fields, error, sanitizeError) => {
		expect(validateV1Message(v1(fields))).toBe(error);
		expect(sanitizeMessage(v1(fields))).toBe(sanitizeError);
	});
	it('takes the largest that is allowed', () => {
		expect(
			validateV1Message(
				v1({
					header: header(12, 11, 52),
					accountKeys: keys(64),
					instructions: big(64),
					config: { ...noConfig, heapSize: 256 * 1024 },
				}),
			),
		).toBeNull();
	});
});

describe('signatures', () => {
	it('must be as many as the header says, and not more than static keys', () => {
		expect(sanitizeSignatures(1, 3, 1)).toBeNull();
		expect(sanitizeSignatures(2, 3, 1)).toBe('IndexOutOfBounds');
		expect(sanitizeSignatures(1, 3, 2)).toBe('InvalidValue');
		expect(sanitizeSignatures(2, 1, 2)).toBe('IndexOutOfBounds');
	});
	it('are looked at before the message', () => {
		const message = v0({ header: header(1, 1, 1) });
		expect(sanitizeVersionedTransaction({ signatures: [], message })).toBe('IndexOutOfBounds');
		expect(sanitizeVersionedTransaction({ signatures: [new Uint8Array(64)], message })).toBe('InvalidValue');
	});
});

describe('isWithinRuntimeLimits', () => {
	it('takes 64 instructions of 255 accounts and not one more', () => {
		const instruction = { ...ix(2), accounts: new Uint8Array(255) };
		expect(isWithinRuntimeLimits(legacy({ instructions: new Array(64).fill(instruction) }))).toBe(true);
		expect(isWithinRuntimeLimits(legacy({ instructions: new Array(65).fill(instruction) }))).toBe(false);
		expect(
			isWithinRuntimeLimits(legacy({ instructions: [{ ...ix(2), accounts: new Uint8Array(256) }] })),
		).toBe(false);
	});
});

describe('sanitizeTransaction', () => {
	const options = { messageHash: Hash.default, reservedAccountKeys: new Set<string>() };
	const signatures = [new Uint8Array(64)];
	it('answers SanitizeFailure for whatever is malformed', () => {
		for (const message of [legacy({ instructions: [ix(0)] }), v0({ instructions: [ix(3)] })]) {
			expect(sanitizeTransaction({ signatures, message }, options)).toEqual({
				ok: false,
				error: TransactionError.SanitizeFailure,
			});
		}
		expect(sanitizeTransaction({ signatures: [], message: legacy() }, options).ok).toBe(false);
	});
	it('refuses a v0 transaction where nobody loads addresses, and passes on the loader’s error', () => {
		expect(sanitizeTransaction({ signatures, message: v0() }, options)).toEqual({
			ok: false,
			error: TransactionError.UnsupportedVersion,
		});
		const failing = {
			...options,
			loadedAddresses: () => ({ ok: false, error: TransactionError.AddressLookupTableNotFound }) as const,
		};
		expect(sanitizeTransaction({ signatures, message: v0() }, failing)).toEqual({
			ok: false,
			error: TransactionError.AddressLookupTableNotFound,
		});
	});
	it('hashes the bytes that are signed', () => {
		let seen: Uint8Array | undefined;
		const result = sanitizeTransaction(
			{ signatures, message: legacy() },
			{
				...options,
				messageHash: (bytes) => {
					seen = bytes;
					return Hash.fromBytes(new Uint8Array(32).fill(8));
				},
			},
		);
		if (!result.ok) throw new Error('refused');
		expect(result.value.messageHash.bytes[0]).toBe(8);
		expect(result.value.messageBytes).toBe(seen);
		expect(result.value.toVersionedTransaction().message).toBe(result.value.message.message);
	});
	it('appends loaded addresses: writable, then read-only', () => {
		const [a, b] = [40, 41].map((n) => Pubkey.fromBytes(new Uint8Array(32).fill(n)));
		const message = v0({ addressTableLookups: [lookup([0], [1])], instructions: [ix(2, [3, 4])] });
		const result = sanitizeTransaction(
			{ signatures, message },
			{ ...options, loadedAddresses: { writable: [a!], readonly: [b!] } },
		);
		if (!result.ok) throw new Error('refused');
		const { accountKeys } = result.value.message;
		expect(accountKeys.slice(3)).toEqual([a, b]);
		expect([3, 4].map((i) => result.value.message.isWritable(i))).toEqual([true, false]);
	});
});

describe('isSimpleVoteTransaction', () => {
	const vote = legacy({ accountKeys: [...keys(2), programIds.vote] });
	const signature = new Uint8Array(64);
	it('is a legacy transaction with one vote instruction and one or two signatures', () => {
		expect(isSimpleVoteTransaction({ signatures: [signature], message: vote })).toBe(true);
		expect(isSimpleVoteTransaction({ signatures: [signature, signature], message: vote })).toBe(true);
	});
	it('is nothing else', () => {
		const three = [signature, signature, signature];
		expect(isSimpleVoteTransaction({ signatures: three, message: vote })).toBe(false);
		expect(isSimpleVoteTransaction({ signatures: [signature], message: legacy() })).toBe(false);
		const twice = { ...vote, instructions: [ix(2), ix(2)] };
		expect(isSimpleVoteTransaction({ signatures: [signature], message: twice })).toBe(false);
		const none = { ...vote, instructions: [] };
		expect(isSimpleVoteTransaction({ signatures: [signature], message: none })).toBe(false);
		const versioned = v0({ accountKeys: vote.accountKeys });
		expect(isSimpleVoteTransaction({ signatures: [signature], message: versioned })).toBe(false);
	});
});
