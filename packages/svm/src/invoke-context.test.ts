import {
	Fault,
	type Instruction,
	InstructionError,
	type Pubkey,
	programIds,
	TransactionError,
} from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { key, MemoryBank, meta } from '../test/memory-bank.ts';
import { system } from '../test/system-instructions.ts';
import type { InvokeContext } from './invoke-context.ts';
import { createProgramAddress } from './pda.ts';

const payer = key('payer');
const to = key('to');
const outer = key('outer program');
const inner = key('inner program');

let bank: MemoryBank;

beforeEach(() => {
	bank = new MemoryBank();
	bank.set(payer, { lamports: 1_000_000_000n });
	bank.set(to, { lamports: 1_000_000n });
});

/** Adds a builtin that costs 10 CU. */
function program(id: Pubkey, body: (invokeContext: InvokeContext) => void, units = 10): void {
	bank.set(id, { lamports: 1n, owner: programIds.nativeLoader, executable: true });
	bank.processor.addBuiltin(id, 'test', (invokeContext) => {
		invokeContext.computeMeter.consumeChecked(units);
		body(invokeContext);
	});
}

function call(id: Pubkey, accounts: Instruction['accounts'], data: number[] = []): Instruction {
	return { programId: id, accounts, data: Uint8Array.from(data) };
}

const everything = [
	meta(payer, 'sw'),
	meta(to, 'w'),
	meta(programIds.systemProgram),
	meta(inner),
	meta(outer),
];

function instructionError(error: InstructionError, index = 0): TransactionError {
	return TransactionError.InstructionError(index, error);
}

