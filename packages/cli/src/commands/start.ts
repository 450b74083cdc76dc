/** `parhelion start`: a validator of one node. */

import { EXIT } from '../cli-error.ts';
import { START_FLAGS, type StartOptions } from '../flags/start-flags.ts';
import { start } from '../start.ts';
import { type Command, defineCommand } from './command.ts';

export const startCommand: Command = defineCommand<StartOptions>({
	name: 'start',
	args: [],
	summary: 'run a validator until Ctrl-C (the default command)',
	flags: START_FLAGS,
	readsConfig: true,
	examples: [
		['parhelion start', 'a node where clients look for it: 127.0.0.1:8899'],
		['parhelion start --bpf-program counter-keypair.json target/deploy/counter.so', 'with a program'],
		[
			'parhelion start --url mainnet-beta --clone-upgradeable-program whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc',
			'with a program of mainnet-beta',
		],
		['parhelion start --rpc-port 0 --slot-ms 50 --quiet', 'on free ports, with short slots, for a test'],
	],
	run: async (_args, options, version) => {
		await start(options, { version });
		return EXIT.ok;
	},
});
