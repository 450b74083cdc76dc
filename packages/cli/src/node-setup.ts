/**
 * What a node needs before it can start: the other cluster, if one has a part in it, and what the chain starts from.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
	DEFAULT_GENESIS_FILE,
	type GenesisOptions,
	type KeyedAccount,
	MAX_GENESIS_SIZE,
} from '@parhelion/runtime';
import { makeWritable } from '@parhelion/runtime/node';
import { clusterOptions } from './flags/cluster-flags.ts';
import { flagName } from './flags/flag.ts';
import { START_FLAGS, type StartOptions } from './flags/start-flags.ts';
import { keypairIn } from './keypair-file.ts';
import { checkClusterNamed, loadGenesis, wantsCluster } from './node-genesis.ts';
import { Cluster } from './upstream/cluster.ts';

/** The files of solana-test-validator's ledger folder. */
const FAUCET_FILE = 'faucet-keypair.json';
const IDENTITY_FILE = 'validator-keypair.json';
const VOTE_ACCOUNT_FILE = 'vote-account-keypair.json';

/** Bytes of a genesis that its own accounts and the bundled programs take at most. */
const RESERVED_GENESIS_SIZE = 2 * 1024 * 1024;
/** Bytes of an account besides its data: address, lamports, length, owner, flag, epoch. */
const ACCOUNT_OVERHEAD = 89;

/** What {@link setUpNode} found out. */
export interface NodeSetup {
	readonly genesis: GenesisOptions;
	/** Accounts that the genesis of a ledger has no room for: to be set when its chain begins. */
	readonly lateAccounts: readonly KeyedAccount[];
	/** Null where no other cluster has a part in it. */
	readonly cluster: Cluster | null;
	/** The slot to go to before anything else; null: the first. */
	readonly startSlot: bigint | null;
}

/** The notes on flags that were given and do nothing. */
export function inertNotes(options: StartOptions): string[] {
	return Object.entries(START_FLAGS)
		.filter(([key, { inert }]) => inert !== undefined && Reflect.get(options, key) !== undefined)
		.map(([key, { inert }]) => `--${flagName(key)} has no effect: ${inert}`);
}

/** Flags that shape a genesis, and so mean nothing to a chain that goes on. */
const GENESIS_FLAGS = [
	'bpfProgram',
	'upgradeableProgram',
	'account',
	'accountDir',
	'clone',
	'maybeClone',
	'cloneUpgradeableProgram',
	'cloneFeatureSet',
	'mint',
	'faucetSol',
	'slotsPerEpoch',
	'ticksPerSlot',
	'deactivateFeature',
] as const satisfies readonly (keyof StartOptions)[];

/** Whether a chain is in the folder already, to go on with. */
function goesOn({ ledger, reset = false }: StartOptions): boolean {
	return ledger !== undefined && !reset && existsSync(join(ledger, DEFAULT_GENESIS_FILE));
}

/** The key pairs in the folder of a ledger, where scripts look for them; a chain that lacks some goes on without. */
function ledgerKeypairs(
	options: StartOptions,
	warn: (line: string) => void,
): Pick<GenesisOptions, 'faucet' | 'voter'> {
	const { ledger } = options;
	if (ledger === undefined) return {};
	makeWritable(resolve(ledger));
	/** Whether these can be had: those of a chain that goes on are not made anew. */
	const has = (names: readonly string[], consequence: string): boolean => {
		const missing = goesOn(options) ? names.filter((name) => !existsSync(join(ledger, name))) : [];
		if (missing.length > 0) warn(`${ledger} lacks ${missing.join(' and ')}: ${consequence}`);
		return missing.length === 0;
	};
	const votes = has([IDENTITY_FILE, VOTE_ACCOUNT_FILE], 'the node does not vote');
	const gives = has([FAUCET_FILE], 'the faucet has nothing to give');
	return {
		...(votes && {
			voter: { identity: keypairIn(ledger, IDENTITY_FILE), vote: keypairIn(ledger, VOTE_ACCOUNT_FILE) },
		}),
		...(gives && { faucet: keypairIn(ledger, FAUCET_FILE) }),
	};
}

/**
 * Reads files and asks the other cluster; `say` is told of what takes time, `warn` of what the node cannot do. With `isFork`
 * the node goes on from where that cluster is. Rejects with a `CliError`, or an `UpstreamError`.
 */
export async function setUpNode(
	options: StartOptions,
	isFork: boolean,
	say: (line: string) => void,
	warn: (line: string) => void,
): Promise<NodeSetup> {
	checkClusterNamed(options);
	const { url, warpSlot, ledger, logMessagesBytesLimit } = options;
	const { voter, ...faucet } = ledgerKeypairs(options, warn);
	// On a fork the stakes are not its own: it has nothing to vote with.
	const keypairs = isFork || voter === undefined ? faucet : { ...faucet, voter };
	const connect = async (to: string): Promise<Cluster> => {
		const cluster = await Cluster.connect(to, clusterOptions(options, say));
		say(`Asking ${cluster.host}`);
		return cluster;
	};
	if (goesOn(options)) {
		const idle = GENESIS_FLAGS.filter((key) => options[key] !== undefined && options[key] !== false);
		const names = idle.map((key) => `--${flagName(key)}`).join(', ');
		if (idle.length > 0) say(`${ledger} holds a chain that goes on; without --reset ${names} have no effect`);
		const limit = logMessagesBytesLimit === undefined ? {} : { logBytesLimit: logMessagesBytesLimit };
		const cluster = url !== undefined && (isFork || warpSlot === true) ? await connect(url) : null;
		const position = warpSlot === true ? await cluster?.position() : undefined;
		const startSlot = slotOf(warpSlot) ?? position?.slot ?? null;
		return { genesis: { ...keypairs, ...limit }, lateAccounts: [], cluster, startSlot };
	}
	if (url === undefined || !(isFork || wantsCluster(options))) {
		const genesis = { ...(await loadGenesis(options, null)), ...keypairs };
		return { ...withinGenesis(genesis, ledger), cluster: null, startSlot: slotOf(warpSlot) };
	}
	const cluster = await connect(url);
	const position = isFork || warpSlot === true ? await cluster.position() : null;
	const wanted = isFork ? { ...options, cloneFeatureSet: true } : options;
	const genesis = { ...(await loadGenesis(wanted, cluster, position)), ...keypairs };
	const startSlot = slotOf(warpSlot) ?? position?.slot ?? null;
	return { ...withinGenesis(genesis, ledger), cluster, startSlot };
}

/** The genesis with the accounts that a `genesis.bin` has room for, the small ones first. */
function withinGenesis(
	genesis: GenesisOptions,
	ledger: string | undefined,
): Pick<NodeSetup, 'genesis' | 'lateAccounts'> {
	if (ledger === undefined) return { genesis, lateAccounts: [] };
	const elfs = (genesis.programs ?? []).reduce((sum, { elf }) => sum + elf.length, 0);
	let room = MAX_GENESIS_SIZE - RESERVED_GENESIS_SIZE - elfs;
	const late = new Set<KeyedAccount>();
	const accounts = [...(genesis.accounts ?? [])];
	for (const keyed of accounts.toSorted(([, a], [, b]) => a.data.length - b.data.length)) {
		room -= keyed[1].data.length + ACCOUNT_OVERHEAD;
		if (room < 0) late.add(keyed);
	}
	return {
		genesis: { ...genesis, accounts: accounts.filter((keyed) => !late.has(keyed)) },
		lateAccounts: [...late],
	};
}

function slotOf(warpSlot: bigint | true | undefined): bigint | null {
	return typeof warpSlot === 'bigint' ? warpSlot : null;
}
