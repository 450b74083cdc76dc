/** The stake program, which is a program on chain: every instruction, through epochs. */
import {
	type AccountMeta,
	ByteWriter,
	type Instruction,
	type Pubkey,
	programIds,
	sysvarIds,
} from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, readonly, type Step, signer, writable } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { amountNear, mostly, PAYER, payerStep, SOL, spoil, U64_MAX, unitLimit, utf8 } from './common.ts';
import {
	base,
	custodian,
	derived,
	epochSteps,
	people,
	SEED,
	type Stake,
	type StakeWorld,
	stakeWorld,
	votes,
} from './stake-world.ts';

type Make = (
	random: Random,
	world: StakeWorld,
) => { readonly data: ByteWriter; readonly accounts: AccountMeta[] };

const tag = (kind: number): ByteWriter => new ByteWriter(120).u32(kind);
const clock = readonly(sysvarIds.clock);
const history = readonly(sysvarIds.stakeHistory);

function text(writer: ByteWriter, value: string): ByteWriter {
	const bytes = utf8.encode(value);
	return writer.length64(bytes.length).raw(bytes);
}

function lockup(random: Random, writer: ByteWriter): ByteWriter {
	writer.i64(random.pick([0n, 0n, 1n << 40n])).u64(random.pick([0n, 0n, 1000n]));
	return writer.raw(custodian.bytes);
}

/** An account of one of the kinds, mostly. */
function stakeOf(random: Random, world: StakeWorld, ...kinds: readonly Stake['kind'][]): Stake {
	const fitting = world.stakes.filter(({ kind }) => kinds.includes(kind));
	return random.pick(fitting.length === 0 || random.oneIn(12) ? world.stakes : fitting);
}

/** The custodian where the lockup asks for one, mostly. */
function held(random: Random, stake: Stake): AccountMeta[] {
	return stake.isLocked !== random.oneIn(12) ? [signer(custodian)] : [];
}

const person = (random: Random): Pubkey => random.pick([...people, derived]);
const freshOf = (random: Random, world: StakeWorld): Pubkey => random.pick(world.fresh);

function authorityType(random: Random, writer: ByteWriter): [ByteWriter, boolean] {
	const type = random.oneIn(25) ? 2 : random.int(2);
	return [writer.u32(type), type === 0];
}

function derivation(random: Random, writer: ByteWriter): ByteWriter {
	return text(writer, random.oneIn(12) ? 'x'.repeat(33) : SEED).raw(programIds.systemProgram.bytes);
}

function optional<T>(
	random: Random,
	writer: ByteWriter,
	values: readonly T[],
	write: (value: T) => void,
): void {
	if (random.oneIn(2)) writer.u8(0);
	else {
		writer.u8(1);
		write(random.pick(values));
	}
}

/** Two accounts that differ. */
function two(random: Random, world: StakeWorld, ...kinds: readonly Stake['kind'][]): [Stake, Stake] {
	const one = stakeOf(random, world, ...kinds);
	const rest = world.stakes.filter((other) => other !== one && (other.kind === one.kind || random.oneIn(3)));
	return [one, random.oneIn(30) || rest.length === 0 ? one : random.pick(rest)];
}

