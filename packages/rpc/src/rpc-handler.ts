/**
 * Joins the table of methods, the bank and JSON-RPC.
 */
import type { Bank } from '@parhelion/runtime';
import { featureSetId } from './feature-set-id.ts';
import { JsonRpcHandler } from './json-rpc.ts';
import { methods } from './methods/index.ts';
import type { RpcNode } from './node.ts';
import { PrioritizationFeeCache } from './prioritization-fee-cache.ts';
import { TransactionIndex } from './transaction-index.ts';

/** What the calls on `bank` work on; `stop` ends its listening to the bank. */
export function createNode(bank: Bank): { readonly node: RpcNode; readonly stop: () => void } {
	const prioritizationFees = new PrioritizationFeeCache();
	const transactionIndex = new TransactionIndex();
	const stops = [prioritizationFees.attach(bank), transactionIndex.attach(bank)];
	return {
		node: { bank, prioritizationFees, transactionIndex, featureSetId: featureSetId() },
		stop: () => {
			for (const stop of stops) stop();
		},
	};
}

/** Answers calls of every method. */
export function createRpcHandler(node: RpcNode, onDefect: (defect: unknown) => void): JsonRpcHandler {
	return new JsonRpcHandler((name, params) => {
		const method = methods.get(name);
		return method === undefined ? null : { result: method.call(node, params) };
	}, onDefect);
}
