/**
 * The programs that a new instance carries, and where their ELFs come from.
 *
 * The ELFs are no part of the source: the Node entry reads them from the package's `programs` folder, a browser
 * hands them over by {@link setBundledPrograms}. An instance without some of them works all the same.
 *
 * Source: litesvm programs/mod.rs.
 */
import { type FeatureName, type FeatureSet, featureId, type Pubkey, programIds } from '@parhelion/sdk';

/** A program that belongs to every instance. */
export interface DefaultProgram {
	readonly name: string;
	readonly programId: Pubkey;
	readonly loader: Pubkey;
	/** The file of its ELF in the package's `programs` folder. */
	readonly file: string;
	/** The feature that decides between two builds, and the state this build is for. */
	readonly feature: { readonly name: FeatureName; readonly active: boolean } | null;
}

const P_TOKEN = 'replace_spl_token_with_p_token';

/** Every default program, in the order they are loaded. */
export const DEFAULT_PROGRAMS: readonly DefaultProgram[] = [
	{
		name: 'p-token',
		programId: programIds.splToken,
		loader: programIds.bpfLoaderUpgradeable,
		file: 'p-token.so',
		feature: { name: P_TOKEN, active: true },
	},
	{
		name: 'spl-token',
		programId: programIds.splToken,
		loader: programIds.bpfLoader,
		file: 'spl-token.so',
		feature: { name: P_TOKEN, active: false },
	},
	{
		name: 'spl-token-2022',
		programId: programIds.splToken2022,
		loader: programIds.bpfLoaderUpgradeable,
		file: 'spl-token-2022.so',
		feature: null,
	},
	{
		name: 'spl-memo-v1',
		programId: programIds.memoV1,
		loader: programIds.bpfLoaderDeprecated,
		file: 'spl-memo-v1.so',
		feature: null,
	},
	{
		name: 'spl-memo-v4',
		programId: programIds.memoV3,
		loader: programIds.bpfLoader,
		file: 'spl-memo-v4.so',
		feature: null,
	},
	{
		name: 'spl-associated-token-account',
		programId: programIds.associatedToken,
		loader: programIds.bpfLoader,
		file: 'spl-associated-token-account.so',
		feature: null,
	},
	{
		name: 'address-lookup-table',
		programId: programIds.addressLookupTable,
		loader: programIds.bpfLoaderUpgradeable,
		file: 'address-lookup-table.so',
		feature: null,
	},
	{
		name: 'stake',
		programId: programIds.stake,
		loader: programIds.bpfLoaderUpgradeable,
		file: 'stake.so',
		feature: null,
	},
];

/** Gives the ELF of a default program by its name, or `null` where it has none. */
export type ProgramSource = (program: DefaultProgram) => Uint8Array | null;

/** A default program that has no ELF here. */
export interface MissingProgram {
	readonly name: string;
	readonly programId: string;
	/** What to do about it. */
	readonly remedy: string;
}

let source: ProgramSource = () => null;
let remedy = 'give its ELF to setBundledPrograms(), or load the package as "parhelion/node"';
let revision = 0;

/** Changes where ELFs come from; instances made from now on use it. `howToGet` goes into {@link MissingProgram}. */
export function setProgramSource(newSource: ProgramSource, howToGet: string): void {
	source = newSource;
	remedy = howToGet;
	revision += 1;
}

/**
 * Hands over the ELFs of default programs by name (`p-token`, `spl-token-2022`, ...); for browsers.
 *
 * RangeError for a name that is no default program's.
 */
export function setBundledPrograms(elfs: Readonly<Record<string, Uint8Array>>): void {
	const byName = new Map(Object.entries(elfs));
	for (const name of byName.keys()) {
		if (!DEFAULT_PROGRAMS.some((program) => program.name === name)) {
			throw new RangeError(
				`"${name}" is no default program; they are ${DEFAULT_PROGRAMS.map((row) => row.name).join(', ')}`,
			);
		}
	}
	setProgramSource(({ name }) => byName.get(name) ?? null, remedy);
}

/**
 * Fetches ELFs of default programs from `base` + file (`p-token.so`, ...), where the package's `programs` folder is
 * served, and hands them over as {@link setBundledPrograms} does; all that the mainnet features call for without
 * `names`. RangeError for a name that is no default program's, Error for one that is not there.
 */
export async function fetchBundledPrograms(
	base: string | URL,
	names: readonly string[] = DEFAULT_PROGRAMS.filter(({ feature }) => feature?.active !== false).map(
		({ name }) => name,
	),
): Promise<void> {
	const elfs = await Promise.all(
		names.map(async (name) => {
			const file = DEFAULT_PROGRAMS.find((program) => program.name === name)?.file ?? name;
			const response = await fetch(new URL(file, base));
			if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
			return [name, new Uint8Array(await response.arrayBuffer())] as const;
		}),
	);
	setBundledPrograms(Object.fromEntries(elfs));
}

/** Counts the changes of {@link setProgramSource}. */
export function programSourceRevision(): number {
	return revision;
}

/** The default programs under these features. */
function programsFor(features: FeatureSet): readonly DefaultProgram[] {
	return DEFAULT_PROGRAMS.filter(
		({ feature }) => feature === null || features.isActive(featureId(feature.name)) === feature.active,
	);
}

/** The default programs under these features that have an ELF. */
export function availablePrograms(
	features: FeatureSet,
): readonly { readonly program: DefaultProgram; readonly elf: Uint8Array }[] {
	const available: { program: DefaultProgram; elf: Uint8Array }[] = [];
	for (const program of programsFor(features)) {
		const elf = source(program);
		if (elf !== null) available.push({ program, elf });
	}
	return available;
}

/** The default programs under these features that have none. */
export function missingPrograms(features: FeatureSet): MissingProgram[] {
	return programsFor(features)
		.filter((program) => source(program) === null)
		.map(({ name, programId }) => ({ name, programId: programId.toBase58(), remedy }));
}
