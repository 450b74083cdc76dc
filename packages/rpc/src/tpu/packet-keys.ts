/**
 * Keys of packets: TLS 1.3's derivation and QUIC's protection, with AES-128-GCM and SHA-256 alone.
 *
 * Sources: RFC 8446, section 7.1; RFC 9001, section 5.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { NUMBER_LENGTH, TAG_LENGTH, vector } from './wire.ts';

const INITIAL_SALT = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
const SAMPLE_LENGTH = 16;
const MAX_NUMBER_LENGTH = 4;
const LONG_HEADER = 0x80;

export function hmac(key: Uint8Array, data: Uint8Array): Buffer {
	return createHmac('sha256', key).update(data).digest();
}

/** `HKDF-Expand-Label`, of no more than 32 bytes. */
export function expandLabel(secret: Uint8Array, label: string, context: Uint8Array, length: number): Buffer {
	const info = Buffer.concat([
		Buffer.from([0, length]),
		vector(1, Buffer.from(`tls13 ${label}`)),
		vector(1, context),
		Buffer.from([1]),
	]);
	return hmac(secret, info).subarray(0, length);
}

const NONE = Buffer.alloc(0);

/** A packet that was opened. */
export interface OpenedPacket {
	readonly number: number;
	readonly payload: Buffer;
}

/** What protects the packets of one direction. */
export class PacketKeys {
	private readonly secret: Uint8Array;
	private readonly key: Buffer;
	private readonly iv: Buffer;
	private readonly headerKey: Buffer;

	constructor(secret: Uint8Array, headerKey: Buffer = expandLabel(secret, 'quic hp', NONE, 16)) {
		this.secret = secret;
		this.key = expandLabel(secret, 'quic key', NONE, 16);
		this.iv = expandLabel(secret, 'quic iv', NONE, 12);
		this.headerKey = headerKey;
	}

	/** The keys after an update; headers stay protected as they were. */
	next(): PacketKeys {
		return new PacketKeys(expandLabel(this.secret, 'quic ku', NONE, 32), this.headerKey);
	}

	/** The keys of a client's first packets, and of the answers to them. */
	static initial(connectionId: Uint8Array): { readonly client: PacketKeys; readonly server: PacketKeys } {
		const secret = hmac(INITIAL_SALT, connectionId);
		return {
			client: new PacketKeys(expandLabel(secret, 'client in', NONE, 32)),
			server: new PacketKeys(expandLabel(secret, 'server in', NONE, 32)),
		};
	}

	/** `header` without the packet's number, whose lowest bits in its first byte are set here. */
	seal(header: Uint8Array, number: number, payload: Uint8Array): Buffer {
		const packet = Buffer.concat([header, Buffer.alloc(NUMBER_LENGTH)]);
		packet.writeUInt32BE(number, header.length);
		packet[0]! |= NUMBER_LENGTH - 1;
		const cipher = createCipheriv('aes-128-gcm', this.key, this.nonce(number));
		cipher.setAAD(packet);
		const sealed = Buffer.concat([cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
		const mask = this.mask(sealed, MAX_NUMBER_LENGTH - NUMBER_LENGTH);
		packet[0]! ^= mask[0]! & (packet[0]! & LONG_HEADER ? 0x0f : 0x1f);
		for (let i = 0; i < NUMBER_LENGTH; i++) packet[header.length + i]! ^= mask[i + 1]!;
		return Buffer.concat([packet, sealed]);
	}

	/** Opens a packet whose number stands at `numberAt`; null where it was not sealed with these keys. */
	open(sealed: Buffer, numberAt: number, largest: number): OpenedPacket | null {
		if (sealed.length < numberAt + MAX_NUMBER_LENGTH + SAMPLE_LENGTH) return null;
		const packet = Buffer.from(sealed);
		const mask = this.mask(packet, numberAt + MAX_NUMBER_LENGTH);
		packet[0]! ^= mask[0]! & (packet[0]! & LONG_HEADER ? 0x0f : 0x1f);
		const length = (packet[0]! & 3) + 1;
		for (let i = 0; i < length; i++) packet[numberAt + i]! ^= mask[i + 1]!;
		const number = fullNumber(packet.readUIntBE(numberAt, length), length, largest);
		if (!Number.isSafeInteger(number)) return null;
		const payloadAt = numberAt + length;
		const decipher = createDecipheriv('aes-128-gcm', this.key, this.nonce(number));
		decipher.setAAD(packet.subarray(0, payloadAt));
		decipher.setAuthTag(packet.subarray(-TAG_LENGTH));
		try {
			const payload = decipher.update(packet.subarray(payloadAt, -TAG_LENGTH));
			decipher.final();
			return { number, payload };
		} catch {
			return null;
		}
	}

	private mask(bytes: Buffer, at: number): Buffer {
		const cipher = createCipheriv('aes-128-ecb', this.headerKey, null);
		return cipher.update(bytes.subarray(at, at + SAMPLE_LENGTH));
	}

	private nonce(number: number): Buffer {
		const nonce = Buffer.from(this.iv);
		const low = nonce.readBigUInt64BE(4) ^ BigInt(number);
		nonce.writeBigUInt64BE(low, 4);
		return nonce;
	}
}

/** The number whose lowest bytes these are, next to the largest that came. Source: RFC 9000, appendix A.3. */
function fullNumber(low: number, length: number, largest: number): number {
	const window = 2 ** (8 * length);
	const expected = largest + 1;
	const candidate = expected - (expected % window) + low;
	if (candidate <= expected - window / 2) return candidate + window;
	if (candidate > expected + window / 2 && candidate >= window) return candidate - window;
	return candidate;
}
