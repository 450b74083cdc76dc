/** What a chain needs of a folder, or of whatever stands in for one. */
import { Pubkey } from '@parhelion/sdk';
import type { AccountsStorage } from '../accounts-db/storage.ts';
import type { SlotLeader } from '../bank/leader-schedule.ts';
import type { GenesisConfig } from '../genesis/genesis-config.ts';
import type { Blockstore } from './blockstore.ts';

/** Where a chain lives beyond its process. */
export interface Ledger {
	/** What the chain began with, as it was read back: a restart reads the same. */
	readonly genesis: GenesisConfig;
	/** The rooted accounts and the checkpoint of the root. */
	readonly storage: AccountsStorage;
	readonly blockstore: Blockstore;
	/** Ends the use of all of it. */
	close(): Promise<void>;
}

/** Who makes the blocks of a ledger; `null` before its first block. */
export function ledgerLeader(blockstore: Blockstore): SlotLeader | null {
	const bytes = blockstore.validator;
	return bytes === null ? null : { id: Pubkey.fromBytes(bytes), voteAddress: Pubkey.fromBytes(bytes, 32) };
}

/** Remembers who makes the blocks of a ledger. */
export function setLedgerLeader(blockstore: Blockstore, { id, voteAddress }: SlotLeader): void {
	const bytes = new Uint8Array(64);
	bytes.set(id.bytes);
	bytes.set(voteAddress.bytes, 32);
	blockstore.setValidator(bytes);
}
