/**
 * The types of `@solana/web3.js` that {@link LiteConnection} takes and gives, by their structure: the library is no
 * dependency, its objects fit in, and what comes out fits into it.
 *
 * Source: @solana/web3.js 1.x connection.ts.
 */
import type { TransactionErrorJson } from '@parhelion/sdk';

/** A `PublicKey`. */
export interface PublicKeyLike {
	toBase58(): string;
}
/** An address: a `PublicKey` or base58 text. */
export type AddressLike = PublicKeyLike | string;
/** Makes a `PublicKey`. */
export type PublicKeyConstructor<Key extends PublicKeyLike> = new (value: string) => Key;

/** A legacy `Transaction`. */
export interface LegacyTransactionLike {
	recentBlockhash?: string | undefined;
	feePayer?: PublicKeyLike | undefined;
	sign(...signers: SignerLike[]): void;
	serialize(options?: { requireAllSignatures?: boolean; verifySignatures?: boolean }): Uint8Array;
}
/** A `VersionedTransaction`. */
export interface VersionedTransactionLike {
	readonly version: 0 | 1 | 'legacy';
	readonly message: object;
	serialize(): Uint8Array;
}
/** Who signs a legacy transaction. */
export interface SignerLike {
	readonly publicKey: PublicKeyLike;
	readonly secretKey: Uint8Array;
}

/** A value and the slot it is of. */
export interface InContext<Value> {
	readonly context: { readonly slot: number };
	readonly value: Value;
}

/** An `AccountInfo<Buffer>`. */
export interface AccountInfoLike<Key> {
	readonly executable: boolean;
	readonly owner: Key;
	readonly lamports: number;
	/** A `Buffer` where there is such a thing, as in Node. */
	readonly data: Uint8Array;
	readonly rentEpoch: number;
}

/** A filter of `getProgramAccounts`. */
export type ProgramAccountsFilter =
	| { readonly memcmp: { readonly offset: number; readonly bytes: string; readonly encoding?: string } }
	| { readonly dataSize: number };

/** What `getProgramAccounts` may be told. */
export interface ProgramAccountsConfig {
	readonly filters?: readonly ProgramAccountsFilter[];
	readonly dataSlice?: { readonly offset: number; readonly length: number };
}

/** What a simulation may be told. */
export interface SimulateConfig {
	readonly sigVerify?: boolean;
	readonly replaceRecentBlockhash?: boolean;
	readonly accounts?: { readonly addresses: readonly string[] };
}

/** The account of a simulation: data in base64. */
export interface SimulatedAccount {
	readonly executable: boolean;
	readonly owner: string;
	readonly lamports: number;
	readonly data: [string, 'base64'];
	readonly rentEpoch: number;
}

/** What a program returned, in base64. */
export interface ReturnDataLike {
	readonly programId: string;
	readonly data: [string, 'base64'];
}

/** What a simulation gives. */
export interface SimulationResponse {
	readonly err: TransactionErrorJson | null;
	readonly logs: string[];
	readonly accounts: (SimulatedAccount | null)[] | null;
	readonly unitsConsumed: number;
	readonly returnData: ReturnDataLike | null;
}

/** What became of a transaction. */
export interface SignatureStatusLike {
	readonly slot: number;
	readonly confirmations: null;
	readonly err: TransactionErrorJson | null;
	readonly confirmationStatus: 'finalized';
}

/** How a transaction is sent. */
export interface SendOptionsLike {
	/** Sends a transaction that fails, and charges for it, instead of throwing. */
	readonly skipPreflight?: boolean;
}

/** The logs of a transaction, as listeners get them. */
export interface LogsLike {
	readonly signature: string;
	readonly err: TransactionErrorJson | null;
	readonly logs: string[];
}

/** Makes the error of a transaction that failed: `SendTransactionError` of the library fits. */
export type SendErrorConstructor = new (fields: {
	action: 'send' | 'simulate';
	signature: string;
	transactionMessage: string;
	logs?: string[];
}) => Error;
