/**
 * Owns the hash of a frozen bank.
 *
 * Source: solana-runtime bank.rs (`hash_internal_state`).
 */
import { sha256 } from '@parhelion/crypto';
import { ByteWriter, Hash, type Slot } from '@parhelion/sdk';
import type { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import type { HardForks } from '../genesis/genesis-config.ts';
import { hardForkHashData } from './hard-forks.ts';

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
