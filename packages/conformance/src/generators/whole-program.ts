/**
 * Whole programs: in a file, deployed, called by a transaction, on both engines and on the oracle.
 *
 * Owns what such programs may call and what accounts they get. Everything a transaction shows is compared: error,
 * logs (each `sol_log_64_` tells five registers), compute units, return data, accounts.
 */
import { MM_INPUT_START, type SBPFVersion } from '@parhelion/sbpf';
import { type Instruction, programIds } from '@parhelion/sdk';
import { address, type Observed, Pair } from '../oracle/harness.ts';
import { Random } from '../oracle/random.ts';
import { programFile } from './elf-file.ts';
import type { GuestProgram } from './guest-program.ts';
import { randomProgram, type Setting, type Syscall } from './random-program.ts';

const ACCOUNT_BYTES = 300;
const HEAP_BYTES = 32 * 1024;
/** What two accounts, their room to grow and the instruction's data take, about. */
const INPUT_BYTES = 21_000;
const PROGRAM = address('fuzzed program');
const OWNED = address('fuzzed account');
const FOREIGN = address('foreign account');

const SYSCALLS: readonly Syscall[] = [
	...[
		'sol_log_64_',
		'sol_log_64_',
		'sol_log_64_',
		'sol_remaining_compute_units',
		'sol_log_compute_units_',
	].map((name): Syscall => ({ name, wants: 'numbers' })),
	{ name: 'sol_get_stack_height', wants: 'numbers' },
	{ name: 'sol_log_pubkey', wants: 'address' },
	{ name: 'sol_memcpy_', wants: 'copy' },
	{ name: 'sol_memcpy_', wants: 'copy' },
	{ name: 'sol_memmove_', wants: 'copy' },
	{ name: 'sol_memset_', wants: 'set' },
	{ name: 'sol_memcmp_', wants: 'compare' },
];

/** The versions that the oracle runs; V4 does not exist there yet. */
const VERSIONS: readonly SBPFVersion[] = [0, 1, 2, 3];

/** A random program for the runtime's own host. */
export function randomWholeProgram(
	random: Random,
	versions: readonly SBPFVersion[] = VERSIONS,
): GuestProgram {
	const setting: Setting = {
		version: random.pick(versions.filter((version) => VERSIONS.includes(version))),
		config: {},
		layout: {
			heap: HEAP_BYTES,
			pooled: true,
			fresh: false,
			regions: [{ kind: 'rw', vmAddr: MM_INPUT_START, len: INPUT_BYTES, reserved: INPUT_BYTES }],
		},
		syscalls: SYSCALLS,
	};
	return randomProgram(random, setting);
}

/** Runs programs on one bank. */
export class WholeProgramRunner {
	readonly #pair: Pair;

	/** @param mapsAccounts whether account data has regions of its own. */
	constructor(mapsAccounts: boolean) {
		this.#pair = new Pair({
			enable_sbpf_v1_deployment_and_execution: true,
			enable_sbpf_v2_deployment_and_execution: true,
			enable_sbpf_v3_deployment_and_execution: true,
			virtual_address_space_adjustments: mapsAccounts,
			account_data_direct_mapping: mapsAccounts,
		});
	}

	/** Runs `program` with what `seed` picks; what differs from the oracle, or `null`. `undefined` without a file. */
	run(program: GuestProgram, seed: number): string | null | undefined {
		const file = programFile(program);
		if (file === null) return undefined;
		const random = new Random(seed);
		const pair = this.#pair;
		pair.addProgram(PROGRAM, file, random.oneIn(6) ? programIds.bpfLoaderDeprecated : programIds.bpfLoader);
		pair.setData(OWNED, PROGRAM, random.bytes(random.int(ACCOUNT_BYTES)));
		pair.setData(FOREIGN, programIds.systemProgram, random.bytes(random.int(ACCOUNT_BYTES)));
		const instruction: Instruction = {
			programId: PROGRAM,
			accounts: [
				{ pubkey: OWNED, isSigner: false, isWritable: random.oneIn(2) },
				{ pubkey: FOREIGN, isSigner: false, isWritable: random.oneIn(2) },
			],
			data: random.bytes(random.int(40)),
		};
		const { ours, compiled, oracle } = pair.run([instruction]);
		const interpreted = differenceOf(ours, oracle);
		if (interpreted !== null) return `interpreter: ${interpreted}`;
		const difference = differenceOf(compiled, oracle);
		return difference === null ? null : `jit: ${difference}`;
	}
}

function differenceOf(ours: Observed, oracle: Observed): string | null {
	for (const key of ['outcome', 'computeUnits', 'logs', 'returnData', 'inner', 'accounts'] as const) {
		const [a, b] = [JSON.stringify(ours[key]), JSON.stringify(oracle[key])];
		if (a !== b) return `${key}: ours ${a}, oracle ${b}`;
	}
	return null;
}
