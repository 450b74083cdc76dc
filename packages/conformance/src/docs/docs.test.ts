import { readFileSync } from 'node:fs';
import { ALL_INSTRUCTIONS } from '@parhelion/sbpf';
import { SYSCALLS } from '@parhelion/svm';
import { describe, expect, test } from 'vitest';
import { parseContract } from './doc-comments.ts';
import { documents } from './documents.ts';
import { gateOf } from './syscalls-document.ts';

const DOCS = new URL('../../../../docs/', import.meta.url);
const all = documents();

test.each([...all])('docs/%s is what the tables give (npm run docs writes it)', (name, text) => {
	expect(readFileSync(new URL(name, DOCS), 'utf8')).toBe(text);
});

describe('the contract in a comment', () => {
	test('is signature, sentences and sections', () => {
		const comment = [
			'/**',
			' * `sol_log_(r1 message, r2 len)`: logs `Program log: <message>`.',
			' *',
			' * Gate: log_gate. Cost: the greater of 100 and',
			' * `len`. Errors: AccessViolation, InvalidString.',
			' */',
		].join('\n');
		expect(parseContract(comment)).toEqual({
			signature: 'sol_log_(r1 message, r2 len)',
			text: 'logs `Program log: <message>`.',
			cost: 'the greater of 100 and `len`',
			errors: 'AccessViolation, InvalidString',
		});
	});

	test('may be without sections', () => {
		expect(parseContract('/** Says nothing. */')).toEqual({
			signature: '',
			text: 'Says nothing.',
			cost: null,
			errors: null,
		});
	});
});

describe('the syscalls', () => {
	const text = all.get('syscalls.md')!;

	test('are all there', () => {
		for (const { name } of SYSCALLS) expect(text).toContain(`\n### ${name}\n`);
	});

	test('tell their gates', () => {
		const gate = (name: string): string => gateOf(SYSCALLS.find((row) => row.name === name)!);
		expect(gate('sol_log_')).toBe('always there');
		expect(gate('sol_poseidon')).toMatch(
			/^with `enable_poseidon_syscall`, active on mainnet-beta since slot \d+$/,
		);
		expect(gate('sol_get_fees_sysvar')).toMatch(/^until `disable_fees_sysvar`/);
		expect(gate('sol_alloc_free_')).toBe('not for programs that are being deployed');
	});
});

test('every instruction has a line of its own', () => {
	const text = all.get('opcodes.md')!;
	for (const { name } of ALL_INSTRUCTIONS) expect(text.split(`| ${name} |`)).toHaveLength(2);
});
