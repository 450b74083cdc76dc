/** What the data of token instructions is made of. Source: spl-token-2022-interface 3.1 `instruction.rs`. */
import type { ByteReader } from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';
import { base64Encode } from '../base64.ts';
import { encodeTokenAmount } from '../token-amount.ts';
import { type Members, notParsable } from './row.ts';

/** `ExtensionType`, by number. */
const EXTENSION_TYPES = [
	'uninitialized',
	'transferFeeConfig',
	'transferFeeAmount',
	'mintCloseAuthority',
	'confidentialTransferMint',
	'confidentialTransferAccount',
	'defaultAccountState',
	'immutableOwner',
	'memoTransfer',
	'nonTransferable',
	'interestBearingConfig',
	'cpiGuard',
	'permanentDelegate',
	'nonTransferableAccount',
	'transferHook',
	'transferHookAccount',
	'confidentialTransferFeeConfig',
	'confidentialTransferFeeAmount',
	'metadataPointer',
	'tokenMetadata',
	'groupPointer',
	'tokenGroup',
	'groupMemberPointer',
	'tokenGroupMember',
	'confidentialMintBurn',
	'scaledUiAmount',
	'pausable',
	'pausableAccount',
	'permissionedBurn',
] as const;

/** Bytes of an ElGamal ciphertext. */
export const ELGAMAL_CIPHERTEXT_LENGTH = 64;

/** `COption<T>`, its tag one byte. */
export function tokenOption<T>(data: ByteReader, read: (data: ByteReader) => T): T | null {
	const tag = data.u8();
	if (tag > 1) return notParsable();
	return tag === 0 ? null : read(data);
}

/** An address or null, with the tag one byte. */
export function optionalAddress(data: ByteReader): string | null {
	return tokenOption(data, (reader) => reader.pubkey().toBase58());
}

/** An address; 32 zero bytes stand for none. */
export function maybeNullAddress(data: ByteReader): string | null {
	const key = data.pubkey();
	return key.bytes.some((byte) => byte !== 0) ? key.toBase58() : null;
}

/** As {@link maybeNullAddress}; none is left out. */
export function presentAddress(data: ByteReader): string | undefined {
	return maybeNullAddress(data) ?? undefined;
}

/** An integer as text. */
export function amountText(data: ByteReader): string {
	return String(data.u64());
}

/** A `UiTokenAmount` out of an amount and the decimals behind it. */
export function checkedAmount(data: ByteReader): Json {
	const amount = data.u64();
	return encodeTokenAmount(amount, { decimals: data.u8(), toUiAmount: null });
}

/** The names of the extension types that the rest of the data lists. */
export function extensionTypes(data: ByteReader): string[] {
	const names: string[] = [];
	while (data.remaining > 0) names.push(EXTENSION_TYPES[data.u16()] ?? notParsable());
	return names;
}

/** An i8. */
export function i8(data: ByteReader): number {
	return (data.u8() << 24) >> 24;
}

/** An i16. */
export function i16(data: ByteReader): number {
	return (data.u16() << 16) >> 16;
}

/** `length` bytes as base64. */
export function base64Of(data: ByteReader, length: number): string {
	return base64Encode(data.take(length));
}

/** An AES-GCM-SIV ciphertext of an amount. */
export function decryptable(data: ByteReader): string {
	return base64Of(data, 36);
}

/** An ElGamal public key. */
export function elGamalPubkey(data: ByteReader): string {
	return base64Of(data, 32);
}

/** An ElGamal public key; zero bytes stand for none. */
export function maybeNullElGamalPubkey(data: ByteReader): string | null {
	const bytes = data.take(32);
	return bytes.some((byte) => byte !== 0) ? base64Encode(bytes) : null;
}

/** `bytemuck` structs: the data must be exactly as long as the struct. */
export function pod(
	read: (data: ByteReader, accounts: readonly string[]) => Members,
): (data: ByteReader, accounts: readonly string[]) => Members {
	return (data, accounts) => {
		const members = read(data, accounts);
		return data.remaining === 0 ? members : notParsable();
	};
}
