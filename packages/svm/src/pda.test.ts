import { createHash } from 'node:crypto';
import { computeIsOnCurve } from '@parhelion/crypto';
import { Pubkey, programIds } from '@parhelion/sdk';
import { PublicKey } from '@solana/web3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { key } from '../test/memory-bank.ts';
import { createProgramAddress, createWithSeed, findProgramAddress } from './pda.ts';

const seeds = fc.array(fc.uint8Array({ maxLength: 32 }), { maxLength: 6 });
const program = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('program addresses', () => {
	it('are those of web3.js', () => {
		fc.assert(
			fc.property(seeds, program, (seeds, id) => {
				const [address, bump] = PublicKey.findProgramAddressSync(seeds, new PublicKey(id));
				const found = findProgramAddress(seeds, Pubkey.fromBytes(id))!;
				expect(found.address.toBase58()).toBe(address.toBase58());
				expect(found.bump).toBe(bump);
				const again = createProgramAddress([...seeds, Uint8Array.of(bump)], Pubkey.fromBytes(id));
				expect(again.ok && again.value.equals(found.address)).toBe(true);
			}),
			{ numRuns: 50 },
		);
	});

	it('are the same whatever was derived before', () => {
		// Few and short seeds, so that the same ones come back, prefixes of each other and zeros at the end among them.
		const few = fc.array(fc.constantFrom([], [0], [0, 0], [1], [1, 0]), { maxLength: 3 });
		const asked = fc.tuple(few, fc.constantFrom(1, 2), fc.constantFrom(0, 1, 254, 255));
		fc.assert(
			fc.property(fc.array(asked, { minLength: 20, maxLength: 60 }), (list) => {
				for (const [parts, id, bump] of list) {
					const seeds = [...parts, [bump]].map((part) => Uint8Array.from(part));
					const programId = new Uint8Array(32).fill(id);
					const address = createProgramAddress(seeds, Pubkey.fromBytes(programId));
					const hash = createHash('sha256').update(Buffer.concat([...seeds, programId]));
					const expected = hash.update('ProgramDerivedAddress').digest();
					expect(address.ok).toBe(!computeIsOnCurve(expected));
					if (address.ok) expect([...address.value.bytes]).toEqual([...expected]);
				}
			}),
			{ numRuns: 20 },
		);
	});

	it('take 16 seeds of 32 bytes', () => {
		const program = key('program');
		const error = (seeds: Uint8Array[]) => {
			const address = createProgramAddress(seeds, program);
			return address.ok ? null : address.error;
		};
		expect(error([new Uint8Array(33)])).toBe('MaxSeedLengthExceeded');
		expect(error(new Array(17).fill(new Uint8Array()))).toBe('MaxSeedLengthExceeded');
		expect(error([new Uint8Array(32)])).not.toBe('MaxSeedLengthExceeded');
		expect(error(new Array(16).fill(new Uint8Array(1)))).not.toBe('MaxSeedLengthExceeded');
		expect(findProgramAddress(new Array(16).fill(new Uint8Array()), program)).toBeNull();
		expect(findProgramAddress([new Uint8Array(33)], program)).toBeNull();
	});

	it('are not on the curve', () => {
		let onCurve = 0;
		for (let i = 0; i < 100; i++) {
			const address = createProgramAddress([Uint8Array.of(i)], key('program'));
			if (!address.ok) {
				expect(address.error).toBe('InvalidSeeds');
				onCurve += 1;
			} else expect(PublicKey.isOnCurve(address.value.bytes)).toBe(false);
		}
		expect(onCurve).toBeGreaterThan(20);
	});
});

describe('addresses with a seed', () => {
	it('are those of web3.js', async () => {
		const base = key('base');
		const owner = key('owner');
		for (const seed of ['', 'seed', 'x'.repeat(32)]) {
			const expected = await PublicKey.createWithSeed(
				new PublicKey(base.bytes),
				seed,
				new PublicKey(owner.bytes),
			);
			const address = createWithSeed(base, new TextEncoder().encode(seed), owner);
			expect(address.ok && address.value.toBase58()).toBe(expected.toBase58());
		}
	});

	it('refuse a long seed, and an owner that could be a program address’s preimage', () => {
		expect(createWithSeed(key(1), new Uint8Array(33), key(2))).toEqual({
			ok: false,
			error: 'MaxSeedLengthExceeded',
		});
		const marker = new Uint8Array(32);
		marker.set(new TextEncoder().encode('ProgramDerivedAddress'), 11);
		expect(createWithSeed(key(1), new Uint8Array(), Pubkey.fromBytes(marker))).toEqual({
			ok: false,
			error: 'IllegalOwner',
		});
		expect(createWithSeed(key(1), new Uint8Array(), programIds.systemProgram).ok).toBe(true);
	});
});
