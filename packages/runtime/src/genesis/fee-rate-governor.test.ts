import { describe, expect, it } from 'vitest';
import { createFeeRateGovernor, defaultFeeRateGovernor, deriveFeeRateGovernor } from './fee-rate-governor.ts';

// Figures and limits of crate solana-fee-calculator's tests.
describe('the fee rate governor', () => {
	it('starts at half the target', () => {
		expect(deriveFeeRateGovernor(defaultFeeRateGovernor(), 20_000n).lamportsPerSignature).toBe(5_000n);
	});

	it('takes nothing away from a cluster whose fee is fixed', () => {
		const fixed = createFeeRateGovernor(5_000n, 0n);
		expect(fixed.lamportsPerSignature).toBe(5_000n);
		expect(deriveFeeRateGovernor(fixed, 1_000_000n)).toEqual(fixed);
		expect(createFeeRateGovernor(0n, 0n).lamportsPerSignature).toBe(0n);
	});

	it('climbs to ten times the target under load, falls to half of it, and finds back to it', () => {
		let governor = deriveFeeRateGovernor(
			{ ...defaultFeeRateGovernor(), targetLamportsPerSignature: 100n, targetSignaturesPerSlot: 100n },
			0n,
		);
		const settle = (signatures: bigint): bigint => {
			for (let slot = 0; slot < 1000; slot++) {
				const next = deriveFeeRateGovernor(governor, signatures);
				if (next.lamportsPerSignature === governor.lamportsPerSignature) return next.lamportsPerSignature;
				governor = next;
			}
			return -1n;
		};
		expect(settle(0xffff_ffff_ffff_ffffn)).toBe(1000n);
		expect(settle(0n)).toBe(50n);
		expect(settle(100n)).toBe(100n);
	});
});
