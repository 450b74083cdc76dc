/** The address lookup table program: tables in all states, every instruction, and transactions that look up. */
import {
	type AccountMeta,
	ByteWriter,
	encodeClock,
	encodeSlotHashes,
	Hash,
	type Instruction,
	type Pubkey,
	programIds,
	SLOT_HASHES_SIZE,
	SlotHashes,
	sysvarIds,
} from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, readonly, type Step, set, signer, writable, writableSigner } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { addresses, mostly, PAYER, payerStep, SOL, spoil, U64_MAX } from './common.ts';
import { FIRST_SLOT, tableData } from './lookup-tables.ts';

const PROGRAM = programIds.addressLookupTable;
const authority = address('authority');
const other = address('other');
const targets = addresses('target', 6);
const tables = addresses('table', 3);

interface Time {
	readonly slot: bigint;
	/** With hashes, latest first. */
	readonly slots: readonly bigint[];
}

function timeSteps({ slot, slots }: Time): Step[] {
	const clock = {
		slot,
		epochStartTimestamp: 0n,
		epoch: slot / 432_000n,
		leaderScheduleEpoch: slot / 432_000n,
		unixTimestamp: 0n,
	};
	const hashes = new Uint8Array(SLOT_HASHES_SIZE);
	hashes.set(encodeSlotHashes(new SlotHashes(slots.map((one) => [one, Hash.default] as const))));
	const { owner } = sysvarIds;
	return [
		set(sysvarIds.clock, { lamports: 1n, owner, data: encodeClock(clock) }),
		set(sysvarIds.slotHashes, { lamports: 1n, owner, data: hashes }),
	];
}

function randomTime(random: Random, after: bigint): Time {
	const slot = after + BigInt(random.pick([0, 1, 2, 100, 513, 600]));
	const slots: bigint[] = [];
	for (let back = 1n; slots.length < 20; back += random.oneIn(6) ? 2n : 1n) slots.push(slot - back);
	// The hashes of a table's closing go back 512 slots.
	if (random.oneIn(2)) {
		slots.length = 0;
		for (let back = 1n; back <= 512n; back++) slots.push(slot - back);
	}
	return { slot, slots };
}

function derive(key: Pubkey, slot: bigint): { address: Pubkey; bump: number } {
	const seed = new ByteWriter(8).u64(slot).finish();
	return findProgramAddress([key.bytes, seed], PROGRAM)!;
}

/** An instruction, as it should be. */
function right(random: Random, time: Time): [string, Instruction] {
	const table = random.pick(tables);
	const make = (label: string, data: ByteWriter, accounts: AccountMeta[]): [string, Instruction] => [
		label,
		{ programId: PROGRAM, accounts, data: data.finish() },
	];
	switch (random.int(random.oneIn(2) ? 3 : 6)) {
		case 0: {
			const slot = mostly(random, 8, random.pick(time.slots.slice(0, 20)), [time.slot, 1n, time.slot + 1n]);
			const { address: made, bump } = derive(authority, slot);
			const given = random.oneIn(12) ? (bump + 1) & 0xff : bump;
			return make('CreateLookupTable', new ByteWriter().u32(0).u64(slot).u8(given), [
				writable(made),
				signer(authority),
				writableSigner(PAYER),
				readonly(programIds.systemProgram),
			]);
		}
		case 1:
		case 2: {
			const count = random.pick([1, 1, 2, 5, 20, random.oneIn(6) ? 0 : 3]);
			const data = new ByteWriter(700).u32(2).length64(count);
			for (let i = 0; i < count; i++) data.raw(random.pick([...targets, authority]).bytes);
			const accounts = [writable(table), signer(authority)];
			if (!random.oneIn(12)) accounts.push(writableSigner(PAYER), readonly(programIds.systemProgram));
			return make('ExtendLookupTable', data, accounts);
		}
		case 3:
			return make('FreezeLookupTable', new ByteWriter().u32(1), [writable(table), signer(authority)]);
		case 4:
			return make('DeactivateLookupTable', new ByteWriter().u32(3), [writable(table), signer(authority)]);
		default:
			return make('CloseLookupTable', new ByteWriter().u32(4), [
				writable(table),
				signer(authority),
				writable(other),
			]);
	}
}

function generate(random: Random, world: CaseWorld): FuzzCase {
	let time = randomTime(random, FIRST_SLOT);
	const steps: Step[] = [payerStep(), ...timeSteps(time)];
	for (const key of [authority, other, ...targets]) steps.push(set(key, { lamports: 10n * SOL }));
	const contents = tables.map((key, i) => {
		const count = random.pick([0, 1, 6, 6, 20, 250, 255, 256]);
		const found = Array.from({ length: count }, (_, k) => targets[(k + i) % targets.length]!);
		const holder = mostly(random, 8, authority, [other]);
		const deactivated = random.oneIn(3)
			? time.slot - BigInt(random.pick([0, 1, 100, 511, 512, 513, 600]))
			: U64_MAX;
		const extended = random.oneIn(4) ? time.slot : time.slot - 5n;
		const from = random.oneIn(3) ? random.int(count + 1) & 0xff : 0;
		let data = tableData(found, random.oneIn(9) ? null : holder, deactivated, extended, from);
		if (random.oneIn(30)) data = data.slice(0, random.int(data.length));
		if (random.oneIn(40)) data = new Uint8Array(56);
		const rent = world.minimumBalance(data.length);
		const owner = mostly(random, 40, PROGRAM, [programIds.systemProgram]);
		steps.push(set(key, { lamports: mostly(random, 6, rent, [rent + SOL, 1n]), data, owner }));
		return { key, addresses: found };
	});
	for (let t = 1 + random.int(4); t > 0; t--) {
		if (random.oneIn(4)) {
			// A transaction that looks up.
			const used = Array.from({ length: 1 + random.int(3) }, () => random.pick(targets));
			const data = new ByteWriter(12).u32(2).u64(1000n).finish();
			const instructions = used.map(
				(to): Instruction => ({
					programId: programIds.systemProgram,
					accounts: [writableSigner(PAYER), random.oneIn(12) ? readonly(to) : writable(to)],
					data,
				}),
			);
			const from = random.int(3);
			const found = contents.slice(from, from + 1 + random.int(2));
			const label = 'looks up';
			steps.push({ kind: 'send', label, payer: PAYER, instructions, tables: found });
			continue;
		}
		const instructions: Instruction[] = [];
		let label = '';
		for (let i = random.oneIn(4) ? 2 : 1; i > 0; i--) {
			const [name, instruction] = right(random, time);
			label ||= name;
			instructions.push(spoil(random, instruction, { others: [...tables, ...targets, other], outOf: 10 }));
		}
		steps.push({ kind: 'send', label, payer: PAYER, instructions });
		if (random.oneIn(3)) {
			time = randomTime(random, time.slot);
			steps.push(...timeSteps(time));
		}
	}
	return { steps };
}

export const addressLookupTable: Target = {
	name: 'address-lookup-table',
	about: 'the lookup table program, and transactions that look addresses up',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.25,
	leastErrors: 12,
};