describe('nativeInvokeSigned', () => {
	it('runs another program with the privileges of the caller, and records it', () => {
		program(outer, (invokeContext) => {
			invokeContext.nativeInvokeSigned(system.transfer([meta(payer, 'sw'), meta(to, 'w')], 7n), []);
			invokeContext.transactionContext.setReturnData(outer, Uint8Array.of(1, 2));
		});
		const outcome = bank.send(payer, [call(outer, everything.slice(0, 3))]);
		expect(outcome.error).toBeNull();
		expect(outcome.units).toBe(160);
		expect(bank.lamports(to)).toBe(1_000_007n);
		expect(outcome.logs).toEqual([
			`Program ${outer.toBase58()} invoke [1]`,
			'Program 11111111111111111111111111111111 invoke [2]',
			'Program 11111111111111111111111111111111 success',
			`Program ${outer.toBase58()} success`,
		]);
		if (outcome.result.kind !== 'executed') throw new Error(outcome.result.kind);
		const { innerInstructions, returnData } = outcome.result.execution;
		expect(returnData).toEqual({ programId: outer, data: Uint8Array.of(1, 2) });
		expect(innerInstructions).toHaveLength(1);
		const [list] = innerInstructions!;
		expect(list).toHaveLength(1);
		expect(list![0]!.stackHeight).toBe(2);
		const keys = [payer, to, outer, programIds.systemProgram].map((one) => one.key);
		expect(keys).toContain(programIds.systemProgram.key);
		expect(Array.from(list![0]!.instruction.accounts)).toEqual([0, 1]);
	});

	it('signs for addresses derived from the caller', () => {
		const seeds = [Uint8Array.of(255)];
		let bump = 255;
		let pda = createProgramAddress([Uint8Array.of(bump)], outer);
		while (!pda.ok) {
			bump -= 1;
			seeds[0] = Uint8Array.of(bump);
			pda = createProgramAddress(seeds, outer);
		}
		const vault = pda.value;
		bank.set(vault, { lamports: 2_000_000n });
		program(outer, (invokeContext) => {
			invokeContext.nativeInvokeSigned(system.transfer([meta(vault, 'sw'), meta(to, 'w')], 2_000_000n), [
				seeds,
			]);
		});
		const accounts = [meta(vault, 'w'), meta(to, 'w'), meta(programIds.systemProgram)];
		expect(bank.send(payer, [call(outer, accounts)]).error).toBeNull();
		expect(bank.lamports(vault)).toBe(0n);
		expect(bank.lamports(to)).toBe(3_000_000n);
	});

	it('fails with the ordinal of the seeds’ error', () => {
		program(outer, (invokeContext) => {
			invokeContext.nativeInvokeSigned(system.transfer([], 1n), [[new Uint8Array(33)]]);
		});
		expect(bank.send(payer, [call(outer, everything)]).error).toEqual(
			instructionError(InstructionError.Custom(0)),
		);
	});

	it.each([
		['a signature', [meta(to, 'sw'), meta(payer, 'w')], `${to.toBase58()}'s signer privilege escalated`],
		[
			'writing',
			[meta(payer, 's'), meta(programIds.systemProgram, 'w')],
			`${programIds.systemProgram.toBase58()}'s writable privilege escalated`,
		],
	])('may not escalate %s', (_, accounts, log) => {
		program(outer, (invokeContext) => invokeContext.nativeInvokeSigned(system.transfer(accounts, 1n), []));
		const outcome = bank.send(payer, [call(outer, everything.slice(0, 3))]);
		expect(outcome.error).toEqual(instructionError(InstructionError.PrivilegeEscalation));
		expect(outcome.logs).toContain(log);
	});

	it('wants accounts and program to be passed to the caller', () => {
		program(outer, (invokeContext) =>
			invokeContext.nativeInvokeSigned(system.transfer([meta(key('no'))], 1n), []),
		);
		const unknown = bank.send(payer, [call(outer, everything)]);
		expect(unknown.error).toEqual(instructionError(InstructionError.MissingAccount));
		expect(unknown.logs).toContain(`Instruction references an unknown account ${key('no').toBase58()}`);
		program(outer, (invokeContext) => invokeContext.nativeInvokeSigned(system.transfer([meta(to)], 1n), []));
		const notPassed = bank.send(payer, [call(outer, [meta(to)])]);
		expect(notPassed.error).toEqual(instructionError(InstructionError.MissingAccount));
		expect(notPassed.logs).toContain(`Unknown program ${programIds.systemProgram.toBase58()}`);
	});

	it('merges the privileges of an account passed twice', () => {
		let seen: boolean[] = [];
		program(inner, (invokeContext) => {
			const { instructionAccounts } = invokeContext.transactionContext.getCurrentInstructionContext();
			seen = instructionAccounts.flatMap((one) => [one.isSigner, one.isWritable]);
		});
		program(outer, (invokeContext) => {
			invokeContext.nativeInvokeSigned(call(inner, [meta(payer), meta(payer, 's'), meta(payer, 'w')]), []);
		});
		expect(bank.send(payer, [call(outer, everything)]).error).toBeNull();
		expect(seen).toEqual([true, true, true, true, true, true]);
	});
});

describe('the stack', () => {
	it('lets a program call itself, up to the depth', () => {
		program(outer, (invokeContext) => {
			const depth = invokeContext.transactionContext.getCurrentInstructionContext().getInstructionData()[0]!;
			if (depth > 0) invokeContext.nativeInvokeSigned(call(outer, [meta(outer)], [depth - 1]), []);
		});
		const max = bank.features.raiseCpiNestingLimitTo8 ? 8 : 4;
		expect(bank.send(payer, [call(outer, [meta(outer)], [max])]).error).toBeNull();
		expect(bank.send(payer, [call(outer, [meta(outer)], [max + 1])]).error).toEqual(
			instructionError(InstructionError.CallDepth),
		);
	});

	it('does not let a program be called again from another', () => {
		program(outer, (invokeContext) => invokeContext.nativeInvokeSigned(call(inner, everything), []));
		program(inner, (invokeContext) => invokeContext.nativeInvokeSigned(call(outer, everything), []));
		expect(bank.send(payer, [call(outer, everything)]).error).toEqual(
			instructionError(InstructionError.ReentrancyNotAllowed),
		);
	});

	it('holds 64 instructions', () => {
		program(inner, () => {});
		program(outer, (invokeContext) => {
			const calls = invokeContext.transactionContext.getCurrentInstructionContext().getInstructionData()[0]!;
			for (let i = 0; i < calls; i++) invokeContext.nativeInvokeSigned(call(inner, []), []);
		});
		const ok = bank.send(payer, [call(outer, everything, [63])]);
		expect(ok.error).toBeNull();
		if (ok.result.kind !== 'executed') throw new Error(ok.result.kind);
		expect(ok.result.execution.innerInstructions![0]).toHaveLength(63);
		expect(bank.send(payer, [call(outer, everything, [64])]).error).toEqual(
			instructionError(InstructionError.MaxInstructionTraceLengthExceeded),
		);
	});

	it('groups inner instructions under the top-level one they came from', () => {
		program(inner, (invokeContext) => {
			invokeContext.nativeInvokeSigned(system.transfer([meta(payer, 'sw'), meta(to, 'w')], 1n), []);
		});
		program(outer, (invokeContext) => invokeContext.nativeInvokeSigned(call(inner, everything), []));
		const outcome = bank.send(payer, [
			call(outer, everything),
			system.transfer([meta(payer, 'sw'), meta(to, 'w')], 1n),
			call(outer, everything),
		]);
		expect(outcome.error).toBeNull();
		if (outcome.result.kind !== 'executed') throw new Error(outcome.result.kind);
		expect(
			outcome.result.execution.innerInstructions!.map((list) => list.map((one) => one.stackHeight)),
		).toEqual([[2, 3], [], [2, 3]]);
	});
});

