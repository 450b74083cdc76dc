/**
 * The text of the report: a row a body of evidence, then what disagreed, then what was left out.
 */
import type { ProviderReport, SuiteProvider } from './provider.ts';
import type { Engine } from './suite.ts';

/** What one provider came to on one engine; a string says why it did not run. */
export type Outcome = ProviderReport | string;

/** What one provider came to. */
export interface ReportRow {
	readonly provider: Pick<SuiteProvider, 'suite' | 'source' | 'isEngineless'>;
	readonly outcomes: Readonly<Record<Engine, Outcome>>;
}

/** The engines, in the order of the columns. */
export const ENGINES: readonly Engine[] = ['interpreter', 'jit'];

const HEAD = `# Conformance

Written by \`npm run conformance:report\`; do not edit. Each row is one body of evidence and what came of running
all of it on both engines. The expectations are other implementations' own, or the answers of the oracle. Where the material
comes from, and how one row is run again, stands [at the end](#running-it-again).

| Suite | Source | Cases | Agreed, interpreter | Agreed, JIT |
|---|---|---:|---:|---:|`;

const TAIL = `
## Running it again

| Rows | Material | Command |
|---|---|---|
| flows | none | \`npx vitest run packages/conformance/src/flows\` |
| fuzz | \`PARHELION_FUZZ_RESULTS\`: a file of the lines that sum up runs of the fuzzer | \`npm run --silent fuzz -- all --transactions 200000 >> FILE\` |
| insn, serialize | \`PARHELION_VECTORS\`: Firedancer's vectors | \`npm run conformance -- insn < rows.jsonl\` |
| vm, verify, asm, disasm, elf | \`PARHELION_SBPF\`: a checkout of solana-sbpf 0.23.0; the published crate lacks six cases | \`npm run conformance -- vm < rows.jsonl\` |
| mollusk | \`PARHELION_MOLLUSK\`: checkouts of the SPL repositories | \`npm run conformance -- mollusk --fixtures FOLDER\` |
| clients | \`PARHELION_CLIENTS\`: checkouts with their dependencies | \`npm run --silent conformance:clients -- FOLDER [NAME]\` |
| clients: command lines | \`PARHELION_SOLANA_BIN\`: a folder with \`solana\` and \`spl-token\` | \`npx vitest run packages/conformance/src/clients/command-lines.test.ts\` |

**fuzz**: a row a target of the fuzzer (\`npm run fuzz -- list\`). The file may hold the reports of any number of runs, and
other lines. A transaction is run on both engines if it can reach a program, and everything that can be seen of it and
of its accounts is compared with the oracle.

**mollusk**: \`address-lookup-table\`, \`associated-token-account\`, \`config\`, \`feature-gate\` and \`token\` of
\`github.com/solana-program\`, side by side. Each holds the fixtures in \`fuzz\` and the ELF on which upstream's own
regression runs them. Result, return data and accounts are compared, and CU where the fixtures are of that ELF (those of
associated-token-account).

**clients**: the repositories of \`github.com/solana-program\` that the rows name, \`anza-xyz/kit-plugins\`,
\`LiteSVM/litesvm\` and \`LiteSVM/anchor-litesvm\`, side by side, each package with its dependencies installed; beside
them \`tsx\` for litesvm's tests and \`@coral-xyz/anchor\` for Anchor's row. The import \`litesvm\` is led to
\`parhelion/litesvm\` by a hook of Node's module loader, so the suites are not touched; one that never imports it fails.
Programs that a repository would build with cargo are taken from the bundled ELFs. Suites that speak to a validator
find our node on ports 8899 and 8900.

**command lines**: \`solana\` and \`spl-token\` of their published crates (\`cargo install solana-cli spl-token-cli\`; 4.3.0 and
5.7.1 were used, which Rust 1.95 builds with \`--ignore-rust-version\`). A case is a command, or a few that belong together, and
what it must leave behind. Confidential transfers need the record program of the checkout \`token-2022\` in
\`PARHELION_CLIENTS\`, and are left out without it.
`;

/** Runs the providers one after another on both engines; one that throws is a row with a single disagreement. */
export async function collect(list: readonly SuiteProvider[]): Promise<ReportRow[]> {
	const rows: ReportRow[] = [];
	for (const provider of list) {
		const outcomes: Record<Engine, Outcome> = { interpreter: '', jit: '' };
		for (const engine of ENGINES) {
			const isRepeated = engine !== ENGINES[0] && provider.isEngineless === true;
			outcomes[engine] = isRepeated ? outcomes.interpreter : await outcomeOf(provider, engine);
		}
		rows.push({ provider, outcomes });
	}
	return rows;
}

async function outcomeOf(provider: SuiteProvider, engine: Engine): Promise<Outcome> {
	try {
		return await provider.run(engine);
	} catch (thrown) {
		return { cases: 1, disagreements: [{ id: 'the run itself', cause: String(thrown) }] };
	}
}

/** The report as Markdown. */
export function render(rows: readonly ReportRow[]): string {
	const lines = [HEAD];
	const details: string[] = [];
	const omissions: string[] = [];
	for (const { provider, outcomes } of rows) {
		const name = `| ${provider.suite} | ${provider.source} |`;
		const first = outcomes.interpreter;
		if (typeof first === 'string') {
			lines.push(`${name} skipped: ${first} | | |`);
			continue;
		}
		const engines = provider.isEngineless ? ENGINES.slice(0, 1) : ENGINES;
		const columns = engines.map((engine) => agreed(outcomes[engine]));
		lines.push(
			`${name} ${first.cases} | ${provider.isEngineless ? `${columns[0]}, as the node chooses |` : columns.join(' | ')} |`,
		);
		for (const engine of engines) {
			const outcome = outcomes[engine];
			if (typeof outcome === 'string' || outcome.disagreements.length === 0) continue;
			details.push(
				'',
				`### ${provider.suite}: ${provider.source}${provider.isEngineless ? '' : ` (${engine})`}`,
				'',
			);
			for (const { id, cause } of outcome.disagreements) details.push(`- \`${id}\`: ${oneLine(cause)}`);
		}
		const notes = first.notes ?? [];
		if (notes.length === 0) continue;
		omissions.push(
			'',
			`### ${provider.suite}: ${provider.source}`,
			'',
			...notes.map((note) => `- ${oneLine(note)}`),
		);
	}
	lines.push('', '## Disagreements', ...(details.length === 0 ? ['', 'None.'] : details));
	if (omissions.length > 0) lines.push('', '## Left out', ...omissions);
	return `${lines.join('\n')}\n${TAIL}`;
}

function agreed(outcome: Outcome): string {
	return typeof outcome === 'string' ? 'skipped' : String(outcome.cases - outcome.disagreements.length);
}

function oneLine(text: string): string {
	return text.replaceAll(/\s+/g, ' ');
}
