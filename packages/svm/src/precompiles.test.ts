import { generateKeyPairSync, sign } from 'node:crypto';
import { ed25519KeypairFromSeed, ed25519Sign } from '@parhelion/crypto';
import { programIds } from '@parhelion/sdk';
import { Ed25519Program, Secp256k1Program } from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { MemoryBank } from '../test/memory-bank.ts';
import type { PrecompileError } from './precompiles/precompile-error.ts';
import { findPrecompile, isPrecompile } from './precompiles.ts';

const { features } = new MemoryBank();
const message = new TextEncoder().encode('a message');

function verify(
	program: 'ed25519Program' | 'secp256k1Program' | 'secp256r1Program',
	data: Uint8Array,
	all: Uint8Array[] = [data],
): PrecompileError | null {
	return findPrecompile(programIds[program])!.verify(data, all, features);
}

/** A copy with one byte changed. */
function changed(data: Uint8Array, at: number, to: number): Uint8Array {
	const copy = data.slice();
	copy[at] = to;
	return copy;
}

it('precompiles are the three', () => {
	expect(isPrecompile(programIds.secp256r1Program)).toBe(true);
	expect(isPrecompile(programIds.systemProgram)).toBe(false);
	expect(findPrecompile(programIds.systemProgram)).toBeNull();
});

describe('ed25519', () => {
	const { publicKey, seed } = {
		seed: new Uint8Array(32).fill(1),
		...ed25519KeypairFromSeed(new Uint8Array(32).fill(1)),
	};
	const signature = ed25519Sign(message, seed);
	const data = Uint8Array.from(
		Ed25519Program.createInstructionWithPublicKey({ publicKey, message, signature }).data,
	);
	const at = { publicKey: 16, signature: 48 };

	it('accepts a signature', () => {
		expect(verify('ed25519Program', data)).toBeNull();
		expect(verify('ed25519Program', Uint8Array.of(0, 0))).toBeNull();
	});

	it.each([
		['no data', new Uint8Array(), 'InvalidInstructionDataSize'],
		['a count of zero and more', Uint8Array.of(0, 0, 0), 'InvalidInstructionDataSize'],
		['fewer offsets than it counts', data.slice(0, 15), 'InvalidInstructionDataSize'],
		['another message', changed(data, data.length - 1, 0), 'InvalidSignature'],
		['another signature', changed(data, at.signature, data[at.signature]! ^ 1), 'InvalidSignature'],
		['a scalar out of range', changed(data, at.signature + 63, 0xff), 'InvalidSignature'],
		['a signature behind the end', changed(data, 3, 0xff), 'InvalidDataOffsets'],
		['a signature in no instruction', changed(data, 4, 7).fill(0, 5, 6), 'InvalidDataOffsets'],
		['a public key behind the end', changed(data, 7, 0xff), 'InvalidDataOffsets'],
		['a message behind the end', changed(data, 13, 0xff), 'InvalidDataOffsets'],
	])('refuses %s', (_, bytes, error) => {
		expect(verify('ed25519Program', bytes)).toBe(error);
	});

	it('refuses a public key that is no point', () => {
		const bad = data.slice();
		bad.set(Uint8Array.of(2, ...new Uint8Array(31)), at.publicKey);
		expect(verify('ed25519Program', bad)).toBe('InvalidPublicKey');
	});

	it('reads from the instruction it names', () => {
		const elsewhere = data.slice();
		for (const index of [4, 8, 14]) elsewhere.set([1, 0], index);
		expect(verify('ed25519Program', elsewhere, [new Uint8Array(), data])).toBeNull();
		expect(verify('ed25519Program', elsewhere, [data])).toBe('InvalidDataOffsets');
	});
});

