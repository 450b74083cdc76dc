/** What the command line of a load asks for. */
import { parseArgs } from 'node:util';

/** How to load a node. */
export interface LoadOptions {
	/** Minutes of the mixed load. */
	readonly minutes: number;
	readonly clients: number;
	readonly subscriptions: number;
	/** Transactions sent before anything is measured: as many as the node remembers, for memory to be full. */
	readonly fill: number;
	/** File for the figures. */
	readonly json: string | null;
	/** Folder for a profile of the node. */
	readonly profile: string | null;
}

export const LOAD_USAGE = `npm run bench -- load [options]
  --minutes N         minutes of the mixed load (default: 10)
  --clients N         clients, each with an HTTP connection and a WebSocket (default: 64)
  --subscriptions N   subscriptions to accounts besides those of the clients (default: 10000)
  --fill N            transactions sent ahead, so that the node's history is full (default: 100000, what it remembers)
  --json FILE         write the figures to FILE
  --profile FOLDER    write a CPU profile of the node to FOLDER
`;

function numberOf(name: string, text: string, least: number): number {
	const value = Number(text);
	if (!(value >= least) || !Number.isFinite(value)) {
		throw new TypeError(`--${name} is a number from ${least} on, not ${text}`);
	}
	return value;
}

/** TypeError for an option that does not exist, lacks its value or has a wrong one. */
export function parseLoadOptions(args: readonly string[]): LoadOptions {
	const { values } = parseArgs({
		args: [...args],
		strict: true,
		allowPositionals: false,
		options: {
			minutes: { type: 'string', default: '10' },
			clients: { type: 'string', default: '64' },
			subscriptions: { type: 'string', default: '10000' },
			fill: { type: 'string', default: '100000' },
			json: { type: 'string' },
			profile: { type: 'string' },
		},
	});
	return {
		minutes: numberOf('minutes', values.minutes, 0.01),
		clients: Math.floor(numberOf('clients', values.clients, 1)),
		subscriptions: Math.floor(numberOf('subscriptions', values.subscriptions, 0)),
		fill: Math.floor(numberOf('fill', values.fill, 0)),
		json: values.json ?? null,
		profile: values.profile ?? null,
	};
}
