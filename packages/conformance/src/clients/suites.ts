/**
 * The test suites of other people's clients that run against Parhelion, one row a suite.
 *
 * Owns where a suite lies in a checkout, how it is run, and what it needs from the checkout's own build. The
 * repositories build their programs with cargo; the bundled ELF of the same program stands in for what
 * they would have built.
 */

/** How a suite is run, and how its results are read. */
export type TestRunner = 'vitest' | 'node' | 'mocha' | 'jest';

/** A program that a suite expects at a path of its repository, or on the validator. */
export interface SuiteProgram {
	/** The name of the bundled program, or a path in the repository. */
	readonly from: string;
	/** A path in the repository, or the address of the program on the validator. */
	readonly to: string;
}

/** A client suite. */
export interface ClientSuite {
	readonly name: string;
	/** The folder of the repository; the package is in `package`. */
	readonly repository: string;
	readonly package: string;
	readonly runner: TestRunner;
	/** What is handed to the runner. */
	readonly files: readonly string[];
	/** Imports that mean `litesvm`; none for a suite that only speaks to a validator. */
	readonly specifiers: readonly string[];
	/** Whether the suite wants a validator on ports 8899 and 8900. */
	readonly validator: boolean;
	/** The node to start in place of that validator: arguments of `parhelion start`, run in the repository's folder. */
	readonly node?: readonly string[];
	readonly programs: readonly SuiteProgram[];
	readonly environment?: Readonly<Record<string, string>>;
	/** Failures that are not counted, and why. */
	readonly leftOut: readonly KnownFailure[];
}

/** Failures that say nothing about Parhelion: where the file's name and the message both match. */
export interface KnownFailure {
	readonly file: RegExp;
	readonly message: RegExp;
	readonly reason: string;
}

function kitClient(
	repository: string,
	programs: readonly SuiteProgram[],
	leftOut: ClientSuite['leftOut'] = [],
	validator = false,
): ClientSuite {
	return {
		name: `@solana-program/${repository}`,
		repository,
		package: 'clients/js',
		runner: 'vitest',
		files: [],
		specifiers: ['litesvm'],
		validator,
		programs,
		leftOut,
	};
}

function deployed(from: string, file: string): SuiteProgram {
	return { from, to: `target/deploy/${file}` };
}

/** Where a repository keeps the program that is deployed on mainnet-beta. */
const MAINNET_PROGRAM = 'program/fuzz/program-mb.so';

/** Keeps the proofs that do not fit into a transaction. */
const RECORD: SuiteProgram = {
	from: 'clients/rust-legacy/tests/fixtures/spl_record.so',
	to: 'recr1L3PCGKLbckBqMNcJhuuyU1zgo8nBhfLVsJNwr5',
};

const TOKEN_2022_HOOK: SuiteProgram = {
	from: 'clients/rust-legacy/tests/fixtures/spl_transfer_hook_example_no_default_features.so',
	to: 'TokenHookExampLe8smaVNrxTBezWTRbEwxwb1Zykrb',
};

function splToken(
	name: string,
	files: readonly string[],
	environment: Readonly<Record<string, string>>,
): ClientSuite {
	return {
		name: `@solana/spl-token: ${name}`,
		repository: 'token-2022',
		package: 'clients/js-legacy',
		runner: 'mocha',
		files,
		specifiers: [],
		validator: true,
		programs: [TOKEN_2022_HOOK],
		environment,
		leftOut: [],
	};
}

/** Tests of `@solana/kit` that ask a validator on this machine; its repository keeps the accounts they expect. */
function kitPackage(name: string, leftOut: ClientSuite['leftOut']): ClientSuite {
	return {
		name: `@solana/${name}`,
		repository: 'kit',
		package: `packages/${name}`,
		runner: 'jest',
		files: ['--config', '../../node_modules/@solana/test-config/jest-unit.config.node.js', '--rootDir', '.'],
		specifiers: [],
		validator: false,
		node: ['--ledger', 'test-ledger', '--reset', '--account-dir', 'scripts/fixtures'],
		programs: [],
		leftOut,
	};
}

const NEEDS_GOSSIP: KnownFailure = {
	file: /get-cluster-nodes-test/,
	message: /Node info not found/,
	reason: 'wants the ports of gossip and TVU, which a cluster of one does not open',
};

const NEEDS_ZK_SDK: KnownFailure = {
	file: /confidential/i,
	message: /reading 'signerMessage'|combineLoHi is not a function/,
	reason: 'calls functions of @solana/zk-sdk 0.5.1, where an older version is installed',
};

/** Every suite, in the order of the report. */
export const CLIENT_SUITES: readonly ClientSuite[] = [
	{
		name: 'litesvm',
		repository: 'litesvm',
		package: 'crates/node-litesvm',
		runner: 'node',
		files: ['tests'],
		specifiers: ['litesvm', '../litesvm', 'index', 'internal'],
		validator: false,
		programs: [],
		leftOut: [],
	},
	{
		name: '@solana/kit-plugin-litesvm',
		repository: 'kit-plugins',
		package: 'packages/kit-plugin-litesvm',
		runner: 'vitest',
		files: ['--project', 'node'],
		specifiers: ['litesvm'],
		validator: false,
		programs: [],
		leftOut: [],
	},
	kitPackage('rpc-api', [NEEDS_GOSSIP]),
	kitPackage('rpc-subscriptions-api', []),
	kitClient('system', []),
	kitClient('token', [deployed('p-token', 'pinocchio_token_program.so')]),
	{
		...kitClient(
			'token-2022',
			[deployed('spl-token-2022', 'spl_token_2022.so'), RECORD],
			[NEEDS_ZK_SDK],
			true,
		),
		// Seventy files that each load the same client.
		files: ['--no-isolate'],
	},
	kitClient('memo', [deployed('spl-memo-v4', 'pinocchio_memo_program.so')]),
	kitClient('address-lookup-table', [
		deployed('address-lookup-table', 'solana_address_lookup_table_program.so'),
	]),
	kitClient('stake', [deployed('stake', 'solana_stake_program.so')]),
	kitClient('compute-budget', []),
	kitClient('config', [deployed(MAINNET_PROGRAM, 'solana_config_program.so')]),
	kitClient('feature-gate', [deployed(MAINNET_PROGRAM, 'solana_feature_gate_program.so')]),
	splToken('with SPL Token', ['test/unit', 'test/e2e'], {}),
	splToken('with Token-2022', ['test/e2e', 'test/e2e-2022'], {
		TEST_PROGRAM_ID: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
	}),
];
