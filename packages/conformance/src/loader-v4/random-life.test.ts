/**
 * Random instructions of loader v4 over a few accounts: whatever comes, both engines say the same, no lamport is
 * made or lost, and nobody but its authority changes a program; a finalized one nobody does.
 *
 * PARHELION_FUZZ_SEED sets where it starts, PARHELION_FUZZ_PROGRAMS how many lives there are.
 */
import {
	type AccountMeta,
	ByteWriter,
	decodeLoaderV4State,
	type Instruction,
	LoaderV4Status,
	type Pubkey,
	programIds,
	loaderV4Instruction as v4,
} from '@parhelion/sdk';
import { expect, test } from 'vitest';
import { callerFile } from '../caller-program.ts';
import { programFile } from '../oracle/elf.ts';
import { address } from '../oracle/harness.ts';
import { Random } from '../oracle/random.ts';
import { World } from './world.ts';

const LIVES = Number(process.env['PARHELION_FUZZ_PROGRAMS'] ?? 12);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);
const STEPS = 80;

const programs = ['one', 'two', 'three'].map(address);
const authorities = ['alice', 'bob'].map(address);
const files = [
	programFile('mov64 r0, 0\nexit'),
	programFile('mov64 r0, 7\nexit'),
	programFile('mov64 r10, 0\nexit'),
	callerFile(programs[0]!),
];
const everybody: readonly Pubkey[] = [...programs, ...authorities];

function randomInstruction(random: Random): Instruction {
	const program = random.pick(programs);
	const authority = random.oneIn(8) ? random.pick(everybody) : authorities[0]!;
	const file = random.pick(files);
	const length = random.oneIn(5) ? random.int(400) : file.length;
	switch (random.int(10)) {
		case 0:
		case 1:
			return v4.write(program, authority, random.oneIn(6) ? random.int(300) : 0, file);
		case 2:
			return v4.copy(
				program,
				authority,
				random.pick(everybody),
				random.int(20),
				random.int(20),
				random.int(200),
			);
		case 3:
			return v4.setProgramLength(program, authority, random.oneIn(6) ? 0 : length, random.pick(everybody));
		case 4:
		case 5:
			return v4.deploy(program, authority);
		case 6:
			return v4.retract(program, authority);
		case 7:
			return v4.transferAuthority(program, authority, random.pick(authorities));
		case 8:
			return random.oneIn(4)
				? v4.finalize(program, authority, random.pick(programs))
				: v4.deploy(program, authority);
		default:
			return {
				programId: program,
				accounts: programs.map((pubkey) => ({ pubkey, isSigner: false, isWritable: false })),
				data: new ByteWriter().finish(),
			};
	}
}

/** The instruction with a flag or an account changed now and then. */
function bent(random: Random, instruction: Instruction): Instruction {
	if (!random.oneIn(12) || instruction.accounts.length === 0) return instruction;
	const at = random.int(instruction.accounts.length);
	const change = (meta: AccountMeta): AccountMeta =>
		random.oneIn(2)
			? { ...meta, pubkey: random.pick(everybody) }
			: { ...meta, isSigner: !meta.isSigner, isWritable: !meta.isWritable };
	return { ...instruction, accounts: instruction.accounts.map((one, i) => (i === at ? change(one) : one)) };
}

test.each(Array.from({ length: LIVES }, (_, i) => SEED + i))('a random life, seed %i', (seed) => {
	const random = new Random(seed);
	const worlds = [new World('off'), new World('eager')];
	for (const world of worlds) {
		for (const pubkey of programs) {
			world.setProgram(pubkey, files[0]!, authorities[0]!);
			world.set(pubkey, { ...world.getAccountSharedData(pubkey)!, lamports: 10n ** 9n });
		}
		for (const pubkey of authorities) world.set(pubkey, { lamports: 10n ** 9n });
	}
	const world = worlds[0]!;
	const total = (): bigint =>
		[...everybody, world.payer].reduce(
			(sum, key) => sum + (world.getAccountSharedData(key)?.lamports ?? 0n),
			0n,
		);
	let slot = 10n;
	for (let step = 0; step < STEPS; step++) {
		if (random.oneIn(3)) {
			slot += BigInt(random.int(3));
			for (const one of worlds) one.setSlot(slot);
		}
		// A closed program is there again later.
		for (const pubkey of programs) {
			if (world.getAccountSharedData(pubkey) !== null) continue;
			for (const one of worlds) one.set(pubkey, { lamports: 10n ** 9n, owner: programIds.loaderV4 });
		}
		const count = 1 + random.int(2);
		const instructions = Array.from({ length: count }, () => bent(random, randomInstruction(random)));
		const before = programs.map((key) => world.getAccountSharedData(key)!);
		const lamports = total();
		const payer = world.getAccountSharedData(world.payer)!.lamports;
		const signers = new Set(
			instructions.flatMap(({ accounts }) => accounts.filter((m) => m.isSigner).map((m) => m.pubkey.key)),
		);
		const [shown, compiled] = worlds.map((one) => one.run(...instructions));
		expect(compiled, `step ${step}`).toEqual(shown);

		const fee = 5000n * BigInt(1 + [...signers].filter((key) => key !== world.payer.key).length);
		const isRefused = shown!.logs.length === 0;
		if (!isRefused) expect(total(), `step ${step}`).toBe(lamports - fee);
		expect(payer - world.getAccountSharedData(world.payer)!.lamports).toBeLessThanOrEqual(fee);
		for (const [i, key] of programs.entries()) {
			const [mine, its] = worlds.map((one) => one.getAccountSharedData(key));
			expect(its?.data).toEqual(mine?.data);
			const old = decodeLoaderV4State(before[i]!.data);
			const isSame = mine !== null && Buffer.compare(mine!.data, before[i]!.data) === 0;
			if (old === null || isSame) continue;
			expect(shown!.outcome, `step ${step}`).toBe('ok');
			expect(old.status, `step ${step}`).not.toBe(LoaderV4Status.Finalized);
			expect(signers.has(old.authorityAddressOrNextVersion.key), `step ${step}`).toBe(true);
		}
	}
});
