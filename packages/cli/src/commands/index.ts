/** The commands, in the order of the help. */
import { accountsCommand } from './accounts.ts';
import type { Command } from './command.ts';
import { completionCommand } from './completion.ts';
import { forkCommand } from './fork.ts';
import { ledgerCommand } from './ledger.ts';
import { logsCommand } from './logs.ts';
import { PROGRAM_COMMANDS } from './program-commands.ts';
import { replayCommand } from './replay.ts';
import { snapshotCommand } from './snapshot.ts';
import { startCommand } from './start.ts';
import { transactionCommand } from './transaction.ts';

export const COMMANDS: readonly Command[] = [
	startCommand,
	forkCommand,
	replayCommand,
	transactionCommand,
	accountsCommand,
	ledgerCommand,
	snapshotCommand,
	logsCommand,
	...PROGRAM_COMMANDS,
	completionCommand(() => COMMANDS),
];
