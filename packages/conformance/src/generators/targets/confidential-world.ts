/**
 * Mints and accounts of token-2022 with the extensions of confidential transfers, fees and supply.
 *
 * Layouts by `spl-token-2022-interface`, `extension/confidential_*`.
 */
import { type AccountMeta, ByteWriter, Pubkey, programIds } from '@parhelion/sdk';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { GOLDEN_PROOFS } from '../../oracle/zk-proofs.ts';
import { readonly, type Step, set } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import {
	type Ciphertext,
	NO_KEY,
	type Point,
	randomCiphertext,
	randomPoint,
	type Statement,
	ZERO,
} from './ciphertexts.ts';
import { addresses, mostly, SOL, U64_MAX } from './common.ts';
import { Extension, manager } from './token-extensions.ts';
import {
	ACCOUNT_SIZE,
	accountData,
	cosigners,
	mintData,
	multisig,
	multisigData,
	type TokenAccount,
	type TokenMint,
	wallets,
	withTail,
} from './token-world.ts';

export const AE_LENGTH = 36;
export const REGISTRY_PROGRAM: Pubkey = Pubkey.fromBase58('regVYJW7tcT8zipN5YiBvHsvR5jXW1uLFxaHSbugABg');

/** Proofs that can stand in a transaction: what they prove has to be in the accounts. */
export const goldenOf = (proof: string): Uint8Array =>
	GOLDEN_PROOFS.find((row) => row.proof.name === proof)!.data;
const [GOLDEN_ZERO, GOLDEN_EQUALITY] = ['ZeroCiphertext', 'CiphertextCiphertextEquality'].map(goldenOf) as [
	Uint8Array,
	Uint8Array,
];

export interface ConfidentialMint extends TokenMint {
	readonly auditor: Point;
	readonly fee: {
		readonly basisPoints: number;
		readonly maximum: bigint;
		readonly key: Point;
		readonly withheld: Ciphertext;
	} | null;
	/** What a mint has whose supply is confidential. */
	readonly supplies: { readonly key: Point; readonly total: Ciphertext; readonly burnt: Ciphertext } | null;
}

export interface ConfidentialAccount extends TokenAccount {
	readonly mint: ConfidentialMint;
	readonly encryptionKey: Point;
	readonly available: Ciphertext;
	readonly withheld: Ciphertext;
	readonly credits: bigint;
}

/** What the instructions of a case are about. */
export interface ConfidentialWorld {
	readonly mints: readonly [ConfidentialMint, ConfidentialMint];
	readonly accounts: readonly ConfidentialAccount[];
	/** An account of the first mint with room for the extension, and the registered key of its owner. */
	readonly bare: TokenAccount;
	readonly registry: Pubkey;
	readonly freshMint: Pubkey;
	readonly steps: Step[];
	/** An account that says that something was proved. */
	proved(random: Random, statement: Statement): AccountMeta;
}

function entry(writer: ByteWriter, type: number, value: ByteWriter): void {
	const bytes = value.finish();
	writer.u16(type).u16(bytes.length).raw(bytes);
}

const nobodyOr = (random: Random, key: Pubkey): Uint8Array => mostly(random, 15, key, [Pubkey.default]).bytes;

/** What the supply of a mint is like: open, with fees, or confidential. */
const KINDS = ['open', 'fees', 'confidential'] as const;

function randomMint(random: Random, key: Pubkey, kind: (typeof KINDS)[number]): ConfidentialMint {
	const authority = (): Pubkey => random.pick([wallets[0]!, wallets[1]!, multisig]);
	const isGolden = random.oneIn(3);
	return {
		key,
		decimals: random.pick([0, 6, 9]),
		authority: mostly(random, 15, authority(), [null]),
		freeze: random.oneIn(3) ? null : authority(),
		supply: random.pick([0n, 1_000_000n, 10n ** 15n]),
		isNative: false,
		auditor: random.oneIn(3) ? NO_KEY : randomPoint(random),
		fee:
			kind !== 'fees'
				? null
				: {
						basisPoints: random.pick([0, 1, 50, 250, 10_000]),
						maximum: random.pick([0n, 1000n, U64_MAX]),
						key: isGolden ? GOLDEN_EQUALITY.slice(0, 32) : randomPoint(random),
						withheld: isGolden
							? GOLDEN_EQUALITY.slice(64, 128)
							: random.oneIn(3)
								? ZERO
								: randomCiphertext(random),
					},
		supplies:
			kind !== 'confidential'
				? null
				: {
						key: isGolden ? GOLDEN_EQUALITY.slice(0, 32) : randomPoint(random),
						total: isGolden ? GOLDEN_EQUALITY.slice(64, 128) : randomCiphertext(random),
						burnt: random.oneIn(2) ? ZERO : randomCiphertext(random),
					},
	};
}

function mintTail(random: Random, mint: ConfidentialMint): Uint8Array {
	const { auditor, fee, supplies } = mint;
	const writer = new ByteWriter(700);
	const transfers = new ByteWriter(65).raw(nobodyOr(random, manager)).bool(random.oneIn(2)).raw(auditor);
	entry(writer, Extension.ConfidentialTransferMint, transfers);
	if (fee !== null) {
		const rates = new ByteWriter(108).raw(nobodyOr(random, manager)).raw(nobodyOr(random, manager)).u64(0n);
		for (const epoch of [0n, 0n]) rates.u64(epoch).u64(fee.maximum).u16(fee.basisPoints);
		entry(writer, Extension.TransferFeeConfig, rates);
		const config = new ByteWriter(129).raw(nobodyOr(random, manager)).raw(fee.key);
		entry(writer, Extension.ConfidentialTransferFeeConfig, config.bool(!random.oneIn(5)).raw(fee.withheld));
	}
	if (supplies !== null) {
		const { key, total, burnt } = supplies;
		const value = new ByteWriter(196).raw(total).raw(random.bytes(AE_LENGTH)).raw(key).raw(burnt);
		entry(writer, Extension.ConfidentialMintBurn, value);
	}
	if (random.oneIn(8)) {
		entry(writer, Extension.Pausable, new ByteWriter(33).raw(manager.bytes).bool(random.oneIn(2)));
	}
	return writer.finish();
}

