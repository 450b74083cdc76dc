import { createAccount, Fault, InstructionError, programIds, Rent, sysvarIds } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { key } from '../test/memory-bank.ts';
import { InstructionAccount } from './borrowed-instruction-account.ts';
import type { KeyedAccountSharedData } from './transaction-accounts.ts';
import { TransactionContext } from './transaction-context.ts';

const program = key('program');
const owned = key('owned');
const foreign = key('foreign');

/** Runs `body` and gives the protocol error it throws, or `null`. */
function errorOf(body: () => unknown): unknown {
	try {
		body();
	} catch (thrown) {
		if (thrown instanceof Fault) return thrown.error;
		throw thrown;
	}
	return null;
}

function context(
	accounts: readonly KeyedAccountSharedData[] = [],
	stack = 5,
	trace = 64,
	topLevel = 1,
): TransactionContext {
	return new TransactionContext(
		[
			[program, createAccount({ owner: programIds.nativeLoader })],
			[owned, createAccount({ lamports: 10n ** 10n, data: Uint8Array.of(1, 2, 3), owner: program })],
			[foreign, createAccount({ lamports: 100n, data: Uint8Array.of(9), owner: key('other') })],
			...accounts,
		],
		Rent.default(),
		stack,
		trace,
		topLevel,
	);
}

/** Sets up and starts an instruction over accounts 1 and 2. */
function start(tx: TransactionContext, isWritable = true, caller: number | null = null): void {
	const accounts = [
		new InstructionAccount(1, true, isWritable),
		new InstructionAccount(2, false, isWritable),
	];
	const at = caller === null ? tx.nextTopLevelInstructionIndex() : tx.getInstructionTraceLength();
	tx.configureInstructionAtIndex(at, 0, accounts, tx.deduplicateAccounts(accounts), new Uint8Array(), caller);
	tx.push();
}

function borrow(tx: TransactionContext, index: number) {
	return tx.getCurrentInstructionContext().tryBorrowInstructionAccount(index);
}

