/**
 * What a replay came to beside what the cluster recorded.
 */
import { transactionErrorToJson } from '@parhelion/sdk';
import type { RecordedTransaction } from '../upstream/fetch-transaction.ts';
import type { Replay } from './run-replay.ts';

/** One thing that was compared. */
export interface Comparison {
	readonly what: string;
	readonly there: string;
	readonly here: string;
	readonly isSame: boolean;
}

/** A line of a difference: `=` on both sides, `-` on the cluster alone, `+` here alone. */
export interface DiffLine {
	readonly side: '=' | '-' | '+';
	readonly text: string;
}

/** Lines beyond which the longest common part is not looked for. */
const MAX_LINES = 2000;

/** The difference of two lists of lines, as short as it can be. */
export function diffLines(there: readonly string[], here: readonly string[]): DiffLine[] {
	if (there.length > MAX_LINES || here.length > MAX_LINES) {
		return [
			...there.map((text): DiffLine => ({ side: '-', text })),
			...here.map((text): DiffLine => ({ side: '+', text })),
		];
	}
	// lengths[i][j]: the longest common part of what follows line i there and line j here.
	const width = here.length + 1;
	const lengths = new Uint16Array((there.length + 1) * width);
	for (let i = there.length - 1; i >= 0; i--) {
		for (let j = here.length - 1; j >= 0; j--) {
			const below = lengths[(i + 1) * width + j] ?? 0;
			const right = lengths[i * width + j + 1] ?? 0;
			const both = (lengths[(i + 1) * width + j + 1] ?? 0) + 1;
			lengths[i * width + j] = there[i] === here[j] ? both : Math.max(below, right);
		}
	}
	const lines: DiffLine[] = [];
	let i = 0;
	let j = 0;
	while (i < there.length || j < here.length) {
		const below = lengths[(i + 1) * width + j] ?? 0;
		const right = lengths[i * width + j + 1] ?? 0;
		if (i < there.length && j < here.length && there[i] === here[j]) {
			lines.push({ side: '=', text: there[i++] ?? '' });
			j++;
		} else if (j >= here.length || (i < there.length && below >= right)) {
			lines.push({ side: '-', text: there[i++] ?? '' });
		} else {
			lines.push({ side: '+', text: here[j++] ?? '' });
		}
	}
	return lines;
}

function sortedJson(value: unknown): string {
	return JSON.stringify(value, (_key, inner: unknown) =>
		typeof inner === 'object' && inner !== null && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);
}

function row(what: string, there: string, here: string): Comparison {
	return { what, there, here, isSame: there === here };
}

/** Everything that the cluster recorded and a run can be held to. */
export function compareReplay(recorded: RecordedTransaction, { outcome }: Replay): Comparison[] {
	const status = (err: unknown): string => (err === null ? 'ok' : sortedJson(err));
	const here = outcome.err === null ? null : transactionErrorToJson(outcome.err);
	const inner = (outcome.innerInstructions ?? []).reduce((sum, list) => sum + list.length, 0);
	const rows = [
		row('Status', status(recorded.err), status(here)),
		row('Fee', `${recorded.fee}`, `${outcome.fee ?? 'none'}`),
		row('Inner instructions', `${recorded.innerInstructions}`, `${inner}`),
	];
	if (recorded.computeUnits !== null) {
		rows.splice(1, 0, row('Compute units', `${recorded.computeUnits}`, `${outcome.computeUnitsConsumed}`));
	}
	if (recorded.logs !== null) {
		const isSame =
			recorded.logs.length === outcome.logs.length &&
			recorded.logs.every((line, i) => line === outcome.logs[i]);
		rows.push({
			what: 'Logs',
			there: `${recorded.logs.length} lines`,
			here: `${outcome.logs.length} lines`,
			isSame,
		});
	}
	const post = outcome.postBalances ?? [];
	const differing = recorded.postBalances.filter((lamports, index) => lamports !== post[index]).length;
	rows.push({
		what: 'Balances after',
		there: `${recorded.postBalances.length} accounts`,
		here: differing === 0 ? `${post.length} accounts` : `${differing} of them differ`,
		isSame: differing === 0,
	});
	return rows;
}
