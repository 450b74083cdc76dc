/** The command's way with a target: what it may be told, and what it says in the end. */
import { runTarget, type Target, type TargetOptions, targetReport } from './target.ts';

const DEFAULT_CASES = 20_000;

/** Reads the arguments after the target's name; a string says what is wrong with them. */
export function parseTargetArguments(target: Target, args: readonly string[]): TargetOptions[] | string {
	const names = ['mainnet', 'all', ...Object.keys(target.variants ?? {})];
	const usage = `usage: fuzz ${target.name} [--cases N] [--transactions N] [--seconds S] [--seed N] [--features ${names.join('|')}]`;
	const given = new Map<string, string>();
	for (let i = 0; i < args.length; i++) {
		const [option, inline] = args[i]!.split('=', 2);
		const value = inline ?? args[++i];
		if (!option?.startsWith('--') || value === undefined) return usage;
		given.set(option.slice(2), value);
	}
	const features = given.get('features');
	given.delete('features');
	const number = (name: string, absent: number): number => {
		const value = given.get(name);
		given.delete(name);
		return value === undefined ? absent : /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
	};
	const isBounded = ['seconds', 'transactions'].some((name) => given.has(name));
	const seconds = number('seconds', Number.POSITIVE_INFINITY);
	const transactions = number('transactions', Number.POSITIVE_INFINITY);
	const cases = number('cases', isBounded ? Number.POSITIVE_INFINITY : DEFAULT_CASES);
	const seed = number('seed', 1);
	if (given.size > 0 || [seconds, transactions, cases, seed].some(Number.isNaN)) return usage;
	if (features !== undefined && !names.includes(features)) return usage;
	if (features !== undefined) return [{ cases, transactions, seconds, seed, features }];
	// Half of them under each of the two feature sets.
	return ['mainnet', 'all'].map((name) => ({
		cases: Math.ceil(cases / 2),
		transactions: Math.ceil(transactions / 2),
		seconds: seconds / 2,
		seed,
		features: name,
	}));
}

/** Runs a target; answers the exit code. */
export async function runTargetCommand(target: Target, args: readonly string[]): Promise<number> {
	const runs = parseTargetArguments(target, args);
	if (typeof runs === 'string') {
		process.stderr.write(`${runs}\n`);
		return 2;
	}
	let failures = 0;
	for (const options of runs) {
		const summary = await runTarget(target, options);
		failures += summary.failures.length;
		process.stdout.write(`${targetReport(summary)}\n`);
	}
	return failures > 0 ? 1 : 0;
}
