/** The upgradeable loader: buffers, programs and programdata in all states, every instruction, programs that run. */
import {
	encodeClock,
	encodeUpgradeableLoaderState,
	type Instruction,
	type Pubkey,
	programIds,
	sysvarIds,
	type UpgradeableLoaderState,
} from '@parhelion/sdk';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, readonly, type Step, set } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { mostly, PAYER, payerStep, SOL, spoil, U64_MAX } from './common.ts';
import {
	answering,
	BUFFER_METADATA,
	good,
	LOADER,
	loaderAccount,
	PROGRAMDATA_METADATA,
	ProgramInstructions,
	unverifiable,
} from './loader-v3-instructions.ts';
import { FIRST_SLOT } from './lookup-tables.ts';

const authority = address('authority');
const other = address('other');
const spill = address('spill');
const buffer = address('buffer');

/** An ELF: a small one as a rule; a real one, one that does not verify, or none. */
function randomElf(random: Random, world: CaseWorld): Uint8Array {
	if (random.oneIn(9)) return random.pick([unverifiable, random.bytes(90), new Uint8Array(0)]);
	if (random.oneIn(12)) return world.account(random.pick([programIds.memoV1, programIds.memoV3]))!.data;
	return random.pick([good, answering]);
}

/** Puts the accounts around the program into some state; says whether the program can be invoked. */
function accountSteps(random: Random, world: CaseWorld, program: Pubkey, programdata: Pubkey): Step[] {
	const steps: Step[] = [payerStep()];
	const owner = (): Pubkey => mostly(random, 20, LOADER, [programIds.systemProgram, programIds.bpfLoader]);
	const put = (key: Pubkey, data: Uint8Array, isExecutable = false): void => {
		const rent = world.minimumBalance(data.length);
		const lamports = mostly(random, 9, rent, [rent + SOL, 1000n, rent - 1n]);
		steps.push(
			set(key, { lamports, data, owner: isExecutable ? LOADER : owner(), executable: isExecutable }),
		);
	};
	for (const key of [authority, other]) steps.push(set(key, { lamports: 10n * SOL }));
	steps.push(set(spill, { lamports: mostly(random, 20, SOL, [1n, U64_MAX - 1000n]) }));
	const holder = random.oneIn(9) ? (random.oneIn(2) ? null : other) : authority;
	const bufferState: UpgradeableLoaderState = random.oneIn(5)
		? { kind: 'Uninitialized' }
		: { kind: 'Buffer', authorityAddress: holder };
	put(buffer, loaderAccount(bufferState, BUFFER_METADATA, randomElf(random, world)));
	const program36 = new Uint8Array(random.oneIn(10) ? random.pick([20, 35, 40]) : 36);
	if (random.oneIn(3)) {
		// Before the first deployment.
		if (random.oneIn(6)) steps.push(set(programdata, { lamports: random.pick([1n, SOL]) }));
		put(program, program36);
		return steps;
	}
	const slot = random.oneIn(8) ? FIRST_SLOT + BigInt(random.int(4)) - 1n : BigInt(random.int(1000));
	const isSound = !random.oneIn(6);
	const dataState: UpgradeableLoaderState =
		isSound || !random.oneIn(3)
			? {
					kind: 'ProgramData',
					slot,
					upgradeAuthorityAddress: random.oneIn(9) ? random.pick([null, other]) : authority,
				}
			: { kind: 'Uninitialized' };
	const elf = isSound ? random.pick([good, answering]) : random.bytes(100);
	const data = loaderAccount(dataState, PROGRAMDATA_METADATA, elf, random.pick([0, 0, 100, 300, 10_000]));
	const rent = world.minimumBalance(data.length);
	steps.push(
		set(programdata, { lamports: random.oneIn(9) ? 1000n : rent, data, owner: isSound ? LOADER : owner() }),
	);
	const programState: UpgradeableLoaderState = {
		kind: 'Program',
		programdataAddress: isSound || !random.oneIn(2) ? programdata : other,
	};
	const bytes = new Uint8Array(36);
	bytes.set(encodeUpgradeableLoaderState(programState));
	// The oracle loads what is executable: only a program that it can load may be.
	put(program, bytes, isSound && !random.oneIn(8));
	return steps;
}

