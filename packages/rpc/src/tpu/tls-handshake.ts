/**
 * The server's side of a TLS 1.3 handshake inside of QUIC, as the Solana tools take it: X25519, AES-128-GCM, a certificate
 * that says nothing but the node's key.
 *
 * Sources: RFC 8446; solana-tls-utils 4.3.0 `tls_certificates.rs` (`new_dummy_x509_certificate`).
 */
import {
	createHash,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	type KeyObject,
	randomBytes,
	sign,
} from 'node:crypto';
import { expandLabel, hmac } from './packet-keys.ts';
import { CLOSE_CODE, uint, vector, WireFault, WireReader } from './wire.ts';

const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const ENCRYPTED_EXTENSIONS = 8;
const CERTIFICATE = 11;
const CERTIFICATE_VERIFY = 15;
const FINISHED = 20;

const ALPN = 16;
const SUPPORTED_VERSIONS = 43;
const KEY_SHARE = 51;
const TRANSPORT_PARAMETERS = 57;

const AES_128_GCM_SHA256 = 0x1301;
const X25519 = 0x001d;
const ED25519 = 0x0807;
const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;
const PROTOCOL = Buffer.from('solana-tpu');
const X25519_KEY_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const KEY_LENGTH = 32;
const HASH_LENGTH = 32;

/** The certificate up to its key, and behind it; its own signature is none. */
const CERTIFICATE_HEAD = Buffer.from(
	'3081f63081a9a00302010202080101010101010101300506032b6570301631143012060355040' +
		'30c0b536f6c616e61206e6f64653020170d3730303130313030303030305a180f34303936303130313030303030305a3000302a300506032b6570032100',
	'hex',
);
const CERTIFICATE_TAIL = Buffer.concat([
	Buffer.from(
		'a329302730170603551d110101ff040d300b82096c6f63616c686f7374300c0603551d130101ff04023000300506032b6570034100',
		'hex',
	),
	Buffer.alloc(64, 0xff),
]);

/** Who answers: an Ed25519 key. */
export interface TlsIdentity {
	readonly privateKey: KeyObject;
	readonly publicKey: Buffer;
}

/** A new identity. Clients do not ask whether it is the leader's. */
export function createTlsIdentity(): TlsIdentity {
	const { privateKey, publicKey } = generateKeyPairSync('ed25519');
	return { privateKey, publicKey: rawKey(publicKey) };
}

/** The 32 bytes of a key of Curve25519. */
function rawKey(key: KeyObject): Buffer {
	return key.export({ format: 'der', type: 'spki' }).subarray(-KEY_LENGTH);
}

/** The secrets that a handshake comes to. */
export interface TlsSecrets {
	readonly client: Buffer;
	readonly server: Buffer;
}

/** What the server answers to a client's first message. */
export interface ServerFlight {
	/** Under the initial keys. */
	readonly hello: Buffer;
	/** Under the handshake keys. */
	readonly rest: Buffer;
	readonly handshake: TlsSecrets;
	readonly application: TlsSecrets;
	/** The message by which the client shows that it has the same keys. */
	readonly clientFinished: Buffer;
}

interface ClientHello {
	readonly message: Buffer;
	readonly sessionId: Buffer;
	readonly share: Buffer;
}

function hash(...parts: readonly Uint8Array[]): Buffer {
	const sha = createHash('sha256');
	for (const part of parts) sha.update(part);
	return sha.digest();
}

function message(type: number, ...parts: readonly Uint8Array[]): Buffer {
	return Buffer.concat([uint(type, 1), vector(3, ...parts)]);
}

function extension(type: number, ...parts: readonly Uint8Array[]): Buffer {
	return Buffer.concat([uint(type, 2), vector(2, ...parts)]);
}

/** The first message in these bytes; null while there is not all of it. */
export function firstMessage(bytes: Buffer): Buffer | null {
	if (bytes.length < 4) return null;
	const end = 4 + bytes.readUIntBE(1, 3);
	return bytes.length < end ? null : bytes.subarray(0, end);
}

