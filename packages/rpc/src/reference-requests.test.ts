/**
 * Requests good and bad, with what the reference's own parser (jsonrpc-core 18 with the parameter types of
 * solana-rpc 4.3.0) answers to each. `accepted` stands for any answer that is not about the request's form.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TestNode } from '../test/test-node.ts';
import { JsonRpcHandler } from './json-rpc.ts';
import { type Params, readArguments } from './params/params.ts';
import { readU64 } from './params/readers.ts';
import { subscriptions } from './subscriptions/index.ts';

interface Row {
	readonly request: string;
	readonly response: string | null;
}

const rows = readFileSync(new URL('../test/reference-requests.jsonl', import.meta.url), 'utf8')
	.trimEnd()
	.split('\n')
	.map((line) => JSON.parse(line) as Row);

/** Wrong subscriptions end before anything is watched, so no connection is needed. */
function dispatchSubscription(name: string, params: Params): { readonly result: null } | null {
	if (name.endsWith('Unsubscribe')) {
		readArguments(params, [readU64]);
		return { result: null };
	}
	const row = subscriptions.find((each) => `${each.name}Subscribe` === name);
	if (row === undefined) return null;
	row.watch(params);
	return { result: null };
}

describe('requests', () => {
	const node = new TestNode();
	const pubsub = new JsonRpcHandler(dispatchSubscription, (defect) => node.defects.push(defect));

	it.each(rows.map((row, index) => [index + 1, row] as const))(
		'row %i',
		async (_line, { request, response }) => {
			const handler = /"\w+(?:Uns|S)ubscribe"/.test(request) ? pubsub : node.handler;
			const answer = await handler.handle(request);
			if (response === 'accepted') {
				expect(answer).not.toBeNull();
				expect(answer, request).not.toMatch(/"message":"(?:Invalid params|Invalid parameters|`params`)/);
			} else {
				expect(answer, request).toBe(response);
			}
			expect(node.defects).toEqual([]);
		},
	);
});