/** An instruction, as it should be; what comes before a deployment is rare after it, and the other way round. */
function right(
	random: Random,
	make: ProgramInstructions,
	program: Pubkey,
	isDeployed: boolean,
): [string, Instruction] {
	const target = random.oneIn(2) ? buffer : make.programdata;
	const early = ['InitializeBuffer', 'Write', 'DeployWithMaxDataLen', 'DeployWithMaxDataLen'] as const;
	const late = ['Upgrade', 'Upgrade', 'ExtendProgram', 'invoke', 'invoke'] as const;
	const both = ['SetAuthority', 'Close', 'SetAuthorityChecked', 'Write'] as const;
	const isEarly = random.oneIn(8) ? isDeployed : !isDeployed;
	const label = random.oneIn(30) ? 'later versions' : random.pick([...both, ...(isEarly ? early : late)]);
	switch (label) {
		case 'InitializeBuffer':
			return [label, make.initializeBuffer()];
		case 'Write':
			return [label, make.write(random.int(random.oneIn(6) ? 1000 : 200), random.bytes(random.int(60)))];
		case 'DeployWithMaxDataLen': {
			const lengths = [500n, 4000n, 4000n, 100_000n, 11_000_000n, 100n];
			return [label, make.deploy(PAYER, random.pick(lengths))];
		}
		case 'Upgrade':
			return [label, make.upgrade()];
		case 'SetAuthority':
			return [label, make.setAuthority(target, random.oneIn(4) ? null : other)];
		case 'Close':
			return [label, make.close(target)];
		case 'ExtendProgram': {
			const sizes = [0, 1, 100, 10_239, 10_240, 20_000, 11_000_000];
			return [label, make.extendProgram(PAYER, random.pick(sizes))];
		}
		case 'SetAuthorityChecked':
			return [label, make.setAuthorityChecked(target, other)];
		case 'later versions':
			return [label, make.later(PAYER, random.pick([1, 10_240]), random.oneIn(2))];
		default: {
			const accounts = [readonly(make.programdata)];
			return ['invoke', { programId: program, accounts, data: random.bytes(random.int(8)) }];
		}
	}
}

function generate(random: Random, world: CaseWorld): FuzzCase {
	// A new address each time: programs stay in the oracle's cache.
	const program = address(`program ${random.int(2 ** 30)}`);
	const make = new ProgramInstructions({ program, buffer, authority, spill });
	const steps = accountSteps(random, world, program, make.programdata);
	const isDeployed = steps.some((step) => step.kind === 'set' && step.account.executable);
	let slot = FIRST_SLOT;
	const others = [buffer, authority, other, spill];
	for (let t = 1 + random.int(4); t > 0; t--) {
		if (random.oneIn(3)) {
			slot += BigInt(random.pick([1, 1, 2, 1000]));
			const data = encodeClock({
				slot,
				epochStartTimestamp: 0n,
				epoch: slot / 432_000n,
				leaderScheduleEpoch: slot / 432_000n + 1n,
				unixTimestamp: 0n,
			});
			steps.push(set(sysvarIds.clock, { lamports: 1n, data, owner: sysvarIds.owner }));
		}
		const instructions: Instruction[] = [];
		let label = '';
		for (let i = random.oneIn(3) ? 1 + random.int(3) : 1; i > 0; i--) {
			const [name, instruction] = right(random, make, program, isDeployed);
			label ||= name;
			instructions.push(spoil(random, instruction, { others, outOf: 9 }));
		}
		steps.push({ kind: 'send', label, payer: PAYER, instructions });
	}
	return { steps };
}

export const loaderV3: Target = {
	name: 'loader-v3',
	about: 'the upgradeable loader: every instruction on buffers, programs and programdata in all states',
	engines: BOTH_ENGINES,
	generate,
	worldLasts: 1000,
	leastOk: 0.2,
	leastErrors: 12,
	variants: {
		extending: { loader_v3_minimum_extend_program_size: true },
		strict: { disable_sbpf_v0_v1_v2_deployment: true },
	},
};
