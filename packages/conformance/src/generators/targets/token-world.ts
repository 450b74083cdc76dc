/**
 * Mints and token accounts of both token programs, mostly sound: written as their owners would leave them.
 *
 * Layouts by the crates `spl-token-interface` and `spl-token-2022-interface` (`state.rs`).
 */
import { NATIVE_MINT, NATIVE_MINT_2022 } from '@parhelion/runtime';
import { ByteWriter, Pubkey, programIds } from '@parhelion/sdk';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type SetStep, set } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { addresses, mostly, SOL, U64_MAX } from './common.ts';

export const MINT_SIZE = 82;
export const ACCOUNT_SIZE = 165;
export const MULTISIG_SIZE = 355;

export interface TokenMint {
	readonly key: Pubkey;
	readonly decimals: number;
	readonly authority: Pubkey | null;
	readonly freeze: Pubkey | null;
	readonly supply: bigint;
	readonly isNative: boolean;
}

export interface TokenAccount {
	readonly key: Pubkey;
	readonly mint: TokenMint;
	readonly owner: Pubkey;
	readonly amount: bigint;
	readonly delegate: Pubkey | null;
	readonly closeAuthority: Pubkey | null;
	/** 0 uninitialised, 1 initialised, 2 frozen. */
	readonly state: number;
}

/** Bytes behind the base of an account that has extensions. */
export interface Tails {
	mint(random: Random, mint: TokenMint): Uint8Array;
	account(random: Random, account: TokenAccount): Uint8Array;
	/** Bytes that a new account of a mint needs. */
	freshAccountSize(mint: TokenMint): number;
}

/** What the instructions of a case are about. */
export interface TokenWorld {
	readonly programId: Pubkey;
	readonly mints: readonly TokenMint[];
	readonly accounts: readonly TokenAccount[];
	/** Neither initialised nor anything else but the program's. */
	readonly freshMint: Pubkey;
	readonly freshAccount: Pubkey;
	readonly freshMultisig: Pubkey;
	readonly steps: readonly SetStep[];
}

export const wallets: readonly Pubkey[] = addresses('wallet', 4);
export const multisig: Pubkey = address('multisig');
/** Two of these three sign for the multisig. */
export const cosigners: readonly Pubkey[] = addresses('cosigner', 3);

export function coption(writer: ByteWriter, key: Pubkey | null): ByteWriter {
	return writer.u32(key === null ? 0 : 1).raw((key ?? Pubkey.default).bytes);
}

export function mintData(mint: TokenMint): Uint8Array {
	const writer = coption(new ByteWriter(MINT_SIZE), mint.authority);
	writer.u64(mint.supply).u8(mint.decimals).bool(true);
	return coption(writer, mint.freeze).finish();
}

export function accountData(account: TokenAccount, reserve: bigint): Uint8Array {
	const writer = new ByteWriter(ACCOUNT_SIZE).raw(account.mint.key.bytes).raw(account.owner.bytes);
	coption(writer.u64(account.amount), account.delegate).u8(account.state);
	writer.u32(account.mint.isNative ? 1 : 0).u64(account.mint.isNative ? reserve : 0n);
	writer.u64(account.delegate === null ? 0n : account.amount / 2n);
	return coption(writer, account.closeAuthority).finish();
}

export function multisigData(): Uint8Array {
	const writer = new ByteWriter(MULTISIG_SIZE).u8(2).u8(3).bool(true);
	for (const key of cosigners) writer.raw(key.bytes);
	return writer.zeroes(MULTISIG_SIZE - writer.length).finish();
}

/** An account's base, padded to 165 bytes, its type and its extensions; the base alone without. */
export function withTail(base: Uint8Array, type: number, tail: Uint8Array): Uint8Array {
	if (tail.length === 0) return base;
	const out = new Uint8Array(ACCOUNT_SIZE + 1 + tail.length);
	out.set(base);
	out[ACCOUNT_SIZE] = type;
	out.set(tail, ACCOUNT_SIZE + 1);
	return out;
}

