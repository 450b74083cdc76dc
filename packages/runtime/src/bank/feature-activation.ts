/**
 * Which features are active on a chain: what the feature accounts say.
 *
 * Source: solana-runtime 4.3.0 (bank.rs, `compute_active_feature_set`).
 */
import {
	type AccountSharedData,
	decodeFeature,
	type FeatureSet,
	type Pubkey,
	programIds,
	type Slot,
} from '@parhelion/sdk';

/** The features of a slot, and those that become active with it. */
export interface ActiveFeatures {
	readonly featureSet: FeatureSet;
	readonly activated: readonly Pubkey[];
}

/**
 * Reads the accounts of the features that `before` knows as inactive; with `includePending` those that wait for an epoch
 * become active at `slot`.
 */
export function activeFeatures(
	getAccount: (pubkey: Pubkey) => AccountSharedData | null,
	slot: Slot,
	includePending: boolean,
	before: FeatureSet,
): ActiveFeatures {
	const featureSet = before.clone();
	const activated: Pubkey[] = [];
	for (const id of before.inactiveFeatures()) {
		const account = getAccount(id);
		if (account === null || !account.owner.equals(programIds.feature)) continue;
		const decoded = decodeFeature(account.data);
		if (!decoded.ok) continue;
		if (decoded.value === null) {
			if (!includePending) continue;
			activated.push(id);
			featureSet.activate(id, slot);
		} else if (slot >= decoded.value) featureSet.activate(id, decoded.value);
	}
	return { featureSet, activated };
}
