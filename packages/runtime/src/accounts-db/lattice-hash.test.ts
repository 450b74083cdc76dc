import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@parhelion/crypto';
import { createAccount, Hash, Pubkey } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { hardForkHashData, registerHardFork } from '../bank/hard-forks.ts';
import { AccountsLtHash } from './lattice-hash.ts';

/** Made by Agave 4.3.0's `AccountsDb::lt_hash_account`; the checksum is upstream's, `sum` is SHA-256 of the words. */
const golden = JSON.parse(
	readFileSync(join(import.meta.dirname, '../golden/agave-account-hashes.json'), 'utf8'),
) as readonly {
	readonly lamports: string;
	readonly length: number;
	readonly executable: boolean;
	readonly checksum: string;
	readonly sum: string;
}[];

const named = (name: string): Pubkey => Pubkey.fromBytes(sha256(new TextEncoder().encode(name)));

/** Marsaglia's xorshift64, as the program that made the golden values has it. */
class Xorshift {
	private state = 88172645463325252n;

	next(): bigint {
		let x = this.state;
		x ^= BigInt.asUintN(64, x << 13n);
		x ^= x >> 7n;
		x ^= BigInt.asUintN(64, x << 17n);
		this.state = x;
		return x;
	}
}

describe('the hash of an account', () => {
	const rng = new Xorshift();
	const cases = golden.map((row, i) => {
		const data = Uint8Array.from({ length: row.length }, () => Number(rng.next() & 0xffn));
		const lamports = rng.next() | 1n;
		const owner = named(`owner${i}`);
		const account = createAccount({
			lamports,
			data,
			owner,
			executable: row.executable,
			rentEpoch: rng.next(),
		});
		return { row, pubkey: named(`account${i}`), account };
	});

	it.each(cases)('of $row.length bytes is Agave’s', ({ row, pubkey, account }) => {
		expect(account.lamports.toString()).toBe(row.lamports);
		const hash = new AccountsLtHash();
		hash.mixIn(pubkey, account);
		expect(hash.checksum().toBase58()).toBe(row.checksum);
		expect(Hash.fromBytes(sha256(hash.bytes)).toBase58()).toBe(row.sum);
	});

	it('does not depend on the rent epoch, and is nothing without lamports', () => {
		const { pubkey, account } = cases[3]!;
		const [a, b] = [new AccountsLtHash(), new AccountsLtHash()];
		a.mixIn(pubkey, account);
		b.mixIn(pubkey, { ...account, rentEpoch: 7n });
		expect(b.checksum().equals(a.checksum())).toBe(true);
		b.mixIn(pubkey, { ...account, lamports: 0n });
		expect(b.checksum().equals(a.checksum())).toBe(true);
		b.update(pubkey, account, { ...account, lamports: 0n });
		expect(b.checksum().equals(new AccountsLtHash().checksum())).toBe(true);
	});

	it('does not change with a copy of the sum', () => {
		const { pubkey, account } = cases[0]!;
		const sum = new AccountsLtHash();
		const copy = sum.clone();
		sum.mixIn(pubkey, account);
		expect(copy.checksum().equals(new AccountsLtHash().checksum())).toBe(true);
		expect(sum.clone().checksum().equals(sum.checksum())).toBe(true);
	});
});

// Cases of crate solana-hard-forks.
describe('hard forks', () => {
	it('mark the first bank behind them with how many there were', () => {
		const forks = [20n, 10n, 20n].reduce(registerHardFork, [] as ReturnType<typeof registerHardFork>);
		expect(forks).toEqual([
			[10n, 1n],
			[20n, 2n],
		]);
		const mark = (slot: bigint, parent: bigint): number | null =>
			hardForkHashData(forks, slot, parent)?.[0] ?? null;
		expect(mark(9n, 0n)).toBeNull();
		expect(mark(10n, 0n)).toBe(1);
		expect(mark(19n, 0n)).toBe(1);
		expect(mark(20n, 0n)).toBe(3);
		expect(mark(20n, 10n)).toBe(2);
		expect(mark(21n, 10n)).toBe(2);
		expect(mark(21n, 20n)).toBeNull();
	});
});
