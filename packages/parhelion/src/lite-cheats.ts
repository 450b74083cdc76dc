/**
 * The part of `LiteSVM` that writes tokens and dumped accounts past the programs. None of it is in the original.
 */
import { ed25519PublicKey } from '@parhelion/crypto';
import { Pubkey, programIds } from '@parhelion/sdk';
import { accountToJson, parseAccountJson } from './account-json.ts';
import { expectBoolean, expectObject, toPubkey } from './expect-type.ts';
import { LiteSysvars } from './lite-sysvars-api.ts';
import { toU64 } from './to-integer.ts';
import * as tokens from './token-cheats.ts';

/** A token account to write: see {@link LiteSVM.setTokenAccount}. */
export interface TokenAccountToSet {
	readonly mint: string;
	/** Who may move the tokens. */
	readonly owner: string;
	/** In the mint's smallest unit; none without. */
	readonly amount?: bigint;
	/** Where; the associated token account of owner and mint without. */
	readonly address?: string;
	readonly frozen?: boolean;
}

/** A mint to write: see {@link LiteSVM.createMint}. */
export interface MintToCreate {
	readonly decimals: number;
	/** Where; an address that is returned without. */
	readonly address?: string;
	/** Who may mint; nobody without. */
	readonly mintAuthority?: string;
	/** Who may freeze; nobody without. */
	readonly freezeAuthority?: string;
	/** SPL Token without; Token-2022 is the other. */
	readonly tokenProgram?: string;
}

function optionalPubkey(value: string | undefined, name: string): Pubkey | null {
	return value === undefined ? null : toPubkey(value, name);
}

/** Tokens and accounts out of nowhere. */
export abstract class LiteCheats extends LiteSysvars {
	/**
	 * Writes an account in the form of the Solana CLI (`solana account ADDRESS --output json`), as text or parsed;
	 * gives its address. Not in the original.
	 *
	 * TypeError, SyntaxError or RangeError for another form; RangeError as {@link setAccount}.
	 */
	loadAccountJson(json: unknown): string {
		const [address, account] = parseAccountJson(json);
		const stored = this.core.bank.addAccount(address, account);
		if (!stored.ok) throw new RangeError(`Failed to set account: ${stored.error}`);
		return address.toBase58();
	}

	/** An account in the form of the Solana CLI. RangeError if there is none. Not in the original. */
	dumpAccountJson(address: string): string {
		const account = this.core.bank.accounts.get(toPubkey(address, 'address'));
		if (account === undefined) throw new RangeError(`there is no account ${address}`);
		return accountToJson(toPubkey(address, 'address'), account);
	}

	// Tokens, past the token programs. Not in the original.

	/** Writes a mint without extensions and without supply; gives its address. */
	createMint(mint: MintToCreate): string {
		expectObject(mint, 'mint', 'an object with decimals');
		const address =
			mint.address === undefined
				? Pubkey.fromBytes(ed25519PublicKey(crypto.getRandomValues(new Uint8Array(32))))
				: toPubkey(mint.address, 'mint.address');
		tokens.createMint(
			this.core.bank,
			address,
			mint.decimals,
			optionalPubkey(mint.mintAuthority, 'mint.mintAuthority'),
			optionalPubkey(mint.freezeAuthority, 'mint.freezeAuthority'),
			optionalPubkey(mint.tokenProgram, 'mint.tokenProgram') ?? programIds.splToken,
		);
		return address.toBase58();
	}

	/**
	 * Writes a token account of SPL Token or Token-2022, with the extensions its mint asks for, in the place of one
	 * that may be there; the supply follows. Gives the address. RangeError where there is no such mint.
	 */
	setTokenAccount(account: TokenAccountToSet): string {
		expectObject(account, 'account', 'an object with mint and owner');
		const input: tokens.TokenAccountInput = {
			mint: toPubkey(account.mint, 'account.mint'),
			owner: toPubkey(account.owner, 'account.owner'),
			amount: toU64(account.amount ?? 0n),
			address: optionalPubkey(account.address, 'account.address'),
			isFrozen: expectBoolean(account.frozen ?? false, 'account.frozen'),
		};
		return tokens.setTokenAccount(this.core.bank, input).toBase58();
	}

	/** Adds tokens to a token account, and to the supply. RangeError if it is none of this mint. */
	mintTo(mint: string, tokenAccount: string, amount: bigint): void {
		tokens.mintTo(
			this.core.bank,
			toPubkey(mint, 'mint'),
			toPubkey(tokenAccount, 'tokenAccount'),
			toU64(amount),
		);
	}

	/** Replaces the supply of a mint, whatever the balances are. */
	setTokenSupply(mint: string, supply: bigint): void {
		tokens.setTokenSupply(this.core.bank, toPubkey(mint, 'mint'), toU64(supply));
	}

	/** Tokens in a token account. RangeError if it is none. */
	getTokenBalance(tokenAccount: string): bigint {
		return tokens.tokenBalance(this.core.bank, toPubkey(tokenAccount, 'tokenAccount'));
	}

	/** The associated token account of an owner for a mint, whether it exists or not. */
	associatedTokenAddress(owner: string, mint: string): string {
		const mintKey = toPubkey(mint, 'mint');
		const program = tokens.tokenProgramOf(this.core.bank, mintKey);
		return tokens.associatedTokenAddress(toPubkey(owner, 'owner'), mintKey, program).toBase58();
	}
}
