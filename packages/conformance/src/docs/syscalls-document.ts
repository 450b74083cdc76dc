/**
 * `docs/syscalls.md`: every row of the table of syscalls with its contract.
 *
 * Name, key and gate come from the table itself, the contract from the comment of the function that the row names, prices
 * from the table of costs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hashSymbolName } from '@parhelion/sbpf';
import { FEATURES, type FeatureName, FeatureSet, featureId, resolveRuntimeFeatures } from '@parhelion/sdk';
import { DEFAULT_EXECUTION_COST, SYSCALLS, type SyscallRow } from '@parhelion/svm';
import { type Contract, commentBefore, moduleHeader, parseContract } from './doc-comments.ts';

const SVM = new URL('../../../svm/src/', import.meta.url);
const TABLE = 'syscalls/index.ts';

/** The title of each file's group, in the order of the document. */
const GROUPS: readonly (readonly [file: string, title: string])[] = [
	['logging.ts', 'Logging'],
	['mem-ops.ts', 'Memory'],
	['abort.ts', 'Stopping, and the old allocator'],
	['cpi.ts', 'Calling other programs'],
	['return-data.ts', 'Return data'],
	['introspection.ts', 'About the run'],
	['sysvar.ts', 'Sysvars'],
	['pda.ts', 'Program addresses'],
	['hash.ts', 'Hashes'],
	['poseidon.ts', 'Poseidon'],
	['secp256k1.ts', 'secp256k1'],
	['curve25519.ts', 'Curves: edwards25519 and ristretto255'],
	['bls12-381.ts', 'Curves: BLS12-381'],
	['alt-bn128.ts', 'Curves: BN254'],
	['big-mod-exp.ts', 'Big integers'],
];

const INTRO = `# Syscalls

Written by \`npm run docs\` from the tables of \`packages/svm\`; do not edit.

A program calls a syscall by its **key**, the murmur3 hash (32 bits, seed 0) of its name. Up to V2 the loader finds the key
through the relocation of the call, from V3 on the call names it and the verifier refuses what is not there. Arguments are in
\`r1\` to \`r5\`, the answer is in \`r0\`: 0 unless said otherwise. Addresses are the program's own; a number in
brackets is a size in bytes.

**Cost** is in compute units; the table at the head of a group gives Agave's name for every price. A division is of integers.
**Errors** are in the order of the checks and end the program, unlike answers in \`r0\`. *UnalignedPointer* and
*AccessViolation* hold for every address that is read or written. *ComputationalBudgetExceeded* leaves nothing on the meter.`;

interface Documented {
	readonly row: SyscallRow;
	readonly file: string;
	readonly contract: Contract;
}

function sourceOf(path: string): string {
	return readFileSync(new URL(path, SVM), 'utf8');
}

/** The function that each row of the table names. */
function functionNames(): ReadonlyMap<string, string> {
	return new Map(
		Array.from(
			sourceOf(TABLE).matchAll(/\brow\(\s*'([^']+)',\s*(\w+)/g),
			([, name, fn]): [string, string] => [name!, fn!],
		),
	);
}