/** Damages bytes now and then. */
function damaged(random: Random, data: Uint8Array): Uint8Array {
	if (!random.oneIn(30)) return data;
	if (random.oneIn(3)) return data.slice(0, random.int(data.length));
	const out = data.slice();
	out[random.int(out.length)] = random.pick([0, 1, 2, 255, random.int(256)]);
	return out;
}

const NO_TAILS: Tails = {
	mint: () => new Uint8Array(0),
	account: () => new Uint8Array(0),
	freshAccountSize: () => ACCOUNT_SIZE,
};

/** Makes the accounts of a case. */
export function tokenWorld(
	random: Random,
	world: CaseWorld,
	programId: Pubkey,
	tails: Tails = NO_TAILS,
): TokenWorld {
	const steps: SetStep[] = [];
	const put = (key: Pubkey, data: Uint8Array, more = 0n): void => {
		const rent = world.minimumBalance(data.length);
		const lamports = mostly(random, 20, rent + more, [1n, rent - 1n, rent + SOL, U64_MAX - 10n ** 17n]);
		steps.push(
			set(key, { lamports, data, owner: mostly(random, 60, programId, [programIds.systemProgram]) }),
		);
	};
	for (const key of [...wallets, ...cosigners]) {
		if (!random.oneIn(20)) steps.push(set(key, { lamports: SOL }));
	}
	put(multisig, damaged(random, multisigData()));
	const is2022 = programId.equals(programIds.splToken2022);
	const authority = (): Pubkey => random.pick([wallets[0]!, wallets[0]!, wallets[1]!, multisig]);
	const mints: TokenMint[] = addresses('mint', 2).map((key) => ({
		key,
		decimals: random.pick([0, 6, 6, 9, 9, 18, 255]),
		authority: random.oneIn(8) ? null : authority(),
		freeze: random.oneIn(3) ? null : authority(),
		supply: random.pick([0n, 1000n, 1_000_000n, 10n ** 15n, U64_MAX]),
		isNative: false,
	}));
	for (const mint of mints) {
		put(mint.key, damaged(random, withTail(mintData(mint), 1, tails.mint(random, mint))));
	}
	mints.push({
		key: is2022 ? NATIVE_MINT_2022 : NATIVE_MINT,
		decimals: 9,
		authority: null,
		freeze: null,
		supply: 0n,
		isNative: true,
	});
	const accounts: TokenAccount[] = addresses('tokens', 6).map((key, i) => ({
		key,
		mint: mints[i === 5 ? 2 : i === 4 ? random.int(3) : i < 3 ? 0 : random.int(2)]!,
		owner: authority(),
		amount: random.pick([0n, 1n, 1000n, 1_000_000n, 10n ** 12n, random.oneIn(8) ? U64_MAX : 500n]),
		delegate: random.oneIn(3) ? random.pick([...wallets, multisig]) : null,
		closeAuthority: random.oneIn(6) ? random.pick(wallets) : null,
		state: random.oneIn(8) ? random.int(3) : 1,
	}));
	for (const account of accounts) {
		const tail = account.mint.isNative ? new Uint8Array(0) : tails.account(random, account);
		const reserve = world.minimumBalance(ACCOUNT_SIZE + (tail.length === 0 ? 0 : 1 + tail.length));
		const data = withTail(accountData(account, reserve), 2, tail);
		const isHeld = account.mint.isNative && account.amount < 10n ** 15n;
		put(account.key, damaged(random, data), isHeld ? account.amount : 0n);
	}
	const [freshMint, freshAccount, freshMultisig] = addresses('fresh', 3) as [Pubkey, Pubkey, Pubkey];
	// With room for an extension.
	put(freshMint, new Uint8Array(is2022 && random.oneIn(2) ? 400 : MINT_SIZE));
	put(freshAccount, new Uint8Array(tails.freshAccountSize(mints[0]!) + (is2022 && random.oneIn(4) ? 4 : 0)));
	put(freshMultisig, new Uint8Array(MULTISIG_SIZE));
	return { programId, mints, accounts, freshMint, freshAccount, freshMultisig, steps };
}
