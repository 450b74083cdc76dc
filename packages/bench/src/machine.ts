/** What the figures were taken on. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, hostname, platform, release, totalmem } from 'node:os';

export interface Machine {
	readonly name: string;
	readonly cpu: string;
	readonly cores: number;
	readonly memory: string;
	readonly system: string;
	readonly node: string;
	readonly v8: string;
	readonly litesvm: string;
}

export function describeMachine(): Machine {
	const manifest = createRequire(import.meta.url).resolve('litesvm/package.json');
	const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
	return {
		name: hostname(),
		cpu: cpus()[0]?.model.trim() ?? 'unknown',
		cores: availableParallelism(),
		memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
		system: `${platform()} ${arch()} ${release()}`,
		node: process.versions.node,
		v8: process.versions.v8,
		litesvm: version,
	};
}
