/**
 * Requests to a node: calls that fit the schemas of its own description, calls that nearly do, and texts that are no calls.
 * The same seed makes the same requests.
 */

import { ed25519Sign } from '@parhelion/crypto';
import { keypairFromSeed, transferInstruction } from '@parhelion/runtime';
import { compileLegacyMessage, encodeMessage, encodeTransaction, Hash, Pubkey } from '@parhelion/sdk';
import type { Random } from '../oracle/random.ts';

/** A JSON schema, as far as the node's description uses it. */
export interface Schema {
	readonly type?: string;
	readonly anyOf?: readonly Schema[];
	readonly enum?: readonly unknown[];
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
}

/** A call of the node's description. */
export interface DescribedCall {
	readonly name: string;
	readonly tag: 'http' | 'websocket' | 'cheatcode';
	readonly params: readonly Schema[];
}

/** What requests are made of besides the schemas. */
export interface Material {
	readonly calls: readonly DescribedCall[];
	/** Texts that mean something to the node: addresses, signatures, blockhashes. */
	readonly texts: readonly string[];
	/** A blockhash that transactions may name. */
	readonly blockhash: string;
}

/** A request, and what its answer must be. */
export interface FuzzRequest {
	readonly text: string;
	/** The ids of its calls, of a batch in order; null where nobody can say what is answered. */
	readonly ids: readonly number[] | null;
	readonly isBatch: boolean;
}

const PAYER = keypairFromSeed(new Uint8Array(32).fill(0x66));
/** Pays for the transactions. */
export const PAYER_ADDRESS: string = PAYER.pubkey.toBase58();

const HOSTILE_NUMBERS = [
	'-1', '-0', '0.5', '1e400', '-1e400', '1E5', '9007199254740993', '18446744073709551615', '18446744073709551616',
	'340282366920938463463374607431768211456', '1'.repeat(300), '0.1e-400', '4294967296', '9223372036854775808',
] as const; // biome-ignore format: a column of numbers reads worse
const HOSTILE_KEYS = [
	'__proto__',
	'constructor',
	'prototype',
	'toString',
	'hasOwnProperty',
	'',
	'\u0000',
	'length',
];
const HOSTILE_STRINGS = [
	'',
	'\u0000',
	'\ud800',
	'\u202e',
	'1'.repeat(128),
	'1'.repeat(5000),
	'null',
	'../../etc/passwd',
	'{}',
];

/** A transaction in base64: most of them are fine. */
function transactionText(random: Random, { blockhash, texts }: Material): string {
	const to = Pubkey.tryFromBase58(random.pick(texts)) ?? PAYER.pubkey;
	const lamports = random.oneIn(8) ? random.u64() : 1_000_000n + BigInt(random.int(2 ** 31));
	const message = compileLegacyMessage(
		PAYER.pubkey,
		[transferInstruction(PAYER.pubkey, to, lamports)],
		Hash.fromBase58(blockhash),
	);
	const wire = encodeTransaction({ signatures: [ed25519Sign(encodeMessage(message), PAYER.seed)], message });
	if (random.oneIn(4))
		for (let i = 1 + random.int(3); i > 0; i--) wire[random.int(wire.length)] = random.int(256);
	return Buffer.from(random.oneIn(10) ? wire.subarray(0, random.int(wire.length)) : wire).toString('base64');
}

function stringOf(random: Random, material: Material): string {
	switch (random.int(8)) {
		case 0:
			return random.pick(HOSTILE_STRINGS);
		case 1:
			return Buffer.from(random.bytes(random.int(70))).toString(
				random.pick(['base64', 'hex', 'latin1', 'utf8']),
			);
		case 2:
		case 3:
			return transactionText(random, material);
		default:
			return random.pick(material.texts);
	}
}

function integerOf(random: Random): string {
	if (random.oneIn(10)) return random.pick(HOSTILE_NUMBERS);
	return String(random.oneIn(2) ? random.int(60) : random.u64());
}

/** JSON of any shape. */
function anything(random: Random, material: Material, depth = 0): string {
	switch (random.int(depth > 3 ? 5 : 8)) {
		case 0:
			return 'null';
		case 1:
			return String(random.oneIn(2));
		case 2:
			return integerOf(random);
		case 3:
		case 4:
			return JSON.stringify(stringOf(random, material));
		case 5:
			return `[${Array.from({ length: random.int(4) }, () => anything(random, material, depth + 1)).join()}]`;
		default: {
			const members = Array.from({ length: random.int(4) }, () => {
				const key = random.oneIn(2) ? random.pick(HOSTILE_KEYS) : stringOf(random, material);
				return `${JSON.stringify(key)}:${anything(random, material, depth + 1)}`;
			});
			return `{${members.join()}}`;
		}
	}
}

