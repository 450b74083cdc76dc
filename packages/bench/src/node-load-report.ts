/** The figures of a load as text. */
import type { ClientsResult } from './node-load-clients.ts';
import type { MemoryFigures, StartFigures } from './node-load-process.ts';
import { LatencyHistogram, type MethodFigures } from './node-load-tally.ts';

/** The goal for a node's first confirmed transaction, in milliseconds. */
const START_GOAL = 1500;
const COLUMN = 10;
/** Calls that are not made in the mixed load. */
const OTHER_PHASES: ReadonlySet<string> = new Set([
	'accountSubscribe ahead',
	'sendTransaction ahead',
	'sendTransaction alone',
]);

/** What a load came to. */
export interface LoadFigures {
	readonly starts: readonly StartFigures[];
	readonly result: ClientsResult;
	/** The node's memory each second of the mixed load. */
	readonly memory: readonly MemoryFigures[];
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

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The memory of a third of a load. */
export interface MemoryOfThird {
	readonly mean: MemoryFigures;
	/** The most that the process took: what it once took it hardly gives back. */
	readonly peak: number;
	/** The least that objects took: what was left when garbage had just been collected. */
	readonly floor: number;
}

/** The first and the last third of a load, and whether the memory stands still between them. */
export interface MemoryVerdict {
	readonly first: MemoryOfThird;
	readonly last: MemoryOfThird;
	/** Whether there are enough samples to tell. */
	readonly isKnown: boolean;
	/** Never where it is not known. */
	readonly isFlat: boolean;
}

/** Per cent more that is no growth: of what is left when garbage was collected, and of the peak, which garbage makes. */
const FLOOR_PERCENT = 10;
const PEAK_PERCENT = 20;
/** Samples of a second that are enough, and at all: each third needs one. */
const SAMPLES_PER_SECOND = 0.5;
const MIN_SAMPLES = 3;
const MEMORY_KINDS = ['resident', 'heap', 'external', 'arrayBuffers'] as const;

function memoryOfThird(samples: readonly MemoryFigures[]): MemoryOfThird {
	const [resident, heap, external, arrayBuffers] = MEMORY_KINDS.map((kind) =>
		mean(samples.map((sample) => sample[kind])),
	) as [number, number, number, number];
	return {
		mean: { resident, heap, external, arrayBuffers },
		peak: Math.max(...samples.map((sample) => sample.resident)),
		floor: Math.min(...samples.map((sample) => sample.heap + sample.external)),
	};
}

/** Compares the last third of a load of so many seconds with its first. */
export function memoryVerdict(memory: readonly MemoryFigures[], seconds: number): MemoryVerdict {
	const isKnown = memory.length >= Math.max(MIN_SAMPLES, seconds * SAMPLES_PER_SECOND);
	const third = Math.max(1, Math.floor(memory.length / 3));
	const [first, last] = [memoryOfThird(memory.slice(0, third)), memoryOfThird(memory.slice(-third))];
	const isWithin = (value: number, before: number, percent: number): boolean =>
		value <= before * (1 + percent / 100);
	const isFlat =
		isKnown &&
		isWithin(last.peak, first.peak, PEAK_PERCENT) &&
		isWithin(last.floor, first.floor, FLOOR_PERCENT);
	return { first, last, isKnown, isFlat };
}

/** The memory as text. */
export function memoryReport(memory: readonly MemoryFigures[], seconds: number): string[] {
	const { first, last, isKnown, isFlat } = memoryVerdict(memory, seconds);
	if (!isKnown) {
		const least = Math.ceil(Math.max(MIN_SAMPLES, seconds * SAMPLES_PER_SECOND));
		return [
			`memory is not known ✗: ${memory.length} samples in ${Math.round(seconds)} s, at least ${least} are needed`,
		];
	}
	const line = (kind: (typeof MEMORY_KINDS)[number]): string => {
		const samples = spread(
			memory.map((sample) => sample[kind]),
			12,
		);
		const thirds = `${mebibytes(first.mean[kind])} → ${mebibytes(last.mean[kind])}`;
		return `  ${kind.padEnd(14)}${thirds.padEnd(14)}${samples.map(mebibytes).join(' ')}`;
	};
	return [
		'memory of the node in MiB: mean of the first third → of the last, then over time',
		...MEMORY_KINDS.map(line),
		`memory ${isFlat ? 'is flat ✓' : 'grows ✗'}: at most ${mebibytes(first.peak)} → ${mebibytes(last.peak)} resident (+${PEAK_PERCENT} % is flat), ` +
			`at least ${mebibytes(first.floor)} → ${mebibytes(last.floor)} of heap and external (+${FLOOR_PERCENT} %)`,
	];
}

/** Everything that is worth telling. */
export function loadReport({ starts, result, memory, bankPerSecond }: LoadFigures): string {
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
		...memoryReport(memory, seconds),
		`from the start of the process to the first confirmed transaction: ${typical.toFixed(0)} ms (goal < ${START_GOAL} ms) ` +
			`${typical < START_GOAL ? '✓' : '✗'}; each: ${confirmed.map((ms) => ms.toFixed(0)).join(', ')}`,
	].join('\n');
}
