/** Figures that have no other engine beside them: a value, what is aimed at, and whether it is reached. */

/** A line of the bench. */
export interface Figure {
	readonly group: string;
	readonly name: string;
	readonly value: string;
	/** In words, such as `< 5 s`; `null` for a figure that only informs. */
	readonly goal: string | null;
	readonly holds: boolean | null;
	/** What else is worth telling. */
	readonly note: string;
}

const mark = ({ holds }: Figure): string => (holds === null ? '' : holds ? '✓' : '✗');

/** The line for a terminal. */
export function figureLine(figure: Figure): string {
	const { name, value, goal, note } = figure;
	return `  ${name.padEnd(38)} ${value.padStart(14)} ${(goal ?? '').padStart(10)} ${mark(figure).padEnd(1)} ${note}`.trimEnd();
}

/** The tables of the document, in Markdown, one a group. */
export function markdownFigures(figures: readonly Figure[]): string {
	const groups = new Map<string, string[]>();
	for (const figure of figures) {
		const lines = groups.get(figure.group) ?? [
			`### ${figure.group}`,
			'',
			'| Case | Figure | Goal | |',
			'|-|-:|-:|-|',
		];
		groups.set(figure.group, lines);
		const goal = figure.goal === null ? '' : `${figure.goal} ${mark(figure)}`;
		lines.push(`| ${figure.name} | ${figure.value} | ${goal} | ${figure.note} |`);
	}
	return [...groups.values()].map((lines) => lines.join('\n')).join('\n\n');
}