function accountTail(random: Random, account: ConfidentialAccount): Uint8Array {
	const { mint, encryptionKey, available, withheld, credits } = account;
	const writer = new ByteWriter(500);
	const pending = (): Ciphertext => (random.oneIn(3) ? randomCiphertext(random) : ZERO);
	const value = new ByteWriter(295).bool(!random.oneIn(10)).raw(encryptionKey).raw(pending()).raw(pending());
	value.raw(available).raw(random.bytes(AE_LENGTH));
	value.bool(!random.oneIn(10)).bool(!random.oneIn(10)).u64(credits);
	value
		.u64(mostly(random, 8, 65_536n, [credits, 0n]))
		.u64(0n)
		.u64(0n);
	entry(writer, Extension.ConfidentialTransferAccount, value);
	if (mint.fee !== null) {
		entry(writer, Extension.TransferFeeAmount, new ByteWriter(8).u64(random.oneIn(9) ? 1n : 0n));
		entry(writer, Extension.ConfidentialTransferFeeAmount, new ByteWriter(64).raw(withheld));
	}
	if (random.oneIn(5)) entry(writer, Extension.MemoTransfer, new ByteWriter(1).bool(random.oneIn(2)));
	if (random.oneIn(3)) entry(writer, Extension.CpiGuard, new ByteWriter(1).bool(random.oneIn(2)));
	return writer.finish();
}

/** Bytes an account of a mint needs for the extension of confidential transfers. */
const roomFor = (mint: ConfidentialMint): number => 4 + 295 + (mint.fee === null ? 0 : 4 + 64);

/** Makes the accounts of a case. */
export function confidentialWorld(random: Random, world: CaseWorld): ConfidentialWorld {
	const owner = programIds.splToken2022;
	const steps: Step[] = [];
	const put = (key: Pubkey, data: Uint8Array, of: Pubkey = owner): void => {
		const lamports = world.minimumBalance(data.length);
		steps.push(set(key, { lamports, data, owner: mostly(random, 80, of, [programIds.systemProgram]) }));
	};
	for (const key of [...wallets, ...cosigners]) steps.push(set(key, { lamports: SOL }));
	put(multisig, multisigData());
	const [key, otherKey] = addresses('mint', 2) as [Pubkey, Pubkey];
	const kind = random.int(3);
	const other = (kind + 1 + random.int(2)) % 3;
	const mints = [randomMint(random, key, KINDS[kind]!), randomMint(random, otherKey, KINDS[other]!)] as const;
	for (const mint of mints) put(mint.key, withTail(mintData(mint), 1, mintTail(random, mint)));
	const base = (key: Pubkey, mint: ConfidentialMint): TokenAccount & { readonly mint: ConfidentialMint } => ({
		key,
		mint,
		owner: random.pick([wallets[0]!, wallets[1]!, multisig]),
		amount: random.pick([0n, 1000n, 70_000n, 10n ** 12n, 1n << 48n]),
		delegate: null,
		closeAuthority: null,
		state: mostly(random, 12, 1, [0, 2]),
	});
	const accounts = addresses('tokens', 5).map((key, i): ConfidentialAccount => {
		const mint = mints[i < 3 ? 0 : 1]!;
		const isEmpty = random.oneIn(3);
		return {
			...base(key, mint),
			encryptionKey: isEmpty
				? GOLDEN_ZERO.slice(0, 32)
				: random.oneIn(3)
					? GOLDEN_EQUALITY.slice(32, 64)
					: randomPoint(random),
			available: isEmpty ? GOLDEN_ZERO.slice(32, 96) : randomCiphertext(random),
			withheld: random.oneIn(2) ? ZERO : randomCiphertext(random),
			credits: BigInt(random.int(3)),
		};
	});
	for (const account of accounts) {
		put(account.key, withTail(accountData(account, 0n), 2, accountTail(random, account)));
	}
	const bare = base(address('bare'), mints[0]);
	const room = new ByteWriter(400);
	if (mints[0].fee !== null) entry(room, Extension.TransferFeeAmount, new ByteWriter(8).u64(0n));
	room.zeroes(mostly(random, 10, roomFor(mints[0]), [0, 100]));
	put(bare.key, withTail(accountData(bare, 0n), 2, room.finish()));
	const registry = address('registry');
	const registered = new ByteWriter(64).raw(mostly(random, 10, bare.owner, wallets).bytes);
	put(registry, registered.raw(randomPoint(random)).finish(), REGISTRY_PROGRAM);
	const freshMint = address('fresh mint');
	put(freshMint, new Uint8Array(ACCOUNT_SIZE + 1 + 69 + 112 + 133 + 200));
	let count = 0;
	return {
		mints,
		accounts,
		bare,
		registry,
		freshMint,
		steps,
		proved(random, { type, bytes }) {
			const key = address(`proved ${count++}`);
			const data = new Uint8Array(33 + bytes.length + mostly(random, 60, 0, [-1, 1]));
			data[32] = mostly(random, 40, type, [0, random.int(14)]);
			data.set(bytes.subarray(0, data.length - 33), 33);
			if (random.oneIn(20)) data[33 + random.int(bytes.length - 1)]! ^= 1 << random.int(8);
			put(key, data, programIds.zkElgamalProof);
			return readonly(key);
		},
	};
}
