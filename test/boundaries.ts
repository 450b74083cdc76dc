/**
 * The walls between the rooms, as data and as a check.
 *
 * Owns: which room may import which (`ARCHITECTURE.md` tells it in words), which rooms must run in a
 * browser, and who alone may import a library. Type-only imports count.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A room's row: the rooms it may import, the libraries it may import, and where it must run. */
export interface Room {
	readonly rooms: readonly string[];
	readonly libraries: readonly string[];
	/** Must run without Node: no `node:` import and no Node global. */
	readonly browser: boolean;
}

/** Arrows point down only; there is no edge between the leaves. */
export const ROOMS: Readonly<Record<string, Room>> = {
	sdk: { rooms: [], libraries: [], browser: true },
	wasmgen: { rooms: [], libraries: [], browser: true },
	crypto: { rooms: [], libraries: ['@noble/curves', '@noble/hashes'], browser: true },
	sbpf: { rooms: ['sdk', 'wasmgen'], libraries: [], browser: true },
	toolchain: { rooms: ['sbpf', 'sdk'], libraries: [], browser: true },
	svm: { rooms: ['sbpf', 'crypto', 'sdk'], libraries: [], browser: true },
	runtime: { rooms: ['svm', 'sbpf', 'crypto', 'sdk'], libraries: ['lmdb', 'zstddec'], browser: true },
	parhelion: {
		rooms: ['runtime', 'svm', 'toolchain', 'sbpf', 'crypto', 'sdk'],
		libraries: [],
		browser: true,
	},
	rpc: {
		rooms: ['runtime', 'svm', 'crypto', 'sdk'],
		libraries: ['@hpcc-js/wasm-zstd', 'fastify', 'ws'],
		browser: false,
	},
	cli: {
		rooms: ['rpc', 'parhelion', 'runtime', 'svm', 'toolchain', 'sbpf', 'crypto', 'sdk'],
		libraries: ['commander', 'smol-toml', 'ws'],
		browser: false,
	},
	conformance: {
		rooms: ['cli', 'rpc', 'parhelion', 'runtime', 'svm', 'toolchain', 'sbpf', 'crypto', 'sdk'],
		libraries: ['litesvm', '@solana/kit', '@solana/web3.js', '@solana/spl-token', 'fast-check', 'vitest'],
		browser: false,
	},
	bench: {
		rooms: ['conformance', 'parhelion', 'runtime', 'svm', 'sbpf', 'crypto', 'sdk'],
		libraries: ['litesvm', '@solana/kit', '@solana/web3.js', 'ws'],
		browser: false,
	},
};

/**
 * Files of browser rooms for Node alone: an entry named by an `exports` key of its own, which widens the room's
 * face, and what only that entry imports.
 */
const NODE_ENTRIES: readonly string[] = [
	'parhelion/src/node.ts',
	'parhelion/src/node-crypto.ts',
	'parhelion/src/signature-pool.ts',
	'parhelion/src/litesvm.ts',
	'parhelion/src/toolchain-node.ts',
	'toolchain/src/node.ts',
	'toolchain/src/driver/build.ts',
	'toolchain/src/driver/build-error.ts',
	'toolchain/src/driver/cache.ts',
	'toolchain/src/driver/cargo.ts',
	'toolchain/src/driver/compile.ts',
	'toolchain/src/driver/find-tools.ts',
	'toolchain/src/driver/run-tool.ts',
	'toolchain/src/driver/templates.ts',
	'runtime/src/node.ts',
	'runtime/src/accounts-db/lmdb-environment.ts',
	'runtime/src/accounts-db/lmdb-file.ts',
	'runtime/src/accounts-db/lmdb-storage.ts',
	'runtime/src/accounts-db/process-claim.ts',
	'runtime/src/ledger/blockstore-folder.ts',
	'runtime/src/ledger/blockstore-lmdb.ts',
	'runtime/src/ledger/chain-folder.ts',
	'runtime/src/ledger/proof-thread.ts',
	'runtime/src/ledger/proof-threads.ts',
	'runtime/src/scheduler/execution-thread.ts',
	'runtime/src/scheduler/node-port.ts',
	'runtime/src/scheduler/node-threads.ts',
	'runtime/src/snapshots/snapshot-files.ts',
	'runtime/src/snapshots/snapshot-ledger.ts',
];

/** What a test beside the code may import besides its room. */
const TEST_LIBRARIES: readonly string[] = [
	'vitest',
	'fast-check',
	'litesvm',
	'@solana/kit',
	'@solana/web3.js',
	'@solana/spl-token',
	'@solana-program/token',
	'@solana-program/system',
	'wabt',
];

/** What may be named of a room besides its package. */
const FACES: readonly string[] = [
	'parhelion',
	'parhelion/node',
	'parhelion/litesvm',
	'parhelion/toolchain',
	'parhelion/toolchain/node',
	'@parhelion/runtime/node',
	'@parhelion/toolchain/node',
];

const PACKAGE_PREFIX = '@parhelion/';

/** The room a package name stands for, or null for a library. */
function roomOf(specifier: string): string | null {
	if (specifier === 'parhelion' || specifier.startsWith('parhelion/')) return 'parhelion';
	return specifier.startsWith(PACKAGE_PREFIX)
		? (specifier.slice(PACKAGE_PREFIX.length).split('/')[0] ?? '')
		: null;
}

