/** `parhelion ledger verify`: whether all that a ledger holds is as it was made. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
	createBlockExecutor,
	createProofVerifier,
	DEFAULT_GENESIS_FILE,
	type LedgerReport,
	openChainFolder,
	verifyLedger,
} from '@parhelion/runtime/node';
import { CliError, EXIT } from '../cli-error.ts';
import { type FlagTable, one } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { oneOf } from '../flags/program-flags.ts';
import { integer } from '../flags/readers.ts';
import { formatRows } from '../format.ts';
import { processOutput } from '../output.ts';
import { progressBar } from '../progress-bar.ts';
import { type Command, defineCommand } from './command.ts';

interface LedgerOptions {
	readonly workers?: number;
	readonly json?: boolean;
}

/** What an executor takes at most. */
const MAX_WORKERS = 31;

const FLAGS: FlagTable<LedgerOptions> = {
	workers: one('THREADS', integer('A number of threads', 0, MAX_WORKERS), {
		group: 'Ledger',
		help: 'threads that check signatures and execute blocks, 0 for none beside the main one',
		fallbackText: 'one for each core, where there are several',
	}),
	json: JSON_FLAG,
};

function defaultWorkers(): number {
	const cores = availableParallelism();
	return cores > 1 ? Math.min(cores, MAX_WORKERS) : 0;
}

const count = (value: number | bigint): string => value.toLocaleString('en-US');

function rowsOf(report: LedgerReport, seconds: number): [string, string][] {
	const { slots, blocks, executed, unlimited, transactions, root, accounts, bankHash } = report;
	const rest = blocks - executed;
	const checks = rest === 0 ? '' : `; of ${count(rest)} the proof of history and the signatures alone`;
	const rows: [string, string][] = [
		[
			'Blocks',
			slots === null ? 'none' : `${count(blocks)}, of slots ${count(slots[0])} to ${count(slots[1])}`,
		],
		['Executed', `${count(executed)}${checks}`],
		['Transactions', `${count(transactions)}, every signature checked`],
		['Root', root === null ? 'none' : `slot ${count(root)} with ${count(accounts)} accounts`],
		['Bank hash', bankHash?.toBase58() ?? 'none'],
	];
	if (unlimited > 0)
		rows.push(['No limits', `${count(unlimited)} blocks were made without the limits of a block`]);
	return [...rows, ['Time', `${seconds.toFixed(1)} s`]];
}

async function run([action = '', folder = '']: readonly string[], options: LedgerOptions): Promise<number> {
	oneOf('What is done', ['verify'])(action);
	const { print, printJson, style } = processOutput();
	const { workers = defaultWorkers(), json = false } = options;
	if (!existsSync(join(folder, DEFAULT_GENESIS_FILE)))
		throw new CliError(`${folder}: there is no ledger in this folder`);
	const ledger = await openChainFolder(folder, { keepGenesis: true });
	const executor = createBlockExecutor({ workers });
	const proofs = createProofVerifier({ workers });
	try {
		const { stderr } = process;
		const bars = {
			blocks: progressBar('Verifying blocks', stderr, style),
			accounts: progressBar('Verifying accounts', stderr, style),
		};
		const isShown = !json && stderr.isTTY;
		const report = await verifyLedger(ledger, {
			executor,
			proofs,
			...(isShown ? { onProgress: (what, done, total) => bars[what](done, total) } : {}),
		});
		if (json) printJson(report);
		else print(...formatRows(rowsOf(report, process.uptime()), style));
		return EXIT.ok;
	} finally {
		await executor.close();
		await proofs.close();
		await ledger.close();
	}
}

export const ledgerCommand: Command = defineCommand<LedgerOptions>({
	name: 'ledger',
	args: ['<action>', '<folder>'],
	summary: 'verify a ledger: blocks, signatures, accounts; no node may be running on it',
	flags: FLAGS,
	examples: [
		[
			'parhelion ledger verify test-ledger',
			'every block executed again; exit code 1 and the slot where one is wrong',
		],
		['parhelion ledger verify test-ledger --json', 'for scripts'],
	],
	run,
});
