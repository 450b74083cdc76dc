/** `parhelion replay`: runs a transaction of another cluster here and compares. */
import { formatLogTree } from 'parhelion/node';
import { EXIT } from '../cli-error.ts';
import {
	CACHE_AGE_FLAG,
	CACHE_FLAG,
	type CacheOptions,
	clusterOptions,
	urlFlag,
} from '../flags/cluster-flags.ts';
import type { FlagTable } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { CLUSTER_URLS } from '../flags/readers.ts';
import { formatRows, formatTime } from '../format.ts';
import { type Output, processOutput } from '../output.ts';
import { type Comparison, compareReplay, diffLines } from '../replay/compare.ts';
import type { RebuiltAccount } from '../replay/rebuild-state.ts';
import { type Replay, runReplay } from '../replay/run-replay.ts';
import { printable, type Style } from '../style.ts';
import { Cluster } from '../upstream/cluster.ts';
import { checkSignature, fetchTransaction, type RecordedTransaction } from '../upstream/fetch-transaction.ts';
import { type Command, defineCommand } from './command.ts';

interface ReplayOptions extends CacheOptions {
	readonly url?: string;
	readonly json?: boolean;
}

const FLAGS: FlagTable<ReplayOptions> = {
	url: urlFlag('the cluster it ran on', CLUSTER_URLS['mainnet-beta']),
	cache: CACHE_FLAG,
	cacheAge: CACHE_AGE_FLAG,
	json: JSON_FLAG,
};

function plural(count: number, one: string, many: string): string {
	return `${count} ${count === 1 ? one : many}`;
}

function stateLines(state: readonly RebuiltAccount[], style: Style): string[] {
	const wrong = state.filter(({ fidelity }) => fidelity === 'later' || fidelity === 'unknown');
	const right = state.length - wrong.length;
	const rebuilt = state.filter(({ fidelity }) => fidelity === 'rebuilt').length;
	const source = rebuilt === 0 ? '' : `, ${rebuilt} of them by what was recorded`;
	const head = `${plural(right, 'account as it was', 'accounts as they were')}${source}`;
	if (wrong.length === 0) return [`  ${style.bold('State')}  ${head}`];
	const missing = plural(
		wrong.length,
		'that could not be had as it was',
		'that could not be had as they were',
	);
	return [
		`  ${style.bold('State')}  ${head}; ${missing}:`,
		...wrong.map(({ pubkey, reason }) => `    ${pubkey}  ${style.dim(reason)}`),
	];
}

function comparisonLines(rows: readonly Comparison[], style: Style): string[] {
	const values: [string, string][] = rows.map(({ what, there, here, isSame }) => [
		what,
		isSame ? `${there} ${style.dim('· the same')}` : `${there} ${style.red('· here')} ${here}`,
	]);
	return formatRows(values, style);
}

function logDifference(recorded: RecordedTransaction, { outcome }: Replay, style: Style): string[] {
	if (recorded.logs === null) return [];
	const lines = diffLines(recorded.logs, outcome.logs);
	if (lines.every(({ side }) => side === '=')) return [];
	return [
		'',
		`  ${style.bold('Logs')} ${style.dim('(- there, + here)')}`,
		...lines.map(({ side, text }) => {
			const line = `  ${side === '=' ? ' ' : side} ${printable(text)}`;
			return side === '=' ? style.dim(line) : side === '-' ? style.red(line) : style.cyan(line);
		}),
	];
}

function printReplay(
	recorded: RecordedTransaction,
	replay: Replay,
	rows: readonly Comparison[],
	{ print, style }: Output,
): void {
	const { outcome, state } = replay;
	const head: [string, string][] = [
		['Transaction', recorded.signature],
		['Slot', `${recorded.slot.toLocaleString('en-US')} · ${formatTime(recorded.blockTime)}`],
	];
	print('', ...formatRows(head, style), '', ...stateLines(state, style));
	if (outcome.logs.length > 0) {
		print('', `  ${style.bold('Run')}`, printable(formatLogTree(outcome.logs)).replace(/^/gm, '  '));
	}
	print('', `  ${style.bold('Compared with the cluster')}`, ...comparisonLines(rows, style));
	print(...logDifference(recorded, replay, style));
	const isSame = rows.every((row) => row.isSame);
	print('', `  ${isSame ? 'It came to the same.' : style.red('It came to something else.')}`, '');
}

async function run([signature = '']: readonly string[], options: ReplayOptions): Promise<number> {
	const output = processOutput();
	checkSignature(signature);
	const cluster = await Cluster.connect(options.url ?? '', clusterOptions(options, output.note));
	const recorded = await fetchTransaction(cluster.rpc, signature);
	const replay = await runReplay(cluster, recorded);
	const rows = compareReplay(recorded, replay);
	const isSame = rows.every((row) => row.isSame);
	if (options.json === true) {
		output.printJson({
			signature,
			slot: recorded.slot,
			same: isSame,
			compared: rows,
			state: replay.state.map(({ pubkey, account, fidelity, reason }) => ({
				address: pubkey.toBase58(),
				exists: account !== null,
				fidelity,
				reason,
			})),
			logs: { there: recorded.logs, here: replay.outcome.logs },
		});
	} else {
		printReplay(recorded, replay, rows, output);
	}
	return isSame ? EXIT.ok : EXIT.differs;
}

export const replayCommand: Command = defineCommand<ReplayOptions>({
	name: 'replay',
	args: ['<signature>'],
	summary: 'run a transaction of another cluster here, and compare status, logs, compute units and balances',
	flags: FLAGS,
	examples: [
		['parhelion replay 5Zk…', 'of mainnet-beta'],
		[
			'parhelion replay 5Zk… --url devnet --json',
			'of devnet, as JSON; exits with 3 where it comes to something else',
		],
	],
	run,
});
