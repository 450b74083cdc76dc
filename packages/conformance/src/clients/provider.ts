/** The client suites as rows of the report, and the outcomes of one in the report's terms. */
import type { ProviderReport, SuiteProvider } from '../provider.ts';
import type { Engine } from '../suite.ts';
import { clientsFolder } from '../vectors/folders.ts';
import { anchorIsMissing, anchorSteps } from './anchor.ts';
import { COMMAND_LINES, type CommandLineRow, commandLineIsMissing } from './command-lines.ts';
import { runSuite, SuiteError, suiteFolder } from './run-suite.ts';
import { CLIENT_SUITES, type ClientSuite } from './suites.ts';
import { briefly, type TestOutcome } from './test-results.ts';

const NO_CHECKOUT = 'no checkout on this machine (PARHELION_CLIENTS)';

/** What counts of the outcomes, what failed, and what was left out and why. */
export function reportOf(
	suite: Pick<ClientSuite, 'leftOut'>,
	outcomes: readonly TestOutcome[],
): ProviderReport {
	const disagreements: { id: string; cause: string }[] = [];
	const left = new Map<string, number>();
	for (const { file, name, failure } of outcomes) {
		if (failure === null) continue;
		const known = suite.leftOut.find((one) => one.file.test(file) && one.message.test(failure));
		if (known === undefined) disagreements.push({ id: name, cause: briefly(failure) });
		else left.set(known.reason, (left.get(known.reason) ?? 0) + 1);
	}
	const uncounted = [...left.values()].reduce((sum, count) => sum + count, 0);
	const notes = Array.from(
		left,
		([reason, count]) => `${count} ${count === 1 ? 'test' : 'tests'}: ${reason}`,
	);
	return { cases: outcomes.length - uncounted, disagreements, notes };
}

/** A row of the report: the suite's tests, with ours in the place of what they were written against. */
function clientProvider(suite: ClientSuite): SuiteProvider {
	const isAliased = suite.specifiers.length > 0;
	const substitutes = [
		...(isAliased ? ['`litesvm` aliased'] : []),
		...(suite.validator || suite.node !== undefined ? ['our node as validator'] : []),
	];
	return {
		suite: 'clients',
		source: `${suite.name}: its own tests, ${substitutes.join(', ')}`,
		...(isAliased ? {} : { isEngineless: true }),
		async run(engine: Engine): Promise<ProviderReport | string> {
			const root = clientsFolder();
			if (root === null || suiteFolder(suite, root) === null) return NO_CHECKOUT;
			try {
				return reportOf(suite, await runSuite(suite, root, engine));
			} catch (thrown) {
				if (thrown instanceof SuiteError)
					return { cases: 1, disagreements: [{ id: suite.name, cause: thrown.message }] };
				throw thrown;
			}
		},
	};
}

const anchor: SuiteProvider = {
	suite: 'clients',
	source: '`@coral-xyz/anchor`: its provider over `LiteConnection`, with programs that Anchor built',
	async run(engine: Engine): Promise<ProviderReport | string> {
		const root = clientsFolder();
		if (root === null) return NO_CHECKOUT;
		const missing = anchorIsMissing(root);
		if (missing !== null) return missing;
		return reportOf({ leftOut: [] }, await anchorSteps(root, engine));
	},
};

/** A row of the report: a command line that speaks to our node as to any cluster. */
function commandLineProvider(row: CommandLineRow): SuiteProvider {
	return {
		suite: 'clients',
		source: `${row.name}: commands that people type, our node as cluster`,
		isEngineless: true,
		async run(): Promise<ProviderReport | string> {
			return commandLineIsMissing(row) ?? reportOf({ leftOut: [] }, await row.run());
		},
	};
}

/** Every client suite. */
export const clientProviders: readonly SuiteProvider[] = [
	...CLIENT_SUITES.map(clientProvider),
	anchor,
	...COMMAND_LINES.map(commandLineProvider),
];
