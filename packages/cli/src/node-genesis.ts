/**
 * From the flags of `parhelion start` to what a chain starts from: programs and accounts out of files, accounts of another
 * cluster, features, epochs.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
	type BundledProgram,
	type GenesisOptions,
	type KeyedAccount,
	LAMPORTS_PER_SOL,
} from '@parhelion/runtime';
import { Executable, ebpfErrorText, elfErrorText } from '@parhelion/sbpf';
import {
	createAccount,
	EpochSchedule,
	FeatureSet,
	type Pubkey,
	programIds,
	resolveRuntimeFeatures,
} from '@parhelion/sdk';
import { createProgramRuntimeEnvironment, type InvokeContext, newBudgetWithDefaults } from '@parhelion/svm';
import { CliError } from './cli-error.ts';
import { fileReason, readAccountFile } from './files.ts';
import type { AccountFlag, ProgramFlag, StartOptions } from './flags/start-flags.ts';
import { addressOrKeypairFile, defaultClientAddress } from './keypair-file.ts';
import { readProgramFile } from './program-files.ts';
import { cloneAccounts } from './upstream/clone.ts';
import type { Cluster, ClusterPosition } from './upstream/cluster.ts';

/** Lamports of the mint, as in the test validator. */
const MINT_LAMPORTS = 500_000_000n * LAMPORTS_PER_SOL;
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

function verificationFailure(executable: Executable<InvokeContext>): string | null {
	const verified = executable.verify();
	return verified.ok ? null : ebpfErrorText(verified.error);
}

/** The program, loaded and verified as the chain would do it. A `CliError` with what is wrong with it. */
function readProgram(path: string, flag: string, featureSet: FeatureSet): Uint8Array {
	const elf = readProgramFile(path, `${flag} ${path}`);
	if (ELF_MAGIC.some((byte, index) => elf[index] !== byte)) {
		throw new CliError(
			`${flag} ${path}: that is no ELF; a program is the .so file that cargo build-sbf makes`,
		);
	}
	const features = resolveRuntimeFeatures(featureSet);
	const budget = newBudgetWithDefaults(features.raiseCpiNestingLimitTo8);
	const environment = createProgramRuntimeEnvironment(features, budget, false, false);
	const executable = Executable.load(elf, environment);
	const reason = executable.ok ? verificationFailure(executable.value) : elfErrorText(executable.error);
	if (reason !== null) throw new CliError(`${flag} ${path}: the program cannot run: ${reason}`);
	return elf;
}

function toProgram(given: ProgramFlag, flag: string, featureSet: FeatureSet): BundledProgram {
	const programId = addressOrKeypairFile(given.address, flag);
	return {
		programId,
		loader: programIds.bpfLoaderUpgradeable,
		elf: readProgram(given.file, flag, featureSet),
		upgradeAuthority: given.authority === 'none' ? null : addressOrKeypairFile(given.authority, flag),
	};
}

function toAccount({ address, file }: AccountFlag): KeyedAccount {
	const [inFile, account] = readAccountFile(file, `--account ${file}`);
	return [address ?? inFile, account];
}

function accountsInFolder(folder: string): KeyedAccount[] {
	let names: string[];
	try {
		names = readdirSync(folder);
	} catch (thrown) {
		throw new CliError(`--account-dir ${folder}: ${fileReason(thrown)}`);
	}
	const files = names.filter((name) => name.endsWith('.json')).sort();
	return files.map((name) => {
		const path = join(folder, name);
		return readAccountFile(path, `--account-dir ${path}`);
	});
}

/** Who asked for an address, so that nobody asks for it twice. */
class Claims {
	private readonly flags = new Map<string, string>();

	/** A `CliError` where another flag has named the address already. */
	claim(pubkey: Pubkey, flag: string): void {
		const before = this.flags.get(pubkey.key);
		if (before !== undefined) throw new CliError(`${pubkey} is given twice: by ${before} and by ${flag}`);
		this.flags.set(pubkey.key, flag);
	}
}

