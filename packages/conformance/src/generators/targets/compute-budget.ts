/** The compute budget: limits, prices and heaps at every edge, before programs that use them up. */
import { ByteWriter, type Instruction, programIds, type TransactionConfig } from '@parhelion/sdk';
import { programFile } from '../../oracle/elf.ts';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, readonly, type Step, set, writable, writableSigner } from '../case.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { mostly, PAYER, payerStep, SOL, spoil, U64_MAX } from './common.ts';

const loop = address('loop');
const heap = address('heap');
const big = address('big');
const other = address('other');
const BUDGET = programIds.computeBudget;

/** As many rounds as the first byte of the instruction data says, in thousands. */
const looping = programFile(
	'ldxb r2, [r1+8]\nmul64 r2, 1000\nadd64 r2, 1\nsub64 r2, 1\njne r2, 0, -2\nmov64 r0, 0\nexit',
);
/** Stores at the kibibyte of the heap that the data says. */
const reaching = programFile(
	'ldxb r2, [r1+8]\nlsh64 r2, 10\nlddw r3, 0x300000000\nadd64 r3, r2\nstb [r3-1], 7\nmov64 r0, 0\nexit',
);

const UNITS = [0, 1, 149, 150, 151, 300, 1000, 3000, 10_000, 200_000, 1_400_000, 1_400_001, 0xffff_ffff];
const HEAPS = [0, 1023, 1024, 32_767, 32_768, 33_792, 65_536, 40_000, 261_120, 262_144, 263_168, 0xffff_ffff];
const SIZES = [0, 1, 100, 1000, 40_000, 100_000, 2_000_000, 64 << 20, (64 << 20) + 1, 0xffff_ffff];

function budget(random: Random): [string, Instruction] {
	const make = (label: string, writer: ByteWriter): [string, Instruction] => [
		label,
		{ programId: BUDGET, accounts: random.oneIn(15) ? [readonly(other)] : [], data: writer.finish() },
	];
	switch (random.int(random.oneIn(12) ? 6 : 4)) {
		case 0:
			return make('SetComputeUnitLimit', new ByteWriter().u8(2).u32(mostly(random, 2, 300_000, UNITS)));
		case 1:
			return make(
				'SetComputeUnitPrice',
				new ByteWriter().u8(3).u64(mostly(random, 2, 5n, [0n, 1_000_000n, 10n ** 15n, U64_MAX])),
			);
		case 2:
			return make(
				'RequestHeapFrame',
				new ByteWriter().u8(1).u32(random.oneIn(3) ? random.pick(HEAPS) : 65_536),
			);
		case 3:
			return make(
				'SetLoadedAccountsDataSizeLimit',
				new ByteWriter().u8(4).u32(mostly(random, 2, 5_000_000, SIZES)),
			);
		case 4:
			return make(
				'RequestUnitsDeprecated',
				new ByteWriter().u8(0).u32(random.pick(UNITS)).u32(random.int(1000)),
			);
		default:
			return make('other bytes', new ByteWriter().raw(random.bytes(random.int(12))));
	}
}

function config(random: Random): TransactionConfig {
	return {
		priorityFee: mostly(random, 8, random.pick([null, 0n, 1n, 5000n]), [U64_MAX, 10n ** 15n]),
		computeUnitLimit: mostly(random, 3, 400_000, [null, ...UNITS]),
		loadedAccountsDataSizeLimit: mostly(random, 4, 2_000_000, [null, ...SIZES]),
		heapSize: mostly(random, 3, random.pick([null, 65_536]), HEAPS),
	};
}

function work(random: Random): Instruction {
	switch (random.int(5)) {
		case 0: {
			const data = new ByteWriter(12)
				.u32(2)
				.u64(BigInt(random.int(2_000_000)))
				.finish();
			return {
				programId: programIds.systemProgram,
				accounts: [writableSigner(PAYER), writable(other)],
				data,
			};
		}
		case 1:
			return { programId: programIds.memoV3, accounts: [], data: random.bytes(5).map((byte) => byte & 0x7f) };
		case 2:
			return {
				programId: heap,
				accounts: [],
				data: Uint8Array.of(random.pick([1, 31, 32, 33, 64, 65, 128, 255])),
			};
		default: {
			const accounts = random.oneIn(3) ? [readonly(big)] : [];
			// Behind an account the byte is one of its address.
			return { programId: loop, accounts, data: Uint8Array.of(random.pick([0, 1, 10, 60, 100, 255])) };
		}
	}
}

function generate(random: Random): FuzzCase {
	const steps: Step[] = [
		payerStep(),
		{ kind: 'program', programId: loop, loader: programIds.bpfLoader, elf: looping },
		{ kind: 'program', programId: heap, loader: programIds.bpfLoaderUpgradeable, elf: reaching },
		set(other, { lamports: SOL }),
		set(big, { lamports: SOL, data: new Uint8Array(random.pick([0, 10_000, 100_000])), owner: loop }),
	];
	for (let t = 1 + random.int(3); t > 0; t--) {
		const instructions: Instruction[] = [];
		let label = 'no budget';
		for (let i = random.int(4); i > 0; i--) {
			const [name, instruction] = budget(random);
			if (label === 'no budget') label = name;
			instructions.push(spoil(random, instruction, { others: [other, loop], outOf: 25 }));
		}
		for (let i = random.int(4); i >= 0; i--)
			instructions.splice(random.int(instructions.length + 1), 0, work(random));
		const step = { kind: 'send', label, payer: PAYER, instructions } as const;
		if (random.oneIn(4)) steps.push({ ...step, label: 'v1', config: config(random) });
		else steps.push(step);
	}
	return { steps };
}

export const computeBudget: Target = {
	name: 'compute-budget',
	about: 'limits, prices, heaps and loaded sizes at every edge, before programs that use them up',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.2,
	leastErrors: 8,
};
