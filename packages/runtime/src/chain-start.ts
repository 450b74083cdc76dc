/**
 * How a chain comes to be: from a genesis in memory, or from a ledger as far as it goes.
 *
 * A ledger's chain begins with the checkpoint of its root, or with its genesis where nothing was rooted yet, and replays the
 * blocks above it. What a block cannot say is told to the bank as it was: the time, which came from outside.
 */
import type { Slot, UnixTimestamp } from '@parhelion/sdk';
import { AccountsDb } from './accounts-db/accounts-db.ts';
import { MemoryStorage } from './accounts-db/memory-storage.ts';
import { StorageError } from './accounts-db/storage-error.ts';
import { Bank } from './bank/bank.ts';
import { decodeBankCheckpoint } from './bank/bank-checkpoint.ts';
import type { BankOptions } from './bank/bank-context.ts';
import { BankForks } from './bank/bank-forks.ts';
import type { CommittedTransaction, GenesisOptions } from './bank/bank-types.ts';
import { MAX_RECENT_BLOCKHASHES } from './bank/blockhash-queue.ts';
import type { SlotLeader } from './bank/leader-schedule.ts';
import { genesisConfigHash } from './genesis/genesis-config.ts';
import { type ChainSettings, resolveGenesis, resolveSettings } from './genesis/local-genesis.ts';
import { decodeMessages } from './ledger/block-sidecar.ts';
import type { BlockMeta } from './ledger/blockstore-types.ts';
import { type Ledger, ledgerLeader, setLedgerLeader } from './ledger/ledger.ts';
import { readBack } from './ledger/ledger-blocks.ts';
import { openReplayed, replayBlock } from './ledger/replay.ts';

/** Transactions that a chain on a ledger keeps in memory beside it. */
const LEDGER_HISTORY_LIMIT = 10_000;

/** How to go on with a chain that lives in a ledger. */
export interface OpenOptions extends Partial<ChainSettings> {
	/** Is told how many of the blocks to be replayed are done. */
	readonly onProgress?: (done: number, total: number) => void;
	/** Bytes of blocks that the ledger keeps, the newest ones apart; no limit where left out. */
	readonly maxLedgerBytes?: number;
}

/** Where committed transactions go; nobody's while blocks are replayed. */
export interface TransactionSink {
	target: { add(transaction: CommittedTransaction): void } | null;
}

/** What a chain begins with. */
export interface ChainStart {
	readonly settings: ChainSettings;
	readonly leader: SlotLeader;
	readonly forks: BankForks;
	/** The bank of the open slot. */
	readonly bank: Bank;
	readonly sink: TransactionSink;
	readonly ledger: Ledger | null;
	/** The genesis's, in seconds since 1970. */
	readonly creationTime: UnixTimestamp;
}

/** A chain in memory at its genesis. RangeError for a program with an unknown loader. */
export function startFromGenesis(options: GenesisOptions): ChainStart {
	const { config, ...settings } = resolveGenesis(options);
	const leader = leaderOf(settings);
	const accountsDb = new AccountsDb({ storage: new MemoryStorage() });
	const sink: TransactionSink = { target: null };
	const bankOptions = bankOptionsOf(settings, sink, settings.unixTimestamp);
	const bank = Bank.newFromGenesis(config, leader, accountsDb, bankOptions);
	const { creationTime } = config;
	return { settings, leader, forks: new BankForks(bank), bank, sink, ledger: null, creationTime };
}

/**
 * The chain of a ledger where it stood. Errors (StorageError): `other-genesis` for another identity than that of its
 * blocks, `corrupt` for what cannot be read or replayed.
 */
