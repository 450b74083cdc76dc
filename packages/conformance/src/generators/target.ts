/**
 * What a target of the fuzzer is, and the loop over its cases.
 *
 * The loop goes back to the event loop after each case: there, and nowhere else, what collected programs and the
 * oracle's collected objects leave behind is given back.
 */
import { type FeatureName, FeatureSet, featureId } from '@parhelion/sdk';
import { Random } from '../oracle/random.ts';
import type { FuzzCase } from './case.ts';
import { shrinkCase } from './case-shrink.ts';
import type { Engine } from './case-sides.ts';
import { caseText } from './case-text.ts';
import { type CaseDifference, CaseWorld, PROGRAM_ADDED, UNDECODABLE } from './case-world.ts';
import { Progress, type ProgressView } from './progress.ts';

/** Makes the case of a seed. */
export type Generator = (random: Random, world: CaseWorld) => FuzzCase;

/** A row of the table of targets. */
export interface Target {
	readonly name: string;
	/** What its cases are, in a line. */
	readonly about: string;
	/** Both, where cases run programs. */
	readonly engines: readonly Engine[];
	readonly generate: Generator;
	/** Cases after which the world is made anew; programs that were deployed stay in an oracle. */
	readonly worldLasts?: number;
	/** Share of transactions that must succeed, and how many different errors must occur, in a test. */
	readonly leastOk: number;
	readonly leastErrors: number;
	/** Feature sets besides mainnet's and all: the switches, seen from mainnet's. */
	readonly variants?: Readonly<Record<string, Partial<Record<FeatureName, boolean>>>>;
}

/** Both, the interpreter first. */
export const BOTH_ENGINES: readonly Engine[] = ['off', 'eager'];
/** For cases that run builtins alone. */
export const ONE_ENGINE: readonly Engine[] = ['off'];

/** Mainnet's features, every feature, or a variant of a target. */
export function featureSetOf(target: Target, name: string): FeatureSet | null {
	if (name === 'all') return FeatureSet.allEnabled();
	const set = FeatureSet.mainnet();
	if (name === 'mainnet') return set;
	if (target.variants === undefined || !Object.hasOwn(target.variants, name)) return null;
	for (const [feature, isActive] of Object.entries(target.variants[name]!)) {
		const id = featureId(feature as FeatureName);
		if (isActive) set.activate(id, 0n);
		else set.deactivate(id);
	}
	return set;
}

/** From where, and when a run ends: what is reached first ends it, after a whole case. */
export interface TargetOptions {
	readonly cases: number;
	readonly transactions: number;
	readonly seconds: number;
	/** Of the first case; each has the next. */
	readonly seed: number;
	/** Name of a feature set. */
	readonly features: string;
}

/** What a run came to. */
export interface TargetSummary {
	readonly target: string;
	readonly features: string;
	readonly seed: number;
	readonly cases: number;
	/** Sent to all sides: neither the programs added nor what did not decode. */
	readonly transactions: number;
	readonly seconds: number;
	/** By label, by outcome. */
	readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, number>>;
	readonly failures: readonly string[];
}

const MOST_FAILURES = 3;

/** Longer texts are shown from shortly before where they begin to differ. */
const MOST_SHOWN = 4_000;

function differenceText({ step, engine, what, ours, oracle }: CaseDifference): string {
	let at = 0;
	while (at < ours.length && ours[at] === oracle[at]) at++;
	const from = Math.max(ours.length, oracle.length) > MOST_SHOWN ? Math.max(0, at - 400) : 0;
	const show = (text: string): string => {
		const part = text.slice(from, from + MOST_SHOWN);
		const marked = `${from > 0 ? '...' : ''}${part}${from + MOST_SHOWN < text.length ? '...' : ''}`;
		return marked.replaceAll('\n', '\n          ');
	};
	return `step ${step}, jit ${engine}, ${what} differs\n  ours:   ${show(ours)}\n  oracle: ${show(oracle)}`;
}

/** The case of a seed. In every other one nothing rare happens, so that enough succeeds. */
export function caseOf(target: Target, seed: number, world: CaseWorld): FuzzCase {
	return target.generate(new Random(Math.imul(seed, 0x9e37_79b1), seed % 2 === 0), world);
}

/** Makes the world of a run. */
export type NewWorld = (features: FeatureSet, engines: readonly Engine[]) => CaseWorld;

