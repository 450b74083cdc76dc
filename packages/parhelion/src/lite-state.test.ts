import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@parhelion/crypto';
import { base58Encode, Pubkey } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { memo, PAYER, signed } from '../test/payer.ts';
import { ComputeBudget, expectSuccess, FailedTransactionMetadata, FeatureSet, LiteSVM } from './node.ts';

const SYSTEM = '11111111111111111111111111111111';
const address = (n: number): string => {
	const bytes = new Uint8Array(32).fill(77);
	new DataView(bytes.buffer).setUint32(0, n);
	return Pubkey.fromBytes(bytes).toBase58();
};

function fund(svm: LiteSVM, n: number, lamports: bigint): void {
	svm.setAccount({
		address: address(n),
		lamports,
		data: new Uint8Array([n]),
		programAddress: SYSTEM,
		executable: false,
	});
}
/** What can be told of an instance from outside. */
function look(svm: LiteSVM): unknown {
	return {
		accounts: svm.getProgramAccounts(SYSTEM).sort((a, b) => (a.address < b.address ? -1 : 1)),
		clock: String(svm.getClock()),
		blockhash: svm.latestBlockhash(),
		stake: svm.getEpochStake(),
	};
}
function send(svm: LiteSVM, text: string): string {
	svm.airdrop(PAYER.toBase58(), 1_000_000n);
	return svm.sendTransaction(signed(svm, [memo(text)])).toString();
}

describe('A snapshot', () => {
	it('brings everything back, as often as wanted', () => {
		const svm = new LiteSVM();
		fund(svm, 1, 5n);
		const before = look(svm);
		const snapshot = svm.snapshot();
		for (let i = 0; i < 3; i++) {
			fund(svm, 1, 0n);
			fund(svm, 2, 9n);
			svm.warp({ slot: svm.getClock().slot + 10n });
			svm.setEpochStake(address(3), 4n);
			svm.withSigverify(false).withFeatureSet(FeatureSet.allEnabled());
			svm.addProgram(address(8), readMemo());
			expect(look(svm)).not.toEqual(before);
			expect(svm.restore(snapshot)).toBe(svm);
			expect(look(svm)).toEqual(before);
			expect(svm.getAccount(address(8)).exists).toBe(false);
		}
	});

	it('lets a transaction be sent again, and forgets what it did', () => {
		const svm = new LiteSVM();
		svm.airdrop(PAYER.toBase58(), 1_000_000n);
		const transaction = signed(svm, [memo('once')]);
		const snapshot = svm.snapshot();
		const first = svm.sendTransaction(transaction).toString();
		expect(svm.sendTransaction(transaction)).toBeInstanceOf(FailedTransactionMetadata);
		svm.restore(snapshot);
		expect(svm.sendTransaction(transaction).toString()).toBe(first);
	});

	it('copies no more, however many accounts there are', () => {
		const copied = (accounts: number): number => {
			const svm = new LiteSVM();
			for (let i = 0; i < accounts; i++) fund(svm, i, 5n);
			svm.snapshot();
			// A map that is made of another sets each of its entries, so this counts what is copied too.
			const set = vi.spyOn(Map.prototype, 'set');
			try {
				for (let i = 0; i < 100; i++) {
					fund(svm, i, 6n);
					svm.restore(svm.snapshot()).fork();
				}
				return set.mock.calls.length;
			} finally {
				set.mockRestore();
			}
		};
		expect(copied(20_000)).toBe(copied(1000));
	});

	it('refuses what is none', () => {
		expect(() => new LiteSVM().restore({} as never)).toThrow(
			'snapshot: expected a LiteSnapshot, got an object',
		);
	});
});

