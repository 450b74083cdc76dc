/** Confidential transfers of token-2022, each instruction as it should be. Layouts by `extension/confidential_transfer`. */
import { programIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { readonly, signer, writable, writableSigner } from '../case.ts';
import {
	combined,
	commitmentEquality,
	less,
	minus,
	multiple,
	NO_KEY,
	percentageWithCap,
	pubkeyValidity,
	randomGrouped,
	randomPoint,
	range,
	times,
	validity,
	zeroCiphertext,
} from './ciphertexts.ts';
import { amountNear, mostly, PAYER } from './common.ts';
import {
	accountOf,
	audited,
	decimalsOf,
	FEE_LENGTHS,
	hasFee,
	hasNoFee,
	hasNoSupply,
	inAccounts,
	LENGTHS,
	type Made,
	type Make,
	moved,
	proofs,
	provedBy,
	spent,
	tag,
} from './confidential-proofs.ts';
import {
	AE_LENGTH,
	type ConfidentialAccount,
	type ConfidentialMint,
	type ConfidentialWorld,
	goldenOf,
} from './confidential-world.ts';
import { manager } from './token-extensions.ts';
import { authorityMetas } from './token-instructions.ts';

const TRANSFER = 27;
function transferPair(
	random: Random,
	world: ConfidentialWorld,
	fits: (mint: ConfidentialMint) => boolean,
): [ConfidentialAccount, ConfidentialAccount] {
	const from = accountOf(random, world, fits);
	const others = world.accounts.filter((one) => one.mint === from.mint && one !== from);
	return [from, mostly(random, 12, random.pick(others), [from, random.pick(world.accounts)])];
}

function transferWithFee(random: Random, world: ConfidentialWorld): Made {
	const [from, to] = transferPair(random, world, hasFee);
	const { auditor, fee } = from.mint;
	const { basisPoints, maximum, key } = fee ?? { basisPoints: 1, maximum: 1n, key: NO_KEY };
	const [low, high] = [randomGrouped(random, 3), randomGrouped(random, 3)];
	const [feeLow, feeHigh] = [randomGrouped(random, 2), randomGrouped(random, 2)];
	const amount = combined(low[0]!, high[0]!);
	const paid = combined(feeLow[0]!, feeHigh[0]!);
	const delta = minus(times(10_000, paid), times(basisPoints, amount));
	const [left, claimed] = [randomPoint(random), randomPoint(random)];
	const complement = minus(multiple(9_999), claimed);
	const commitments = [left, low[0]!, high[0]!, claimed, complement, feeLow[0]!, feeHigh[0]!];
	return {
		data: inAccounts(audited(random, tag(TRANSFER, 13), low, high), 5),
		accounts: [
			writable(from.key),
			readonly(from.mint.key),
			writable(to.key),
			...proofs(
				random,
				world,
				commitmentEquality(from.encryptionKey, spent(from.available)(low, high), left),
				validity([from.encryptionKey, to.encryptionKey, auditor], low, high),
				percentageWithCap(paid, delta, claimed, maximum),
				validity([to.encryptionKey, key], feeLow, feeHigh),
				range(256, [...commitments, minus(amount, paid)], mostly(random, 25, FEE_LENGTHS, [LENGTHS])),
			),
			...authorityMetas(random, from.owner),
		],
	};
}

/** What the owner of an account switches. */
function switched(instruction: number): Make {
	return (random, world) => {
		const account = accountOf(random, world);
		return {
			data: tag(TRANSFER, instruction),
			accounts: [writable(account.key), ...authorityMetas(random, account.owner)],
		};
	};
}

/** The instructions, by name. */
export const TRANSFER_ROWS: Readonly<Record<string, Make>> = {
	UpdateMint: (random, world) => ({
		data: tag(TRANSFER, 1, random.int(2)).raw(random.oneIn(3) ? NO_KEY : randomPoint(random)),
		accounts: [writable(random.pick(world.mints).key), signer(manager)],
	}),
	ConfigureAccount: (random, world) => {
		const key = random.oneIn(2) ? goldenOf('PubkeyValidity').slice(0, 32) : randomPoint(random);
		const { offset, account, before } = provedBy(random, world, pubkeyValidity(key), 'PubkeyValidity');
		const { bare, accounts } = world;
		const data = tag(TRANSFER, 2)
			.raw(random.bytes(AE_LENGTH))
			.u64(random.pick([0n, 1n, 65_536n]));
		return {
			data: data.u8(offset),
			accounts: [
				writable(mostly(random, 15, bare, accounts).key),
				readonly(bare.mint.key),
				account,
				...authorityMetas(random, bare.owner),
			],
			...(before === undefined ? {} : { before }),
		};
	},
	ConfigureAccountWithRegistry: (random, { bare, registry }) => ({
		data: tag(TRANSFER, 14),
		accounts: [
			writable(bare.key),
			readonly(bare.mint.key),
			readonly(registry),
			...(random.oneIn(2) ? [writableSigner(PAYER), readonly(programIds.systemProgram)] : []),
		],
	}),
	ApproveAccount: (random, world) => {
		const account = accountOf(random, world);
		return {
			data: tag(TRANSFER, 3),
			accounts: [writable(account.key), readonly(account.mint.key), signer(manager)],
		};
	},
	EmptyAccount: (random, world) => {
		const account = accountOf(random, world);
		const statement = zeroCiphertext(account.encryptionKey, account.available);
		const proof = provedBy(random, world, statement, 'ZeroCiphertext');
		return {
			data: tag(TRANSFER, 4, proof.offset),
			accounts: [writable(account.key), proof.account, ...authorityMetas(random, account.owner)],
			...(proof.before === undefined ? {} : { before: proof.before }),
		};
	},
	Deposit: (random, world) => {
		const account = accountOf(random, world, hasNoSupply);
		const amount = random.oneIn(2) ? account.amount : amountNear(random, account.amount / 2n);
		return {
			data: tag(TRANSFER, 5).u64(amount).u8(decimalsOf(random, account.mint)),
			accounts: [writable(account.key), readonly(account.mint.key), ...authorityMetas(random, account.owner)],
		};
	},
	Withdraw: (random, world) => {
		const account = accountOf(random, world, hasNoSupply);
		const amount = random.pick([
			0n,
			1n,
			1000n,
			(1n << 64n) - 1n - account.amount,
			BigInt(random.int(1 << 20)),
		]);
		const commitment = randomPoint(random);
		const data = tag(TRANSFER, 6).u64(amount).u8(decimalsOf(random, account.mint));
		return {
			data: inAccounts(data.raw(random.bytes(AE_LENGTH)), 2),
			accounts: [
				writable(account.key),
				readonly(account.mint.key),
				...proofs(
					random,
					world,
					commitmentEquality(account.encryptionKey, less(account.available, amount), commitment),
					range(64, [commitment], [mostly(random, 25, 64, [32])]),
				),
				...authorityMetas(random, account.owner),
			],
		};
	},
	Transfer: (random, world) => {
		const [from, to] = transferPair(random, world, hasNoFee);
		const keys = [from.encryptionKey, to.encryptionKey, from.mint.auditor] as const;
		const left = { key: from.encryptionKey, of: spent(from.available) };
		const { low, high, accounts } = moved(random, world, keys, left);
		return {
			data: inAccounts(audited(random, tag(TRANSFER, 7), low, high), 3),
			accounts: [
				writable(from.key),
				readonly(from.mint.key),
				writable(to.key),
				...accounts,
				...authorityMetas(random, from.owner),
			],
		};
	},
	TransferWithFee: transferWithFee,
	ApplyPendingBalance: (random, world) => {
		const account = accountOf(random, world);
		return {
			data: tag(TRANSFER, 8).u64(account.credits).raw(random.bytes(AE_LENGTH)),
			accounts: [writable(account.key), ...authorityMetas(random, account.owner)],
		};
	},
	EnableConfidentialCredits: switched(9),
	DisableConfidentialCredits: switched(10),
	EnableNonConfidentialCredits: switched(11),
	DisableNonConfidentialCredits: switched(12),
};
