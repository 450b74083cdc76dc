import { createAccount, Rent } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { key } from '../test/memory-bank.ts';
import { InstructionAccount } from './borrowed-instruction-account.ts';
import { resolveInstruction, UNKNOWN } from './cpi-instruction.ts';
import { TransactionContext } from './transaction-context.ts';

const context = new TransactionContext(
	['payer', 'program', 'payer'].map((name) => [key(name), createAccount({})]),
	Rent.default(),
	5,
	64,
	1,
);
const meta = (name: string, isSigner: boolean, isWritable: boolean) => ({
	pubkey: key(name),
	isSigner,
	isWritable,
});

describe('an instruction that is to be invoked', () => {
	it('names the first account with each address', () => {
		const data = Uint8Array.of(1);
		const accounts = [meta('program', false, false), meta('payer', true, false), meta('payer', false, true)];
		expect(resolveInstruction(context, { programId: key('program'), accounts, data })).toEqual({
			programId: key('program'),
			programIndex: 1,
			accounts: [
				new InstructionAccount(1, false, false),
				new InstructionAccount(0, true, false),
				new InstructionAccount(0, false, true),
			],
			unknownAccount: null,
			data,
		});
	});

	it('tells the first address that the transaction does not have', () => {
		const accounts = [meta('payer', false, false), meta('no', false, false), meta('none', false, false)];
		const resolved = resolveInstruction(context, {
			programId: key('gone'),
			accounts,
			data: new Uint8Array(),
		});
		expect(resolved.programIndex).toBe(UNKNOWN);
		expect(resolved.accounts.map(({ indexInTransaction }) => indexInTransaction)).toEqual([
			0,
			UNKNOWN,
			UNKNOWN,
		]);
		expect(resolved.unknownAccount?.equals(key('no'))).toBe(true);
	});
});