const ROWS: Readonly<Record<string, Make>> = {
	Initialize: (random, world) => ({
		data: lockup(random, tag(0).raw(person(random).bytes).raw(person(random).bytes)),
		accounts: [writable(freshOf(random, world)), readonly(sysvarIds.rent)],
	}),
	Authorize: (random, world) => {
		const stake = stakeOf(random, world, 'Initialized', 'Stake');
		const [data, isStaker] = authorityType(random, tag(1).raw(person(random).bytes));
		const authority = isStaker && random.oneIn(2) ? stake.staker : stake.withdrawer;
		return { data, accounts: [writable(stake.key), clock, signer(authority), ...held(random, stake)] };
	},
	DelegateStake: (random, world) => {
		const stake = stakeOf(random, world, 'Initialized', 'Initialized', 'Stake');
		const config = readonly(programIds.stakeConfig);
		return {
			data: tag(2),
			accounts: [
				writable(stake.key),
				readonly(random.pick(votes)),
				clock,
				history,
				config,
				signer(stake.staker),
			],
		};
	},
	Split: (random, world) => {
		const stake = stakeOf(random, world, 'Initialized', 'Stake');
		const amount = random.oneIn(3) ? amountNear(random, stake.lamports) : stake.lamports / 2n;
		return {
			data: tag(3).u64(amount),
			accounts: [writable(stake.key), writable(freshOf(random, world)), signer(stake.staker)],
		};
	},
	Withdraw: (random, world) => {
		const stake = stakeOf(random, world, 'Initialized', 'Stake', 'Uninitialized');
		const free = stake.lamports - stake.stake;
		const withdrawer = stake.kind === 'Uninitialized' ? stake.key : stake.withdrawer;
		return {
			data: tag(4).u64(mostly(random, 2, stake.lamports, [free, 1n, free - 1n, SOL])),
			accounts: [
				writable(stake.key),
				writable(random.pick(people)),
				clock,
				history,
				signer(withdrawer),
				...held(random, stake),
			],
		};
	},
	Deactivate: (random, world) => {
		const stake = stakeOf(random, world, 'Stake');
		return { data: tag(5), accounts: [writable(stake.key), clock, signer(stake.staker)] };
	},
	SetLockup: (random, world) => {
		const stake = stakeOf(random, world, 'Initialized', 'Stake');
		const data = tag(6);
		optional(random, data, [0n, 5n, 1n << 40n], (value) => data.i64(value));
		optional(random, data, [0n, 3n, 1000n], (value) => data.u64(value));
		optional(random, data, [custodian, ...people], (value) => data.raw(value.bytes));
		return { data, accounts: [writable(stake.key), signer(stake.isLocked ? custodian : stake.withdrawer)] };
	},
	Merge: (random, world) => {
		const [to, from] = two(random, world, 'Initialized', 'Stake');
		return {
			data: tag(7),
			accounts: [writable(to.key), writable(from.key), clock, history, signer(to.staker)],
		};
	},
	AuthorizeWithSeed: (random, world) => {
		const stake = stakeOf(random, world, 'Initialized', 'Stake');
		const [data] = authorityType(random, tag(8).raw(person(random).bytes));
		return {
			data: derivation(random, data),
			accounts: [writable(stake.key), signer(base), clock, ...held(random, stake)],
		};
	},
	InitializeChecked: (random, world) => ({
		data: tag(9),
		accounts: [
			writable(freshOf(random, world)),
			readonly(sysvarIds.rent),
			readonly(person(random)),
			signer(random.pick(people)),
		],
	}),
	AuthorizeChecked: (random, world) => {
		const stake = stakeOf(random, world, 'Initialized', 'Stake');
		const [data, isStaker] = authorityType(random, tag(10));
		const authority = isStaker && random.oneIn(2) ? stake.staker : stake.withdrawer;
		return {
			data,
			accounts: [
				writable(stake.key),
				clock,
				signer(authority),
				signer(random.pick(people)),
				...held(random, stake),
			],
		};
	},
	AuthorizeCheckedWithSeed: (random, world) => {
		const stake = stakeOf(random, world, 'Initialized', 'Stake');
		const [data] = authorityType(random, tag(11));
		return {
			data: derivation(random, data),
			accounts: [
				writable(stake.key),
				signer(base),
				clock,
				signer(random.pick(people)),
				...held(random, stake),
			],
		};
	},
	SetLockupChecked: (random, world) => {
		const stake = stakeOf(random, world, 'Initialized', 'Stake');
		const data = tag(12);
		optional(random, data, [0n, 5n, 1n << 40n], (value) => data.i64(value));
		optional(random, data, [0n, 3n, 1000n], (value) => data.u64(value));
		const accounts = [writable(stake.key), signer(stake.isLocked ? custodian : stake.withdrawer)];
		return { data, accounts: random.oneIn(2) ? accounts : [...accounts, signer(random.pick(people))] };
	},
	GetMinimumDelegation: () => ({ data: tag(13), accounts: [] }),
	DeactivateDelinquent: (random, world) => {
		const stake = stakeOf(random, world, 'Stake');
		return {
			data: tag(14),
			accounts: [
				writable(stake.key),
				readonly(random.oneIn(4) ? random.pick(votes) : votes[0]!),
				readonly(mostly(random, 4, votes[2]!, votes)),
			],
		};
	},
	Redelegate: (random, world) => {
		const stake = stakeOf(random, world, 'Stake');
		return {
			data: tag(15),
			accounts: [
				writable(stake.key),
				writable(freshOf(random, world)),
				readonly(votes[1]!),
				readonly(programIds.stakeConfig),
				signer(stake.staker),
			],
		};
	},
	MoveStake: (random, world) => {
		const [from, to] = two(random, world, 'Stake');
		return {
			data: tag(16).u64(random.oneIn(2) ? from.stake / 2n : amountNear(random, from.stake)),
			accounts: [writable(from.key), writable(to.key), signer(from.staker)],
		};
	},
	MoveLamports: (random, world) => {
		const [from, to] = two(random, world, 'Initialized', 'Stake');
		return {
			data: tag(17).u64(random.pick([1n, SOL, SOL / 2n, from.lamports / 2n, U64_MAX])),
			accounts: [writable(from.key), writable(to.key), signer(from.staker)],
		};
	},
};

const LABELS = Object.keys(ROWS);

function generate(random: Random, world: CaseWorld): FuzzCase {
	const stakes = stakeWorld(random, world);
	const steps: Step[] = [payerStep(), ...stakes.steps];
	const others = [
		...stakes.stakes.map(({ key }) => key),
		...stakes.fresh,
		...people,
		...votes,
		custodian,
		base,
	];
	let { epoch } = stakes;
	for (let t = 1 + random.int(4); t > 0; t--) {
		const instructions: Instruction[] = [];
		if (random.oneIn(40)) instructions.push(unitLimit(random.pick([300, 2000, 6000])));
		let label = '';
		for (let i = random.oneIn(4) ? 2 : 1; i > 0; i--) {
			const name = random.pick(LABELS);
			const { data, accounts } = ROWS[name]!(random, stakes);
			label ||= name;
			const right = { programId: programIds.stake, accounts, data: data.finish() };
			instructions.push(spoil(random, right, { others, outOf: 10 }));
		}
		steps.push({ kind: 'send', label, payer: PAYER, instructions });
		if (random.oneIn(3)) {
			epoch += BigInt(random.pick([1, 1, 2, 10]));
			steps.push(...epochSteps(random, epoch));
		}
	}
	return { steps };
}

export const stake: Target = {
	name: 'stake',
	about: 'the stake program: every instruction on accounts in all states, through epochs',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.25,
	leastErrors: 18,
};
