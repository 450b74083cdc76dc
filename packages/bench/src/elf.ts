/** The program files that the bench runs: its own, compiled by scripts/build-kernels.mjs, and the bundled ones. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readBundledProgram } from 'parhelion/node';

/** The folder of the bench, seen from `dist` and from `src` alike. */
export const BENCH_FOLDER: string = fileURLToPath(new URL('..', import.meta.url));

/** A program of the bench's own. */
export function ownProgram(name: string): Uint8Array {
	return new Uint8Array(readFileSync(new URL(`../elf/${name}.so`, import.meta.url)));
}

/** A bundled program. Error where the build could not dump it. */
export function bundledProgram(file: string): Uint8Array {
	const elf = readBundledProgram(file);
	if (elf === null) throw new Error(`the bundled program ${file} is missing: run "npm run build"`);
	return elf;
}
