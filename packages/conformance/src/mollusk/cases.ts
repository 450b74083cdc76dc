/**
 * The Mollusk fixtures of the SPL repositories as rows of suite `mollusk`.
 *
 * Owns where each repository keeps its fixtures and the ELF that they were made with or that upstream's own regression
 * runs them on (`make regression-*`). What of the effects counts is what upstream compares.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programIds } from '@parhelion/sdk';
import type { ExpectedCase } from '../provider.ts';
import { type JsonObject, Row } from '../row.ts';
import { decodeFixture } from './fixture.ts';

const LOADER_V2 = programIds.bpfLoader.toBase58();
const LOADER_V3 = programIds.bpfLoaderUpgradeable.toBase58();
const TOKEN = programIds.splToken.toBase58();
const TOKEN_2022 = programIds.splToken2022.toBase58();

/** An ELF at an address. */
interface Program {
	readonly id: string;
	readonly loader: string;
	readonly path: string;
}

/** A folder of fixtures; paths are relative to the repository. */
export interface FixtureSet {
	readonly repository: string;
	readonly blobs: string;
	/** The programs that are deployed, the one under test first. */
	readonly programs: readonly Program[];
	/** Whether the fixtures' CU are of those ELFs. Those of another build are not comparable. */
	readonly computeUnits: boolean;
	/** Whether they are of the layout before Agave 2.3. */
	readonly isOld: boolean;
}

function associatedToken(blobs: string, token2022: string): FixtureSet {
	const fixtures = 'program/tests/fixtures';
	return {
		repository: 'associated-token-account',
		blobs: `pinocchio/program/fuzz/${blobs}`,
		programs: [
			{
				id: programIds.associatedToken.toBase58(),
				loader: LOADER_V3,
				path: 'pinocchio/program/fuzz/program-mb.so',
			},
			{ id: TOKEN, loader: LOADER_V2, path: `${fixtures}/pinocchio_token_program.so` },
			{ id: TOKEN_2022, loader: LOADER_V3, path: `${fixtures}/${token2022}` },
		],
		computeUnits: true,
		isOld: false,
	};
}

function coreProgram(repository: string, id: string): FixtureSet {
	return {
		repository,
		blobs: 'program/fuzz/blob',
		programs: [{ id, loader: LOADER_V3, path: 'program/fuzz/program-mb.so' }],
		computeUnits: false,
		isOld: true,
	};
}

/** Every set that the SPL repositories hold; a new one is a row here. */
export const FIXTURE_SETS: readonly FixtureSet[] = [
	coreProgram('address-lookup-table', programIds.addressLookupTable.toBase58()),
	associatedToken('blob', 'spl_token_2022.so'),
	associatedToken('blob-mock', 'mock_token_program.so'),
	coreProgram('config', programIds.config.toBase58()),
	coreProgram('feature-gate', programIds.feature.toBase58()),
	{
		repository: 'token',
		blobs: 'pinocchio/program/fuzz/blob',
		programs: [{ id: TOKEN, loader: LOADER_V3, path: 'pinocchio/program/fuzz/program-mb.so' }],
		computeUnits: false,
		isOld: false,
	},
];

/** The fields of an account that count: upstream leaves the rent epoch out. */
function expectedAccount(account: Row): JsonObject {
	return {
		address: account.text('address'),
		lamports: account.text('lamports'),
		data: account.text('data'),
		executable: account.flag('executable', false),
		owner: account.text('owner'),
	};
}

/** One fixture as a row with what its result must hold. */
export function fixtureCase(id: string, bytes: Uint8Array, set: FixtureSet, root: string): ExpectedCase {
	const fixture = Row.from(decodeFixture(bytes, set.isOld));
	const output = fixture.row('output');
	return {
		id,
		row: {
			id,
			input: fixture.object('input'),
			programs: set.programs.map((program) => ({ ...program, path: join(root, program.path) })),
		},
		expected: {
			program_result: output.text('program_result'),
			...(set.computeUnits ? { compute_units_consumed: output.text('compute_units_consumed') } : {}),
			return_data: output.text('return_data'),
			resulting_accounts: output.rows('resulting_accounts').map(expectedAccount),
		},
	};
}

/** The fixtures in `folder`, which holds checkouts of the repositories by name; `null` where it has none. */
export function molluskCases(folder: string | null): ExpectedCase[] | null {
	if (folder === null) return null;
	const cases: ExpectedCase[] = [];
	for (const set of FIXTURE_SETS) {
		const root = join(folder, set.repository);
		const blobs = join(root, set.blobs);
		if (!existsSync(blobs)) continue;
		for (const file of readdirSync(blobs).sort()) {
			if (!file.endsWith('.fix')) continue;
			const id = `${set.repository}/${set.blobs}/${file}`;
			cases.push(fixtureCase(id, new Uint8Array(readFileSync(join(blobs, file))), set, root));
		}
	}
	return cases.length === 0 ? null : cases;
}