describe('a borrowed account', () => {
	it('is exclusive until it is dropped', () => {
		const tx = context();
		start(tx);
		const first = borrow(tx, 0);
		expect(errorOf(() => borrow(tx, 0))).toBe(InstructionError.AccountBorrowFailed);
		first.drop();
		borrow(tx, 0).drop();
		expect(errorOf(() => borrow(tx, 2))).toBe(InstructionError.MissingAccount);
	});

	it('of the program may be written, and the loaded bytes stay as they were', () => {
		const tx = context();
		const loaded = tx.accounts.list[1]!.loaded;
		start(tx);
		const account = borrow(tx, 0);
		expect(account.isShared()).toBe(true);
		account.getDataMut()[0] = 7;
		expect(account.isShared()).toBe(false);
		expect(account.getData()).toEqual(Uint8Array.of(7, 2, 3));
		expect(loaded.data).toEqual(Uint8Array.of(1, 2, 3));
		expect(tx.toExecutionRecord().touchedFlags).toEqual([false, true, false]);
	});

	it('of another program may not be written, resized, taken from or assigned', () => {
		const tx = context();
		start(tx);
		const account = borrow(tx, 1);
		expect(errorOf(() => account.getDataMut())).toBe(InstructionError.ExternalAccountDataModified);
		expect(errorOf(() => account.setDataLength(2))).toBe(InstructionError.ExternalAccountDataModified);
		expect(errorOf(() => account.setDataFromSlice(new Uint8Array()))).toBe(
			InstructionError.ExternalAccountDataModified,
		);
		expect(errorOf(() => account.setLamports(99n))).toBe(InstructionError.ExternalAccountLamportSpend);
		expect(errorOf(() => account.setOwner(program))).toBe(InstructionError.ModifiedProgramId);
		account.setLamports(101n);
		expect(account.getLamports()).toBe(101n);
	});

	it('that is read-only may not be changed at all', () => {
		const tx = context();
		start(tx, false);
		const account = borrow(tx, 0);
		expect(errorOf(() => account.getDataMut())).toBe(InstructionError.ReadonlyDataModified);
		expect(errorOf(() => account.setLamports(1n))).toBe(InstructionError.ReadonlyLamportChange);
		expect(errorOf(() => account.setLamports(account.getLamports()))).toBe(
			InstructionError.ReadonlyLamportChange,
		);
		expect(errorOf(() => account.setOwner(program))).toBe(InstructionError.ModifiedProgramId);
		expect(errorOf(() => account.setExecutable(true))).toBe(InstructionError.ExecutableModified);
	});

	it('is given away only when it is all zero', () => {
		const tx = context();
		start(tx);
		const account = borrow(tx, 0);
		expect(errorOf(() => account.setOwner(foreign))).toBe(InstructionError.ModifiedProgramId);
		account.getDataMut().fill(0);
		account.setOwner(foreign);
		expect(account.getOwner()).toEqual(foreign);
		expect(account.isOwnedByCurrentProgram()).toBe(false);
	});

	it('is made executable only with rent', () => {
		const tx = context([[key('poor'), createAccount({ lamports: 1n, owner: program })]]);
		const accounts = [new InstructionAccount(3, false, true), new InstructionAccount(1, false, true)];
		tx.configureInstructionAtIndex(0, 0, accounts, tx.deduplicateAccounts(accounts), new Uint8Array(), null);
		tx.push();
		expect(errorOf(() => borrow(tx, 0).setExecutable(true))).toBe(
			InstructionError.ExecutableAccountNotRentExempt,
		);
		const account = borrow(tx, 1);
		account.setExecutable(true);
		expect(account.isExecutable()).toBe(true);
	});

	it('grows by zeros, shrinks, and grows by zeros again', () => {
		const tx = context();
		start(tx);
		const account = borrow(tx, 0);
		account.setDataLength(5);
		expect(account.getData()).toEqual(Uint8Array.of(1, 2, 3, 0, 0));
		account.getDataMut()[4] = 9;
		account.setDataLength(2);
		account.setDataLength(5);
		expect(account.getData()).toEqual(Uint8Array.of(1, 2, 0, 0, 0));
		account.extendFromSlice(Uint8Array.of(6));
		expect(account.getData()).toEqual(Uint8Array.of(1, 2, 0, 0, 0, 6));
		expect(tx.accounts.resizeDelta).toBe(3);
	});

	it('grows to 10 MiB, and all together by 20 MiB', () => {
		const tx = context();
		start(tx);
		const account = borrow(tx, 0);
		const max = 10 * 1024 * 1024;
		expect(errorOf(() => account.setDataLength(max + 1))).toBe(InstructionError.InvalidRealloc);
		account.setDataLength(max);
		tx.accounts.resizeDelta = 2 * max;
		expect(errorOf(() => account.canDataBeResized(max))).toBeNull();
		account.setDataLength(max - 1);
		tx.accounts.resizeDelta = 2 * max;
		expect(errorOf(() => account.setDataLength(max))).toBe(
			InstructionError.MaxAccountsDataAllocationsExceeded,
		);
	});

	it('refuses sums beyond u64', () => {
		const tx = context();
		start(tx);
		const account = borrow(tx, 0);
		expect(errorOf(() => account.checkedAddLamports((1n << 64n) - 1n))).toBe(
			InstructionError.ArithmeticOverflow,
		);
		expect(errorOf(() => account.checkedSubLamports(10n ** 11n))).toBe(InstructionError.ArithmeticOverflow);
	});

	it('takes a state shorter than its data and refuses a longer one', () => {
		const tx = context();
		start(tx);
		const account = borrow(tx, 0);
		account.setState(Uint8Array.of(8));
		expect(account.getData()).toEqual(Uint8Array.of(8, 2, 3));
		expect(errorOf(() => account.setState(new Uint8Array(4)))).toBe(InstructionError.AccountDataTooSmall);
	});
});