/** JSON that fits a schema, but for a mistake now and then. */
function fitting(random: Random, schema: Schema, material: Material): string {
	if (random.oneIn(24)) return anything(random, material);
	if (schema.anyOf !== undefined) return fitting(random, random.pick(schema.anyOf), material);
	if (schema.enum !== undefined) return JSON.stringify(random.pick(schema.enum));
	switch (schema.type) {
		case 'string':
			return JSON.stringify(stringOf(random, material));
		case 'boolean':
			return String(random.oneIn(2));
		case 'integer':
			return integerOf(random);
		case 'null':
			return 'null';
		case 'array': {
			const length = random.oneIn(30) ? 300 : random.int(4);
			return `[${Array.from({ length }, () => fitting(random, schema.items ?? {}, material)).join()}]`;
		}
		case 'object': {
			const members = Object.entries(schema.properties ?? {})
				.filter(() => random.oneIn(2))
				.map(([key, each]) => `${JSON.stringify(key)}:${fitting(random, each, material)}`);
			if (random.oneIn(20))
				members.push(`${JSON.stringify(random.pick(HOSTILE_KEYS))}:${anything(random, material)}`);
			return `{${members.join()}}`;
		}
		default:
			return anything(random, material);
	}
}

/** Where these stand the node cannot read the text, as serde_json cannot. */
const UNREADABLE = /e400|\\ud800/i;

function callText(
	random: Random,
	material: Material,
	calls: readonly DescribedCall[],
	nextId: () => number,
): { id: number; text: string } {
	const { name, params } = random.pick(calls);
	const count = random.oneIn(6) ? random.int(params.length + 2) : params.length;
	const values = Array.from({ length: count }, (_, i) => fitting(random, params[i] ?? {}, material));
	const id = nextId();
	const list = random.oneIn(40) ? anything(random, material) : `[${values.join()}]`;
	return { id, text: `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(name)},"params":${list}}` };
}

function nested(random: Random): string {
	const depth = random.pick([100, 126, 127, 128, 129, 1000, 20_000]);
	const open = random.pick(['[', '{"a":', '[[],', '[{"__proto__":']);
	const text = open.repeat(depth);
	return random.oneIn(2) ? text : `{"jsonrpc":"2.0","id":1,"method":"getSlot","params":${text}`;
}

/** Cuts, doubles and changes bytes of a text. */
function mutated(random: Random, text: string): string {
	let bytes = Buffer.from(text);
	for (let i = 1 + random.int(4); i > 0 && bytes.length > 0; i--) {
		const [a, b] = [random.int(bytes.length), random.int(bytes.length)].sort((x, y) => x - y) as [
			number,
			number,
		];
		const kind = random.int(4);
		if (kind === 0) bytes[a] = random.int(256);
		else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, a), bytes.subarray(b)]);
		else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, b), bytes.subarray(a)]);
		else
			bytes = Buffer.concat([
				bytes.subarray(0, a),
				Buffer.from(random.pick(['"', '{', ']', ',', '\\', '\u0000', '1e9'])),
				bytes.subarray(a),
			]);
	}
	return bytes.toString('latin1');
}

/** The next request; `calls` are those that it may make, `nextId` numbers them. */
export function nextRequest(
	random: Random,
	material: Material,
	calls: readonly DescribedCall[],
	nextId: () => number,
): FuzzRequest {
	const call = (): { id: number; text: string } => callText(random, material, calls, nextId);
	const request = requestOf(random, material, call);
	return UNREADABLE.test(request.text) ? { ...request, ids: null } : request;
}

function requestOf(
	random: Random,
	material: Material,
	call: () => { id: number; text: string },
): FuzzRequest {
	switch (random.int(20)) {
		case 0: {
			const made = Array.from({ length: 1 + random.int(5) }, call);
			return {
				text: `[${made.map(({ text }) => text).join()}]`,
				ids: made.map(({ id }) => id),
				isBatch: true,
			};
		}
		case 1:
		case 2:
			return { text: mutated(random, call().text), ids: null, isBatch: false };
		case 3:
			return {
				text: random.oneIn(4) ? nested(random) : anything(random, material),
				ids: null,
				isBatch: false,
			};
		default: {
			const { id, text } = call();
			return { text, ids: [id], isBatch: false };
		}
	}
}
