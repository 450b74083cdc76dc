/**
 * How a command ends that could not do what was asked for.
 */

/** What a process ends with. */
export const EXIT = {
	ok: 0,
	/** What was asked for could not be done; the message says why. */
	failed: 1,
	/** The command line is not right. */
	usage: 2,
	/** `replay`: it came to something else than on the cluster. */
	differs: 3,
} as const;

/** Something the person who typed the command can do something about: its text is all that is shown. */
export class CliError extends Error {
	override readonly name = 'CliError';
	readonly exitCode: number;

	constructor(message: string, exitCode: number = EXIT.failed) {
		super(message);
		this.exitCode = exitCode;
	}
}
