/** What all banks of a chain share, and what may be chosen for a chain. */
import type { Arena } from '@parhelion/sbpf';
import type { Hash, Slot, UnixTimestamp } from '@parhelion/sdk';
import type { ProgramCache } from '@parhelion/svm';
import type { AccountsDb } from '../accounts-db/accounts-db.ts';
import type { Emitter } from '../events.ts';
import type { HardForks } from '../genesis/genesis-config.ts';
import type { BankEvents } from './bank-events.ts';
import type { BlockLimits, CommittedTransaction } from './bank-types.ts';
import type { HardForkRegister } from './hard-forks.ts';
import type { SlotTree } from './slot-tree.ts';
import type { StatusCache } from './status-cache.ts';

/** What the banks of a chain share. */
export interface BankShared {
	readonly genesisHash: Hash;
	readonly accountsDb: AccountsDb;
	readonly statusCache: StatusCache;
	readonly programCache: ProgramCache;
	readonly slots: SlotTree;
	readonly hardForks: HardForkRegister;
	/** Memory of the virtual machines. */
	readonly arena: Arena;
	readonly events: Emitter<BankEvents>;
	readonly options: BankOptions;
}

/** What may be chosen for a chain. */
export interface BankOptions {
	/** Bytes of logs kept of a transaction; `null`, the default, keeps all, as a node that serves RPC. */
	readonly logBytesLimit?: number | null;
	/**
	 * The time at a slot in seconds since 1970, in place of what the votes say: for chains whose blocks nobody else has
	 * to agree with.
	 */
	readonly unixTimestamp?: (slot: Slot) => UnixTimestamp;
	/** What the limits of a block are to transactions where their options do not say; `reserve` by default. */
	readonly blockLimits?: BlockLimits;
	/** The hard forks there were, and are to be; none by default. */
	readonly hardForks?: HardForks;
	/** Where committed transactions are kept; none by default. */
	readonly history?: { add(transaction: CommittedTransaction): void } | null;
}