/** The contract of an exported syscall: its own comment, completed by that of the function that makes it. */
function contractOf(source: string, fn: string, name: string): Contract {
	const own = parseContract(commentBefore(source, `export const ${fn}:`) ?? '');
	const maker = new RegExp(`export const ${fn}: Syscall = (\\w+)\\(`).exec(source)?.[1];
	const made = maker === undefined ? null : parseContract(commentBefore(source, `function ${maker}(`) ?? '');
	const signature = (own.signature || made?.signature || '').replace(/^[^(]*/, name);
	return {
		signature,
		text: own.text || made?.text || '',
		cost: own.cost ?? made?.cost ?? null,
		errors: own.errors ?? made?.errors ?? null,
	};
}

/** Every row with its file and contract; throws where one has none. */
export function documentedSyscalls(): Documented[] {
	const sources = new Map(GROUPS.map(([file]) => [file, sourceOf(`syscalls/${file}`)]));
	const names = functionNames();
	return SYSCALLS.map((row) => {
		const fn = names.get(row.name);
		for (const [file, source] of sources) {
			if (fn === undefined || !source.includes(`export const ${fn}:`)) continue;
			const contract = contractOf(source, fn, row.name);
			if (
				contract.signature === '' ||
				contract.text === '' ||
				contract.cost === null ||
				contract.errors === null
			) {
				throw new Error(`${row.name}: signature, sentence, cost or errors are missing in ${file}`);
			}
			return { row, file, contract };
		}
		throw new Error(`${row.name}: no function ${fn} in the files of the groups`);
	});
}

/** What a row's gate asks for, found by trying every feature. */
export function gateOf(row: SyscallRow): string {
	const { gate } = row;
	if (gate === null) return 'always there';
	const answer = (features: FeatureSet, rejectDeploymentOfBrokenElfs = false): boolean =>
		gate({ features: resolveRuntimeFeatures(features), rejectDeploymentOfBrokenElfs });
	const byDefault = answer(FeatureSet.default());
	for (const { name } of FEATURES) {
		const features = FeatureSet.default();
		features.activate(featureId(name), 0n);
		if (answer(features) === byDefault) continue;
		return `${byDefault ? 'until' : 'with'} \`${name}\`, ${onMainnet(name)}`;
	}
	if (answer(FeatureSet.default(), true) !== byDefault) return 'not for programs that are being deployed';
	throw new Error(`${row.name}: no feature moves its gate`);
}

function onMainnet(name: FeatureName): string {
	const slot = FEATURES.find((feature) => feature.name === name)!.mainnetSlot;
	return slot === null ? 'not active on mainnet-beta' : `active on mainnet-beta since slot ${slot}`;
}

/** Files beside a group's own whose prices belong to it. */
const PRICES_ALSO_IN: ReadonlyMap<string, RegExp> = new Map([
	['cpi.ts', /^cpi(-\w+)*\.ts$/],
	['poseidon.ts', /^execution-budget\.ts$/],
]);

/** Agave's names of the prices that a group's source takes. */
function pricesOf(file: string): string[] {
	const also = PRICES_ALSO_IN.get(file);
	const others = also === undefined ? [] : readdirSync(fileURLToPath(SVM)).filter((name) => also.test(name));
	const words = new Set<string>();
	for (const path of [`syscalls/${file}`, ...others.filter((name) => name !== 'execution-budget.ts')]) {
		for (const [word] of sourceOf(path).matchAll(/\b[a-z0-9]+(?:_[a-z0-9]+)+\b/g)) words.add(word);
	}
	if (others.includes('execution-budget.ts')) {
		for (const name of Object.keys(DEFAULT_EXECUTION_COST)) if (name.startsWith('poseidon_')) words.add(name);
	}
	return Object.keys(DEFAULT_EXECUTION_COST).filter((name) => words.has(name));
}

/** `{@link syscallX}` as the name of that syscall. */
function links(text: string, names: ReadonlyMap<string, string>): string {
	return text.replace(/\{@link (\w+)\}/g, (_, fn: string) => {
		const name = [...names].find(([, candidate]) => candidate === fn)?.[0];
		return `\`${name ?? fn}\``;
	});
}

function key(name: string): string {
	return `0x${hashSymbolName(new TextEncoder().encode(name)).toString(16).padStart(8, '0')}`;
}

/** Begins a sentence, unless with a register. */
function upperFirst(text: string): string {
	return /^r\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** The document. */
export function syscallsDocument(): string {
	const all = documentedSyscalls();
	const names = functionNames();
	const lines = [INTRO, '', '| Syscall | Key | There |', '|---|---|---|'];
	for (const { row } of all.toSorted((a, b) => (a.row.name < b.row.name ? -1 : 1))) {
		lines.push(`| [\`${row.name}\`](#${row.name}) | \`${key(row.name)}\` | ${gateOf(row)} |`);
	}
	for (const [file, title] of GROUPS) {
		const members = all.filter((one) => one.file === file);
		if (members.length === 0) continue;
		lines.push('', `## ${title}`, '', links(moduleHeader(sourceOf(`syscalls/${file}`)), names));
		const prices = pricesOf(file);
		if (prices.length > 0) {
			lines.push('', '| Price | CU |', '|---|---:|');
			for (const name of prices) {
				lines.push(
					`| \`${name}\` | ${DEFAULT_EXECUTION_COST[name as keyof typeof DEFAULT_EXECUTION_COST]} |`,
				);
			}
		}
		for (const { row, contract } of members) {
			lines.push('', `### ${row.name}`, '', `\`${contract.signature}\``, '');
			lines.push(links(upperFirst(contract.text), names));
			lines.push('', `- **Key** \`${key(row.name)}\`, ${gateOf(row)}`);
			lines.push(
				`- **Cost** ${links(contract.cost!, names)}`,
				`- **Errors** ${links(contract.errors!, names)}`,
			);
		}
	}
	return `${lines.join('\n')}\n`;
}
