/**
 * Makes the chain that `parhelion start` serves: mainnet-beta's features, the bundled programs, wall-clock time.
 */
import { Chain } from '@parhelion/runtime';
import { FeatureSet } from '@parhelion/sdk';
import { availablePrograms, type MissingProgram, missingPrograms } from 'parhelion/node';

/** A chain, and which of the bundled programs it has. */
export interface NodeBank {
	readonly chain: Chain;
	readonly programs: readonly string[];
	readonly missing: readonly MissingProgram[];
}

/** Seconds since 1970. */
function now(): bigint {
	return BigInt(Math.floor(Date.now() / 1000));
}

/** A new chain. */
export function createNodeBank(): NodeBank {
	const featureSet = FeatureSet.mainnet();
	const available = availablePrograms(featureSet);
	const chain = Chain.genesis({
		featureSet,
		programs: available.map(({ program: { programId, loader }, elf }) => ({ programId, loader, elf })),
		creationTime: now(),
		unixTimestamp: now,
	});
	return {
		chain,
		programs: available.map(({ program }) => program.name),
		missing: missingPrograms(featureSet),
	};
}
