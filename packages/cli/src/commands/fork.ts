/** `parhelion fork`: a validator that goes on from where another cluster is. */

import { EXIT } from '../cli-error.ts';
import { UsageError } from '../flags/flag.ts';
import { START_FLAGS, type StartOptions } from '../flags/start-flags.ts';
import { start } from '../start.ts';
import { type Command, defineCommand } from './command.ts';

export const forkCommand: Command = defineCommand<StartOptions>({
	name: 'fork',
	args: [],
	summary: 'run a validator on the accounts of another cluster, fetched when they are first needed',
	flags: START_FLAGS,
	readsConfig: true,
	examples: [
		['parhelion fork --url mainnet-beta', 'mainnet-beta as it is now, to change at will'],
		[
			'parhelion fork --url https://rpc.example.org/?key=… --account-dir fixtures',
			'with some accounts replaced by those of files',
		],
	],
	run: async (_args, options, version) => {
		if (options.url === undefined) {
			throw new UsageError('fork needs --url: the cluster to fork, such as --url mainnet-beta');
		}
		await start(options, { version, isFork: true });
		return EXIT.ok;
	},
});
