/** `getRecentPerformanceSamples`: slots and transactions a minute, newest first. Errors: -32602 (more than 720). */
import { opt } from '../params/params.ts';
import { readUsize } from '../params/readers.ts';
import { PERFORMANCE_SAMPLES_LIMIT } from '../performance-samples.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

export const getRecentPerformanceSamples: Method = method(
	'getRecentPerformanceSamples',
	[opt(readUsize)],
	({ performanceSamples }, limit) => {
		if (limit !== null && limit > PERFORMANCE_SAMPLES_LIMIT) {
			return failInvalidParams(`Invalid limit; max ${PERFORMANCE_SAMPLES_LIMIT}`);
		}
		return performanceSamples.recent(Number(limit ?? PERFORMANCE_SAMPLES_LIMIT)).map((sample) => ({
			slot: sample.slot,
			numTransactions: sample.numTransactions,
			numNonVoteTransactions: sample.numNonVoteTransactions,
			numSlots: sample.numSlots,
			samplePeriodSecs: sample.samplePeriodSecs,
		}));
	},
);
