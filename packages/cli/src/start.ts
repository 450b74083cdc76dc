/**
 * `parhelion start`: runs a node until it is told to stop.
 */
import { DEFAULT_SLOT_MS, Validator } from '@parhelion/rpc';
import { banner } from './banner.ts';
import { listenFaucet } from './faucet-server.ts';
import type { StartOptions } from './flags/start-flags.ts';
import { ForkRecord } from './fork/fork-record.ts';
import { ForkedAccounts } from './fork/forked-accounts.ts';
import type { NodeChain } from './node-chain.ts';
import { closeNodeChain, nodeChain, storageFailure, withVoter } from './node-ledger.ts';
import { inertNotes, setUpNode } from './node-setup.ts';
import { printLogs } from './print-logs.ts';
import { showStatus } from './status-line.ts';
import { styleFor } from './style.ts';
import type { Cluster } from './upstream/cluster.ts';
import { writeValidatorLog } from './validator-log.ts';

/** Ticks of a slot that takes {@link DEFAULT_SLOT_MS}. */
const DEFAULT_TICKS_PER_SLOT = 64;

/** A free port, for QUIC. */
const ANY_PORT = [0, 0] as const;

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

/** One line for scripts: where the node is, and who is who. */
function readyJson({ rpcUrl, wsUrl, chain }: Validator, faucetAt: string | null): string {
	return JSON.stringify({
		rpcUrl,
		wsUrl,
		faucetAt,
		genesisHash: chain.genesisHash,
		identity: chain.identity,
		faucet: chain.faucet.pubkey,
	});
}

function forkedAccounts({ chain, ledger }: NodeChain, cluster: Cluster): ForkedAccounts {
	const record = ledger === null ? null : ForkRecord.open(ledger.folder, cluster.genesisHash, ledger.isNew);
	return new ForkedAccounts(chain, cluster, record);
}

/** What a node is run for, besides what the command line says. */
export interface StartContext {
	readonly version: string;
	/** Go on from where the cluster of `--url` is, with its accounts. */
	readonly isFork?: boolean;
	/** By default the first signal to stop. */
	readonly ended?: Promise<void>;
}

/**
 * Runs a node until it shall end; resolves when it has stopped and its chain is on the disk. Rejects with a `CliError` for
 * what is wrong with files and flags, an `UpstreamError` where the other cluster says no, a `ListenError` where it cannot
 * listen, a `StorageError` where its ledger cannot be opened or written.
 */
export async function start(options: StartOptions, context: StartContext): Promise<void> {
	const { version, isFork = false, ended = untilSignalled() } = context;
	const { wsPort, faucetPort, json = false } = options;
	const quiet = options.quiet || json;
	const { stdout, stderr } = process;
	const style = styleFor(stdout, process.env);
	const noteStyle = styleFor(stderr, process.env);
	/** In any case: what a node cannot do is not heard of by its silence. */
	const warn = (line: string): void => console.error(`  ${noteStyle.dim(line)}`);
	const note = (line: string): void => {
		if (!quiet) warn(line);
	};
	for (const line of inertNotes(options)) note(line);

	const { genesis, lateAccounts, cluster, startSlot } = await setUpNode(options, isFork, note, warn);
	// On a fork the stakes are not its own, and the votes of others are what they were.
	const node = await nodeChain(isFork ? genesis : withVoter(genesis, options), options, style);
	const { chain } = node;
	if (startSlot !== null && startSlot > chain.slot) chain.warpToSlot(startSlot);
	else if (startSlot !== null)
		note(`The chain is at slot ${chain.slot} already, which is not before ${startSlot}`);
	const slotMs =
		options.slotMs ?? (DEFAULT_SLOT_MS * Number(chain.bank.ticksPerSlot)) / DEFAULT_TICKS_PER_SLOT;
	const stops: (() => unknown)[] = [];
	let failure: unknown = null;
	try {
		if (lateAccounts.length > 0) {
			// Slot 0 is genesis, which is there already.
			chain.advanceSlot();
			for (const [pubkey, account] of lateAccounts) chain.setAccount(pubkey, account);
		}
		const forked = isFork && cluster !== null ? forkedAccounts(node, cluster) : null;
		if (forked !== null) stops.unshift(() => forked.stop());
		const { failed, onClockError } = storageFailure();
		const validator = await Validator.start({
			chain,
			bindAddress: options.bindAddress,
			rpcPort: options.rpcPort,
			...(wsPort === undefined ? {} : { wsPort }),
			...(options.quic === false ? {} : { tpuPorts: options.dynamicPortRange ?? ANY_PORT }),
			slotMs,
			...(forked === null ? {} : { accountProvider: forked }),
			...(options.cheatcodes === undefined ? {} : { cheatcodes: options.cheatcodes }),
			...(options.allowedHost === undefined ? {} : { allowedHosts: options.allowedHost }),
			...(options.maxRequestsPerSecond === undefined
				? {}
				: { maxRequestsPerSecond: options.maxRequestsPerSecond }),
			onDefect: reportDefect,
			onClockError,
		});
		stops.unshift(() => validator.stop());
		const { tpuError } = validator;
		if (tpuError !== null) note(`No transactions over QUIC, deploy with --use-rpc: ${tpuError.message}`);
		if (options.ledger !== undefined) writeValidatorLog(options.ledger, validator, version);
		let faucetAt: string | null = null;
		if (faucetPort !== undefined) {
			const faucet = await listenFaucet(chain.faucet, options.bindAddress, faucetPort);
			stops.unshift(() => faucet.close());
			faucetAt = `${options.bindAddress}:${faucet.port}`;
			note(`The faucet listens on ${faucetAt}`);
		}
		if (!quiet) {
			const facts = {
				version,
				slotMs,
				readyMs: performance.now(),
				columns: stdout.columns ?? 100,
				forkOf: isFork && cluster !== null ? cluster.host : null,
			};
			console.log(banner(validator, node, facts, style).join('\n'));
		}
		if (json) console.log(readyJson(validator, faucetAt));
		if (options.log === true) stops.unshift(printLogs(chain, (line) => console.log(line), style));
		const showsStatus = !quiet && options.log !== true && stdout.isTTY;
		if (showsStatus) stops.unshift(showStatus(chain, stdout, style).stop);
		await Promise.race([ended, failed]);
	} catch (error) {
		failure = error;
		throw error;
	} finally {
		for (const stop of stops) await stop();
		await closeNodeChain(node, failure);
	}
	if (!quiet) console.log(`  Stopped at slot ${chain.slot} after ${chain.transactionCount} transactions.`);
}