function readClientHello(bytes: Buffer): ClientHello {
	const reader = new WireReader(bytes, 4);
	if (bytes[0] !== CLIENT_HELLO) throw new WireFault('no client hello', CLOSE_CODE.handshake);
	reader.take(2 + 32);
	const sessionId = reader.vector(1);
	const suites = new WireReader(reader.vector(2));
	let isSuiteKnown = false;
	while (suites.left > 0) isSuiteKnown = suites.uint(2) === AES_128_GCM_SHA256 || isSuiteKnown;
	reader.vector(1);
	const extensions = new WireReader(reader.vector(2));
	let share: Buffer | null = null;
	let isProtocolKnown = false;
	while (extensions.left > 0) {
		const type = extensions.uint(2);
		const body = new WireReader(extensions.vector(2));
		if (type === KEY_SHARE) {
			const shares = new WireReader(body.vector(2));
			while (shares.left > 0) {
				const group = shares.uint(2);
				const key = shares.vector(2);
				if (group === X25519 && key.length === KEY_LENGTH) share = key;
			}
		} else if (type === ALPN) {
			const names = new WireReader(body.vector(2));
			while (names.left > 0) isProtocolKnown = names.vector(1).equals(PROTOCOL) || isProtocolKnown;
		}
	}
	if (share === null || !isSuiteKnown || !isProtocolKnown)
		throw new WireFault('nothing in common', CLOSE_CODE.handshake);
	return { message: bytes, sessionId, share };
}

/** Answers a client's first message. WireFault for one that cannot be answered. */
export function answerClientHello(
	bytes: Buffer,
	identity: TlsIdentity,
	transportParameters: Buffer,
): ServerFlight {
	const client = readClientHello(bytes);
	const own = generateKeyPairSync('x25519');
	const ownShare = rawKey(own.publicKey);
	const shared = sharedSecret(own.privateKey, client.share);
	const hello = message(
		SERVER_HELLO,
		uint(TLS_1_2, 2),
		randomBytes(32),
		vector(1, client.sessionId),
		uint(AES_128_GCM_SHA256, 2),
		uint(0, 1),
		vector(
			2,
			extension(SUPPORTED_VERSIONS, uint(TLS_1_3, 2)),
			extension(KEY_SHARE, uint(X25519, 2), vector(2, ownShare)),
		),
	);

	const zeros = Buffer.alloc(HASH_LENGTH);
	const derived = (secret: Buffer): Buffer => expandLabel(secret, 'derived', hash(), HASH_LENGTH);
	const handshakeSecret = hmac(derived(hmac(zeros, zeros)), shared);
	const masterSecret = hmac(derived(handshakeSecret), zeros);
	const secrets = (from: Buffer, phase: string, transcript: Buffer): TlsSecrets => ({
		client: expandLabel(from, `c ${phase} traffic`, transcript, HASH_LENGTH),
		server: expandLabel(from, `s ${phase} traffic`, transcript, HASH_LENGTH),
	});
	const finished = (secret: Buffer, transcript: Buffer): Buffer =>
		message(FINISHED, hmac(expandLabel(secret, 'finished', Buffer.alloc(0), HASH_LENGTH), transcript));

	const handshake = secrets(handshakeSecret, 'hs', hash(client.message, hello));
	const extensions = message(
		ENCRYPTED_EXTENSIONS,
		vector(
			2,
			extension(ALPN, vector(2, vector(1, PROTOCOL))),
			extension(TRANSPORT_PARAMETERS, transportParameters),
		),
	);
	const certificate = message(
		CERTIFICATE,
		uint(0, 1),
		vector(3, vector(3, CERTIFICATE_HEAD, identity.publicKey, CERTIFICATE_TAIL), uint(0, 2)),
	);
	const verify = message(
		CERTIFICATE_VERIFY,
		uint(ED25519, 2),
		vector(2, signTranscript(identity, hash(client.message, hello, extensions, certificate))),
	);
	const soFar = [client.message, hello, extensions, certificate, verify];
	const ownFinished = finished(handshake.server, hash(...soFar));
	const transcript = hash(...soFar, ownFinished);
	return {
		hello,
		rest: Buffer.concat([extensions, certificate, verify, ownFinished]),
		handshake,
		application: secrets(masterSecret, 'ap', transcript),
		clientFinished: finished(handshake.client, transcript),
	};
}

function sharedSecret(privateKey: KeyObject, share: Buffer): Buffer {
	const key = Buffer.concat([X25519_KEY_PREFIX, share]);
	try {
		return diffieHellman({ privateKey, publicKey: createPublicKey({ key, format: 'der', type: 'spki' }) });
	} catch {
		throw new WireFault('a share of low order', CLOSE_CODE.handshake);
	}
}

function signTranscript(identity: TlsIdentity, transcript: Buffer): Buffer {
	const context = Buffer.from('TLS 1.3, server CertificateVerify\0');
	return sign(null, Buffer.concat([Buffer.alloc(64, 0x20), context, transcript]), identity.privateKey);
}
