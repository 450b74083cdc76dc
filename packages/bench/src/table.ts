/** The figures as a table: for the terminal, row by row as they come, and for the document. */
import { type CaseResult, geometricMean } from './contest.ts';
import { KERNEL_GROUP, KERNELS_MEAN_GOAL } from './kernels.ts';

/** A time in a unit that suits it. */
export function timeText(nanoseconds: number): string {
	const [value, unit] =
		nanoseconds >= 1e9
			? [nanoseconds / 1e9, 's']
			: nanoseconds >= 1e6
				? [nanoseconds / 1e6, 'ms']
				: nanoseconds >= 1e3
					? [nanoseconds / 1e3, 'µs']
					: [nanoseconds, 'ns'];
	return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ${unit}`;
}

export function ratioText(ratio: number): string {
	return ratio >= 100 ? ratio.toFixed(0) : ratio.toFixed(2);
}

/** Whether a goal holds; `null` without a goal or an oracle. */
export function holds({ ratio, goal }: CaseResult): boolean | null {
	return ratio === null || goal === null ? null : ratio >= goal;
}

/** The mean of the kernels' ratios, where all of them were measured with the oracle. */
export function kernelMean(results: readonly CaseResult[]): { mean: number; holds: boolean } | null {
	const ratios = results.filter(({ group }) => group === KERNEL_GROUP).map(({ ratio }) => ratio);
	const known = ratios.filter((ratio) => ratio !== null);
	if (known.length === 0 || known.length < ratios.length) return null;
	const mean = geometricMean(known);
	return { mean, holds: mean >= KERNELS_MEAN_GOAL };
}

/** What stands behind the figures. */
export function remarks({ note, also }: CaseResult): string {
	const second = also === null ? [] : [`${also.name} ${timeText(also.time)}`];
	return [...(note === null ? [] : [note]), ...second].join(', ');
}

/** The groups in the order of their first case. */
export function groupsOf(results: readonly CaseResult[]): Map<string, CaseResult[]> {
	const groups = new Map<string, CaseResult[]>();
	for (const result of results) {
		const group = groups.get(result.group);
		if (group === undefined) groups.set(result.group, [result]);
		else group.push(result);
	}
	return groups;
}

/** The tables of the document, in Markdown. */
export function markdownTables(results: readonly CaseResult[]): string {
	const parts: string[] = [];
	for (const [group, rows] of groupsOf(results)) {
		const lines = [
			`### ${group}`,
			'',
			'| Case | Parhelion | litesvm | Ratio | Goal | |',
			'|-|-:|-:|-:|-:|-|',
		];
		for (const row of rows) {
			const cells = [
				row.name,
				timeText(row.ours),
				row.oracle === null ? '' : timeText(row.oracle),
				row.ratio === null ? '' : ratioText(row.ratio),
				row.goal === null ? '' : `${row.goal} ${holds(row) === true ? '✓' : '✗'}`,
				remarks(row),
			];
			lines.push(`| ${cells.join(' | ')} |`);
		}
		const mean = group === KERNEL_GROUP ? kernelMean(rows) : null;
		if (mean !== null) {
			const mark = mean.holds ? '✓' : '✗';
			lines.push(`| geometric mean | | | ${ratioText(mean.mean)} | ${KERNELS_MEAN_GOAL} ${mark} | |`);
		}
		parts.push(lines.join('\n'));
	}
	return parts.join('\n\n');
}
