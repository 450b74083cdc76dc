import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { BuiltinProgram, type SBPFVersion } from '../program.ts';
import { assemble } from './assembler.ts';
import { disassemble } from './listing.ts';

function listing(version: SBPFVersion, source: string): string {
	const loader = BuiltinProgram.newLoader(defaultConfig({ enabledSbpfVersions: { min: 0, max: version } }));
	loader.registerFunction('log', () => {});
	const assembled = assemble(source, loader);
	return assembled.ok ? disassemble(assembled.value) : assembled.error;
}

test('an empty program has no text', () => {
	expect(listing(3, '')).toBe('');
});

test('a listing assembles to itself', () => {
	const source = `entrypoint:
    mov64 r6, 3
    ja lbb_2
lbb_2:
    call function_helper
    lddw r1, 0x1000000000
    jeq r6, r0, lbb_8
    sub64 r6, 1
    ja lbb_2
lbb_8:
    exit

function_helper:
    syscall log
    exit
`;
	expect(listing(3, source)).toBe(source);
	expect(listing(4, source)).toBe(source);
});

test('a block entered only from the one before it has no label', () => {
	expect(listing(0, 'jeq r1, 2, +0\nexit')).toBe('entrypoint:\n    jeq r1, 2, lbb_1\nlbb_1:\n    exit\n');
	expect(listing(0, 'jeq r1, 2, +1\nmov r0, 1\nexit')).toBe(
		'entrypoint:\n    jeq r1, 2, lbb_2\n    mov64 r0, 1\nlbb_2:\n    exit\n',
	);
});

test('a part nothing leads to is named as a function, a jump out of the text as such', () => {
	expect(listing(0, 'exit\nja +1\nja -2\nja -2')).toBe(
		'entrypoint:\n    exit\n\nfunction_1:\n    ja lbb_3\nlbb_2:\n    ja function_1\nlbb_3:\n    ja lbb_2\n',
	);
	expect(listing(0, 'ja +0')).toBe('entrypoint:\n    ja super_root\n');
	expect(listing(0, 'ja +5')).toBe('entrypoint:\n    ja [invalid]\n');
});

test('a long chain of jumps costs no stack', () => {
	const lines = 100_000;
	const text = listing(0, 'ja +0\n'.repeat(lines));
	expect(text.endsWith('    ja super_root\n')).toBe(true);
	expect(text.split('\n')).toHaveLength(lines * 2 + 1);
});
