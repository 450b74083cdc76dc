/**
 * What the commands that send transactions about programs share: who pays, who signs, where it goes.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ed25519Sign } from '@parhelion/crypto';
import type { Keypair } from '@parhelion/runtime';
import type { Pubkey, Result } from '@parhelion/sdk';
import { type DeployError, type DeploySigner, deployErrorText, RpcTarget } from '@parhelion/toolchain';
import { CliError } from '../cli-error.ts';
import { urlFlag } from '../flags/cluster-flags.ts';
import { type Flag, one } from '../flags/flag.ts';
import { CLUSTER_URLS, nonEmpty } from '../flags/readers.ts';
import { readKeypairFile } from '../keypair-file.ts';
import { printable } from '../style.ts';
import { RpcClient } from '../upstream/rpc-client.ts';

const GROUP = 'Programs and accounts';

/** A flag that names a key pair file. */
export function keypairFlag(help: string, fallbackText: string, short?: string): Flag<string> {
	return one('KEYPAIR', nonEmpty('The path of the key pair file'), {
		group: GROUP,
		help,
		fallbackText,
		completes: 'file',
		...(short === undefined ? {} : { short }),
	});
}

/** The options that say who pays, who signs, and where it goes. */
export interface SenderOptions {
	readonly url?: string;
	readonly keypair?: string;
	readonly upgradeAuthority?: string;
}

/** The flags of {@link SenderOptions}. */
export const SENDER_FLAGS: { readonly [K in keyof SenderOptions]-?: Flag<string> } = {
	url: urlFlag('the cluster to send to', CLUSTER_URLS['localhost']),
	keypair: keypairFlag('who pays', '~/.config/solana/id.json', 'k'),
	upgradeAuthority: keypairFlag('who may change the program', 'who pays'),
};

/** A key pair that signs. */
export function signerOf({ pubkey, seed }: Keypair): DeploySigner {
	return { pubkey, sign: (message) => ed25519Sign(message, seed) };
}

/** Who sends, and where to. */
export interface Sender {
	readonly target: RpcTarget;
	readonly host: string;
	readonly payer: Pubkey;
	readonly authority: Pubkey;
	readonly signers: readonly DeploySigner[];
}

/** Reads the key pairs. A `CliError` where there is none. `note` is told of waits. */
export function openSender(options: SenderOptions, note: (line: string) => void): Sender {
	const { url = CLUSTER_URLS['localhost'] ?? '' } = options;
	const payer = readKeypairFile(options.keypair ?? join(homedir(), '.config', 'solana', 'id.json'));
	const authority =
		options.upgradeAuthority === undefined ? payer : readKeypairFile(options.upgradeAuthority);
	const rpc = new RpcClient(url, { onRetry: (reason) => note(printable(reason)) });
	return {
		target: new RpcTarget(rpc),
		host: rpc.host,
		payer: payer.pubkey,
		authority: authority.pubkey,
		signers: [signerOf(payer), signerOf(authority)],
	};
}

/** The value; a `CliError` that says what is wrong. */
export function orFail<T>(result: Result<T, DeployError>): T {
	if (result.ok) return result.value;
	const { error } = result;
	const isLeft = error.kind === 'StepFailed' && error.leftBehind !== null;
	const text = deployErrorText(error) + (isLeft ? '\nThe same command goes on where it ended.' : '');
	throw new CliError(printable(text));
}
