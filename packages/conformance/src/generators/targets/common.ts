/** What generators of instructions share: addresses, amounts, and ways to make something wrong. */
import { type AccountMeta, ByteWriter, type Instruction, type Pubkey, programIds } from '@parhelion/sdk';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type SetStep, set } from '../case.ts';

export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const SOL = 1_000_000_000n;
export const utf8: TextEncoder = new TextEncoder();

/** Who pays, unless a case is about that. */
export const PAYER: Pubkey = address('payer');

/** The payer with enough for everything. */
export function payerStep(): SetStep {
	return set(PAYER, { lamports: 1_000_000n * SOL });
}

/** `count` addresses of a name and a number. */
export function addresses(name: string, count: number): Pubkey[] {
	return Array.from({ length: count }, (_, i) => address(`${name} ${i}`));
}

/** Mostly `right`; once in `outOf` cases one of `others`. */
export function mostly<T>(random: Random, outOf: number, right: T, others: readonly T[]): T {
	return random.oneIn(outOf) ? random.pick(others) : right;
}

/** An amount around one that matters. */
export function amountNear(random: Random, amount: bigint): bigint {
	const value = random.pick([
		amount,
		amount,
		amount / 2n,
		1n,
		amount > 0n ? amount - 1n : 0n,
		amount + 1n,
		0n,
		U64_MAX,
		BigInt(random.int(1000)),
		random.u64(),
	]);
	return BigInt.asUintN(64, value);
}

/** How much is made wrong with an instruction: nothing as a rule. */
export interface SpoilOptions {
	/** Addresses to put in the place of others. */
	readonly others: readonly Pubkey[];
	/** Once in so many instructions something is wrong with the accounts; twice as rarely with the data. */
	readonly outOf: number;
}

/** Takes an account away, puts another in its place, doubles one, flips a flag; cuts, fills or changes the data. */
export function spoil(random: Random, right: Instruction, { others, outOf }: SpoilOptions): Instruction {
	const accounts: AccountMeta[] = [...right.accounts];
	let { data, programId } = right;
	if (random.oneIn(outOf)) {
		const rounds = random.oneIn(4) ? 2 : 1;
		for (let i = 0; i < rounds && accounts.length > 0; i++) {
			const at = random.int(accounts.length);
			const one = accounts[at]!;
			switch (random.int(8)) {
				case 0:
					accounts.splice(random.oneIn(2) ? at : accounts.length - 1, 1);
					break;
				case 1:
					accounts[at] = random.pick(accounts);
					break;
				case 2:
				case 3:
					accounts[at] = { ...one, isSigner: !one.isSigner };
					break;
				case 4:
					accounts[at] = { ...one, isWritable: !one.isWritable };
					break;
				case 5:
					accounts.push({
						pubkey: random.pick(others),
						isSigner: random.oneIn(2),
						isWritable: random.oneIn(2),
					});
					break;
				default:
					accounts[at] = { ...one, pubkey: random.pick(others) };
			}
		}
	}
	if (random.oneIn(outOf * 2)) {
		const kind = random.int(5);
		if (kind === 0) data = data.slice(0, random.int(data.length + 1));
		else if (kind === 1) data = Uint8Array.of(...data, ...random.bytes(1 + random.int(4)));
		else if (kind === 2) data = random.bytes(random.int(40));
		else if (data.length > 0) {
			data = data.slice();
			data[random.int(random.oneIn(2) ? Math.min(8, data.length) : data.length)] = random.pick([
				0,
				1,
				2,
				255,
				random.int(256),
			]);
		}
	}
	if (random.oneIn(outOf * 40)) programId = random.pick([...others, programIds.systemProgram]);
	return { programId, accounts, data };
}

/** An instruction that limits the compute units. */
export function unitLimit(units: number): Instruction {
	return {
		programId: programIds.computeBudget,
		accounts: [],
		data: new ByteWriter(5).u8(2).u32(units).finish(),
	};
}
