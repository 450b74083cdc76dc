/** The fuzzer of targets itself: its table, its arguments, and what it makes of a difference. */
import { FeatureSet, featureId, programIds } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import {
	type FuzzCase,
	messageOf,
	readonly,
	type SendStep,
	type Step,
	set,
	writable,
	writableSigner,
} from '../generators/case.ts';
import { shrinkCase } from '../generators/case-shrink.ts';
import { caseText } from '../generators/case-text.ts';
import { CaseWorld } from '../generators/case-world.ts';
import { runFuzz } from '../generators/fuzz-command.ts';
import type { ProgressView } from '../generators/progress.ts';
import {
	caseOf,
	featureSetOf,
	runTarget,
	summaryLine,
	type Target,
	type TargetOptions,
	type TargetSummary,
	targetReport,
} from '../generators/target.ts';
import { parseTargetArguments } from '../generators/target-command.ts';
import { PAYER, payerStep } from '../generators/targets/common.ts';
import { TARGETS } from '../generators/targets/index.ts';
import { tableData } from '../generators/targets/lookup-tables.ts';
import { programFile } from './elf.ts';
import { address } from './harness.ts';

const system = TARGETS.find(({ name }) => name === 'system')!;
const cpi = TARGETS.find(({ name }) => name === 'cpi')!;

/** A run that nothing ends. */
const UNBOUNDED = {
	cases: Number.POSITIVE_INFINITY,
	transactions: Number.POSITIVE_INFINITY,
	seconds: Number.POSITIVE_INFINITY,
};
const NO_PROGRESS: ProgressView = { seconds: 0, show: () => {}, end: () => {} };

describe('the table', () => {
	it('names each target once', () => {
		expect(new Set(TARGETS.map(({ name }) => name)).size).toBe(TARGETS.length);
	});

	it.each(TARGETS.map((target) => [target.name, target] as const))(
		'makes the same case of a seed: %s',
		(_, target) => {
			const world = new CaseWorld(featureSetOf(target, 'mainnet')!, []);
			const text = (seed: number): string => caseText(caseOf(target, seed, world));
			expect(text(7)).toBe(text(7));
			expect(text(7)).not.toBe(text(8));
		},
	);

	it('knows mainnet, all features, and the variants of a target', () => {
		const regions = featureId('virtual_address_space_adjustments');
		expect(featureSetOf(cpi, 'mainnet')!.isActive(regions)).toBe(false);
		expect(featureSetOf(cpi, 'all')!.isActive(regions)).toBe(true);
		expect(featureSetOf(cpi, 'regions')!.isActive(regions)).toBe(true);
		expect(featureSetOf(cpi, 'constructor')).toBeNull();
	});
});

describe('the command', () => {
	it('runs half of the cases under each feature set, unless one is named', () => {
		expect(parseTargetArguments(system, ['--cases', '7', '--seed=3'])).toEqual([
			{ ...UNBOUNDED, cases: 4, seed: 3, features: 'mainnet' },
			{ ...UNBOUNDED, cases: 4, seed: 3, features: 'all' },
		]);
		expect(parseTargetArguments(cpi, ['--seconds', '10', '--features', 'regions'])).toEqual([
			{ ...UNBOUNDED, seconds: 10, seed: 1, features: 'regions' },
		]);
	});

	it('is bounded by transactions as well', () => {
		expect(parseTargetArguments(system, ['--transactions', '9', '--features', 'all'])).toEqual([
			{ ...UNBOUNDED, transactions: 9, seed: 1, features: 'all' },
		]);
		expect(parseTargetArguments(system, ['--transactions=9', '--cases=8'])).toMatchObject([
			{ transactions: 5, cases: 4 },
			{ transactions: 5, cases: 4 },
		]);
		expect(parseTargetArguments(system, [])).toMatchObject([{ cases: 10_000 }, { cases: 10_000 }]);
	});

	it.each([['--features', 'none'], ['--cases', 'x'], ['--fast', '1'], ['--seed']])(
		'says what it takes instead of %s %s',
		(...args) => {
			expect(parseTargetArguments(system, args)).toMatch(/^usage: fuzz system/);
		},
	);

	it('refuses a target there is not', async () => {
		expect(await runFuzz(['sytsem'])).toBe(2);
	});
});

describe('a run', () => {
	const memo: SendStep = {
		kind: 'send',
		label: 'memo',
		payer: PAYER,
		instructions: [{ programId: programIds.memoV3, accounts: [], data: new Uint8Array(3) }],
	};
	const runOf = (generate: Target['generate'], bounds: Partial<TargetOptions>): Promise<TargetSummary> => {
		const target: Target = { ...system, name: 'memos', generate };
		return runTarget(target, { ...UNBOUNDED, seed: 5, features: 'mainnet', ...bounds }, NO_PROGRESS);
	};

	it('goes back to the event loop from case to case', async () => {
		let turns = 0;
		const generate = (): FuzzCase => {
			setImmediate(() => turns++);
			return { steps: [payerStep(), memo] };
		};
		await runOf(generate, { cases: 3 });
		expect(turns).toBe(2);
	});

	it('counts the transactions sent, and ends after the case in which they are enough', async () => {
		const steps: readonly Step[] = [
			payerStep(),
			memo,
			{ kind: 'wire', label: 'cut', bytes: new Uint8Array(2), watched: [] },
			{
				kind: 'program',
				programId: address('program'),
				loader: programIds.bpfLoader,
				elf: programFile('exit'),
			},
			memo,
		];
		const summary = await runOf(() => ({ steps }), { transactions: 5 });
		expect(summaryLine(summary)).toBe(
			'memos, mainnet, seeds 5 to 7: 3 cases, 6 transactions, 0 differences, 0.0 s',
		);
		expect(summary.outcomes.get('program')!.get('ok')).toBe(3);
		expect(summary.outcomes.get('cut')!.get('undecodable')).toBe(3);
	});
});

