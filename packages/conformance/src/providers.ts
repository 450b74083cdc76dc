/** Every body of evidence, in the order of the report. */
import { clientProviders } from './clients/provider.ts';
import { fuzzProviders } from './generators/results.ts';
import { molluskCases } from './mollusk/cases.ts';
import { opcodeCases } from './opcodes/cases.ts';
import type { Disagreement, ProviderReport, SuiteProvider } from './provider.ts';
import { runCases } from './provider.ts';
import { type Extraction, extractCases } from './rust-tests/extract.ts';
import type { Engine } from './suite.ts';
import { suites } from './suites.ts';
import { molluskFolder, sbpfFolder, vectorsFolder } from './vectors/folders.ts';
import { instrCases } from './vectors/instr-cases.ts';
import { serializationCases } from './vectors/serialization-cases.ts';

const NO_VECTORS = 'no vectors on this machine (PARHELION_VECTORS)';
const NO_FIXTURES = 'no SPL repositories on this machine (PARHELION_MOLLUSK)';
const NO_CRATE = 'no solana-sbpf crate on this machine (PARHELION_SBPF)';

/** The file whose tests mostly fill a suite. */
const TEST_FILES: ReadonlyMap<string, string> = new Map([
	['vm', 'execution'],
	['verify', 'verifier'],
	['asm', 'assembler'],
	['disasm', 'disassembler'],
	['elf', 'elf'],
]);

let extraction: Extraction | null | undefined;

function sbpfExtraction(): Extraction | null {
	const folder = sbpfFolder();
	extraction ??= folder === null ? null : extractCases(folder);
	return extraction;
}

function sbpfTests(suite: string): SuiteProvider {
	return {
		suite,
		source: 'the tests of the solana-sbpf crate',
		run(engine: Engine): ProviderReport | string {
			const found = sbpfExtraction();
			if (found === null) return NO_CRATE;
			const cases = found.cases.filter((extracted) => extracted.suite === suite);
			const left = found.skipped.filter(({ id }) => id.startsWith(`${TEST_FILES.get(suite)}::`));
			const notes = left.map(({ id, reason }) => `${id}: ${reason}`);
			return { ...runCases(suites.get(suite)!, cases, engine), notes };
		},
	};
}

const firedancerInstr: SuiteProvider = {
	suite: 'insn',
	source: "Firedancer's instruction vectors",
	run(engine: Engine): ProviderReport | string {
		const cases = instrCases(vectorsFolder());
		return cases === null ? NO_VECTORS : runCases(suites.get('insn')!, cases, engine);
	},
};

const opcodes: SuiteProvider = {
	suite: 'vm',
	source: 'every instruction of every version, against reference arithmetic',
	run: (engine) => runCases(suites.get('vm')!, opcodeCases(), engine),
};

const firedancerSerialization: SuiteProvider = {
	suite: 'serialize',
	source: "Firedancer's loader serialisation fixtures",
	run(engine: Engine): ProviderReport | string {
		const cases = serializationCases(vectorsFolder());
		return cases === null ? NO_VECTORS : runCases(suites.get('serialize')!, cases, engine);
	},
};

const molluskFixtures: SuiteProvider = {
	suite: 'mollusk',
	source: "the SPL programs' Mollusk fixtures",
	run(engine: Engine): ProviderReport | string {
		const cases = molluskCases(molluskFolder());
		return cases === null ? NO_FIXTURES : runCases(suites.get('mollusk')!, cases, engine);
	},
};

/** Each step of a flow is a case: it must come to what the flow says on the oracle, and to the same here. */
const flowsAgainstOracle: SuiteProvider = {
	suite: 'flows',
	source:
		'transactions of real programs, every observable against the oracle, with the features of mainnet and with all',
	async run(engine: Engine): Promise<ProviderReport | string> {
		let modules: [typeof import('./flows/harness.ts'), typeof import('./flows/index.ts')];
		try {
			modules = await Promise.all([import('./flows/harness.ts'), import('./flows/index.ts')]);
		} catch (thrown) {
			return `the oracle has no build for this platform (${String(thrown).split('\n')[0]})`;
		}
		const [{ FEATURE_SETS, Pair }, { flows }] = modules;
		const { LiteSVM } = await import('parhelion/node');
		const disagreements: Disagreement[] = [];
		let cases = 0;
		for (const features of FEATURE_SETS) {
			for (const flow of flows) {
				const pair = new Pair(() => new LiteSVM().withJit(engine === 'jit' ? 'eager' : 'off'), features);
				flow.run(pair);
				cases += pair.steps.length;
				const wrong = new Map<string, string>();
				for (const { step, what } of pair.differences) wrong.set(step, `differs in ${what}`);
				for (const { name, outcome, expected } of pair.steps) {
					if (outcome !== expected) wrong.set(name, `the oracle answers ${outcome}, not ${expected}`);
				}
				for (const [step, cause] of wrong)
					disagreements.push({ id: `${features}: ${flow.name}: ${step}`, cause });
			}
		}
		return { cases, disagreements };
	},
};

/** The bodies of evidence; a new one is a line here. */
export const providers: readonly SuiteProvider[] = [
	flowsAgainstOracle,
	...fuzzProviders(process.env['PARHELION_FUZZ_RESULTS']),
	firedancerInstr,
	...Array.from(TEST_FILES.keys(), sbpfTests),
	opcodes,
	firedancerSerialization,
	molluskFixtures,
	...clientProviders,
];
