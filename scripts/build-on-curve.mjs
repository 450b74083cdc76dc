/**
 * Compiles packages/crypto/native/on-curve.c to WebAssembly and writes it as text into
 * packages/crypto/src/on-curve-module.ts, which is committed. Run this after a change of the C.
 *
 * Needs clang with the WebAssembly target and its linker (`wasm-ld`), 19 or newer: as `clang`, `clang-22` and so on,
 * or named by CLANG.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CRYPTO = join(dirname(fileURLToPath(import.meta.url)), '../packages/crypto');
/** `-O3` is a tenth faster and above 4 KB, which browsers do not compile at once on the main thread. */
const FLAGS = ['--target=wasm32', '-O2', '-nostdlib', '-ffreestanding', '-Wl,--no-entry', '-Wl,--strip-all'];
const STACK_BYTES = 4096;
const LINE = 110;

const work = mkdtempSync(join(tmpdir(), 'parhelion-on-curve-'));
try {
	const out = join(work, 'on-curve.wasm');
	const clangs = [process.env.CLANG, 'clang', 'clang-22', 'clang-21', 'clang-20', 'clang-19'].filter(Boolean);
	const source = join(CRYPTO, 'native/on-curve.c');
	const args = [...FLAGS, `-Wl,-z,stack-size=${STACK_BYTES}`, '-o', out, source];
	if (!clangs.some((clang) => spawnSync(clang, args).status === 0)) {
		console.error(`none of ${clangs.join(', ')} compiles ${source}`);
		process.exit(1);
	}
	const bytes = readFileSync(out);
	const text = bytes.toString('base64');
	const lines = [];
	for (let at = 0; at < text.length; at += LINE) lines.push(`\t'${text.slice(at, at + LINE)}'`);
	writeFileSync(
		join(CRYPTO, 'src/on-curve-module.ts'),
		`/** Written by scripts/build-on-curve.mjs from native/on-curve.c: a WebAssembly module in base64. */\n` +
			`// biome-ignore format: generated\nexport const ON_CURVE_MODULE: string =\n${lines.join(' +\n')};\n`,
	);
	console.log(`on-curve: ${bytes.length} bytes`);
} finally {
	rmSync(work, { recursive: true, force: true });
}
