/**
 * The kernels as native programs: the same C, compiled by the machine's own compiler, timed by themselves.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './contest.ts';
import { BENCH_FOLDER } from './elf.ts';

const COMPILER = process.env['CC'] ?? 'cc';

let folder: string | null | undefined;

/** Where the native programs go, gone with the process; `null` without a compiler. */
function outputFolder(): string | null {
	if (folder !== undefined) return folder;
	folder = null;
	if (spawnSync(COMPILER, ['--version'], { stdio: 'ignore' }).status === 0) {
		const made = mkdtempSync(join(tmpdir(), 'parhelion-bench-'));
		process.on('exit', () => rmSync(made, { recursive: true, force: true }));
		folder = made;
	}
	return folder;
}

/**
 * The median time of `rounds` runs of a kernel, or `null` without a compiler.
 *
 * Error where its result is not `expected`, the eight bytes that the VM's run returned.
 */
export function nativeMilliseconds(
	name: string,
	count: number,
	expected: Uint8Array,
	rounds: number,
): number | null {
	const out = outputFolder();
	if (out === null) return null;
	const program = join(out, name);
	const source = join(BENCH_FOLDER, 'kernels', `${name}.c`);
	const compiled = spawnSync(COMPILER, ['-O2', '-o', program, source], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	if (compiled.status !== 0) return null;
	const { stdout, status } = spawnSync(program, [String(count), String(rounds)], { encoding: 'utf8' });
	if (status !== 0) return null;
	const lines = stdout.trim().split('\n');
	const times = lines.map((line) => Number(line.split(' ')[1]) / 1e6);
	const result = BigInt(lines[0]!.split(' ')[0]!);
	const wanted = Buffer.from(expected).readBigUInt64LE();
	if (result !== wanted) throw new Error(`${name}: natively ${result}, in the VM ${wanted}`);
	return median(times);
}
