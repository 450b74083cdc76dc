/** Steps that a client takes one after the other, as outcomes of tests. */
import type { TestOutcome } from './test-results.ts';

/** What is done, by a name in words. A step that fails throws. */
export type Steps = Readonly<Record<string, () => unknown>>;

/** Runs every step; those after a failed one run all the same. */
export async function runSteps(file: string, steps: Steps): Promise<TestOutcome[]> {
	const outcomes: TestOutcome[] = [];
	for (const [name, step] of Object.entries(steps)) {
		let failure: string | null = null;
		try {
			await step();
		} catch (thrown) {
			failure = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
		}
		outcomes.push({ file, name, failure });
	}
	return outcomes;
}
