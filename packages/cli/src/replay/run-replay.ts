/**
 * Runs a transaction of the past on a chain that stands where the cluster stood.
 */
import { Chain, type SimulationOutcome } from '@parhelion/runtime';
import { FeatureSet, type Pubkey, programIds, sysvarIds } from '@parhelion/sdk';
import { CliError } from '../cli-error.ts';
import type { Cluster } from '../upstream/cluster.ts';
import type { RecordedTransaction } from '../upstream/fetch-transaction.ts';
import { type RebuiltAccount, rebuildState } from './rebuild-state.ts';

/** What the replay came to. */
export interface Replay {
	readonly outcome: SimulationOutcome;
	readonly state: readonly RebuiltAccount[];
}

/** Bytes of logs that validators keep. */
const LOG_BYTES_LIMIT = 10_000;
const SYSVARS = new Set(Object.values(sysvarIds).map(({ key }) => key));

/** The features that were active at `slot`. */
function featuresAt(features: FeatureSet, slot: bigint): FeatureSet {
	const then = FeatureSet.default();
	for (const [id, since] of features.activeFeatures()) if (since <= slot) then.activate(id, since);
	return then;
}

/** Fetches the state and runs the transaction. Rejects with a `CliError` or an `UpstreamError`. */
export async function runReplay(cluster: Cluster, recorded: RecordedTransaction): Promise<Replay> {
	const { slot, blockTime } = recorded;
	if (slot === 0n) throw new CliError('slot 0 is genesis, which holds no transactions');
	const { epochSchedule } = await cluster.position();
	const time = blockTime ?? BigInt(Math.floor(Date.now() / 1000));
	const chain = Chain.genesis({
		featureSet: featuresAt(await cluster.features(), slot),
		epochSchedule,
		creationTime: time,
		unixTimestamp: () => time,
		logBytesLimit: LOG_BYTES_LIMIT,
		historyLimit: 0,
	});
	chain.warpToSlot(slot);
	// Builtins, precompiles and sysvars are those of the chain, whose clock stands where that of the cluster stood.
	const isOwn = (pubkey: Pubkey): boolean =>
		SYSVARS.has(pubkey.key) || chain.getAccount(pubkey)?.owner.equals(programIds.nativeLoader) === true;
	const state = await rebuildState(cluster, recorded, isOwn);
	for (const { pubkey, account } of state) chain.setAccount(pubkey, account);
	// The blockhash of the past is none that this chain knows.
	const outcome = chain.simulateTransaction(recorded.transaction, {
		replaceRecentBlockhash: true,
		innerInstructions: true,
	});
	return { outcome, state };
}
