import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base58Encode, Pubkey, programIds } from '@parhelion/sdk';
import { afterAll, describe, expect, it } from 'vitest';
import { memo, PAYER, signed } from '../test/payer.ts';
import { setBundledPrograms, setProgramSource } from './bundled-programs.ts';
import { LiteSVM } from './lite-svm.ts';
import { FailedTransactionMetadata, TransactionMetadata } from './transaction-metadata.ts';

const memoProgram = programIds.memoV3.toBase58();

describe('LiteSVM without bundled programs', () => {
	it('works, and says what is missing and what to do', () => {
		setProgramSource(() => null, 'ask nicely');
		const svm = new LiteSVM();
		expect(svm.airdrop(PAYER.toBase58(), 1_000_000_000n)).toBeInstanceOf(TransactionMetadata);
		const missing = svm.missingPrograms();
		expect(missing.map(({ name }) => name)).toEqual([
			'p-token',
			'spl-token-2022',
			'spl-memo-v1',
			'spl-memo-v4',
			'spl-associated-token-account',
			'address-lookup-table',
			'stake',
		]);
		expect(missing[0]?.remedy).toBe('ask nicely');
		expect(svm.getAccount(memoProgram).exists).toBe(false);
	});

	it('refuses an ELF under a name it does not know', () => {
		expect(() => setBundledPrograms({ 'spl-tokn': new Uint8Array(1) })).toThrow(
			/no default program.*p-token/,
		);
	});
});

describe('LiteSVM with bundled programs', async () => {
	const node = await import('./node.ts');
	const elf = node.readBundledProgram('spl-memo-v4.so');
	afterAll(() => setProgramSource(({ file }) => node.readBundledProgram(file), 'unused'));

	it.runIf(elf !== null)('runs a program that the page handed over', () => {
		setBundledPrograms({ 'spl-memo-v4': elf! });
		const svm = new LiteSVM();
		svm.airdrop(PAYER.toBase58(), 1_000_000_000n);
		const result = svm.sendTransaction(signed(svm, [memo('hi')]));
		expect(result).toBeInstanceOf(TransactionMetadata);
		expect(svm.missingPrograms().length).toBe(6);
	});

	it.runIf(elf !== null)('adds a program from a file, and names the file that is not there', () => {
		const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
		try {
			const path = join(folder, 'memo.so');
			writeFileSync(path, elf!);
			const svm = new node.LiteSVM();
			const id = Pubkey.fromBytes(new Uint8Array(32).fill(5));
			svm.addProgramFromFile(id.toBase58(), path);
			svm.airdrop(PAYER.toBase58(), 1_000_000_000n);
			const result = svm.sendTransaction(signed(svm, [{ ...memo('x'), programId: id }]));
			expect(result).toBeInstanceOf(TransactionMetadata);
			expect(() => svm.addProgramFromFile(id.toBase58(), join(folder, 'nothing.so'))).toThrow(
				/Failed to add program: .*nothing\.so/,
			);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('keeps instances apart', () => {
		const one = new LiteSVM();
		const other = new LiteSVM();
		one.airdrop(PAYER.toBase58(), 5_000_000n);
		one.warpToSlot(9n);
		expect(other.getBalance(PAYER.toBase58())).toBeNull();
		expect(other.getClock().slot).not.toBe(9n);
		expect(new LiteSVM().getClock().slot).toBe(other.getClock().slot);
	});

	it('hands out copies: what a caller writes to them stays with the caller', () => {
		const svm = new LiteSVM();
		const id = 'SysvarC1ock11111111111111111111111111111111';
		const account = svm.getAccount(id);
		if (!account.exists) throw new Error('no clock');
		account.data.fill(7);
		expect(svm.getClock().slot).not.toBe(0x0707070707070707n);
		const result = svm.airdrop(PAYER.toBase58(), 5_000_000n);
		if (!(result instanceof TransactionMetadata)) throw new Error(String(result));
		result.signature().fill(0);
		result.logs().push('more');
		expect(result.logs().length).toBe(2);
		expect(svm.getTransaction(base58Encode(result.signature()))).not.toBeNull();
	});

	it('copies what it is given: a program does not change with its bytes', () => {
		const svm = new LiteSVM();
		const bytes = new Uint8Array([1, 2, 3]);
		svm.setAccount({
			address: PAYER.toBase58(),
			lamports: 5n,
			data: bytes,
			programAddress: memoProgram,
			executable: false,
		});
		bytes.fill(9);
		const account = svm.getAccount(PAYER.toBase58());
		expect(account.exists && Array.from(account.data)).toEqual([1, 2, 3]);
	});
});

describe('LiteSVM without anything', () => {
	it('names the step that is missing', () => {
		const svm = LiteSVM.default();
		expect(() => svm.getClock()).toThrow(/withSysvars/);
		expect(() => svm.addProgram(PAYER.toBase58(), new Uint8Array(4))).toThrow(
			'Failed to add program: Offset or value is out of bounds',
		);
	});

	it('answers a transaction with an error, not an exception', () => {
		const svm = LiteSVM.default();
		expect(svm.airdrop(PAYER.toBase58(), 1n)).toBeInstanceOf(FailedTransactionMetadata);
		svm.withLamports(10_000_000n);
		expect(svm.airdrop(PAYER.toBase58(), 1n)).toBeInstanceOf(FailedTransactionMetadata);
	});
});
