import { createAccount, Pubkey } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from './accounts-db.ts';

const key = (n: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(n));
const owned = (owner: Pubkey, lamports = 1n) => createAccount({ lamports, owner });

describe('AccountsDb', () => {
	it('keeps what was stored last under an address', () => {
		const db = new AccountsDb();
		db.store(key(1), owned(key(9), 1n));
		db.store(key(1), owned(key(9), 2n));
		expect(db.get(Pubkey.fromBytes(key(1).bytes))?.lamports).toBe(2n);
		expect(db.size).toBe(1);
	});

	it('is not changed by what happens to a copy', () => {
		const db = new AccountsDb();
		db.store(key(1), owned(key(9)));
		const copy = new AccountsDb(db);
		copy.store(key(2), owned(key(9)));
		copy.delete(key(1));
		expect([...db.entries()].map(([pubkey]) => pubkey.key)).toEqual([key(1).key]);
		expect([...copy.programAccounts(key(9))].map(([pubkey]) => pubkey.key)).toEqual([key(2).key]);
	});

	it('lists by owner what a scan would, whatever was stored, moved and deleted between', () => {
		const step = fc.record({
			address: fc.integer({ min: 0, max: 5 }),
			owner: fc.integer({ min: 10, max: 13 }),
			action: fc.constantFrom('store', 'delete', 'list'),
		});
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
				const db = new AccountsDb();
				const model = new Map<number, number>();
				for (const { address, owner, action } of steps) {
					if (action === 'store') {
						db.store(key(address), owned(key(owner)));
						model.set(address, owner);
					} else if (action === 'delete') {
						expect(db.delete(key(address))).toBe(model.delete(address));
					} else {
						const listed = [...db.programAccounts(key(owner))].map(([pubkey]) => pubkey.bytes[0]).sort();
						expect(listed).toEqual(
							[...model]
								.filter(([, by]) => by === owner)
								.map(([at]) => at)
								.sort(),
						);
					}
				}
			}),
		);
	});
});
