/** `getVersion`. Upstream: `rpc_minimal::get_version`. */
import { SOLANA_CORE_VERSION } from '../node.ts';
import { type Method, method } from './method.ts';

export const getVersion: Method = method('getVersion', [], (node) => ({
	'solana-core': SOLANA_CORE_VERSION,
	'feature-set': node.featureSetId,
}));
