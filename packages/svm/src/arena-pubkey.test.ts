import { Arena } from '@parhelion/sbpf';
import { Pubkey } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPubkeyAt, putPubkey } from './arena-pubkey.ts';

describe('addresses in the arena', () => {
	const arena = new Arena(1);
	const block = arena.alloc(128);

	it('are written and found at every alignment, and nothing beside them', () => {
		const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Pubkey.fromBytes(bytes));
		fc.assert(
			fc.property(key, fc.nat(15), fc.nat(31), (pubkey, offset, at) => {
				arena.u8.fill(0xa5, block, block + 128);
				const host = block + 16 + offset;
				putPubkey(arena, host, pubkey);
				expect([...arena.u8.subarray(host, host + 32)]).toEqual([...pubkey.bytes]);
				expect(arena.u8[host - 1]).toBe(0xa5);
				expect(arena.u8[host + 32]).toBe(0xa5);
				expect(isPubkeyAt(arena, host, pubkey)).toBe(true);
				arena.u8[host + at]! ^= 1;
				expect(isPubkeyAt(arena, host, pubkey)).toBe(false);
			}),
		);
	});
});
