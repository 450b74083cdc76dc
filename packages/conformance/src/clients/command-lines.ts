/** The command lines `solana` and `spl-token` as bodies of evidence, each with its steps. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clientsFolder } from '../vectors/folders.ts';
import { CommandLine, toolFolder } from './command-line.ts';
import { solanaSteps } from './solana-steps.ts';
import { splTokenSteps, token2022Steps, wrappedSolSteps } from './spl-token-steps.ts';
import { runSteps } from './steps.ts';
import type { TestOutcome } from './test-results.ts';

/** A row of the report. */
export interface CommandLineRow {
	readonly name: string;
	/** The program that is run. */
	readonly binary: string;
	run(): Promise<TestOutcome[]>;
}

/** The program that keeps proofs too long for a transaction, as the checkout of Token-2022 has it. */
const RECORD = {
	address: 'recr1L3PCGKLbckBqMNcJhuuyU1zgo8nBhfLVsJNwr5',
	file: 'token-2022/clients/rust-legacy/tests/fixtures/spl_record.so',
};

/** The flag that gives a node the record program; none where there is no checkout. */
function recordFlags(): string[] {
	const root = clientsFolder();
	const file = root === null ? null : join(root, RECORD.file);
	return file !== null && existsSync(file) ? ['--bpf-program', RECORD.address, file] : [];
}

/** Why a row cannot be run; null where it can. */
export function commandLineIsMissing({ binary }: CommandLineRow): string | null {
	return toolFolder(binary) === null ? `no ${binary} on this machine (PARHELION_SOLANA_BIN)` : null;
}

/** Every row. */
export const COMMAND_LINES: readonly CommandLineRow[] = [
	{
		name: 'solana command line',
		binary: 'solana',
		run: () => CommandLine.run('solana', {}, (tool) => runSteps('solana', solanaSteps(tool))),
	},
	{
		name: 'spl-token command line, with SPL Token',
		binary: 'spl-token',
		run: () =>
			CommandLine.run('spl-token', {}, async (tool) =>
				runSteps('spl-token', { ...(await splTokenSteps(tool)), ...wrappedSolSteps(tool) }),
			),
	},
	{
		name: 'spl-token command line, with Token-2022',
		binary: 'spl-token',
		run: () => {
			const flags = recordFlags();
			return CommandLine.run('spl-token', { flags, fixed: ['--program-2022'] }, async (tool) =>
				runSteps('spl-token --program-2022', {
					...(await splTokenSteps(tool)),
					...token2022Steps(tool, flags.length > 0),
				}),
			);
		},
	},
];
