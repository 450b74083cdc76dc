/**
 * Programs that call every syscall: outcome, logs (every error text is among them), compute units, return data.
 *
 * Each program fills the heap with words that are addresses and lengths as a rule, then makes some calls with
 * arguments that are right, almost right or absurd, and logs what r0 became.
 */
import { MM_HEAP_START, MM_INPUT_START, MM_STACK_START } from '@parhelion/sbpf';
import { type Instruction, programIds, resolveRuntimeFeatures, sysvarIds } from '@parhelion/sdk';
import { createProgramRuntimeEnvironment, newBudgetWithDefaults } from '@parhelion/svm';
import { programFile } from '../../oracle/elf.ts';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type Call, callingProgram, Rodata, times } from '../../oracle/syscall-calls.ts';
import { type FuzzCase, type Step, set } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { PAYER, payerStep, SOL, unitLimit, utf8 } from './common.ts';
import { randomSysvars } from './random-sysvars.ts';
import { curve25519 } from './syscall-curve25519.ts';
import {
	bigModExp,
	bls12381Op,
	bls12381Pairing,
	bn254Compression,
	bn254GroupOp,
	type CallGenerator,
	poseidon,
} from './syscall-operands.ts';

const HEAP_WORDS = 24;
const RODATA = 512;

/** What an argument is, for the choice of a plausible value. */
type Kind = 'addr' | 'len' | 'slices' | 'count' | 'any' | 'zero' | 'small' | 'key' | 'text';

const SYSCALLS: readonly (readonly [string, ...Kind[]])[] = [
	['sol_log_', 'text', 'len'],
	['sol_log_64_', 'any', 'any', 'any', 'any', 'any'],
	['sol_log_pubkey', 'key'],
	['sol_log_compute_units_'],
	['sol_log_data', 'slices', 'count'],
	['sol_memcpy_', 'addr', 'addr', 'len'],
	['sol_memmove_', 'addr', 'addr', 'len'],
	['sol_memset_', 'addr', 'any', 'len'],
	['sol_memcmp_', 'addr', 'addr', 'len', 'addr'],
	['sol_create_program_address', 'slices', 'count', 'key', 'addr'],
	['sol_try_find_program_address', 'slices', 'count', 'key', 'addr', 'addr'],
	['sol_sha256', 'slices', 'count', 'addr'],
	['sol_keccak256', 'slices', 'count', 'addr'],
	['sol_blake3', 'slices', 'count', 'addr'],
	['sol_sha512', 'slices', 'count', 'addr'],
	['sol_get_fees_sysvar', 'addr'],
	['sol_secp256k1_recover', 'addr', 'small', 'addr', 'addr'],
	['sol_get_clock_sysvar', 'addr'],
	['sol_get_rent_sysvar', 'addr'],
	['sol_get_epoch_schedule_sysvar', 'addr'],
	['sol_get_epoch_rewards_sysvar', 'addr'],
	['sol_get_last_restart_slot', 'addr'],
	['sol_get_sysvar', 'key', 'addr', 'small', 'len'],
	['sol_get_epoch_stake', 'zero'],
	['sol_set_return_data', 'addr', 'len'],
	['sol_get_return_data', 'addr', 'len', 'addr'],
	['sol_get_stack_height'],
	['sol_remaining_compute_units'],
	['sol_get_processed_sibling_instruction', 'small', 'addr', 'addr', 'addr', 'addr'],
	['sol_alloc_free_', 'len', 'zero'],
	['sol_panic_', 'text', 'len', 'small', 'any'],
	['abort'],
	['sol_curve_validate_point', 'small', 'addr'],
	['sol_curve_group_op', 'small', 'small', 'addr', 'addr', 'addr'],
	['sol_curve_multiscalar_mul', 'small', 'addr', 'addr', 'count', 'addr'],
	['sol_curve_decompress', 'small', 'addr', 'addr'],
	['sol_curve_pairing_map', 'small', 'small', 'addr', 'addr', 'addr'],
	['sol_alt_bn128_group_op', 'small', 'addr', 'len', 'addr'],
	['sol_alt_bn128_compression', 'small', 'addr', 'len', 'addr'],
	['sol_poseidon', 'zero', 'small', 'slices', 'count', 'addr'],
	['sol_big_mod_exp', 'slices', 'addr'],
	['sol_invoke_signed_c', 'addr', 'addr', 'small', 'slices', 'small'],
	['sol_invoke_signed_rust', 'addr', 'addr', 'small', 'slices', 'small'],
];

