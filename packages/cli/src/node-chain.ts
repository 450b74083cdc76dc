/**
 * Makes the chain that `parhelion start` serves: mainnet-beta's features, the bundled programs, the mint of wrapped SOL,
 * wall-clock time. In memory, or in a folder, where it goes on as it was left.
 */
import {
	Chain,
	epochRewardsAccount,
	type GenesisOptions,
	NATIVE_MINT,
	nativeMintAccount,
	stakeConfigAccount,
} from '@parhelion/runtime';
import { openChainFolder } from '@parhelion/runtime/node';
import { FeatureSet, programIds, Rent, sysvarIds } from '@parhelion/sdk';
import { availablePrograms, type MissingProgram, missingPrograms } from 'parhelion/node';

/** A chain, and which of the bundled programs it has. */
export interface NodeChain {
	readonly chain: Chain;
	/** Where it lives; `null`: in memory alone. */
	readonly ledger: { readonly folder: string; readonly isNew: boolean } | null;
	readonly programs: readonly string[];
	readonly missing: readonly MissingProgram[];
}

/** Where a node's chain lives on a disk. */
export interface NodeLedgerOptions {
	readonly folder: string;
	/** Begin anew, whatever is there. */
	readonly reset: boolean;
	/** Bytes of blocks that are kept. */
	readonly maxLedgerBytes: number;
	/** Is told how many blocks of those to be replayed are done. */
	readonly onProgress?: (done: number, total: number) => void;
}

/** Seconds since 1970. */
function now(): bigint {
	return BigInt(Math.floor(Date.now() / 1000));
}

/** What a new node begins with besides what is asked for, and which of the bundled programs are there. */
function nodeGenesis(
	asked: GenesisOptions,
): { readonly genesis: GenesisOptions } & Pick<NodeChain, 'programs' | 'missing'> {
	const featureSet = asked.featureSet ?? FeatureSet.mainnet();
	const available = availablePrograms(featureSet);
	const rent = asked.rent ?? Rent.default();
	const bundled = available.map(({ program: { programId, loader }, elf }) => ({ programId, loader, elf }));
	// An instance has Memo v4 at the address of v3 only; the test validator, and the Solana tools, know it by its own.
	const memo = available.find(({ program }) => program.name === 'spl-memo-v4');
	if (memo !== undefined) {
		const { memoV4: programId, bpfLoaderUpgradeable: loader } = programIds;
		bundled.push({ programId, loader, elf: memo.elf });
	}
	return {
		genesis: {
			creationTime: now(),
			unixTimestamp: now,
			...asked,
			featureSet,
			// Of two accounts of an address the later one wins: what is asked for, but for those that upstream writes over it.
			accounts: [
				[NATIVE_MINT, nativeMintAccount()],
				...(asked.accounts ?? []),
				[programIds.stakeConfig, stakeConfigAccount(rent)],
				[sysvarIds.epochRewards, epochRewardsAccount(rent)],
			],
			programs: [...bundled, ...(asked.programs ?? [])],
		},
		programs: [
			...available.map(({ program }) => program.name),
			...(asked.programs ?? []).map(({ programId }) => programId.toBase58()),
		],
		missing: missingPrograms(featureSet),
	};
}

/** A new chain in memory. RangeError for a program with an unknown loader. */
export function createNodeChain(asked: GenesisOptions = {}): NodeChain {
	const { genesis, programs, missing } = nodeGenesis(asked);
	return { chain: Chain.genesis(genesis), ledger: null, programs, missing };
}

/**
 * The chain of a folder, a new one where there is none. One that is there goes on with what it began with, also where
 * this release would begin with other programs. Errors: those of `openChainFolder` and `Chain.open`, all StorageError.
 */
export async function openNodeChain(asked: GenesisOptions, options: NodeLedgerOptions): Promise<NodeChain> {
	const { folder, reset, maxLedgerBytes, onProgress } = options;
	const { genesis, programs, missing } = nodeGenesis(asked);
	const ledger = await openChainFolder(folder, { genesis, keepGenesis: true, reset });
	try {
		const { faucet, identity, voter, logBytesLimit } = asked;
		const chain = Chain.open(ledger, {
			unixTimestamp: asked.unixTimestamp ?? now,
			maxLedgerBytes,
			...(faucet === undefined ? {} : { faucet }),
			...(identity === undefined ? {} : { identity }),
			...(voter === undefined ? {} : { voter }),
			...(logBytesLimit === undefined ? {} : { logBytesLimit }),
			...(onProgress === undefined ? {} : { onProgress }),
		});
		return { chain, ledger: { folder: ledger.folder, isNew: ledger.isNew }, programs, missing };
	} catch (error) {
		await ledger.close();
		throw error;
	}
}
