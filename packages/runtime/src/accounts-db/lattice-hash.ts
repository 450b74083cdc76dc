/**
 * Owns the hash over all accounts: each account's hash is an element of a lattice, and their sum does not care for
 * order, so a slot only changes it by the accounts that changed.
 *
 * Sources: solana-accounts-db accounts_db.rs (`lt_hash_account`, `hash_account_helper`), solana-lattice-hash
 * (`LtHash::checksum`), solana-runtime bank/accounts_lt_hash.rs. An account's hash is over lamports, data, executable,
 * owner and address; the rent epoch has no part in it, and an account without lamports counts as none.
 */
import { blake3, LatticeSum } from '@parhelion/crypto';
import { type AccountSharedData, Hash, type Pubkey } from '@parhelion/sdk';

const LAMPORTS = new Uint8Array(8);
const LAMPORTS_VIEW = new DataView(LAMPORTS.buffer);
/** Executable, owner, address. */
const TAIL = new Uint8Array(65);
/** What is hashed of an account; made anew by no call. */
const CHUNKS: [Uint8Array, Uint8Array, Uint8Array] = [LAMPORTS, LAMPORTS, TAIL];

function chunksOf(pubkey: Pubkey, account: AccountSharedData): readonly Uint8Array[] {
	LAMPORTS_VIEW.setBigUint64(0, account.lamports, true);
	TAIL[0] = account.executable ? 1 : 0;
	TAIL.set(account.owner.bytes, 1);
	TAIL.set(pubkey.bytes, 33);
	CHUNKS[1] = account.data;
	return CHUNKS;
}

/** The lattice hash over a set of accounts (upstream's `AccountsLtHash`). */
export class AccountsLtHash extends LatticeSum {
	/** Mixes an account in; one without lamports changes nothing. */
	mixIn(pubkey: Pubkey, account: AccountSharedData): void {
		if (account.lamports !== 0n) this.add(chunksOf(pubkey, account));
	}

	/** Mixes an account out that was mixed in; one without lamports changes nothing. */
	mixOut(pubkey: Pubkey, account: AccountSharedData): void {
		if (account.lamports !== 0n) this.subtract(chunksOf(pubkey, account));
	}

	/** Replaces an account by its next version; null where there is none. The same object twice costs nothing. */
	update(pubkey: Pubkey, before: AccountSharedData | null, after: AccountSharedData | null): void {
		if (before === after) return;
		if (before !== null) this.mixOut(pubkey, before);
		if (after !== null) this.mixIn(pubkey, after);
	}

	/** A sum of its own with the same words. */
	clone(): AccountsLtHash {
		const copy = new AccountsLtHash();
		copy.copyFrom(this);
		return copy;
	}

	/** BLAKE3 of the 2048 bytes: what snapshots and logs show. */
	checksum(): Hash {
		return Hash.fromBytes(blake3(this.bytes));
	}
}
