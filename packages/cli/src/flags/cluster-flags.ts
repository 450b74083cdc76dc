/**
 * The flags of commands that ask another cluster.
 */
import type { ClusterOptions } from '../upstream/cluster.ts';
import type { Flag } from './flag.ts';
import { one } from './flag.ts';
import { clusterUrl, integer } from './readers.ts';

const GROUP = 'Another cluster';

/** `--url`; `fallback` where the command has a cluster by itself. */
export function urlFlag(help: string, fallback?: string): Flag<string> {
	return one('URL_OR_NAME', clusterUrl, {
		short: 'u',
		group: GROUP,
		help: `${help}: a URL, or mainnet-beta, testnet, devnet, localhost (m, t, d, l)`,
		completes: ['mainnet-beta', 'testnet', 'devnet', 'localhost'],
		...(fallback === undefined ? {} : { fallback }),
	});
}

/** What is kept of what was fetched. */
export interface CacheOptions {
	readonly cache?: string;
	/** Seconds. */
	readonly cacheAge?: number;
}

export const CACHE_FLAG: Flag<string> = one('DIR', (text) => text, {
	group: GROUP,
	help: 'folder where fetched accounts are kept; an empty DIR keeps none',
	fallbackText: "the user's cache folder",
	completes: 'file',
});

export const CACHE_AGE_FLAG: Flag<number> = one('SECONDS', integer('An age in seconds', 0, 1_000_000_000), {
	group: GROUP,
	help: 'how old a kept account may be to be used; programs, an hour at least',
	fallback: 0,
});

/** How to reach a cluster by these flags; `say` is told of each wait. */
export function clusterOptions(options: CacheOptions, say: (line: string) => void): ClusterOptions {
	const { cache, cacheAge = 0 } = options;
	return {
		...(cache === undefined ? {} : { cache }),
		cacheAge: cacheAge * 1000,
		onRetry: (reason, wait) => say(`${reason}; once more in ${(wait / 1000).toFixed(1)} s`),
	};
}
