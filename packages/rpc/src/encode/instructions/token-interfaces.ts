/**
 * Instructions of the token group and token metadata interfaces, which Token-2022 implements; their data begins with
 * eight bytes of a hash. Sources: solana-transaction-status 4.3.0 `parse_token/extension/{token_group,token_metadata}.rs`,
 * spl-token-group-interface 0.7, spl-token-metadata-interface 1.0.
 */
import { sha256 } from '@parhelion/crypto';
import { ByteReader } from '@parhelion/sdk';
import { notParsable, type Row, utf8 } from './row.ts';
import { maybeNullAddress, pod, tokenOption } from './token-values.ts';

const DISCRIMINATOR_LENGTH = 8;
const FIELDS = ['name', 'symbol', 'uri'];
const FIELD_KEY = 3;

/** A borsh string: its length is a u32. */
function text32(data: ByteReader): string {
	return utf8(data.take(data.u32()));
}

function field(data: ByteReader): string {
	const tag = data.u8();
	return tag === FIELD_KEY ? text32(data) : (FIELDS[tag] ?? notParsable());
}

function flag(data: ByteReader): boolean {
	const byte = data.u8();
	return byte <= 1 ? byte === 1 : notParsable();
}

/** By the text whose hash the data begins with. */
const BY_NAME: Readonly<Record<string, Row>> = Object.freeze({
	'spl_token_group_interface:initialize_token_group': {
		type: 'initializeTokenGroup',
		accounts: ['group', 'mint', 'mintAuthority'],
		info: pod((data) => ({ updateAuthority: maybeNullAddress(data), maxSize: data.u64() })),
	},
	'spl_token_group_interface:update_group_max_size': {
		type: 'updateTokenGroupMaxSize',
		accounts: ['group', 'updateAuthority'],
		info: pod((data) => ({ maxSize: data.u64() })),
	},
	'spl_token_group_interface:update_authority': {
		type: 'updateTokenGroupAuthority',
		accounts: ['group', 'updateAuthority'],
		info: pod((data) => ({ newAuthority: maybeNullAddress(data) })),
	},
	'spl_token_group_interface:initialize_member': {
		type: 'initializeTokenGroupMember',
		accounts: ['member', 'memberMint', 'memberMintAuthority', 'group', 'groupUpdateAuthority'],
		info: pod(() => ({})),
	},
	'spl_token_metadata_interface:initialize_account': {
		type: 'initializeTokenMetadata',
		accounts: ['metadata', 'updateAuthority', 'mint', 'mintAuthority'],
		info: pod((data) => ({ name: text32(data), symbol: text32(data), uri: text32(data) })),
	},
	'spl_token_metadata_interface:updating_field': {
		type: 'updateTokenMetadataField',
		accounts: ['metadata', 'updateAuthority'],
		info: pod((data) => ({ field: field(data), value: text32(data) })),
	},
	'spl_token_metadata_interface:remove_key_ix': {
		type: 'removeTokenMetadataKey',
		accounts: ['metadata', 'updateAuthority'],
		info: pod((data) => ({ idempotent: flag(data), key: text32(data) })),
	},
	'spl_token_metadata_interface:update_the_authority': {
		type: 'updateTokenMetadataAuthority',
		accounts: ['metadata', 'updateAuthority'],
		info: pod((data) => ({ newAuthority: maybeNullAddress(data) })),
	},
	'spl_token_metadata_interface:emitter': {
		type: 'emitTokenMetadata',
		accounts: ['metadata'],
		info: pod((data) => ({
			start: tokenOption(data, (reader) => reader.u64()) ?? undefined,
			end: tokenOption(data, (reader) => reader.u64()) ?? undefined,
		})),
	},
});

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes.subarray(0, DISCRIMINATOR_LENGTH)).toString('hex');
}

const BY_DISCRIMINATOR: ReadonlyMap<string, Row> = new Map(
	Object.entries(BY_NAME).map(([name, row]) => [hex(sha256(new TextEncoder().encode(name))), row]),
);

/** The row of the instruction in `bytes` and its data behind the discriminator; null where it is none of these. */
export function tokenInterfaceRow(
	bytes: Uint8Array,
): { readonly row: Row; readonly data: ByteReader } | null {
	const row = BY_DISCRIMINATOR.get(hex(bytes));
	return row === undefined ? null : { row, data: new ByteReader(bytes, DISCRIMINATOR_LENGTH) };
}
