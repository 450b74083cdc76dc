/** The command `npm run bench`: every case in turn, the table, and what the options ask to be written. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BenchCase, type CaseResult, FULL, measureCase, QUICK } from './contest.ts';
import { cryptographyCases } from './cryptography.ts';
import { writeDocument } from './document.ts';
import { type Figure, figureLine } from './figures.ts';
import { benchInterpreter } from './interpreter.ts';
import { kernelCases } from './kernels.ts';
import { printLeafFigures } from './leaves.ts';
import { compileCases, lifeCycleCases } from './life-cycle.ts';
import { describeMachine } from './machine.ts';
import { loadCommand } from './node-load.ts';
import { isWanted, type Options, parseOptions, USAGE } from './options.ts';
import { parallelCases } from './parallel.ts';
import { holds, kernelMean } from './table.ts';
import { Terminal } from './terminal.ts';
import { toolchainCases } from './toolchain.ts';
import { transactionCases } from './transactions.ts';
import { VALIDATOR_GROUP, type ValidatorCase, validatorCases } from './validator.ts';

function readOptions(): Options | null {
	const args = process.argv.slice(2);
	if (args.includes('--help')) {
		console.log(USAGE);
		return null;
	}
	try {
		return parseOptions(args);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		console.error(`${error.message}\n\n${USAGE}`);
		process.exitCode = 2;
		return null;
	}
}

async function runCases(cases: readonly BenchCase[], options: Options): Promise<CaseResult[]> {
	const terminal = new Terminal();
	const results: CaseResult[] = [];
	for (const [i, one] of cases.entries()) {
		const where = `${i + 1}/${cases.length} ${one.group}: ${one.name}`;
		terminal.progress(where);
		const result = await measureCase(one, {
			effort: options.quick ? QUICK : FULL,
			quick: options.quick,
			sides: options.oursOnly || options.profile ? 'ours' : 'both',
			profile: options.profile,
			progress: (done, of) => terminal.progress(`${where} ${'▪'.repeat(done)}${'·'.repeat(of - done)}`),
		});
		terminal.row(result);
		results.push(result);
	}
	terminal.closeGroup();
	return results;
}

/** Figures of which only our side exists; they take processes of their own, so no profile sees them. */
function runFigures(cases: readonly ValidatorCase[], quick: boolean): Figure[] {
	if (cases.length === 0) return [];
	const terminal = new Terminal();
	console.log(`\n${VALIDATOR_GROUP}`);
	return cases.map((one) => {
		terminal.progress(`${one.group}: ${one.name}`);
		const figure = one.measure(quick);
		terminal.progress('');
		console.log(figureLine(figure));
		return figure;
	});
}

function printGoals(results: readonly CaseResult[], figures: readonly Figure[]): void {
	const judged = [
		...results.map((result) => ({ name: result.name, holds: holds(result) })),
		...figures,
	].filter((one) => one.holds !== null);
	if (judged.length === 0) return;
	const missed = judged.filter((one) => one.holds === false).map(({ name }) => name);
	if (kernelMean(results)?.holds === false) missed.push('geometric mean of the kernels');
	console.log(
		missed.length === 0
			? '\nEvery goal holds in this run.'
			: `\nNot reached in this run: ${missed.join(', ')}.`,
	);
}

const [command, ...rest] = process.argv.slice(2);
const options = command === 'load' ? null : readOptions();
if (command === 'load') await loadCommand(rest);
if (options !== null) {
	const machine = describeMachine();
	console.log(`${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; litesvm ${machine.litesvm}`);
	console.log('Medians; the ratio is litesvm’s time by ours.');
	const cases = [
		...kernelCases(),
		...transactionCases(),
		...cryptographyCases(),
		...lifeCycleCases(),
		...compileCases(),
	];
	const wanted = cases.filter(({ group, name }) => isWanted(options.filters, group, name));
	const validator = [...validatorCases(), ...parallelCases(), ...toolchainCases()].filter(({ group, name }) =>
		isWanted(options.filters, group, name),
	);
	if (wanted.length + validator.length === 0) console.error(`no case matches ${options.filters.join(', ')}`);
	const results = await runCases(wanted, options);
	const figures = runFigures(options.profile ? [] : validator, options.quick);
	printGoals(results, figures);
	if (options.all) {
		console.log();
		benchInterpreter();
		console.log('\nLeaves, microseconds a call');
		printLeafFigures();
	}
	if (options.json !== null) {
		const file = resolve(options.json);
		const date = new Date().toISOString();
		writeFileSync(file, `${JSON.stringify({ date, machine, results, figures }, null, '\t')}\n`);
		console.log(`figures: ${file}`);
	}
	if (options.write) console.log(`written: ${writeDocument(results, figures, machine)}`);
}
