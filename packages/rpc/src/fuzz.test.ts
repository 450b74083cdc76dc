/**
 * Calls of every method with arguments that fit its schema, nearly fit it, or do not: none brings up a defect, each is
 * answered in order, and none but the two that are meant to changes the chain.
 */
import { base58Encode } from '@parhelion/sdk';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ALICE, BOB, base64Of, keypair, TestNode, transfer } from '../test/test-node.ts';
import { Cheatcodes, cheats } from './cheatcodes/index.ts';
import { methods } from './methods/index.ts';
import { type Argument, Optional } from './params/params.ts';
import { type JsonSchema, schemaOf } from './params/readers.ts';
import { createRpcHandler } from './rpc-handler.ts';

const RUNS = Number(process.env['PARHELION_FUZZ_RUNS'] ?? 600);
/** These are meant to change something. */
const WRITERS: ReadonlySet<string> = new Set(['sendTransaction', 'requestAirdrop']);

const node = new TestNode();
for (let i = 0; i < 40; i++) {
	if (i % 7 === 0) {
		const { chain } = node;
		chain.processTransaction(transfer(ALICE, BOB.pubkey, 1_000_000n + BigInt(i), chain.lastBlockhash()));
	}
	node.chain.advanceSlot();
}
const known = node.chain.getBlock(1n)!.transactions[0]!;

const text = fc.oneof(
	fc.constantFrom(
		ALICE.pubkey.toBase58(),
		BOB.pubkey.toBase58(),
		'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
		'SysvarC1ock11111111111111111111111111111111',
		base58Encode(known.signature),
		node.chain.lastBlockhash().toBase58(),
		base64Of(known.transaction),
		base64Of(transfer(keypair(40), BOB.pubkey, 1n, node.chain.lastBlockhash())),
		'',
	),
	fc.string({ maxLength: 100 }),
	fc.base64String({ maxLength: 200 }),
);
const integer = fc.oneof(
	fc.bigInt({ min: 0n, max: 50n }),
	fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
	fc.constantFrom(499_999n, 500_000n, 500_001n, 5000n, 1000n),
);

/** JSON text of a value that fits the schema. */
function fitting(schema: JsonSchema, depth = 0): fc.Arbitrary<string> {
	const { anyOf, type, items, properties } = schema as {
		anyOf?: JsonSchema[];
		type?: string;
		items?: JsonSchema;
		properties?: Record<string, JsonSchema>;
	};
	if (anyOf !== undefined) return fc.oneof(...anyOf.map((each) => fitting(each, depth + 1)));
	if (schema['enum'] !== undefined) {
		return fc.constantFrom(...(schema['enum'] as string[])).map((each) => JSON.stringify(each));
	}
	switch (type) {
		case 'string':
			return text.map((each) => JSON.stringify(each));
		case 'boolean':
			return fc.boolean().map(String);
		case 'integer':
			return integer.map(String);
		case 'null':
			return fc.constant('null');
		case 'array':
			return fc
				.array(fitting(items ?? {}, depth + 1), { maxLength: 4 })
				.map((elements) => `[${elements.join()}]`);
		case 'object': {
			const members = Object.entries(properties ?? {}).map(([key, each]) =>
				fc.option(fitting(each, depth + 1)).map((value) => (value === null ? null : `"${key}":${value}`)),
			);
			return fc.tuple(...members).map((list) => `{${list.filter((member) => member !== null).join()}}`);
		}
		default:
			return fc.json({ maxDepth: 2 });
	}
}

function argumentsFor(args: readonly Argument[]): fc.Arbitrary<string> {
	const each = args.map((argument) => {
		const schema = schemaOf(argument instanceof Optional ? argument.reader : argument);
		return fc.oneof(
			{ weight: 8, arbitrary: fitting(schema) },
			{ weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
			{ weight: 1, arbitrary: fc.constant('null') },
		);
	});
	return fc
		.tuple(fc.tuple(...each), fc.nat({ max: args.length + 1 }))
		.map(([values, count]) => `[${values.slice(0, Math.max(1, count)).join()}]`);
}

const call = fc
	.constantFrom(...methods.values())
	.chain(({ name, args }) => argumentsFor(args).map((params) => ({ name, params })));

it('answers whatever it is asked', { timeout: 600_000 }, async () => {
	const before = node.chain.capitalization;
	await fc.assert(
		fc.asyncProperty(call, async ({ name, params }) => {
			const { transactionCount } = node.chain;
			const request = `{"jsonrpc":"2.0","id":7,"method":"${name}","params":${params}}`;
			const answer = JSON.parse((await node.handler.handle(request))!) as Record<string, unknown>;
			expect(answer['id']).toBe(7);
			expect('result' in answer !== 'error' in answer).toBe(true);
			expect(node.defects).toEqual([]);
			if (!WRITERS.has(name)) expect(node.chain.transactionCount).toBe(transactionCount);
		}),
		{ numRuns: RUNS, seed: 6 },
	);
	// Airdrops come from the faucet: no lamport is made.
	expect(node.chain.capitalization).toBe(before);
});

it('answers whatever its cheatcodes are asked', { timeout: 600_000 }, async () => {
	const cheated = new TestNode();
	const cheatcodes = new Cheatcodes(cheated.node, null, 400);
	const handler = createRpcHandler(cheated.node, (defect) => cheated.defects.push(defect), { cheatcodes });
	const cheat = fc
		.constantFrom(...cheats)
		.chain(({ name, args }) => argumentsFor(args).map((params) => ({ name, params })));
	await fc.assert(
		fc.asyncProperty(cheat, async ({ name, params }) => {
			const request = `{"jsonrpc":"2.0","id":7,"method":"parhelion_${name}","params":${params}}`;
			const answer = JSON.parse((await handler.handle(request))!) as Record<string, unknown>;
			expect('result' in answer !== 'error' in answer).toBe(true);
			expect(cheated.defects).toEqual([]);
		}),
		{ numRuns: Math.ceil(RUNS / 3), seed: 6 },
	);
	cheatcodes.stop();
	cheated.chain.advanceSlot();
});