describe('after an instruction', () => {
	it('lamports must be what they were', () => {
		program(outer, (invokeContext) => {
			const account = invokeContext.transactionContext
				.getCurrentInstructionContext()
				.tryBorrowInstructionAccount(1);
			account.checkedAddLamports(1n);
			account.drop();
		});
		const outcome = bank.send(payer, [call(outer, everything)]);
		expect(outcome.error).toEqual(instructionError(InstructionError.UnbalancedInstruction));
		expect(bank.lamports(to)).toBe(1_000_000n);
	});

	it('a builtin must have consumed compute units', () => {
		program(outer, () => {}, 0);
		const outcome = bank.send(payer, [call(outer, [])]);
		expect(outcome.error).toEqual(instructionError(InstructionError.BuiltinProgramsMustConsumeComputeUnits));
		expect(outcome.logs.at(-1)).toBe(`Program ${outer.toBase58()} success`);
	});

	it('the error of a program comes before that of taking it off the stack', () => {
		program(outer, (invokeContext) => {
			const account = invokeContext.transactionContext
				.getCurrentInstructionContext()
				.tryBorrowInstructionAccount(1);
			account.checkedAddLamports(1n);
			throw new Fault(InstructionError.Custom(9));
		});
		expect(bank.send(payer, [call(outer, everything)]).error).toEqual(
			instructionError(InstructionError.Custom(9)),
		);
	});

	it('an error that is no instruction error fails the program', () => {
		program(outer, () => {
			throw new Fault({ room: 'syscall', kind: 'Abort' });
		});
		const outcome = bank.send(payer, [call(outer, [])]);
		expect(outcome.error).toEqual(instructionError(InstructionError.ProgramFailedToComplete));
		expect(outcome.logs.at(-1)).toBe(`Program ${outer.toBase58()} failed: SBF program panicked`);
	});

	it('a bug of ours is not taken for an error of the program', () => {
		program(outer, () => {
			throw new TypeError('bug');
		});
		expect(() => bank.send(payer, [call(outer, [])])).toThrow(TypeError);
	});
});

describe('the compute meter', () => {
	it('stops at zero', () => {
		program(outer, () => {}, 200_001);
		const outcome = bank.send(payer, [call(outer, [])]);
		expect(outcome.error).toEqual(instructionError(InstructionError.ComputationalBudgetExceeded));
		expect(outcome.units).toBe(200_000);
	});
});

describe('a call to what is no program', () => {
	it('fails where the account is of the native loader but unknown', () => {
		const id = key('not there');
		bank.set(id, { lamports: 1n, owner: programIds.nativeLoader, executable: true });
		const outcome = bank.send(payer, [call(id, [])]);
		expect(outcome.error).toEqual(instructionError(InstructionError.UnsupportedProgramId));
		expect(outcome.logs).toEqual([]);
	});
});
