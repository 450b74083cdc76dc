import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SYSCALLS } from '@parhelion/svm';
import { build, buildErrorText, findTools } from '@parhelion/toolchain/node';
import { LiteSVM } from 'parhelion/node';
import { afterAll, describe, expect, it } from 'vitest';
import { Pair } from '../flows/harness.ts';
import { deploy } from './deploy.ts';
import { PROGRAM_SCENARIOS, type ProgramScenario } from './scenarios.ts';

const PROGRAMS = fileURLToPath(new URL('../../../toolchain/programs', import.meta.url));
const syscalls = SYSCALLS.map((row) => row.name);
const tools = findTools();

/** Why a program cannot be built here, or `null`. */
function missing({ name, language, fromRegistry }: ProgramScenario): string | null {
	if (language === 'c') return tools.llvm?.clang ? null : 'no clang with LLVM tools is installed';
	if (tools.rust === null || tools.llvm === null) return 'no Rust compiler with a core for BPF is installed';
	if (!fromRegistry) return null;
	const manifest = `${PROGRAMS}/${name}/Cargo.toml`;
	const fetched = spawnSync(tools.rust.cargo, ['fetch', '--quiet', '--manifest-path', manifest], {
		env: { ...process.env, RUSTC: tools.rust.rustc, CARGO_NET_RETRY: '0' },
		timeout: 30_000,
	});
	return fetched.status === 0 ? null : 'no crate registry can be reached';
}

/** Both versions are made of the same objects. */
const cacheFolder = mkdtempSync(join(tmpdir(), 'parhelion-programs-'));
afterAll(() => rmSync(cacheFolder, { recursive: true, force: true }));

const reasons = PROGRAM_SCENARIOS.map((scenario) => [scenario, missing(scenario)] as const);

const built = new Map<string, Uint8Array>();

function programOf(name: string, version: 0 | 3): Uint8Array {
	const key = `${name} ${version}`;
	const known = built.get(key);
	if (known !== undefined) return known;
	const result = build(`${PROGRAMS}/${name}`, { syscalls, version, tools, strip: true, cacheFolder });
	if (!result.ok) throw new Error(buildErrorText(result.error));
	built.set(key, result.value.elf);
	return result.value.elf;
}

describe.each([0, 3] as const)(
	'programs from source, V%i, deployed by transactions and run beside the oracle',
	(version) => {
		for (const [scenario, reason] of reasons) {
			const title = reason === null ? scenario.name : `${scenario.name} (skipped: ${reason})`;
			it.skipIf(reason !== null).each(['off', 'eager'] as const)(`${title}, jit: %s`, (jit) => {
				const pair = new Pair(() => new LiteSVM().withJit(jit));
				const programId = deploy(pair, `${scenario.name}-${version}`, programOf(scenario.name, version));
				scenario.run(pair, programId);
				const unexpected = pair.steps.filter(
					({ expected, outcome }) => expected !== 'any' && outcome !== expected,
				);
				expect(unexpected).toEqual([]);
				expect(pair.differences).toEqual([]);
			});
		}
	},
);
