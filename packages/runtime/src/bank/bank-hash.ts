/**
 * Owns the hash of a frozen bank, and the mark that a hard fork leaves on it.
 *
 * Sources: solana-runtime bank.rs (`hash_internal_state`), crate `solana-hard-forks` (`get_hash_data`).
 */
import { sha256 } from '@parhelion/crypto';
import { ByteWriter, Hash, type Slot } from '@parhelion/sdk';
import type { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import type { HardForks } from '../genesis/genesis-config.ts';

/** What a bank's hash is over. */
export interface BankHashInput {
	readonly slot: Slot;
	readonly parentSlot: Slot;
	/** The parent's bank hash; zeros for slot 0. */
	readonly parentHash: Hash;
	/** Signatures of the transactions in the block, failed ones too (u64). */
	readonly signatureCount: bigint;
	/** The hash of the block's last tick. */
	readonly lastBlockhash: Hash;
	readonly accountsLtHash: AccountsLtHash;
	readonly hardForks?: HardForks;
}

/** How many hard forks lie behind the parent and not behind `slot`, as eight bytes; null where there are none. */
export function hardForkHashData(hardForks: HardForks, slot: Slot, parentSlot: Slot): Uint8Array | null {
	let count = 0n;
	for (const [forkSlot, forkCount] of hardForks) {
		if (parentSlot < forkSlot && slot >= forkSlot) count += forkCount;
	}
	return count === 0n ? null : new ByteWriter(8).u64(count).finish();
}

/** `HardForks::register`: one more hard fork at a slot. */
export function registerHardFork(hardForks: HardForks, slot: Slot): HardForks {
	const counts = new Map<bigint, bigint>(hardForks);
	counts.set(slot, (counts.get(slot) ?? 0n) + 1n);
	return [...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The bank hash: of parent, signatures and blockhash, then of that and the accounts, then of a hard fork if any. */
export function computeBankHash(input: BankHashInput): Hash {
	const head = new ByteWriter(72)
		.raw(input.parentHash.bytes)
		.u64(input.signatureCount)
		.raw(input.lastBlockhash.bytes)
		.finish();
	let hash = sha256(sha256(head), input.accountsLtHash.bytes);
	const mark = hardForkHashData(input.hardForks ?? [], input.slot, input.parentSlot);
	if (mark !== null) hash = sha256(hash, mark);
	return Hash.fromBytes(hash);
}
