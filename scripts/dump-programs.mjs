/**
 * Dumps the ELFs of the bundled programs out of the dev-only package `litesvm` into
 * packages/parhelion/programs (git-ignored; the published package carries the folder).
 *
 * The folder gets a `programs.json` with a row a program: name, file, programId, loader, sha256 and,
 * where a feature decides between two builds, the feature's id and the state it is for.
 * On a platform for which `litesvm` has no native build the folder gets a `programs.json` whose
 * `missing` says so; everything else still builds and the node names what it lacks.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUT = join(dirname(fileURLToPath(import.meta.url)), '../packages/parhelion/programs');
/** Bytes in front of the ELF in a program-data account of loader v3 (`size_of_programdata_metadata`). */
const PROGRAMDATA_METADATA = 45;
/** `replace_spl_token_with_p_token` */
const P_TOKEN_FEATURE = 'ptokFjwyJtrwCa9Kgo9xoDS59V4QccBGEaRFnRPnSdP';

const LOADERS = {
	BPFLoader1111111111111111111111111111111111: 'v1',
	BPFLoader2111111111111111111111111111111111: 'v2',
	BPFLoaderUpgradeab1e11111111111111111111111: 'v3',
};

const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const PROGRAMS = [
	{ name: 'p-token', programId: TOKEN, feature: { id: P_TOKEN_FEATURE, active: true } },
	{ name: 'spl-token', programId: TOKEN, feature: { id: P_TOKEN_FEATURE, active: false } },
	{ name: 'spl-token-2022', programId: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' },
	{ name: 'spl-associated-token-account', programId: 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL' },
	{ name: 'spl-memo-v1', programId: 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo' },
	{ name: 'spl-memo-v4', programId: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' },
	{ name: 'address-lookup-table', programId: 'AddressLookupTab1e1111111111111111111111111' },
	{ name: 'stake', programId: 'Stake11111111111111111111111111111111111111' },
];

/** The ELF of `programId` as `svm` holds it, with the loader that owns it. */
function readProgram(svm, programId, toAddress) {
	const account = svm.getAccount(programId);
	if (!account.exists) throw new Error(`the oracle has no program ${programId}`);
	const loader = LOADERS[account.programAddress];
	if (loader === undefined)
		throw new Error(`${programId} is owned by ${account.programAddress}, not a loader`);
	if (loader !== 'v3') return { loader, elf: account.data };
	const programData = svm.getAccount(toAddress(account.data.subarray(4, 36)));
	if (!programData.exists) throw new Error(`the program data account of ${programId} is missing`);
	return { loader, elf: programData.data.subarray(PROGRAMDATA_METADATA) };
}

/** What went wrong, without the advice of the oracle's loader, which does not fit here. */
function reasonOf(error) {
	const [line] = String(error?.message ?? error).split('\n');
	return line.startsWith('Cannot find native binding') ? 'litesvm has no native build for it' : line;
}

/** Writes the folder; never throws for a platform without the oracle. */
export async function dumpPrograms(log = console.error) {
	const staging = `${OUT}.tmp-${process.pid}`;
	mkdirSync(staging, { recursive: true });
	const rows = [];
	let missing = null;
	try {
		const { LiteSVM, FeatureSet } = await import('litesvm');
		const { getBase58Decoder, getBase58Encoder } = await import('@solana/kit');
		const toAddress = (bytes) => getBase58Decoder().decode(bytes);
		const current = new LiteSVM();
		const before = FeatureSet.allEnabled();
		before.deactivate(new Uint8Array(getBase58Encoder().encode(P_TOKEN_FEATURE)));
		const older = new LiteSVM().withFeatureSet(before).withBuiltins().withDefaultPrograms();
		for (const program of PROGRAMS) {
			const svm = program.feature?.active === false ? older : current;
			const { loader, elf } = readProgram(svm, program.programId, toAddress);
			const file = `${program.name}.so`;
			writeFileSync(join(staging, file), elf);
			rows.push({ ...program, file, loader, sha256: createHash('sha256').update(elf).digest('hex') });
		}
	} catch (error) {
		missing = {
			reason: `no program could be dumped on ${process.platform}-${process.arch}: ${reasonOf(error)}`,
			remedy:
				'Run "npm run build" on a platform with a native build of the npm package litesvm (Linux or macOS, x64 or arm64) and copy the folder packages/parhelion/programs here, or add each ELF with addProgram().',
			programs: PROGRAMS.filter((p) => !rows.some((r) => r.name === p.name)),
		};
		log(`programs: ${missing.reason}\n${missing.remedy}`);
	}
	writeFileSync(join(staging, 'programs.json'), `${JSON.stringify({ programs: rows, missing }, null, 2)}\n`);
	rmSync(OUT, { recursive: true, force: true });
	renameSync(staging, OUT);
	return { programs: rows, missing };
}

/** True where the folder is complete, so that a second build is quick. */
export function programsArePresent() {
	try {
		const listed = JSON.parse(readFileSync(join(OUT, 'programs.json'), 'utf8'));
		return listed.missing === null && listed.programs.length === PROGRAMS.length;
	} catch {
		return false;
	}
}