/** Where things are in every program of this test. */
const REGIONS: readonly (readonly [number, number])[] = [
	[0, RODATA],
	[MM_STACK_START, 64 * 4096],
	[MM_HEAP_START, 32 * 1024],
	[MM_INPUT_START, 30_000],
];

function randomAddress(random: Random): bigint {
	if (random.oneIn(40)) return random.u64();
	const [start, size] = random.pick(REGIONS);
	if (random.oneIn(12)) return BigInt(start + size - random.int(40));
	const offset = random.int(random.oneIn(3) ? size : 256);
	return BigInt(start + (random.oneIn(8) ? offset : offset - (offset % 16)));
}

/** An address a program may write: mostly stack and heap behind the prepared words. */
function writableAddress(random: Random): bigint {
	if (random.oneIn(8)) return randomAddress(random);
	const base = random.oneIn(2) ? MM_STACK_START : MM_HEAP_START + 1024;
	const offset = random.int(2048);
	return BigInt(base + (random.oneIn(8) ? offset : offset - (offset % 16)));
}

function randomLength(random: Random): bigint {
	if (random.oneIn(40)) return random.u64();
	return BigInt(
		random.pick([0, 0, 1, 2, 7, 8, 16, 31, 32, 33, 40, 64, 100, 255, 300, 512, 1024, 1025, 4096]),
	);
}

function argument(random: Random, kind: Kind): bigint {
	if (random.oneIn(50)) return random.u64();
	switch (kind) {
		case 'addr':
			return random.oneIn(8) ? randomAddress(random) : writableAddress(random);
		case 'len':
			return randomLength(random);
		case 'slices':
			return BigInt(MM_HEAP_START + 16 * random.int(HEAP_WORDS / 2) + (random.oneIn(20) ? 4 : 0));
		case 'count':
			return BigInt(random.pick(random.oneIn(8) ? [8, 16, 17, 20_000, 20_001] : [0, 1, 1, 2, 2, 3, 4]));
		case 'any':
			return random.u64();
		case 'zero':
			return random.oneIn(3) ? randomAddress(random) : 0n;
		case 'small':
			return BigInt(random.int(6));
		case 'key':
			return random.oneIn(8) ? randomAddress(random) : BigInt(32 * random.int(RODATA / 32));
		case 'text':
			return random.oneIn(8) ? randomAddress(random) : BigInt(random.int(RODATA));
	}
}

function randomProgram(random: Random, known: (name: string) => boolean): string {
	const lines: string[] = ['mov64 r9, r1', 'mov64 r8, r2'];
	for (let i = 0; i < HEAP_WORDS; i += 2) {
		const length = random.oneIn(10) ? random.u64() : BigInt(random.int(random.oneIn(4) ? 70 : 33));
		lines.push(`lddw r1, ${MM_HEAP_START + 8 * i}`);
		lines.push(`lddw r2, ${randomAddress(random)}`, 'stxdw [r1+0], r2');
		lines.push(`lddw r2, ${length}`, 'stxdw [r1+8], r2');
	}
	const calls = 1 + random.int(5);
	for (let i = 0; i < calls; i++) {
		const [name, ...kinds] = random.pick(SYSCALLS);
		// A syscall that is not there refuses the whole program.
		if (!known(name) && !random.oneIn(60)) continue;
		if ((name === 'abort' || name === 'sol_panic_') && !random.oneIn(4)) continue;
		for (const [index, kind] of kinds.entries()) {
			lines.push(`lddw r${index + 1}, ${argument(random, kind)}`);
		}
		lines.push(`syscall ${name}`, 'mov64 r1, r0');
		for (let r = 2; r <= 5; r++) lines.push(`mov64 r${r}, ${r}`);
		lines.push('syscall sol_log_64_');
	}
	// What the calls left in memory shows in the return data.
	const start = random.oneIn(2) ? MM_STACK_START : MM_HEAP_START + 1024;
	lines.push(`lddw r1, ${start}`, 'lddw r2, 1024', 'syscall sol_set_return_data');
	lines.push(`lddw r0, ${random.oneIn(4) ? random.u64() : 0n}`, 'exit');
	return lines.join('\n');
}

