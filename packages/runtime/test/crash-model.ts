/** What the crash test writes: every slot's writes follow from a seed, so that the state at any root can be told. */
import { type AccountSharedData, createAccount, Hash, Pubkey, type Slot } from '@parhelion/sdk';

/** Accounts that the load writes again and again. */
export const KEYS = 2000;
/** Programs that own them. */
export const OWNERS = 5;

/** Small, seeded, good enough: mulberry32. */
export function randomOf(seed: number): (below: number) => number {
	let state = seed | 0;
	return (below) => {
		state = (state + 0x6d2b_79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

export function key(n: number): Pubkey {
	const bytes = new Uint8Array(32);
	const random = randomOf(n);
	for (let i = 0; i < 28; i++) bytes[i] = random(256);
	new DataView(bytes.buffer).setUint32(28, n);
	return Pubkey.fromBytes(bytes);
}

export const owner = (n: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(200 + n));

/** The writes of a slot: the number of each key with the account that it leaves, `null` where it deletes. */
export function slotWrites(seed: number, slot: Slot): Map<number, AccountSharedData | null> {
	const random = randomOf(seed ^ Math.imul(Number(slot), 0x9e37_79b1));
	const writes = new Map<number, AccountSharedData | null>();
	const count = 20 + random(120);
	for (let i = 0; i < count; i++) {
		const n = random(KEYS);
		if (random(8) === 0) {
			writes.set(n, null);
			continue;
		}
		const size = random(40) === 0 ? 20_000 : random(500);
		const data = new Uint8Array(size).fill(random(256));
		const lamports = BigInt(1 + random(1_000_000));
		writes.set(n, createAccount({ lamports, owner: owner(random(OWNERS)), data, rentEpoch: slot }));
	}
	return writes;
}

/** The bank's fields at a slot, as the load checkpoints them. */
export function fieldsOf(seed: number, slot: Slot): Uint8Array {
	const random = randomOf(seed + Number(slot));
	return new Uint8Array(8 + random(3000)).fill(random(256)).fill(Number(slot & 0xffn), 0, 1);
}

/** The block of a slot. */
export function blockOf(
	seed: number,
	slot: Slot,
): { entries: Uint8Array; blockhash: Hash; signature: Uint8Array } {
	const random = randomOf(seed - Number(slot));
	const fill = random(256);
	const signature = new Uint8Array(64).fill(fill);
	new DataView(signature.buffer).setBigUint64(0, slot);
	return {
		entries: new Uint8Array(random(20_000)).fill(fill),
		blockhash: Hash.fromBytes(signature),
		signature,
	};
}
