/**
 * What a bank does to itself when it is frozen, beside paying the fees (`fee-distribution.ts`): what was burned vanishes,
 * the accounts that the slot wrote go into the lattice hash, and that into the bank hash.
 *
 * Source: solana-runtime 4.3.0 (bank.rs: `run_incinerator`, `hash_internal_state`; bank/accounts_lt_hash.rs:
 * `finish_accounts_lt_hash_updates`).
 */
import { createAccount, type Hash, programIds } from '@parhelion/sdk';
import { Ancestors } from '../accounts-db/ancestors.ts';
import type { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import type { Bank } from './bank.ts';
import { computeBankHash } from './bank-hash.ts';

/** Burns what was sent to the incinerator (`run_incinerator`). InvariantError once the bank is frozen. */
export function runIncinerator(bank: Bank): void {
	if (bank.getBalance(programIds.incinerator) === 0n) return;
	bank.storeAndCount(programIds.incinerator, createAccount({}));
}

/**
 * The lattice hash that the accounts have after this slot: the bank's is still its parent's, and is not changed
 * (`finish_accounts_lt_hash_updates`).
 */
export function accountsLtHashAfter({ shared, parent, slot, accountsLtHash }: Bank): AccountsLtHash {
	const { accountsDb } = shared;
	const hash = accountsLtHash.clone();
	const before = parent?.ancestors ?? Ancestors.none;
	for (const [pubkey, account] of accountsDb.slotEntries(slot)) {
		const old = parent === null ? null : accountsDb.load(before, pubkey);
		hash.update(pubkey, old, account);
	}
	return hash;
}

/** The bank hash of a bank whose lattice hash is that of its slot (`hash_internal_state`). */
export function hashInternalState(bank: Bank): Hash {
	const { slot, parentSlot, parentHash, signatureCount, accountsLtHash, hardForks } = bank;
	const lastBlockhash = bank.lastBlockhash();
	return computeBankHash({
		slot,
		parentSlot,
		parentHash,
		signatureCount,
		lastBlockhash,
		accountsLtHash,
		hardForks,
	});
}

/** Tells whoever listens that a bank was frozen. InvariantError before it is. */
export function tellFrozen(bank: Bank): void {
	const { events } = bank.shared;
	if (!events.has('slotFrozen')) return;
	const { slot, parentSlot: parent, hash, blockTransactionCount: transactionCount } = bank;
	events.emit('slotFrozen', { slot, parent, hash, blockhash: bank.lastBlockhash(), transactionCount });
}