/** `@scope/name/deep` and `name/deep` without what follows the name. */
function libraryName(specifier: string): string {
	return specifier
		.split('/')
		.slice(0, specifier.startsWith('@') ? 2 : 1)
		.join('/');
}

/** A source with its comments blanked out (line numbers stay). */
function withoutComments(source: string): string {
	return source.replace(
		/\/\*[\s\S]*?\*\/|(^|[^:'"`\\])\/\/[^\n]*/g,
		(match, before: string | undefined) =>
			(before ?? '') + match.replace(/[^\n]/g, ' ').slice(before?.length ?? 0),
	);
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\brequire\s*\(\s*)(['"])([^'"\s]+)\1/g;
const NODE_GLOBAL = /(?<![.\w'"`-])(process\.|Buffer\.|__dirname\b|__filename\b|setImmediate\b|require\()/;

/** The module specifiers that a source names. */
export function importsOf(source: string): string[] {
	return [...withoutComments(source).matchAll(IMPORT)].map((match) => match[2] ?? '');
}

/**
 * What is wrong with the imports of one file.
 *
 * `path` is relative to `packages/`, with forward slashes.
 */
export function violationsOf(path: string, source: string): string[] {
	const [name = ''] = path.split('/');
	const room = ROOMS[name];
	if (room === undefined) return [`${path}: no room is called "${name}"`];
	const isTest = path.endsWith('.test.ts');
	const nodeAllowed = isTest || !room.browser || NODE_ENTRIES.includes(path);
	const found: string[] = [];
	for (const specifier of importsOf(source)) {
		const target = roomOf(specifier);
		if (specifier.startsWith('.')) {
			const landed = posix.normalize(posix.join(posix.dirname(path), specifier));
			if (!landed.startsWith(`${name}/`)) found.push(`${path}: "${specifier}" leaves the room by path`);
			const mayUseFace = isTest || NODE_ENTRIES.includes(path);
			if (landed === `${name}/src/index.ts` && !mayUseFace)
				found.push(`${path}: imports its own room's face`);
			if (NODE_ENTRIES.includes(landed) && !mayUseFace) {
				found.push(`${path}: "${specifier}" brings Node into a room that must run in a browser`);
			}
		} else if (specifier.startsWith('node:')) {
			if (!nodeAllowed) found.push(`${path}: "${specifier}" in a room that must run in a browser`);
		} else if (target !== null) {
			if (target === name ? !isTest : !room.rooms.includes(target)) {
				found.push(`${path}: ${name} may not import ${target}`);
			}
			const isFace = FACES.includes(specifier) || specifier === PACKAGE_PREFIX + target;
			if (!isFace) {
				found.push(`${path}: "${specifier}" goes past the face of ${target}`);
			}
		} else {
			const library = libraryName(specifier);
			const allowed = room.libraries.includes(library) || (isTest && TEST_LIBRARIES.includes(library));
			if (!allowed) found.push(`${path}: ${name} may not import the library "${library}"`);
		}
	}
	if (!nodeAllowed) {
		const global = NODE_GLOBAL.exec(withoutComments(source));
		if (global) found.push(`${path}: "${global[1]}" in a room that must run in a browser`);
	}
	return found;
}

/** Every TypeScript file below `folder`, as paths relative to it with forward slashes. */
function sourcesBelow(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
		.filter((path) => /^[^/]+\/src\//.test(path));
}

/** The first import cycle among a room's files, as a path of file names, or null. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
	const state = new Map<string, 'open' | 'done'>();
	const trail: string[] = [];
	const visit = (file: string): string[] | null => {
		if (state.get(file) === 'done') return null;
		if (state.get(file) === 'open') return [...trail.slice(trail.indexOf(file)), file];
		state.set(file, 'open');
		trail.push(file);
		for (const next of graph.get(file) ?? []) {
			const cycle = visit(next);
			if (cycle) return cycle;
		}
		trail.pop();
		state.set(file, 'done');
		return null;
	};
	for (const file of graph.keys()) {
		const cycle = visit(file);
		if (cycle) return cycle;
	}
	return null;
}

/** Value imports (not `import type`) between files, for {@link findCycle}. */
function valueImportGraph(packages: string, paths: readonly string[]): Map<string, string[]> {
	const graph = new Map<string, string[]>();
	for (const path of paths) {
		if (path.endsWith('.test.ts')) continue;
		const source = withoutComments(readFileSync(join(packages, path), 'utf8'));
		const values = source.replace(/\b(?:import|export)\s+type\s[^;]*?from\s*(['"])[^'"\n]+\1/g, '');
		const targets = importsOf(values)
			.filter((specifier) => specifier.startsWith('.'))
			.map((specifier) => posix.normalize(posix.join(posix.dirname(path), specifier)));
		graph.set(path, targets);
	}
	return graph;
}

/** Everything wrong with the rooms below `packages`. */
export function checkBoundaries(packages: string): string[] {
	const paths = sourcesBelow(resolve(packages));
	const found = paths.flatMap((path) => violationsOf(path, readFileSync(join(packages, path), 'utf8')));
	const cycle = findCycle(valueImportGraph(packages, paths));
	if (cycle) found.push(`import cycle: ${cycle.join(' -> ')}`);
	return found;
}

/** `packages/` of this checkout. */
export const PACKAGES: string = join(dirname(fileURLToPath(import.meta.url)), '../packages');
