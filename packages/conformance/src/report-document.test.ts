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
	expect(text).toContain('## Disagreements\n\nNone.\n\n## Running it again\n');
});

test('a provider that has no choice of engine is run once and fills one column', async () => {
	let runs = 0;
	const rows = await collect([
		{
			suite: 'clients',
			source: 'theirs',
			isEngineless: true,
			run: () => {
				runs++;
				return { cases: 3, disagreements: [{ id: 'a', cause: 'x' }] };
			},
		},
	]);
	expect(runs).toBe(1);
	const text = render(rows);
	expect(text).toContain('| clients | theirs | 3 | 2, as the node chooses | |\n');
	expect(text.split('- `a`: x')).toHaveLength(2);
});
