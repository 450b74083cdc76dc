/**
 * Compiles the C in packages/crypto/native to WebAssembly and writes it as text into the `*-module.ts` of
 * packages/crypto/src, which are committed. Run this after a change of the C; with names as arguments, for these alone.
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
const FLAGS = ['--target=wasm32', '-nostdlib', '-ffreestanding', '-Wl,--no-entry', '-Wl,--strip-all'];
const MODULES = [
	// On-curve: `-O3` is a tenth faster and above 4 KB, which some browsers do not compile at once on the main thread.
	// Ed25519: `-O3` is no faster and 5 KB larger.
	{ name: 'on-curve', flags: ['-O2'], stackBytes: 4096 },
	{ name: 'blake3', flags: ['-Os', '-msimd128', '-mbulk-memory'], stackBytes: 8192 },
	{ name: 'ed25519', flags: ['-Os', '-mbulk-memory'], stackBytes: 32768 },
	{ name: 'curve25519', flags: ['-Os', '-mbulk-memory'], stackBytes: 16384 },
	{ name: 'ristretto', folder: 'zk/', flags: ['-O3', '-mbulk-memory'], stackBytes: 32768 },
];
const LINE = 110;

const clangs = [process.env.CLANG, 'clang', 'clang-22', 'clang-21', 'clang-20', 'clang-19'].filter(Boolean);
const work = mkdtempSync(join(tmpdir(), 'parhelion-native-'));
try {
	for (const { name, folder = '', flags, stackBytes } of MODULES) {
		if (process.argv.length > 2 && !process.argv.includes(name)) continue;
		const out = join(work, `${name}.wasm`);
		const source = join(CRYPTO, `native/${name}.c`);
		const args = [...FLAGS, ...flags, `-Wl,-z,stack-size=${stackBytes}`, '-o', out, source];
		if (!clangs.some((clang) => spawnSync(clang, args).status === 0)) {
			console.error(`none of ${clangs.join(', ')} compiles ${source}`);
			process.exitCode = 1;
			break;
		}
		const bytes = readFileSync(out);
		const text = bytes.toString('base64');
		const lines = [];
		for (let at = 0; at < text.length; at += LINE) lines.push(`\t'${text.slice(at, at + LINE)}'`);
		const constant = `${name.replace('-', '_').toUpperCase()}_MODULE`;
		writeFileSync(
			join(CRYPTO, `src/${folder}${name}-module.ts`),
			`/** Written by scripts/build-native.mjs from native/${name}.c: a WebAssembly module in base64. */\n` +
				`// biome-ignore format: generated\nexport const ${constant}: string =\n${lines.join(' +\n')};\n`,
		);
		console.log(`${name}: ${bytes.length} bytes`);
	}
} finally {
	rmSync(work, { recursive: true, force: true });
}
