import { describe, expect, it } from 'vitest';
import { Hash } from './hash.ts';
import { Pubkey } from './pubkey.ts';

const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';

interface Key<T> {
	readonly bytes: Uint8Array;
	readonly key: string;
	toBase58(): string;
	equals(other: T): boolean;
}
interface KeyType<T extends Key<T>> {
	readonly name: string;
	readonly default: T;
	fromBytes(bytes: Uint8Array, offset?: number): T;
	recent(bytes: Uint8Array, offset?: number): T;
	fromBase58(text: string): T;
	tryFromBase58(text: string): T | null;
}

suite(Pubkey);
suite(Hash);

function suite<T extends Key<T>>(Type: KeyType<T>): void {
	describe(Type.name, () => cases(Type));
}

function cases<T extends Key<T>>(Type: KeyType<T>): void {
	it('reads 32 bytes at an offset and keeps its own copy', () => {
		const source = new Uint8Array(40).map((_, i) => i * 7);
		const made = Type.fromBytes(source, 5);
		expect(made.bytes).toEqual(source.slice(5, 37));
		source.fill(0);
		expect(made.bytes[0]).toBe(35);
		expect(made.key).toBe(String.fromCharCode(...made.bytes));
		expect(made.key.length).toBe(32);
	});
	it('gives the same object for bytes seen lately, and never one of other bytes', () => {
		const made: T[] = [];
		for (let i = 0; i < 5000; i++) {
			const bytes = new Uint8Array(34);
			new DataView(bytes.buffer).setUint32(2 + (i % 8) * 4, i, true);
			const one = Type.recent(bytes, 2);
			expect(one.bytes).toEqual(bytes.slice(2));
			expect(one.equals(Type.fromBytes(bytes, 2))).toBe(true);
			expect(Type.recent(bytes, 2)).toBe(one);
			made.push(one);
			bytes.fill(255);
			expect(one.bytes[31]).not.toBe(255);
		}
		expect(() => Type.recent(new Uint8Array(40), 9)).toThrow(RangeError);
	});
	it('refuses short input and senseless offsets', () => {
		expect(() => Type.fromBytes(new Uint8Array(31))).toThrow(RangeError);
		expect(() => Type.fromBytes(new Uint8Array(40), 9)).toThrow(RangeError);
		expect(() => Type.fromBytes(new Uint8Array(40), -1)).toThrow(RangeError);
		expect(() => Type.fromBytes(new Uint8Array(40), Number.NaN)).toThrow(RangeError);
	});
	it('goes to base58 and back', () => {
		const made = Type.fromBase58(TOKEN);
		expect(Type.fromBytes(made.bytes).toBase58()).toBe(TOKEN);
		expect(String(made)).toBe(TOKEN);
		expect(JSON.stringify({ made })).toBe(`{"made":"${TOKEN}"}`);
		expect(Type.default.toBase58()).toBe('1'.repeat(32));
	});
	it('refuses text that is not 32 bytes', () => {
		for (const text of ['', '1', `${TOKEN}1`, TOKEN.slice(1), '0'.repeat(32), 'x'.repeat(10_000_000)]) {
			expect(Type.tryFromBase58(text)).toBeNull();
			expect(() => Type.fromBase58(text)).toThrow(RangeError);
		}
	});
	it('compares by content', () => {
		const one = Type.fromBase58(TOKEN);
		const other = one.bytes.slice();
		other[31]! ^= 1;
		expect(one.equals(Type.fromBytes(one.bytes))).toBe(true);
		expect(one.equals(Type.fromBytes(other))).toBe(false);
	});
}
