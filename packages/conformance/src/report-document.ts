/**
 * The text of the report: a row a body of evidence, then what disagreed, then what was left out.
 */
import type { ProviderReport, SuiteProvider } from './provider.ts';
import type { Engine } from './suite.ts';

/** What one provider came to. */
export interface ReportRow {
	readonly provider: Pick<SuiteProvider, 'suite' | 'source'>;
	/** A string says why it did not run. */
	readonly report: ProviderReport | string;
}

const HEAD = `# Conformance

Written by \`npm run conformance:report\`; do not edit. Each row is one body of evidence and what came of running
all of it. The expectations are other implementations' own, or the answers of the oracle.
`;

/** Runs the providers one after another; one that throws is a row with a single disagreement. */
export async function collect(list: readonly SuiteProvider[], engine: Engine): Promise<ReportRow[]> {
	const rows: ReportRow[] = [];
	for (const provider of list) {
		let report: ProviderReport | string;
		try {
			report = await provider.run(engine);
		} catch (thrown) {
			report = { cases: 1, disagreements: [{ id: 'the run itself', cause: String(thrown) }] };
		}
		rows.push({ provider, report });
	}
	return rows;
}

/** The report as Markdown. */
export function render(rows: readonly ReportRow[], engine: Engine): string {
	const lines = [
		HEAD,
		`Engine: ${engine}.`,
		'',
		'| Suite | Source | Cases | Agreed |',
		'|---|---|---:|---:|',
	];
	const details: string[] = [];
	const omissions: string[] = [];
	for (const { provider, report } of rows) {
		const name = `| ${provider.suite} | ${provider.source} |`;
		if (typeof report === 'string') {
			lines.push(`${name} skipped: ${report} | |`);
			continue;
		}
		lines.push(`${name} ${report.cases} | ${report.cases - report.disagreements.length} |`);
		const heading = `### ${provider.suite}: ${provider.source}`;
		if (report.disagreements.length > 0) details.push('', heading, '');
		for (const { id, cause } of report.disagreements) details.push(`- \`${id}\`: ${oneLine(cause)}`);
		const notes = report.notes ?? [];
		if (notes.length > 0) omissions.push('', heading, '', ...notes.map((note) => `- ${oneLine(note)}`));
	}
	lines.push('', '## Disagreements', ...(details.length === 0 ? ['', 'None.'] : details));
	if (omissions.length > 0) lines.push('', '## Left out', ...omissions);
	return `${lines.join('\n')}\n`;
}

function oneLine(text: string): string {
	return text.replaceAll(/\s+/g, ' ');
}
