/**
 * Joins the table of methods, the chain and JSON-RPC.
 */
import { type Chain, ChainBusyError } from '@parhelion/runtime';
import { type AccountProvider, prepareWith } from './account-provider.ts';
import { type Cheatcodes, cheatcodeMethods } from './cheatcodes/index.ts';
import { featureSetId } from './feature-set-id.ts';
import { JsonRpcHandler, type ObserveCall, type PrepareCall } from './json-rpc.ts';
import { methods } from './methods/index.ts';
import { requestAirdrop } from './methods/request-airdrop.ts';
import { sendTransaction } from './methods/send-transaction.ts';
import type { RpcNode } from './node.ts';
import { discover } from './openrpc.ts';
import { PerformanceSamples } from './performance-samples.ts';
import { PrioritizationFeeCache } from './prioritization-fee-cache.ts';
import { fail } from './rpc-error.ts';
import { TransactionIndex } from './transaction-index.ts';

/** What the calls on `chain` work on; `stop` ends its listening to the chain. See `RpcNode.readsOpenSlot`. */
export function createNode(
	chain: Chain,
	readsOpenSlot = false,
): { readonly node: RpcNode; readonly stop: () => void } {
	const prioritizationFees = new PrioritizationFeeCache();
	const transactionIndex = new TransactionIndex();
	const performanceSamples = new PerformanceSamples();
	const stops = [
		prioritizationFees.attach(chain),
		performanceSamples.attach(chain),
		transactionIndex.attach(chain),
	];
	return {
		node: {
			chain,
			prioritizationFees,
			performanceSamples,
			transactionIndex,
			featureSetId: featureSetId(),
			endpoints: { rpc: null, pubsub: null, tpuQuic: null },
			supplyOverride: null,
			readsOpenSlot,
		},
		stop: () => {
			for (const stop of stops) stop();
		},
	};
}

/** What calls can do besides. */
export interface RpcHandlerOptions {
	/** Brings accounts to the chain before calls look at them. */
	readonly accountProvider?: AccountProvider | null;
	/** What the cheatcodes work on; without it there are none. */
	readonly cheatcodes?: Cheatcodes | null;
	readonly observe?: ObserveCall | null;
}

/** Answers calls of every method. */
export function createRpcHandler(
	node: RpcNode,
	onDefect: (defect: unknown) => void,
	options: RpcHandlerOptions = {},
): JsonRpcHandler {
	const { accountProvider = null, cheatcodes = null, observe = null } = options;
	const cheats = cheatcodes === null ? null : cheatcodeMethods(cheatcodes);
	const provide = accountProvider === null ? null : prepareWith(accountProvider);
	const prepare: PrepareCall | null =
		provide === null ? null : async (name, params) => provide(name, params)?.catch(refuseBusy);
	const writers: ReadonlySet<string> = new Set([
		sendTransaction.name,
		requestAirdrop.name,
		...(cheats?.keys() ?? []),
	]);
	// What writes to the chain comes after the batches of transactions that came before it.
	const turn: PrepareCall = (name) => (writers.has(name) ? node.chain.idle() : null);
	return new JsonRpcHandler(
		(name, params) => {
			const method =
				methods.get(name) ?? cheats?.get(name) ?? (name === discover.name ? discover : undefined);
			try {
				return method === undefined ? null : { result: method.call(node, params) };
			} catch (thrown) {
				return refuseBusy(thrown);
			}
		},
		onDefect,
		{ prepare, turn, observe },
	);
}

/** Throws again what a call threw; a chain that is busy is no defect. */
function refuseBusy(thrown: unknown): never {
	if (!(thrown instanceof ChainBusyError)) throw thrown;
	return fail({ code: -32603, message: `Internal error: ${thrown.message}` });
}
