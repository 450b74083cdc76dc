/**
 * A drop-in for the npm package `litesvm` 1.5.0: change the import to `parhelion/litesvm` and nothing else.
 *
 * The exports are those of the original, under its types; what the classes can do beyond them is described at
 * `parhelion`. `SlotHistoryCheck`, which the original has only as a type, is a value here.
 */
/// <reference types="node" />
import { FeatureSet as PlainFeatureSet } from './node.ts';

export {
	Account,
	Clock,
	ComputeBudget,
	EpochRewards,
	EpochSchedule,
	FailedTransactionMetadata,
	InnerInstruction,
	LiteSVM,
	Rent,
	SimulatedTransactionInfo,
	SlotHash,
	SlotHistory,
	SlotHistoryCheck,
	StakeHistory,
	StakeHistoryEntry,
	TransactionMetadata,
	TransactionReturnData,
} from './node.ts';

/** {@link PlainFeatureSet} that gives ids as `Buffer`s, as the original does. */
export class FeatureSet extends PlainFeatureSet {
	/** Every known feature active since slot 0. */
	static override allEnabled(): FeatureSet {
		return new FeatureSet(PlainFeatureSet.allEnabled().toRuntimeFeatureSet());
	}

	/** The features active on mainnet-beta. Not in the original. */
	static override mainnet(): FeatureSet {
		return new FeatureSet(PlainFeatureSet.mainnet().toRuntimeFeatureSet());
	}

	override getActiveFeatures(): Buffer[] {
		return super.getActiveFeatures().map((id) => Buffer.from(id));
	}

	override getInactiveFeatures(): Buffer[] {
		return super.getInactiveFeatures().map((id) => Buffer.from(id));
	}
}