function rodata(random: Random): Uint8Array {
	const bytes = random.bytes(RODATA);
	for (let i = 0; i < RODATA; i += 64) {
		if (random.oneIn(2)) bytes.set(utf8.encode('Lorem ipsum dolor — sit amet ☼ sum'), i);
	}
	const ids = [
		sysvarIds.clock,
		sysvarIds.rent,
		sysvarIds.slotHashes,
		sysvarIds.epochSchedule,
		sysvarIds.stakeHistory,
		sysvarIds.epochRewards,
		sysvarIds.lastRestartSlot,
	];
	for (const [i, id] of ids.entries()) bytes.set(id.bytes, 32 * i);
	return bytes;
}

/** Whether programs of a world may link to a syscall. */
function registry(world: CaseWorld): (name: string) => boolean {
	let known = registries.get(world);
	if (known === undefined) {
		const features = resolveRuntimeFeatures(world.features);
		const { functions } = createProgramRuntimeEnvironment(
			features,
			newBudgetWithDefaults(false),
			false,
			false,
		);
		known = (name) => functions.lookupByName(utf8.encode(name)) !== undefined;
		registries.set(world, known);
	}
	return known;
}

const registries = new WeakMap<CaseWorld, (name: string) => boolean>();

/** Costly ones once. */
const OPERANDS: readonly CallGenerator[] = [
	...times(6, () => curve25519),
	...times(3, () => bn254Compression),
	...times(3, () => poseidon),
	...times(3, () => bigModExp),
	...times(2, () => bls12381Op),
	bn254GroupOp,
];

function generate(random: Random, world: CaseWorld): FuzzCase {
	const known = registry(world);
	const program = address('program');
	const owned = address('owned');
	const foreign = address('foreign');
	let label = 'any';
	let source: string;
	let data: Uint8Array;
	if (random.oneIn(4)) {
		label = 'curves and fields';
		const made = new Rodata();
		const calls: Call[] = [];
		for (let i = 0; i < 4; i++) {
			const call = (random.oneIn(60) ? bls12381Pairing : random.pick(OPERANDS))(random, made);
			if (known(call.name)) calls.push(call);
		}
		source = callingProgram(calls, made);
		data = Uint8Array.from(made.bytes);
	} else {
		source = randomProgram(random, known);
		data = rodata(random);
	}
	const loader = random.pick([
		programIds.bpfLoaderDeprecated,
		programIds.bpfLoaderUpgradeable,
		programIds.bpfLoader,
		programIds.bpfLoader,
		programIds.bpfLoader,
	]);
	const steps: Step[] = [
		payerStep(),
		{ kind: 'program', programId: program, loader, elf: programFile(source, data), text: source },
		set(owned, { owner: program, lamports: SOL, data: random.bytes(random.int(300)) }),
		set(foreign, { lamports: SOL, data: random.bytes(random.int(300)) }),
	];
	if (random.oneIn(4)) steps.push(...randomSysvars(random));
	const metas = [
		{ pubkey: owned, isSigner: false, isWritable: random.oneIn(2) },
		{ pubkey: foreign, isSigner: false, isWritable: random.oneIn(2) },
	];
	if (random.oneIn(4)) {
		const pubkey = random.pick([sysvarIds.instructions, sysvarIds.clock, sysvarIds.slotHashes, program]);
		metas.unshift({ pubkey, isSigner: false, isWritable: random.oneIn(4) });
	}
	const instruction = {
		programId: program,
		accounts: random.oneIn(4) ? [...metas, metas[0]!] : metas,
		data: random.bytes(random.int(200)),
	};
	const instructions: Instruction[] = random.oneIn(3) ? [instruction, instruction] : [instruction];
	if (random.oneIn(4)) instructions.unshift(unitLimit(random.pick([600, 3000, 30_000, 1_400_000])));
	steps.push({ kind: 'send', label, payer: PAYER, instructions });
	return { steps };
}

export const syscalls: Target = {
	name: 'syscalls',
	about: 'programs that call every syscall with right, edge and absurd arguments',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.15,
	leastErrors: 5,
	variants: {
		regions: { virtual_address_space_adjustments: true },
		direct: { virtual_address_space_adjustments: true, account_data_direct_mapping: true },
		undepleted: { deplete_cu_meter_on_vm_failure: false, virtual_address_space_adjustments: true },
		more: {
			blake3_syscall_enabled: true,
			enable_sha512_syscall: true,
			enable_big_mod_exp_syscall: true,
			disable_fees_sysvar: false,
			enable_get_epoch_stake_syscall: true,
		},
		unrestricted: { syscall_parameter_address_restrictions: false },
	},
};
