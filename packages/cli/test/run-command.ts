/** Runs a command of ours in this process, and tells what a user would have seen. */
import { vi } from 'vitest';
import { COMMANDS } from '../src/commands/index.ts';
import { commandArguments, createProgram } from '../src/program.ts';

/** What came of a command line. */
export interface CommandRun {
	readonly out: string;
	readonly notes: string;
	/** Null where the command did not come to its end. */
	readonly exitCode: number | null;
	readonly error: Error | null;
}

/** Runs `parhelion` with these arguments. */
export async function runCommand(...args: string[]): Promise<CommandRun> {
	const out: string[] = [];
	const notes: string[] = [];
	let exitCode: number | null = null;
	let error: Error | null = null;
	const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void out.push(`${text}\n`));
	const say = vi.spyOn(console, 'error').mockImplementation((text: string) => void notes.push(`${text}\n`));
	const program = createProgram('1.2.3', COMMANDS, (code) => {
		exitCode = code;
	});
	for (const command of [program, ...program.commands]) {
		command.configureOutput({
			writeOut: (text) => void out.push(text),
			writeErr: (text) => void notes.push(text),
		});
	}
	try {
		await program.parseAsync(commandArguments(args, COMMANDS), { from: 'user' });
	} catch (thrown) {
		error = thrown as Error;
	} finally {
		log.mockRestore();
		say.mockRestore();
	}
	return { out: out.join(''), notes: notes.join(''), exitCode, error };
}
