import { expect, test } from 'vitest';
import { collect, render } from './report-document.ts';

test('a row tells cases and agreement, below it every disagreement with its cause', async () => {
	const rows = await collect([
		{
			suite: 'vm',
			source: 'ours',
			run: (engine) => ({
				cases: 3,
				disagreements: engine === 'jit' ? [{ id: 'a', cause: 'x\ny' }] : [],
				notes: ['b: why'],
			}),
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
	]);
	const text = render(rows);
	expect(text).toContain(
		'| vm | ours | 3 | 3 | 2 |\n| elf | theirs | 2 | 2 | 2 |\n| insn | theirs | skipped: no vectors | | |\n',
	);
	expect(text).toContain('### vm: ours (jit)\n\n- `a`: x y\n');
	expect(text).not.toContain('### vm: ours (interpreter)');
	expect(text).toContain('- `the run itself`: Error: no\n');
	expect(text).toContain('## Left out\n\n### vm: ours\n\n- b: why\n');
});

test('a run without disagreements says so', () => {
	const outcome = { cases: 1, disagreements: [] };
	const text = render([
		{ provider: { suite: 'vm', source: 'ours' }, outcomes: { interpreter: outcome, jit: outcome } },
	]);
	expect(text.endsWith('## Disagreements\n\nNone.\n')).toBe(true);
});
