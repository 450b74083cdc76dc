/**
 * Owns the shapes of the configuration objects that calls take. Sources: solana-rpc-client-types 4.3.0
 * `config.rs` and `filter.rs`, solana-commitment-config, solana-account-decoder-client-types.
 */
import type { JsonObject } from '../json/value.ts';
import {
	attempt,
	described,
	enumeration,
	type Field,
	flattened,
	type JsonSchema,
	names,
	option,
	optional,
	type Read,
	type Reader,
	readBool,
	readString,
	readU8,
	readU64,
	readUsize,
	refuse,
	refuseType,
	required,
	schemaOf,
	sequence,
	struct,
	untagged,
	withDefault,
} from './readers.ts';

/** How sure the state asked for must be. */
export const readCommitmentLevel: Reader<'processed' | 'confirmed' | 'finalized'> = names(
	'processed',
	'confirmed',
	'finalized',
);
export type CommitmentLevel = Read<typeof readCommitmentLevel>;

/** The commitment as an argument of its own: `{commitment}`. */
export const readCommitmentConfig: Reader<{ commitment: CommitmentLevel }> = struct('CommitmentConfig', {
	commitment: required(readCommitmentLevel),
});

/**
 * The commitment among other members. A level that does not exist counts as none given: upstream flattens
 * an `Option`, which swallows the error.
 */
export const commitment: Field<CommitmentLevel | null> = flattened<CommitmentLevel | null>(
	(object) => attempt(readCommitmentConfig, object)?.value.commitment ?? null,
	// Whatever it is: see above.
	{ commitment: { anyOf: [schemaOf(readCommitmentLevel), {}] } },
);

/** Account data encodings. */
export const readUiAccountEncoding: Reader<'binary' | 'base58' | 'base64' | 'jsonParsed' | 'base64+zstd'> =
	names('binary', 'base58', 'base64', 'jsonParsed', 'base64+zstd');
export type UiAccountEncoding = Read<typeof readUiAccountEncoding>;

/** Transaction encodings. */
export const readUiTransactionEncoding: Reader<'binary' | 'base64' | 'base58' | 'json' | 'jsonParsed'> =
	names('binary', 'base64', 'base58', 'json', 'jsonParsed');
export type UiTransactionEncoding = Read<typeof readUiTransactionEncoding>;

/** Which bytes of an account's data to return. */
export interface UiDataSliceConfig {
	readonly offset: bigint;
	readonly length: bigint;
}
const readDataSlice: Reader<UiDataSliceConfig> = struct('UiDataSliceConfig', {
	offset: required(readUsize),
	length: required(readUsize),
});

/** `RpcContextConfig`. */
export interface RpcContextConfig {
	readonly commitment: CommitmentLevel | null;
	readonly minContextSlot: bigint | null;
}
export const readContextConfig: Reader<RpcContextConfig> = struct('RpcContextConfig', {
	commitment,
	minContextSlot: optional(readU64),
});

/** `RpcAccountInfoConfig`. */
export interface RpcAccountInfoConfig extends RpcContextConfig {
	readonly encoding: UiAccountEncoding | null;
	readonly dataSlice: UiDataSliceConfig | null;
}
export const readAccountInfoConfig: Reader<RpcAccountInfoConfig> = struct('RpcAccountInfoConfig', {
	encoding: optional(readUiAccountEncoding),
	dataSlice: optional(readDataSlice),
	commitment,
	minContextSlot: optional(readU64),
});

/** What a memcmp filter compares with, still encoded. */
export type MemcmpEncodedBytes =
	| { readonly encoding: 'base58' | 'base64'; readonly text: string }
	| { readonly encoding: 'bytes'; readonly bytes: Uint8Array };

/** One condition on an account's data. */
export type RpcFilterType =
	| { readonly kind: 'dataSize'; readonly size: bigint }
	| { readonly kind: 'memcmp'; readonly offset: bigint; readonly bytes: MemcmpEncodedBytes }
	| { readonly kind: 'tokenAccountState' };

const readMemcmpData = untagged<string | number[]>('DataType', readString, sequence(readU8));
const readMemcmpEncoding = option(names('base58', 'base64', 'bytes'));

function readMemcmpBytes(object: JsonObject): MemcmpEncodedBytes {
	// Members in the order of their names, as upstream's flattened map hands them over.
	const bytes = object.get('bytes');
	const data = bytes === undefined ? null : readMemcmpData(bytes);
	const encoding = readMemcmpEncoding(object.get('encoding') ?? null);
	if (data === null) return refuse('missing field `bytes`');
	if (typeof data !== 'string') return { encoding: 'bytes', bytes: Uint8Array.from(data) };
	return { encoding: encoding === 'base64' ? 'base64' : 'base58', text: data };
}

const readMemcmp: Reader<{ offset: bigint; bytes: MemcmpEncodedBytes }> = struct('Memcmp', {
	offset: required(readUsize),
	bytes: flattened(readMemcmpBytes, {
		bytes: schemaOf(readMemcmpData),
		encoding: schemaOf(readMemcmpEncoding),
	}),
});

/** `RpcFilterType`. */
const readFilterVariant = enumeration<RpcFilterType>({
	dataSize: described((size) => ({ kind: 'dataSize', size: readU64(size) }), schemaOf(readU64)),
	memcmp: described((memcmp) => ({ kind: 'memcmp', ...readMemcmp(memcmp) }), schemaOf(readMemcmp)),
	tokenAccountState: described(
		(content) => (content === null ? { kind: 'tokenAccountState' } : refuseType(content, 'unit')),
		{ type: 'null' },
	),
});
export const readFilter: Reader<RpcFilterType> = described(
	(value) => (value === 'tokenAccountState' ? { kind: 'tokenAccountState' } : readFilterVariant(value)),
	{ anyOf: [{ enum: ['tokenAccountState'] }, schemaOf(readFilterVariant)] },
);

