/**
 * `parhelion start`: runs a node until it is told to stop.
 */
import { Validator } from '@parhelion/rpc';
import { banner } from './banner.ts';
import { createNodeChain } from './node-chain.ts';
import { showStatus } from './status-line.ts';
import { styleFor } from './style.ts';

/** What the command line asks for. */
export interface StartOptions {
	readonly rpcPort: number;
	readonly wsPort?: number;
	readonly bindAddress: string;
	/** Milliseconds. */
	readonly slotMs: number;
	/** Say nothing but errors. */
	readonly quiet: boolean;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a shell expects of a process that Ctrl-C ended. */
const EXIT_INTERRUPTED = 130;

/** Resolves at the first signal to stop; a second one ends the process at once. */
function untilSignalled(): Promise<void> {
	return new Promise((resolve) => {
		let isStopping = false;
		for (const signal of SIGNALS) {
			process.on(signal, () => {
				if (isStopping) process.exit(EXIT_INTERRUPTED);
				isStopping = true;
				resolve();
			});
		}
	});
}

function reportDefect(defect: unknown): void {
	console.error('This is a bug of Parhelion; the node goes on:', defect);
}

/**
 * Runs a node until `ended`, by default the first signal to stop; resolves when it has stopped. Rejects with a
 * `ListenError` where it cannot listen.
 */
export async function start(
	options: StartOptions,
	version: string,
	ended: Promise<void> = untilSignalled(),
): Promise<void> {
	const { quiet, slotMs, wsPort } = options;
	const node = createNodeChain();
	const validator = await Validator.start({
		chain: node.chain,
		bindAddress: options.bindAddress,
		rpcPort: options.rpcPort,
		...(wsPort === undefined ? {} : { wsPort }),
		slotMs,
		onDefect: reportDefect,
	});

	const { stdout } = process;
	const style = styleFor(stdout, process.env);
	if (!quiet) {
		const facts = { version, slotMs, readyMs: performance.now(), columns: stdout.columns ?? 100 };
		console.log(banner(validator, node, facts, style).join('\n'));
	}
	const status = quiet || !stdout.isTTY ? null : showStatus(node.chain, stdout, style);
	await ended;
	status?.stop();
	await validator.stop();
	if (!quiet) {
		const { slot, transactionCount } = node.chain;
		console.log(`  Stopped at slot ${slot} after ${transactionCount} transactions.`);
	}
}
