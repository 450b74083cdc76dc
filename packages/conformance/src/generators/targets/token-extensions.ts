/**
 * The extensions of token-2022 as bytes behind mints and accounts, but for the confidential ones.
 *
 * Layouts by the crate `spl-token-2022-interface` (`extension/`), `spl-token-metadata-interface` and
 * `spl-token-group-interface`.
 */
import { ByteWriter, Pubkey } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { mostly, U64_MAX, utf8 } from './common.ts';
import {
	ACCOUNT_SIZE,
	multisig,
	type Tails,
	type TokenAccount,
	type TokenMint,
	wallets,
} from './token-world.ts';

/** Numbers of the extensions. */
export const Extension = {
	TransferFeeConfig: 1,
	TransferFeeAmount: 2,
	MintCloseAuthority: 3,
	ConfidentialTransferMint: 4,
	ConfidentialTransferAccount: 5,
	DefaultAccountState: 6,
	ImmutableOwner: 7,
	MemoTransfer: 8,
	NonTransferable: 9,
	InterestBearingConfig: 10,
	CpiGuard: 11,
	PermanentDelegate: 12,
	NonTransferableAccount: 13,
	TransferHook: 14,
	TransferHookAccount: 15,
	ConfidentialTransferFeeConfig: 16,
	ConfidentialTransferFeeAmount: 17,
	MetadataPointer: 18,
	TokenMetadata: 19,
	GroupPointer: 20,
	TokenGroup: 21,
	GroupMemberPointer: 22,
	TokenGroupMember: 23,
	ConfidentialMintBurn: 24,
	ScaledUiAmount: 25,
	Pausable: 26,
	PausableAccount: 27,
	PermissionedBurn: 28,
} as const;

/** Whoever the extensions of a mint name, unless nobody. */
export const manager: Pubkey = wallets[0]!;

function nobodyOr(random: Random, key: Pubkey): Uint8Array {
	return (random.oneIn(10) ? Pubkey.default : key).bytes;
}

function randomMultiplier(random: Random): number {
	return random.pick([1, 1, 2, 0.5, 1.000_000_1, 1e10, 0, -1, Number.NaN, Number.POSITIVE_INFINITY]);
}

function text(writer: ByteWriter, value: string): ByteWriter {
	const bytes = utf8.encode(value);
	return writer.u32(bytes.length).raw(bytes);
}

type Value = (random: Random, mint: TokenMint, writer: ByteWriter) => void;

function fee(random: Random, writer: ByteWriter): void {
	writer.u64(BigInt(random.pick([0, 0, 0, 1, 5])));
	writer.u64(random.pick([0n, 1n, 1000n, U64_MAX])).u16(random.pick([0, 1, 50, 250, 10_000]));
}

/** What a mint may carry, by number. */
const MINT_VALUES: ReadonlyMap<number, Value> = new Map<number, Value>([
	[
		Extension.TransferFeeConfig,
		(random, _, writer) => {
			writer
				.raw(nobodyOr(random, manager))
				.raw(nobodyOr(random, manager))
				.u64(random.pick([0n, 0n, 50n]));
			fee(random, writer);
			fee(random, writer);
		},
	],
	[Extension.MintCloseAuthority, (random, _, writer) => writer.raw(nobodyOr(random, manager))],
	[Extension.DefaultAccountState, (random, _, writer) => writer.u8(random.pick([1, 1, 2]))],
	[Extension.NonTransferable, () => {}],
	[
		Extension.InterestBearingConfig,
		(random, _, writer) => {
			const rate = (): number => random.pick([0, 500, -300, 32_767, -32_768]);
			writer
				.raw(nobodyOr(random, manager))
				.i64(BigInt(random.int(1000)))
				.u16(rate());
			writer.i64(BigInt(random.int(2000))).u16(rate());
		},
	],
	[
		Extension.PermanentDelegate,
		(random, _, writer) => writer.raw(nobodyOr(random, random.pick([manager, wallets[2]!, multisig]))),
	],
	[Extension.TransferHook, (random, _, writer) => writer.raw(nobodyOr(random, manager)).zeroes(32)],
	[
		Extension.MetadataPointer,
		(random, mint, writer) => writer.raw(nobodyOr(random, manager)).raw(nobodyOr(random, mint.key)),
	],
	[
		Extension.TokenMetadata,
		(random, mint, writer) => {
			writer.raw(nobodyOr(random, manager)).raw(mint.key.bytes);
			text(text(text(writer, 'Parhelion'), 'SUN'), random.pick(['', 'https://example.com/sun.json']));
			writer.u32(1);
			text(text(writer, 'colour'), 'white');
		},
	],
	[
		Extension.GroupPointer,
		(random, mint, writer) => writer.raw(nobodyOr(random, manager)).raw(nobodyOr(random, mint.key)),
	],
	[
		Extension.TokenGroup,
		(random, mint, writer) =>
			writer
				.raw(nobodyOr(random, manager))
				.raw(mint.key.bytes)
				.u64(BigInt(random.int(3)))
				.u64(3n),
	],
	[
		Extension.GroupMemberPointer,
		(random, mint, writer) => writer.raw(nobodyOr(random, manager)).raw(nobodyOr(random, mint.key)),
	],
	[
		Extension.ScaledUiAmount,
		(random, _, writer) =>
			writer
				.raw(nobodyOr(random, manager))
				.f64(randomMultiplier(random))
				.i64(BigInt(random.int(3)) - 1n)
				.f64(randomMultiplier(random)),
	],
	[Extension.Pausable, (random, _, writer) => writer.raw(nobodyOr(random, manager)).bool(random.oneIn(8))],
	[Extension.PermissionedBurn, (random, _, writer) => writer.raw(nobodyOr(random, manager))],
]);

