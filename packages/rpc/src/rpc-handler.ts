/**
 * Joins the table of methods, the chain and JSON-RPC.
 */
import type { Chain } from '@parhelion/runtime';
import { featureSetId } from './feature-set-id.ts';
import { JsonRpcHandler } from './json-rpc.ts';
import { methods } from './methods/index.ts';
import type { RpcNode } from './node.ts';
import { PrioritizationFeeCache } from './prioritization-fee-cache.ts';
import { TransactionIndex } from './transaction-index.ts';

/** What the calls on `chain` work on; `stop` ends its listening to the chain. */
export function createNode(chain: Chain): { readonly node: RpcNode; readonly stop: () => void } {
	const prioritizationFees = new PrioritizationFeeCache();
	const transactionIndex = new TransactionIndex();
	const stops = [prioritizationFees.attach(chain), transactionIndex.attach(chain)];
	return {
		node: { chain, prioritizationFees, transactionIndex, featureSetId: featureSetId() },
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
