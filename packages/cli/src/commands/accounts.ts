/** `parhelion accounts`: accounts of a cluster or of a ledger, shown or written to files. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_GENESIS_FILE, openChainFolder } from '@parhelion/runtime/node';
import { type AccountSharedData, Pubkey } from '@parhelion/sdk';
import { accountToJson } from 'parhelion/node';
import { CliError, EXIT } from '../cli-error.ts';
import { fileReason, readAccountFile } from '../files.ts';
import { urlFlag } from '../flags/cluster-flags.ts';
import { type FlagTable, one, UsageError } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { ledgerFlag } from '../flags/ledger-flag.ts';
import { CLUSTER_URLS, nonEmpty } from '../flags/readers.ts';
import { formatDump, formatRows, formatSol } from '../format.ts';
import { processOutput } from '../output.ts';
import { Cluster } from '../upstream/cluster.ts';
import { type Command, defineCommand } from './command.ts';

interface AccountsOptions {
	readonly url?: string;
	readonly ledger?: string;
	readonly outputDir?: string;
	readonly json?: boolean;
}

const FLAGS: FlagTable<AccountsOptions> = {
	url: urlFlag('the cluster to ask'),
	ledger: ledgerFlag('take them from this ledger, as of its root; no node may be running on it'),
	outputDir: one('DIR', nonEmpty('The path of the folder'), {
		short: 'o',
		group: 'Output',
		help: 'write each to ADDRESS.json in this folder, for --account-dir',
		completes: 'file',
	}),
	json: JSON_FLAG,
};

type Found = Map<string, AccountSharedData | null>;

async function fromLedger(folder: string, pubkeys: readonly Pubkey[]): Promise<Found> {
	if (!existsSync(join(folder, DEFAULT_GENESIS_FILE)))
		throw new CliError(`${folder}: there is no ledger in this folder`);
	const ledger = await openChainFolder(folder, { keepGenesis: true });
	try {
		return new Map(pubkeys.map((pubkey) => [pubkey.key, ledger.storage.get(pubkey)]));
	} finally {
		await ledger.close();
	}
}

function writeAccounts(folder: string, pubkeys: readonly Pubkey[], found: Found): void {
	try {
		mkdirSync(folder, { recursive: true });
		for (const pubkey of pubkeys) {
			const account = found.get(pubkey.key);
			if (account) writeFileSync(join(folder, `${pubkey}.json`), `${accountToJson(pubkey, account)}\n`);
		}
	} catch (thrown) {
		throw new CliError(`${folder}: ${fileReason(thrown)}`);
	}
}

/** The accounts that are named: addresses are looked up, files are read. */
async function findAccounts(
	names: readonly string[],
	{ url = CLUSTER_URLS['localhost'] ?? '', ledger }: AccountsOptions,
	note: (line: string) => void,
): Promise<{ readonly pubkeys: readonly Pubkey[]; readonly found: Found }> {
	const files = new Map<string, AccountSharedData>();
	const wanted: Pubkey[] = [];
	const pubkeys = names.map((name) => {
		const pubkey = Pubkey.tryFromBase58(name);
		if (pubkey !== null) {
			wanted.push(pubkey);
			return pubkey;
		}
		if (!name.endsWith('.json')) throw new UsageError(`${name} is no address, and no .json file.`);
		const [inFile, account] = readAccountFile(name);
		files.set(inFile.key, account);
		return inFile;
	});
	if (wanted.length === 0) return { pubkeys, found: files };
	const found =
		ledger === undefined
			? await (await Cluster.connect(url, { cache: '', onRetry: note })).getAccounts(wanted)
			: await fromLedger(ledger, wanted);
	return { pubkeys, found: new Map([...files, ...found]) };
}

async function run(args: readonly string[], options: AccountsOptions): Promise<number> {
	const output = processOutput();
	const { url, ledger, outputDir, json = false } = options;
	if (ledger !== undefined && url !== undefined)
		throw new UsageError('--url and --ledger exclude each other.');
	const { pubkeys, found } = await findAccounts(args, options, output.note);
	const missing = pubkeys.filter(({ key }) => !found.get(key));
	if (outputDir !== undefined) writeAccounts(outputDir, pubkeys, found);
	if (json) {
		const texts = pubkeys.map((pubkey) => {
			const account = found.get(pubkey.key);
			return account ? accountToJson(pubkey, account) : 'null';
		});
		output.print(texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(',\n')}]`);
	} else if (outputDir === undefined) {
		for (const pubkey of pubkeys) {
			const account = found.get(pubkey.key);
			if (!account) continue;
			output.print('', output.style.bold(pubkey.toBase58()));
			output.print(
				...formatRows(
					[
						['Balance', formatSol(account.lamports)],
						['Owner', account.owner.toBase58()],
						['Executable', account.executable ? 'yes' : 'no'],
						['Data', `${account.data.length.toLocaleString('en-US')} bytes`],
					],
					output.style,
				),
				...formatDump(account.data),
			);
		}
	}
	for (const pubkey of missing) output.note(`${pubkey} does not exist`);
	return missing.length === 0 ? EXIT.ok : EXIT.failed;
}

export const accountsCommand: Command = defineCommand<AccountsOptions>({
	name: 'accounts',
	args: ['<address_or_file...>'],
	summary: 'show accounts of a cluster, a ledger or a file, or write them to files',
	flags: FLAGS,
	examples: [
		['parhelion accounts SysvarC1ock11111111111111111111111111111111', 'of the node on this machine'],
		[
			'parhelion accounts EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v -u m -o fixtures',
			'of mainnet-beta, into files that "parhelion start --account-dir fixtures" takes',
		],
		[
			'parhelion accounts SysvarC1ock11111111111111111111111111111111 -l test-ledger --json',
			'of a ledger, as JSON',
		],
	],
	run,
});
