/**
 * The flags of `parhelion start` and `parhelion fork`: the names that people know from solana-test-validator 4.3.0, and
 * Parhelion's own.
 */
import { DEFAULT_BIND_ADDRESS, DEFAULT_RPC_PORT, DEFAULT_SLOT_MS } from '@parhelion/rpc';
import type { Pubkey } from '@parhelion/sdk';
import { CACHE_AGE_FLAG, CACHE_FLAG, type CacheOptions, urlFlag } from './cluster-flags.ts';
import { type FlagTable, inert, list, one, toggle } from './flag.ts';
import { ledgerFlag } from './ledger-flag.ts';
import {
	address,
	bigInteger,
	bindAddress,
	integer,
	nonEmpty,
	onOff,
	port,
	portRange,
	sol,
} from './readers.ts';

/** A program on the disk. */
export interface ProgramFlag {
	/** Base58, or the path of a key pair file. */
	readonly address: string;
	readonly file: string;
	/** Base58, the path of a key pair file, or `none`. */
	readonly authority: string;
}

/** An account on the disk. */
export interface AccountFlag {
	/** Null: the one in the file. */
	readonly address: Pubkey | null;
	readonly file: string;
}

/** What the command line asks of a node. What may be undefined has its default elsewhere. */
export interface StartOptions extends CacheOptions {
	readonly rpcPort: number;
	readonly wsPort?: number;
	readonly bindAddress: string;
	readonly faucetPort?: number;
	readonly dynamicPortRange?: readonly [first: number, last: number];
	readonly quic?: boolean;
	readonly cheatcodes?: boolean;
	readonly allowedHost?: readonly string[];
	readonly maxRequestsPerSecond?: number;

	readonly ledger?: string;
	readonly reset?: boolean;
	/** Shreds in upstream's flag; blocks' worth of them here. */
	readonly limitLedgerSize?: number;
	readonly config?: string;

	readonly bpfProgram?: readonly ProgramFlag[];
	readonly upgradeableProgram?: readonly ProgramFlag[];
	readonly account?: readonly AccountFlag[];
	readonly accountDir?: readonly string[];

	readonly url?: string;
	readonly clone?: readonly Pubkey[];
	readonly maybeClone?: readonly Pubkey[];
	readonly cloneUpgradeableProgram?: readonly Pubkey[];
	readonly cloneFeatureSet?: boolean;
	readonly mint?: Pubkey;
	/** Lamports. */
	readonly faucetSol?: bigint;
	readonly slotsPerEpoch?: bigint;
	readonly ticksPerSlot?: number;
	readonly deactivateFeature?: readonly Pubkey[];

	/** Milliseconds. */
	readonly slotMs?: number;
	/** True: the slot of the other cluster. */
	readonly warpSlot?: bigint | true;

	/** Say nothing but errors. */
	readonly quiet: boolean;
	/** One line when ready, for scripts. */
	readonly json?: boolean;
	readonly log?: boolean;
	readonly logMessagesBytesLimit?: number;

	readonly gossipHost?: string;
	readonly gossipPort?: string;
	readonly geyserPluginConfig?: string;
	readonly computeUnitLimit?: string;
	readonly transactionAccountLockLimit?: string;
	readonly rpcPubsubEnableBlockSubscription?: string;
	readonly accountIndex?: string;
	readonly inflationFixed?: string;
	readonly faucetPerRequestSolCap?: string;
	readonly faucetPerTimeSolCap?: string;
	readonly faucetTimeSliceSecs?: string;
}

const PROGRAMS = 'Programs and accounts';
const UPSTREAM = 'Another cluster';

