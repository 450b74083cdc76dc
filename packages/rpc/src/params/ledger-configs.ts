/**
 * Owns the shapes of the configuration objects of calls on blocks, stakes and the supply. Source:
 * solana-rpc-client-types 4.3.0 `config.rs`.
 */
import type { JsonValue } from '../json/value.ts';
import {
	type CommitmentLevel,
	commitment,
	type RpcContextConfig,
	readContextConfig,
	readUiTransactionEncoding,
	type UiTransactionEncoding,
} from './configs.ts';
import {
	described,
	enumeration,
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
	required,
	schemaOf,
	struct,
	untagged,
	withDefault,
} from './readers.ts';

const readOptionalEncoding = option(readUiTransactionEncoding);

/** `RpcEncodingConfigWrapper`: a configuration, or the encoding in its place. */
function orEncodingAlone<Config>(
	readConfig: Reader<Config>,
	withEncoding: (encoding: UiTransactionEncoding | null) => Config,
): Reader<Config> {
	const readAlone = described(
		(value: JsonValue) => withEncoding(readOptionalEncoding(value)),
		schemaOf(readOptionalEncoding),
	);
	return untagged<Config>('RpcEncodingConfigWrapper', readAlone, readConfig);
}

/** `RpcTransactionConfig`. */
export interface RpcTransactionConfig {
	readonly encoding: UiTransactionEncoding | null;
	readonly commitment: CommitmentLevel | null;
	readonly maxSupportedTransactionVersion: number | null;
}
const readCurrentTransactionConfig: Reader<RpcTransactionConfig> = struct('RpcTransactionConfig', {
	encoding: optional(readUiTransactionEncoding),
	commitment,
	maxSupportedTransactionVersion: optional(readU8),
});
/** The configuration, or the encoding alone, as older clients send it. */
export const readTransactionConfig: Reader<RpcTransactionConfig> = orEncodingAlone(
	readCurrentTransactionConfig,
	(encoding) => ({ encoding, commitment: null, maxSupportedTransactionVersion: null }),
);

/** How much of a block's transactions to give. */
export const readTransactionDetails: Reader<'full' | 'signatures' | 'none' | 'accounts'> = names(
	'full',
	'signatures',
	'none',
	'accounts',
);
export type TransactionDetails = Read<typeof readTransactionDetails>;

/** `RpcBlockConfig`. */
export interface RpcBlockConfig extends RpcTransactionConfig {
	readonly transactionDetails: TransactionDetails | null;
	readonly rewards: boolean | null;
}
const readCurrentBlockConfig: Reader<RpcBlockConfig> = struct('RpcBlockConfig', {
	encoding: optional(readUiTransactionEncoding),
	transactionDetails: optional(readTransactionDetails),
	rewards: optional(readBool),
	commitment,
	maxSupportedTransactionVersion: optional(readU8),
});
/** The configuration, or the encoding alone, as older clients send it. */
export const readBlockConfig: Reader<RpcBlockConfig> = orEncodingAlone(
	readCurrentBlockConfig,
	(encoding) => ({
		encoding,
		transactionDetails: null,
		rewards: null,
		commitment: null,
		maxSupportedTransactionVersion: null,
	}),
);

/** The last slot, or the configuration in its place. */
export const readBlocksConfig: Reader<bigint | RpcContextConfig> = untagged<bigint | RpcContextConfig>(
	'RpcBlocksConfigWrapper',
	readU64,
	readContextConfig,
);

/** `RpcSignaturesForAddressConfig`. */
export interface RpcSignaturesForAddressConfig extends RpcContextConfig {
	readonly before: string | null;
	readonly until: string | null;
	readonly limit: bigint | null;
}
export const readSignaturesForAddressConfig: Reader<RpcSignaturesForAddressConfig> = struct(
	'RpcSignaturesForAddressConfig',
	{
		before: optional(readString),
		until: optional(readString),
		limit: optional(readUsize),
		commitment,
		minContextSlot: optional(readU64),
	},
);

