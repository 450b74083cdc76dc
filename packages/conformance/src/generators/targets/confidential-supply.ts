/**
 * Fees and supplies that are confidential, each instruction as it should be, and how a mint begins. Layouts by
 * `extension/confidential_transfer_fee` and `extension/confidential_mint_burn`.
 */
import { type ByteWriter, type Instruction, programIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { readonly, writable } from '../case.ts';
import {
	add,
	ciphertextEquality,
	combine,
	NO_KEY,
	randomCiphertext,
	randomPoint,
	readBy,
	ZERO,
} from './ciphertexts.ts';
import { mostly } from './common.ts';
import {
	accountOf,
	audited,
	authorised,
	hasFee,
	hasSupply,
	inAccounts,
	type Make,
	mintLike,
	moved,
	proofs,
	provedBy,
	spent,
	tag,
} from './confidential-proofs.ts';
import { AE_LENGTH, type ConfidentialWorld, goldenOf } from './confidential-world.ts';
import { manager } from './token-extensions.ts';
import { authorityMetas } from './token-instructions.ts';
import { wallets } from './token-world.ts';

const TRANSFER = 27;
const FEE = 37;
const SUPPLY = 42;

/** The instructions, by name. */
export const SUPPLY_ROWS: Readonly<Record<string, Make>> = {
	WithdrawWithheldFromMint: (random, world) => {
		const mint = mintLike(random, world, hasFee);
		const to = accountOf(random, world, (one) => one === mint);
		const { key, withheld } = mint.fee ?? { key: NO_KEY, withheld: ZERO };
		// The second half of what the proof at hand proves stays as it is.
		const golden = goldenOf('CiphertextCiphertextEquality');
		const received = random.oneIn(2) ? golden.slice(128, 192) : randomCiphertext(random);
		const statement = ciphertextEquality([key, to.encryptionKey], [withheld, received]);
		const proof = provedBy(random, world, statement, 'CiphertextCiphertextEquality');
		return {
			data: tag(FEE, 1, proof.offset).raw(random.bytes(AE_LENGTH)),
			accounts: [writable(mint.key), writable(to.key), proof.account, ...authorityMetas(random, manager)],
			...(proof.before === undefined ? {} : { before: proof.before }),
		};
	},
	WithdrawWithheldFromAccounts: (random, world) => {
		const mint = mintLike(random, world, hasFee);
		const to = accountOf(random, world, (one) => one === mint);
		const sources = world.accounts.filter((one) => one.mint === mint || random.oneIn(8));
		const withheld = sources
			.filter((one) => one.mint === mint)
			.reduce((sum, one) => add(sum, one.withheld), ZERO);
		const statement = ciphertextEquality(
			[mint.fee?.key ?? NO_KEY, to.encryptionKey],
			[withheld, randomCiphertext(random)],
		);
		return {
			data: tag(FEE, 2, mostly(random, 12, sources.length, [0, 1, 200]), 0).raw(random.bytes(AE_LENGTH)),
			accounts: [
				mostly(random, 2, writable, [readonly])(mint.key),
				writable(to.key),
				...proofs(random, world, statement),
				...authorityMetas(random, manager),
				...sources.map(({ key }) => writable(key)),
			],
		};
	},
	HarvestWithheldToMint: (random, world) => {
		const mint = mintLike(random, world, hasFee);
		const sources = world.accounts.filter((one) => one.mint === mint || random.oneIn(6));
		return { data: tag(FEE, 3), accounts: [writable(mint.key), ...sources.map(({ key }) => writable(key))] };
	},
	HarvestToMintSwitch: (random, world) => ({
		data: tag(FEE, 4 + random.int(2)),
		accounts: [writable(mintLike(random, world, hasFee).key), ...authorityMetas(random, manager)],
	}),
	RotateSupplyKey: (random, world) => {
		const mint = mintLike(random, world, hasSupply);
		const { key, total } = mint.supplies ?? { key: NO_KEY, total: ZERO };
		const golden = goldenOf('CiphertextCiphertextEquality');
		const [newKey, newTotal] = random.oneIn(2)
			? [golden.slice(32, 64), golden.slice(128, 192)]
			: [randomPoint(random), randomCiphertext(random)];
		const statement = ciphertextEquality([key, newKey], [total, newTotal]);
		const proof = provedBy(random, world, statement, 'CiphertextCiphertextEquality');
		const [first, ...signers] = authorised(random, mint);
		return {
			data: tag(SUPPLY, 1)
				.raw(mostly(random, 20, newKey, [randomPoint(random)]))
				.u8(proof.offset),
			accounts: [first!, proof.account, ...signers],
			...(proof.before === undefined ? {} : { before: proof.before }),
		};
	},
	UpdateDecryptableSupply: (random, world) => ({
		data: tag(SUPPLY, 2).raw(random.bytes(AE_LENGTH)),
		accounts: authorised(random, mintLike(random, world, hasSupply)),
	}),
	ConfidentialMint: (random, world) => {
		const to = accountOf(random, world, hasSupply);
		const { key, total } = to.mint.supplies ?? { key: NO_KEY, total: ZERO };
		const { low, high, accounts } = moved(random, world, [to.encryptionKey, key, to.mint.auditor], {
			key,
			of: (low, high) => add(total, combine(readBy(low, 1), readBy(high, 1))),
		});
		return {
			data: inAccounts(audited(random, tag(SUPPLY, 3), low, high), 3),
			accounts: [
				writable(to.key),
				writable(to.mint.key),
				...accounts,
				...authorityMetas(random, to.mint.authority),
			],
		};
	},
	ConfidentialBurn: (random, world) => {
		const from = accountOf(random, world, hasSupply);
		const key = from.mint.supplies?.key ?? NO_KEY;
		const { low, high, accounts } = moved(random, world, [from.encryptionKey, key, from.mint.auditor], {
			key: from.encryptionKey,
			of: spent(from.available),
		});
		return {
			data: inAccounts(audited(random, tag(SUPPLY, 4), low, high), 3),
			accounts: [
				writable(from.key),
				writable(from.mint.key),
				...accounts,
				...authorityMetas(random, from.owner),
			],
		};
	},
	ApplyPendingBurn: (random, world) => ({
		data: tag(SUPPLY, 5),
		accounts: authorised(random, mintLike(random, world, hasSupply)),
	}),
};

/** The first instructions of a mint's life, and the bytes of the mint. */
export function confidentialMint(
	random: Random,
	world: ConfidentialWorld,
): { readonly instructions: readonly Instruction[]; readonly size: number } {
	const person = (): Uint8Array => (random.oneIn(5) ? NO_KEY : random.pick(wallets).bytes);
	const instructions: ByteWriter[] = [];
	let size = 166;
	if (!random.oneIn(10)) {
		const auditor = random.oneIn(3) ? NO_KEY : randomPoint(random);
		instructions.push(tag(TRANSFER, 0).raw(person()).u8(random.int(2)).raw(auditor));
		size += 4 + 65;
	}
	if (random.oneIn(2)) {
		if (!random.oneIn(6)) {
			instructions.push(tag(26, 0, 0, 0).u16(50).u64(1000n));
			size += 4 + 108;
		}
		instructions.push(tag(FEE, 0).raw(person()).raw(randomPoint(random)));
		size += 4 + 129;
	}
	if (random.oneIn(2)) {
		const key = mostly(random, 12, randomPoint(random), [NO_KEY]);
		instructions.push(tag(SUPPLY, 0).raw(key).raw(random.bytes(AE_LENGTH)));
		size += 4 + 196;
	}
	instructions.push(tag(20, 6).raw(manager.bytes).u8(0));
	const accounts = [writable(world.freshMint)];
	const programId = programIds.splToken2022;
	return { instructions: instructions.map((data) => ({ programId, accounts, data: data.finish() })), size };
}