/** The rows, in the order of the help. */
export const START_FLAGS: FlagTable<StartOptions> = {
	rpcPort: one('PORT', port, {
		short: 'p',
		group: 'Network',
		help: 'port of JSON-RPC, 0 for a free one',
		fallback: DEFAULT_RPC_PORT,
	}),
	wsPort: one('PORT', port, {
		short: 'w',
		group: 'Network',
		help: 'port of PubSub, 0 for a free one',
		fallbackText: 'the one after JSON-RPC',
	}),
	bindAddress: one('ADDRESS', bindAddress, {
		short: 'b',
		group: 'Network',
		help: 'address to listen on',
		fallback: DEFAULT_BIND_ADDRESS,
	}),
	faucetPort: one('PORT', port, {
		group: 'Network',
		help: "port of the faucet's own protocol, 0 for a free one; requestAirdrop works without it",
		fallbackText: 'none',
	}),
	dynamicPortRange: one('MIN-MAX', portRange, {
		group: 'Network',
		help: 'UDP ports of which the first free one takes transactions over QUIC',
		fallbackText: 'any',
	}),
	quic: one('on|off', onOff, {
		group: 'Network',
		help: 'whether to take transactions over QUIC, as "solana program deploy" without --use-rpc sends them',
		fallbackText: 'on',
		completes: ['on', 'off'],
	}),
	cheatcodes: one('on|off', onOff, {
		group: 'Network',
		help: 'whether clients may set accounts, travel in time and the like',
		fallbackText: 'on where only this machine can connect',
		completes: ['on', 'off'],
	}),
	allowedHost: list(['HOST'], nonEmpty('The name of a host'), {
		group: 'Network',
		help: 'a name by which clients may call the node, besides localhost and addresses',
	}),
	maxRequestsPerSecond: one('REQUESTS', integer('A number of requests', 1, 1_000_000), {
		group: 'Network',
		help: 'requests a second that each client may make',
		fallbackText: 'any number',
	}),

	ledger: ledgerFlag(
		'folder of the ledger; the node goes on from what is there',
		'none, the chain lives in memory',
	),
	reset: toggle({ short: 'r', group: 'Ledger', help: 'begin anew, whatever the ledger holds' }),
	limitLedgerSize: one('SHREDS', integer('The size of a ledger', 1, Number.MAX_SAFE_INTEGER), {
		group: 'Ledger',
		help: 'how much of the past the ledger keeps',
	}),
	config: one('FILE', nonEmpty('The path of the configuration'), {
		short: 'C',
		group: 'Ledger',
		help: 'take flags from this parhelion.toml, or what an Anchor.toml says of the local cluster',
		fallbackText: 'parhelion.toml, if it is there',
		completes: 'file',
	}),

	bpfProgram: list(
		['ADDRESS_OR_KEYPAIR', 'FILE.so'],
		(where, file): ProgramFlag => ({ address: where, file, authority: 'none' }),
		{ group: PROGRAMS, help: 'a program to have, which nobody can upgrade', completes: 'file' },
	),
	upgradeableProgram: list(
		['ADDRESS_OR_KEYPAIR', 'FILE.so', 'AUTHORITY'],
		(where, file, authority): ProgramFlag => ({ address: where, file, authority }),
		{
			group: PROGRAMS,
			help: 'a program to have; AUTHORITY may upgrade it: an address, a key pair file or none',
			completes: 'file',
		},
	),
	account: list(
		['ADDRESS', 'FILE.json'],
		(where, file): AccountFlag => ({ address: where === '-' ? null : address(where), file }),
		{
			group: PROGRAMS,
			help: 'an account to have, as "solana account --output json" writes it; ADDRESS - takes the one in the file',
			completes: 'file',
		},
	),
	accountDir: list(['DIR'], (dir) => dir, {
		group: PROGRAMS,
		help: 'every account of this folder (*.json)',
		completes: 'file',
	}),

	url: urlFlag('JSON-RPC of the cluster to take accounts from'),
	clone: list(['ADDRESS'], address, {
		short: 'c',
		group: UPSTREAM,
		help: 'an account to take from there; a program comes with its code',
	}),
	maybeClone: list(['ADDRESS'], address, { group: UPSTREAM, help: 'the same, if it exists there' }),
	cloneUpgradeableProgram: list(['ADDRESS'], address, {
		group: UPSTREAM,
		help: 'the same, if it is a program',
	}),
	cloneFeatureSet: toggle({ group: UPSTREAM, help: 'have the features active that are active there' }),
	cache: CACHE_FLAG,
	cacheAge: CACHE_AGE_FLAG,

	mint: one('ADDRESS', address, {
		group: 'Genesis',
		help: 'gets 500,000,000 SOL',
		fallbackText: "the Solana tools' key pair, if there is one",
	}),
	faucetSol: one('SOL', sol, { group: 'Genesis', help: 'what the faucet has', fallbackText: '500000000' }),
	slotsPerEpoch: one('SLOTS', bigInteger('The slots of an epoch', 32n), {
		group: 'Genesis',
		help: 'slots of an epoch, 32 at least',
		fallbackText: '432000',
	}),
	ticksPerSlot: one('TICKS', integer('The ticks of a slot', 1, 1_000_000), {
		group: 'Genesis',
		help: 'ticks of a slot, which decide how long it takes unless --slot-ms does',
		fallbackText: '64',
	}),
	deactivateFeature: list(['FEATURE'], address, {
		group: 'Genesis',
		help: 'a feature that shall not be active',
	}),

	slotMs: one('MILLISECONDS', integer('The time of a slot in milliseconds', 1, 3_600_000), {
		short: 's',
		group: 'Time',
		help: 'time of a slot',
		fallbackText: String(DEFAULT_SLOT_MS),
	}),
	warpSlot: {
		args: ['SLOT'],
		isArgOptional: true,
		group: 'Time',
		help: 'begin at this slot; without a number at the one where the other cluster is',
		read: ([text]) => (text === undefined ? true : bigInteger('A slot', 1n)(text)),
	},

	quiet: toggle({ short: 'q', group: 'Output', help: 'say nothing but errors' }),
	json: toggle({ group: 'Output', help: 'say in one line of JSON where the node is, and then no more' }),
	log: toggle({ group: 'Output', help: 'print the logs of transactions as they come' }),
	logMessagesBytesLimit: one('BYTES', integer('A limit of bytes', 0, Number.MAX_SAFE_INTEGER), {
		group: 'Output',
		help: 'bytes of logs kept a transaction',
		fallbackText: 'all',
	}),

	gossipHost: inert(['HOST'], 'there is no gossip in a cluster of one'),
	gossipPort: inert(['PORT'], 'there is no gossip in a cluster of one'),
	geyserPluginConfig: inert(['FILE'], 'native plugins cannot be loaded'),
	computeUnitLimit: inert(['UNITS'], 'the limits are those of the cluster'),
	transactionAccountLockLimit: inert(['LOCKS'], 'the limits are those of the cluster'),
	rpcPubsubEnableBlockSubscription: inert([], 'every subscription that the node has is on'),
	accountIndex: inert(['INDEX'], 'every index that the node has is on'),
	inflationFixed: inert(['RATE'], 'inflation is that of the cluster'),
	faucetPerRequestSolCap: inert(['SOL'], 'the faucet gives what is asked for'),
	faucetPerTimeSolCap: inert(['SOL'], 'the faucet gives what is asked for'),
	faucetTimeSliceSecs: inert(['SECONDS'], 'the faucet gives what is asked for'),
};
