import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLoadOptions } from './node-load-options.ts';
import { memoryReport, memoryVerdict, methodRow, spread } from './node-load-report.ts';
import { LatencyHistogram, Tally } from './node-load-tally.ts';
import { namedAddress, Payer } from './node-load-transfers.ts';

describe('the histogram', () => {
	test('finds percentiles to a few per cent, never above the longest time', () => {
		fc.assert(
			fc.property(
				fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { minLength: 1 }),
				fc.constantFrom(0.5, 0.9, 0.99, 1),
				(times, share) => {
					const histogram = new LatencyHistogram();
					for (const time of times) histogram.record(time);
					const exact = [...times].sort((a, b) => a - b)[Math.ceil(times.length * share) - 1]!;
					const found = histogram.percentile(share);
					expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.02);
					expect(found).toBeLessThanOrEqual(histogram.max);
				},
			),
		);
	});

	test('adds another', () => {
		const [first, second, both] = [new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram()];
		for (let i = 1; i <= 100; i++) {
			(i % 3 === 0 ? first : second).record(i);
			both.record(i);
		}
		first.merge(second.figures());
		expect(first.count).toBe(100);
		expect(first.max).toBe(100);
		for (const share of [0.1, 0.5, 0.99]) expect(first.percentile(share)).toBe(both.percentile(share));
	});

	test('says 0 of nothing', () => {
		expect(new LatencyHistogram().percentile(0.5)).toBe(0);
	});
});

describe('the tally', () => {
	test('counts answers and errors by method', async () => {
		const tally = new Tally();
		expect(await tally.run('a', async () => 7)).toBe(7);
		const failing = async (): Promise<never> => {
			throw new Error('no');
		};
		expect(await tally.run('a', failing)).toBeNull();
		expect(await tally.run('b', failing)).toBeNull();
		expect([tally.answeredCount, tally.failedCount, tally.countOf('a'), tally.countOf('c')]).toEqual([
			1, 2, 1, 0,
		]);
		expect(tally.figures().map(({ method, errors }) => [method, errors])).toEqual([
			['a', [['no', 1]]],
			['b', [['no', 1]]],
		]);
	});

	test('keeps a few texts of errors and counts them all', () => {
		const tally = new Tally();
		for (let i = 0; i < 100; i++) tally.failed('a', `error ${i}`);
		const [{ errors } = { errors: [] }] = tally.figures();
		expect(errors).toHaveLength(11);
		expect(errors.reduce((sum, [, count]) => sum + count, 0)).toBe(100);
		expect(tally.failedCount).toBe(100);
	});
});

test('a row tells the calls a second and the errors', () => {
	const tally = new Tally();
	for (let i = 0; i < 20; i++) tally.answered('getBalance', 5);
	tally.failed('getBalance', 'no');
	const cells = methodRow(tally.figures()[0]!, 10).trim().split(/\s+/);
	expect([cells[0], cells[1], cells[2], cells[6], cells[7]]).toEqual([
		'getBalance',
		'20',
		'2.0',
		'5.00',
		'1',
	]);
});

test('memory is flat where the last third takes no more than the first', () => {
	const sample = (resident: number, heap = 10) => ({ resident, heap, external: 5, arrayBuffers: 0 });
	const grown = memoryVerdict(
		[100, 110, 120, 130, 140, 150].map((resident) => sample(resident)),
		6,
	);
	expect(grown).toMatchObject({ first: { mean: { resident: 105 }, peak: 110 }, last: { peak: 150 } });
	expect(grown.isFlat).toBe(false);
	expect(
		memoryVerdict(
			[100, 130, 100, 120, 110, 100].map((resident) => sample(resident)),
			6,
		).isFlat,
	).toBe(true);
	expect(
		memoryVerdict(
			[10, 10, 15].map((heap) => sample(100, heap)),
			3,
		).isFlat,
	).toBe(false);
});

test('memory that was not looked at is not flat, and the report says so', () => {
	const sample = { resident: 1 << 20, heap: 10, external: 5, arrayBuffers: 0 };
	for (const [count, seconds, isFlat] of [
		[0, 0, false],
		[0, 60, false],
		[2, 2, false],
		[29, 60, false],
		[30, 60, true],
		[3, 2, true],
	] as const) {
		const memory = new Array<typeof sample>(count).fill(sample);
		const verdict = memoryVerdict(memory, seconds);
		expect([verdict.isKnown, verdict.isFlat], `${count} in ${seconds} s`).toEqual([isFlat, isFlat]);
		const text = memoryReport(memory, seconds).join('\n');
		if (!isFlat) expect(text).toContain(`memory is not known ✗: ${count} samples in ${seconds} s`);
		expect(text).not.toMatch(/NaN|Infinity/);
	}
});

test('values are spread from the first to the last', () => {
	const values = Array.from({ length: 101 }, (_, i) => i);
	expect(spread(values, 5)).toEqual([0, 25, 50, 75, 100]);
	expect(spread([3, 4], 5)).toEqual([3, 4]);
});

test('a payer signs no transfer twice, and the signature is right', async () => {
	const payer = new Payer('someone');
	const to = namedAddress('else');
	const blockhash = namedAddress('hash').toBase58();
	const [first, second] = [payer.transfer(to, blockhash), payer.transfer(to, blockhash)];
	expect(first.signature).not.toBe(second.signature);
	const { wire } = first;
	const { ed25519VerifyStrict } = await import('@parhelion/crypto');
	expect(wire[0]).toBe(1);
	expect(ed25519VerifyStrict(wire.subarray(1, 65), wire.subarray(65), payer.pubkey.bytes)).toBe(true);
});

describe('the options', () => {
	test('have defaults', () => {
		expect(parseLoadOptions([])).toEqual({
			minutes: 10,
			clients: 64,
			subscriptions: 10_000,
			fill: 100_000,
			json: null,
			profile: null,
		});
	});

	test.each([
		['--minutes', '0'],
		['--clients', 'x'],
		['--subscriptions', '-1'],
		['--other', '1'],
	])('%s %s is refused', (...args) => {
		expect(() => parseLoadOptions(args)).toThrow(TypeError);
	});
});
