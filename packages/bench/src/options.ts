/** What the command line asks for. */
import { parseArgs } from 'node:util';

export interface Options {
	readonly quick: boolean;
	/** Cases whose group and name hold one of these, in any case; all where there is none. */
	readonly filters: readonly string[];
	/** File for the figures. */
	readonly json: string | null;
	/** Whether docs/benchmarks.md is written. */
	readonly write: boolean;
	/** Whether our side alone runs, under the engine's profiler. */
	readonly profile: boolean;
	/** Whether our side alone runs. */
	readonly oursOnly: boolean;
	/** Whether the leaves and the interpreter are measured too. */
	readonly all: boolean;
}

export const USAGE = `npm run bench -- [options]
  --filter NAME   only cases whose group or name holds NAME; may be repeated
  --quick         fewer and shorter rounds
  --json FILE     write the figures to FILE
  --write         write docs/benchmarks.md from this run
  --all           also the interpreter and the leaves (no oracle)
  --profile       profile our side and print where the time goes
  --ours          our side alone

npm run bench -- load [options]: a node under load; load --help has the options
`;

/** TypeError for an option that does not exist or lacks its value. */
export function parseOptions(args: readonly string[]): Options {
	const { values } = parseArgs({
		args: [...args],
		strict: true,
		allowPositionals: false,
		options: {
			quick: { type: 'boolean', default: false },
			filter: { type: 'string', multiple: true, default: [] },
			json: { type: 'string' },
			write: { type: 'boolean', default: false },
			profile: { type: 'boolean', default: false },
			ours: { type: 'boolean', default: false },
			all: { type: 'boolean', default: false },
		},
	});
	return {
		quick: values.quick,
		filters: values.filter,
		json: values.json ?? null,
		write: values.write,
		profile: values.profile,
		oursOnly: values.ours,
		all: values.all,
	};
}

/** Whether a case is asked for. */
export function isWanted(filters: readonly string[], group: string, name: string): boolean {
	const text = `${group} ${name}`.toLowerCase();
	return filters.length === 0 || filters.some((filter) => text.includes(filter.toLowerCase()));
}
