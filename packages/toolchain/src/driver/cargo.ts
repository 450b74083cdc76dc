/**
 * Rust packages: cargo compiles, and hands what it would link to us.
 *
 * Owns the settings that a stock Rust compiler needs for sBPF, and the stand-in for a linker: a script that keeps the
 * inputs of the link and writes their names where cargo expects a program. So cargo's own idea of what is up to date
 * stays in force, and the real link happens here, where its errors can be told.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { err, ok, type Result } from '@parhelion/sdk';
import type { BuildError } from './build-error.ts';
import { RUST_TARGET, type RustTools } from './find-tools.ts';
import { runTool } from './run-tool.ts';

/** An input of the link that cargo wanted. */
export interface CargoInput {
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** Copies each input beside the output, and lists them there. */
const LINKER_SCRIPT = `
import { copyFileSync, mkdirSync, rmSync, writeFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
const args = process.argv.slice(2);
const out = args[args.indexOf('-o') + 1];
const folder = out + '.inputs';
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const inputs = [];
for (let i = 0; i < args.length; i++) {
	if (['-o', '-L', '--export-symbols', '--cpu'].includes(args[i])) { i++; continue; }
	if (args[i].startsWith('-') || !statSync(args[i], { throwIfNoEntry: false })?.isFile()) continue;
	const copy = join(folder, inputs.length + '-' + basename(args[i]));
	copyFileSync(args[i], copy);
	inputs.push(copy);
}
writeFileSync(out, JSON.stringify({ parhelionLinkInputs: inputs }));
`;

/** Builds the package in `folder` and returns the inputs of its link; warnings go to standard error. The stand-in lies in `workFolder`. */
export function buildPackage(
	folder: string,
	rust: RustTools,
	workFolder: string,
	flags: readonly string[],
): Result<CargoInput[], BuildError> {
	const linker = writeLinker(workFolder);
	const rustFlags = ['-C', 'target-cpu=v2', '-C', 'relocation-model=static', '-C', `linker=${linker}`];
	const args = ['rustc', '--release', '--lib', '--crate-type', 'cdylib', '--target', RUST_TARGET];
	const run = runTool(rust.cargo, [...args, '--message-format=json-render-diagnostics', ...flags], {
		cwd: folder,
		env: {
			RUSTC: rust.rustc,
			CARGO_ENCODED_RUSTFLAGS: rustFlags.join('\x1f'),
			// One merged module: the core library is bitcode, and the legaliser must see all of it.
			CARGO_PROFILE_RELEASE_LTO: 'fat',
			CARGO_PROFILE_RELEASE_PANIC: 'abort',
			CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '1',
		},
	});
	if (run.status !== 0) return err({ kind: 'CompilerFailed', tool: 'cargo', output: run.stderr });
	const warnings = run.stderr
		.split('\n')
		.filter((line) => !/^\s+(Compiling|Finished|Locking|Updating)/.test(line));
	if (warnings.join('').trim() !== '') process.stderr.write(`${warnings.join('\n').trim()}\n`);
	const program = libraryOf(new TextDecoder().decode(run.stdout));
	if (program === null)
		return err({ kind: 'BadInput', detail: `${folder}: the package has no library target` });
	return readInputs(program);
}

/** Writes the stand-in and returns its path. */
function writeLinker(workFolder: string): string {
	const folder = resolve(workFolder);
	mkdirSync(folder, { recursive: true });
	const script = join(folder, 'keep-link-inputs.mjs');
	if (process.platform === 'win32') {
		const command = join(folder, 'keep-link-inputs.cmd');
		writeFileSync(script, LINKER_SCRIPT);
		writeFileSync(command, `@"${process.execPath}" "${script}" %*\r\n`);
		return command;
	}
	writeFileSync(script, `#!${process.execPath}\n${LINKER_SCRIPT}`);
	chmodSync(script, 0o755);
	return script;
}

/** The file that cargo says is the library, out of its messages. */
function libraryOf(messages: string): string | null {
	let found: string | null = null;
	for (const line of messages.split('\n')) {
		const message = messageIn(line);
		if (!isArtifact(message)) continue;
		const file = message.filenames.find((name) => /\.(?:so|dll|dylib)$/.test(name));
		if (file !== undefined) found = file;
	}
	return found;
}

/** The message in a line; null where it is something else, such as what a build script said. */
function messageIn(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return null;
	}
}

interface Artifact {
	readonly filenames: readonly string[];
}

function isArtifact(message: unknown): message is Artifact {
	return (
		typeof message === 'object' &&
		message !== null &&
		'reason' in message &&
		message.reason === 'compiler-artifact' &&
		'filenames' in message &&
		Array.isArray(message.filenames) &&
		'target' in message &&
		typeof message.target === 'object' &&
		message.target !== null &&
		'crate_types' in message.target &&
		Array.isArray(message.target.crate_types) &&
		message.target.crate_types.includes('cdylib')
	);
}

function readInputs(program: string): Result<CargoInput[], BuildError> {
	let listed: unknown;
	try {
		listed = JSON.parse(readFileSync(program, 'utf8'));
	} catch {
		listed = null;
	}
	if (typeof listed !== 'object' || listed === null || !('parhelionLinkInputs' in listed)) {
		return err({ kind: 'BadInput', detail: `${program}: cargo did not link through Parhelion` });
	}
	const names = Array.isArray(listed.parhelionLinkInputs) ? listed.parhelionLinkInputs : [];
	return ok(names.map((name) => ({ name: String(name), bytes: readFileSync(String(name)) })));
}