/** `RpcBlockProductionConfig`. */
export interface RpcBlockProductionConfig {
	readonly identity: string | null;
	readonly range: { readonly firstSlot: bigint; readonly lastSlot: bigint | null } | null;
	readonly commitment: CommitmentLevel | null;
}
export const readBlockProductionConfig: Reader<RpcBlockProductionConfig> = struct(
	'RpcBlockProductionConfig',
	{
		identity: optional(readString),
		range: optional(
			struct<{ firstSlot: bigint; lastSlot: bigint | null }>('RpcBlockProductionConfigRange', {
				firstSlot: required(readU64),
				lastSlot: optional(readU64),
			}),
		),
		commitment,
	},
);

/** `RpcLeaderScheduleConfig`. */
export interface RpcLeaderScheduleConfig {
	readonly identity: string | null;
	readonly commitment: CommitmentLevel | null;
}
export const readLeaderScheduleConfig: Reader<RpcLeaderScheduleConfig> = struct('RpcLeaderScheduleConfig', {
	identity: optional(readString),
	commitment,
});
/** A slot of the epoch, or the configuration in its place. */
export const readLeaderScheduleOptions: Reader<bigint | RpcLeaderScheduleConfig> = untagged<
	bigint | RpcLeaderScheduleConfig
>('RpcLeaderScheduleConfigWrapper', readU64, readLeaderScheduleConfig);

/** `RpcEpochConfig`. */
export interface RpcEpochConfig extends RpcContextConfig {
	readonly epoch: bigint | null;
}
export const readEpochConfig: Reader<RpcEpochConfig> = struct('RpcEpochConfig', {
	epoch: optional(readU64),
	commitment,
	minContextSlot: optional(readU64),
});

/** `RpcLargestAccountsConfig`. */
export interface RpcLargestAccountsConfig {
	readonly commitment: CommitmentLevel | null;
	readonly filter: 'circulating' | 'nonCirculating' | null;
	readonly sortResults: boolean | null;
}
export const readLargestAccountsConfig: Reader<RpcLargestAccountsConfig> = struct(
	'RpcLargestAccountsConfig',
	{
		commitment,
		filter: optional(names('circulating', 'nonCirculating')),
		sortResults: optional(readBool),
	},
);

/** `RpcSupplyConfig`. */
export interface RpcSupplyConfig {
	readonly commitment: CommitmentLevel | null;
	readonly excludeNonCirculatingAccountsList: boolean;
}
export const readSupplyConfig: Reader<RpcSupplyConfig> = struct('RpcSupplyConfig', {
	commitment,
	excludeNonCirculatingAccountsList: withDefault(readBool, false),
});

/** `RpcGetVoteAccountsConfig`. */
export interface RpcGetVoteAccountsConfig {
	readonly votePubkey: string | null;
	readonly commitment: CommitmentLevel | null;
	readonly keepUnstakedDelinquents: boolean | null;
	readonly delinquentSlotDistance: bigint | null;
}
export const readGetVoteAccountsConfig: Reader<RpcGetVoteAccountsConfig> = struct(
	'RpcGetVoteAccountsConfig',
	{
		votePubkey: optional(readString),
		commitment,
		keepUnstakedDelinquents: optional(readBool),
		delinquentSlotDistance: optional(readU64),
	},
);

/** `RpcBlockSubscribeFilter`. */
export type RpcBlockSubscribeFilter =
	| { readonly kind: 'all' }
	| { readonly kind: 'mentionsAccountOrProgram'; readonly address: string };
const readBlockFilterVariant = enumeration<'all' | { readonly address: string }>({
	all: null,
	mentionsAccountOrProgram: described((value) => ({ address: readString(value) }), schemaOf(readString)),
});
export const readBlockSubscribeFilter: Reader<RpcBlockSubscribeFilter> = described((value) => {
	const variant = readBlockFilterVariant(value);
	return variant === 'all' ? { kind: 'all' } : { kind: 'mentionsAccountOrProgram', ...variant };
}, schemaOf(readBlockFilterVariant));

/** `RpcBlockSubscribeConfig`. */
export interface RpcBlockSubscribeConfig extends RpcTransactionConfig {
	readonly transactionDetails: TransactionDetails | null;
	readonly showRewards: boolean | null;
}
export const readBlockSubscribeConfig: Reader<RpcBlockSubscribeConfig> = struct('RpcBlockSubscribeConfig', {
	commitment,
	encoding: optional(readUiTransactionEncoding),
	transactionDetails: optional(readTransactionDetails),
	showRewards: optional(readBool),
	maxSupportedTransactionVersion: optional(readU8),
});
