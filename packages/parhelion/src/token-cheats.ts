/**
 * Tokens out of nowhere: mints, token accounts and balances written past the token programs.
 *
 * Owns what has to agree: the supply with the balances, the lamports of wrapped SOL with its tokens, the
 * extensions of a token account with those of its mint.
 */
import { isTokenProgram, MINT_SIZE, NATIVE_MINT, NATIVE_MINT_2022 } from '@parhelion/runtime';
import { type AccountSharedData, bytesEqual, createAccount, type Pubkey, programIds } from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { wrongType } from './expect-type.ts';
import type { LiteBank } from './lite-bank.ts';
import { minimumBalance } from './lite-genesis.ts';
import { toU64 } from './to-integer.ts';
import {
	encodeMint,
	encodeTokenAccount,
	readMint,
	readTokenAccount,
	type TokenAccountView,
	withAmount,
	withNativeReserve,
	withSupply,
} from './token-layout.ts';

const U64_LIMIT = 1n << 64n;
/** The mints of wrapped SOL. */
const NATIVE_MINTS: ReadonlySet<string> = new Set([NATIVE_MINT, NATIVE_MINT_2022].map(({ key }) => key));

/** The mint's account and what it says. RangeError if there is none. */
function findMint(
	bank: LiteBank,
	mint: Pubkey,
): { readonly account: AccountSharedData; readonly view: NonNullable<ReturnType<typeof readMint>> } {
	const account = bank.accounts.get(mint);
	const view = account !== undefined && isTokenProgram(account.owner) ? readMint(account.data) : null;
	if (account === undefined || view === null) {
		throw new RangeError(`${mint} is no mint of SPL Token or Token-2022: make one with createMint()`);
	}
	return { account, view };
}

/** The account of `owner` for `mint` that wallets use. */
export function associatedTokenAddress(owner: Pubkey, mint: Pubkey, tokenProgram: Pubkey): Pubkey {
	const seeds = [owner.bytes, tokenProgram.bytes, mint.bytes];
	const found = findProgramAddress(seeds, programIds.associatedToken);
	if (found === null) throw new RangeError(`there is no associated account of ${owner} for ${mint}`);
	return found.address;
}

/** Writes a mint. RangeError for decimals out of range, or a program that is no token program. */
export function createMint(
	bank: LiteBank,
	mint: Pubkey,
	decimals: number,
	mintAuthority: Pubkey | null,
	freezeAuthority: Pubkey | null,
	tokenProgram: Pubkey,
): void {
	if (!Number.isInteger(decimals)) throw wrongType('decimals', 'an integer', decimals);
	if (decimals < 0 || decimals > 255) throw new RangeError(`decimals are 0 to 255, got ${decimals}`);
	if (!isTokenProgram(tokenProgram)) throw new RangeError(`${tokenProgram} is no token program`);
	const data = encodeMint(decimals, mintAuthority, freezeAuthority);
	const lamports = minimumBalance(bank, MINT_SIZE);
	bank.addAccount(mint, createAccount({ lamports, data, owner: tokenProgram }));
}

/** The address of a token account, and whether it is the associated one. */
interface Place {
	readonly address: Pubkey;
	readonly isAssociated: boolean;
}

/** What a token account shall be. */
export interface TokenAccountInput {
	readonly mint: Pubkey;
	readonly owner: Pubkey;
	/** In the mint's smallest unit. */
	readonly amount: bigint;
	/** The associated account without. */
	readonly address: Pubkey | null;
	readonly isFrozen: boolean;
}

/**
 * Writes a token account, in the place of one that may be there; the supply changes by what it holds more.
 * RangeError where there is no mint, or the supply would exceed a u64.
 */
