/** `getStakeMinimumDelegation`: lamports. Errors: -32016. Upstream: `stake_utils::get_minimum_delegation`. */
import { LAMPORTS_PER_SOL } from '@parhelion/runtime';
import { bankWithConfig, newResponse } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getStakeMinimumDelegation: Method = method(
	'getStakeMinimumDelegation',
	[opt(readContextConfig)],
	(node, config) => {
		const bank = bankWithConfig(node, config);
		return newResponse(bank, bank.features.upgradeBpfStakeProgramToV5 ? LAMPORTS_PER_SOL : 1n);
	},
);
