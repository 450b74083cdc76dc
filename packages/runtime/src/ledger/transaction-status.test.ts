import {
	ByteReader,
	ByteWriter,
	INSTRUCTION_ERRORS,
	InstructionError,
	Pubkey,
	TRANSACTION_ERRORS,
	TransactionError,
} from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TransactionStatusMeta } from '../bank/bank-types.ts';
import { decodeStatus, decodeStatusHead, encodeStatus, readError, writeError } from './transaction-status.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const token = {
	accountIndex: 200,
	mint: key(1),
	owner: key(2),
	programId: key(3),
	amount: 2n ** 64n - 1n,
	decimals: 9,
};

const full: TransactionStatusMeta = {
	err: TransactionError.InstructionError(3, InstructionError.Custom(0xffff_ffff)),
	fee: 5000n,
	preBalances: [1n, 2n ** 64n - 1n],
	postBalances: [0n, 3n],
	preTokenBalances: [token],
	postTokenBalances: [token, { ...token, amount: 0n }],
	innerInstructions: [
		[],
		[
			{
				stackHeight: 5,
				instruction: {
					programIdIndex: 255,
					accounts: Uint8Array.of(1, 2),
					data: new Uint8Array(300).fill(7),
				},
			},
		],
	],
	logMessages: ['Program log: grüße', '', 'x'.repeat(70_000)],
	loadedAddresses: { writable: [key(4)], readonly: [key(5), key(6)] },
	returnData: { programId: key(7), data: Uint8Array.of(9) },
	computeUnitsConsumed: 1_400_000,
	costUnits: 2 ** 33,
};
const { costUnits: _, ...rest } = full;
const sparse: TransactionStatusMeta = {
	...rest,
	err: null,
	returnData: null,
	innerInstructions: [],
	logMessages: [],
	preTokenBalances: [],
};

function errors(): TransactionError[] {
	const inner = INSTRUCTION_ERRORS.map(({ name }) =>
		name === 'Custom' ? InstructionError.Custom(7) : InstructionError[name],
	);
	const outer = TRANSACTION_ERRORS.flatMap(({ name }): TransactionError[] => {
		if (name === 'InstructionError') return inner.map((error) => TransactionError.InstructionError(1, error));
		const constant = TransactionError[name];
		return [typeof constant === 'function' ? constant(2) : constant];
	});
	return outer;
}

describe('the status of a transaction', () => {
	it.each([
		['everything', full],
		['nothing that can be left out', sparse],
	])('comes back with %s', (_what, meta) => {
		const stored = { memo: meta === full ? '[2] hi' : null, offset: 70_000, meta };
		const bytes = encodeStatus(stored);
		const decoded = decodeStatus(bytes);
		if (!decoded.ok) throw new Error(decoded.error.kind);
		const plain = (value: unknown): string =>
			JSON.stringify(value, (_name, inner: unknown) =>
				typeof inner === 'bigint' ? `${inner}n` : inner instanceof Uint8Array ? [...inner] : inner,
			);
		expect(plain(Object.entries(decoded.value.meta).sort())).toBe(plain(Object.entries(meta).sort()));
		expect(decoded.value).toMatchObject({ memo: stored.memo, offset: 70_000 });
		expect(decodeStatusHead(bytes)).toEqual({ ok: true, value: { err: meta.err, memo: stored.memo } });
	});

	it('has every error there is', () => {
		expect(errors().length).toBeGreaterThan(80);
		for (const error of [null, ...errors()]) {
			const writer = new ByteWriter();
			writeError(writer, error);
			expect(readError(new ByteReader(writer.finish()))).toEqual(error);
		}
	});

	it('is refused where it is cut, longer, or of another version', () => {
		const bytes = encodeStatus({ memo: null, offset: 0, meta: sparse });
		for (let length = 0; length < bytes.length; length++) {
			expect(decodeStatus(bytes.subarray(0, length)).ok, `${length} bytes`).toBe(false);
		}
		expect(decodeStatus(Uint8Array.of(...bytes, 0)).ok).toBe(false);
		expect(decodeStatus(bytes.with(0, 2))).toMatchObject({ ok: false, error: { kind: 'InvalidValue' } });
	});

	it('takes any bytes without more than a refusal', () => {
		const bytes = encodeStatus({ memo: '[1] x', offset: 9, meta: { ...full, logMessages: ['a'] } });
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
				const changed = bytes.slice();
				for (const [at, byte] of changes) changed[at] = byte;
				decodeStatus(changed);
			}),
			{ numRuns: 300, seed: 3 },
		);
	});
});
