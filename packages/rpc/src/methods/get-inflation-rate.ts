/** `getInflationRate`: of the present epoch. */
import { foundationInflation, inflationYear, totalInflation, validatorInflation } from '@parhelion/runtime';
import { Float64 } from '../json/write.ts';
import { bankWithConfig } from '../node.ts';
import { type Method, method } from './method.ts';

export const getInflationRate: Method = method('getInflationRate', [], (node) => {
	const bank = bankWithConfig(node, null);
	const { epoch, inflation } = bank;
	const year = inflationYear(epoch, bank.featureSet, bank.epochSchedule, bank.slotParams);
	return {
		total: new Float64(totalInflation(inflation, year)),
		validator: new Float64(validatorInflation(inflation, year)),
		foundation: new Float64(foundationInflation(inflation, year)),
		epoch,
	};
});
