/** A node as a child process, started as `parhelion start` starts it: real sockets on loopback, ports of the system's choice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BENCH_FOLDER } from './elf.ts';
import { HttpConnection } from './node-load-connections.ts';
import { namedAddress } from './node-load-transfers.ts';

/** What `npm start` starts, and `npm run bench` bundles. */
/** The command line. */
export const COMMAND: string = join(BENCH_FOLDER, '../cli/dist/parhelion.js');
const LAMPORTS = 1_000_000_000;
/** Milliseconds between two looks at a transaction. */
const LOOK_EVERY = 5;

/** A node that runs. */
export interface NodeProcess {
	readonly pid: number;
	readonly rpcUrl: string;
	readonly wsUrl: string;
	/** Milliseconds from the start of the process until it listened. */
	readonly readyMs: number;
	/** Resolves with its exit code, where it ends. */
	readonly ended: Promise<number | null>;
	/** Tells it to stop and waits. */
	stop(): Promise<void>;
}

function exitOf(child: ChildProcess): Promise<number | null> {
	return new Promise((resolve) => {
		child.once('exit', (code) => resolve(code));
	});
}

/** Starts a node; `nodeArguments` are for Node itself. Rejects where it ends before it listens. */
export async function startNode(nodeArguments: readonly string[] = []): Promise<NodeProcess> {
	const begun = performance.now();
	const args = [...nodeArguments, COMMAND, 'start', '--rpc-port', '0', '--json'];
	const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	const ended = exitOf(child);
	const lines = createInterface({ input: child.stdout! });
	const first = await Promise.race([
		new Promise<string>((resolve) => {
			lines.once('line', resolve);
		}),
		ended.then((code) => {
			throw new Error(`the node ended with ${code}`);
		}),
	]);
	const readyMs = performance.now() - begun;
	const { rpcUrl, wsUrl } = JSON.parse(first) as { readonly rpcUrl: string; readonly wsUrl: string };
	return {
		pid: child.pid!,
		rpcUrl,
		wsUrl,
		readyMs,
		ended,
		stop: async () => {
			child.kill('SIGTERM');
			await ended;
		},
	};
}

/** How long a new node takes. */
export interface StartFigures {
	/** Milliseconds from the start of the process until it listens. */
	readonly ready: number;
	/** Milliseconds until a transaction is sent, executed and answered. */
	readonly processed: number;
	/** Milliseconds until that transaction is confirmed. */
	readonly confirmed: number;
}

/** Starts a node, sends it a transaction, waits until that is confirmed. */
export async function measureStart(): Promise<StartFigures> {
	const begun = performance.now();
	const node = await startNode();
	const http = new HttpConnection(node.rpcUrl);
	try {
		const signature = await http.call('requestAirdrop', [namedAddress('first').toBase58(), LAMPORTS]);
		const processed = performance.now() - begun;
		for (;;) {
			const answer = (await http.call('getSignatureStatuses', [[signature]])) as {
				readonly value: readonly ({ readonly confirmationStatus: string } | null)[];
			};
			const status = answer.value[0]?.confirmationStatus;
			if (status === 'confirmed' || status === 'finalized') break;
			await new Promise((resolve) => {
				setTimeout(resolve, LOOK_EVERY);
			});
		}
		return { ready: node.readyMs, processed, confirmed: performance.now() - begun };
	} finally {
		http.close();
		await node.stop();
	}
}

/** What the memory of a node is told by, by the name of the figure. */
const MEMORY_FIGURES = {
	resident: 'process_resident_memory_bytes',
	heap: 'nodejs_heap_size_used_bytes',
	external: 'nodejs_external_memory_bytes',
	arrayBuffers: 'nodejs_array_buffers_bytes',
} as const;

/** Bytes that a node's process takes, and what for. */
export type MemoryFigures = Readonly<Record<keyof typeof MEMORY_FIGURES, number>>;

/** What the node says of its memory. */
export async function memoryOf(rpcUrl: string): Promise<MemoryFigures> {
	const text = await (await fetch(new URL('/metrics', rpcUrl))).text();
	const read = (key: keyof typeof MEMORY_FIGURES): number => {
		const match = new RegExp(`^${MEMORY_FIGURES[key]} (\\d+)$`, 'm').exec(text);
		if (match === null) throw new Error(`the metrics do not tell ${MEMORY_FIGURES[key]}`);
		return Number(match[1]);
	};
	return {
		resident: read('resident'),
		heap: read('heap'),
		external: read('external'),
		arrayBuffers: read('arrayBuffers'),
	};
}
