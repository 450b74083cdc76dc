import { expect, test } from 'vitest';
import { collect, render } from './report-document.ts';

test('a row tells cases and agreement, below it every disagreement with its cause', async () => {
	const rows = await collect(
		[
			{
				suite: 'vm',
				source: 'ours',
				run: () => ({ cases: 3, disagreements: [{ id: 'a', cause: 'x\ny' }], notes: ['b: why'] }),
			},
			{ suite: 'elf', source: 'theirs', run: async () => ({ cases: 2, disagreements: [] }) },
			{ suite: 'insn', source: 'theirs', run: () => 'no vectors' },
			{
				suite: 'asm',
				source: 'broken',
				run: () => {
					throw new Error('no');
				},
			},
		],
		'jit',
	);
	const text = render(rows, 'jit');
	expect(text).toContain('Engine: jit.');
	expect(text).toContain(
		'| vm | ours | 3 | 2 |\n| elf | theirs | 2 | 2 |\n| insn | theirs | skipped: no vectors | |\n',
	);
	expect(text).toContain('### vm: ours\n\n- `a`: x y\n');
	expect(text).toContain('- `the run itself`: Error: no\n');
	expect(text).toContain('## Left out\n\n### vm: ours\n\n- b: why\n');
});

test('a run without disagreements says so', () => {
	const text = render(
		[{ provider: { suite: 'vm', source: 'ours' }, report: { cases: 1, disagreements: [] } }],
		'interpreter',
	);
	expect(text.endsWith('## Disagreements\n\nNone.\n')).toBe(true);
});
