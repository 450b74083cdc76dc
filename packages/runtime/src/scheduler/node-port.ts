/** What a thread of Node is given, and its port. */
/// <reference types="node" />
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { WorkerMemory } from './execution-worker.ts';
import type { SidePort } from './thread-channel.ts';

/** What a thread is started with. */
export interface ThreadData {
	readonly memory: WorkerMemory;
	readonly port: MessagePort;
}

/** The port's messages, taken without the event loop. */
export function sidePort(port: MessagePort): SidePort {
	return {
		post: (message) => port.postMessage(message),
		take: () => (receiveMessageOnPort(port) as { readonly message: unknown } | undefined)?.message,
	};
}
