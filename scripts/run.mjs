/**
 * The one door behind `npm start`, `npm test` and the rest: installs and builds what is missing, then
 * runs the command. Needs only Node and npm; when nothing changed it costs a directory walk.
 *
 * Whatever the preparation prints goes to standard error, so that a command's standard output stays its own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const STAMPS = join(ROOT, 'node_modules/.parhelion');
const MINIMUM_NODE = [20, 19];

/** What each command runs once everything is built: arguments to this Node. */
const COMMANDS = {
	build: null,
	start: ['packages/cli/dist/parhelion.js', 'start'],
	test: ['node_modules/vitest/vitest.mjs', 'run'],
	bench: ['packages/bench/dist/main.js'],
	fuzz: ['packages/conformance/dist/fuzz.js'],
	conformance: ['packages/conformance/dist/main.js'],
	'conformance:report': ['packages/conformance/dist/report.js'],
	'conformance:clients': ['packages/conformance/dist/clients.js'],
	docs: ['packages/conformance/dist/docs.js'],
};

/** The command line in one file, and the commands that start it. */
const BUNDLE = join(ROOT, 'packages/cli/dist/parhelion.js');
const BUNDLED = ['build', 'start', 'bench'];

function fail(message) {
	console.error(message);
	process.exit(1);
}

/** Runs a preparation step with its output on standard error; ends the process if it fails. */
function step(title, command, args) {
	console.error(`• ${title}`);
	const { status, error } = spawnSync(command, args, {
		cwd: ROOT,
		stdio: ['ignore', 2, 2],
		// On Windows npm is a batch file, which only a shell runs; a shell would break paths with spaces.
		shell: command === 'npm' && process.platform === 'win32',
	});
	if (error) fail(`${title} failed: ${error.message}`);
	if (status !== 0) fail(`${title} failed (exit ${status}).`);
}

const stamp = (name) => join(STAMPS, name);
const readStamp = (name) => (existsSync(stamp(name)) ? readFileSync(stamp(name), 'utf8') : '');
function writeStamp(name, value) {
	mkdirSync(STAMPS, { recursive: true });
	writeFileSync(stamp(name), value);
}

function install() {
	const wanted = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
	if (readStamp('lock') === wanted) return;
	const npm = process.env.npm_execpath;
	const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
	if (npm && /\.[cm]?js$/.test(npm)) step('Installing dependencies', process.execPath, [npm, ...args]);
	else step('Installing dependencies', 'npm', args);
	writeStamp('lock', wanted);
}

/** Names, sizes and times of every source that the build reads: changes when any of them does. */
function sourcesFingerprint() {
	const lines = [];
	const visit = (dir) => {
		for (const entry of readdirSync(dir, { withFileTypes: true })) {
			if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === 'programs') continue;
			const path = join(dir, entry.name);
			if (entry.isDirectory()) visit(path);
			else if (/\.(ts|tsx|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) {
				const { mtimeMs, size } = statSync(path);
				lines.push(`${path} ${size} ${mtimeMs}`);
			}
		}
	};
	visit(join(ROOT, 'packages'));
	for (const name of ['tsconfig.base.json', 'tsconfig.build.json']) {
		lines.push(`${name} ${statSync(join(ROOT, name)).mtimeMs}`);
	}
	return lines.join('\n');
}

/** Whether every package has been compiled, however long ago. */
function isCompiled() {
	const { references } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8'));
	return references.every(({ path }) => existsSync(join(ROOT, path, 'dist/.tsbuildinfo')));
}

/** Makes what is missing for the command `name`. */
async function build(name) {
	const fingerprint = sourcesFingerprint();
	if (readStamp('build') !== fingerprint || !isCompiled()) {
		step('Compiling', process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.build.json']);
		writeStamp('build', fingerprint);
	}
	if (BUNDLED.includes(name) && (readStamp('bundle') !== fingerprint || !existsSync(BUNDLE))) {
		console.error('• Bundling the command line');
		const { bundleCli } = await import('./bundle-cli.mjs');
		await bundleCli(BUNDLE);
		writeStamp('bundle', fingerprint);
	}
	const { dumpPrograms, programsArePresent } = await import('./dump-programs.mjs');
	if (!programsArePresent()) {
		console.error('• Dumping the bundled programs');
		await dumpPrograms();
	}
}

const [name, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, name ?? ''))
	fail(`usage: node scripts/run.mjs ${Object.keys(COMMANDS).join('|')}`);
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
	fail(`Parhelion needs Node ${MINIMUM_NODE.join('.')} or later; this is ${process.versions.node}.`);
}
install();
await build(name);
if (COMMANDS[name] !== null) {
	const { default: child } = await import('node:child_process');
	const running = child.spawn(process.execPath, [...COMMANDS[name], ...rest], {
		cwd: ROOT,
		stdio: 'inherit',
	});
	// A terminal sends Ctrl-C to the child as well: then only stay until it has stopped by itself.
	process.on('SIGINT', () => process.stdin.isTTY || running.kill('SIGINT'));
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => running.kill(signal));
	running.on('exit', (code, signal) => process.exit(signal ? 128 : (code ?? 1)));
}
