import { describe, expect, test } from 'vitest';
import { runCases } from '../provider.ts';
import { Row } from '../row.ts';
import { ENGINES } from '../suite.ts';
import { molluskSuite } from '../suites/mollusk.ts';
import { molluskFolder } from '../vectors/folders.ts';
import { molluskCases } from './cases.ts';
import { decodeFixture } from './fixture.ts';
import { decodeMessage, type MessageSchema } from './protobuf.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('the protobuf reader', () => {
	const schema: MessageSchema = new Map([
		[1, { name: 'number', type: 'integer' }],
		[2, { name: 'data', type: 'bytes' }],
		[3, { name: 'ids', type: 'fixed64', repeated: true }],
		[4, { name: 'rate', type: 'double' }],
		[5, { name: 'inner', type: new Map([[1, { name: 'on', type: 'bool' }]]) }],
	]);

	test('reads every kind of field, packed lists and lists entry by entry', () => {
		const message = bytes(
			...[0x08, 0xac, 0x02, 0x12, 0x02, 0xff, 0x00],
			...[0x1a, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
			...[0x19, 3, 0, 0, 0, 0, 0, 0, 0],
			...[0x21, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f],
			...[0x2a, 0x02, 0x08, 0x01],
		);
		expect(decodeMessage(message, schema)).toEqual({
			number: '0x12c',
			data: 'ff00',
			ids: ['0x1', '0x2', '0x3'],
			rate: 1.5,
			inner: { on: true },
		});
	});

	test('takes what is absent as zero and passes over what it does not know', () => {
		const unknown = bytes(0x30, 0x01, 0x3a, 0x01, 0x00, 0x45, 0, 0, 0, 0, 0x49, 0, 0, 0, 0, 0, 0, 0, 0);
		expect(decodeMessage(unknown, schema)).toEqual({ number: '0x0', data: '', ids: [], rate: 0 });
	});

	test.each([
		['cut off inside a varint', bytes(0x08, 0x80), 'cut off'],
		['cut off inside bytes', bytes(0x12, 0x05, 0x00), 'cut off'],
		[
			'a length beyond any buffer',
			bytes(0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
			'cut off',
		],
		['a varint without end', bytes(0x08, ...new Array(11).fill(0x80)), 'too long'],
		['a group', bytes(0x33), 'no wire type 3'],
		['the wrong wire type', bytes(0x0d, 0, 0, 0, 0), 'number has wire type 5'],
	])('refuses %s', (_, message, reason) => {
		expect(() => decodeMessage(message, schema)).toThrow(reason);
	});
});

/** A transfer of the System program in the notation of a fixture's `input`. */
function transfer(lamports: string, programs: readonly object[] = []): Row {
	const account = (address: string, balance: string): object => ({
		address: address.repeat(32),
		lamports: balance,
		data: '',
		executable: false,
		rent_epoch: '0x0',
		owner: '00'.repeat(32),
	});
	return new Row({
		programs,
		input: {
			program_id: '00'.repeat(32),
			data: `02000000${lamports}`,
			accounts: [account('01', '0x64'), account('02', '0x0')],
			instr_accounts: [
				{ index: '0x0', is_signer: true, is_writable: true },
				{ index: '0x1', is_signer: false, is_writable: true },
			],
		},
	});
}

describe('an instruction', () => {
	test('gives result, units and accounts', () => {
		const result = molluskSuite.run(transfer('0a00000000000000'), 'interpreter');
		expect(result).toMatchObject({ program_result: '0x0', compute_units_consumed: '0x96', return_data: '' });
		expect(result['resulting_accounts']).toMatchObject([{ lamports: '0x5a' }, { lamports: '0xa' }]);
	});

	test('that fails leaves the accounts as they were', () => {
		const result = molluskSuite.run(transfer('ff00000000000000'), 'interpreter');
		expect(result['program_result']).toBe('0x1');
		expect(result['resulting_accounts']).toMatchObject([{ lamports: '0x64' }, { lamports: '0x0' }]);
	});
});

test('a fixture that is cut off is refused', () => {
	expect(() => decodeFixture(bytes(0x0a, 0x02, 0x22))).toThrow('cut off');
});

const cases = molluskCases(molluskFolder());
test.skipIf(cases === null).each(ENGINES)(
	"the SPL programs' fixtures agree with the %s",
	{ timeout: 120_000 },
	(engine) => {
		expect(runCases(molluskSuite, cases!, engine).disagreements).toEqual([]);
	},
);
if (cases === null) console.log('skipped: no SPL repositories (PARHELION_MOLLUSK)');
