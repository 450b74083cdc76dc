import {
	ByteWriter,
	compileLegacyMessage,
	Hash,
	type Instruction,
	InstructionError,
	NO_LOADED_ADDRESSES,
	type Pubkey,
	programIds,
	SanitizedMessage,
	type TransactionConfig,
	TransactionError,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { key, MemoryBank } from '../test/memory-bank.ts';
import { prioritizationFee, transactionConfiguration } from './compute-budget-instructions.ts';

const features = { ...new MemoryBank().features, blsPubkeyManagementInVoteAccount: false };
const MAX_DATA = 64 * 1024 * 1024;

const to = (programId: Pubkey): Instruction => ({ programId, accounts: [], data: new Uint8Array() });
const budget = (bytes: ArrayLike<number>): Instruction => ({
	programId: programIds.computeBudget,
	accounts: [],
	data: Uint8Array.from(bytes),
});
const heap = (value: number) => budget(new ByteWriter(5).u8(1).u32(value).finish());
const limit = (value: number) => budget(new ByteWriter(5).u8(2).u32(value).finish());
const price = (value: bigint) => budget(new ByteWriter(9).u8(3).u64(value).finish());
const dataSize = (value: number) => budget(new ByteWriter(5).u8(4).u32(value).finish());

function of(...instructions: Instruction[]) {
	const message = compileLegacyMessage(key('payer'), instructions, Hash.default);
	return transactionConfiguration(new SanitizedMessage(message, NO_LOADED_ADDRESSES, new Set()), features);
}

const defaults = {
	updatedHeapBytes: 32 * 1024,
	computeUnitLimit: 0,
	priorityFeeLamports: 0n,
	loadedAccountsDataSizeLimit: MAX_DATA,
};
const success = (fields: Partial<typeof defaults>) => ({ ok: true, value: { ...defaults, ...fields } });
const failure = (error: TransactionError) => ({ ok: false, error });

describe('a message without requests', () => {
	it('gets 3,000 CU for a builtin’s instruction and 200,000 for any other', () => {
		expect(of()).toEqual(success({}));
		expect(of(to(programIds.systemProgram), to(programIds.vote))).toEqual(
			success({ computeUnitLimit: 6000 }),
		);
		expect(of(to(programIds.systemProgram), to(key('program')))).toEqual(
			success({ computeUnitLimit: 203_000 }),
		);
		expect(of(to(programIds.ed25519Program), to(programIds.secp256k1Program))).toEqual(
			success({ computeUnitLimit: 6000 }),
		);
		expect(of(to(programIds.secp256r1Program))).toEqual(success({ computeUnitLimit: 200_000 }));
		expect(of(to(programIds.addressLookupTable))).toEqual(success({ computeUnitLimit: 200_000 }));
	});

	it('gets 200,000 CU for a vote with SIMD-0387', () => {
		const message = compileLegacyMessage(key('payer'), [to(programIds.vote)], Hash.default);
		const sanitized = new SanitizedMessage(message, NO_LOADED_ADDRESSES, new Set());
		const simd0387 = { ...features, blsPubkeyManagementInVoteAccount: true };
		expect(transactionConfiguration(sanitized, simd0387)).toEqual(success({ computeUnitLimit: 200_000 }));
	});

	it('gets 1.4 million CU at most', () => {
		expect(of(...Array.from({ length: 8 }, () => to(key('program'))))).toEqual(
			success({ computeUnitLimit: 1_400_000 }),
		);
	});
});

describe('requests', () => {
	it('are taken', () => {
		expect(of(limit(5), price(7_000_000n), heap(40 * 1024), dataSize(9))).toEqual(
			success({
				computeUnitLimit: 5,
				priorityFeeLamports: 35n,
				updatedHeapBytes: 40 * 1024,
				loadedAccountsDataSizeLimit: 9,
			}),
		);
	});

	it('are capped', () => {
		expect(of(limit(0xffff_ffff), dataSize(0xffff_ffff))).toEqual(success({ computeUnitLimit: 1_400_000 }));
		expect(of(limit(0))).toEqual(success({}));
	});

	it('may carry more bytes', () => {
		expect(of(budget([2, 1, 0, 0, 0, 99]))).toEqual(success({ computeUnitLimit: 1 }));
	});

	it.each([
		['no data', []],
		['the unused number', [0, 0, 0, 0, 0]],
		['an unknown number', [5, 0, 0, 0, 0]],
		['half a limit', [2, 1, 0, 0]],
		['half a price', [3, 1, 0, 0, 0, 0, 0, 0]],
	])('with %s are invalid', (_, bytes) => {
		expect(of(to(key('program')), budget(bytes))).toEqual(
			failure(TransactionError.InstructionError(1, InstructionError.InvalidInstructionData)),
		);
	});

	it('may come once each', () => {
		for (const twice of [limit(1), price(1n), heap(40 * 1024), dataSize(1)]) {
			expect(of(to(key('program')), twice, twice)).toEqual(failure(TransactionError.DuplicateInstruction(2)));
		}
		expect(of(price(0n), price(0n))).toEqual(failure(TransactionError.DuplicateInstruction(1)));
	});

	it.each([32 * 1024 - 1024, 256 * 1024 + 1024, 33 * 1024 + 1, 0])(
		'of %d bytes of heap are refused',
		(bytes) => {
			expect(of(limit(1), heap(bytes))).toEqual(
				failure(TransactionError.InstructionError(1, InstructionError.InvalidInstructionData)),
			);
		},
	);

	it('of no loaded data are refused, after the heap was looked at', () => {
		expect(of(dataSize(0))).toEqual(failure(TransactionError.InvalidLoadedAccountsDataSizeLimit));
		expect(of(dataSize(0), heap(1))).toEqual(
			failure(TransactionError.InstructionError(1, InstructionError.InvalidInstructionData)),
		);
	});
});

describe('a v1 message', () => {
	function v1(config: Partial<TransactionConfig>) {
		const legacy = compileLegacyMessage(key('payer'), [limit(9), limit(9)], Hash.default);
		const none = {
			priorityFee: null,
			computeUnitLimit: null,
			loadedAccountsDataSizeLimit: null,
			heapSize: null,
		};
		const message = { ...legacy, version: 1 as const, config: { ...none, ...config } };
		return transactionConfiguration(new SanitizedMessage(message, NO_LOADED_ADDRESSES, new Set()), features);
	}

	it('asks by its config alone, whose absent values are zero but for the heap', () => {
		expect(v1({})).toEqual(success({ loadedAccountsDataSizeLimit: 0 }));
		expect(
			v1({
				priorityFee: 3n,
				computeUnitLimit: 2_000_000,
				loadedAccountsDataSizeLimit: 2 ** 31,
				heapSize: 65_536,
			}),
		).toEqual(success({ priorityFeeLamports: 3n, computeUnitLimit: 1_400_000, updatedHeapBytes: 65_536 }));
	});

	it('is refused with an odd heap', () => {
		expect(v1({ heapSize: 32_769 })).toEqual(failure(TransactionError.SanitizeFailure));
	});
});

describe('the priority fee', () => {
	it('is rounded up to lamports and saturates', () => {
		expect(prioritizationFee(0n, 1_400_000)).toBe(0n);
		expect(prioritizationFee(999_999n, 1)).toBe(1n);
		expect(prioritizationFee(1_000_000n, 1)).toBe(1n);
		expect(prioritizationFee(1_000_001n, 1)).toBe(2n);
		expect(prioritizationFee(200n, 100_000)).toBe(20n);
		expect(prioritizationFee(2n ** 64n - 1n, 1_400_000)).toBe(2n ** 64n - 1n);
	});
});
