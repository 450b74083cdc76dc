/**
 * Starts compilers: without a shell, arguments as a list.
 *
 * Owns how a tool's output is kept and how a tool that is not there is told from one that failed.
 */
import { spawnSync } from 'node:child_process';

/** What a tool did. `status` is `null` where it could not be started. */
export interface ToolRun {
	readonly status: number | null;
	readonly stdout: Uint8Array;
	readonly stderr: string;
}

/** What a tool may be given. */
export interface ToolInput {
	readonly stdin?: Uint8Array | string;
	readonly cwd?: string;
	/** Added to the environment. */
	readonly env?: Readonly<Record<string, string>>;
}

/** Output that is kept, at most; a module of LLVM assembly may be large. */
const MAX_OUTPUT = 1 << 30;

/** Runs `command` and waits for it. */
export function runTool(command: string, args: readonly string[], input: ToolInput = {}): ToolRun {
	const done = spawnSync(command, [...args], {
		...(input.stdin === undefined ? {} : { input: input.stdin }),
		...(input.cwd === undefined ? {} : { cwd: input.cwd }),
		env: { ...process.env, ...input.env },
		stdio: [input.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
		maxBuffer: MAX_OUTPUT,
		windowsHide: true,
	});
	return {
		status: done.error === undefined ? done.status : null,
		stdout: done.stdout ?? new Uint8Array(0),
		stderr: done.stderr?.toString() ?? done.error?.message ?? '',
	};
}
