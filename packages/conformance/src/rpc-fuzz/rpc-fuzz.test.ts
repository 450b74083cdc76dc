import { expect, it } from 'vitest';
import { Random } from '../oracle/random.ts';
import { isFlat, parseRpcFuzzArguments, rpcFuzzReport } from './command.ts';
import { fuzzRpc } from './fuzz-rpc.ts';
import { startFuzzedNode } from './node.ts';
import { type Material, nextRequest } from './requests.ts';

const REQUESTS = Number(process.env['PARHELION_FUZZ_REQUESTS'] ?? 1500);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);

it(`a node answers, hangs up, and stays what it was: ${REQUESTS} requests from seed ${SEED}`, {
	timeout: 600_000,
}, async () => {
	const node = await startFuzzedNode();
	try {
		const summary = await fuzzRpc(node, { requests: REQUESTS, seed: SEED });
		console.log(rpcFuzzReport(summary, SEED));
		expect(summary.failures).toEqual([]);
		// They are worth sending: many are answered with results, and many errors occur.
		expect(summary.outcomes.get('result')).toBeGreaterThan(REQUESTS / 10);
		expect([...summary.outcomes.keys()].length).toBeGreaterThan(8);
	} finally {
		await node.stop();
	}
});

it('the same seed makes the same requests', () => {
	const material: Material = {
		calls: [{ name: 'getBalance', tag: 'http', params: [{ type: 'string' }] }],
		texts: ['SysvarC1ock11111111111111111111111111111111'],
		blockhash: '11111111111111111111111111111111',
	};
	const texts = (seed: number): string[] => {
		const random = new Random(seed);
		let id = 0;
		return Array.from({ length: 200 }, () => nextRequest(random, material, material.calls, () => ++id).text);
	};
	expect(texts(5)).toEqual(texts(5));
	expect(texts(5)).not.toEqual(texts(6));
});

it('memory is flat where the last third is no larger than the first', () => {
	const sample = (heap: number) => ({ resident: 0, heap: heap * 2 ** 20, external: 0 });
	expect(isFlat([100, 120, 90, 110, 100, 115].map(sample))).toBe(true);
	expect(isFlat([100, 120, 140, 160, 180, 200].map(sample))).toBe(false);
});

it.each([
	[['--requests', '7', '--seed=3'], { requests: 7, seed: 3 }],
	[[], { requests: 100_000, seed: 1 }],
	[['--requests', 'x'], expect.stringMatching(/^usage/)],
	[['--other', '1'], expect.stringMatching(/^usage/)],
])('the arguments %j', (args, expected) => {
	expect(parseRpcFuzzArguments(args)).toEqual(expected);
});
