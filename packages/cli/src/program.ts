/**
 * The command line: commands, options, what they accept.
 */
import { DEFAULT_BIND_ADDRESS, DEFAULT_RPC_PORT, DEFAULT_SLOT_MS } from '@parhelion/rpc';
import { Command, InvalidArgumentError } from 'commander';
import type { StartOptions } from './start.ts';

function integer(text: string, min: number, max: number, what: string): number {
	const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
	if (!(value >= min && value <= max)) throw new InvalidArgumentError(`${what} is from ${min} to ${max}.`);
	return value;
}

const port = (text: string): number => integer(text, 0, 65_535, 'A port');
const slotMs = (text: string): number => integer(text, 1, 3_600_000, 'The time of a slot in milliseconds');

/** The command line; `start` runs the node. */
export function createProgram(version: string, start: (options: StartOptions) => Promise<void>): Command {
	const program = new Command('parhelion')
		.description('A local Solana validator: the Solana VM and the runtime around it, in TypeScript.')
		.version(version, '-V, --version', 'print the version')
		.helpOption('-h, --help', 'print this help')
		.helpCommand(false)
		.showHelpAfterError('(parhelion --help tells what there is)');
	program
		.command('start', { isDefault: true })
		.description('run a validator until Ctrl-C (the default command)')
		.option('-p, --rpc-port <port>', 'port of JSON-RPC, 0 for a free one', port, DEFAULT_RPC_PORT)
		.option(
			'-w, --ws-port <port>',
			'port of PubSub, 0 for a free one (default: the one after JSON-RPC)',
			port,
		)
		.option('-b, --bind-address <address>', 'address to listen on', DEFAULT_BIND_ADDRESS)
		.option('-s, --slot-ms <milliseconds>', 'time of a slot', slotMs, DEFAULT_SLOT_MS)
		.option('-q, --quiet', 'say nothing but errors', false)
		.helpOption('-h, --help', 'print this help')
		.allowExcessArguments(false)
		.action((options: StartOptions) => start(options));
	return program;
}
