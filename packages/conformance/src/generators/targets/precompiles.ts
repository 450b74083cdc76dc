/** The precompiles: signatures of the three curves, several in an instruction, with offsets and bytes changed. */
import { ed25519KeypairFromSeed, ed25519Sign } from '@parhelion/crypto';
import { ByteWriter, type Instruction, type Pubkey, programIds } from '@parhelion/sdk';
import { Secp256k1Program } from '@solana/web3.js';
import type { Random } from '../../oracle/random.ts';
import type { FuzzCase, Step } from '../case.ts';
import { ONE_ENGINE, type Target } from '../target.ts';
import { PAYER, payerStep, unitLimit, utf8 } from './common.ts';

/** A signature and what it belongs to. */
interface Signed {
	readonly key: Uint8Array;
	readonly signature: Uint8Array;
	readonly message: Uint8Array;
}

const MESSAGES = ['', 'a message to sign', 'x'.repeat(200)].map((text) => utf8.encode(text));
/**
 * Keys and signatures of two P-256 keys, message after message: made once, since OpenSSL makes another signature each
 * time.
 */
const SECP256R1: readonly (readonly [key: string, signature: string])[] = [
	[
		'02faf1d39f5d4899cfa936444281bc697e2256a019955c3109ce8662eddb6b88ab',
		'45f5cfda8cae4c33be8cf927b888424030897ea5934d0faa848e2c655f3720107127fbe39a1691c3ff8b7378e506b16ad0b7299a088ea0a7fdb41dae6305f490',
	],
	[
		'0201239b1472fb3292da660fb9c26cb6cefe035547392c0dbab416917689a7289b',
		'eaa91c7b506e1180851fe609197b1886a9fdc0102827180649f441a322d174db1b869c039f05ca04a6faeee1fc2767eb419a4ad10b5aba421c087a06d7277ca9',
	],
	[
		'02faf1d39f5d4899cfa936444281bc697e2256a019955c3109ce8662eddb6b88ab',
		'5d6cb6717b01fcc13b6d6a4d7f03fbfae2daf0f13f8c8d13c604a10a6b40b59a022dc9d43d2e7c06920c01516b189bc2dd32d0164a97f0a06d9ed1dae51528e0',
	],
	[
		'0201239b1472fb3292da660fb9c26cb6cefe035547392c0dbab416917689a7289b',
		'd2cc08cd4588f989d202d72eec7c7dca2455160cabc275b11f6ebab5f2b7ecc932ad42728f9ba4f0d37538c5ace14ad67a467e7fc2fb6c54432621b086db65cc',
	],
	[
		'02faf1d39f5d4899cfa936444281bc697e2256a019955c3109ce8662eddb6b88ab',
		'633a03a1c998b880e001bc6236a7721f1d1d09aeebfb86eff64ebc84d74153924843c874f26df288fc00ca67cc34449fb05ac5d381b24e0c9af1e353f9e88548',
	],
	[
		'0201239b1472fb3292da660fb9c26cb6cefe035547392c0dbab416917689a7289b',
		'5574ef202dde43634249f01c0987da8253f7f565831fe3c89296120681d902252fccd6cf41545ad67957301f90db826f0f3901bcb279712b50e9d439839614b4',
	],
];

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

function ed25519(fill: number, message: Uint8Array): Signed {
	const seed = new Uint8Array(32).fill(fill);
	return { key: ed25519KeypairFromSeed(seed).publicKey, signature: ed25519Sign(message, seed), message };
}

/** The key is an Ethereum address; the signature has its recovery id behind it. */
function secp256k1(fill: number, message: Uint8Array): Signed {
	const privateKey = new Uint8Array(32).fill(fill);
	const data = Uint8Array.from(
		Secp256k1Program.createInstructionWithPrivateKey({ privateKey, message: Uint8Array.from(message) }).data,
	);
	return { key: data.slice(12, 32), signature: data.slice(32, 97), message };
}

interface Scheme {
	readonly label: string;
	readonly programId: Pubkey;
	readonly signed: readonly Signed[];
	/** Bytes of the count, and of the offsets of one signature. */
	readonly head: number;
	readonly offsets: number;
	/** The offsets in the order of the scheme; `at` gives where key, signature and message are. */
	write(
		writer: ByteWriter,
		at: { key: number; signature: number; message: number; size: number },
		index: number,
	): void;
}

