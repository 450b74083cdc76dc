import { describe, expect, it } from 'vitest';
import {
	INSTRUCTION_ERRORS,
	InstructionError,
	instructionErrorCode,
	instructionErrorEquals,
	instructionErrorFromU64,
	instructionErrorText,
	instructionErrorToJson,
} from './instruction-error.ts';
import {
	TRANSACTION_ERRORS,
	TransactionError,
	transactionErrorCode,
	transactionErrorText,
	transactionErrorToJson,
} from './transaction-error.ts';

describe.each([
	['INSTRUCTION_ERRORS', INSTRUCTION_ERRORS],
	['TRANSACTION_ERRORS', TRANSACTION_ERRORS],
] as const)('%s', (_name, rows) => {
	it('has a row for each discriminant in order, each name once', () => {
		expect(rows.map((row) => row.code)).toEqual(rows.map((_, i) => i));
		expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
		for (const row of rows) expect(row.text.length).toBeGreaterThan(0);
	});
});

describe('InstructionError', () => {
	it('has a frozen constant for every fieldless variant', () => {
		for (const { name, code } of INSTRUCTION_ERRORS) {
			if (name === 'Custom') continue;
			expect(InstructionError[name]).toEqual({ kind: name });
			expect(Object.isFrozen(InstructionError[name])).toBe(true);
			expect(instructionErrorCode(InstructionError[name])).toBe(code);
			expect(instructionErrorToJson(InstructionError[name])).toBe(name);
		}
		expect(Object.isFrozen(InstructionError)).toBe(true);
	});
	it('prints as Agave does', () => {
		expect(instructionErrorText(InstructionError.Custom(6001))).toBe('custom program error: 0x1771');
		expect(instructionErrorText(InstructionError.Custom(0))).toBe('custom program error: 0x0');
		expect(instructionErrorText(InstructionError.IllegalOwner)).toBe('Provided owner is not allowed');
		expect(instructionErrorToJson(InstructionError.Custom(1))).toEqual({ Custom: 1 });
	});
	it('keeps a custom code within u32', () => {
		expect(InstructionError.Custom(-1)).toEqual({ kind: 'Custom', code: 0xffffffff });
	});
	it('compares variant and code', () => {
		expect(instructionErrorEquals(InstructionError.Custom(1), InstructionError.Custom(1))).toBe(true);
		expect(instructionErrorEquals(InstructionError.Custom(1), InstructionError.Custom(2))).toBe(false);
		expect(instructionErrorEquals(InstructionError.Custom(1), InstructionError.CallDepth)).toBe(false);
		expect(instructionErrorEquals(InstructionError.CallDepth, InstructionError.CallDepth)).toBe(true);
	});
	it.each([
		[1n << 32n, InstructionError.Custom(0)],
		[2n << 32n, InstructionError.InvalidArgument],
		[11n << 32n, InstructionError.NotEnoughAccountKeys],
		[19n << 32n, InstructionError.MaxAccountsDataAllocationsExceeded],
		[20n << 32n, InstructionError.InvalidRealloc],
		[24n << 32n, InstructionError.ArithmeticOverflow],
		[26n << 32n, InstructionError.IncorrectAuthority],
		[27n << 32n, InstructionError.InvalidError],
		[0xffffffffn << 32n, InstructionError.InvalidError],
		[(2n << 32n) | 1n, InstructionError.InvalidError],
		[(1n << 32n) | 1n, InstructionError.InvalidError],
		[1n, InstructionError.Custom(1)],
		[0xffffffffn, InstructionError.Custom(0xffffffff)],
	])('reads the return value %s', (value, error) => {
		expect(instructionErrorFromU64(value)).toEqual(error);
	});
});

describe('TransactionError', () => {
	it('prints its fields', () => {
		const failed = TransactionError.InstructionError(2, InstructionError.Custom(0x1771));
		expect(transactionErrorText(failed)).toBe('Error processing Instruction 2: custom program error: 0x1771');
		expect(transactionErrorText(TransactionError.DuplicateInstruction(7))).toBe(
			'Transaction contains a duplicate instruction (7) that is not allowed',
		);
		expect(transactionErrorText(TransactionError.InsufficientFundsForRent(3))).toBe(
			'Transaction results in an account (3) with insufficient funds for rent',
		);
		expect(transactionErrorText(TransactionError.BlockhashNotFound)).toBe('Blockhash not found');
	});
	it('takes the shapes of JSON-RPC', () => {
		expect(transactionErrorToJson(TransactionError.AccountInUse)).toBe('AccountInUse');
		expect(transactionErrorToJson(TransactionError.InstructionError(0, InstructionError.Custom(1)))).toEqual({
			InstructionError: [0, { Custom: 1 }],
		});
		expect(
			transactionErrorToJson(TransactionError.InstructionError(1, InstructionError.InvalidArgument)),
		).toEqual({ InstructionError: [1, 'InvalidArgument'] });
		expect(transactionErrorToJson(TransactionError.DuplicateInstruction(9))).toEqual({
			DuplicateInstruction: 9,
		});
		expect(transactionErrorToJson(TransactionError.InsufficientFundsForRent(4))).toEqual({
			InsufficientFundsForRent: { account_index: 4 },
		});
		expect(transactionErrorToJson(TransactionError.ProgramExecutionTemporarilyRestricted(5))).toEqual({
			ProgramExecutionTemporarilyRestricted: { account_index: 5 },
		});
	});
	it('knows its discriminants', () => {
		expect(transactionErrorCode(TransactionError.InstructionError(0, InstructionError.CallDepth))).toBe(8);
		expect(transactionErrorCode(TransactionError.CommitCancelled)).toBe(38);
	});
});
