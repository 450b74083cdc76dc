import { describe, expect, it } from 'vitest';
import {
	decodeFeature,
	encodeFeature,
	FeatureSet,
	featureId,
	featureName,
	reservedAccountKeys,
	resolveRuntimeFeatures,
} from './features.ts';
import { FEATURES } from './features-data.ts';
import { programIds, sysvarIds } from './ids.ts';
import { Pubkey } from './pubkey.ts';

describe('the table of features', () => {
	it('has each name and each id once', () => {
		expect(FEATURES.length).toBe(287);
		expect(new Set(FEATURES.map((row) => row.name)).size).toBe(FEATURES.length);
		expect(new Set(FEATURES.map((row) => row.id)).size).toBe(FEATURES.length);
		for (const { name, id } of FEATURES) {
			expect(featureId(name).toBase58()).toBe(id);
			expect(featureName(featureId(name))).toBe(name);
		}
		expect(featureName(Pubkey.default)).toBeNull();
	});
});

describe('FeatureSet', () => {
	const unknown = Pubkey.fromBytes(new Uint8Array(32).fill(200));
	it('begins with none, all, or those of mainnet-beta', () => {
		expect([FeatureSet.default().activeCount, FeatureSet.default().inactiveCount]).toEqual([0, 287]);
		expect([FeatureSet.allEnabled().activeCount, FeatureSet.allEnabled().inactiveCount]).toEqual([287, 0]);
		expect([FeatureSet.mainnet().activeCount, FeatureSet.mainnet().inactiveCount]).toEqual([250, 37]);
		expect(FeatureSet.mainnet().activatedSlot(featureId('vote_state_v4'))).toBe(409_968_000n);
		expect(FeatureSet.allEnabled().activatedSlot(featureId('vote_state_v4'))).toBe(0n);
		expect(FeatureSet.default().activatedSlot(featureId('vote_state_v4'))).toBeNull();
	});
	it('activates and deactivates, ids it does not know too', () => {
		const set = FeatureSet.default();
		set.activate(unknown, 5n);
		expect([set.isActive(unknown), set.activatedSlot(unknown), set.inactiveCount]).toEqual([true, 5n, 287]);
		set.deactivate(unknown);
		expect([set.isActive(unknown), set.inactiveCount]).toEqual([false, 288]);
		expect([...set.inactiveFeatures()].some((id) => id.equals(unknown))).toBe(true);
	});
	it('is independent of its copy', () => {
		const set = FeatureSet.mainnet();
		const copy = set.clone();
		const id = featureId('vote_state_v4');
		set.deactivate(id);
		expect(copy.isActive(id)).toBe(true);
		copy.activate(unknown, 1n);
		expect(set.isActive(unknown)).toBe(false);
		expect([...copy.activeFeatures()].length).toBe(251);
	});
});

describe('resolveRuntimeFeatures', () => {
	it('follows the set, frozen', () => {
		const none = resolveRuntimeFeatures(FeatureSet.default());
		const all = resolveRuntimeFeatures(FeatureSet.allEnabled());
		expect(Object.values(none).every((value) => value === false)).toBe(true);
		expect(Object.values(all).every((value) => value === true)).toBe(true);
		expect(Object.isFrozen(none)).toBe(true);
		const set = FeatureSet.default();
		set.activate(featureId('create_account_allow_prefund'), 0n);
		const one = resolveRuntimeFeatures(set);
		expect(Object.entries(one).filter(([, on]) => on)).toEqual([['createAccountAllowPrefund', true]]);
	});
});

describe('a feature account', () => {
	it('holds its slot in nine bytes', () => {
		expect([...encodeFeature(null)]).toEqual(new Array(9).fill(0));
		expect([...encodeFeature(255_744_008n)]).toEqual([1, 8, 0x58, 0x3e, 0x0f, 0, 0, 0, 0]);
		expect(decodeFeature(encodeFeature(255_744_008n))).toEqual({ ok: true, value: 255_744_008n });
		expect(decodeFeature(encodeFeature(null))).toEqual({ ok: true, value: null });
		expect(decodeFeature(new Uint8Array([1, 2])).ok).toBe(false);
		expect(decodeFeature(new Uint8Array([2])).ok).toBe(false);
	});
});

describe('reservedAccountKeys', () => {
	it('holds the 31 keys of the protocol', () => {
		const reserved = reservedAccountKeys(FeatureSet.mainnet());
		expect(reserved.size).toBe(31);
		for (const id of Object.values(sysvarIds)) expect(reserved.has(id.key)).toBe(true);
		expect(reserved.has(programIds.systemProgram.key)).toBe(true);
		expect(reserved.has(programIds.splToken.key)).toBe(false);
		expect(reserved.has(programIds.incinerator.key)).toBe(false);
	});
});
