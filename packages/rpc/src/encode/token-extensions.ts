/**
 * Writes Token-2022 extensions for people, a row each. Sources: solana-account-decoder 4.3.0
 * `parse_token_extension.rs`, spl-token-2022-interface 3.1 `extension/`.
 */
import { ByteReader, Fault } from '@parhelion/sdk';
import type { Json } from '../json/write.ts';
import { displayFloat } from './float-text.ts';
import {
	base64Of,
	decryptable,
	ELGAMAL_CIPHERTEXT_LENGTH,
	elGamalPubkey,
	i16,
	maybeNullAddress,
	maybeNullElGamalPubkey,
} from './instructions/token-values.ts';
import { ACCOUNT_STATES } from './token-state.ts';

interface Row {
	readonly name: string;
	/** Writes the extension's value; absent where it has none. */
	readonly state?: (reader: ByteReader) => { readonly [key: string]: Json };
}

function flag(reader: ByteReader): boolean {
	return reader.u8() !== 0;
}

function ciphertext(reader: ByteReader): string {
	return base64Of(reader, ELGAMAL_CIPHERTEXT_LENGTH);
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

/** By extension type. */
const ROWS: Readonly<Record<number, Row>> = Object.freeze({
	1: {
		name: 'transferFeeConfig',
		state: (reader) => ({
			transferFeeConfigAuthority: maybeNullAddress(reader),
			withdrawWithheldAuthority: maybeNullAddress(reader),
			withheldAmount: reader.u64(),
			olderTransferFee: transferFee(reader),
			newerTransferFee: transferFee(reader),
		}),
	},
	2: { name: 'transferFeeAmount', state: (reader) => ({ withheldAmount: reader.u64() }) },
	3: { name: 'mintCloseAuthority', state: (reader) => ({ closeAuthority: maybeNullAddress(reader) }) },
	4: {
		name: 'confidentialTransferMint',
		state: (reader) => ({
			authority: maybeNullAddress(reader),
			autoApproveNewAccounts: flag(reader),
			auditorElgamalPubkey: maybeNullElGamalPubkey(reader),
		}),
	},
	5: {
		name: 'confidentialTransferAccount',
		state: (reader) => ({
			approved: flag(reader),
			elgamalPubkey: elGamalPubkey(reader),
			pendingBalanceLo: ciphertext(reader),
			pendingBalanceHi: ciphertext(reader),
			availableBalance: ciphertext(reader),
			decryptableAvailableBalance: decryptable(reader),
			allowConfidentialCredits: flag(reader),
			allowNonConfidentialCredits: flag(reader),
			pendingBalanceCreditCounter: reader.u64(),
			maximumPendingBalanceCreditCounter: reader.u64(),
			expectedPendingBalanceCreditCounter: reader.u64(),
			actualPendingBalanceCreditCounter: reader.u64(),
		}),
	},
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
			rateAuthority: maybeNullAddress(reader),
			initializationTimestamp: reader.i64(),
			preUpdateAverageRate: i16(reader),
			lastUpdateTimestamp: reader.i64(),
			currentRate: i16(reader),
		}),
	},
	11: { name: 'cpiGuard', state: (reader) => ({ lockCpi: flag(reader) }) },
	12: { name: 'permanentDelegate', state: (reader) => ({ delegate: maybeNullAddress(reader) }) },
	13: { name: 'nonTransferableAccount' },
	14: {
		name: 'transferHook',
		state: (reader) => ({ authority: maybeNullAddress(reader), programId: maybeNullAddress(reader) }),
	},
	15: { name: 'transferHookAccount', state: (reader) => ({ transferring: flag(reader) }) },
	16: {
		name: 'confidentialTransferFeeConfig',
		state: (reader) => ({
			authority: maybeNullAddress(reader),
			withdrawWithheldAuthorityElgamalPubkey: elGamalPubkey(reader),
			harvestToMintEnabled: flag(reader),
			withheldAmount: ciphertext(reader),
		}),
	},
	17: {
		name: 'confidentialTransferFeeAmount',
		state: (reader) => ({ withheldAmount: ciphertext(reader) }),
	},
	18: {
		name: 'metadataPointer',
		state: (reader) => ({ authority: maybeNullAddress(reader), metadataAddress: maybeNullAddress(reader) }),
	},
	19: {
		name: 'tokenMetadata',
		state: (reader) => ({
			updateAuthority: maybeNullAddress(reader),
			mint: reader.pubkey().toBase58(),
			name: text(reader),
			symbol: text(reader),
			uri: text(reader),
			additionalMetadata: textPairs(reader),
		}),
	},
	20: {
		name: 'groupPointer',
		state: (reader) => ({ authority: maybeNullAddress(reader), groupAddress: maybeNullAddress(reader) }),
	},
	21: {
		name: 'tokenGroup',
		state: (reader) => ({
			updateAuthority: maybeNullAddress(reader),
			mint: reader.pubkey().toBase58(),
			size: reader.u64(),
			maxSize: reader.u64(),
		}),
	},
	22: {
		name: 'groupMemberPointer',
		state: (reader) => ({ authority: maybeNullAddress(reader), memberAddress: maybeNullAddress(reader) }),
	},
	23: {
		name: 'tokenGroupMember',
		state: (reader) => ({
			mint: reader.pubkey().toBase58(),
			group: reader.pubkey().toBase58(),
			memberNumber: reader.u64(),
		}),
	},
	24: {
		name: 'confidentialMintBurn',
		state: (reader) => ({
			confidentialSupply: ciphertext(reader),
			decryptableSupply: decryptable(reader),
			supplyElgamalPubkey: elGamalPubkey(reader),
			pendingBurn: ciphertext(reader),
		}),
	},
	25: {
		name: 'scaledUiAmountConfig',
		state: (reader) => ({
			authority: maybeNullAddress(reader),
			multiplier: displayFloat(reader.f64()),
			newMultiplierEffectiveTimestamp: reader.i64(),
			newMultiplier: displayFloat(reader.f64()),
		}),
	},
	26: {
		name: 'pausableConfig',
		state: (reader) => ({ authority: maybeNullAddress(reader), paused: flag(reader) }),
	},
	27: { name: 'pausableAccount' },
	28: { name: 'permissionedBurnConfig', state: (reader) => ({ authority: maybeNullAddress(reader) }) },
});

/**
 * The extensions in the type-length-value bytes `extensions`. A list that is broken off, or that holds a type that is
 * not known, counts as empty.
 */
export function encodeExtensions(extensions: Uint8Array): Json[] {
	const encoded: Json[] = [];
	const reader = new ByteReader(extensions);
	while (reader.remaining >= 4) {
		const type = reader.u16();
		if (type === 0) break;
		const length = reader.u16();
		if (length > reader.remaining) return [];
		const row = ROWS[type];
		if (row === undefined) return [];
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
