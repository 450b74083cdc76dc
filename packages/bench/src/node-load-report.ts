/** The figures of a load as text. */
import type { ClientsResult } from './node-load-clients.ts';
import type { StartFigures } from './node-load-process.ts';
import { LatencyHistogram, type MethodFigures } from './node-load-tally.ts';

/** The goal for a node's first confirmed transaction, in milliseconds. */
const START_GOAL = 1500;
const COLUMN = 10;
/** Calls that are not made in the mixed load. */
const OTHER_PHASES: ReadonlySet<string> = new Set(['accountSubscribe ahead', 'sendTransaction alone']);

/** What a load came to. */
export interface LoadFigures {
	readonly starts: readonly StartFigures[];
	readonly result: ClientsResult;
	/** Bytes of the node's process, at even intervals of the load. */
	readonly resident: readonly number[];
	/** Transactions a second through a chain without a node around it. */
	readonly bankPerSecond: number;
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)}`;

function millisecondsText(value: number): string {
	return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function row(name: string, cells: readonly string[]): string {
	return `  ${name.padEnd(26)}${cells.map((cell) => cell.padStart(COLUMN)).join('')}`;
}

/** A line of the table: calls, calls a second of so many (`null`: not told), percentiles, errors. */
export function methodRow({ method, times, errors }: MethodFigures, seconds: number | null): string {
	const histogram = new LatencyHistogram();
	histogram.merge(times);
	const failed = errors.reduce((sum, [, count]) => sum + count, 0);
	return row(method, [
		`${histogram.count}`,
		seconds === null ? '' : (histogram.count / seconds).toFixed(1),
		...[0.5, 0.9, 0.99].map((share) => millisecondsText(histogram.percentile(share))),
		millisecondsText(histogram.max),
		`${failed}`,
	]);
}

/** At most `count` of the values, at even distances, the first and the last among them. */
export function spread(values: readonly number[], count: number): number[] {
	if (values.length <= count) return [...values];
	return Array.from(
		{ length: count },
		(_, i) => values[Math.round((i * (values.length - 1)) / (count - 1))]!,
	);
}

/** Everything that is worth telling. */
export function loadReport({ starts, result, resident, bankPerSecond }: LoadFigures): string {
	const { methods, seconds, answered, failed, subscriptions, accountNotifications, sendsPerSecond } = result;
	const confirmed = starts.map((start) => start.confirmed).sort((a, b) => a - b);
	const typical = confirmed[Math.floor(confirmed.length / 2)] ?? 0;
	const { due, came } = accountNotifications;
	const others = Object.entries(result.otherNotifications).map(([kind, count]) => `${count} × ${kind}`);
	const errors = methods.flatMap(({ method, errors: texts }) =>
		texts.map(([text, count]) => `  ${count} × ${method}: ${text}`),
	);
	return [
		row('milliseconds', ['count', 'per s', 'p50', 'p90', 'p99', 'max', 'errors']),
		...methods.map((figures) => methodRow(figures, OTHER_PHASES.has(figures.method) ? null : seconds)),
		'',
		`${answered} answers in ${seconds.toFixed(1)} s of mixed load: ${(answered / seconds).toFixed(0)} a second; ${failed} errors`,
		...errors,
		`${subscriptions} subscriptions to accounts: ${came} of ${due} notifications came`,
		`other notifications: ${others.join(', ')}`,
		`sends alone: ${sendsPerSecond.toFixed(0)} a second; the same through the bare Bank: ${bankPerSecond.toFixed(0)}`,
		`memory of the node (MiB, at even intervals): ${spread(resident, 12).map(mebibytes).join(' ')}`,
		`from the start of the process to the first confirmed transaction: ${typical.toFixed(0)} ms (goal < ${START_GOAL} ms) ` +
			`${typical < START_GOAL ? '✓' : '✗'}; each: ${confirmed.map((ms) => ms.toFixed(0)).join(', ')}`,
	].join('\n');
}
