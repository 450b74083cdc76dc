/**
 * The precompiles on the SVM and on the oracle: valid instructions of each, with bytes changed at random.
 */

import { generateKeyPairSync, sign } from 'node:crypto';
import { ed25519KeypairFromSeed, ed25519Sign, sha256 } from '@parhelion/crypto';
import { compileLegacyMessage, Hash, type Instruction, Pubkey, programIds } from '@parhelion/sdk';
import { Ed25519Program, Secp256k1Program } from '@solana/web3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OracleBank } from './oracle-bank.ts';

const bank = new OracleBank();
const payer = Pubkey.fromBytes(sha256(new TextEncoder().encode('precompile-oracle')));
bank.set(payer, 2n ** 60n);
const text = new TextEncoder().encode('a message to sign');

function ed25519(): Uint8Array {
	const seed = new Uint8Array(32).fill(3);
	const { publicKey } = ed25519KeypairFromSeed(seed);
	const signature = ed25519Sign(text, seed);
	return Uint8Array.from(
		Ed25519Program.createInstructionWithPublicKey({ publicKey, message: text, signature }).data,
	);
}

function secp256k1(): Uint8Array {
	const privateKey = new Uint8Array(32).fill(5);
	return Uint8Array.from(
		Secp256k1Program.createInstructionWithPrivateKey({ privateKey, message: text }).data,
	);
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function secp256r1(): Uint8Array {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
	const raw = sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' });
	let s = BigInt(`0x${raw.subarray(32).toString('hex')}`);
	if (s > ORDER / 2n) s = ORDER - s;
	const low = Buffer.from(s.toString(16).padStart(64, '0'), 'hex');
	const offsets = [16, 0xffff, 80, 0xffff, 113, text.length, 0xffff].flatMap((v) => [v & 0xff, v >> 8]);
	const key = [2 | (point[64]! & 1), ...point.subarray(1, 33)];
	return Uint8Array.from([1, 0, ...offsets, ...raw.subarray(0, 32), ...low, ...key, ...text]);
}

const ROWS = [
	{ name: 'ed25519', programId: programIds.ed25519Program, data: ed25519(), header: 16 },
	{ name: 'secp256k1', programId: programIds.secp256k1Program, data: secp256k1(), header: 12 },
	{ name: 'secp256r1', programId: programIds.secp256r1Program, data: secp256r1(), header: 16 },
];

function compare(instructions: readonly Instruction[]): string {
	const message = compileLegacyMessage(payer, instructions, Hash.default);
	const transaction = { signatures: [new Uint8Array(64)], message };
	const theirs = bank.sendToOracle(transaction);
	expect(bank.sendToOurs(transaction)).toEqual(theirs);
	expect(bank.ours(payer)).toEqual(bank.theirs(payer));
	return theirs.outcome;
}

describe.each(ROWS)('the $name precompile equals the oracle', ({ programId, data, header }) => {
	it('on a valid signature', () => {
		expect(compare([{ programId, accounts: [], data }])).toBe('ok');
	});

	it('on changed bytes', () => {
		const change = fc.record({
			at: fc.oneof(fc.integer({ min: 0, max: header }), fc.integer({ min: 0, max: data.length - 1 })),
			to: fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 255), fc.integer({ min: 0, max: 255 })),
		});
		fc.assert(
			fc.property(
				fc.array(change, { maxLength: 3 }),
				fc.option(fc.integer({ min: 0, max: data.length })),
				fc.boolean(),
				(changes, length, isSecond) => {
					const bytes = data.slice(0, length ?? data.length);
					for (const { at, to } of changes) bytes[at] = to;
					const before = isSecond ? [{ programId: programIds.computeBudget, accounts: [], data: price }] : [];
					compare([...before, { programId, accounts: [], data: bytes }]);
				},
			),
			{ numRuns: 300 },
		);
	});
});

const price = Uint8Array.from([3, 1, 0, 0, 0, 0, 0, 0, 0]);
