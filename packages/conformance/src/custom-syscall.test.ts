/** Syscalls that a test lends to a program, and the stake that programs see. */
import { ed25519PublicKey, ed25519Sign } from '@parhelion/crypto';
import { compileLegacyMessage, encodeMessage, encodeTransaction, Hash, Pubkey } from '@parhelion/sdk';
import {
	expectSuccess,
	FailedTransactionMetadata,
	LiteSVM,
	type SyscallCall,
	type SyscallFunction,
	type TransactionMetadata,
} from 'parhelion/node';
import { describe, expect, it } from 'vitest';
import { programFile } from './oracle/elf.ts';

const seed = new Uint8Array(32).fill(7);
const payer = Pubkey.fromBytes(ed25519PublicKey(seed));
const program = Pubkey.fromBytes(new Uint8Array(32).fill(8));
const vote = Pubkey.fromBytes(new Uint8Array(32).fill(9));

/** Calls `my_call(r1, 5, 7)` with the address of its read-only data, and returns its answer as return data. */
const CALLER = `
	mov64 r1, 0
	mov64 r2, 5
	mov64 r3, 7
	syscall my_call
	stxdw [r10-8], r0
	mov64 r1, r10
	add64 r1, -8
	mov64 r2, 8
	syscall sol_set_return_data
	mov64 r0, 0
	exit`;

function send(svm: LiteSVM): TransactionMetadata | FailedTransactionMetadata {
	const instruction = { programId: program, accounts: [], data: new Uint8Array(0) };
	const message = compileLegacyMessage(payer, [instruction], Hash.fromBase58(svm.latestBlockhash()));
	return svm.sendTransaction(
		encodeTransaction({ signatures: [ed25519Sign(encodeMessage(message), seed)], message }),
	);
}

function prepared(source: string, syscalls: Readonly<Record<string, SyscallFunction>>): LiteSVM {
	const svm = new LiteSVM();
	for (const [name, fn] of Object.entries(syscalls)) svm.withCustomSyscall(name, fn);
	svm.addProgram(program.toBase58(), programFile(source, new TextEncoder().encode('hello')));
	svm.airdrop(payer.toBase58(), 1_000_000_000n);
	return svm;
}

function answerOf(svm: LiteSVM): bigint {
	const { data } = expectSuccess(send(svm)).toFacts().returnData;
	return new DataView(data.buffer, data.byteOffset).getBigUint64(0, true);
}

describe.each(['off', 'eager'] as const)('A custom syscall, compiler %s', (jit) => {
	it('gets registers and memory, and answers', () => {
		const seen: unknown[] = [];
		const svm = prepared(CALLER, {
			my_call: (call) => {
				seen.push(call.args.slice(0, 3), call.programId, call.stackHeight);
				seen.push(new TextDecoder().decode(call.read(call.args[0], call.args[1])));
				call.log('was here');
				return 0xffff_ffff_ffff_fff0n + call.args[2];
			},
		}).withJit(jit);
		expect(answerOf(svm)).toBe(0xffff_ffff_ffff_fff7n);
		expect(seen).toEqual([[0n, 5n, 7n], program.toBase58(), 1, 'hello']);
		svm.expireBlockhash();
		expect(expectSuccess(send(svm)).logs()).toContain('Program log: was here');
	});

	it('writes where the program may write, and nowhere else', () => {
		const source = CALLER.replace('mov64 r1, 0', 'mov64 r1, r10\n\tadd64 r1, -64');
		const write: SyscallFunction = (call) => {
			call.write(call.args[0], new Uint8Array([1, 2, 3, 4, 5]));
			return call.read(call.args[0], 5).reduce((sum, byte) => sum + byte, 0);
		};
		expect(answerOf(prepared(source, { my_call: write }).withJit(jit))).toBe(15n);
		const failed = send(prepared(CALLER, { my_call: write }).withJit(jit));
		expect(failed).toBeInstanceOf(FailedTransactionMetadata);
		expect(String(failed)).toContain('Access violation');
	});

	it('charges compute units, and ends a program that has too few', () => {
		const cost = (units: number): bigint =>
			expectSuccess(
				send(prepared(CALLER, { my_call: (call) => call.consume(units) as undefined }).withJit(jit)),
			).computeUnitsConsumed();
		expect(cost(1000) - cost(0)).toBe(1000n);
		const failed = send(prepared(CALLER, { my_call: (call) => call.consume(10_000_000) as undefined }));
		expect(String(failed)).toContain('ComputationalBudgetExceeded');
	});

	it('fails with a code of its own, and tells in the logs what it threw', () => {
		const failing = send(prepared(CALLER, { my_call: (call) => call.fail(77) }).withJit(jit));
		if (!(failing instanceof FailedTransactionMetadata)) throw new Error('it succeeded');
		expect(failing.message()).toBe('Error processing Instruction 0: custom program error: 0x4d');
		const svm = prepared(CALLER, {
			my_call: () => {
				throw new TypeError('no such thing');
			},
		}).withJit(jit);
		const throwing = send(svm);
		if (!(throwing instanceof FailedTransactionMetadata)) throw new Error('it succeeded');
		expect(throwing.meta().logs()).toContain(
			'Program log: custom syscall my_call threw TypeError: no such thing',
		);
		expect(throwing.message()).toContain('Program failed to complete');
		// The instance is none the worse for it.
		expect(svm.airdrop(payer.toBase58(), 5n)).not.toBeInstanceOf(FailedTransactionMetadata);
	});
});

