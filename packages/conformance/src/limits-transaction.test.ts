/**
 * Limits of transactions: instructions, nesting, logs, account data, loaded data, locks. Each is met by both engines
 * and by the oracle.
 */
import { ed25519PublicKey, ed25519Sign } from '@parhelion/crypto';
import {
	type AccountMeta,
	ByteWriter,
	compileLegacyMessage,
	encodeMessage,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import * as oracle from 'litesvm';
import * as ours from 'parhelion/node';
import { describe, expect, it } from 'vitest';
import { callerFile } from './caller-program.ts';
import { agree } from './oracle/agree.ts';
import { programFile } from './oracle/elf.ts';
import { address, Pair } from './oracle/harness.ts';

const program = address('program');
const other = address('other');
const account = address('account');
const KIB = 1024;
const MIB = 1024 * KIB;

const meta = (pubkey: Pubkey, isWritable = false, isSigner = false): AccountMeta => ({
	pubkey,
	isSigner,
	isWritable,
});
const call = (accounts: readonly AccountMeta[] = [], data: Uint8Array = new Uint8Array(0)): Instruction => ({
	programId: program,
	accounts,
	data,
});
const computeBudget = (data: ByteWriter): Instruction => ({
	programId: programIds.computeBudget,
	accounts: [],
	data: data.finish(),
});
const plenty = computeBudget(new ByteWriter().u8(2).u32(1_400_000));
/** System: gives an account, which signs, so many bytes. */
const allocate = (pubkey: Pubkey, space: number): Instruction => ({
	programId: programIds.systemProgram,
	accounts: [meta(pubkey, true, true)],
	data: new ByteWriter().u32(8).u64(BigInt(space)).finish(),
});

function running(source: string, rodata?: Uint8Array): Pair {
	const pair = new Pair();
	pair.addProgram(program, programFile(source, rodata));
	return pair;
}

/** A program that invokes `callee` without accounts so many times. */
function callsOften(callee: Pubkey, times: number): readonly [source: string, rodata: Uint8Array] {
	const rodata = new Uint8Array(40 + 32);
	rodata[0] = 40;
	rodata[24] = 40;
	rodata.set(callee.bytes, 40);
	const zero = ['mov64 r1, 0', 'mov64 r2, 0', 'mov64 r3, 0', 'mov64 r4, 0', 'mov64 r5, 0'];
	const loop = [...zero, 'syscall sol_invoke_signed_c', 'sub64 r6, 1', `jne r6, 0, -${zero.length + 3}`];
	return [[`mov64 r6, ${times}`, ...loop, 'mov64 r0, 0', 'exit'].join('\n'), rodata];
}

describe('the instruction trace', () => {
	it('holds 64 instructions, of which programs invoke some', () => {
		for (const [calls, outcome] of [
			[62, 'ok'],
			[63, 'InstructionError(1, MaxInstructionTraceLengthExceeded)'],
		] as const) {
			const pair = running(...callsOften(other, calls));
			pair.addProgram(other, programFile('mov64 r0, 0\nexit'));
			const shown = agree(pair, outcome, plenty, call([meta(other)]));
			expect(shown.inner[1]).toHaveLength(62);
		}
	});

	it('holds 64 instructions at the top', () => {
		const pair = running('mov64 r0, 0\nexit');
		agree(pair, 'ok', ...Array.from({ length: 64 }, () => call()));
		const { ours, compiled, oracle } = pair.run(Array.from({ length: 65 }, () => call()));
		expect(ours).toEqual(oracle);
		expect(compiled).toEqual(oracle);
		expect(oracle.outcome).not.toBe('ok');
	});
});

describe('the instruction stack', () => {
	it.each([
		[5, false],
		[9, true],
	])('is %i high, with raise_cpi_nesting_limit_to_8: %s', (height, isRaised) => {
		const pair = new Pair({ raise_cpi_nesting_limit_to_8: isRaised });
		// Calls itself without end.
		pair.addProgram(program, callerFile(program, new Uint8Array(0), [program]));
		const { logs } = agree(pair, 'InstructionError(1, CallDepth)', plenty, call([meta(program)]));
		expect(logs).toContain(`Program ${program} invoke [${height}]`);
		expect(logs).not.toContain(`Program ${program} invoke [${height + 1}]`);
	});

	it('does not hold a program twice with another between', () => {
		const pair = new Pair();
		const both = [program, other];
		pair.addProgram(program, callerFile(other, new Uint8Array(0), both));
		pair.addProgram(other, callerFile(program, new Uint8Array(0), both));
		const { logs } = agree(
			pair,
			'InstructionError(0, ReentrancyNotAllowed)',
			call([meta(program), meta(other)]),
		);
		expect(logs.filter((line) => line.includes('invoke ['))).toHaveLength(2);
	});
});

describe('the logs', () => {
	/** Logs the instruction's data so many times. */
	const logging = (lines: number): Pair =>
		running(`
			mov64 r6, ${lines}
			mov64 r7, r1
			mov64 r1, r7
			add64 r1, 16
			ldxdw r2, [r7+8]
			syscall sol_log_
			sub64 r6, 1
			jne r6, 0, -6
			mov64 r0, 0
			exit`);
	const text = (length: number): Instruction => call([], new Uint8Array(length).fill(0x61));

	it.each([
		[200, 87],
		[30, 1000],
		[3, 9000],
		[2, 20_000],
	])('%i of %i bytes are cut at 10,000 bytes in all, which is said once', (lines, length) => {
		const { logs } = agree(logging(lines), 'ok', plenty, text(length));
		expect(logs.filter((line) => line === 'Log truncated')).toHaveLength(1);
		const kept = logs.filter((line) => line !== 'Log truncated').reduce((sum, line) => sum + line.length, 0);
		expect(kept).toBeLessThan(10_000);
	});

	it('are cut at the byte', () => {
		const pair = logging(1);
		const before = agree(pair, 'ok', plenty, text(1)).logs.slice(0, 3).join('').length;
		const most = 9_999 - before - 'Program log: '.length;
		for (const [length, isKept] of [
			[most - 1, true],
			[most, true],
			[most + 1, false],
		] as const) {
			const { logs } = agree(pair, 'ok', plenty, text(length));
			expect(logs.includes(`Program log: ${'a'.repeat(length)}`)).toBe(isKept);
		}
	});
});

describe('account data', () => {
	/** Sets the length of its first account to what the instruction data says (a u64), and writes to the last byte. */
	const RESIZING = `
		ldxdw r3, [r1+88]
		mov64 r4, r1
		add64 r4, 96
		add64 r4, r3
		add64 r4, 10240
		mov64 r5, r3
		mul64 r5, -1
		and64 r5, 7
		add64 r4, r5
		add64 r4, 16
		ldxdw r2, [r4]
		stxdw [r1+88], r2
		mov64 r0, 0
		exit`;
	const resize = (to: number): Instruction =>
		call([meta(account, true)], new ByteWriter().u64(BigInt(to)).finish());

	it('grows by 10 KiB in an instruction', () => {
		for (const length of [0, 5, 1000]) {
			const pair = running(RESIZING);
			pair.set(account, { lamports: 10n ** 12n, data: new Uint8Array(length), owner: program });
			agree(pair, 'InstructionError(0, InvalidRealloc)', resize(length + 10 * KIB + 1));
			agree(pair, 'ok', resize(length + 10 * KIB));
			expect(pair.getAccountSharedData(account)!.data).toHaveLength(length + 10 * KIB);
			agree(pair, 'ok', resize(length + 20 * KIB), resize(length + 30 * KIB));
			agree(pair, 'ok', resize(0));
		}
	});

	it('is 10 MiB at most, whoever makes it grow', () => {
		const pair = running(RESIZING);
		pair.set(account, { lamports: 10n ** 12n, data: new Uint8Array(10 * MIB - 100), owner: program });
		agree(pair, 'InstructionError(0, InvalidRealloc)', resize(10 * MIB + 1));
		agree(pair, 'ok', resize(10 * MIB));
		// InvalidAccountDataLength
		agree(pair, 'InstructionError(0, Custom(3))', allocate(other, 10 * MIB + 1));
	});

	it('grows by 20 MiB in a transaction', () => {
		const [a, b, c] = [address('a'), address('b'), address('c')];
		const pair = new Pair();
		for (const pubkey of [a, b, c]) pair.set(pubkey, { lamports: 10n ** 12n });
		const exceeded = 'InstructionError(2, MaxAccountsDataAllocationsExceeded)';
		agree(pair, exceeded, allocate(a, 10 * MIB), allocate(b, 10 * MIB), allocate(c, 1));
		agree(pair, 'ok', allocate(a, 10 * MIB), allocate(b, 10 * MIB));
		agree(pair, 'ok', allocate(c, 10 * MIB));
	});
});

describe('the in-process API and the oracle', () => {
	const seed = new Uint8Array(32).fill(7);
	const payer = Pubkey.fromBytes(ed25519PublicKey(seed));
	type Lib = typeof oracle;
	type Outcome = ReturnType<oracle.LiteSVM['sendTransaction']>;

	/** What both say of a transaction; `prepare` sets either up. */
	function said(
		prepare: (svm: oracle.LiteSVM, lib: Lib) => void,
		instructions: readonly Instruction[],
	): string {
		const [theirs, mine] = ([oracle, ours as never] as Lib[]).map((lib) => {
			const svm = new lib.LiteSVM();
			svm.setAccount({
				address: payer.toBase58(),
				lamports: 10n ** 10n,
				data: new Uint8Array(0),
				programAddress: programIds.systemProgram.toBase58(),
				executable: false,
			} as never);
			prepare(svm, lib);
			const message = compileLegacyMessage(payer, instructions, Hash.fromBase58(svm.latestBlockhash()));
			const messageBytes = encodeMessage(message);
			const signatures = { [payer.toBase58()]: ed25519Sign(messageBytes, seed) };
			const outcome: Outcome = svm.sendTransaction({ messageBytes, signatures } as never);
			return String(outcome);
		});
		expect(mine).toBe(theirs);
		return theirs!;
	}

	const transfer = (to: readonly Pubkey[]): Instruction => ({
		programId: programIds.systemProgram,
		accounts: [meta(payer, true, true), meta(to[0]!, true), ...to.slice(1).map((pubkey) => meta(pubkey))],
		data: new ByteWriter().u32(2).u64(1_000_000n).finish(),
	});
	const many = (count: number): Pubkey[] => Array.from({ length: count }, (_, i) => address(`one of ${i}`));

	it.each([
		[64, false],
		[128, true],
	])('lock %i accounts, with increase_tx_account_lock_limit: %s', (limit, isRaised) => {
		const prepare = (svm: oracle.LiteSVM, lib: Lib): void => {
			const features = lib.FeatureSet.allEnabled();
			const id = Pubkey.fromBase58('9LZdXeKGeBV6hRLdxS1rHbHoEUsKqesCC2ZAPTPKJAbK');
			if (!isRaised) features.deactivate(id.bytes);
			svm.withFeatureSet(features);
		};
		// The payer and the system program count too.
		expect(said(prepare, [transfer(many(limit - 2))])).not.toContain('TooManyAccountLocks');
		expect(said(prepare, [transfer(many(limit - 1))])).toContain('TooManyAccountLocks');
	});

	it('load no more data than asked for', () => {
		const size = 5000;
		const prepare = (svm: oracle.LiteSVM): void => {
			svm.setAccount({
				address: other.toBase58(),
				lamports: 10n ** 9n,
				data: new Uint8Array(size),
				programAddress: program.toBase58(),
				executable: false,
			} as never);
		};
		const limited = (bytes: number): Instruction[] => [
			computeBudget(new ByteWriter().u8(4).u32(bytes)),
			transfer([account, other]),
		];
		// 64 bytes an account: payer, other, and two programs, which hold their names.
		const needed =
			4 * 64 + size + 'system_program'.length + 'compute_budget_program'.length + 'solana_'.length;
		expect(said(prepare, limited(needed))).not.toContain('MaxLoadedAccountsDataSizeExceeded');
		expect(said(prepare, limited(needed - 1))).toContain('MaxLoadedAccountsDataSizeExceeded');
		expect(said(prepare, limited(0))).toContain('InvalidLoadedAccountsDataSizeLimit');
	});

	it('load 64 MiB where nothing is asked for', () => {
		const prepare =
			(bytes: number) =>
			(svm: oracle.LiteSVM): void => {
				for (const [i, pubkey] of many(7).entries()) {
					svm.setAccount({
						address: pubkey.toBase58(),
						lamports: 10n ** 12n,
						data: new Uint8Array(i < 6 ? 10 * MIB : bytes),
						programAddress: program.toBase58(),
						executable: false,
					} as never);
				}
			};
		const instructions = [transfer([account, ...many(7)])];
		const rest = 4 * MIB - 9 * 64 - 'solana_system_program'.length;
		expect(said(prepare(rest), instructions)).not.toContain('MaxLoadedAccountsDataSizeExceeded');
		expect(said(prepare(rest + 1), instructions)).toContain('MaxLoadedAccountsDataSizeExceeded');
	});
});
