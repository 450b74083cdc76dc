/** `parhelion verify`: whether a program would be accepted, check by check. */
import { type CheckResult, verifyReport } from '@parhelion/toolchain';
import { EXIT } from '../cli-error.ts';
import type { FlagTable } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { processOutput } from '../output.ts';
import { readProgramFile, SYSCALL_NAMES } from '../program-files.ts';
import { printable } from '../style.ts';
import { type Command, defineCommand } from './command.ts';

interface VerifyOptions {
	readonly json?: boolean;
}

const FLAGS: FlagTable<VerifyOptions> = { json: JSON_FLAG };

/** A check in a line: its outcome, and of a failure what is wrong and where. */
function checkText({ name, outcome, detail, pc, function: around }: CheckResult): string {
	const inFunction = around === undefined ? '' : ` in ${around}`;
	const where = pc === undefined ? '' : ` (instruction ${pc}${inFunction})`;
	return printable(`${name.padEnd(13)} ${outcome}${detail === undefined ? '' : `: ${detail}`}${where}`);
}

async function run([path = '']: readonly string[], { json = false }: VerifyOptions): Promise<number> {
	const { print, printJson, style } = processOutput();
	const checks = verifyReport(readProgramFile(path), SYSCALL_NAMES);
	const accepted = checks.every(({ outcome }) => outcome === 'passed' || outcome === 'warning');
	if (json) printJson({ accepted, checks });
	else {
		for (const check of checks) {
			const text = checkText(check);
			const paint = { failed: style.red, warning: style.bold, passed: String, skipped: String }[
				check.outcome
			];
			print(`  ${paint(text)}`);
		}
	}
	return accepted ? EXIT.ok : EXIT.failed;
}

export const verifyCommand: Command = defineCommand<VerifyOptions>({
	name: 'verify',
	args: ['<program>'],
	summary: 'tell whether a program would be accepted, check by check',
	flags: FLAGS,
	examples: [['parhelion verify hello.so', 'before it is deployed']],
	run,
});
