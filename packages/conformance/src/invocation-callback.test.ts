/** A callback that looks on while transactions run; and that nothing can start a transaction inside another. */
import { ed25519PublicKey, ed25519Sign } from '@parhelion/crypto';
import { transferInstruction } from '@parhelion/runtime';
import {
	base58Encode,
	compileLegacyMessage,
	encodeMessage,
	encodeTransaction,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import {
	expectSuccess,
	FailedTransactionMetadata,
	InstructionError,
	type InvocationCallback,
	LiteSVM,
	type ProgramInvocation,
	SimulatedTransactionInfo,
} from 'parhelion/node';
import { describe, expect, it } from 'vitest';
import { callerFile } from './caller-program.ts';
import { programFile } from './oracle/elf.ts';
import { address } from './oracle/harness.ts';

const seed = new Uint8Array(32).fill(7);
const payer = Pubkey.fromBytes(ed25519PublicKey(seed));
const friend = address('friend');
const outer = address('outer');
const inner = address('inner');
const DATA = Uint8Array.of(1, 2, 3);

/** Returns its instruction data as return data: 3 bytes behind a count of accounts and a length. */
const ANSWERING = programFile(`
	add64 r1, 16
	mov64 r2, 3
	syscall sol_set_return_data
	mov64 r0, 0
	exit`);

const call = (programId: Pubkey, ...accounts: Pubkey[]): Instruction => ({
	programId,
	accounts: accounts.map((pubkey) => ({ pubkey, isSigner: false, isWritable: false })),
	data: DATA,
});
const transfer = transferInstruction(payer, friend, 1_000_000n);

function signed(svm: LiteSVM, ...instructions: Instruction[]): Uint8Array {
	const message = compileLegacyMessage(payer, instructions, Hash.fromBase58(svm.latestBlockhash()));
	return encodeTransaction({ signatures: [ed25519Sign(encodeMessage(message), seed)], message });
}

function prepared(jit: 'off' | 'eager', innerFile: Uint8Array = ANSWERING): LiteSVM {
	const svm = new LiteSVM().withJit(jit);
	svm.addProgram(inner.toBase58(), innerFile);
	svm.addProgram(outer.toBase58(), callerFile(inner, DATA));
	svm.airdrop(payer.toBase58(), 1_000_000_000n);
	return svm;
}

/** Everything an instance shows of the accounts and of its history. */
function stateOf(svm: LiteSVM, transaction: Uint8Array): unknown {
	return [
		svm.getAccount(payer.toBase58()),
		svm.getAccount(friend.toBase58()),
		svm.getTransaction(base58Encode(transaction.subarray(1, 65))),
		svm.latestBlockhash(),
	];
}

describe.each(['off', 'eager'] as const)('An invocation callback, compiler %s', (jit) => {
	it('is called before and after each invocation, nested as they are', () => {
		const seen: string[] = [];
		const name = ({ programId, stackHeight, instructionIndex }: ProgramInvocation): string =>
			`${programId.slice(0, 4)} ${instructionIndex} ${stackHeight}`;
		const svm = prepared(jit).withInvocationCallback({
			before: (invocation) => {
				seen.push(`before ${name(invocation)}`);
			},
			after: (invocation, { error }) => {
				seen.push(`after ${name(invocation)} ${error === null ? 'ok' : error.kind}`);
			},
		});
		expectSuccess(svm.sendTransaction(signed(svm, transfer, call(outer, inner))));
		const [a, b] = [outer, inner].map((one) => one.toBase58().slice(0, 4));
		expect(seen).toEqual([
			'before 1111 0 1',
			'after 1111 0 1 ok',
			`before ${a} 1 1`,
			`before ${b} 1 2`,
			`after ${b} 1 2 ok`,
			`after ${a} 1 1 ok`,
		]);
	});

	it('sees accounts, data, compute units and what was returned', () => {
		const before: unknown[] = [];
		const after: unknown[] = [];
		const svm = prepared(jit).withInvocationCallback({
			before(invocation) {
				before.push([
					invocation.accounts,
					[...invocation.data],
					invocation.getAccount(friend.toBase58()).exists,
					invocation.remainingComputeUnits(),
				]);
			},
			after(invocation, outcome) {
				const account = invocation.getAccount(friend.toBase58());
				after.push([
					outcome.computeUnitsConsumed,
					account.exists ? account.lamports : 0n,
					outcome.returnData.programId,
					[...outcome.returnData.data],
				]);
			},
		});
		const sent = expectSuccess(svm.sendTransaction(signed(svm, transfer, call(inner, friend))));
		const system = programIds.systemProgram.toBase58();
		expect(before[0]).toEqual([
			[
				{ address: payer.toBase58(), isSigner: true, isWritable: true },
				{ address: friend.toBase58(), isSigner: false, isWritable: true },
			],
			[2, 0, 0, 0, 64, 66, 15, 0, 0, 0, 0, 0],
			false,
			203_000,
		]);
		expect(before[1]).toEqual([
			[{ address: friend.toBase58(), isSigner: false, isWritable: true }],
			[...DATA],
			true,
			203_000 - 150,
		]);
		expect(after[0]).toEqual([150, 1_000_000n, system, []]);
		expect(after[1]).toEqual([
			Number(sent.computeUnitsConsumed()) - 150,
			1_000_000n,
			inner.toBase58(),
			expect.any(Array),
		]);
	});

	it('is told why a program failed', () => {
		const seen: unknown[] = [];
		const svm = prepared(jit, programFile('mov64 r0, 9\nexit')).withInvocationCallback({
			after: ({ stackHeight }, { error }) => {
				seen.push([stackHeight, error]);
			},
		});
		const outcome = svm.sendTransaction(signed(svm, call(outer, inner)));
		expect(outcome).toBeInstanceOf(FailedTransactionMetadata);
		expect(seen).toEqual([
			[2, InstructionError.Custom(9)],
			[1, InstructionError.Custom(9)],
		]);
	});

	it.each(['before', 'after'] as const)(
		'that throws %s an invocation ends the transaction, and nothing has happened',
		(when) => {
			class Mine extends Error {}
			const svm = prepared(jit);
			const transaction = signed(svm, transfer, call(outer, inner));
			const untouched = stateOf(svm, transaction);
			const thrown = new Mine('enough');
			for (const depth of [1, 2]) {
				let calls = 0;
				svm.withInvocationCallback({
					[when]: ({ programId, stackHeight }: ProgramInvocation) => {
						calls += 1;
						if (stackHeight === depth && programId !== programIds.systemProgram.toBase58()) throw thrown;
					},
				});
				expect(() => svm.sendTransaction(transaction)).toThrow(thrown);
				expect(calls).toBe(when === 'before' ? depth + 1 : 4 - depth);
				expect(() => svm.simulateTransaction(transaction)).toThrow(thrown);
				expect(stateOf(svm, transaction)).toEqual(untouched);
			}
			// The machine is sound: the same transaction runs now, as on an instance where nothing was thrown.
			const outcome = expectSuccess(svm.withInvocationCallback(null).sendTransaction(transaction));
			const fresh = prepared(jit);
			expect(outcome.logs()).toEqual(expectSuccess(fresh.sendTransaction(transaction)).logs());
			expect(svm.getBalance(friend.toBase58())).toBe(1_000_000n);
		},
	);

	it('changes nothing about the outcome', () => {
		const [watched, alone] = [prepared(jit), prepared(jit)];
		watched.withInvocationCallback({ before() {}, after() {} });
		const transaction = signed(watched, transfer, call(outer, inner));
		expect(String(watched.simulateTransaction(transaction))).toBe(
			String(alone.simulateTransaction(transaction)),
		);
		expect(String(watched.sendTransaction(transaction))).toBe(String(alone.sendTransaction(transaction)));
		expect(watched.getAccount(payer.toBase58())).toEqual(alone.getAccount(payer.toBase58()));
	});

	it('is gone when told so, and goes along with snapshots and forks', () => {
		let calls = 0;
		const svm = prepared(jit);
		const before = svm.snapshot();
		svm.withInvocationCallback({
			before: () => {
				calls += 1;
			},
		});
		const fork = svm.fork();
		expectSuccess(fork.sendTransaction(signed(fork, transfer)));
		expect(calls).toBe(1);
		expectSuccess(svm.withInvocationCallback(null).sendTransaction(signed(svm, transfer)));
		fork.restore(before);
		expectSuccess(fork.sendTransaction(signed(fork, transfer)));
		expect(calls).toBe(1);
	});

	it('cannot send or simulate, on its own instance or another; afterwards everything works', () => {
		const svm = prepared(jit);
		const other = new LiteSVM();
		const transaction = signed(svm, transfer, call(outer, inner));
		const attempts = [
			() => svm.sendTransaction(transaction),
			() => svm.simulateTransaction(transaction),
			() => svm.airdrop(friend.toBase58(), 1n),
			() => other.sendTransaction(transaction),
			() => other.airdrop(friend.toBase58(), 1n),
		];
		const messages: string[] = [];
		svm.withInvocationCallback({
			before: ({ stackHeight }) => {
				if (stackHeight !== 2) return;
				for (const attempt of attempts) expect(attempt).toThrow('a transaction is running');
				messages.push('all refused');
			},
		});
		expectSuccess(svm.sendTransaction(transaction));
		expect(messages).toEqual(['all refused']);
		expect(svm.getBalance(friend.toBase58())).toBe(1_000_000n);
		expect(other.getBalance(friend.toBase58())).toBeNull();
		expectSuccess(other.airdrop(friend.toBase58(), 1_000_000n));
		svm.withInvocationCallback({
			before: () => {
				svm.sendTransaction(transaction);
			},
		});
		svm.expireBlockhash();
		const next = signed(svm, transfer);
		expect(() => svm.sendTransaction(next)).toThrow('a transaction is running');
		expectSuccess(svm.withInvocationCallback(null).sendTransaction(next));
	});

	it('cannot be used up: an invocation is over when the callback returns', () => {
		let kept: ProgramInvocation | null = null;
		const svm = prepared(jit).withInvocationCallback({
			before: (invocation) => {
				kept = invocation;
				expect(() => invocation.getAccount(address('nobody').toBase58())).toThrow(RangeError);
				expect(() => invocation.getAccount('x')).toThrow(RangeError);
			},
		});
		expect(svm.simulateTransaction(signed(svm, transfer))).toBeInstanceOf(SimulatedTransactionInfo);
		const over = kept as unknown as ProgramInvocation;
		expect(() => over.getAccount(payer.toBase58())).toThrow('the invocation is over');
		expect(() => over.remainingComputeUnits()).toThrow('the invocation is over');
		expect(over.data.length).toBe(12);
	});
});

describe('withInvocationCallback', () => {
	it('takes an object with functions, and no asynchronous ones', () => {
		const svm = prepared('off');
		for (const wrong of [undefined, 5, 'before', { before: 1 }, { after: 'x' }]) {
			expect(() => svm.withInvocationCallback(wrong as never)).toThrow(TypeError);
		}
		const asynchronous = { before: async () => Promise.reject(new Error('late')) };
		svm.withInvocationCallback(asynchronous as unknown as InvocationCallback);
		expect(() => svm.sendTransaction(signed(svm, transfer))).toThrow('must not be asynchronous');
		svm.withInvocationCallback({});
		expectSuccess(svm.sendTransaction(signed(svm, transfer)));
	});

	it('sees precompiles too', () => {
		const seen: string[] = [];
		const svm = prepared('off').withInvocationCallback({
			before: ({ programId }) => {
				seen.push(programId);
			},
			after: (_invocation, { error, computeUnitsConsumed }) => {
				seen.push(`${error?.kind ?? 'ok'} ${computeUnitsConsumed}`);
			},
		});
		const ed25519 = programIds.ed25519Program;
		expectSuccess(
			svm.sendTransaction(signed(svm, { programId: ed25519, accounts: [], data: Uint8Array.of(0, 0) })),
		);
		svm.sendTransaction(signed(svm, { programId: ed25519, accounts: [], data: Uint8Array.of(1, 0) }));
		expect(seen).toEqual([ed25519.toBase58(), 'ok 0', ed25519.toBase58(), 'Custom 0']);
	});
});

describe.each(['off', 'eager'] as const)('A custom syscall that sends transactions, compiler %s', (jit) => {
	it('is told that it cannot, whichever the instance, and corrupts nothing', () => {
		const svm = new LiteSVM().withJit(jit);
		const other = new LiteSVM();
		let target: LiteSVM = svm;
		svm.withCustomSyscall('sol_send', () => {
			target.sendTransaction(signed(target, transfer));
			return 0;
		});
		let caught = '';
		svm.withCustomSyscall('sol_try', () => {
			try {
				other.airdrop(friend.toBase58(), 1_000_000n);
			} catch (error) {
				caught = (error as Error).message;
			}
			return 0;
		});
		svm.addProgram(inner.toBase58(), programFile('syscall sol_send\nmov64 r0, 0\nexit'));
		svm.addProgram(outer.toBase58(), programFile('syscall sol_try\nmov64 r0, 0\nexit'));
		svm.airdrop(payer.toBase58(), 1_000_000_000n);
		for (target of [svm, other]) {
			svm.expireBlockhash();
			const outcome = svm.sendTransaction(signed(svm, transfer, call(inner)));
			if (!(outcome instanceof FailedTransactionMetadata)) throw new TypeError('it was sent');
			expect(outcome.meta().logs().join('\n')).toContain(
				'custom syscall sol_send threw Error: a transaction is running',
			);
			expect(svm.getBalance(friend.toBase58())).toBeNull();
		}
		expectSuccess(svm.sendTransaction(signed(svm, call(outer))));
		expect(caught).toContain('a transaction is running');
		expectSuccess(svm.sendTransaction(signed(svm, transfer)));
		expectSuccess(other.airdrop(friend.toBase58(), 1_000_000n));
		expect(svm.getBalance(friend.toBase58())).toBe(1_000_000n);
	});
});