/** Runs the cases of a target under one feature set. RangeError for a feature set it has not. */
export async function runTarget(
	target: Target,
	options: TargetOptions,
	progress: ProgressView = new Progress(),
	newWorld: NewWorld = (features, engines) => new CaseWorld(features, engines),
): Promise<TargetSummary> {
	const features = featureSetOf(target, options.features);
	if (features === null) throw new RangeError(`no feature set ${options.features}`);
	const fresh = (): CaseWorld => newWorld(features, target.engines);
	const outcomes = new Map<string, Map<string, number>>();
	const failures: string[] = [];
	const start = progress.seconds;
	let world = fresh();
	let [cases, transactions] = [0, 0];
	while (
		cases < options.cases &&
		transactions < options.transactions &&
		progress.seconds - start < options.seconds
	) {
		await new Promise((resolve) => setImmediate(resolve));
		if (target.worldLasts !== undefined && cases % target.worldLasts === 0 && cases > 0) {
			world = fresh();
		}
		const seed = options.seed + cases++;
		const found = caseOf(target, seed, world);
		const result = world.run(found);
		for (const [label, outcome] of result.outcomes) {
			count(outcomes, label, withoutIndex(outcome));
			if (label !== PROGRAM_ADDED && outcome !== UNDECODABLE) transactions++;
		}
		if (result.difference !== null) {
			failures.push(describeFailure(target, fresh, seed, found, result.difference));
			if (failures.length === MOST_FAILURES) break;
			world = fresh();
		}
		const seconds = progress.seconds - start;
		progress.show(
			Math.max(cases / options.cases, transactions / options.transactions, seconds / options.seconds),
			`${target.name} ${options.features}: ${transactions} transactions, ${(transactions / seconds).toFixed(0)}/s, ${failures.length} differ`,
		);
	}
	progress.end();
	return {
		target: target.name,
		features: options.features,
		seed: options.seed,
		cases,
		transactions,
		seconds: progress.seconds - start,
		outcomes,
		failures,
	};
}

/** The same kind of error at another instruction or account counts as one. */
function withoutIndex(outcome: string): string {
	return outcome
		.replace(/^InstructionError\(\d+, (.*)\)$/, '$1')
		.replace(/ \{ account_index: \d+ \}$/, '')
		.replace(/^DuplicateInstruction\(\d+\)$/, 'DuplicateInstruction');
}

function count(outcomes: Map<string, Map<string, number>>, label: string, outcome: string): void {
	const row = outcomes.get(label) ?? new Map<string, number>();
	outcomes.set(label, row.set(outcome, (row.get(outcome) ?? 0) + 1));
}

function describeFailure(
	target: Target,
	fresh: () => CaseWorld,
	seed: number,
	found: FuzzCase,
	difference: CaseDifference,
): string {
	const alone = fresh().run(found).difference;
	const head = `${target.name}, seed ${seed}: ${differenceText(difference)}`;
	if (alone === null) return `${head}\nnot when run alone\n${caseText(found)}`;
	let world = fresh();
	const shrunk = shrinkCase(found, (smaller) => {
		if (world.run(smaller).difference === null) return false;
		// Another attempt may have left a program behind: it has to differ by itself.
		world = fresh();
		return fresh().run(smaller).difference !== null;
	});
	const last = fresh().run(shrunk).difference;
	return `${head}\nshrunk: ${last === null ? '' : differenceText(last)}\n${caseText(shrunk)}`;
}

/** Outcomes of all labels together, the most frequent first. */
export function totalOutcomes({ outcomes }: TargetSummary): [string, number][] {
	const total = new Map<string, number>();
	for (const row of outcomes.values()) {
		for (const [outcome, times] of row) total.set(outcome, (total.get(outcome) ?? 0) + times);
	}
	return [...total].sort((a, b) => b[1] - a[1]);
}

/** The summary in one line: what a file of results is made of. */
export function summaryLine(summary: TargetSummary): string {
	const { target, features, seed, cases, transactions, seconds, failures } = summary;
	const seeds = `seeds ${seed} to ${seed + cases - 1}`;
	const counts = `${cases} cases, ${transactions} transactions, ${failures.length} differences`;
	return `${target}, ${features}, ${seeds}: ${counts}, ${seconds.toFixed(1)} s`;
}

/** The summary for a reader. */
export function targetReport(summary: TargetSummary): string {
	const { outcomes, failures } = summary;
	const total = totalOutcomes(summary);
	const labels = [...outcomes]
		.map(([label, row]) => {
			const all = [...row.values()].reduce((sum, times) => sum + times, 0);
			const failed = [...row].filter(([outcome]) => outcome !== 'ok').sort((a, b) => b[1] - a[1]);
			const worst = failed.slice(0, 3).map(([outcome, times]) => `${outcome} ${times}`);
			return `    ${label}: ${row.get('ok') ?? 0} of ${all}${worst.length > 0 ? `; ${worst.join(', ')}` : ''}`;
		})
		.sort();
	return [
		...failures,
		summaryLine(summary),
		`  outcomes: ${total.map(([name, times]) => `${name} ${times}`).join(', ')}`,
		'  successes:',
		...labels,
	].join('\n');
}
