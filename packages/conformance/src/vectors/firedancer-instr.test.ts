import { describe, expect, test } from 'vitest';
import { runCases } from '../provider.ts';
import { ENGINES } from '../suite.ts';
import { insnSuite } from '../suites/insn.ts';
import { parseInstrFile } from './firedancer-instr.ts';
import { vectorsFolder } from './folders.ts';
import { instrCases } from './instr-cases.ts';

const cases = instrCases(vectorsFolder());

describe('the parser', () => {
	test('carries the state from case to case and takes registers after the outcome', () => {
		const [first, second, third] = parseInstrFile(
			'input=0001 # two bytes\n$ op=07 dst=1 r1 =5 imm=ff : ok r1=104\n$ r2=a\n: err\nregion_boundary=01\n$ op=95 : vfyub',
		);
		expect(first).toMatchObject({
			line: 2,
			status: 'ok',
			input: { op: 7, dst: 1, imm: 0xffn, input: '0001' },
		});
		expect([first?.input.reg[1], first?.reg[1]]).toEqual([5n, 0x104n]);
		expect(second).toMatchObject({ line: 3, status: 'err', input: { op: 7, regionBoundaries: [] } });
		expect([second?.input.reg[1], second?.reg[2]]).toEqual([5n, 10n]);
		expect(third).toMatchObject({ line: 6, status: 'vfyub', input: { regionBoundaries: [1] } });
	});

	test('new input has no boundaries', () => {
		const cases = parseInstrFile('input=00 region_boundary=1 $ : ok input=01 $ : ok');
		expect(cases.map(({ input }) => [input.input, input.regionBoundaries])).toEqual([
			['00', [1]],
			['01', []],
		]);
	});

	test('takes the later of two outcomes', () => {
		expect(parseInstrFile('$ op=1 : ok vfy $ : ok').map(({ status }) => status)).toEqual(['vfy', 'ok']);
	});

	test('says where it does not understand', () => {
		expect(() => parseInstrFile('$ op=1\n= : ok')).toThrow('line 2');
		expect(() => parseInstrFile('$ nop=1 : ok')).toThrow('no such field: nop');
		expect(() => parseInstrFile('ok')).toThrow('unexpected ok');
	});
});

test.skipIf(cases === null).each(ENGINES)("every case of Firedancer's agrees with the %s", (engine) => {
	expect(cases).toHaveLength(2827);
	expect(runCases(insnSuite, cases!, engine).disagreements).toEqual([]);
});
if (cases === null) console.log('skipped: no vectors');
