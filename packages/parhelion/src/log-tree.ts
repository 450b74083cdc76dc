/**
 * The logs of a transaction as the tree of invocations that they tell of, and as text.
 *
 * Owns the reading of the lines that the runtime writes; what programs log themselves stands behind `Program log: `
 * and cannot be mistaken for them. Logs that were cut off leave invocations unfinished.
 *
 * Source of the lines: solana-program-runtime stable_log.rs.
 */
import { programIds } from '@parhelion/sdk';

/** What a program that ran has to show. */
export interface Invocation {
	/** Base58. */
	readonly programId: string;
	/** 1 for an instruction of the transaction, 2 for one that this invoked, and so on. */
	readonly stackHeight: number;
	/** In order: what was logged, and what was invoked. */
	readonly entries: readonly (LogLine | Invocation)[];
	/** CU; `null` for a builtin, which tells nothing. */
	readonly computeUnits: { readonly consumed: number; readonly limit: number } | null;
	/** `unfinished` where the logs end before the program does. */
	readonly result: 'success' | 'failed' | 'unfinished';
	/** Why it failed. */
	readonly error: string | null;
}

/** A line that is no invocation. */
export interface LogLine {
	/** `log`: from the program; `data`: base64 texts of `sol_log_data`; `return`: base64; `runtime`: anything else. */
	readonly kind: 'log' | 'data' | 'return' | 'runtime';
	readonly text: string;
}

interface OpenInvocation extends Omit<Invocation, 'entries' | 'computeUnits' | 'result' | 'error'> {
	entries: (LogLine | Invocation)[];
	computeUnits: Invocation['computeUnits'];
	result: Invocation['result'];
	error: string | null;
}

const INVOKE = /^Program ([1-9A-HJ-NP-Za-km-z]{32,44}) invoke \[(\d+)\]$/;
const END = /^Program ([1-9A-HJ-NP-Za-km-z]{32,44}) (?:(success)|failed: ([\s\S]*))$/;
const CONSUMED = /^Program [1-9A-HJ-NP-Za-km-z]{32,44} consumed (\d+) of (\d+) compute units$/;
const RETURN = /^Program return: [1-9A-HJ-NP-Za-km-z]{32,44} ([A-Za-z0-9+/=]*)$/;

function lineOf(log: string): LogLine {
	if (log.startsWith('Program log: ')) return { kind: 'log', text: log.slice(13) };
	if (log.startsWith('Program data: ')) return { kind: 'data', text: log.slice(14) };
	const returned = RETURN.exec(log);
	return returned === null ? { kind: 'runtime', text: log } : { kind: 'return', text: returned[1] ?? '' };
}

/** The invocations that the logs tell of, with the lines that stand outside of any. */
export function parseLogs(logs: readonly string[]): (LogLine | Invocation)[] {
	const roots: (LogLine | Invocation)[] = [];
	const open: OpenInvocation[] = [];
	for (const log of logs) {
		const current = open.at(-1);
		const invoked = INVOKE.exec(log);
		if (invoked !== null) {
			const next: OpenInvocation = {
				programId: invoked[1] ?? '',
				stackHeight: Number(invoked[2]),
				entries: [],
				computeUnits: null,
				result: 'unfinished',
				error: null,
			};
			(current?.entries ?? roots).push(next);
			open.push(next);
			continue;
		}
		const end = END.exec(log);
		if (current !== undefined && end !== null && end[1] === current.programId) {
			current.result = end[2] === undefined ? 'failed' : 'success';
			current.error = end[3] ?? null;
			open.pop();
			continue;
		}
		const consumed = CONSUMED.exec(log);
		if (current !== undefined && consumed !== null) {
			current.computeUnits = { consumed: Number(consumed[1]), limit: Number(consumed[2]) };
			continue;
		}
		(current?.entries ?? roots).push(lineOf(log));
	}
	return roots;
}

/** Programs that everybody knows. */
const NAMES: ReadonlyMap<string, string> = new Map(
	(
		[
			[programIds.systemProgram, 'System'],
			[programIds.computeBudget, 'Compute Budget'],
			[programIds.splToken, 'Token'],
			[programIds.splToken2022, 'Token-2022'],
			[programIds.associatedToken, 'Associated Token'],
			[programIds.memoV1, 'Memo v1'],
			[programIds.memoV3, 'Memo'],
			[programIds.stake, 'Stake'],
			[programIds.vote, 'Vote'],
			[programIds.addressLookupTable, 'Address Lookup Table'],
			[programIds.bpfLoaderUpgradeable, 'Loader v3'],
		] as const
	).map(([id, name]) => [id.toBase58(), name]),
);

/** How {@link formatLogTree} writes. */
export interface LogTreeOptions {
	/** Names of programs by base58 address, beside those that everybody knows. */
	readonly names?: ReadonlyMap<string, string>;
}

function isInvocation(entry: LogLine | Invocation): entry is Invocation {
	return 'programId' in entry;
}

function title(invocation: Invocation, names: ReadonlyMap<string, string>): string {
	const { programId, computeUnits, result, error } = invocation;
	const name = names.get(programId) ?? NAMES.get(programId);
	const mark = result === 'success' ? 'ok' : result;
	let out = name === undefined ? programId : `${name} (${programId.slice(0, 4)}..${programId.slice(-4)})`;
	out += `: ${mark}`;
	if (error !== null) out += `: ${error}`;
	if (computeUnits !== null) out += `, ${computeUnits.consumed} of ${computeUnits.limit} CU`;
	return out;
}

/**
 * The logs as a tree: a line an invocation or message, deeper ones further in, each program with its name, its
 * result and its CU.
 */
export function formatLogTree(logs: readonly string[], options: LogTreeOptions = {}): string {
	const names = options.names ?? new Map<string, string>();
	const lines: string[] = [];
	const write = (entries: readonly (LogLine | Invocation)[], indent: string, isTop: boolean): void => {
		entries.forEach((entry, i) => {
			const isLast = i === entries.length - 1;
			const branch = isTop ? '' : isLast ? '└─ ' : '├─ ';
			const below = isTop ? '' : `${indent}${isLast ? '   ' : '│  '}`;
			if (isInvocation(entry)) {
				lines.push(`${indent}${branch}${title(entry, names)}`);
				write(entry.entries, below, false);
			} else {
				const prefix = entry.kind === 'runtime' ? '' : `${entry.kind}: `;
				// A message of several lines stays within its branch.
				lines.push(`${indent}${branch}${(prefix + entry.text).replaceAll('\n', `\n${below}`)}`);
			}
		});
	};
	write(parseLogs(logs), '', true);
	return lines.join('\n');
}
