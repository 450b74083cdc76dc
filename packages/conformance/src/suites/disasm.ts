/** Suite `disasm`: the text of an assembled program, with labels. */
import { disassemble } from '@parhelion/sbpf';
import { programOf } from '../program.ts';
import type { JsonObject, Row } from '../row.ts';
import type { Suite } from '../suite.ts';

export const disasmSuite: Suite = {
	name: 'disasm',
	run(row: Row): JsonObject {
		const program = programOf(row);
		if (!program.ok) return program.error;
		return { text: disassemble(program.value) };
	},
};
