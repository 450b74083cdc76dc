/**
 * Where our side's time goes: the engine's profiler around the timed work, and a list of the hottest functions.
 *
 * For everything else in the process there is `node --cpu-prof packages/bench/dist/main.js --ours`.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MICROSECONDS = 100;
const SHOWN = 30;

/** What is read of a profile. */
export interface Profile {
	readonly nodes: readonly {
		readonly id: number;
		readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
		readonly children?: readonly number[] | undefined;
	}[];
	readonly samples?: readonly number[] | undefined;
}

/** A function and its share of the time. */
export interface Share {
	readonly where: string;
	/** Of the samples: those that ended in it, and those that were in it or in what it called. */
	readonly self: number;
	readonly total: number;
}

/** The shares of the functions below the one named `root`, the largest first. */
export function sharesBelow(profile: Profile, root: string): Share[] {
	const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
	const hits = new Map<number, number>();
	for (const sample of profile.samples ?? []) hits.set(sample, (hits.get(sample) ?? 0) + 1);
	const self = new Map<string, number>();
	const total = new Map<string, number>();
	let all = 0;
	const add = (shares: Map<string, number>, where: string, count: number): void => {
		shares.set(where, (shares.get(where) ?? 0) + count);
	};
	const visit = (id: number, path: readonly string[]): void => {
		const { callFrame, children = [] } = nodes.get(id)!;
		const isInside = path.length > 0 || callFrame.functionName === root;
		const inner = isInside ? [...path, placeOf(callFrame)] : path;
		const count = hits.get(id) ?? 0;
		if (isInside && count > 0) {
			all += count;
			add(self, inner.at(-1)!, count);
			for (const where of new Set(inner)) add(total, where, count);
		}
		for (const child of children) visit(child, inner);
	};
	if (profile.nodes.length > 0) visit(profile.nodes[0]!.id, []);
	return [...total]
		.map(([where, count]) => ({ where, self: (self.get(where) ?? 0) / all, total: count / all }))
		.sort((a, b) => b.self - a.self);
}

function placeOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
	const file = url.split('/').slice(-3).join('/');
	return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
}

/** Profiles `work`, prints the hottest functions below `root`, and keeps the profile in a file. */
export async function profiled<T>(name: string, root: string, work: () => Promise<T>): Promise<T> {
	const session = new Session();
	session.connect();
	await session.post('Profiler.enable');
	await session.post('Profiler.setSamplingInterval', { interval: MICROSECONDS });
	await session.post('Profiler.start');
	const result = await work();
	const { profile } = await session.post('Profiler.stop');
	session.disconnect();
	const file = join(
		mkdtempSync(join(tmpdir(), 'parhelion-profile-')),
		`${name.replaceAll(/\W+/g, '-')}.cpuprofile`,
	);
	writeFileSync(file, JSON.stringify(profile));
	const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)} %`;
	console.log(`\n${name}: ${file}`);
	console.log('    self    total');
	for (const { where, self, total } of sharesBelow(profile, root).slice(0, SHOWN)) {
		console.log(`  ${percent(self)} ${percent(total)}  ${where}`);
	}
	return result;
}