/** Numbers of the extensions that a mint may carry. */
export const MINT_EXTENSIONS: readonly number[] = [...MINT_VALUES.keys()];

/** What an account must carry when its mint carries something. */
const REQUIRED: readonly (readonly [number, number])[] = [
	[Extension.TransferFeeConfig, Extension.TransferFeeAmount],
	[Extension.NonTransferable, Extension.NonTransferableAccount],
	[Extension.TransferHook, Extension.TransferHookAccount],
	[Extension.Pausable, Extension.PausableAccount],
];

const ACCOUNT_VALUE_SIZES: ReadonlyMap<number, number> = new Map([
	[Extension.TransferFeeAmount, 8],
	[Extension.TransferHookAccount, 1],
]);

function entry(writer: ByteWriter, type: number, value: Uint8Array): void {
	writer.u16(type).u16(value.length).raw(value);
}

/** Zeros after the last entry, now and then: of nothing, or too few for one more. */
function padded(random: Random, writer: ByteWriter): Uint8Array {
	if (random.oneIn(12)) writer.zeroes(random.pick([1, 2, 3, 4, 30]));
	return writer.finish();
}

/** Chooses what the mints of a case carry, and what their accounts have to. */
export function randomTails(random: Random): Tails {
	const carried = new Map<string, readonly number[]>();
	const required = (mint: TokenMint): number[] => {
		const ofMint = carried.get(mint.key.key) ?? [];
		return REQUIRED.filter(([mintType]) => ofMint.includes(mintType)).map(([, type]) => type);
	};
	return {
		freshAccountSize(mint) {
			const types = required(mint);
			const sizes = types.map((type) => 4 + (ACCOUNT_VALUE_SIZES.get(type) ?? 0));
			return types.length === 0 ? ACCOUNT_SIZE : sizes.reduce((sum, size) => sum + size, ACCOUNT_SIZE + 1);
		},
		mint(_, mint) {
			const chosen = MINT_EXTENSIONS.filter((type) =>
				// Nothing can be done with tokens that stay where they are.
				random.oneIn(type === Extension.NonTransferable ? 10 : 3),
			);
			// What is behind a pointer comes with the pointer, mostly.
			if (chosen.includes(Extension.TokenMetadata) && !chosen.includes(Extension.MetadataPointer)) {
				chosen.push(Extension.MetadataPointer);
			}
			carried.set(mint.key.key, chosen);
			const writer = new ByteWriter(400);
			for (const type of chosen) {
				const value = new ByteWriter(120);
				MINT_VALUES.get(type)!(random, mint, value);
				entry(writer, type, value.finish());
			}
			return padded(random, writer);
		},
		account(_, account: TokenAccount) {
			const writer = new ByteWriter(100);
			for (const type of required(account.mint)) {
				if (random.oneIn(15)) continue;
				const value = new ByteWriter(16);
				if (type === Extension.TransferFeeAmount) value.u64(mostly(random, 3, 0n, [1n, 20n, U64_MAX]));
				if (type === Extension.TransferHookAccount) value.u8(0);
				entry(writer, type, value.finish());
			}
			if (random.oneIn(3)) entry(writer, Extension.ImmutableOwner, new Uint8Array(0));
			if (random.oneIn(2)) entry(writer, Extension.MemoTransfer, Uint8Array.of(random.int(2)));
			if (random.oneIn(2)) entry(writer, Extension.CpiGuard, Uint8Array.of(random.int(2)));
			return padded(random, writer);
		},
	};
}
