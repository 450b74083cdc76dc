/**
 * Where the cases of the report come from.
 *
 * A provider is one body of evidence: it runs its cases and says which disagree. It may find that its
 * material is not there. New evidence is a provider in `providers.ts`.
 */
import { disagreement } from './compare.ts';
import type { JsonObject } from './row.ts';
import { Row } from './row.ts';
import type { Engine, Suite } from './suite.ts';

/** A case that did not come out as expected. */
export interface Disagreement {
	readonly id: string;
	readonly cause: string;
}

/** What one body of evidence came to. */
export interface ProviderReport {
	readonly cases: number;
	readonly disagreements: readonly Disagreement[];
	/** What a reader should know: what was left out, and why. */
	readonly notes?: readonly string[];
}

/** A body of evidence. */
export interface SuiteProvider {
	/** The row of the report it fills. */
	readonly suite: string;
	/** What the cases are, and whose. */
	readonly source: string;
	/** The engine is not the provider's to choose: it is run once. */
	readonly isEngineless?: boolean;
	/** Runs them all. A string says why there is nothing to run. */
	run(engine: Engine): ProviderReport | string | Promise<ProviderReport | string>;
}

/** A row with what its result must hold. */
export interface ExpectedCase {
	readonly id: string;
	readonly row: JsonObject;
	readonly expected: JsonObject;
}

/** Runs `cases` through `suite`; one that throws disagrees. */
export function runCases(suite: Suite, cases: readonly ExpectedCase[], engine: Engine): ProviderReport {
	const disagreements: Disagreement[] = [];
	for (const { id, row, expected } of cases) {
		let cause: string | null;
		try {
			cause = disagreement(expected, suite.run(new Row(row), engine));
		} catch (thrown) {
			cause = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
		}
		if (cause !== null) disagreements.push({ id, cause });
	}
	return { cases: cases.length, disagreements };
}