async function featuresOf(options: StartOptions, cluster: Cluster | null): Promise<FeatureSet> {
	const cloned = options.cloneFeatureSet === true && cluster !== null;
	const featureSet = cloned ? await cluster.features() : FeatureSet.mainnet();
	const known = new Set([...FeatureSet.allEnabled().activeFeatures()].map(([id]) => id.key));
	for (const id of options.deactivateFeature ?? []) {
		if (!known.has(id.key)) throw new CliError(`--deactivate-feature ${id}: there is no such feature`);
		featureSet.deactivate(id);
	}
	return featureSet;
}

/** The flags that need another cluster to ask. */
function needsCluster(options: StartOptions): string | null {
	const isGiven = (value: readonly unknown[] | undefined): boolean => value !== undefined && value.length > 0;
	if (isGiven(options.clone)) return '--clone';
	if (isGiven(options.maybeClone)) return '--maybe-clone';
	if (isGiven(options.cloneUpgradeableProgram)) return '--clone-upgradeable-program';
	if (options.cloneFeatureSet === true) return '--clone-feature-set';
	return options.warpSlot === true ? '--warp-slot without a number' : null;
}

/** A `CliError` where a flag needs another cluster and none is named. */
export function checkClusterNamed(options: StartOptions): void {
	const flag = needsCluster(options);
	if (flag !== null && options.url === undefined) {
		throw new CliError(`${flag} needs --url: the cluster to ask, such as --url mainnet-beta`, 2);
	}
}

/** Whether any flag wants something of another cluster. */
export function wantsCluster(options: StartOptions): boolean {
	return needsCluster(options) !== null;
}

/**
 * What the chain starts from. `position`: where the other cluster stands, whose epochs are taken over unless
 * `--slots-per-epoch` says otherwise. Rejects with a `CliError`, or an `UpstreamError` where the cluster says no.
 */
export async function loadGenesis(
	options: StartOptions,
	cluster: Cluster | null,
	position: ClusterPosition | null = null,
): Promise<GenesisOptions> {
	const claims = new Claims();
	const featureSet = await featuresOf(options, cluster);
	const programs: BundledProgram[] = [];
	for (const [flag, given] of [
		['--bpf-program', options.bpfProgram ?? []],
		['--upgradeable-program', options.upgradeableProgram ?? []],
	] as const) {
		for (const row of given) {
			const program = toProgram(row, flag, featureSet);
			claims.claim(program.programId, flag);
			programs.push(program);
		}
	}
	const accounts: KeyedAccount[] = [];
	const add = (flag: string, given: Iterable<KeyedAccount>): void => {
		for (const keyed of given) {
			claims.claim(keyed[0], flag);
			accounts.push(keyed);
		}
	};
	// Whatever is said by name wins over what comes from elsewhere, so it is looked at first.
	add('--account', (options.account ?? []).map(toAccount));
	for (const folder of options.accountDir ?? []) add(`--account-dir ${folder}`, accountsInFolder(folder));
	if (cluster !== null) accounts.unshift(...(await cloneAccounts(cluster, options)));

	const mint = options.mint ?? defaultClientAddress();
	if (mint !== null) accounts.unshift([mint, createAccount({ lamports: MINT_LAMPORTS })]);
	const epochSchedule =
		options.slotsPerEpoch === undefined
			? position?.epochSchedule
			: EpochSchedule.custom(options.slotsPerEpoch, options.slotsPerEpoch, false);
	const { faucetSol, ticksPerSlot, logMessagesBytesLimit } = options;
	return {
		featureSet,
		programs,
		accounts,
		...(epochSchedule === undefined ? {} : { epochSchedule }),
		...(faucetSol === undefined ? {} : { faucetLamports: faucetSol }),
		...(ticksPerSlot === undefined ? {} : { ticksPerSlot: BigInt(ticksPerSlot) }),
		...(logMessagesBytesLimit === undefined ? {} : { logBytesLimit: logMessagesBytesLimit }),
	};
}