describe('secp256k1', () => {
	const data = Uint8Array.from(
		Secp256k1Program.createInstructionWithPrivateKey({ privateKey: new Uint8Array(32).fill(2), message })
			.data,
	);
	const at = { address: 12, signature: 32, recoveryId: 96 };

	it('accepts a signature', () => {
		expect(verify('secp256k1Program', data)).toBeNull();
		expect(verify('secp256k1Program', Uint8Array.of(0))).toBeNull();
	});

	it.each([
		['no data', new Uint8Array(), 'InvalidInstructionDataSize'],
		['a count of zero and more', Uint8Array.of(0, 0), 'InvalidInstructionDataSize'],
		['fewer offsets than it counts', data.slice(0, 11), 'InvalidInstructionDataSize'],
		['a signature in no instruction', changed(data, 3, 5), 'InvalidInstructionDataSize'],
		['a signature behind the end', changed(data, 2, 0xff), 'InvalidSignature'],
		['an r from the order on', data.slice().fill(0xff, at.signature, at.signature + 32), 'InvalidSignature'],
		['an s from the order on', data.slice().fill(0xff, at.signature + 32, at.recoveryId), 'InvalidSignature'],
		['a recovery id of 4', changed(data, at.recoveryId, 4), 'InvalidRecoveryId'],
		['an address in no instruction', changed(data, 6, 5), 'InvalidDataOffsets'],
		['an address behind the end', changed(data, 5, 0xff), 'InvalidSignature'],
		['a message in no instruction', changed(data, 11, 5), 'InvalidDataOffsets'],
		['a message behind the end', changed(data, 10, 0xff), 'InvalidSignature'],
		['another address', changed(data, at.address, data[at.address]! ^ 1), 'InvalidSignature'],
		['another message', changed(data, data.length - 1, 0), 'InvalidSignature'],
		['r zero', data.slice().fill(0, at.signature, at.signature + 32), 'InvalidSignature'],
	])('refuses %s', (_, bytes, error) => {
		expect(verify('secp256k1Program', bytes)).toBe(error);
	});
});

describe('secp256r1', () => {
	const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
	const compressed = Uint8Array.from([2 | (point[64]! & 1), ...point.subarray(1, 33)]);

	function scalar(value: bigint): Uint8Array {
		return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
	}

	/** r and s of a signature, s as asked for. */
	function signed(low: boolean): Uint8Array {
		const raw = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
		let s = BigInt(`0x${raw.subarray(32).toString('hex')}`);
		if (s > ORDER / 2n === low) s = ORDER - s;
		return Uint8Array.from([...raw.subarray(0, 32), ...scalar(s)]);
	}

	function instruction(signature: Uint8Array, key: Uint8Array = compressed): Uint8Array {
		const u16 = (value: number) => [value & 0xff, value >> 8];
		const here = [0xff, 0xff];
		return Uint8Array.from([
			...[1, 0],
			...[...u16(16), ...here],
			...[...u16(80), ...here],
			...[...u16(113), ...u16(message.length), ...here],
			...signature,
			...key,
			...message,
		]);
	}

	it('accepts a signature', () => {
		for (let i = 0; i < 8; i++) expect(verify('secp256r1Program', instruction(signed(true)))).toBeNull();
	});

	it.each([
		['no data', new Uint8Array(), 'InvalidInstructionDataSize'],
		['a count of zero', Uint8Array.of(0, 0), 'InvalidInstructionDataSize'],
		['a count of nine', new Uint8Array(200).fill(9, 0, 1), 'InvalidInstructionDataSize'],
		['a high s', instruction(signed(false)), 'InvalidSignature'],
		['a signature of nothing', instruction(new Uint8Array(64)), 'InvalidSignature'],
		['r at the order', instruction(Uint8Array.from([...scalar(ORDER), ...scalar(1n)])), 'InvalidSignature'],
		['a point that is none', instruction(signed(true), changed(compressed, 0, 4)), 'InvalidPublicKey'],
		[
			'an x beyond the field',
			instruction(signed(true), new Uint8Array(33).fill(0xff).fill(2, 0, 1)),
			'InvalidPublicKey',
		],
		['another message', changed(instruction(signed(true)), 113, 0), 'InvalidSignature'],
		['a message behind the end', changed(instruction(signed(true)), 12, 99), 'InvalidDataOffsets'],
	])('refuses %s', (_, bytes, error) => {
		expect(verify('secp256r1Program', bytes)).toBe(error);
	});
});