/** `RpcProgramAccountsConfig`. */
export interface RpcProgramAccountsConfig {
	readonly filters: RpcFilterType[] | null;
	readonly accountConfig: RpcAccountInfoConfig;
	readonly withContext: boolean | null;
	readonly sortResults: boolean | null;
}
export const readProgramAccountsConfig: Reader<RpcProgramAccountsConfig> = struct(
	'RpcProgramAccountsConfig',
	{
		filters: optional(sequence(readFilter)),
		accountConfig: flattened(
			(object: JsonObject) => readAccountInfoConfig(object),
			schemaOf(readAccountInfoConfig)['properties'] as JsonSchema,
		),
		withContext: optional(readBool),
		sortResults: optional(readBool),
	},
);

/** `RpcTokenAccountsFilter`. */
export type RpcTokenAccountsFilter =
	| { readonly kind: 'mint'; readonly address: string }
	| { readonly kind: 'programId'; readonly address: string };
export const readTokenAccountsFilter: Reader<RpcTokenAccountsFilter> = enumeration<RpcTokenAccountsFilter>({
	mint: described((value) => ({ kind: 'mint', address: readString(value) }), schemaOf(readString)),
	programId: described((value) => ({ kind: 'programId', address: readString(value) }), schemaOf(readString)),
});

/** `RpcSignatureStatusConfig`. */
export const readSignatureStatusConfig: Reader<{ searchTransactionHistory: boolean }> = struct(
	'RpcSignatureStatusConfig',
	{ searchTransactionHistory: required(readBool) },
);

/** `RpcRequestAirdropConfig`. */
export interface RpcRequestAirdropConfig {
	readonly recentBlockhash: string | null;
	readonly commitment: CommitmentLevel | null;
}
export const readRequestAirdropConfig: Reader<RpcRequestAirdropConfig> = struct('RpcRequestAirdropConfig', {
	recentBlockhash: optional(readString),
	commitment,
});

/** `RpcSendTransactionConfig`. */
export interface RpcSendTransactionConfig {
	readonly skipPreflight: boolean;
	readonly preflightCommitment: CommitmentLevel | null;
	readonly encoding: UiTransactionEncoding | null;
	readonly maxRetries: bigint | null;
	readonly minContextSlot: bigint | null;
}
export const readSendTransactionConfig: Reader<RpcSendTransactionConfig> = struct(
	'RpcSendTransactionConfig',
	{
		skipPreflight: withDefault(readBool, false),
		preflightCommitment: optional(readCommitmentLevel),
		encoding: optional(readUiTransactionEncoding),
		maxRetries: optional(readUsize),
		minContextSlot: optional(readU64),
	},
);

/** `RpcSimulateTransactionAccountsConfig`. */
export interface RpcSimulateTransactionAccountsConfig {
	readonly encoding: UiAccountEncoding | null;
	readonly addresses: string[];
}
const readSimulateAccounts: Reader<RpcSimulateTransactionAccountsConfig> = struct(
	'RpcSimulateTransactionAccountsConfig',
	{ encoding: optional(readUiAccountEncoding), addresses: required(sequence(readString)) },
);

/** `RpcSimulateTransactionConfig`. */
export interface RpcSimulateTransactionConfig extends RpcContextConfig {
	readonly sigVerify: boolean;
	readonly replaceRecentBlockhash: boolean;
	readonly encoding: UiTransactionEncoding | null;
	readonly accounts: RpcSimulateTransactionAccountsConfig | null;
	readonly innerInstructions: boolean;
}
export const readSimulateTransactionConfig: Reader<RpcSimulateTransactionConfig> = struct(
	'RpcSimulateTransactionConfig',
	{
		sigVerify: withDefault(readBool, false),
		replaceRecentBlockhash: withDefault(readBool, false),
		commitment,
		encoding: optional(readUiTransactionEncoding),
		accounts: optional(readSimulateAccounts),
		minContextSlot: optional(readU64),
		innerInstructions: withDefault(readBool, false),
	},
);

/** `RpcTransactionLogsFilter`. */
export type RpcTransactionLogsFilter =
	| { readonly kind: 'all' }
	| { readonly kind: 'allWithVotes' }
	| { readonly kind: 'mentions'; readonly addresses: string[] };
const readLogsFilterVariant = enumeration<'all' | 'allWithVotes' | string[]>({
	all: null,
	allWithVotes: null,
	mentions: sequence(readString),
});
export const readTransactionLogsFilter: Reader<RpcTransactionLogsFilter> = described((value) => {
	const variant = readLogsFilterVariant(value);
	return typeof variant === 'string' ? { kind: variant } : { kind: 'mentions', addresses: variant };
}, schemaOf(readLogsFilterVariant));

/** `RpcTransactionLogsConfig`. */
export const readTransactionLogsConfig: Reader<{ commitment: CommitmentLevel | null }> = struct(
	'RpcTransactionLogsConfig',
	{ commitment },
);

/** `RpcSignatureSubscribeConfig`. */
export interface RpcSignatureSubscribeConfig {
	readonly commitment: CommitmentLevel | null;
	readonly enableReceivedNotification: boolean | null;
}
export const readSignatureSubscribeConfig: Reader<RpcSignatureSubscribeConfig> = struct(
	'RpcSignatureSubscribeConfig',
	{ commitment, enableReceivedNotification: optional(readBool) },
);
