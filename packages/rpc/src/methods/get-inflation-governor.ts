/** `getInflationGovernor`: what inflation follows. */
import { Float64 } from '../json/write.ts';
import { bankWithConfig } from '../node.ts';
import { readCommitmentConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { type Method, method } from './method.ts';

export const getInflationGovernor: Method = method(
	'getInflationGovernor',
	[opt(readCommitmentConfig)],
	(node, config) => {
		const { initial, terminal, taper, foundation, foundationTerm } = bankWithConfig(node, config).inflation;
		return {
			initial: new Float64(initial),
			terminal: new Float64(terminal),
			taper: new Float64(taper),
			foundation: new Float64(foundation),
			foundationTerm: new Float64(foundationTerm),
		};
	},
);