export function setTokenAccount(bank: LiteBank, input: TokenAccountInput): Pubkey {
	const { mint, owner } = input;
	const amount = toU64(input.amount);
	const { account: mintAccount, view } = findMint(bank, mint);
	const program = mintAccount.owner;
	const associated = associatedTokenAddress(owner, mint, program);
	const place: Place = {
		address: input.address ?? associated,
		isAssociated: input.address === null || input.address.equals(associated),
	};
	const before = tokenAccountAt(bank, place.address, mint)?.view.amount ?? 0n;
	const isNative = NATIVE_MINTS.has(mint.key);
	const supply = checkedSupply(isNative ? 0n : view.supply + amount - before);
	const immutableOwner = place.isAssociated && program.equals(programIds.splToken2022);
	const empty = encodeTokenAccount(mint, owner, view.extensions, immutableOwner, input.isFrozen);
	const reserve = minimumBalance(bank, empty.length);
	const data = withAmount(isNative ? withNativeReserve(empty, reserve) : empty, amount);
	const lamports = isNative ? toU64(reserve + amount) : reserve;
	bank.addAccount(place.address, createAccount({ lamports, data, owner: program }));
	if (!isNative) store(bank, mint, mintAccount, withSupply(mintAccount.data, supply));
	return place.address;
}

/** Adds tokens to a token account, and to the supply. RangeError where either would exceed a u64. */
export function mintTo(bank: LiteBank, mint: Pubkey, address: Pubkey, amount: bigint): void {
	const { account: mintAccount, view: mintView } = findMint(bank, mint);
	const found = tokenAccountAt(bank, address, mint);
	if (found === null) throw new RangeError(`${address} is no token account of the mint ${mint}`);
	const { account, view } = found;
	const added = toU64(amount);
	const sum = checkedSupply(view.amount + added);
	const lamports = view.nativeReserve === null ? account.lamports : toU64(account.lamports + added);
	const supply = NATIVE_MINTS.has(mint.key) ? 0n : checkedSupply(mintView.supply + added);
	store(bank, address, account, withAmount(account.data, sum), lamports);
	if (!NATIVE_MINTS.has(mint.key)) store(bank, mint, mintAccount, withSupply(mintAccount.data, supply));
}

/** Replaces the supply alone; the balances need not agree with it afterwards. RangeError where there is no mint. */
export function setTokenSupply(bank: LiteBank, mint: Pubkey, supply: bigint): void {
	const { account } = findMint(bank, mint);
	store(bank, mint, account, withSupply(account.data, toU64(supply)));
}

/** The tokens in a token account. RangeError if it is none. */
export function tokenBalance(bank: LiteBank, address: Pubkey): bigint {
	const account = bank.accounts.get(address);
	const view = account !== undefined && isTokenProgram(account.owner) ? readTokenAccount(account.data) : null;
	if (view === null) throw new RangeError(`${address} is no token account`);
	return view.amount;
}

/** The token program of a mint. RangeError if it is none. */
export function tokenProgramOf(bank: LiteBank, mint: Pubkey): Pubkey {
	return findMint(bank, mint).account.owner;
}

function tokenAccountAt(
	bank: LiteBank,
	address: Pubkey,
	mint: Pubkey,
): { readonly account: AccountSharedData; readonly view: TokenAccountView } | null {
	const account = bank.accounts.get(address);
	if (account === undefined || !isTokenProgram(account.owner)) return null;
	const view = readTokenAccount(account.data);
	return view === null || !bytesEqual(view.mint, mint.bytes) ? null : { account, view };
}

function checkedSupply(supply: bigint): bigint {
	if (supply < 0n || supply >= U64_LIMIT) throw new RangeError(`${supply} tokens are more than a u64 holds`);
	return supply;
}

function store(
	bank: LiteBank,
	address: Pubkey,
	account: AccountSharedData,
	data: Uint8Array,
	lamports: bigint = account.lamports,
): void {
	const { owner, executable, rentEpoch } = account;
	bank.addAccount(address, createAccount({ lamports, data, owner, executable, rentEpoch }));
}
