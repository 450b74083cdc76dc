/** `parhelion snapshot`: a ledger out of Agave's snapshot archives. */
import { ledgerFromSnapshot } from '@parhelion/runtime/node';
import { EXIT } from '../cli-error.ts';
import { type FlagTable, one, UsageError } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { ledgerFlag } from '../flags/ledger-flag.ts';
import { nonEmpty } from '../flags/readers.ts';
import { processOutput } from '../output.ts';
import { progressBar } from '../progress-bar.ts';
import { type Command, defineCommand } from './command.ts';

interface SnapshotOptions {
	readonly ledger?: string;
	readonly genesis?: string;
	readonly json?: boolean;
}

const FLAGS: FlagTable<SnapshotOptions> = {
	ledger: ledgerFlag('folder of the ledger to be made, for "parhelion start --ledger"'),
	genesis: one('FILE', nonEmpty('The path of the genesis'), {
		group: 'Ledger',
		help: "the cluster's genesis.bin",
		fallbackText: 'the one beside the archives',
		completes: 'file',
	}),
	json: JSON_FLAG,
};

async function run([archives = '']: readonly string[], options: SnapshotOptions): Promise<number> {
	const { print, printJson, style } = processOutput();
	const { ledger, genesis, json = false } = options;
	if (ledger === undefined) throw new UsageError('--ledger says where the ledger is made.');
	const { stderr } = process;
	const isShown = !json && stderr.isTTY;
	const bars = {
		full: progressBar('Reading the full archive', stderr, style),
		incremental: progressBar('Reading the incremental archive', stderr, style),
		verify: progressBar('Hashing accounts', stderr, style),
	};
	const made = await ledgerFromSnapshot({
		archives,
		folder: ledger,
		...(genesis === undefined ? {} : { genesis }),
		...(isShown ? { onProgress: (phase, done, total) => bars[phase](done, total) } : {}),
	});
	if (json) printJson(made);
	else {
		const accounts = made.accounts.toLocaleString('en-US');
		print(`${ledger} stands at slot ${made.slot.toLocaleString('en-US')} with ${accounts} accounts`);
	}
	return EXIT.ok;
}

export const snapshotCommand: Command = defineCommand<SnapshotOptions>({
	name: 'snapshot',
	args: ['<folder>'],
	summary: "make a ledger of Agave's snapshot archives: the newest full one, and the newest on top of it",
	flags: FLAGS,
	examples: [
		[
			'parhelion snapshot test-ledger -l copy',
			'of the ledger of a solana-test-validator, which "parhelion start -l copy" goes on with',
		],
		['parhelion snapshot archives --genesis genesis.bin -l ledger', 'of archives that were downloaded'],
	],
	run,
});