describe('A fork', () => {
	it('goes its own way, and so does its origin', () => {
		const svm = new LiteSVM();
		fund(svm, 1, 5n);
		const fork = svm.fork();
		fund(svm, 1, 6n);
		fund(fork, 2, 7n);
		expect([svm.getBalance(address(1)), svm.getBalance(address(2))]).toEqual([6n, null]);
		expect([fork.getBalance(address(1)), fork.getBalance(address(2))]).toEqual([5n, 7n]);
		fork.addProgram(address(9), readMemo());
		const run = (one: LiteSVM): boolean => {
			one.expireBlockhash();
			one.airdrop(PAYER.toBase58(), 1_000_000n);
			const call = { ...memo('x'), programId: Pubkey.fromBase58(address(9)) };
			return !(one.sendTransaction(signed(one, [call])) instanceof FailedTransactionMetadata);
		};
		expect([run(fork), run(svm), run(fork.fork())]).toEqual([true, false, true]);
		expect(fork.addProgramFromFile).toBeTypeOf('function');
	});

	it('runs a transaction to the same result', () => {
		const svm = new LiteSVM();
		expect(send(svm.fork().fork(), 'a')).toBe(send(svm, 'a'));
	});

	it('replaces a program for itself alone, also when the slot moves', () => {
		const svm = new LiteSVM();
		svm.addProgram(address(9), readMemo());
		const fork = svm.fork();
		const other = fork.getAccount('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
		if (!other.exists) throw new Error('no bundled program');
		fork.addProgram(address(9), other.data);
		const run = (one: LiteSVM): boolean => {
			one.warpToSlot(one.getClock().slot + 5n);
			one.expireBlockhash();
			one.airdrop(PAYER.toBase58(), 1_000_000n);
			const call = { ...memo('x'), programId: Pubkey.fromBase58(address(9)) };
			return !(one.sendTransaction(signed(one, [call])) instanceof FailedTransactionMetadata);
		};
		expect([run(svm), run(fork)]).toEqual([true, false]);
	});

	it('has sysvars of its own', () => {
		const svm = new LiteSVM();
		const fork = svm.fork();
		const rent = fork.getRent();
		rent.lamportsPerByteYear = 1n;
		fork.setRent(rent);
		expect(fork.minimumBalanceForRentExemption(0n)).toBe(128n);
		expect(svm.minimumBalanceForRentExemption(0n)).toBe(890_880n);
	});
});

describe('A saved state', () => {
	it('is restored with accounts, programs, settings and history', () => {
		const svm = new LiteSVM();
		fund(svm, 1, 5n);
		svm.airdrop(PAYER.toBase58(), 100_000_000n);
		svm.addProgram(address(9), readMemo());
		const call = { ...memo('saved'), programId: Pubkey.fromBase58(address(9)) };
		const transaction = signed(svm, [call]);
		const outcome = expectSuccess(svm.sendTransaction(transaction));
		const failed = svm.sendTransaction(signed(svm, [{ ...memo(''), data: new Uint8Array([0xff]) }]));
		if (!(failed instanceof FailedTransactionMetadata)) throw new Error('it succeeded');
		svm.setEpochStake(address(3), 4n);
		svm.warp({ epoch: svm.getClock().epoch + 2000n });
		svm.withLogBytesLimit(77n);
		const budget = new ComputeBudget();
		budget.computeUnitLimit = 123_456n;
		svm.withComputeBudget(budget);

		const copy = LiteSVM.fromBytes(svm.toBytes());
		expect(look(copy)).toEqual(look(svm));
		const found = copy.getTransaction(base58Encode(outcome.signature()));
		expect(String(found)).toBe(String(outcome));
		expect(String(copy.getTransaction(base58Encode(failed.meta().signature())))).toBe(String(failed));
		for (const one of [svm, copy]) one.expireBlockhash();
		const again = signed(svm, [call]);
		expect(copy.sendTransaction(again).toString()).toBe(svm.sendTransaction(again).toString());
		expect(copy.airdrop(address(1), 5n)?.toString()).toBe(svm.airdrop(address(1), 5n)?.toString());
		expect(Buffer.compare(copy.toBytes(), svm.toBytes())).toBe(0);
	});

	it('keeps an instance with nothing in it what it is', () => {
		const copy = LiteSVM.fromBytes(LiteSVM.default().toBytes());
		expect(() => copy.getClock()).toThrow(/withSysvars/);
		expect(copy.withSysvars().withBuiltins().getAccount(SYSTEM).exists).toBe(true);
		expect(copy.toBytes().length).toBeLessThan(2_000_000);
	});

	it('is written to and read from a file', () => {
		const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
		try {
			const path = join(folder, 'state');
			const svm = new LiteSVM();
			fund(svm, 1, 5n);
			svm.saveToFile(path);
			expect(LiteSVM.loadFromFile(path).getBalance(address(1))).toBe(5n);
			truncateSync(path, 1000);
			expect(() => LiteSVM.loadFromFile(path)).toThrow(/cut off or damaged/);
			expect(() => LiteSVM.loadFromFile(join(folder, 'nothing'))).toThrow(/ENOENT/);
			expect(() => svm.saveToFile(3 as never)).toThrow('path: expected a string, got a number');
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('is told apart from bytes that are cut off, damaged, foreign or of another version', () => {
		const bytes = LiteSVM.default().toBytes();
		const load = (wrong: Uint8Array) => () => LiteSVM.fromBytes(wrong);
		expect(load(new Uint8Array(0))).toThrow(/no saved state/);
		expect(load(new TextEncoder().encode('{"accounts": []}'))).toThrow(/no saved state/);
		for (const length of [25, 60, bytes.length - 33, bytes.length - 1]) {
			expect(load(bytes.subarray(0, length))).toThrow(/cut off or damaged/);
		}
		for (const at of [30, bytes.length >> 1, bytes.length - 1]) {
			const damaged = bytes.slice();
			damaged[at]! ^= 1;
			expect(load(damaged)).toThrow(/cut off or damaged/);
		}
		const newer = bytes.slice();
		newer[18] = 9;
		expect(load(newer)).toThrow('saved in version 9 of the format; this can read 1');
		expect(load('text' as never)).toThrow('bytes: expected a Uint8Array, got a string');
	});
});

describe('A forged state', () => {
	it('with a right checksum is a state, or a RangeError', () => {
		const svm = LiteSVM.default().withSysvars().withComputeBudget(new ComputeBudget());
		fund(svm, 1, 5n);
		svm.withLamports(50_000_000n).withBuiltins().airdrop(address(2), 1_000_000n);
		const bytes = svm.toBytes();
		// Most of a state is the slot history; what stands before and behind is what can be forged.
		const place = fc.oneof(
			fc.nat(4000),
			fc.nat(4000).map((n) => bytes.length - 33 - n),
		);
		let refused = 0;
		fc.assert(
			fc.property(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
				const forged = bytes.slice();
				for (const [at, byte] of changes) if (at >= 22) forged[at] = byte;
				forged.set(sha256(forged.subarray(0, -32)), forged.length - 32);
				try {
					LiteSVM.fromBytes(forged);
				} catch (error) {
					refused++;
					expect(error).toBeInstanceOf(RangeError);
				}
			}),
			{ numRuns: 150 },
		);
		expect(refused).toBeGreaterThan(0);
	});
});

function readMemo(): Uint8Array {
	const account = new LiteSVM().getAccount('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
	if (!account.exists) throw new Error('the bundled memo program is missing: run "npm run build"');
	return account.data;
}