export function startFromLedger(ledger: Ledger, options: OpenOptions): ChainStart {
	const { blockstore, storage, genesis } = ledger;
	const known = ledgerLeader(blockstore);
	const asked = resolveSettings(options, genesis.creationTime, LEDGER_HISTORY_LIMIT);
	const named = options.voter?.identity.pubkey ?? options.identity;
	if (known !== null && named !== undefined && !known.id.equals(named)) {
		throw new StorageError(
			'other-genesis',
			`The ledger's blocks were made by ${known.id}, not by ${named}. Start with that identity, or anew.`,
		);
	}
	const leader = known ?? leaderOf(asked);
	if (known === null) setLedgerLeader(blockstore, leader);
	const settings = { ...asked, identity: leader.id };

	let replayed: UnixTimestamp | null = null;
	const sink: TransactionSink = { target: null };
	const time = (slot: Slot): UnixTimestamp => replayed ?? settings.unixTimestamp(slot);
	const accountsDb = new AccountsDb({ storage, isBlockDurable: (slot) => blockstore.isDurable(slot) });
	const first = storage.root === null ? blockstore.getMeta(0n) : null;
	replayed = first?.blockTime ?? null;
	const root = rootBank(ledger, accountsDb, leader, bankOptionsOf(settings, sink, time));
	const forks = new BankForks(root);
	const blocks: BlockMeta[] = [...blockstore.replayable(root.slot)];
	const total = blocks.length + (first === null ? 0 : 1);
	let done = 0;
	if (first !== null) {
		replayBlock(root, blockstore, first);
		options.onProgress?.(++done, total);
	}
	for (const meta of blocks) {
		replayed = meta.blockTime;
		// A block whose parent has none was left out by `replayable`.
		const bank = forks.insert(openReplayed(forks.get(meta.parent)!, leader, meta, blockstore));
		replayBlock(bank, blockstore, meta);
		options.onProgress?.(++done, total);
	}
	replayed = null;
	const tip = forks.workingBank;
	const bank = tip.isFrozen ? forks.insert(Bank.newFromParent(tip, leader, tip.slot + 1n)) : tip;
	return { settings, leader, forks, bank, sink, ledger, creationTime: genesis.creationTime };
}

function leaderOf({ identity, voter }: ChainSettings): SlotLeader {
	return { id: identity, voteAddress: voter?.vote.pubkey ?? identity };
}

function bankOptionsOf(
	{ logBytesLimit }: ChainSettings,
	sink: TransactionSink,
	unixTimestamp: (slot: Slot) => UnixTimestamp,
): BankOptions {
	return {
		unixTimestamp,
		logBytesLimit,
		get history() {
			return sink.target;
		},
	};
}

/**
 * The bank that a replay begins on: that of the genesis, open, or of the root where `accountsDb` stands at one. StorageError
 * (`corrupt`) where its checkpoint is missing or cannot be read.
 */
export function rootBank(
	ledger: Ledger,
	accountsDb: AccountsDb,
	leader: SlotLeader,
	options: BankOptions,
): Bank {
	const { genesis } = ledger;
	if (accountsDb.root === null) return Bank.newFromGenesis(genesis, leader, accountsDb, options);
	const checkpoint = accountsDb.loadCheckpoint();
	if (checkpoint === null) {
		throw new StorageError(
			'corrupt',
			`The ledger has accounts of slot ${accountsDb.root} without the bank that they belong to. Restore it from a copy, or start anew.`,
		);
	}
	const { slot, fields } = checkpoint;
	const decoded = readBack(slot, 'the checkpoint', decodeBankCheckpoint(fields));
	const bank = Bank.fromCheckpoint(decoded, genesisConfigHash(genesis), accountsDb, options);
	restoreStatusCache(bank, ledger);
	return bank;
}

/** Tells a restored root's bank which messages it and those before it have processed. */
function restoreStatusCache({ slot, shared }: Bank, { blockstore }: Ledger): void {
	const roots: Slot[] = [];
	// The checkpoint has told of the slots up to a snapshot's.
	const known = shared.statusCache.appended.at(-1)?.slot ?? -1n;
	for (const meta of blockstore.rootsDownFrom(slot)) {
		if (meta.slot <= known || roots.push(meta.slot) >= MAX_RECENT_BLOCKHASHES) break;
	}
	for (const root of roots.reverse()) {
		const messages = blockstore.getSidecar(root, 'messages');
		const processed = messages === null ? [] : readBack(root, 'the messages', decodeMessages(messages));
		for (const { blockhash, messageHash, err } of processed)
			shared.statusCache.insert(blockhash, messageHash, root, err);
		shared.statusCache.addRoot(root);
	}
}
