import { SBPF_VERSIONS } from '@parhelion/sbpf';
import { expect, it } from 'vitest';
import { fuzz } from './generators/fuzz-command.ts';
import { oracleFuzzer } from './generators/fuzzer.ts';

/** As many, and from where, as these variables of the fuzzer's own test say. */
const PROGRAMS = Math.ceil(Number(process.env['PARHELION_FUZZ_PROGRAMS'] ?? 20_000) / 40);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);

it(`whole programs agree with the oracle on both engines, ${PROGRAMS} from seed ${SEED}`, {
	timeout: 600_000,
}, async () => {
	const options = { programs: PROGRAMS, seconds: 3600, seed: SEED };
	const summary = await fuzz(await oracleFuzzer(SBPF_VERSIONS), options, {
		seconds: 0,
		show: () => {},
		end: () => {},
	});
	expect(summary.failures).toEqual([]);
	expect(summary.outcomes.get('refused') ?? 0).toBeLessThan(PROGRAMS / 10);
});
