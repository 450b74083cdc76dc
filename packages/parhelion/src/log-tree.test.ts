import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	expectSuccess,
	FailedTransactionMetadata,
	formatLogTree,
	LiteSVM,
	parseLogs,
	TransactionFailure,
} from './node.ts';

const OUTER = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL';
const INNER = '11111111111111111111111111111111';
const OTHER = 'Cou11111111111111111111111111111111111111111';
const LOGS = [
	`Program ${OUTER} invoke [1]`,
	'Program log: Create',
	`Program ${INNER} invoke [2]`,
	`Program ${INNER} success`,
	'Program data: AQI= Aw==',
	`Program ${OTHER} invoke [2]`,
	`Program log: Program ${OTHER} success`,
	'Program log: two\nlines',
	`Program return: ${OTHER} BQ==`,
	`Program ${OTHER} consumed 120 of 1800 compute units`,
	`Program ${OTHER} failed: custom program error: 0x1`,
	`Program ${OUTER} consumed 3000 of 200000 compute units`,
	`Program ${OUTER} failed: custom program error: 0x1`,
];

describe('The tree of a transaction’s logs', () => {
	it('shows who invoked whom, what was said, what it cost and how it ended', () => {
		expect(formatLogTree(LOGS, { names: new Map([[OTHER, 'Counter']]) })).toBe(
			[
				'Associated Token (ATok..8knL): failed: custom program error: 0x1, 3000 of 200000 CU',
				'├─ log: Create',
				'├─ System (1111..1111): ok',
				'├─ data: AQI= Aw==',
				'└─ Counter (Cou1..1111): failed: custom program error: 0x1, 120 of 1800 CU',
				`   ├─ log: Program ${OTHER} success`,
				'   ├─ log: two',
				'   │  lines',
				'   └─ return: BQ==',
			].join('\n'),
		);
	});

	it('leaves unfinished what was cut off', () => {
		const [root] = parseLogs([...LOGS.slice(0, 6), 'Log truncated']);
		expect(root).toMatchObject({ result: 'unfinished', error: null, computeUnits: null });
		expect(formatLogTree([...LOGS.slice(0, 6), 'Log truncated'])).toContain(`${OTHER}: unfinished`);
		expect(formatLogTree([])).toBe('');
	});

	it('loses no line, whatever the lines are', () => {
		const line = fc.oneof(fc.constantFrom(...LOGS), fc.string());
		fc.assert(
			fc.property(fc.array(line, { maxLength: 30 }), (logs) => {
				let seen = 0;
				const count = (entries: ReturnType<typeof parseLogs>): void => {
					for (const entry of entries) {
						seen++;
						if ('programId' in entry) {
							if (entry.result !== 'unfinished') seen++;
							count([...entry.entries]);
						}
					}
				};
				count(parseLogs(logs));
				const silent = logs.filter((log) => / consumed \d+ of \d+ compute units$/.test(log)).length;
				expect(seen).toBeGreaterThanOrEqual(logs.length - silent);
				expect(seen).toBeLessThanOrEqual(logs.length);
			}),
		);
	});

	it('is the message of a failure, and of the metadata', () => {
		const svm = new LiteSVM();
		const outcome = svm.airdrop(OTHER, 1n);
		if (!(outcome instanceof FailedTransactionMetadata)) throw new Error('it succeeded');
		expect(outcome.message()).toBe('Transaction results in an account (1) with insufficient funds for rent');
		expect(outcome.meta().logTree()).toBe('System (1111..1111): ok');
		const failure = new TransactionFailure(outcome);
		expect(failure.message.split('\n')).toEqual([outcome.message(), 'System (1111..1111): ok']);
		expect(failure.transactionError).toEqual({ kind: 'InsufficientFundsForRent', accountIndex: 1 });
		expect(failure.logs).toEqual(outcome.meta().logs());
		expect(() => expectSuccess(outcome)).toThrow(TransactionFailure);
		expect(() => expectSuccess(null)).toThrow(TypeError);
		const success = svm.airdrop(OTHER, 1_000_000n);
		expect(expectSuccess(success).fee()).toBe(5000n);
	});
});
