import { type AccountSharedData, createAccount, Pubkey } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiteAccounts } from './lite-accounts.ts';

const pubkey = (n: number): Pubkey => {
	const bytes = new Uint8Array(32);
	new DataView(bytes.buffer).setUint32(0, n);
	return Pubkey.fromBytes(bytes);
};
const account = (lamports: number, owner: number): AccountSharedData =>
	createAccount({ lamports: BigInt(lamports), owner: pubkey(1000 + owner) });

/** What can be done to one of the states, and to a plain map beside it. */
const step = fc.oneof(
	fc.record({ do: fc.constant('store' as const), key: fc.nat(12), owner: fc.nat(2), lamports: fc.nat(9) }),
	fc.record({ do: fc.constant('delete' as const), key: fc.nat(12) }),
	fc.record({ do: fc.constant('fork' as const) }),
	fc.record({ do: fc.constant('switch' as const), to: fc.nat(20) }),
	fc.record({ do: fc.constant('list' as const), owner: fc.nat(2) }),
);

function listed(entries: Iterable<readonly [Pubkey, AccountSharedData]>): string[] {
	return Array.from(entries, ([key, { lamports, owner }]) => `${key} ${lamports} ${owner}`).sort();
}

describe('LiteAccounts', () => {
	it('is a map, and so is each of its forks, on its own', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
				const worlds: { accounts: LiteAccounts; plain: Map<number, AccountSharedData> }[] = [
					{ accounts: new LiteAccounts(), plain: new Map() },
				];
				let at = 0;
				for (const one of steps) {
					const { accounts, plain } = worlds[at]!;
					if (one.do === 'store') {
						const stored = account(one.lamports, one.owner);
						accounts.store(pubkey(one.key), stored);
						plain.set(one.key, stored);
					} else if (one.do === 'delete') {
						expect(accounts.delete(pubkey(one.key))).toBe(plain.delete(one.key));
					} else if (one.do === 'fork') {
						worlds.push({ accounts: accounts.fork(), plain: new Map(plain) });
					} else if (one.do === 'switch') {
						at = one.to % worlds.length;
					} else {
						const owner = pubkey(1000 + one.owner);
						const expected = [...plain].filter(([, { owner: its }]) => its.equals(owner));
						expect(listed(accounts.programAccounts(owner))).toEqual(
							listed(expected.map(([key, stored]) => [pubkey(key), stored])),
						);
					}
				}
				for (const { accounts, plain } of worlds) {
					expect(accounts.size).toBe(plain.size);
					expect(listed(accounts.entries())).toEqual(
						listed([...plain].map(([key, stored]) => [pubkey(key), stored])),
					);
					for (let key = 0; key <= 12; key++) expect(accounts.get(pubkey(key))).toBe(plain.get(key));
				}
			}),
			{ numRuns: 300 },
		);
	});

	it('keeps few layers under many forks', () => {
		const accounts = new LiteAccounts();
		for (let i = 0; i < 1000; i++) {
			accounts.store(pubkey(i), account(i, 0));
			accounts.fork();
			expect(accounts.depth).toBeLessThanOrEqual(10);
		}
		expect(accounts.size).toBe(1000);
		expect(accounts.get(pubkey(0))?.lamports).toBe(0n);
	});

	it('keeps nothing of accounts that were deleted', () => {
		const accounts = new LiteAccounts();
		for (let i = 0; i < 100; i++) {
			accounts.store(pubkey(i), account(i, 0));
			accounts.fork();
			accounts.delete(pubkey(i));
			accounts.fork();
		}
		expect([accounts.size, accounts.depth]).toEqual([0, 0]);
	});

	it('forks a state that did not change without a new layer', () => {
		const accounts = new LiteAccounts();
		accounts.store(pubkey(1), account(1, 0));
		for (let i = 0; i < 50; i++) accounts.fork();
		expect(accounts.depth).toBe(1);
	});
});
