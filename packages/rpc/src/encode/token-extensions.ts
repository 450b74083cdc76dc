/**
 * Writes Token-2022 extensions for people, a row each. Sources: solana-account-decoder 4.3.0
 * `parse_token_extension.rs`, spl-token-2022-interface 3.1 `extension/`.
 */
import { ByteReader, Fault, type Pubkey } from '@parhelion/sdk';
import type { Json } from '../json/write.ts';
import { ACCOUNT_STATES } from './token-state.ts';

interface Row {
	readonly name: string;
	/** Writes the extension's value; absent where it has none. */
	readonly state?: (reader: ByteReader) => { readonly [key: string]: Json };
}

/** An address that may be absent, which is written as 32 zero bytes. */
function maybeKey(reader: ByteReader): string | null {
	const key = reader.pubkey();
	return isZero(key) ? null : key.toBase58();
}

function isZero(key: Pubkey): boolean {
	return key.bytes.every((byte) => byte === 0);
}

function flag(reader: ByteReader): boolean {
	return reader.u8() !== 0;
}

function i16(reader: ByteReader): number {
	return (reader.u16() << 16) >> 16;
}

function transferFee(reader: ByteReader): Json {
	return { epoch: reader.u64(), maximumFee: reader.u64(), transferFeeBasisPoints: reader.u16() };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function text(reader: ByteReader): string {
	return UTF8.decode(reader.take(reader.u32()));
}

function textPairs(reader: ByteReader): Json {
	const pairs: Json[] = [];
	for (let left = reader.u32(); left > 0; left--) pairs.push([text(reader), text(reader)]);
	return pairs;
}

/** By extension type. The confidential extensions have no row. */
const ROWS: Readonly<Record<number, Row>> = Object.freeze({
	1: {
		name: 'transferFeeConfig',
		state: (reader) => ({
			transferFeeConfigAuthority: maybeKey(reader),
			withdrawWithheldAuthority: maybeKey(reader),
			withheldAmount: reader.u64(),
			olderTransferFee: transferFee(reader),
			newerTransferFee: transferFee(reader),
		}),
	},
	2: { name: 'transferFeeAmount', state: (reader) => ({ withheldAmount: reader.u64() }) },
	3: { name: 'mintCloseAuthority', state: (reader) => ({ closeAuthority: maybeKey(reader) }) },
	6: {
		name: 'defaultAccountState',
		state: (reader) => ({ accountState: ACCOUNT_STATES[reader.u8()] ?? ACCOUNT_STATES[0] }),
	},
	7: { name: 'immutableOwner' },
	8: { name: 'memoTransfer', state: (reader) => ({ requireIncomingTransferMemos: flag(reader) }) },
	9: { name: 'nonTransferable' },
	10: {
		name: 'interestBearingConfig',
		state: (reader) => ({
			rateAuthority: maybeKey(reader),
			initializationTimestamp: reader.i64(),
			preUpdateAverageRate: i16(reader),
			lastUpdateTimestamp: reader.i64(),
			currentRate: i16(reader),
		}),
	},
	11: { name: 'cpiGuard', state: (reader) => ({ lockCpi: flag(reader) }) },
	12: { name: 'permanentDelegate', state: (reader) => ({ delegate: maybeKey(reader) }) },
	13: { name: 'nonTransferableAccount' },
	14: {
		name: 'transferHook',
		state: (reader) => ({ authority: maybeKey(reader), programId: maybeKey(reader) }),
	},
	15: { name: 'transferHookAccount', state: (reader) => ({ transferring: flag(reader) }) },
	18: {
		name: 'metadataPointer',
		state: (reader) => ({ authority: maybeKey(reader), metadataAddress: maybeKey(reader) }),
	},
	19: {
		name: 'tokenMetadata',
		state: (reader) => ({
			updateAuthority: maybeKey(reader),
			mint: reader.pubkey().toBase58(),
			name: text(reader),
			symbol: text(reader),
			uri: text(reader),
			additionalMetadata: textPairs(reader),
		}),
	},
	20: {
		name: 'groupPointer',
		state: (reader) => ({ authority: maybeKey(reader), groupAddress: maybeKey(reader) }),
	},
	21: {
		name: 'tokenGroup',
		state: (reader) => ({
			updateAuthority: maybeKey(reader),
			mint: reader.pubkey().toBase58(),
			size: reader.u64(),
			maxSize: reader.u64(),
		}),
	},
	22: {
		name: 'groupMemberPointer',
		state: (reader) => ({ authority: maybeKey(reader), memberAddress: maybeKey(reader) }),
	},
	23: {
		name: 'tokenGroupMember',
		state: (reader) => ({
			mint: reader.pubkey().toBase58(),
			group: reader.pubkey().toBase58(),
			memberNumber: reader.u64(),
		}),
	},
	25: {
		name: 'scaledUiAmountConfig',
		state: (reader) => ({
			authority: maybeKey(reader),
			multiplier: String(reader.f64()),
			newMultiplierEffectiveTimestamp: reader.i64(),
			newMultiplier: String(reader.f64()),
		}),
	},
	26: { name: 'pausableConfig', state: (reader) => ({ authority: maybeKey(reader), paused: flag(reader) }) },
	27: { name: 'pausableAccount' },
	28: { name: 'permissionedBurnConfig', state: (reader) => ({ authority: maybeKey(reader) }) },
});

/**
 * The extensions in the type-length-value bytes `extensions`. Null where one is of a type without a row; a
 * list that is broken off counts as empty.
 */
export function encodeExtensions(extensions: Uint8Array): Json[] | null {
	const encoded: Json[] = [];
	const reader = new ByteReader(extensions);
	while (reader.remaining >= 4) {
		const type = reader.u16();
		if (type === 0) break;
		const length = reader.u16();
		if (length > reader.remaining) return [];
		const row = ROWS[type];
		if (row === undefined) return null;
		encoded.push(encodeExtension(row, reader.take(length)));
	}
	return encoded;
}

function encodeExtension(row: Row, value: Uint8Array): Json {
	if (row.state === undefined) return { extension: row.name };
	try {
		return { extension: row.name, state: row.state(new ByteReader(value)) };
	} catch (thrown) {
		// Too short, or text that is not UTF-8.
		if (thrown instanceof Fault || thrown instanceof TypeError) return { extension: 'unparseableExtension' };
		throw thrown;
	}
}
