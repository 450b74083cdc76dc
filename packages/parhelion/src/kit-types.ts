/**
 * The types of `@solana/kit` that the in-process API takes and gives, by their structure: what kit makes fits
 * in, what comes out fits into kit, and kit is no dependency.
 *
 * Source: @solana/nominal-types, @solana/addresses, @solana/accounts, @solana/transactions.
 */

type Branded<Base, Name extends string> = Base & { readonly '__brand:@solana/kit': Name };
type Base58<Text extends string> = Text & { readonly '__stringEncoding:@solana/kit': 'base58' };

/** A base58 address. */
export type Address<Text extends string = string> = Branded<Base58<Text>, 'Address'>;
/** A base58 blockhash. */
export type Blockhash = Branded<Base58<string>, 'Blockhash'>;
/** An amount of lamports. */
export type LamportsValue = Branded<bigint, 'Lamports'>;
/** Bytes that are only read. */
export type ReadonlyBytes = Omit<
	Uint8Array,
	'copyWithin' | 'fill' | 'reverse' | 'set' | 'sort' | 'subarray' | typeof Symbol.toStringTag
>;

/** An account with its address. */
export interface EncodedAccount<Text extends string = string> {
	readonly address: Address<Text>;
	readonly executable: boolean;
	readonly lamports: LamportsValue;
	readonly programAddress: Address;
	readonly space: bigint;
	readonly data: Uint8Array;
}

/** An account, or that there is none. */
export type MaybeEncodedAccount<Text extends string = string> =
	| { readonly address: Address<Text>; readonly exists: false }
	| (EncodedAccount<Text> & { readonly exists: true });

/** What `setAccount` needs of an account. */
export interface AccountToSet {
	readonly address: string;
	readonly executable: boolean;
	readonly lamports: bigint;
	readonly programAddress: string;
	readonly data: ArrayLike<number>;
}

/** A compiled transaction: the message in wire format, and a signature a signer, in the signers' order. */
export interface Transaction {
	readonly messageBytes: ArrayLike<number>;
	readonly signatures: Readonly<Record<string, ArrayLike<number> | null>>;
}

/** How long a transaction message may land. */
export interface BlockhashLifetimeConstraint {
	readonly blockhash: Blockhash;
	readonly lastValidBlockHeight: bigint;
}

/** A transaction message without its lifetime. */
export type ExcludeTransactionMessageLifetime<Message> = Message extends unknown
	? Omit<Message, 'lifetimeConstraint'>
	: never;

/** A transaction message that lives as long as a blockhash. */
export interface TransactionMessageWithBlockhashLifetime {
	readonly lifetimeConstraint: BlockhashLifetimeConstraint;
}
