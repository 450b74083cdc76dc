import { describe, expect, it } from 'vitest';
import { formatLogs } from './format-logs.ts';

describe('formatLogs', () => {
	it.each([
		['Program log: static string', '\u001b[32mstatic string\u001b[0m\n'],
		['Program X invoke [1]', '\u001b[38;5;239mProgram X invoke [1]\u001b[0m\n'],
		['Program X failed: out of CU', '\u001b[1;38;5;9mProgram X failed: out of CU\u001b[0m\n'],
		['Program log: ERROR: no', '\u001b[1;38;5;9mERROR: no\u001b[0m\n'],
		["X's signer privilege escalated", "\u001b[1;38;5;243mX's signer privilege escalated\u001b[0m\n"],
		['process_instruction:   Y', '\u001b[38;5;239mprocess_instruction: Y\u001b[0m\n'],
		['', ''],
	])('colours %j', (line, expected) => {
		expect(formatLogs([line])).toBe(expected);
	});
});
