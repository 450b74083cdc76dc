import { hashSymbolName } from '@parhelion/sbpf';
import { FeatureSet, resolveRuntimeFeatures } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { newBudgetWithDefaults } from '../execution-budget.ts';
import { createProgramRuntimeEnvironment, SYSCALLS } from './index.ts';

const budget = newBudgetWithDefaults(false);
const encoder = new TextEncoder();

function names(features: FeatureSet, isDeployment = false): string[] {
	const environment = createProgramRuntimeEnvironment(
		resolveRuntimeFeatures(features),
		budget,
		isDeployment,
		false,
	);
	return [...environment.functions.entries()].map(([, { name }]) => new TextDecoder().decode(name));
}

describe('the table of syscalls', () => {
	it('has no name and no key twice', () => {
		const all = SYSCALLS.map(({ name }) => name);
		expect(new Set(all).size).toBe(all.length);
		expect(new Set(all.map((name) => hashSymbolName(encoder.encode(name)))).size).toBe(all.length);
	});

	it('has as many as Agave registers', () => {
		expect(SYSCALLS.length).toBe(43);
	});

	it('is gated by the features', () => {
		const mainnet = names(FeatureSet.mainnet());
		expect(mainnet).not.toContain('sol_blake3');
		expect(mainnet).not.toContain('sol_get_fees_sysvar');
		expect(mainnet).toContain('sol_get_sysvar');
		expect(names(FeatureSet.default())).toContain('sol_get_fees_sysvar');
		expect(names(FeatureSet.default())).not.toContain('sol_get_sysvar');
		expect(names(FeatureSet.allEnabled())).toContain('sol_blake3');
		const cryptography = ['sol_curve_pairing_map', 'sol_alt_bn128_group_op', 'sol_poseidon'];
		expect(mainnet).toEqual(expect.arrayContaining(cryptography));
		expect(mainnet).not.toContain('sol_big_mod_exp');
		for (const name of cryptography) expect(names(FeatureSet.default())).not.toContain(name);
	});

	it('has no allocator where programs are deployed', () => {
		expect(names(FeatureSet.mainnet())).toContain('sol_alloc_free_');
		expect(names(FeatureSet.mainnet(), true)).not.toContain('sol_alloc_free_');
	});
});

describe('the environment', () => {
	it('runs V0 to V3 on mainnet, with aligned regions and stack gaps', () => {
		const { config } = createProgramRuntimeEnvironment(
			resolveRuntimeFeatures(FeatureSet.mainnet()),
			budget,
			false,
			false,
		);
		expect(config).toMatchObject({
			enabledSbpfVersions: { min: 0, max: 3 },
			alignedMemoryMapping: true,
			enableStackFrameGaps: true,
			optimizeRodata: false,
			rejectBrokenElfs: false,
		});
	});
});