describe('the instruction stack', () => {
	it('knows callers, heights and duplicates', () => {
		const tx = context();
		const accounts = [
			new InstructionAccount(2, false, false),
			new InstructionAccount(1, false, false),
			new InstructionAccount(2, false, false),
		];
		tx.configureInstructionAtIndex(0, 0, accounts, tx.deduplicateAccounts(accounts), Uint8Array.of(5), null);
		tx.push();
		const instruction = tx.getCurrentInstructionContext();
		expect(instruction.getStackHeight()).toBe(1);
		expect(instruction.isInstructionAccountDuplicate(0)).toBeNull();
		expect(instruction.isInstructionAccountDuplicate(2)).toBe(0);
		expect(instruction.getIndexOfAccountInInstruction(1)).toBe(1);
		expect(errorOf(() => instruction.getIndexOfAccountInInstruction(0))).toBe(
			InstructionError.MissingAccount,
		);
		start(tx, true, 0);
		expect(tx.getCurrentInstructionContext().getStackHeight()).toBe(2);
		expect(tx.getCurrentInstructionContext().getIndexOfCaller()).toBe(0);
		expect(tx.getInstructionTraceLength()).toBe(2);
		tx.pop();
		tx.pop();
		expect(errorOf(() => tx.pop())).toBe(InstructionError.CallDepth);
		expect(errorOf(() => tx.getCurrentInstructionContext())).toBe(InstructionError.CallDepth);
	});

	it('is as deep as allowed', () => {
		const tx = context([], 2);
		start(tx);
		start(tx, true, 0);
		expect(errorOf(() => start(tx, true, 1))).toBe(InstructionError.CallDepth);
	});

	it('keeps the trace as long as allowed', () => {
		const tx = context([], 5, 3);
		start(tx);
		for (let i = 0; i < 2; i++) {
			start(tx, true, 0);
			tx.pop();
		}
		expect(errorOf(() => start(tx, true, 0))).toBe(InstructionError.MaxInstructionTraceLengthExceeded);
	});

	it('refuses a call, and an end, while lamports are missing', () => {
		const tx = context();
		start(tx);
		const account = borrow(tx, 0);
		account.checkedSubLamports(1n);
		account.drop();
		expect(errorOf(() => start(tx, true, 0))).toBe(InstructionError.UnbalancedInstruction);
		expect(errorOf(() => tx.pop())).toBe(InstructionError.UnbalancedInstruction);
		expect(tx.getInstructionStackHeight()).toBe(0);
	});

	it('refuses an end while the program account is borrowed', () => {
		const tx = context();
		start(tx);
		tx.accounts.tryBorrow(0);
		expect(errorOf(() => tx.pop())).toBe(InstructionError.AccountBorrowOutstanding);
	});
});

describe('the instructions sysvar', () => {
	it.each([
		['is written with the index of the top-level instruction', sysvarIds.owner, 4, null],
		['must belong to the sysvar program', programIds.systemProgram, 4, InstructionError.InvalidAccountOwner],
		['must have room for the index', sysvarIds.owner, 1, InstructionError.AccountDataTooSmall],
	])('%s', (_, owner, size, error) => {
		const sysvar: KeyedAccountSharedData = [
			sysvarIds.instructions,
			createAccount({ data: new Uint8Array(size), owner }),
		];
		const tx = context([sysvar], 5, 64, 2);
		expect(errorOf(() => start(tx))).toBe(error);
		if (error !== null) return;
		tx.pop();
		start(tx);
		start(tx, true, 1);
		expect(tx.accounts.list[3]!.data).toEqual(Uint8Array.of(0, 0, 1, 0));
		expect(sysvar[1].data).toEqual(new Uint8Array(4));
	});
});

describe('shared borrows', () => {
	it('are limited to 127', () => {
		const tx = context();
		for (let i = 0; i < 127; i++) tx.accounts.tryBorrow(1);
		expect(errorOf(() => tx.accounts.tryBorrow(1))).toBe(InstructionError.AccountBorrowFailed);
		expect(errorOf(() => tx.accounts.tryBorrowMut(1))).toBe(InstructionError.AccountBorrowFailed);
		expect(errorOf(() => tx.accounts.tryBorrow(9))).toBe(InstructionError.MissingAccount);
	});
});