describe('Custom syscalls', () => {
	it('belong to the instance and to its forks from then on', () => {
		const base = new LiteSVM();
		const fork = base.fork();
		base.withCustomSyscall('my_call', () => 1);
		const elf = programFile(CALLER);
		const runs = (svm: LiteSVM): boolean => {
			try {
				svm.addProgram(program.toBase58(), elf);
			} catch {
				return false;
			}
			svm.airdrop(payer.toBase58(), 1_000_000_000n);
			return !(send(svm) instanceof FailedTransactionMetadata);
		};
		expect([runs(base.fork()), runs(fork), runs(new LiteSVM())]).toEqual([true, false, false]);
	});

	it('are replaced by name, and may stand in for those of the runtime', () => {
		const svm = new LiteSVM().withCustomSyscall('my_call', () => 1).withCustomSyscall('my_call', () => 2);
		svm.withCustomSyscall('sol_get_stack_height', () => 40);
		svm.addProgram(program.toBase58(), programFile(CALLER));
		svm.airdrop(payer.toBase58(), 1_000_000_000n);
		expect(answerOf(svm)).toBe(2n);
		const height = CALLER.replace('my_call', 'sol_get_stack_height');
		svm.addProgram(program.toBase58(), programFile(height));
		svm.expireBlockhash();
		expect(answerOf(svm)).toBe(40n);
	});

	it('say what was expected of their makers', () => {
		const svm = new LiteSVM();
		expect(() => svm.withCustomSyscall(3 as never, () => 0)).toThrow('name: expected a string, got a number');
		expect(() => svm.withCustomSyscall('x', 'y' as never)).toThrow('fn: expected a function, got a string');
		const wrong = send(prepared(CALLER, { my_call: (() => 'text') as never }));
		expect(String(wrong)).toContain('expected an integer, a boolean or nothing, got a string');
		const badArgs = (call: SyscallCall): number => call.read('x' as never, 3).length;
		expect(String(send(prepared(CALLER, { my_call: badArgs })))).toContain('address: expected a bigint');
	});
});

describe('The stake of an epoch', () => {
	const STAKE = `
	lddw r1, 0
	syscall sol_get_epoch_stake
	stxdw [r10-8], r0
	mov64 r1, r10
	add64 r1, -8
	mov64 r2, 8
	syscall sol_set_return_data
	mov64 r0, 0
	exit`;

	it('is what was set, in total and for a vote account', () => {
		const other = Pubkey.fromBytes(new Uint8Array(32).fill(10)).toBase58();
		const svm = prepared(STAKE, {});
		expect(answerOf(svm)).toBe(0n);
		svm.setEpochStake(vote.toBase58(), 70n);
		svm.setEpochStake(other, 5n);
		svm.expireBlockhash();
		expect(answerOf(svm)).toBe(75n);
		expect([svm.getEpochStake(), svm.getEpochStake(vote.toBase58())]).toEqual([75n, 70n]);
		const fork = svm.fork();
		fork.setEpochStake(other, 0n);
		expect([svm.getEpochStake(), fork.getEpochStake(), fork.getEpochStake(other)]).toEqual([75n, 70n, 0n]);
		expect(() => svm.setEpochStake(other, 2n ** 64n - 1n)).toThrow(RangeError);
	});
});
