/** The fuzzed node as a child process, whose memory is its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FuzzedNode, NodeMemory } from './node.ts';

interface Message {
	readonly rpcUrl?: string;
	readonly wsUrl?: string;
	readonly defect?: string;
	readonly memory?: NodeMemory;
}

/** Starts the node. Rejects where it ends before it listens. */
export function startNodeProcess(): Promise<FuzzedNode> {
	const script = fileURLToPath(new URL('./node-child.js', import.meta.url));
	const child = fork(script, [], { execArgv: ['--expose-gc'] });
	const defects: string[] = [];
	let isStopping = false;
	let onMemory: (memory: NodeMemory) => void = () => {};
	return new Promise((resolve, reject) => {
		child.on('exit', (code, signal) => {
			if (!isStopping) defects.push(`the node ended with ${signal ?? code}`);
			reject(new Error(`the node ended with ${signal ?? code}`));
		});
		child.on('message', ({ rpcUrl, wsUrl, defect, memory }: Message) => {
			if (defect !== undefined) defects.push(defect);
			if (memory !== undefined) onMemory(memory);
			if (rpcUrl === undefined || wsUrl === undefined) return;
			resolve({
				rpcUrl,
				wsUrl,
				defects,
				memory: () =>
					new Promise((told) => {
						onMemory = told;
						child.send('memory');
					}),
				stop: () =>
					new Promise((ended) => {
						isStopping = true;
						child.once('exit', () => ended());
						child.kill('SIGTERM');
					}),
			});
		});
	});
}