describe('a difference', () => {
	const program = address('program');
	const elf = programFile('lddw r2, 0\nsyscall sol_curve_validate_point\nmov64 r0, 0\nexit');
	const noted = readonly(address('noted'));
	const generate = (): FuzzCase => ({
		steps: [
			payerStep(),
			set(address('noise'), { lamports: 5n, data: new Uint8Array(40).fill(3) }),
			{
				kind: 'send',
				label: 'noise',
				payer: PAYER,
				instructions: [{ programId: programIds.memoV3, accounts: [], data: new Uint8Array(3) }],
			},
			{ kind: 'program', programId: program, loader: programIds.bpfLoader, elf, text: 'asks about a point' },
			{
				kind: 'send',
				label: 'asks',
				payer: PAYER,
				instructions: [
					{ programId: programIds.memoV3, accounts: [], data: new Uint8Array(3) },
					{
						programId: program,
						accounts: [noted, writable(address('noise'))],
						data: new Uint8Array(9).fill(1),
					},
				],
			},
		],
	});
	const target: Target = { ...cpi, name: 'planted', engines: ['off'], generate };

	it('is found, shrunk to the steps that show it, and described', async () => {
		const options = { ...UNBOUNDED, cases: 5, seed: 1, features: 'mainnet' };
		const summary = await runTarget(target, options, NO_PROGRESS, (features, engines) => {
			const ours = features.clone();
			ours.deactivate(featureId('curve25519_syscall_enabled'));
			return new CaseWorld(features, engines, ours);
		});
		expect(summary.failures).toHaveLength(3);
		expect(summary.failures[0]).toContain('planted, seed 1: step 4, jit off, logs differs');
		const shrunk = summary.failures[0]!.split('\nshrunk: ')[1];
		expect(shrunk).toMatch(/^step 2, jit off, logs differs\n.*ours: /s);
		expect(shrunk).toMatch(/ours: [^#]*unsupported BPF instruction/);
		expect(shrunk).toContain(
			" 1 program 'program' of bpfLoader:\nasks about a point\n 2 send asks, paid by 'payer'\n    'program', 0 bytes ",
		);
		expect(targetReport(summary)).toContain(
			'planted, mainnet, seeds 1 to 3: 3 cases, 6 transactions, 3 differences, 0.0 s\n',
		);
	});

	it('loses what it does not need of instructions, accounts and data', () => {
		const shrunk = shrinkCase(generate(), ({ steps }) =>
			steps.some(
				(step) =>
					step.kind === 'send' &&
					step.instructions.some(
						({ accounts, data }) => accounts.includes(noted) && data.length > 2 && data[1] === 1,
					),
			),
		);
		expect(caseText(shrunk)).toBe(
			" 0 send asks, paid by 'payer'\n    'program', 3 bytes 0001 and 1 zeros\n      'noted'",
		);
	});
});

describe('a transaction made of instructions', () => {
	const [from, to] = [address('from'), address('to')];
	const step: SendStep = {
		kind: 'send',
		label: '',
		payer: PAYER,
		instructions: [
			{
				programId: programIds.systemProgram,
				accounts: [writableSigner(from), writable(to)],
				data: Uint8Array.of(2, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0),
			},
		],
	};
	const table = { key: address('table'), addresses: [from, to] };

	it('looks up what a table holds', () => {
		const message = messageOf({ ...step, tables: [table] });
		expect(message.version).toBe(0);
		expect(message.accountKeys.some((one) => one.equals(to))).toBe(false);
		// A signer stays.
		expect(message.accountKeys.some((one) => one.equals(from))).toBe(true);
		expect(message.instructions[0]!.accounts[1]).toBe(message.accountKeys.length);
		if (message.version === 0) expect([...message.addressTableLookups[0]!.writableIndexes]).toEqual([1]);
	});

	it('agrees with itself on both engines and the oracle in all versions', () => {
		const config = {
			priorityFee: null,
			computeUnitLimit: 50_000,
			loadedAccountsDataSizeLimit: 1 << 20,
			heapSize: null,
		};
		const world = new CaseWorld(FeatureSet.mainnet(), ['off', 'eager']);
		const { outcomes, difference } = world.run({
			steps: [
				payerStep(),
				set(from, { lamports: 10n ** 9n }),
				set(to, { lamports: 10n ** 9n }),
				set(table.key, {
					lamports: 10n ** 9n,
					data: tableData(table.addresses, null),
					owner: programIds.addressLookupTable,
				}),
				step,
				{ ...step, tables: [table] },
				{ ...step, config },
			],
		});
		expect(difference).toBeNull();
		expect(outcomes.map(([, outcome]) => outcome)).toEqual(['ok', 'ok', 'ok']);
	});
});
