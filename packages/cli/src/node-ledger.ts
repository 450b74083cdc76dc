/**
 * The node's chain on a disk: where the command line wants it, how far its replay is, what happens when the disk refuses.
 */
import { defaultVoter, type GenesisOptions } from '@parhelion/runtime';
import { StorageError } from '@parhelion/runtime/node';
import { CliError } from './cli-error.ts';
import type { StartOptions } from './flags/start-flags.ts';
import { createNodeChain, type NodeChain, openNodeChain } from './node-chain.ts';
import { progressBar } from './progress-bar.ts';
import type { Style } from './style.ts';

/** Bytes of a shred (`PACKET_DATA_SIZE` less the nonce of a repair). */
const SHRED_BYTES = 1228;
/** Shreds that are kept where nothing else is asked for: about 1.2 GB. */
const DEFAULT_LEDGER_SHREDS = 1_000_000;

/** The chain that the command line asks for. StorageError for a folder that cannot be used. */
export async function nodeChain(
	genesis: GenesisOptions,
	options: Pick<StartOptions, 'ledger' | 'reset' | 'limitLedgerSize' | 'quiet'>,
	style: Style,
): Promise<NodeChain> {
	const { ledger: folder, reset = false, limitLedgerSize = DEFAULT_LEDGER_SHREDS, quiet } = options;
	if (folder === undefined) return createNodeChain(genesis);
	const { stdout } = process;
	const isShown = !quiet && stdout.isTTY;
	try {
		return await openNodeChain(genesis, {
			folder,
			reset,
			maxLedgerBytes: limitLedgerSize * SHRED_BYTES,
			...(isShown ? { onProgress: progressBar('Replaying the ledger', stdout, style) } : {}),
		});
	} catch (thrown) {
		// A genesis.bin has a size that it may not exceed; in memory there is none.
		if (!(thrown instanceof RangeError)) throw thrown;
		throw new CliError(
			`${folder}: ${thrown.message}; with fewer or smaller accounts, or without --ledger, it fits`,
		);
	}
}

/**
 * With a validator that votes, as the test validator's: in memory one whose keys are the same in every run; on a ledger the
 * one whose keys lie there.
 */
export function withVoter(genesis: GenesisOptions, { ledger }: Pick<StartOptions, 'ledger'>): GenesisOptions {
	return ledger === undefined ? { voter: defaultVoter(), ...genesis } : genesis;
}

/** A promise that rejects with the error by which a disk refused a block; any other error is a bug and is thrown on. */
export function storageFailure(): {
	readonly failed: Promise<never>;
	readonly onClockError: (error: unknown) => void;
} {
	let reject: (error: StorageError) => void = () => {};
	const failed = new Promise<never>((_, rejects) => {
		reject = rejects;
	});
	// It may come when nobody waits for it any more.
	failed.catch(() => {});
	const onClockError = (error: unknown): void => {
		if (!(error instanceof StorageError)) throw error;
		reject(error);
	};
	return { failed, onClockError };
}

/**
 * Closes a chain: what stands in the open slot is written first. After `failure` only the ledger is closed, since the disk
 * that refused one block refuses the next.
 */
export async function closeNodeChain({ chain }: NodeChain, failure: unknown): Promise<void> {
	if (failure === null) await chain.close();
	else await chain.close().catch(() => {});
}