const SAME = 0xffff;

const SCHEMES: readonly Scheme[] = [
	{
		label: 'ed25519',
		programId: programIds.ed25519Program,
		signed: MESSAGES.flatMap((message) => [ed25519(3, message), ed25519(4, message)]),
		head: 2,
		offsets: 14,
		write: (writer, at, index) =>
			writer.u16(at.signature).u16(index).u16(at.key).u16(index).u16(at.message).u16(at.size).u16(index),
	},
	{
		label: 'secp256k1',
		programId: programIds.secp256k1Program,
		signed: MESSAGES.flatMap((message) => [secp256k1(5, message), secp256k1(6, message)]),
		head: 1,
		offsets: 11,
		write: (writer, at, index) =>
			writer
				.u16(at.signature)
				.u8(index & 0xff)
				.u16(at.key)
				.u8(index & 0xff)
				.u16(at.message)
				.u16(at.size)
				.u8(index & 0xff),
	},
	{
		label: 'secp256r1',
		programId: programIds.secp256r1Program,
		signed: SECP256R1.map(([key, signature], i) => ({
			key: bytesOf(key),
			signature: bytesOf(signature),
			message: MESSAGES[i >> 1]!,
		})),
		head: 2,
		offsets: 14,
		write: (writer, at, index) =>
			writer.u16(at.signature).u16(index).u16(at.key).u16(index).u16(at.message).u16(at.size).u16(index),
	},
];

/** An instruction over some signatures; `own` is its place among the transaction's. */
function instructionOf(random: Random, scheme: Scheme, own: number): Instruction {
	const count = random.pick([0, 1, 1, 1, 2, 3, 8, random.oneIn(4) ? 9 : 1]);
	const chosen = Array.from({ length: count }, () => random.pick(scheme.signed));
	const writer = new ByteWriter(1200).u8(random.oneIn(20) ? random.int(12) : count);
	if (scheme.head === 2) writer.u8(0);
	let at = scheme.head + count * scheme.offsets;
	const isNative = scheme.head === 2;
	for (const { key, signature, message } of chosen) {
		const place = {
			key: at,
			signature: at + key.length,
			message: at + key.length + signature.length,
			size: message.length,
		};
		if (random.oneIn(30)) {
			const field = random.pick(['key', 'signature', 'message', 'size'] as const);
			place[field] = random.pick([0, 1, place[field] + 1, 0xffff, 0xfff0, random.int(1200)]);
		}
		const index = random.oneIn(25) ? random.int(4) : isNative && random.oneIn(2) ? SAME : own;
		scheme.write(writer, place, index);
		at += key.length + signature.length + message.length;
	}
	for (const { key, signature, message } of chosen) writer.raw(key).raw(signature).raw(message);
	const data = writer.finish();
	if (random.oneIn(8) && data.length > 0) {
		const place = random.int(data.length);
		data[place] = data[place]! ^ (1 << random.int(8));
	}
	const shown = random.oneIn(15) ? data.slice(0, random.int(data.length + 1)) : data;
	return {
		programId: scheme.programId,
		accounts: [],
		data: random.oneIn(20) ? Uint8Array.of(...shown, 0, 1) : shown,
	};
}

function generate(random: Random): FuzzCase {
	const steps: Step[] = [payerStep()];
	const instructions: Instruction[] = [];
	if (random.oneIn(4)) instructions.push(unitLimit(random.pick([100, 3000, 10_000, 1_000_000])));
	let label = '';
	for (let i = random.oneIn(3) ? 1 + random.int(3) : 1; i > 0; i--) {
		const scheme = random.pick(SCHEMES);
		label ||= scheme.label;
		instructions.push(instructionOf(random, scheme, instructions.length));
	}
	steps.push({ kind: 'send', label, payer: PAYER, instructions });
	return { steps };
}

export const precompiles: Target = {
	name: 'precompiles',
	about: 'ed25519, secp256k1 and secp256r1: several signatures, offsets and bytes changed',
	engines: ONE_ENGINE,
	generate,
	leastOk: 0.3,
	leastErrors: 4,
};
