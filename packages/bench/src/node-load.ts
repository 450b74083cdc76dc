/**
 * The command `npm run bench -- load`: a node under the calls of many clients, each side in a process of its own. A second of
 * warming up is not left out: percentiles of minutes do not see it, and users do.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.ts';
import type { ClientsProgress, ClientsResult, ClientsSettings } from './node-load-clients.ts';
import { LOAD_USAGE, type LoadOptions, parseLoadOptions } from './node-load-options.ts';
import {
	type MemoryFigures,
	measureStart,
	memoryOf,
	type NodeProcess,
	type StartFigures,
	startNode,
} from './node-load-process.ts';
import { type LoadFigures, loadReport, memoryVerdict } from './node-load-report.ts';
import { Terminal } from './terminal.ts';
import { runScript } from './validator.ts';

const STARTS = 3;
/** Seconds of nothing but sending: a sixth of the mixed load, but no more than this. */
const MAX_SEND_SECONDS = 30;
const BANK_SECONDS = 5;

/** Runs the clients; resolves with what they did. Rejects where they or the node end before. */
function runClients(
	node: NodeProcess,
	settings: ClientsSettings,
	onProgress: (progress: ClientsProgress) => void,
): Promise<ClientsResult> {
	return new Promise((done, reject) => {
		const script = fileURLToPath(new URL('./node-load-clients.js', import.meta.url));
		const child = fork(script, [JSON.stringify(settings)]);
		child.on('message', (message: ClientsProgress | ClientsResult) => {
			if (message.kind === 'progress') onProgress(message);
			else done(message);
		});
		child.once('error', reject);
		child.once('exit', (code) => reject(new Error(`the clients ended with ${code}`)));
		void node.ended.then((code) => {
			child.kill();
			reject(new Error(`the node ended with ${code}`));
		});
	});
}

async function loadNode(
	options: LoadOptions,
	terminal: Terminal,
): Promise<Pick<LoadFigures, 'result' | 'memory'>> {
	const { clients, subscriptions, fill, profile } = options;
	const node = await startNode(profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`]);
	try {
		const { rpcUrl, wsUrl } = node;
		const seconds = options.minutes * 60;
		const sendSeconds = Math.min(MAX_SEND_SECONDS, seconds / 6);
		const samples: MemoryFigures[] = [];
		const settings = { rpcUrl, wsUrl, clients, subscriptions, fill, seconds, sendSeconds };
		const result = await runClients(node, settings, ({ phase, answered, failed }) => {
			const memory = Math.round((samples.at(-1)?.resident ?? 0) / 2 ** 20);
			terminal.progress(`${phase}: ${answered} answers, ${failed} errors, node ${memory} MiB`);
			// One that fails shows as an error of the clients, too.
			if (phase === 'mixed load') {
				memoryOf(rpcUrl).then(
					(sample) => samples.push(sample),
					() => {},
				);
			}
		});
		return { result, memory: samples };
	} finally {
		await node.stop();
	}
}

function readOptions(args: readonly string[]): LoadOptions | null {
	if (args.includes('--help')) {
		console.log(LOAD_USAGE);
		return null;
	}
	try {
		return parseLoadOptions(args);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		console.error(`${error.message}\n\n${LOAD_USAGE}`);
		process.exitCode = 2;
		return null;
	}
}

/** Runs the command; sets the exit code 1 where a call failed, or the memory grows or was not looked at. */
export async function loadCommand(args: readonly string[]): Promise<void> {
	const options = readOptions(args);
	if (options === null) return;
	const machine = describeMachine();
	console.log(
		`${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; ` +
			`${options.clients} clients, ${options.subscriptions} subscriptions, ${options.minutes} minutes`,
	);
	const terminal = new Terminal();
	const starts: StartFigures[] = [];
	for (let i = 0; i < STARTS; i++) {
		terminal.progress(`starting a node: ${i + 1} of ${STARTS}`);
		starts.push(await measureStart());
	}
	const { result, memory } = await loadNode(options, terminal);
	terminal.progress('the bare Bank');
	const script = new URL('./node-load-bank.js', import.meta.url);
	const { perSecond } = runScript<'perSecond'>(script, [BANK_SECONDS]);
	terminal.progress('');
	const figures: LoadFigures = { starts, result, memory, bankPerSecond: perSecond };
	console.log(loadReport(figures));
	if (options.json !== null) {
		const date = new Date().toISOString();
		writeFileSync(
			resolve(options.json),
			`${JSON.stringify({ date, machine, options, ...figures }, null, '\t')}\n`,
		);
		console.log(`figures: ${resolve(options.json)}`);
	}
	const { due, came } = result.accountNotifications;
	if (result.failed > 0 || came < due || !memoryVerdict(memory, result.seconds).isFlat) process.exitCode = 1;
}
