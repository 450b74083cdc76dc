import { createAccount, InstructionError, TransactionError } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { debugAccount, debugString, debugTransactionError } from './rust-debug.ts';

describe('debugString', () => {
	it.each([
		['plain', '"plain"'],
		['"quoted" \\ back', '"\\"quoted\\" \\\\ back"'],
		["it's", '"it\'s"'],
		['\n\r\t\0', '"\\n\\r\\t\\0"'],
		['\u0001\u007f', '"\\u{1}\\u{7f}"'],
		['é 日本 😀', '"é 日本 😀"'],
		['a\u0301', '"a\\u{301}"'],
		['\u00a0\u200b\u2028', '"\\u{a0}\\u{200b}\\u{2028}"'],
	])('escapes %j as Rust does', (text, expected) => {
		expect(debugString(text)).toBe(expected);
	});
});

describe('debugTransactionError', () => {
	it('spells fields as Rust does', () => {
		const custom = TransactionError.InstructionError(3, InstructionError.Custom(7));
		expect(debugTransactionError(custom)).toBe('InstructionError(3, Custom(7))');
		expect(debugTransactionError(TransactionError.InsufficientFundsForRent(2))).toBe(
			'InsufficientFundsForRent { account_index: 2 }',
		);
		expect(debugTransactionError(TransactionError.DuplicateInstruction(1))).toBe('DuplicateInstruction(1)');
		expect(debugTransactionError(TransactionError.AlreadyProcessed)).toBe('AlreadyProcessed');
	});
});

describe('debugAccount', () => {
	it('shows 64 bytes of data at most, and none of none', () => {
		const long = debugAccount(createAccount({ data: new Uint8Array(100).fill(0xab) }));
		expect(long).toContain(`data.len: 100`);
		expect(long).toContain(`data: ${'ab'.repeat(64)} }`);
		expect(debugAccount(createAccount({}))).toBe(
			'Account { lamports: 0, data.len: 0, owner: 11111111111111111111111111111111, executable: false, rent_epoch: 0 }',
		);
	});
});
