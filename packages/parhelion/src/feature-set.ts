/**
 * Which features are active, as the original's `FeatureSet`; ids are 32 bytes.
 *
 * Source: node-litesvm feature_set.rs.
 */
import { ENABLE_LOADER_V4, Pubkey, FeatureSet as RuntimeFeatureSet } from '@parhelion/sdk';
import { copyBytes } from './copy-bytes.ts';
import { debugStruct, debugTuple } from './rust-debug.ts';

function toId(featureId: Uint8Array): Pubkey {
	if (featureId.length !== 32) throw new RangeError(`a feature id has 32 bytes, got ${featureId.length}`);
	return Pubkey.fromBytes(featureId);
}

/** The feature that brings loader v4, which the original does not have: in no ready-made set. */
export const LOADER_V4_FEATURE: Uint8Array = copyBytes(ENABLE_LOADER_V4.bytes);

/** A set of features, of which some are active. */
export class FeatureSet {
	readonly #features: RuntimeFeatureSet;

	/** No feature active; or a copy of a feature set of `@parhelion/sdk`. */
	constructor(features?: RuntimeFeatureSet) {
		this.#features = features === undefined ? RuntimeFeatureSet.default() : features.clone();
	}

	/** Every known feature active since slot 0. */
	static allEnabled(): FeatureSet {
		return new FeatureSet(RuntimeFeatureSet.allEnabled());
	}

	/** The features active on mainnet-beta: the default of `new LiteSVM()`. Not in the original. */
	static mainnet(): FeatureSet {
		return new FeatureSet(RuntimeFeatureSet.mainnet());
	}

	isActive(featureId: Uint8Array): boolean {
		return this.#features.isActive(toId(featureId));
	}

	/** Since which slot the feature is active, or `null`. */
	activatedSlot(featureId: Uint8Array): bigint | null {
		return this.#features.activatedSlot(toId(featureId));
	}

	/** Makes a feature active since `slot`; a slot out of range counts as 0, as in the original. */
	activate(featureId: Uint8Array, slot: bigint): void {
		this.#features.activate(toId(featureId), BigInt.asUintN(64, slot) === slot ? slot : 0n);
	}

	deactivate(featureId: Uint8Array): void {
		this.#features.deactivate(toId(featureId));
	}

	getActiveFeatures(): Uint8Array[] {
		return Array.from(this.#features.activeFeatures(), ([id]) => copyBytes(id.bytes));
	}

	getInactiveFeatures(): Uint8Array[] {
		return Array.from(this.#features.inactiveFeatures(), (id) => copyBytes(id.bytes));
	}

	getActiveFeaturesCount(): number {
		return this.#features.activeCount;
	}

	getInactiveFeaturesCount(): number {
		return this.#features.inactiveCount;
	}

	/** A copy as the runtime takes it. Not in the original. */
	toRuntimeFeatureSet(): RuntimeFeatureSet {
		return this.#features.clone();
	}

	toString(): string {
		const active = Array.from(this.#features.activeFeatures(), ([id, slot]) => `${id}: ${slot}`);
		const inactive = Array.from(this.#features.inactiveFeatures(), String);
		return debugTuple(
			'FeatureSet',
			debugStruct('FeatureSet', { active: `{${active.join(', ')}}`, inactive: `{${inactive.join(', ')}}` }),
		);
	}
}
