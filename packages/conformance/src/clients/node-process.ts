/** `parhelion start` as a process of its own, for clients that want a node and not an instance. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Output kept of a node that did not start. */
const MAX_OUTPUT = 2000;

/** A node that did not start, in words. */
export class NodeError extends Error {
	override readonly name = 'NodeError';
}

/** A node that runs, and what it said of itself. */
export interface NodeProcess {
	readonly rpcUrl: string;
	readonly wsUrl: string;
	readonly genesisHash: string;
	readonly identity: string;
	stop(): Promise<void>;
}

/**
 * Starts a node in a folder; resolves when it listens.
 *
 * @throws NodeError where it ends before that.
 */
export async function startNode(args: readonly string[], cwd: string): Promise<NodeProcess> {
	const main = fileURLToPath(new URL('./main.js', import.meta.resolve('@parhelion/cli')));
	const child = spawn(process.execPath, [main, 'start', '--json', ...args], {
		cwd,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const ended = new Promise<null>((resolve) => {
		child.once('exit', () => resolve(null));
	});
	let errors = '';
	child.stderr.on('data', (chunk: Buffer) => {
		errors = (errors + chunk.toString()).slice(-MAX_OUTPUT);
	});
	const line = new Promise<string>((resolve) => {
		child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
	});
	const ready = await Promise.race([line, ended]);
	if (ready === null) throw new NodeError(`the node did not start: ${errors}`);
	return {
		...(JSON.parse(ready) as Omit<NodeProcess, 'stop'>),
		stop: async () => {
			child.kill('SIGTERM');
			await ended;
		},
	};
}
