/** What a generated program knows: where its accounts lie, and the bytes of the invocation it makes. */
import { MM_HEAP_START, MM_INPUT_START } from '@parhelion/sbpf';
import type { AccountMeta, Pubkey } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';

export const INSTRUCTION = 0;
const METAS = 0x100;
const DATA = 0xa00;
export const INFOS = 0x1000;
const CELLS = 0x2000;
export const SEEDS = 0x3000;
const KEYS = 0x3800;
export const IMAGE = 0x4000;

/** An account as a program expects it. */
export interface Expected {
	readonly key: Pubkey;
	readonly owner: Pubkey;
	readonly dataLen: number;
	readonly isSigner: boolean;
	readonly isWritable: boolean;
}

/** Addresses of the fields of an account among a program's parameters. */
export interface Place {
	readonly account: Expected;
	readonly key: number;
	readonly owner: number;
	readonly lamports: number;
	readonly dataLen: number;
	readonly data: number;
}

/** Where the accounts of an instruction lie, with addresses for each first appearance. */
export function layout(accounts: readonly Expected[], isDeprecated: boolean): Place[] {
	const places: Place[] = [];
	let at = MM_INPUT_START + 8;
	for (const account of accounts) {
		const known = places.find((place) => place.account.key.equals(account.key));
		if (known !== undefined) {
			at += isDeprecated ? 1 : 8;
			places.push(known);
			continue;
		}
		if (isDeprecated) {
			const data = at + 3 + 32 + 16;
			places.push({
				account,
				key: at + 3,
				lamports: at + 35,
				dataLen: at + 43,
				data,
				owner: data + account.dataLen,
			});
			at = data + account.dataLen + 32 + 1 + 8;
			continue;
		}
		const data = at + 88;
		places.push({ account, key: at + 8, owner: at + 40, lamports: at + 72, dataLen: at + 80, data });
		at = data + account.dataLen + 10_240 + (-account.dataLen & 7) + 8;
	}
	return places;
}

/** What a program is to invoke. */
export interface Invocation {
	readonly programId: Pubkey;
	readonly metas: readonly AccountMeta[];
	readonly data: Uint8Array;
	readonly seeds: readonly (readonly Uint8Array[])[];
}

/** Somewhere among the parameters, where no account info may lie. */
export function inInput(random: Random): number {
	return MM_INPUT_START + 8 * random.int(40) - 24;
}

/** The bytes a program copies to its heap: the arguments of its CPI. */
export function heapImage(
	random: Random,
	places: readonly Place[],
	call: Invocation,
	isC: boolean,
): Uint8Array {
	const image = new Uint8Array(IMAGE);
	const view = new DataView(image.buffer);
	const word = (at: number, value: number | bigint): void => {
		const odd = random.oneIn(900) ? BigInt(random.int(64)) - 32n : 0n;
		view.setBigUint64(at, BigInt.asUintN(64, BigInt(value) + odd), true);
	};
	const heap = (offset: number): number => MM_HEAP_START + offset;
	image.set(call.data.subarray(0, 0x500), DATA);
	image.set(call.programId.bytes, KEYS);
	const flag = (value: boolean): number => (random.oneIn(300) ? 2 : value ? 1 : 0);
	for (const [i, meta] of call.metas.entries()) {
		if (isC) {
			image.set(meta.pubkey.bytes, KEYS + 32 * (i + 1));
			word(METAS + 16 * i, heap(KEYS + 32 * (i + 1)));
			image[METAS + 16 * i + 8] = flag(meta.isWritable);
			image[METAS + 16 * i + 9] = flag(meta.isSigner);
		} else {
			image.set(meta.pubkey.bytes, METAS + 34 * i);
			image[METAS + 34 * i + 32] = flag(meta.isSigner);
			image[METAS + 34 * i + 33] = flag(meta.isWritable);
		}
	}
	if (isC) {
		word(INSTRUCTION, heap(KEYS));
		word(INSTRUCTION + 8, heap(METAS));
		word(INSTRUCTION + 16, call.metas.length);
		word(INSTRUCTION + 24, heap(DATA));
		word(INSTRUCTION + 32, call.data.length);
	} else {
		word(INSTRUCTION, heap(METAS));
		word(INSTRUCTION + 16, call.metas.length);
		word(INSTRUCTION + 24, heap(DATA));
		word(INSTRUCTION + 40, call.data.length);
		image.set(call.programId.bytes, INSTRUCTION + 48);
	}
	for (const [i, place] of places.entries()) {
		const len = random.oneIn(12) ? random.int(place.account.dataLen + 64) : place.account.dataLen;
		if (isC) {
			const at = INFOS + 56 * i;
			word(at, place.key);
			word(at + 8, place.lamports);
			word(at + 16, len);
			word(at + 24, place.data);
			word(at + 32, place.owner);
		} else {
			const at = INFOS + 48 * i;
			const cell = CELLS + 80 * i;
			word(at, place.key);
			word(at + 8, random.oneIn(60) ? inInput(random) : heap(cell));
			word(at + 16, random.oneIn(60) ? inInput(random) : heap(cell + 32));
			word(at + 24, place.owner);
			word(cell + 24, place.lamports);
			word(cell + 56, place.data);
			word(cell + 64, len);
		}
	}
	let at = SEEDS + 16 * call.seeds.length;
	for (const [i, list] of call.seeds.entries()) {
		word(SEEDS + 16 * i, heap(at));
		word(SEEDS + 16 * i + 8, list.length);
		let bytesAt = at + 16 * list.length;
		for (const [k, seed] of list.entries()) {
			word(at + 16 * k, heap(bytesAt));
			word(at + 16 * k + 8, seed.length);
			image.set(seed, bytesAt);
			bytesAt += Math.ceil(seed.length / 8) * 8;
		}
		at = bytesAt;
	}
	return image;
}
