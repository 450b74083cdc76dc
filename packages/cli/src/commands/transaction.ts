/** `parhelion transaction`: what became of a transaction. */
import { formatLogTree } from 'parhelion/node';
import { EXIT } from '../cli-error.ts';
import { urlFlag } from '../flags/cluster-flags.ts';
import type { FlagTable } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { CLUSTER_URLS } from '../flags/readers.ts';
import { formatRows, formatSol, formatTime } from '../format.ts';
import { processOutput } from '../output.ts';
import { printable } from '../style.ts';
import { fetchTransaction, isWritableIn, type RecordedTransaction } from '../upstream/fetch-transaction.ts';
import { RpcClient } from '../upstream/rpc-client.ts';
import { type Command, defineCommand } from './command.ts';

interface TransactionOptions {
	readonly url?: string;
	readonly json?: boolean;
}

const FLAGS: FlagTable<TransactionOptions> = {
	url: urlFlag('the cluster to ask', CLUSTER_URLS['localhost']),
	json: JSON_FLAG,
};

/** A line an account: what the transaction may do with it, and what became of its balance. */
function accountLines(recorded: RecordedTransaction): string[] {
	const { header } = recorded.transaction.message;
	return recorded.accountKeys.map((pubkey, index) => {
		const kind = `${index < header.numRequiredSignatures ? 's' : '-'}${isWritableIn(recorded, index) ? 'w' : '-'}`;
		const before = recorded.preBalances[index] ?? 0n;
		const after = recorded.postBalances[index] ?? 0n;
		const change = after === before ? '' : `  ${after > before ? '+' : ''}${formatSol(after - before)}`;
		return `  ${String(index).padStart(3)} ${kind} ${pubkey.toBase58().padEnd(44)}  ${formatSol(after)}${change}`;
	});
}

async function run([signature = '']: readonly string[], options: TransactionOptions): Promise<number> {
	const { print, printJson, note, style } = processOutput();
	const rpc = new RpcClient(options.url ?? '', { onRetry: note });
	const recorded = await fetchTransaction(rpc, signature);
	if (options.json === true) {
		printJson(recorded.raw);
		return EXIT.ok;
	}
	const rows: [string, string][] = [
		['Signature', signature],
		['Slot', `${recorded.slot.toLocaleString('en-US')} · ${formatTime(recorded.blockTime)}`],
		['Status', recorded.err === null ? 'ok' : style.red(`failed: ${JSON.stringify(recorded.err)}`)],
		['Fee', formatSol(recorded.fee)],
		['Version', String(recorded.transaction.message.version)],
	];
	if (recorded.computeUnits !== null)
		rows.push(['Compute', `${recorded.computeUnits.toLocaleString('en-US')} CU`]);
	print(
		'',
		...formatRows(rows, style),
		'',
		`  ${style.bold('Accounts')} ${style.dim('(s signs, w writable)')}`,
	);
	print(...accountLines(recorded));
	if (recorded.logs !== null && recorded.logs.length > 0) {
		print('', `  ${style.bold('Logs')}`, printable(formatLogTree(recorded.logs)).replace(/^/gm, '  '));
	}
	print('');
	return EXIT.ok;
}

export const transactionCommand: Command = defineCommand<TransactionOptions>({
	name: 'transaction',
	args: ['<signature>'],
	summary: 'show what became of a transaction: status, fee, accounts, logs as a tree of calls',
	flags: FLAGS,
	examples: [
		['parhelion transaction 5Zk…', 'of the node on this machine'],
		['parhelion transaction 5Zk… --url mainnet-beta --json', 'of mainnet-beta, as its node tells it'],
	],
	run,
});
