/** `parhelion logs`: the logs of transactions as they come, by a subscription. */
import { formatLogTree } from 'parhelion/node';
import { WebSocket } from 'ws';
import { CliError, EXIT } from '../cli-error.ts';
import { urlFlag } from '../flags/cluster-flags.ts';
import { type FlagTable, one } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { address, CLUSTER_URLS } from '../flags/readers.ts';
import { type Output, processOutput } from '../output.ts';
import { printable } from '../style.ts';
import { member, parseLongJson } from '../upstream/json.ts';
import { type Command, defineCommand } from './command.ts';

interface LogsOptions {
	readonly url?: string;
	readonly wsUrl?: string;
	readonly votes?: boolean;
	readonly json?: boolean;
}

const FLAGS: FlagTable<LogsOptions> = {
	url: urlFlag('the cluster to listen to', CLUSTER_URLS['localhost']),
	wsUrl: one('URL', (text) => text, {
		group: 'Another cluster',
		help: 'its PubSub',
		fallbackText: 'the port after that of --url, where it names one',
	}),
	votes: {
		args: [],
		group: 'Output',
		help: 'votes too',
		fallback: false,
		read: () => true,
	},
	json: JSON_FLAG,
};

/** Bytes of a notification. */
const MAX_MESSAGE = 16 * 1024 * 1024;

/** Where the PubSub of a JSON-RPC is, as the Solana tools work it out. */
export function pubsubUrl(rpcUrl: string): string {
	const url = new URL(rpcUrl);
	url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
	if (url.port !== '') url.port = String(Number(url.port) + 1);
	return url.toString();
}

/** Prints one notification. */
function printLogs(value: unknown, slot: unknown, json: boolean, { print, style }: Output): void {
	if (json) {
		print(JSON.stringify({ slot, ...(value as object) }));
		return;
	}
	const err = member(value, 'err');
	const signature = member(value, 'signature');
	const ended = err === null ? 'ok' : style.red(`failed: ${JSON.stringify(err)}`);
	print(
		`${style.bold(printable(String(signature)))} ${style.dim(`slot ${String(slot)} ·`)} ${printable(ended)}`,
	);
	const logs = member(value, 'logs');
	if (!Array.isArray(logs) || logs.length === 0) return;
	print(printable(formatLogTree(logs.map(String))).replace(/^/gm, '  '));
}

/** Follows the logs until `ended` or the end of the connection, which is an error. */
export function followLogs(
	url: string,
	filter: unknown,
	json: boolean,
	output: Output,
	ended: Promise<void>,
): Promise<void> {
	const { host } = new URL(url);
	return new Promise((resolve, reject) => {
		const socket = new WebSocket(url, { maxPayload: MAX_MESSAGE, handshakeTimeout: 30_000 });
		let isEnding = false;
		const fail = (what: string): void => {
			reject(new CliError(`${host} ${what}`));
			socket.close();
		};
		const onMessage = (message: unknown): void => {
			const error = member(message, 'error');
			if (error !== undefined) {
				fail(`says no: ${printable(String(member(error, 'message')))}`);
			} else if (member(message, 'id') === 1) {
				output.note(`Listening to ${host}; Ctrl-C stops`);
			} else {
				const result = member(member(message, 'params'), 'result');
				printLogs(member(result, 'value'), member(member(result, 'context'), 'slot'), json, output);
			}
		};
		void ended.then(() => {
			isEnding = true;
			socket.close();
		});
		socket.on('open', () => {
			const params = [filter, { commitment: 'confirmed' }];
			socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'logsSubscribe', params }));
		});
		socket.on('message', (data) => {
			try {
				onMessage(parseLongJson(String(data)));
			} catch {
				fail('sent what cannot be read');
			}
		});
		socket.on('error', (error) => fail(`cannot be reached: ${error.message}`));
		socket.on('close', () => {
			if (isEnding) resolve();
			else fail('has ended the connection');
		});
	});
}

function untilInterrupted(): Promise<void> {
	return new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
	});
}

async function run(args: readonly string[], options: LogsOptions): Promise<number> {
	const mentions = args.map((text) => address(text).toBase58());
	const filter = mentions.length > 0 ? { mentions } : options.votes === true ? 'allWithVotes' : 'all';
	const url = options.wsUrl ?? pubsubUrl(options.url ?? '');
	if (!/^wss?:$/.test(new URL(url).protocol)) throw new CliError('--ws-url is a ws(s) URL', EXIT.usage);
	await followLogs(url, filter, options.json === true, processOutput(), untilInterrupted());
	return EXIT.ok;
}

export const logsCommand: Command = defineCommand<LogsOptions>({
	name: 'logs',
	args: ['[address]'],
	summary: 'print the logs of transactions as they come',
	flags: FLAGS,
	examples: [
		['parhelion logs', 'of the node on this machine'],
		[
			'parhelion logs TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA --url devnet',
			'of those that name an address',
		],
		['parhelion logs --json | jq .signature', 'a line of JSON a transaction'],
	],
	run,
});
