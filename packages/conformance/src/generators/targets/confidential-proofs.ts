/**
 * What the instructions of token-2022's confidential extensions have in common: proofs in accounts, or beside the
 * instruction where one of those at hand fits, and amounts that several keys can read.
 *
 * Which statements belong together by `spl-token-confidential-transfer-proof-extraction`.
 */
import { type AccountMeta, ByteWriter, type Instruction, programIds, sysvarIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { readonly, writable } from '../case.ts';
import {
	type Ciphertext,
	combine,
	commitmentEquality,
	type Grouped,
	joined,
	type Point,
	randomGrouped,
	randomPoint,
	range,
	readBy,
	type Statement,
	subtract,
	validity,
	ZERO,
} from './ciphertexts.ts';
import { mostly } from './common.ts';
import {
	AE_LENGTH,
	type ConfidentialAccount,
	type ConfidentialMint,
	type ConfidentialWorld,
	goldenOf,
} from './confidential-world.ts';
import { authorityMetas } from './token-instructions.ts';

/** An instruction, and one that proves something right before it. */
export interface Made {
	readonly data: ByteWriter;
	readonly accounts: readonly AccountMeta[];
	readonly before?: Instruction;
}

export type Make = (random: Random, world: ConfidentialWorld) => Made;

export const tag = (...bytes: number[]): ByteWriter => new ByteWriter(260).raw(Uint8Array.from(bytes));

/** Where the proof stands if not in an account: right before, mostly. */
const RIGHT_BEFORE = 255;

export const decimalsOf = (random: Random, mint: ConfidentialMint): number =>
	mostly(random, 15, mint.decimals, [random.int(256)]);

export const mintLike = (
	random: Random,
	world: ConfidentialWorld,
	fits: (mint: ConfidentialMint) => boolean,
): ConfidentialMint => {
	const right = world.mints.filter(fits);
	return random.pick(right.length === 0 || random.oneIn(15) ? world.mints : right);
};

export const accountOf = (
	random: Random,
	world: ConfidentialWorld,
	fits: (mint: ConfidentialMint) => boolean = () => true,
): ConfidentialAccount => {
	const right = world.accounts.filter(({ mint }) => fits(mint));
	return random.pick(right.length === 0 || random.oneIn(15) ? world.accounts : right);
};

/** A proof in an account, or the one at hand in an instruction, if what it proves is what is asked for. */
export function provedBy(
	random: Random,
	world: ConfidentialWorld,
	statement: Statement,
	proof: string,
): { readonly offset: number; readonly account: AccountMeta; readonly before?: Instruction } {
	const golden = goldenOf(proof);
	const isAtHand = Buffer.compare(golden.subarray(0, statement.bytes.length), statement.bytes) === 0;
	if (isAtHand ? !random.oneIn(4) : random.oneIn(20)) {
		const data = joined(Uint8Array.of(statement.type), golden);
		return {
			offset: mostly(random, 15, RIGHT_BEFORE, [1, 254]),
			account: readonly(sysvarIds.instructions),
			before: { programId: programIds.zkElgamalProof, accounts: [], data },
		};
	}
	return { offset: 0, account: world.proved(random, statement) };
}

/** Offsets that say that all proofs are in accounts. */
export const inAccounts = (writer: ByteWriter, count: number): ByteWriter => writer.zeroes(count);
export const proofs = (random: Random, world: ConfidentialWorld, ...statements: Statement[]): AccountMeta[] =>
	statements.map((statement) => world.proved(random, statement));

/** What is left, an amount in two parts, and padding. */
export const LENGTHS: readonly number[] = [64, 16, 32, 16];
export const FEE_LENGTHS: readonly number[] = [64, 16, 32, 16, 16, 16, 32, 64];

/** What the auditor reads has to be said once more. */
export function audited(random: Random, data: ByteWriter, low: Grouped, high: Grouped): ByteWriter {
	data.raw(random.bytes(AE_LENGTH)).raw(readBy(low, 2));
	return data.raw(mostly(random, 25, readBy(high, 2), [ZERO]));
}

/** From one to another, where nothing is withheld, or from and to the supply. */
export function moved(
	random: Random,
	world: ConfidentialWorld,
	keys: readonly [Point, Point, Point],
	left: { readonly key: Point; of(low: Grouped, high: Grouped): Ciphertext },
): { readonly low: Grouped; readonly high: Grouped; readonly accounts: readonly AccountMeta[] } {
	const [low, high] = [randomGrouped(random, 3), randomGrouped(random, 3)];
	const commitment = randomPoint(random);
	const lengths = mostly(random, 25, LENGTHS, [FEE_LENGTHS.slice(4), [64, 16, 32]]);
	const accounts = proofs(
		random,
		world,
		commitmentEquality(left.key, left.of(low, high), commitment),
		validity(keys, low, high),
		range(128, [commitment, low[0]!, high[0]!], lengths),
	);
	return { low, high, accounts };
}

/** What is left to the owner of the first key. */
export const spent = (from: Ciphertext): ((low: Grouped, high: Grouped) => Ciphertext) => {
	return (low, high) => subtract(from, combine(readBy(low, 0), readBy(high, 0)));
};

export const authorised = (random: Random, mint: ConfidentialMint): AccountMeta[] => [
	writable(mint.key),
	...authorityMetas(random, mint.authority),
];
export const hasFee = ({ fee }: ConfidentialMint): boolean => fee !== null;
export const hasNoFee = (mint: ConfidentialMint): boolean => !hasFee(mint);
export const hasSupply = ({ supplies }: ConfidentialMint): boolean => supplies !== null;
export const hasNoSupply = (mint: ConfidentialMint): boolean => !hasSupply(mint);
