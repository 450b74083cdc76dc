import { describe, expect, it } from 'vitest';
import type { CaseResult } from './contest.ts';
import { figuresSection, withFigures } from './document.ts';
import type { Figure } from './figures.ts';
import { isWanted, parseOptions } from './options.ts';
import { sharesBelow } from './profile.ts';
import { holds, kernelMean, markdownTables, timeText } from './table.ts';

const row = (fields: Partial<CaseResult>): CaseResult => ({
	group: 'VM kernels',
	name: 'name',
	goal: 0.9,
	ours: 1_000_000,
	oracle: 3_000_000,
	ratio: 3,
	also: null,
	note: null,
	rounds: 5,
	...fields,
});

const MACHINE = {
	name: 'box',
	cpu: 'A CPU',
	cores: 2,
	memory: '8 GiB',
	system: 'linux x64',
	node: '20.0.0',
	v8: '11',
	litesvm: '1.5.0',
};

const FIGURE: Figure = {
	group: 'Validator',
	name: 'restart',
	value: '1.20 s',
	goal: '< 5 s',
	holds: true,
	note: 'a million',
};

describe('timeText', () => {
	it('picks the unit and three digits', () => {
		expect([0.5, 12, 999, 1_234, 56_789, 1_234_567, 7.5e9].map(timeText)).toEqual([
			'0.50 ns',
			'12.0 ns',
			'999 ns',
			'1.23 µs',
			'56.8 µs',
			'1.23 ms',
			'7.50 s',
		]);
	});
});

describe('goals', () => {
	it('hold from the goal on, and are unknown without an oracle', () => {
		expect(holds(row({ ratio: 0.9 }))).toBe(true);
		expect(holds(row({ ratio: 0.89 }))).toBe(false);
		expect(holds(row({ ratio: null, oracle: null }))).toBeNull();
		expect(holds(row({ goal: null }))).toBeNull();
	});

	it('take the kernels together only where each was measured', () => {
		expect(kernelMean([row({ ratio: 2 }), row({ ratio: 8 })])).toEqual({
			mean: expect.closeTo(4),
			holds: true,
		});
		expect(kernelMean([row({ ratio: 2 }), row({ ratio: 2 })])?.holds).toBe(false);
		expect(kernelMean([row({}), row({ ratio: null })])).toBeNull();
		expect(kernelMean([row({ group: 'Transactions' })])).toBeNull();
	});
});

describe('the document', () => {
	it('gets its figures between the marks, and keeps the rest', () => {
		const section = figuresSection(
			[row({ also: { name: 'bytes', time: 5 } })],
			[FIGURE],
			MACHINE,
			'2030-01-02',
		);
		const once = withFigures(`# Title\n\n${figuresSection([], [], MACHINE, 'x')}\n\nProse.\n`, section);
		expect(once.startsWith('# Title\n')).toBe(true);
		expect(once.endsWith('Prose.\n')).toBe(true);
		expect(once).toContain('| name | 1.00 ms | 3.00 ms | 3.00 | 0.9 ✓ | bytes 5.00 ns |');
		expect(once).toContain('### Validator');
		expect(once).toContain('| restart | 1.20 s | < 5 s ✓ | a million |');
		expect(once).toContain('`box`: A CPU');
		expect(withFigures(once, section)).toBe(once);
		expect(() => withFigures('no marks', section)).toThrow(/marks/);
	});

	it('has a table a group', () => {
		const tables = markdownTables([row({}), row({ group: 'Other', goal: null, oracle: null, ratio: null })]);
		expect(tables).toContain('### VM kernels');
		expect(tables).toContain('| geometric mean | | | 3.00 | 2.5 ✓ | |');
		expect(tables).toContain('### Other');
		expect(tables).toContain('| name | 1.00 ms |  |  |  |  |');
	});
});

describe('the options', () => {
	it('are read, and refused where they are unknown', () => {
		expect(parseOptions(['--quick', '--filter', 'a', '--filter', 'b', '--json', 'x.json'])).toEqual({
			quick: true,
			filters: ['a', 'b'],
			json: 'x.json',
			write: false,
			profile: false,
			oursOnly: false,
			all: false,
		});
		expect(() => parseOptions(['--nonsense'])).toThrow(TypeError);
	});

	it('choose cases by part of group or name', () => {
		expect(isWanted([], 'VM kernels', 'sha256')).toBe(true);
		expect(isWanted(['KERNELS sha'], 'VM kernels', 'sha256')).toBe(true);
		expect(isWanted(['x', 'memory'], 'VM kernels', 'memory')).toBe(true);
		expect(isWanted(['transfer'], 'VM kernels', 'memory')).toBe(false);
	});
});

describe('sharesBelow', () => {
	it('counts what ran below the root alone, itself and with what it called', () => {
		const frame = (functionName: string) => ({ functionName, url: '', lineNumber: 0 });
		const profile = {
			nodes: [
				{ id: 1, callFrame: frame('(root)'), children: [2, 5] },
				{ id: 2, callFrame: frame('work'), children: [3] },
				{ id: 3, callFrame: frame('inner'), children: [4] },
				{ id: 4, callFrame: frame('inner') },
				{ id: 5, callFrame: frame('elsewhere') },
			],
			samples: [2, 3, 3, 4, 5, 5, 5, 5, 5],
		};
		expect(sharesBelow(profile, 'work')).toEqual([
			{ where: 'inner', self: 0.75, total: 0.75 },
			{ where: 'work', self: 0.25, total: 1 },
		]);
	});
});
