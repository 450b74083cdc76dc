/** `getClusterNodes`: this node. It takes part in no gossip. */
import { SOLANA_CORE_VERSION } from '../node.ts';
import { type Method, method } from './method.ts';

export const getClusterNodes: Method = method('getClusterNodes', [], ({ chain, endpoints, featureSetId }) => [
	{
		pubkey: chain.identity.toBase58(),
		gossip: null,
		tvu: null,
		tpu: null,
		tpuQuic: endpoints.tpuQuic,
		tpuForwards: null,
		tpuForwardsQuic: null,
		tpuVote: null,
		serveRepair: null,
		rpc: endpoints.rpc,
		pubsub: endpoints.pubsub,
		version: SOLANA_CORE_VERSION,
		clientId: 'Parhelion',
		featureSet: featureSetId,
		shredVersion: chain.bank.shredVersion,
	},
]);
