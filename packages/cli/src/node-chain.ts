/**
 * Makes the chain that `parhelion start` serves: mainnet-beta's features, the bundled programs, the mint of wrapped SOL,
 * wall-clock time.
 */
import { Chain, NATIVE_MINT, nativeMintAccount } from '@parhelion/runtime';
import { FeatureSet } from '@parhelion/sdk';
import { availablePrograms, type MissingProgram, missingPrograms } from 'parhelion/node';

/** A chain, and which of the bundled programs it has. */
export interface NodeChain {
	readonly chain: Chain;
	readonly programs: readonly string[];
	readonly missing: readonly MissingProgram[];
}

/** Seconds since 1970. */
function now(): bigint {
	return BigInt(Math.floor(Date.now() / 1000));
}

/** A new chain. */
export function createNodeChain(): NodeChain {
	const featureSet = FeatureSet.mainnet();
	const available = availablePrograms(featureSet);
	const chain = Chain.genesis({
		featureSet,
		accounts: [[NATIVE_MINT, nativeMintAccount()]],
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
